"""How groups of users fared, as sums that a comparison can keep where it keeps no accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.results.sheet import Sheet
from sim.risk.equal_risk import outcomes_of_groups

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NAME = "outcomes"
GROUPS = ("segment", "sex")
USERS = ["replication", "user", *GROUPS, "status", "score_anchor_points"]
ACCOUNTS = [
    *("replication", "user", "opened_on", "limit_fen", "worst_days"),
    *("written_off_fen", "recovered_fen"),
]
_COUNTED = {
    "users": ("count", "users here on the last day"),
    "approved": ("count", "of them, ever let in"),
    "limit_fen": ("fen", "their limits"),
    "late": ("count", "of them, ever 31 or more days past due"),
    "net_loss_fen": ("fen", "charged off and not recovered"),
}


def outcomes_table(users: pd.DataFrame, accounts: pd.DataFrame) -> pa.Table:
    """Return one row a replication, group of users and band of the score.

    users, accounts: the columns USERS and ACCOUNTS of a run's tables.
    """
    found = outcomes_of_groups(users, accounts, GROUPS)
    sheet = Sheet()
    numbers = found["replication"].to_numpy(dtype=np.int32)
    sheet.add("replication", numbers, "number", "replication, from 0")
    sheet.add("by", list(found["by"]), "name", "what groups users: segment or sex")
    sheet.add("group", list(found["group"]), "name", "which of them")
    band = found["band"].to_numpy(dtype=np.int64)
    sheet.add("band", band, "points", "lowest score without activity of the band")
    for name, (unit, meaning) in _COUNTED.items():
        sheet.add(name, found[name].to_numpy(dtype=np.int64), unit, meaning)
    return sheet.table()
