"""The keys in which two scenarios differ, as levers that can be set one by one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from sim.scenario import Scenario, ScenarioError, from_tree
from sim.scenario.shelf import FIRST, label
from sim.scenario.tree import Steps, Tree, copied, dotted

# What must be equal for users and days to be the same on both sides.
SHARED = ("start", "days", "burn_in_days", "users", "seed")
# Names, files, lines in a chart, how many runs.
_NO_LEVERS = {("run",), ("output",), ("appetite",), ("precision",)}


def check_pairs(a: Scenario, b: Scenario) -> None:
    """Raise ScenarioError for keys of B that keep its users and days from being those of A."""
    lines = check_alike(a, b, a.source, b.source, SHARED)
    if lines:
        raise ScenarioError(lines)


def check_alike(
    a: Scenario, b: Scenario, a_place: str, b_place: str, keys: Sequence[str] = SHARED[:-1]
) -> list[str]:
    """Return a line for each key of `run` that differs; the seed may, unless it is asked for."""
    return [
        f"{b_place}: run.{key}: wanted {getattr(a.run, key)}, as {a_place} has it"
        f" (found {getattr(b.run, key)})"
        for key in keys
        if getattr(a.run, key) != getattr(b.run, key)
    ]


def levers(a: Scenario, b: Scenario) -> list[Steps]:
    """Return the keys that differ, in the order of the file; lists and their likes as a whole.

    One of several products has its name in its keys, where A and B have the same products.
    """
    return list(_differing(tree_of(a), tree_of(b)))


def mixed(a: Scenario, b: Scenario, chosen: Sequence[Steps]) -> Scenario:
    """Return A with the chosen levers set as B has them.

    Raises ScenarioError where the two contradict each other, naming the levers.
    """
    tree, other = tree_of(a), tree_of(b)
    for path in chosen:
        _move(tree, other, path)
    try:
        return from_tree(as_file(tree), source=a.source)
    except ScenarioError as error:
        names = ", ".join(map(dotted, chosen))
        words = f"{b.source}: wanted keys that can be set one by one; {names} alone gives"
        raise ScenarioError([f"{words}: {line}" for line in error.lines]) from None


def tree_of(scenario: Scenario) -> Tree:
    """Return all values, several products by their names; paths mean the same elsewhere."""
    tree = tomllib.loads(scenario.to_toml())
    if isinstance(tree[FIRST], list):
        tree[FIRST] = {label(product): product for product in tree[FIRST]}
    return tree


def as_file(tree: Tree) -> Tree:
    """Return a tree with several products as a file has them; writes to it."""
    products = tree[FIRST]
    if all(isinstance(product, dict) for product in products.values()):
        tree[FIRST] = list(products.values())
    return tree


def _differing(a: Any, b: Any, at: Steps = ()) -> Iterator[Steps]:
    if at in _NO_LEVERS or a == b:
        return
    if isinstance(a, dict) and isinstance(b, dict) and (not at or a.keys() == b.keys()):
        for key in dict.fromkeys([*a, *b]):
            yield from _differing(a.get(key), b.get(key), (*at, key))
    else:
        yield at


def _move(tree: Tree, other: Tree, path: Steps) -> None:
    """Make a tree at a path what the other is there."""
    node: Any = tree
    value: Any = other
    for step in path[:-1]:
        node, value = node[step], value[step]
    if path[-1] in value:
        node[path[-1]] = copied(value[path[-1]])
    else:
        node.pop(path[-1], None)
