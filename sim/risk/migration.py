"""Roll rates: where accounts and money of each bucket of arrears stand a month later.

Cohort estimator: moves of all months and replications are added up, then divided (Lando and
Skodeberg, Journal of Banking and Finance 26, 2002, section 2). Accounts weigh alike, money by the
principal at the month end before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sim.risk.shares import ratio_error
from sim.risk.tables import ALL, BUCKETS, MOVES, ON_BOOK, columns, of_segment


def cohort_matrix(
    moves: pd.DataFrame,
    states: Sequence[Any] | None = None,
    *,
    weight: str = "accounts",
    segment: str | None = ALL,
) -> pd.DataFrame:
    """Return the shares that moved from each state to each, rows adding up to 1.

    moves: columns from_bucket, to_bucket and the weight, such as `run.roll_rates`; of a table with
    segments the one named. states: the buckets from best to worst if None. A state that nobody left
    has a row of no values. Raises ValueError.
    """
    counts = counts_of(moves, states, weight, segment)
    shares: pd.DataFrame = counts.div(counts.sum(axis=1).replace(0, np.nan), axis=0)
    return shares


def roll_rates(moves: pd.DataFrame, *, segment: str = ALL) -> pd.DataFrame:
    """Return one row a bucket left and bucket reached, over all months and replications.

    Columns: accounts, rate and its standard error; principal_fen, rate_principal and its own. The
    error of `rate` is multinomial; that of money is of a ratio of sums over months and replications
    (Cochran, Sampling Techniques, 1977, 2.11), missing with fewer than two of them.
    """
    some = of_segment(columns(moves, (*MOVES, "accounts", "principal_fen"), "moves"), segment)
    keys = [name for name in ("replication", "month") if name in some]
    found = []
    for start, rows in some.groupby("from_bucket", sort=False, observed=True):
        left, held = int(rows["accounts"].sum()), int(rows["principal_fen"].sum())
        totals = rows.groupby(keys)["principal_fen"].sum() if keys else pd.Series(dtype=float)
        for end, part in rows.groupby("to_bucket", sort=False, observed=True):
            moved, money = int(part["accounts"].sum()), int(part["principal_fen"].sum())
            rate = moved / left if left else np.nan
            parts = part.groupby(keys)["principal_fen"].sum() if keys else totals
            error = np.sqrt(rate * (1 - rate) / left) if left else np.nan
            share = money / held if held else np.nan
            spread = ratio_error(parts.reindex(totals.index, fill_value=0), totals)
            found.append((start, end, moved, rate, error, money, share, spread))
    names = [*MOVES, "accounts", "rate", "rate_se"]
    names += ["principal_fen", "rate_principal", "rate_principal_se"]
    order = {name: at for at, name in enumerate(BUCKETS)}
    table = pd.DataFrame(found, columns=names)
    by = table[list(MOVES)].apply(lambda column: column.map(order))
    found_in_order = by.sort_values(list(MOVES), kind="stable").index
    sorted_table: pd.DataFrame = table.loc[found_in_order].reset_index(drop=True)
    return sorted_table


def completed(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return a cohort matrix without gaps: what nobody was seen to leave rolls on to the next.

    Buckets on the books only get such a row, the last of them charge-off: the careful reading of
    what a small book has not shown.
    """
    whole = matrix.copy()
    path = [*ON_BOOK, "charged_off"]
    for start, end in pairwise(path):
        if whole.loc[start].isna().any():
            whole.loc[start] = (whole.columns == end).astype(float)
    return whole


def counts_of(
    moves: pd.DataFrame, states: Sequence[Any] | None, weight: str, segment: str | None
) -> pd.DataFrame:
    """Return how much of the weight moved from each state to each, in order of the states."""
    some = of_segment(columns(moves, (*MOVES, weight), "moves"), segment)
    names = list(BUCKETS if states is None else states)
    found = [some[name].astype(object) if states is None else some[name] for name in MOVES]
    foreign = set(found[0]) | set(found[1])
    if foreign - set(names):
        raise ValueError(f"states: wanted {names} (found {sorted(foreign - set(names))})")
    whole = pd.crosstab(found[0], found[1], values=some[weight], aggfunc="sum")
    counts: pd.DataFrame = whole.reindex(index=names, columns=names).fillna(0)
    return counts
