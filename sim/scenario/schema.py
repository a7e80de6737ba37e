"""The JSON Schema of scenario files, for editors and for `paylater check --schema`."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from sim.scenario import shelf
from sim.scenario.tree import plain

DIALECT = GenerateJsonSchema.schema_dialect


class _ByName(GenerateJsonSchema):
    """Members of an IntEnum stand in a file by their lower-case names."""

    def enum_schema(self, schema: core_schema.EnumSchema) -> dict[str, Any]:
        kind = schema["cls"]
        if not issubclass(kind, IntEnum):
            return super().enum_schema(schema)
        names = [member.name.lower() for member in kind]
        about = (kind.__doc__ or "").splitlines()[0]
        return {"title": kind.__name__, "description": about, "type": "string", "enum": names}

    def encode_default(self, dft: Any) -> Any:
        return super().encode_default(plain(dft))


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a scenario file.

    A value has `unit`, `source` ("assumed", or where its default is from) and `neutral` (the
    value without effect) where these are declared.
    """
    made = model.model_json_schema(schema_generator=_ByName)
    extends = {
        "type": "string",
        "description": "scenario file that this one starts from, relative to this one's folder",
    }
    known = made.pop("properties")
    known = shelf.schema(known) if shelf.OTHERS in known else known
    properties = {"extends": extends, **known}
    return {"$schema": DIALECT, **made, "properties": properties}
