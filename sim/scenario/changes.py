"""Changes to a scenario by key: `--set KEY=VALUE`, `with_`, and what a policy sets."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.scenario import shelf
from sim.scenario.faults import Fault, found
from sim.scenario.tree import Origin, Origins, Steps, Tree, copied, merge, plain

SHORTCUTS = {key: f"run.{key}" for key in ("users", "days", "seed", "replications", "start")}

_DEEPEST = 20  # tables in tables


class Change(NamedTuple):
    """A key with dots, and its new value.

    Tables merge key by key, all else is replaced, by a Section too: it has all its keys.
    """

    key: str  # "product.limit.max_fen", "policy.0.share_ppm", or a shortcut such as "users"
    value: Any
    asker: str = ""  # what errors call it, such as `--users`; empty for the label of all


class _NoPlaceError(LookupError):
    """A key that leads nowhere."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def parsed(words: str) -> Change:
    """Return the change that KEY=VALUE asks for; the value is TOML, a bare word is text.

    Raises ValueError, with what was wanted, where there is no key.
    """
    key, sign, value = words.partition("=")
    steps = key.split(".")
    if not sign or len(steps) > _DEEPEST or not all(step.strip() for step in steps):
        raise ValueError(f"wanted KEY=VALUE, such as run.users=2000 (found {found(words)})")
    return Change(".".join(step.strip() for step in steps), _value(value.strip()))


def changed(tree: Tree, origins: Origins, changes: Iterable[Change], origin: Origin) -> list[Fault]:
    """Write changes into a tree and its origins; return a fault for each that has no place."""
    faults = []
    for key, value, asker in changes:
        steps = shelf.meant(key.split("."), tree)
        try:
            _put(tree, steps, value, origins, origin._replace(label=asker or origin.label))
        except _NoPlaceError as error:
            faults.append(error.fault)
    return faults


def _value(words: str) -> Any:
    try:
        tree = copied(tomllib.loads(f"value = {words}"))  # fails here if it is too deep to walk
    except (ValueError, RecursionError):
        return words
    return tree["value"] if len(tree) == 1 else words


def _put(tree: Tree, steps: list[str], value: Any, origins: Origins, origin: Origin) -> None:
    node: Any = tree
    at: Steps = ()
    for last, step in enumerate(steps, start=1 - len(steps)):
        place: Any = _place(node, step, at)
        at = (*at, place)
        below = node[place] if isinstance(node, list) else node.get(place)
        if last == 0:
            base = None if isinstance(value, BaseModel) else below
            node[place] = merge(base, plain(value), origins, origin, at)
            return
        if not isinstance(below, dict | list):
            below = node[place] = {}
        node = below


def _place(node: Any, step: str, at: Steps) -> str | int:
    """Return the key, or the index in a list. Raises _NoPlaceError."""
    if not isinstance(node, list):
        return step
    if step.isdecimal() and int(step) < len(node):
        return int(step)
    words = f"wanted a number from 0 to {len(node) - 1} (found {step})"
    if not node:
        words = "wanted a list with entries (found [])"
    raise _NoPlaceError(Fault((*at, step), words, crossed=False))
