"""Intervals from independent replications, and how often each covers what it is meant to cover.

All are functions of arrays with one value a replication. Source of the formulas: Law, "Simulation
Modeling and Analysis", chapters 4 and 9; of the order statistics: David and Nagaraja, "Order
Statistics", section 7.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.risk.half_width import LEVEL as LEVEL_95
from sim.risk.half_width import student
from sim.risk.shares import ratio_error

LEVEL = LEVEL_95  # of every interval unless asked otherwise

NAN = float("nan")

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate and the interval around it; NaN bounds where there are too few replications."""

    estimate: float
    low: float
    high: float
    coverage: float  # nominal; exact where it is known, which is then not below what was asked
    runs: int

    @property
    def half_width(self) -> float:
        """Half of the interval's width."""
        return (self.high - self.low) / 2

    @property
    def estimable(self) -> bool:
        """Tell whether there were enough replications for an interval."""
        return not math.isnan(self.low)


def mean(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the mean with its t interval. No interval from one replication."""
    sample = _sample(values)
    runs = len(sample)
    error = float(sample.std(ddof=1)) / math.sqrt(runs) if runs > 1 else NAN
    return _around(float(sample.mean()), error, runs, level)


def ratio(parts: ArrayLike, wholes: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the ratio of two means by the delta method: `sum(parts) / sum(wholes)`.

    Raises ValueError where the two differ in length; NaN where the wholes add up to 0.
    """
    part, whole = _sample(parts), _sample(wholes)
    if len(part) != len(whole):
        raise ValueError(f"wanted as many parts as wholes (found {len(part)} and {len(whole)})")
    if whole.sum() == 0:
        return Interval(NAN, NAN, NAN, level, len(part))
    return _around(float(part.sum() / whole.sum()), ratio_error(part, whole), len(part), level)


def quantile(values: ArrayLike, share: float, level: float = LEVEL) -> Interval:
    """Return a quantile with the pair of order statistics that covers it at least at `level`.

    `coverage` is exact for a continuous distribution. Bounds are NaN, and the coverage 0, where no
    pair of so few replications covers it; see `runs_for_quantile`.
    """
    if not 0 < share < 1:
        raise ValueError(f"wanted a share between 0 and 1 (found {share})")
    sample = np.sort(_sample(values))
    runs = len(sample)
    estimate = float(np.quantile(sample, share))
    ranks = _ranks(runs, share, level)
    if ranks is None:
        return Interval(estimate, NAN, NAN, 0.0, runs)
    low, high, coverage = ranks
    return Interval(estimate, float(sample[low - 1]), float(sample[high - 1]), coverage, runs)


def runs_for_quantile(share: float, level: float = LEVEL) -> int:
    """Return the fewest replications whose extremes cover a quantile at `level`."""
    runs = 2
    while 1 - share**runs - (1 - share) ** runs < level:
        runs += 1
    return runs


def proportion(count: int, runs: int, level: float = LEVEL) -> Interval:
    """Return a share of replications with its exact interval (Clopper and Pearson 1934).

    It covers at least at `level`, whatever the share.
    """
    if not 0 <= count <= runs or runs < 1:
        raise ValueError(f"wanted a count from 0 to {runs} (found {count})")
    tail = (1 - level) / 2
    low = float(special.betaincinv(count, runs - count + 1, tail)) if count else 0.0
    high = float(special.betaincinv(count + 1, runs - count, 1 - tail)) if count < runs else 1.0
    return Interval(count / runs, low, high, level, runs)


def _sample(values: ArrayLike | Sequence[float]) -> Values:
    sample = np.asarray(values, dtype=np.float64).reshape(-1)
    if not len(sample):
        raise ValueError("wanted values of at least one replication (found none)")
    return sample


def _around(estimate: float, error: float, runs: int, level: float) -> Interval:
    """Return Student's interval around an estimate; none from one replication."""
    if runs < 2:
        return Interval(estimate, NAN, NAN, level, runs)
    half = float(student(runs - 1, level)) * error
    return Interval(estimate, estimate - half, estimate + half, level, runs)


def _ranks(runs: int, share: float, level: float) -> tuple[int, int, float] | None:
    """Return ranks from 1 and their exact coverage: the closest pair, of these the least sure."""
    below = special.bdtr(np.arange(-1, runs + 1), runs, share)  # P(fewer than k values below), k
    below[0] = 0.0
    best: tuple[int, float, int] | None = None
    for low in range(1, runs):
        enough = np.flatnonzero(below[low + 1 : runs + 1] - below[low] >= level)
        if len(enough):
            high = low + 1 + int(enough[0])
            found = (high - low, float(below[high] - below[low]), low)
            best = found if best is None else min(best, found)
    if best is None:
        return None
    apart, coverage, low = best
    return low, low + apart, coverage
