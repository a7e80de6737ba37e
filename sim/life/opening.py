"""How an account is opened, and how its limit is assessed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import seldom
from sim.day import Environment, Totals
from sim.kinds import Assessed, Note
from sim.log import Log, note
from sim.rules import admission, counting, grade, limit
from sim.units import NEVER
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@seldom
def admit(
    user: User,
    account: Account,
    way: int,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Open an account with its first limit."""
    today.reopened += 1 if account.opened_on != NEVER else 0
    admission.open_account(user, account, way, env, p, terms, log)
    account.grade = grade.grade(user, account, terms)
    account.limit = limit.assessed_limit(user, account, terms)
    account.first_limit = account.limit
    note(log, Note.LIMIT.value, account.limit, Assessed.OPENING.value)
    today.opened += 1


@seldom
def reassess(user: User, account: Account, why: int, terms: Terms, today: Totals, log: Log) -> None:
    """Assess grade and limit anew; why: Assessed."""
    before = account.limit
    account.grade = grade.grade(user, account, terms)
    account.limit = limit.assessed_limit(user, account, terms)
    counting.count_refresh(before, account.limit, why, today, log)
