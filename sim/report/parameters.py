"""Every value of a scenario, with the source of the ones that no file gave."""

from __future__ import annotations

import json
from typing import NamedTuple

from sim.scenario import Scenario
from sim.scenario.keys import keys_of
from sim.scenario.section import ASSUMED
from sim.scenario.tree import dotted, leaves


class Parameter(NamedTuple):
    """One value. source: of its declared default, a citation or "assumed"; empty for none."""

    key: str
    value: str
    source: str

    @property
    def assumed(self) -> bool:
        """Tell whether the number is ours and no source's."""
        return self.source.startswith(ASSUMED)


def parameters(scenario: Scenario) -> list[Parameter]:
    """Return all values of a scenario by key, in the order of the file; lists are one value."""
    sources = {}
    for path, field in keys_of(type(scenario)):
        extra = field.json_schema_extra
        sources[path] = str(extra.get("source", "")) if isinstance(extra, dict) else ""
    found: dict[tuple[str, str], list[str]] = {}
    for path, value in leaves(scenario.tree()):
        where = tuple(0 if isinstance(step, int) else step for step in path)
        at = next((k for k, step in enumerate(path) if isinstance(step, int)), len(path))
        within = ".".join(str(step) for step in path[at:] if not isinstance(step, int))
        text = _text(value)
        said = f"{within} {text}" if within else text
        found.setdefault((dotted(path[:at]), sources.get(where, "")), []).append(said)
    return [Parameter(key, ", ".join(texts), source) for (key, source), texts in found.items()]


def _text(value: object) -> str:
    if type(value) is int:
        return f"{value:_}"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return f"{text[:160]} …" if len(text) > 160 else text
