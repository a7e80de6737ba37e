"""Scenarios as trees of plain values, as TOML has them, and where each leaf is from."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from numbers import Integral
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

Steps = tuple[str | int, ...]
Tree = dict[str, Any]


class Origin(NamedTuple):
    """Where a value is from. A higher rank was applied later."""

    rank: int
    label: str  # the file as the user named it, or what changed the value
    folder: Path  # absolute; paths in the value are relative to it


Origins = dict[Steps, Origin]


def plain(value: Any) -> Any:
    """Return sections as dicts, IntEnum members as lower-case names; keys without a value go.

    Whole numbers of numpy are taken for Python's.
    """
    if isinstance(value, BaseModel):
        return {
            key: plain(getattr(value, key))
            for key in type(value).model_fields
            if getattr(value, key) is not None
        }
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Integral) and not isinstance(value, int):  # numpy's
        return int(value)
    return value


def leaves(value: Any, at: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Yield path and value of each leaf; an empty table or list is one."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*at, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*at, index))
    else:
        yield at, value


def dotted(path: Steps) -> str:
    """Return a path as one reads it in an error: `policy.0.date`."""
    return ".".join(map(str, path))


def merge(base: Any, change: Any, origins: Origins, origin: Origin, at: Steps = ()) -> Any:
    """Return `change` laid over `base`: tables key by key, all else replaced.

    Tables of `base` and `origins` are written to.
    """
    if isinstance(change, dict) and isinstance(base, dict):
        for key, value in change.items():
            base[key] = merge(base.get(key), value, origins, origin, (*at, key))
        if not base:
            origins[at] = origin
        return base
    # Below a list that is replaced, defaults may come to stand where something was given.
    for path in [path for path in origins if path[: len(at)] == at]:
        del origins[path]
    origins.update((path, origin) for path, _ in leaves(change, at))
    return copied(change)


def later(origins: Origins, label: str) -> Origin:
    """Return the origin of what is changed now."""
    rank = max((origin.rank for origin in origins.values()), default=-1) + 1
    return Origin(rank, label, Path.cwd())


def blamed(path: Steps, origins: Origins) -> Origin | None:
    """Return the origin of a value; for what was not given, that of the nearest thing around it.

    Of several files that make up a table, the one applied last is blamed.
    """
    for length in range(len(path), -1, -1):
        near = [origin for at, origin in origins.items() if at[:length] == path[:length]]
        if near:
            return max(near)
    return None


def value_at(tree: Any, path: Steps) -> Any:
    """Return the value at a path. Raises KeyError, naming it, where there is none."""
    for step in path:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            raise KeyError(dotted(path)) from None
    return tree


def copied(value: Any) -> Any:
    """Return a tree that shares no table and no list with this one."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value
