"""Scenarios: what a run depends on, read from TOML, checked, and frozen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.scenario.changes import Change
from sim.scenario.faults import ScenarioError
from sim.scenario.policies import applied
from sim.scenario.reading import read
from sim.scenario.resolved import differing
from sim.scenario.schema import schema as schema_of
from sim.scenario.sections import Scenario
from sim.scenario.tree import Origin, Origins, Tree, merge

__all__ = [
    "Change",
    "Scenario",
    "ScenarioError",
    "applied",
    "differing",
    "from_tree",
    "json_schema",
    "load",
]


def load(path: str | Path, changes: Sequence[str | Change] = ()) -> Scenario:
    """Return the scenario in a TOML file, laid over the files that it extends.

    changes: `KEY=VALUE`, as `--set` takes them, or what another option asks for; they may mend what
    the file has wrong. Raises ScenarioError with a line for each fault.

    >>> scenario = sim.load("scenarios/seed_article.toml", ["run.users=1_000"])
    >>> scenario.with_(days=60).run.days
    60
    """
    tree, origins = read(path)
    return Scenario.built(tree, origins, os.path.normpath(path), changes)


def from_tree(tree: Tree, changes: Sequence[str] = (), source: str = "scenario") -> Scenario:
    """Return the scenario that a tree of plain values describes, as TOML would. Raises as `load`.

    source: what stands for the file in messages.
    """
    origins: Origins = {}
    copy = merge({}, tree, origins, Origin(0, source, Path.cwd()))
    return Scenario.built(copy, origins, source, changes)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, with units, sources and neutral values."""
    return schema_of(Scenario)
