"""What a comparison keeps of users and accounts, which are too large to be kept themselves.

How groups of users fared, in sums; and the few accounts that were charged off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.results.sheet import Sheet
from sim.risk.equal_risk import outcomes_of_groups

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

OUTCOMES, CHARGE_OFFS = "outcomes", "charge_offs"
DERIVED = (OUTCOMES, CHARGE_OFFS)
GROUPS = ("segment", "sex")
USERS = ["replication", "user", *GROUPS, "status", "score_anchor_points"]
ACCOUNTS = [
    *("replication", "user", "opened_on", "limit_fen", "worst_days"),
    *("written_off_fen", "recovered_fen"),
]
LOST = {
    "charged_off_on": ("day", "simulated day of the charge-off"),
    "written_off_fen": ("fen", "charged off, all kinds"),
    "recovered_fen": ("fen", "recovered of it"),
}
_COUNTED = {
    "users": ("count", "users here on the last day"),
    "approved": ("count", "of them, ever let in"),
    "limit_fen": ("fen", "their limits"),
    "late": ("count", "of them, ever 31 or more days past due"),
    "net_loss_fen": ("fen", "charged off and not recovered"),
}


Read = Callable[[str, list[str]], "pd.DataFrame"]


def derived(name: str, read: Read) -> pa.Table:
    """Return one of the tables DERIVED; read: gives columns of the tables of a run."""
    if name == CHARGE_OFFS:
        return charge_offs_table(read("accounts", ["replication", *LOST]))
    return outcomes_table(read("users", USERS), read("accounts", ACCOUNTS))


def charge_offs_table(accounts: pd.DataFrame) -> pa.Table:
    """Return one row an account of which anything was charged off."""
    lost = accounts[accounts["written_off_fen"] > 0]
    sheet = Sheet()
    numbers = lost["replication"].to_numpy(dtype=np.int32)
    sheet.add("replication", numbers, "number", "replication, from 0")
    for name, (unit, meaning) in LOST.items():
        sheet.add(name, lost[name].to_numpy(dtype=np.int64), unit, meaning)
    return sheet.table()


def outcomes_table(users: pd.DataFrame, accounts: pd.DataFrame) -> pa.Table:
    """Return one row a replication, group of users and band of the score.

    users, accounts: the columns USERS and ACCOUNTS of a run's tables.
    """
    found = outcomes_of_groups(users, accounts, GROUPS)
    sheet = Sheet()
    numbers = found["replication"].to_numpy(dtype=np.int32)
    sheet.add("replication", numbers, "number", "replication, from 0")
    by, group = (found[name].to_numpy(dtype=np.str_) for name in ("by", "group"))
    sheet.add("by", by, "name", "what groups users: segment or sex")
    sheet.add("group", group, "name", "which of them")
    band = found["band"].to_numpy(dtype=np.int64)
    sheet.add("band", band, "points", "lowest score without activity of the band")
    for name, (unit, meaning) in _COUNTED.items():
        sheet.add(name, found[name].to_numpy(dtype=np.int64), unit, meaning)
    return sheet.table()
