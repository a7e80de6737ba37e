"""What a user holds and owes at the close of a day: the state that events add up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from sim.account import PRINCIPAL
from sim.kinds import Standing, Status
from sim.rows import Table, empty_table
from sim.units import Code, FenSum, Number

if TYPE_CHECKING:
    from sim.engines.state import State

_OWED = ("interest", "penalty", "fees", "suspended", "limit", "written_off", "recovered")


@dataclass(eq=False, kw_only=True)
class Position:
    """One user and product; what is the user's own stands with the first product."""

    user: Annotated[Number, "whose"] = 0
    product: Annotated[Code, "number of the product"] = 0
    standing: Annotated[Code, "where the account stands (Standing)"] = Standing.NONE.value
    limit: Annotated[FenSum, "credit limit"] = 0
    money: Annotated[FenSum, "wallet and bank together, of users in the population"] = 0
    principal: Annotated[FenSum, "drawn and not repaid"] = 0
    interest: Annotated[FenSum, "posted and unpaid"] = 0
    penalty: Annotated[FenSum, "posted and unpaid"] = 0
    fees: Annotated[FenSum, "posted and unpaid"] = 0
    suspended: Annotated[
        FenSum, "of interest and penalty unpaid, charged past 90 days: no income"
    ] = 0
    written_off: Annotated[FenSum, "charged off, ever"] = 0
    recovered: Annotated[FenSum, "of it, recovered since"] = 0


def positions(state: State) -> Table:
    """Return the positions of the users whose events are kept, in order: a row a product."""
    rows = np.flatnonzero(state.logged)
    rows = rows[np.argsort(state.users["user"][rows], kind="stable")]
    users, accounts = state.users[rows], state.accounts[rows]
    held = empty_table(Position, *accounts.shape)
    held["user"] = users["user"][:, None]
    held["product"] = np.arange(accounts.shape[1])
    held["standing"] = accounts["standing"]
    here = users["status"] == Status.HERE
    held["money"][:, 0] = np.where(here, users["wallet"].astype(np.int64) + users["bank"], 0)
    for name in _OWED:
        held[name] = accounts[name]
    for name in PRINCIPAL:
        held["principal"] += accounts[name]
    return held.reshape(-1)
