"""Figures of a run as a function of the systematic factor, for the draws of `sim.study.factor`.

`factor.estimate(figure_given(scenario, "loss_fen"), 200, Draws.ANTITHETIC)` runs replication k with
the k-th factor imposed, and takes the interval that fits the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario import Scenario
from sim.study.interval import Values
from sim.study.metrics import Series, metric

if TYPE_CHECKING:
    from sim.engines.state import State


def figure_given(
    scenario: Scenario, figure: str | Callable[[State], float], *, threads: int | None = None
) -> Callable[[Values], Values]:
    """Return a function of factors, shape (n,), to the figure of one replication for each.

    Replication k has luck of its own and factor k, whatever the scenario would draw. figure: a
    metric of `sim.study.metrics` on the last day, or any figure of the state after it. Raises
    ValueError for a metric that is none.
    """
    read = _reading(figure) if isinstance(figure, str) else figure

    def given(factors: Values) -> Values:
        found = [
            read(_lived(scenario, float(z), replication, threads))
            for replication, z in enumerate(factors)
        ]
        return np.array(found, dtype=np.float64)

    return given


def _reading(name: str) -> Callable[[State], float]:
    """Return what reads a metric off the state after the last day."""
    asked = metric(name)

    def read(state: State) -> float:
        from sim.results.record import Record
        from sim.results.tables import table

        series = Series.of_tables([table(Record.of(state), "daily")])
        return float(asked.values(series)[0, -1])

    return read


def _lived(scenario: Scenario, z: float, replication: int, threads: int | None) -> State:
    from sim.simulation import simulate

    imposed = scenario.with_(**{"environment.factor.value": z})
    return simulate(imposed, threads=threads, replication=replication)
