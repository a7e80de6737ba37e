"""What B changes against A, from replications that share their randomness."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.risk.half_width import student, welch_degrees
from sim.study.interval import LEVEL, NAN, Interval, proportion

Floats = NDArray[np.float64]


class Difference(NamedTuple):
    """B - A over paired replications."""

    of_a: float  # mean
    of_b: float
    interval: Interval  # of the mean difference, paired
    variance_ratio: float  # of independent runs to paired ones; inf where pairs never differ
    higher: Interval  # share of replications in which B is above A
    lower: Interval  # and below; what is left are ties


class Differences(NamedTuple):
    """The same of many quantities at once, each an array of shape (quantities,)."""

    of_a: Floats
    of_b: Floats
    difference: Floats
    half_width: Floats  # NaN from one pair
    variance_ratio: Floats
    higher: NDArray[np.int64]  # number of replications
    lower: NDArray[np.int64]


def paired(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Difference:
    """Return the difference of paired replications. Raises ValueError for unequal lengths.

    a, b: one value a replication, in the same order of replications.
    """
    one, other = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if one.shape != other.shape or one.ndim != 1 or not len(one):
        raise ValueError(f"wanted pairs (found {one.shape} and {other.shape})")
    runs = len(one)
    found = differences(one[:, None], other[:, None], level)
    apart, half = float(found.difference[0]), float(found.half_width[0])
    return Difference(
        float(found.of_a[0]),
        float(found.of_b[0]),
        Interval(apart, apart - half, apart + half, level, runs),
        float(found.variance_ratio[0]),
        proportion(int(found.higher[0]), runs, level),
        proportion(int(found.lower[0]), runs, level),
    )


def differences(a: Floats, b: Floats, level: float = LEVEL) -> Differences:
    """Return the differences of many quantities, each with its t interval.

    a, b: shape (replications, quantities). The variance ratio is that of B - A from independent
    runs over that from these pairs: 1 where pairing gains nothing, inf where pairs all differ by
    the same, NaN where neither A nor B varies, or there is one pair.
    """
    runs = len(a)
    apart = b - a
    higher, lower = (apart > 0).sum(axis=0), (apart < 0).sum(axis=0)
    half = ratio = np.full(a.shape[1], NAN)
    if runs > 1:
        together = apart.var(axis=0, ddof=1)
        half = float(student(runs - 1, level)) * np.sqrt(together / runs)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / together
    return Differences(
        a.mean(axis=0), b.mean(axis=0), apart.mean(axis=0), half, ratio, higher, lower
    )


def differences_apart(a: Floats, b: Floats, level: float = LEVEL) -> Differences:
    """Return the differences of many quantities over runs that do not pair, with Welch's interval.

    a, b: shape (replications, quantities); they may differ in replications. The variance ratio is
    NaN; `higher` and `lower` count pairs of one run of A and one of B, of len(a) x len(b).
    """
    runs = (len(a), len(b))
    half = np.full(a.shape[1], NAN)
    if min(runs) > 1:
        one, other = (side.var(axis=0, ddof=1) / len(side) for side in (a, b))
        factor = student(welch_degrees((one, other), runs), level)
        half = np.where(one + other > 0, factor * np.sqrt(one + other), 0.0)
    return Differences(
        a.mean(axis=0),
        b.mean(axis=0),
        b.mean(axis=0) - a.mean(axis=0),
        half,
        np.full(a.shape[1], NAN),
        _above(a, b),
        _above(b, a),
    )


def _above(low: Floats, high: Floats) -> NDArray[np.int64]:
    """Return in how many pairs of rows, one of each, the second is above; by quantity."""
    ranks = [np.searchsorted(np.sort(low[:, k]), high[:, k]).sum() for k in range(low.shape[1])]
    return np.array(ranks, dtype=np.int64)


def bounds(counts: NDArray[np.int64], runs: int, level: float = LEVEL) -> tuple[Any, Any]:
    """Return the exact bounds of many shares of replications; see `interval.proportion`."""
    known = [proportion(count, runs, level) for count in range(runs + 1)]
    lows, highs = (np.array([getattr(each, name) for each in known]) for name in ("low", "high"))
    return lows[counts], highs[counts]
