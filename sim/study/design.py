"""The rows of a sweep: what each sets, and why some cannot be run. Every row is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Change, Scenario, ScenarioError
from sim.scenario.shelf import meant
from sim.scenario.tree import value_at
from sim.study.expression import Expression
from sim.study.extras import library

if TYPE_CHECKING:
    from sim.scenario.studies import Axis, SweepFile

PLANNED, EXCLUDED, FAILED = "planned", "excluded", "failed"


class Row(NamedTuple):
    """One row of a design."""

    number: int
    settings: dict[str, Any]  # of the axes and derived keys
    scenario: Scenario | None  # None where it cannot be run
    status: str  # PLANNED, EXCLUDED by a constraint, or FAILED to be a scenario
    error: str  # "" where nothing is wrong
    hash: str = ""  # of the scenario


def rows(study: SweepFile, base: Scenario) -> list[Row]:
    """Return all rows of a design, in order; see `sim.scenario.studies.SweepFile`.

    base: the scenario with the keys that every row sets. Raises ScenarioError for an expression
    that is none, and where no row at all is a scenario.
    """
    make = maker(study, base)
    made = [make(number, values) for number, values in enumerate(_points(study, base))]
    if all(row.status == FAILED for row in made):
        raise ScenarioError([row.error for row in made])
    return made


def maker(study: SweepFile, base: Scenario) -> Callable[[int, dict[str, Any]], Row]:
    """Return what makes a row of its number and the keys that it sets."""
    derived = [(one.key, _read(study, one.value)) for one in study.derived]
    constraints = [_read(study, text) for text in study.constraints]
    return lambda number, values: _row(number, values, base, derived, constraints, study.source)


def kind_of(base: Scenario, axis: Axis) -> type:
    """Return int for an axis whose key is a whole number in the scenario, else float."""
    return int if isinstance(value_of(base, axis.key), int) else float


def problem(names: Sequence[str]) -> dict[str, Any]:
    """Return axes as SALib has them, on the unit cube."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _points(study: SweepFile, base: Scenario) -> list[dict[str, Any]]:
    """Return what the axes set in each row."""
    if study.design in ("grid", "list"):
        columns = [_settings(axis) for axis in study.axis]
        joined = product(*columns) if study.design == "grid" else zip(*columns, strict=True)
        return [{k: v for part in parts for k, v in part.items()} for parts in joined] or [{}]
    kinds = [value_of(base, axis.key) for axis in study.axis]
    return [
        {
            axis.key: _between(axis, float(at), kind)
            for axis, at, kind in zip(study.axis, point, kinds, strict=True)
        }
        for point in _unit_points(study)
    ]


def _unit_points(study: SweepFile) -> NDArray[np.float64]:
    """Return points of the unit cube, shape (rows, axes)."""
    from scipy.stats import qmc

    axes = len(study.axis)
    if study.design == "sobol":
        # The first points of a longer sequence are those of a shorter one.
        return qmc.Sobol(axes, rng=study.seed).random(study.points)
    if study.design == "lhs":
        hypercubes = qmc.LatinHypercube(axes, rng=study.seed)
        return np.concatenate([hypercubes.random(study.points) for _ in range(study.blocks)])
    asked = problem([axis.key for axis in study.axis])
    made: NDArray[np.float64] = library("SALib.sample.sobol", "study").sample(
        asked, study.points, calc_second_order=False, seed=study.seed
    )
    return made


def _settings(axis: Axis) -> list[dict[str, Any]]:
    if axis.keys:
        return [dict(zip(axis.keys, values, strict=True)) for values in axis.values]
    return [{axis.key: value} for value in axis.values]


def _between(axis: Axis, at: float, kind: Any) -> Any:
    """Return the value at a point of [0, 1]; whole where the scenario's own value is."""
    low, high = float(axis.low or 0), float(axis.high or 0)
    value = low * (high / low) ** at if axis.scale == "log" else low + at * (high - low)
    return round(value) if isinstance(kind, int) else value


def _row(
    number: int,
    values: dict[str, Any],
    base: Scenario,
    derived: list[tuple[str, Expression]],
    constraints: list[Expression],
    source: str,
) -> Row:
    try:
        values = values | _derived(values, base, derived)
        broken = next((c for c in constraints if not c.value(_lookup(values, base))), None)
        if broken is not None:
            return Row(number, values, None, EXCLUDED, f"constraint: {broken.text}")
        changes = [Change(key, value) for key, value in values.items()]
        made = base.changed(changes, source)
        return Row(number, values, made, PLANNED, "", made.hash)
    except ScenarioError as error:
        return Row(number, values, None, FAILED, "; ".join(error.lines))
    except ArithmeticError as error:
        return Row(number, values, None, FAILED, f"{type(error).__name__}: {error}")


def _derived(
    values: dict[str, Any], base: Scenario, derived: list[tuple[str, Expression]]
) -> dict[str, Any]:
    """Return the keys that follow; later ones may build on earlier ones."""
    found: dict[str, Any] = {}
    for key, expression in derived:
        value = expression.value(_lookup(values | found, base))
        found[key] = round(value) if isinstance(value_of(base, key), int) else value
    return found


def _lookup(values: dict[str, Any], base: Scenario) -> Any:
    return lambda name: values[name] if name in values else value_of(base, name)


def value_of(base: Scenario, key: str) -> Any:
    """Return the base's value at a key with dots. Raises ScenarioError for one it has not.

    One of several products may be named, as in all keys.
    """
    tree = base.tree()
    steps = (int(step) if step.isdecimal() else step for step in meant(key.split("."), tree))
    try:
        return value_at(tree, tuple(steps))
    except KeyError:
        raise ScenarioError([f"{key}: wanted a key of {base.source} (found none)"]) from None


def _read(study: SweepFile, text: str) -> Expression:
    try:
        return Expression(text)
    except ValueError as error:
        raise ScenarioError([f"{study.source}: {error}"]) from None
