"""Intervals of fitted figures over replications, by leaving out one after the other.

Source: Miller, The jackknife, a review, Biometrika 61, 1974; Efron and Tibshirani, An Introduction
to the Bootstrap, 1993, chapter 11.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.risk.half_width import student

Floats = NDArray[np.float64]


class Jackknifed(NamedTuple):
    """Estimates and 95 % intervals, arrays of one shape; NaN bounds from a single replication."""

    estimate: Floats
    low: Floats
    high: Floats
    runs: int

    def floored(self) -> Jackknifed:
        """Return the same without bounds below 0, for what cannot be there."""
        return self._replace(low=np.maximum(self.low, 0.0))


def jackknife(
    measure: Callable[..., ArrayLike], *tables: pd.DataFrame, bounded: bool = False
) -> Jackknifed:
    """Return what a measure gives of tables, with its interval over their replications.

    measure: takes the tables, gives numbers of one shape whatever the replications; ValueError of
    it with one left out leaves no interval. tables: with a column `replication`. bounded: the
    interval ends at 0 and 1. Raises what the measure raises on the whole.
    """
    whole = np.asarray(measure(*tables), dtype=float)
    numbers = sorted(set(tables[0]["replication"]))
    runs = len(numbers)
    nothing = np.full(whole.shape, np.nan)
    if runs < 2:
        return Jackknifed(whole, nothing, nothing, runs)
    try:
        parts = np.stack([_without(measure, tables, number) for number in numbers])
    except (ValueError, np.linalg.LinAlgError):
        return Jackknifed(whole, nothing, nothing, runs)
    apart = parts - parts.mean(axis=0)
    error = np.sqrt((runs - 1) / runs * (apart**2).sum(axis=0))
    reach = float(student(runs - 1)) * error
    low, high = whole - reach, whole + reach
    if bounded:
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    return Jackknifed(whole, low, high, runs)


def _without(
    measure: Callable[..., ArrayLike], tables: tuple[pd.DataFrame, ...], number: int
) -> Floats:
    return np.asarray(
        measure(*(table[table["replication"] != number] for table in tables)), dtype=float
    )
