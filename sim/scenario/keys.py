"""Which keys there are, and which was meant by one that is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.shelf import OTHERS
from sim.scenario.tree import Steps, dotted
from sim.scenario.words import bare, wanted

_FEW = 12


class Key(NamedTuple):
    """What is known of one place in a scenario."""

    path: Steps  # as the file has it
    wanted: str
    section: type[BaseModel] | None  # where the place is a table
    of: type[BaseModel] | None  # the table that the last step is looked up in
    kinds: tuple[str, ...]  # where the place is one of several kinds of tables, their names


def keys_of(section: type[BaseModel], at: Steps = ()) -> Iterator[tuple[Steps, FieldInfo]]:
    """Yield path and declaration of each value; an entry of a list of tables has the step 0."""
    for name, field in section.model_fields.items():
        annotation, _ = bare(field.annotation)
        inner = _section(annotation)
        if inner is not None:
            yield from keys_of(inner, (*at, name))
            continue
        item = get_args(annotation)[0] if get_origin(annotation) is list else None
        inner = _section(bare(item)[0])
        if inner is not None:
            yield from keys_of(inner, (*at, name, 0))
        else:
            yield (*at, name), field


def located(model: type[BaseModel], loc: Steps) -> Key:
    """Return the place that pydantic means: its names of members of a union are left out."""
    path: list[str | int] = []
    annotation: Any = model
    metadata: list[Any] = []
    within: type[BaseModel] | None = None
    for step in loc:
        annotation, _ = bare(annotation)
        if get_origin(annotation) in (Union, UnionType):
            annotation, metadata = _member(annotation, step), []
            continue
        section, within = _section(annotation), None
        if section is not None:
            field = section.model_fields.get(str(step))
            annotation, metadata = (field.annotation, field.metadata) if field else (None, [])
            within = section
        elif get_origin(annotation) in (list, dict):
            annotation, metadata = get_args(annotation)[-1], []
        elif annotation is not None:
            continue
        path.append(step)
    section = _section(bare(annotation)[0])
    return Key(tuple(path), wanted(annotation, metadata), section, within, _kinds(annotation))


def nearest(model: type[BaseModel], key: Key) -> str:
    """Return words that help with an unknown key: the one meant, or all there are."""
    name = str(key.path[-1])
    known = list(key.of.model_fields) if key.of is not None else []
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    every_key = [path for path, _ in keys_of(model) if path[0] != OTHERS]
    elsewhere = [dotted(path) for path in every_key if path[-1] == name]
    if elsewhere:
        return f"did you mean `{elsewhere[0]}`?"
    every = {str(path[-1]): dotted(path) for path in every_key}
    near = difflib.get_close_matches(name, list(every), n=1, cutoff=0.8)
    if near:
        return f"did you mean `{every[near[0]]}`?"
    shown = ", ".join(known[:_FEW]) + (", ..." if len(known) > _FEW else "")
    return f"there are {shown}"


def _section(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _kinds(annotation: Any) -> tuple[str, ...]:
    annotation, _ = bare(annotation)
    members = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
    sections = [section for member in members if (section := _section(bare(member)[0]))]
    fields = [field for section in sections for field in section.model_fields.values()]
    literals = [field.annotation for field in fields if get_origin(field.annotation) is Literal]
    return tuple(dict.fromkeys(str(name) for each in literals for name in get_args(each)))


def _member(union: Any, tag: str | int) -> Any:
    """Return the member of a union that pydantic calls `tag`: a class, or the value that tells."""
    for member in get_args(union):
        section = _section(bare(member)[0])
        if section is None:
            if getattr(member, "__name__", "") == tag:
                return member
            continue
        kinds = [get_args(field.annotation) for field in section.model_fields.values()]
        if section.__name__ == tag or any(tag in kind for kind in kinds):
            return member
    return None
