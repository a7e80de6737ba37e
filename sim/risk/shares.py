"""Shares of sums with their errors: over replications where there are some, else as of counts.

Over two or more replications the share is a ratio of sums, its error that of independent clusters
(Cochran, Sampling Techniques, 1977, 2.11), its interval Student's. With one replication, or where
replications do not differ, counts have Wilson's interval (Wilson, 1927) and money has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.risk.half_width import Z, student
from sim.risk.tables import columns


class Share(NamedTuple):
    """A share, its standard error, and a 95 % interval; NaN where nothing can be said."""

    share: float
    se: float
    low: float
    high: float
    replications: int


NOTHING = float("nan")


def shares(
    table: pd.DataFrame,
    by: Sequence[str],
    part: str,
    whole: str,
    *,
    counts: bool = True,
    bounded: bool = True,
) -> pd.DataFrame:
    """Return `sum(part) / sum(whole)` for each group, with error and interval.

    table: columns by, part, whole, and `replication` where there are several. counts: part counts
    some of whole; otherwise both are money, or money a count. bounded: part lies within whole, so
    that the interval ends at 0 and 1. Columns: by, part, whole, and those of `Share`.
    """
    keys = ["replication"] if "replication" in table else []
    some = columns(table, [*by, part, whole], "table")
    sums = some.groupby([*by, *keys], observed=True, sort=False)[[part, whole]].sum().reset_index()
    rows = []
    for group, lot in sums.groupby(list(by), observed=True, sort=False):
        found = share_of(lot[part], lot[whole], counts=counts, bounded=bounded)
        rows.append((*group, lot[part].sum(), lot[whole].sum(), *found))
    return pd.DataFrame(rows, columns=[*by, part, whole, *Share._fields])


def share_of(parts: Any, wholes: Any, *, counts: bool = True, bounded: bool = True) -> Share:
    """Return the share of sums over replications, one value of either for each; see `shares`."""
    part, whole = np.atleast_1d(np.asarray(parts, float)), np.atleast_1d(np.asarray(wholes, float))
    if whole.sum() == 0:
        return Share(NOTHING, NOTHING, NOTHING, NOTHING, len(whole))
    share = float(part.sum() / whole.sum())
    error = ratio_error(part, whole)
    if error > 0:
        reach = float(student(len(whole) - 1)) * error
        low, high = share - reach, share + reach
        if bounded:
            low, high = max(low, 0.0), min(high, 1.0)
        return Share(share, error, low, high, len(whole))
    if not counts:
        return Share(share, NOTHING, NOTHING, NOTHING, len(whole))
    error = float(np.sqrt(share * (1 - share) / whole.sum()))
    return Share(share, error, *wilson(part.sum(), whole.sum()), len(whole))


def ratio_error(parts: Any, wholes: Any) -> float:
    """Return the standard error of sum(parts) / sum(wholes) over clusters; NaN below two."""
    part, whole = np.asarray(parts, dtype=float), np.asarray(wholes, dtype=float)
    clusters, total = len(whole), whole.sum()
    if clusters < 2 or total == 0:
        return NOTHING
    left = part - part.sum() / total * whole
    return float(np.sqrt(clusters / (clusters - 1) * (left**2).sum()) / total)


def wilson(part: float, whole: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of counts; none for an empty whole."""
    if whole == 0:
        return NOTHING, NOTHING
    share, squared = part / whole, Z * Z
    middle = (share + squared / (2 * whole)) / (1 + squared / whole)
    spread = share * (1 - share) / whole + squared / (4 * whole * whole)
    reach = Z * float(np.sqrt(spread)) / (1 + squared / whole)
    low, high = max(middle - reach, 0.0), min(middle + reach, 1.0)
    # At the ends the interval is closed exactly; rounding would leave 1e-19.
    return (0.0 if part == 0 else low), (1.0 if part == whole else high)
