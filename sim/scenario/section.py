"""What every table of a scenario file is: strict, frozen, each number with bounds and a source."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

ASSUMED = "assumed"
WHOLE_PPM = 1_000_000
MOST_FEN = 1_000_000_000


class Section(BaseModel):
    """A table of a scenario. Unknown keys, wrong types, NaN and infinities are refused.

    A whole number may stand for a float, nothing else is converted. Members of an IntEnum are
    written by name in lower case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _members_by_name(cls, data: Any) -> Any:
        kinds = _enumerations(cls)
        if not kinds or not isinstance(data, dict):
            return data
        return data | {
            key: kinds[key].get(data[key], data[key])
            for key in kinds.keys() & data.keys()
            if isinstance(data[key], str)
        }


def number(
    default: Any,
    description: str,
    *,
    source: str,
    ge: float | None = None,
    le: float | None = None,
    multiple_of: int | None = None,
    unit: str = "",
    neutral: float | None = None,
) -> Any:
    """Declare a number; `...` as default makes it required.

    source: where the default is from, a citation or "assumed". neutral: the value at which what
    the number stands for has no effect at all.
    """
    extra: dict[str, Any] = {"source": source}
    if unit:
        extra["unit"] = unit
    if neutral is not None:
        extra["neutral"] = neutral
    return Field(
        default,
        description=description,
        ge=ge,
        le=le,
        multiple_of=multiple_of,
        json_schema_extra=extra,
    )


def share(default: int, description: str, *, source: str, neutral: int | None = None) -> Any:
    """Declare a share from nothing to the whole, in ppm."""
    return number(
        default, description, ge=0, le=WHOLE_PPM, unit="ppm", source=source, neutral=neutral
    )


def money(default: int, description: str, *, source: str, neutral: int | None = None) -> Any:
    """Declare an amount up to ten million yuan, in fen."""
    return number(
        default, description, ge=0, le=MOST_FEN, unit="fen", source=source, neutral=neutral
    )


def choice(default: IntEnum, description: str, source: str) -> Any:
    """Declare one of a kind: in a file the lower-case name of a member of an IntEnum."""
    return Field(default, description=description, json_schema_extra={"source": source})


def switch(default: bool, description: str, source: str) -> Any:
    """Declare a yes or no."""
    return Field(default, description=description, json_schema_extra={"source": source})


def text(default: Any, description: str) -> Any:
    """Declare free text; `...` as default makes it required."""
    return Field(default, description=description)


def path(default: Any, description: str) -> Any:
    """Declare the path of a file or folder, relative to the folder of the file that names it."""
    return Field(default, description=description, json_schema_extra={"path": True})


def shares_make_one(values: Iterable[int], what: str) -> None:
    """Raise ValueError unless the shares, in ppm, add up to a million.

    what: the key at fault, seen from the section, or words for the shares.
    """
    total = sum(values)
    if total == WHOLE_PPM:
        return
    if what.replace(".", "_").isidentifier():
        raise ValueError(f"{what}: wanted shares that add up to 1,000,000 (found {total:,})")
    raise ValueError(f"wanted {what} that add up to 1,000,000 (found {total:,})")


@cache
def _enumerations(section: type[Section]) -> dict[str, dict[str, IntEnum]]:
    """Return the members by lower-case name, for each key that is an IntEnum."""
    return {
        key: {member.name.lower(): member for member in field.annotation}
        for key, field in section.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, IntEnum)
    }
