"""Who is let in, and how an account begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar
from sim.day import Environment
from sim.draws import Purpose, word
from sim.kinds import Standing
from sim.units import NEVER
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def eligible(user: User, terms: Terms) -> bool:
    """Tell whether a user may be let in: of the right age, and open to all otherwise (R-A1)."""
    return user.age >= terms.minimum_age


@scalar
def open_account(user: User, account: Account, env: Environment, p: Params, terms: Terms) -> None:
    """Begin an account, with its due day; the first limit is assessed right after.

    An account that is opened anew stays in its cohort, and in the bucket of the last month end.
    """
    fate = word(p.seed, p.replication, user.user, 0, Purpose.DUE_DAY.value)
    days = terms.billing.due_day_last - terms.billing.due_day_first + 1
    account.due_day = terms.billing.due_day_first + ((days * fate) >> 32)
    account.standing = Standing.OPEN.value
    if account.opened_on == NEVER:
        account.opened_on = env.day
    account.on_time_periods = 0
    account.lapses = 0
    account.settled_on = NEVER


@scalar
def close_account(account: Account) -> None:
    """End an account that owes nothing."""
    account.standing = Standing.NONE.value
    account.limit = 0
