"""A number as a report shows it: an estimate, its interval, and how many runs it is from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.study import interval

NAN = float("nan")
UNITS = {"fen": "yuan", "share": "%", "count": "", "number": "", "months": "months", "hours": "h"}


class Value(NamedTuple):
    """An estimate; bounds are NaN where nothing can be said, as from a single run."""

    estimate: float
    low: float = NAN
    high: float = NAN
    runs: int = 1
    unit: str = "number"  # one of UNITS
    total: int | None = None  # the exact sum over runs that the estimate is the mean of

    @property
    def text(self) -> str:
        """The estimate to be read, without its unit."""
        return shown(self.estimate, self.unit)

    @property
    def bounds(self) -> str:
        """The interval to be read; empty where there is none."""
        if np.isnan(self.low) or np.isnan(self.high):
            return ""
        return f"{shown(self.low, self.unit)} … {shown(self.high, self.unit)}"


def shown(number: float, unit: str) -> str:
    """Return a number as text: fen as yuan, shares in percent, with as many digits as are read."""
    if np.isnan(number):
        return "-"
    if np.isinf(number):
        return "∞" if number > 0 else "-∞"
    if unit == "share":
        return f"{100 * number:,.2f} %"
    if unit == "fen":
        return _rounded(number / 100, 2 if abs(number) < 1e4 else 0)
    if unit == "count":
        return _rounded(number, 0 if abs(number) >= 100 or number == int(number) else 1)
    return f"{number:,.3g}" if abs(number) < 1e3 else f"{number:,.0f}"


def mean_of(values: ArrayLike, unit: str) -> Value:
    """Return the mean over runs, one value each; whole numbers keep their exact sum.

    What is never below 0 has an interval that is not either.
    """
    sample = np.asarray(values)
    found = interval.mean(sample)
    low = float(np.maximum(found.low, 0.0)) if (sample >= 0).all() else found.low
    total = int(sample.sum()) if np.issubdtype(sample.dtype, np.integer) else None
    return Value(found.estimate, low, found.high, found.runs, unit, total)


def ratio_of(parts: ArrayLike, wholes: ArrayLike, unit: str = "share") -> Value:
    """Return the ratio of sums over runs, with the interval of the delta method."""
    found = interval.ratio(parts, wholes)
    part, whole = np.asarray(parts), np.asarray(wholes)
    low, high = found.low, found.high
    if ((part >= 0) & (whole >= 0)).all():
        low = np.maximum(low, 0.0)
    if ((part >= 0) & (part <= whole)).all():  # a part of a whole: the interval ends at 0 and 1
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    return Value(found.estimate, float(low), float(high), found.runs, unit)


def _rounded(number: float, digits: int) -> str:
    text = f"{number:,.{digits}f}"
    return text.replace("-", "", 1) if float(text.replace(",", "")) == 0 else text


def around(ends: Iterable[float], runs: int, unit: str, total: int | None = None) -> Value:
    """Return the value with an estimate, a lower and an upper bound, in this order."""
    estimate, low, high = (float(end) for end in ends)
    return Value(estimate, low, high, runs, unit, total)
