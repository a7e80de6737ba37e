"""Collection of accounts under level 3: calls within a capacity, and payment plans (R-W3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, clear_missed, past_due
from sim.compiled import scalar
from sim.day import Environment, Totals
from sim.draws import Purpose, chance, word
from sim.kinds import Note, Standing
from sim.log import Log, note
from sim.units import PPB
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params


@scalar
def in_collection(account: Account) -> bool:
    """Tell whether an account is past due under level 3."""
    return account.standing == Standing.SUSPENDED and account.missed_count > 0


@scalar
def calls_today(user: User, env: Environment, p: Params) -> bool:
    """Tell whether collection gets round to an account: its capacity over all that wait (R-W3).

    Their number is that of the eve of the last 72 hours, so that no account waits for another.
    """
    capacity = p.risk_control.collection.capacity_ppm * p.users * 1_000
    ppb = min(capacity // max(env.collected, 1), PPB)
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.COLLECTION.value)
    return fate * PPB < ppb << 32


@scalar
def plan_agreed(user: User, account: Account, env: Environment, p: Params, today: Totals) -> bool:
    """Tell whether a call ends in a payment plan; an account gets one at most."""
    c = p.risk_control.collection
    if account.forborne == 1:
        return False
    offer = word(p.seed, p.replication, user.user, env.day, Purpose.PLAN.value)
    if not chance(offer, c.plan_ppm):
        return False
    today.plans_offered += 1
    answer = word(p.seed, p.replication, user.user, env.day, Purpose.PLAN_AGREED.value)
    return chance(answer, c.plan_agreed_ppm)


@scalar
def forbear(account: Account, today: Totals, log: Log) -> int:
    """Take the carried principal out of arrears, to be spread without a fee; return it.

    Interest and penalty stay due with the next bill.
    """
    amount = account.carried
    account.carried = 0
    account.statement_due = max(account.statement_due - amount, 0)
    account.minimum_due = min(account.minimum_due, account.statement_due)
    clear_missed(account, past_due(account))
    account.forborne = 1
    today.plans_agreed += 1
    note(log, Note.FORBEARANCE.value, amount, 0)
    return amount
