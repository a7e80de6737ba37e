"""A scenario written out in full: every value with its origin, and the text that is hashed."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

from sim.scenario import shelf
from sim.scenario.keys import keys_of
from sim.scenario.notation import document
from sim.scenario.tree import Origin, Steps, Tree, dotted, leaves, value_at

if TYPE_CHECKING:
    from sim.scenario.origin import Document

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def to_toml(scenario: Document) -> str:
    """Return all values as TOML. Behind each is its file, or `default` and the default's source.

    Paths are absolute, so that the text can be read from any folder.
    """
    sources = {path: _extra(field).get("source", "") for path, field in keys_of(type(scenario))}
    latest: dict[Steps, Origin] = {}  # at or below each path
    for at, origin in scenario.origins.items():
        for length in range(len(at) + 1):
            above = at[:length]
            latest[above] = max(latest.get(above, origin), origin)
    tree = _located(scenario)
    several = bool(tree.get(shelf.OTHERS))

    def comment(path: Steps) -> str:
        path = shelf.inside(path) if several else path
        if path in latest:
            return latest[path].label
        source = sources.get(tuple(0 if isinstance(step, int) else step for step in path))
        return f"default: {source}" if source else "default"

    return document(shelf.together(tree), comment)


def values(scenario: Document) -> Tree:
    """Return all values as JSON has them: dates as text, paths absolute."""
    return _json(shelf.together(_located(scenario)))  # type: ignore[no-any-return]


def tree_of(found: Any) -> Any:
    """Return what `values` gave as a tree again; text that reads as a date is one."""
    if isinstance(found, dict):
        return {key: tree_of(item) for key, item in found.items()}
    if isinstance(found, list):
        return [tree_of(item) for item in found]
    is_date = isinstance(found, str) and _DATE.fullmatch(found)
    return dt.date.fromisoformat(found) if is_date else found


def canonical(scenario: Document) -> str:
    """Return the one text of all equal scenarios, as JSON."""
    return json.dumps(values(scenario), sort_keys=True, separators=(",", ":"), allow_nan=False)


def differing(one: Document, other: Document) -> list[str]:
    """Return the keys with dots in which two scenarios differ, sorted."""
    left, right = (
        {dotted(path): json.dumps(value) for path, value in leaves(values(scenario))}
        for scenario in (one, other)
    )
    return sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))


def _located(scenario: Document) -> Tree:
    """Return the tree with absolute paths."""
    tree = scenario.tree()
    for path, field in keys_of(type(scenario)):
        if not _extra(field).get("path"):
            continue
        for at, value in leaves(tree):
            if value and tuple(0 if isinstance(step, int) else step for step in at) == path:
                place = scenario.path_of(dotted(at))
                value_at(tree, at[:-1])[at[-1]] = str(place)
    return tree


def _extra(field: Any) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
