"""What a key wants, in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import IntEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.notation import inline

_PLAIN = {bool: "true or false", dt.date: "a date such as 2024-01-31", dict: "a table"}
_PLURAL = {
    "a whole number": "whole numbers",
    "a number": "numbers",
    "text in quotes": "texts in quotes",
    "a list": "lists",
    "a date such as 2024-01-31": "dates such as 2024-01-31",
}


def counted(count: int, what: str) -> str:
    """Return a count with its noun, as in `1 run`, `1,200 runs`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def wanted(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """Return what a key of this type and these bounds takes."""
    annotation, bounds = bare(annotation, metadata)
    origin = get_origin(annotation) or annotation
    if origin in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        return " or ".join(dict.fromkeys(wanted(member, metadata) for member in members))
    if origin is Literal:
        return one_of(get_args(annotation))
    if origin in (list, tuple):
        return _list(get_args(annotation), bounds)
    return _class(origin, bounds) if isinstance(origin, type) else "another value"


def _class(kind: type, bounds: dict[str, Any]) -> str:
    if issubclass(kind, IntEnum):
        return one_of([member.name.lower() for member in kind])
    if issubclass(kind, BaseModel):
        return "a table"
    if issubclass(kind, str):
        return "text in quotes" + _size(bounds, "character")
    if kind in (int, float):
        return _number("a whole number" if kind is int else "a number", bounds)
    if kind is dt.date and "ge" in bounds:
        return f"a date from {bounds['ge']} to {bounds['le']}"
    return _PLAIN.get(kind, "another value")


def bare(annotation: Any, metadata: Iterable[Any] = ()) -> tuple[Any, dict[str, Any]]:
    """Return a type without `Annotated` and `| None`, and its bounds by name."""
    found = list(metadata)
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            found += more
            continue
        members = [member for member in get_args(annotation) if member is not type(None)]
        if get_origin(annotation) in (Union, UnionType) and len(members) == 1:
            annotation = members[0]
            continue
        return annotation, _bounds(found)


def _bounds(metadata: Iterable[Any]) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, FieldInfo):
            bounds |= _bounds(item.metadata)
        for name in ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length"):
            if getattr(item, name, None) is not None:
                bounds[name] = getattr(item, name)
    return bounds


def _number(what: str, bounds: dict[str, Any]) -> str:
    low, high = bounds.get("ge"), bounds.get("le")
    if low is not None and high is not None:
        what += f" from {_figure(low)} to {_figure(high)}"
    elif low is not None:
        what += f" of at least {_figure(low)}"
    elif high is not None:
        what += f" of at most {_figure(high)}"
    for name, words in (("gt", "above"), ("lt", "below")):
        if name in bounds:
            what += f" {words} {_figure(bounds[name])}"
    return what + (f", a multiple of {bounds['multiple_of']}" if "multiple_of" in bounds else "")


def _list(members: tuple[Any, ...], bounds: dict[str, Any]) -> str:
    item = wanted(members[0]) if members else "another value"
    if item == "a table":
        item = "tables, each under a [[header]]"
    for one, many in _PLURAL.items():
        if item.startswith(one):
            item = many + item.removeprefix(one)
            break
    low, high = bounds.get("min_length"), bounds.get("max_length")
    if low is not None and low == high:
        return f"a list of {low} {item}"
    return f"a list of {item}" + _size(bounds, "entry")


def _size(bounds: dict[str, Any], what: str) -> str:
    low, high = bounds.get("min_length"), bounds.get("max_length")
    many = {"entry": "entries"}.get(what, f"{what}s")
    if low is not None and high is not None:
        return f", {low} to {high} {many}"
    if low is not None:
        return f", at least {low} {what if low == 1 else many}"
    return f", at most {high} {what if high == 1 else many}" if high is not None else ""


def one_of(names: Iterable[Any]) -> str:
    """Return a choice in words: `"a", "b" or "c"`."""
    words = [inline(name) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _figure(value: float) -> str:
    return f"{value:,.15g}"
