"""What comes back of what was charged off, by the time since."""

from __future__ import annotations

import pandas as pd

from sim.risk.shares import shares
from sim.risk.tables import columns

MONTH_DAYS = 30


def recovery_by_age(accounts: pd.DataFrame, last_day: int) -> pd.DataFrame:
    """Return one row a month since charge-off: what has come back so far, of amounts charged off.

    accounts: `run.accounts`, of the close of last_day (simulated days from 0). Columns: months
    (whole ones since charge-off), recovered_fen, written_off_fen, and those of `Share`.
    """
    needed = ("replication", "charged_off_on", "written_off_fen", "recovered_fen")
    some = columns(accounts, needed, "accounts")[list(needed)]
    lost = some[some["written_off_fen"] > 0]
    months = (last_day - lost["charged_off_on"]) // MONTH_DAYS
    table = shares(
        lost.assign(months=months), ["months"], "recovered_fen", "written_off_fen", counts=False
    )
    ordered: pd.DataFrame = table.sort_values("months", ignore_index=True)
    return ordered
