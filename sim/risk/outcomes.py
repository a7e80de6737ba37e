"""What becomes of accounts in arrears: they flow on to loss, or are cured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.risk.closed_form.chains import absorption
from sim.risk.migration import cohort_matrix, completed, counts_of
from sim.risk.tables import ALL, GONE, IN_ARREARS, ON_BOOK


def flow_to_loss(moves: pd.DataFrame, *, segment: str = ALL) -> pd.DataFrame:
    """Return for each bucket how much of it flows on, and how much is lost in the end.

    One row a bucket from `current` on. forward, forward_principal: share that stands one bucket or
    more further (charge-off included) a month later, as seen. lost: probability of charge-off
    before the account is closed, from the chain of accounts. straight: the product of forward rates
    from here to charge-off, by which a month's balance is rolled to its loss. Both fill gaps of the
    rates as `completed` does.
    """
    by_account = cohort_matrix(moves, segment=segment)
    by_money = cohort_matrix(moves, weight="principal_fen", segment=segment)
    chain = completed(by_account)
    try:
        ends = absorption(chain.loc[ON_BOOK, ON_BOOK], chain.loc[ON_BOOK, GONE]).absorbed
        lost = pd.Series(ends[:, 0], ON_BOOK)
    except ValueError:  # some bucket is never left for good: nothing can be said of the end
        lost = pd.Series(np.nan, ON_BOOK)
    path = [*ON_BOOK[1:], "charged_off"]
    rows = [
        (start, *(_beyond(matrix, start) for matrix in (by_account, by_money)), lost.get(start))
        for start in path[:-1]
    ]
    table = pd.DataFrame(rows, columns=["bucket", "forward", "forward_principal", "lost"])
    table["straight"] = table["forward"].fillna(1.0)[::-1].cumprod()[::-1]
    return table


def cure_rates(moves: pd.DataFrame, *, segment: str = ALL) -> pd.DataFrame:
    """Return for each bucket in arrears the share that is past due no more a month later.

    Closed counts as cured: an account can only be closed once it owes nothing.
    """
    counts = counts_of(moves, None, "accounts", segment)
    left = counts.loc[IN_ARREARS].sum(axis=1)
    cured = counts.loc[IN_ARREARS, ["unused", "current", "closed"]].sum(axis=1)
    rate = cured / left.replace(0, np.nan)
    table = pd.DataFrame({"accounts": left, "cured": cured, "rate": rate})
    table["rate_se"] = np.sqrt(rate * (1 - rate) / left.replace(0, np.nan))
    return table.rename_axis("bucket").reset_index()


def _beyond(matrix: pd.DataFrame, start: str) -> float:
    path = [*ON_BOOK[1:], "charged_off"]
    row = matrix.loc[start].reindex(path[path.index(start) + 1 :]).to_numpy(dtype=float)
    return float(row.sum())
