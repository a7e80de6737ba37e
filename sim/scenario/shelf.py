"""The products of a scenario: `[[product]]` tables of a file, and the keys by which each is meant.

Inside a scenario the first stands at `product`, the others at `beside`. Outside, in files, keys and
messages, all are `product`: `product.limit.max_fen` is the first one's, `product.1.limit.max_fen`
the second's; a name may stand for the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.scenario.tree import Origins, Steps, Tree

FIRST, OTHERS = "product", "beside"


def split(tree: Tree, origins: Origins) -> None:
    """Move the tables after the first of `[[product]]` to where a scenario keeps them."""
    products = tree.get(FIRST)
    if not isinstance(products, list) or not products:
        return
    tree[FIRST], tree[OTHERS] = products[0], products[1:]
    for path in [path for path in origins if path[0] == OTHERS]:
        del origins[path]
    for path in [path for path in origins if path[0] == FIRST and len(path) > 1]:
        number, rest = int(path[1]), path[2:]
        moved = (FIRST, *rest) if number == 0 else (OTHERS, number - 1, *rest)
        origins[moved] = origins.pop(path)


def choose(tree: Tree, origins: Origins) -> None:
    """Keep the products that `run.products` names; what policies set for the others goes too.

    Names that no product has are left to the scenario's own check.
    """
    run = tree.get("run")
    names = run.get("products") if isinstance(run, dict) else None
    held = [_at(tree, place) for place in places(tree)]
    kept = [n for n, product in enumerate(held) if label(product) in (names or ())]
    if not isinstance(names, list) or not kept or len(kept) == len(held):
        return
    tree[FIRST], *tree[OTHERS] = (held[n] for n in kept)
    for path in [path for path in origins if path[0] in (FIRST, OTHERS)]:
        origin = origins.pop(path)
        number, rest = (0, path[1:]) if path[0] == FIRST else (int(path[1]) + 1, path[2:])
        if number in kept:
            origins[inside((FIRST, kept.index(number), *rest))] = origin
    for policy in tree.get("policy", []):
        if isinstance(policy, dict) and isinstance(policy.get("set"), dict):
            settings = by_product(policy["set"])
            policy["set"] = {
                _key_of(key, kept.index(number) if number in kept else 0): value
                for number, some in settings.items()
                for key, value in some.items()
                if number in kept or not key.startswith(f"{FIRST}.")
            }


def _key_of(key: str, number: int) -> str:
    own = number > 0 and key.startswith(f"{FIRST}.")
    return key.replace(FIRST, f"{FIRST}.{number}", 1) if own else key


def _at(tree: Any, place: Steps) -> Any:
    for step in place:
        tree = tree[step]
    return tree


def together(tree: Tree) -> Tree:
    """Return a scenario's tree as a file has it."""
    if not tree.get(OTHERS):
        return {key: value for key, value in tree.items() if key != OTHERS}
    all_of_them = [tree[FIRST], *tree[OTHERS]]
    return {
        key: all_of_them if key == FIRST else value for key, value in tree.items() if key != OTHERS
    }


def outside(path: Steps) -> Steps:
    """Return a path as one reads it in a file."""
    if path[:1] != (OTHERS,):
        return path
    return (FIRST, *(int(step) + 1 if at == 0 else step for at, step in enumerate(path[1:])))


def inside(path: Steps) -> Steps:
    """Return where a scenario keeps what a file with several products has at a path."""
    if path[:1] != (FIRST,) or len(path) < 2 or not isinstance(path[1], int):
        return path
    return (FIRST, *path[2:]) if path[1] == 0 else (OTHERS, path[1] - 1, *path[2:])


def places(tree: Tree) -> list[Steps]:
    """Return the path of each product in a scenario's tree."""
    others = tree.get(OTHERS)
    count = len(others) if isinstance(others, list) else 0
    first: list[Steps] = [(FIRST,)] if FIRST in tree else []
    return [*first, *((OTHERS, number) for number in range(count))]


def numbered(steps: Sequence[str], tree: Tree) -> list[str]:
    """Return a key's steps with the number of a product in place of its name, none for the first.

    tree: the scenario's, after `split`.
    """
    if len(steps) < 2 or steps[0] != FIRST:
        return [*steps]
    number = _number(steps[1], tree)
    if number is None:
        return [*steps]
    return [FIRST, *steps[2:]] if number == 0 else [FIRST, str(number), *steps[2:]]


def meant(steps: Sequence[str], tree: Tree) -> list[str]:
    """Return the steps at which a scenario's tree keeps what a key stands for."""
    found = numbered(steps, tree)
    if len(found) < 2 or found[0] != FIRST or not found[1].isdecimal():
        return found
    if int(found[1]) > len(places(tree)) - 1:
        return found
    return [OTHERS, str(int(found[1]) - 1), *found[2:]]


def by_product(settings: Tree) -> dict[int, Tree]:
    """Return settings by the number of their product, each under the first one's keys."""
    found: dict[int, Tree] = {}
    for key, value in settings.items():
        steps = key.split(".")
        beside = len(steps) > 2 and steps[0] == FIRST and steps[1].isdecimal()
        number = int(steps[1]) if beside else 0
        found.setdefault(number, {})[".".join([FIRST, *steps[2:]]) if beside else key] = value
    return found


def label(product: Any) -> Any:
    """Return the name of a product's table: its own, or that of its preset."""
    if not isinstance(product, dict):
        return None
    return product.get("name") or product.get("preset") or "seed_article"


def schema(properties: Tree) -> Tree:
    """Return the properties of a scenario's JSON Schema as a file has them."""
    one = properties[OTHERS]["items"]
    many = {"type": "array", "items": one, "minItems": 1}
    about = {"description": "the credit line, or several of them"}
    both = {"anyOf": [one, many], "default": properties[FIRST].get("default", {}), **about}
    return {
        key: both if key == FIRST else value for key, value in properties.items() if key != OTHERS
    }


def _number(step: str, tree: Tree) -> int | None:
    """Return which product a step names; None where it names none."""
    if step.isdecimal():
        return int(step)
    for number, place in enumerate(places(tree)):
        if label(_at(tree, place)) == step:
            return number
    return None
