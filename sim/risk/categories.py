"""The five categories of risk that Chinese banks report loans by.

Source: CBIRC and PBoC, Measures for the Risk Classification of Financial Assets of Commercial
Banks, 2023: more than 90 days past due at least substandard, more than 270 doubtful, more than 360
loss; past due at all, special mention. Days alone are read here; judgement may put a loan lower.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.risk.closed_form.inputs import amounts
from sim.risk.shares import shares
from sim.risk.tables import columns

CATEGORIES = ["pass", "special mention", "substandard", "doubtful", "loss"]
BEYOND = [0, 90, 270, 360]  # days past due above which the next category begins
_OF_BUCKET = {
    **dict.fromkeys(["unused", "current"], "pass"),
    **dict.fromkeys(["m1", "m2", "m3"], "special mention"),
    **dict.fromkeys(["m4", "m5", "m6"], "substandard"),
}


def category_of(days_past_due: ArrayLike) -> Any:
    """Return the category that days past due give; text for a number, an array for an array."""
    days = amounts("days_past_due", days_past_due)
    found = np.asarray(CATEGORIES)[np.searchsorted(BEYOND, days, side="left")]
    return found if np.ndim(found) else str(found)


def categories(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return accounts and principal by month end and category, with shares of principal.

    monthly: `run.monthly`. Accounts are charged off at 180 days, so none on the books is doubtful
    or loss; non-performing is substandard and below. Columns: month, category, accounts,
    principal_fen, whole_fen, and those of `Share`.
    """
    some = columns(monthly, ("month", "bucket", "accounts", "principal_fen"), "monthly")
    some = some.assign(category=some["bucket"].astype(str).map(_OF_BUCKET))
    some = some[some["category"].notna()]
    keys = [name for name in ("replication", "month") if name in some]
    sums = some.groupby([*keys, "category"])[["accounts", "principal_fen"]].sum()
    table = sums.reset_index()
    table["whole_fen"] = table.groupby(keys)["principal_fen"].transform("sum")
    by = ["month", "category"]
    money = shares(table, by, "principal_fen", "whole_fen", counts=False)
    counts = table.groupby(by)["accounts"].sum().reset_index()
    whole = counts.merge(money, on=by)
    order = whole["category"].map(CATEGORIES.index)
    return whole.assign(order=order).sort_values(["month", "order"]).drop(columns="order")
