"""Targets of a fit: a value with its standard error under each key, from a JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sim.scenario import ScenarioError


class Target(NamedTuple):
    """What one statistic of accounts is in the data."""

    key: str  # path in the file, joined by /
    value: float
    error: float  # standard error; 0 where the data give none
    judged: bool  # whether it counts


class Targets(NamedTuple):
    """All targets of a file, in its order."""

    each: tuple[Target, ...]
    clients: int  # that the standard errors are those of

    @property
    def judged(self) -> tuple[Target, ...]:
        """Those that count."""
        return tuple(target for target in self.each if target.judged)


def read_targets(file: str | Path, judged: str | Path | None = None) -> Targets:
    """Return the targets of a file; those of the list `judged` count, or all with an error.

    Raises ScenarioError for a file that is no targets, and for a judged key that it lacks.
    """
    content = _json(file)
    many = [*_leaves({k: v for k, v in content.items() if k != "meta"}, ())]
    if not many:
        raise ScenarioError([f"{file}: wanted keys with value and se (found none)"])
    asked = None if judged is None else set(_json(judged).get("targets", []))
    missing = [] if asked is None else sorted(asked - {key for key, _, _ in many})
    if missing:
        raise ScenarioError([f"{judged}: targets: wanted keys of {file} (found {missing[0]})"])
    found = [Target(k, v, e, e > 0 if asked is None else k in asked) for k, v, e in many]
    clients = content.get("meta", {}).get("clients", 21_000)
    return Targets(tuple(found), int(clients))


def _leaves(tree: dict[str, Any], at: tuple[str, ...]) -> Iterator[tuple[str, float, float]]:
    for key, part in tree.items():
        if isinstance(part, dict) and isinstance(part.get("value"), int | float):
            yield "/".join((*at, key)), float(part["value"]), float(part.get("se") or 0.0)
        elif isinstance(part, dict):
            yield from _leaves(part, (*at, key))


def _json(file: str | Path) -> dict[str, Any]:
    try:
        found = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise ScenarioError([f"{file}: wanted a JSON file of targets (found {why})"]) from None
    if not isinstance(found, dict):
        raise ScenarioError([f"{file}: wanted a table of targets (found {type(found).__name__})"])
    return found
