"""What a purchase does to the books of the account and to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, begin_cycle, owed
from sim.compiled import scalar
from sim.day import Environment, Totals, book
from sim.interest_kinds import InterestFrom
from sim.kinds import Cycle, Flow
from sim.log import Log
from sim.units import NEVER
from sim.user import User, funds, pay_out

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def draw_credit(
    account: Account,
    place: int,
    amount: int,
    env: Environment,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Draw a purchase from the line; it is billed with the next statement, or begins a cycle."""
    if terms.billing.cycle >= Cycle.ORDER:
        idle = owed(account) + account.accrued == 0 and terms.billing.cycle == Cycle.ORDER
        if account.anchor == 0 or idle:
            begin_cycle(account, env.day_of_month, terms)
    account.unbilled += amount
    if terms.charges.interest_from == InterestFrom.POSTING_DAY:
        account.unposted += amount
    account.bought_this_year += amount
    if account.first_used_on == NEVER:
        account.first_used_on = env.day
    today.credit[place] += amount
    book(today, log, Flow.PURCHASES, amount, place)


@scalar
def pay_own(user: User, place: int, amount: int, today: Totals, log: Log) -> bool:
    """Pay from wallet and bank; tell whether the money was there."""
    if amount > funds(user):
        today.unaffordable += 1
        return False
    pay_out(user, amount)
    today.own[place] += amount
    today.own_count[place] += 1
    book(today, log, Flow.SPENT_OWN, amount, place)
    return True


@scalar
def remember(user: User, amount: int, today: Totals) -> None:
    """Count a purchase into the trailing 90 days, whatever paid for it (R-L2, R-A2)."""
    user.spent_now += amount
    user.week_now += amount
    user.count_now = min(user.count_now + 1, 127)
    today.purchases += 1


@scalar
def form_choice(accounts: list[Account], chosen: int) -> None:
    """Move the habit of one of several products a sixteenth of the way towards this choice."""
    for k in range(len(accounts)):
        towards = 1_000 if k == chosen else 0
        accounts[k].chosen += (towards - accounts[k].chosen) // 16


@scalar
def form_habit(user: User, on_credit: bool) -> None:
    """Move the habit a sixteenth of the way towards this choice."""
    user.habit += ((1_000 if on_credit else 0) - user.habit) // 16
