"""Every value of a scenario, with the source of the ones that it did not give itself."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sim.scenario import Scenario
from sim.scenario.keys import keys_of
from sim.scenario.presets import PRESETS, preset
from sim.scenario.section import ASSUMED
from sim.scenario.shelf import FIRST, OTHERS
from sim.scenario.tree import Steps, Tree, dotted, leaves, value_at

GIVEN = "given by the scenario"


class Parameter(NamedTuple):
    """One value. source: of its default or of its preset's term; GIVEN; empty for none."""

    key: str
    value: str
    source: str

    @property
    def assumed(self) -> bool:
        """Tell whether the number is ours and no source's."""
        return self.source.startswith(ASSUMED)


def parameters(scenario: Scenario) -> list[Parameter]:
    """Return all values of a scenario by key, in the order of the file; lists are one value.

    A product after the first has its name in its keys.
    """
    known = _Sources(scenario)
    found: dict[tuple[str, str], list[str]] = {}
    for path, value in leaves(scenario.tree()):
        product, rest = _parted(path)
        at = next((k for k, step in enumerate(rest) if isinstance(step, int)), len(rest))
        around = (FIRST, scenario.products[product].label) if product else ()
        key = dotted((*around, *(rest[1:at] if product else rest[:at])))
        within = ".".join(str(step) for step in rest[at:] if not isinstance(step, int))
        said = f"{within} {_text(value)}" if within else _text(value)
        source = known.source(path, product, rest, rest[:at])
        found.setdefault((key, source), []).append(said)
    return [Parameter(key, ", ".join(texts), source) for (key, source), texts in found.items()]


class _Sources:
    """Where the numbers of a scenario are from."""

    def __init__(self, scenario: Scenario) -> None:
        self._tree = scenario.tree()
        self._usual: Tree = type(scenario)().tree()
        self._declared = {}
        for path, field in keys_of(type(scenario)):
            extra = field.json_schema_extra
            self._declared[path] = str(extra.get("source", "")) if isinstance(extra, dict) else ""
        self._terms: list[dict[str, Any]] = [
            {term.key: term for term in preset(name).terms} if name in PRESETS else {}
            for name in (product.preset for product in scenario.products)
        ]

    def source(self, path: Steps, product: int, rest: Steps, whole: Steps) -> str:
        """Return the source of a value. rest: its path as of the first product; whole: its key."""
        value = value_at(self._tree, path[: len(path) - len(rest) + len(whole)])
        term = self._terms[product].get(dotted(whole[1:])) if whole[0] == FIRST else None
        if term is not None and term.value == value:
            return str(term.source)
        try:
            usual = value_at(self._usual, whole) == value
        except KeyError:
            usual = False
        where = tuple(0 if isinstance(step, int) else step for step in rest)
        return self._declared.get(where, "") if usual else GIVEN


def _parted(path: Steps) -> tuple[int, Steps]:
    """Return the number of the product that a path is of, and the path as of the first one."""
    if path[0] != OTHERS or len(path) < 2:
        return 0, path
    return int(path[1]) + 1, (FIRST, *path[2:])


def _text(value: object) -> str:
    if type(value) is int:
        return f"{value:_}"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return f"{text[:160]} …" if len(text) > 160 else text
