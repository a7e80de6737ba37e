"""How a product spreads: whether its users over time draw an S.

Source: Rogers, "Diffusion of Innovations"; Bass, "A new product growth for model consumer
durables", Management Science 15, 1969. Without word of mouth a share of those who are left takes
the product up each day, and its users bend down from the first day on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

LEAST_DAYS = 10

Values = NDArray[np.float64]


class Diffusion(NamedTuple):
    """A logistic curve through the share of users who have a product, beside other curves."""

    ceiling: float  # share that it goes to
    rate: float  # a day, at the start
    inflection: float  # the day on which it rises most
    error: float  # root mean square, of the share
    error_of_line: float  # the same of a straight line
    error_of_saturation: float  # and of a curve without word of mouth
    days: int

    @property
    def is_s_shaped(self) -> bool:
        """Tell whether the logistic fits better than both, with its inflection inside."""
        inside = 0 < self.inflection < self.days - 1
        return inside and self.error < min(self.error_of_line, self.error_of_saturation)


def diffusion(shares: ArrayLike) -> Diffusion:
    """Return the curves that fit the shares of users with a product, one a day, best.

    shares: such as `daily.active / daily.users`, shape (days,). Raises ValueError for fewer than 10
    days, or shares that do not rise.
    """
    seen = np.asarray(shares, dtype=np.float64)
    if len(seen) < LEAST_DAYS or not seen[-1] > seen[0]:
        raise ValueError(f"wanted {LEAST_DAYS} days or more of shares that rise")
    day = np.arange(len(seen), dtype=np.float64)
    most, end = float(seen.max()), float(len(seen))
    middle = float(day[np.searchsorted(np.maximum.accumulate(seen), most / 2)])
    best = _fitted(_logistic, day, seen, [most, 8 / end, middle])
    ceiling, rate, inflection = best
    error = _error(_logistic(day, *best), seen)
    line = np.polynomial.Polynomial.fit(day, seen, 1)(day)
    saturating = _fitted(_saturation, day, seen, [most, 2 / end, 0.0])
    return Diffusion(
        float(ceiling),
        float(rate),
        float(inflection),
        error,
        _error(line, seen),
        _error(_saturation(day, *saturating), seen),
        len(seen),
    )


def _logistic(day: Values, ceiling: float, rate: float, inflection: float) -> Values:
    return np.asarray(ceiling * special.expit(rate * (day - inflection)))


def _saturation(day: Values, ceiling: float, rate: float, start: float) -> Values:
    return np.asarray(ceiling * -np.expm1(-rate * np.maximum(day - start, 0.0)))


def _fitted(curve: Any, day: Values, seen: Values, start: list[float]) -> Values:
    found, _ = optimize.curve_fit(
        curve,
        day,
        seen,
        p0=start,
        bounds=([0, 0, -len(day)], [1, 2, 2 * len(day)]),
        max_nfev=20_000,
    )
    return np.asarray(found, dtype=np.float64)


def _error(curve: Values, seen: Values) -> float:
    apart = curve - seen
    return float(np.sqrt((apart * apart).mean()))
