"""Where roll rates lead: the mix of buckets that a book comes to rest in."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.risk.closed_form.chains import quasi_stationary, replenished
from sim.risk.migration import cohort_matrix, completed
from sim.risk.tables import ALL, ON_BOOK, columns, of_segment

Floats = NDArray[np.float64]


def steady_state(
    moves: pd.DataFrame, monthly: pd.DataFrame | None = None, *, segment: str = ALL
) -> pd.DataFrame:
    """Return the mix of buckets that the rates lead to, beside the one that was observed.

    One row a bucket on the books. steady: accounts that close or are charged off are replaced as
    newcomers came (row `closed` of the moves; without it by accounts in use). shrinking: without
    newcomers; NaN where few moves leave no one mix, as when nobody stays. observed: share at the
    last month end of `monthly`, all replications. Gaps of the rates are filled as by `completed`.
    """
    whole = completed(cohort_matrix(moves, segment=segment))
    inside = whole.loc[ON_BOOK, ON_BOOK]
    entry = whole.loc["closed"].reindex(ON_BOOK).fillna(0.0).to_numpy(dtype=float)
    begins = entry / entry.sum() if entry.sum() > 0 else np.eye(len(ON_BOOK))[1]
    table = pd.DataFrame({"bucket": inside.index})
    table["steady"] = replenished(inside.to_numpy(), begins)
    table["shrinking"] = _shrinking(inside)
    if monthly is not None:
        table["observed"] = observed_mix(monthly, segment=segment).reindex(inside.index).to_numpy()
    return table


def _shrinking(inside: pd.DataFrame) -> Floats:
    try:
        return quasi_stationary(inside.to_numpy()).mix
    except ValueError:
        return np.full(len(inside), np.nan)


def observed_mix(monthly: pd.DataFrame, *, segment: str = ALL) -> pd.Series:
    """Return the shares of accounts by bucket at the last month end, of those on the books."""
    needed = ("month", "segment", "bucket", "accounts")
    some = of_segment(columns(monthly, needed, "monthly"), None if segment == ALL else segment)
    last = some[(some["month"] == some["month"].max()) & some["bucket"].isin(ON_BOOK)]
    counts = last.groupby("bucket", observed=True)["accounts"].sum().reindex(ON_BOOK, fill_value=0)
    mix: pd.Series = counts / counts.sum()
    return mix
