"""What accounts that come from a file or an earlier run hold before the first simulated day."""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel
from sim.day import Environment, Totals
from sim.kinds import Standing
from sim.rows import Table, empty_table
from sim.rules.counting import count_account


@kernel
def _count(users: Table, accounts: Table, eve: Table, totals: Table) -> None:
    for i in range(users.shape[0]):
        for k in range(accounts.shape[1]):
            count_account(accounts[i, k], eve[0], totals[users[i].segment, k])


def opening(users: Table, accounts: Table, segments: int) -> Table:
    """Return the totals of accounts at the close before day 0, shape (segments, products)."""
    totals = empty_table(Totals, segments, accounts.shape[1])
    if (accounts["standing"] != Standing.NONE).any():
        eve = empty_table(Environment, 1)
        eve["day"] = np.int32(-1)
        _count(users, accounts, eve, totals)
    return totals
