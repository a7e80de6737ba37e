"""Figures of a run as a function of the systematic factor, for the draws of `sim.study.factor`.

`factor.estimate(figure_given(scenario, "loss_fen"), 200, Draws.ANTITHETIC)` runs replication k with
the k-th factor imposed, and takes the interval that fits the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.scenario import Scenario, ScenarioError
from sim.study.factor import Draws, check_even, factors, interval
from sim.study.interval import LEVEL, Interval, Values
from sim.study.metrics import Series, metric

if TYPE_CHECKING:
    from sim.engines.state import State


class Factors(NamedTuple):
    """The systematic factors that a study imposes on replications 0, 1, ..."""

    draws: Draws
    drawn: Values  # shape (replications,)

    @classmethod
    def of(cls, scenario: Scenario, replications: int, draws: Draws) -> Factors:
        """Return factors keyed by the scenario's seed.

        Raises ScenarioError where the factor moves nothing, or pairs or strata are not even.
        """
        lines = []
        moved = scenario.environment.factor
        if not moved.loading_ppm and not moved.strain:
            words = f"wanted more than 0, for a factor drawn {draws.value} (found 0)"
            lines.append(f"{scenario.source}: environment.factor.loading_ppm: {words}")
        try:
            check_even(replications, draws)
        except ValueError as error:
            lines.append(f"replications: {error}")
        if lines:
            raise ScenarioError(lines)
        return cls(draws, factors(replications, draws, scenario.run.seed))

    def worlds(self, scenario: Scenario) -> list[Scenario]:
        """Return the scenario with the factor of each replication."""
        return [scenario.with_(**{"environment.factor.value": float(z)}) for z in self.drawn]

    def interval(self, values: Values, level: float = LEVEL) -> Interval:
        """Return the mean over the replications, with the interval that fits the draws."""
        return interval(values, self.draws, level, self.drawn)


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
