"""What B changes against A, from replications that share their randomness."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.study.interval import LEVEL, NAN, Interval, Values, mean, proportion


class Difference(NamedTuple):
    """B - A over paired replications."""

    of_a: float  # mean
    of_b: float
    interval: Interval  # of the mean difference, paired
    variance_ratio: float  # of independent runs to paired ones; inf where pairs never differ
    higher: Interval  # share of replications in which B is above A
    lower: Interval  # and below; what is left are ties


def paired(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Difference:
    """Return the difference of paired replications. Raises ValueError for unequal lengths.

    a, b: one value a replication, in the same order of replications.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"wanted pairs (found {first.shape} and {second.shape})")
    apart = second - first
    runs = len(apart)
    return Difference(
        float(first.mean()),
        float(second.mean()),
        mean(apart, level),
        variance_ratio(first, second),
        proportion(int((apart > 0).sum()), runs, level),
        proportion(int((apart < 0).sum()), runs, level),
    )


def variance_ratio(a: Values, b: Values) -> float:
    """Return the variance of B - A from independent runs over that from these pairs.

    1 where pairing gains nothing; inf where pairs all differ by the same; NaN where neither A nor
    B varies, or there is one pair.
    """
    if len(a) < 2:
        return NAN
    alone = float(a.var(ddof=1) + b.var(ddof=1))
    together = float((b - a).var(ddof=1))
    if together == 0:
        return float("inf") if alone > 0 else NAN
    return alone / together
