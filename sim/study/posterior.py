"""Replications over draws of the parameters: what is luck, and what is not known of the numbers.

A posterior file is a table, CSV or Parquet: a column for each key of the scenario, a row a draw;
with a column `weight`, as `paylater calibrate` leaves it, draws are lived as often as they weigh.
Each draw is lived by some replications; between draws the figures differ by parameters and luck,
within a draw by luck alone. Source of the parts: one-way random effects, Searle, Casella and
McCulloch, "Variance Components" (1992), section 3.6.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.results.faults import refused
from sim.scenario import Change, Scenario, ScenarioError
from sim.study.interval import LEVEL, NAN, Interval, mean

WEIGHT = "weight"  # column of a file of draws


class Parts(NamedTuple):
    """A mean over draws and replications, and what makes single runs differ."""

    interval: Interval  # of the mean over the posterior; from the means of draws
    luck_sd: float  # of a run around the mean of its draw; NaN with one run a draw
    parameter_sd: float  # of the mean of a draw around that of all; NaN with one run a draw

    @property
    def share_of_luck(self) -> float:
        """Share of the variance of single runs that is Monte Carlo noise."""
        luck, known = self.luck_sd**2, self.parameter_sd**2
        return luck / (luck + known) if luck + known > 0 else NAN


def parts(values: ArrayLike, level: float = LEVEL) -> Parts:
    """Return the parts of figures of shape (draws, replications of a draw)."""
    table = np.asarray(values, dtype=np.float64)
    draws, runs = table.shape
    means = table.mean(axis=1)
    found = mean(means, level)._replace(runs=table.size)
    if runs < 2 or draws < 2:
        return Parts(found, NAN, NAN)
    within = float(table.var(axis=1, ddof=1).mean())
    between = float(means.var(ddof=1)) - within / runs
    return Parts(found, math.sqrt(within), math.sqrt(max(between, 0.0)))


def drawn(scenario: Scenario, file: str | Path, count: int = 0) -> list[Scenario]:
    """Return the scenario with the numbers of each draw of a posterior file.

    count: of draws that are lived, where they weigh differently; as many as rows if 0. More of them
    begin with the same ones. Raises ScenarioError for a file that is no table, and for keys, values
    and weights that do not fit.
    """
    import pandas as pd

    place = Path(file)
    try:
        table = pd.read_parquet(place) if place.suffix == ".parquet" else pd.read_csv(place)
    except (OSError, ValueError) as error:
        raise refused(place, "a table of draws, CSV or Parquet", str(error)) from None
    if table.empty:
        raise refused(place, "a row a draw, and a column a key", "none")
    if WEIGHT in table:
        weights = table.pop(WEIGHT).to_numpy(np.float64)
        if not (weights >= 0).all() or not weights.sum() > 0:
            raise refused(place, "weights of 0 or more, not all 0", "others")
        table = table.iloc[weighed(weights, count or len(table))]
    made, lines = [], []
    for number, row in enumerate(table.to_dict("records")):
        changes = [Change(str(key), _plain(value)) for key, value in row.items()]
        try:
            made.append(scenario.changed(changes, f"{place}: row {number}"))
        except ScenarioError as error:
            lines += error.lines
    if lines:
        raise ScenarioError(lines)
    return made


def weighed(weights: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return which rows are lived, shape (count,): each as often as it weighs, evenly spread.

    Rows are found by a scrambled van der Corput sequence over the sums of weights.
    """
    from scipy.stats import qmc

    places = qmc.Halton(1, seed=1).random(count)[:, 0]
    upto = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(upto, places, side="right"), len(weights) - 1)


def _plain(value: object) -> object:
    """Return a number of numpy or pandas as Python's, whole where it is."""
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value
