"""Purchases that are given back: the money goes to what is owed, the rest to the wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, give_back
from sim.compiled import scalar, seldom
from sim.day import DRAWN, Environment, Luck, Totals, book
from sim.draws import Purpose, chance, word
from sim.kinds import Flow, Method
from sim.log import Log
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def will_return(user: User, at: int, luck: Luck, env: Environment, p: Params, terms: Terms) -> bool:
    """Tell whether purchase `at` of a day will be given back."""
    if at < DRAWN:
        fate = (luck.amount[at] & 0xFFFF) << 16
    else:
        fate = word(p.seed, p.replication, user.user, env.day, Purpose.REFUND.value + at)
    return chance(fate, terms.refunds.chance_ppm)


@seldom
def promise(account: Account, amount: int, env: Environment, terms: Terms) -> None:
    """Put a refund on its way; one at a time."""
    if account.refund == 0:
        account.refund = amount
        account.refund_on = env.day + terms.refunds.days


@seldom
def receive_refund(
    user: User, account: Account, env: Environment, terms: Terms, today: Totals, log: Log
) -> None:
    """Take a refund off the principal, the newest first, and off its year's total (R-U7).

    What was bought last year was counted in last year's total: this year's stays as it is.
    """
    amount = account.refund
    account.refund = 0
    if env.day_of_year > terms.refunds.days:
        account.bought_this_year = max(account.bought_this_year - amount, 0)
    left = give_back(account, amount)
    book(today, log, Flow.REFUNDED, amount - left)
    user.wallet += left
    book(today, log, Flow.REFUND_CASH, left)
    today.paid_count[Method.REFUND] += 1 if amount > left else 0
    today.paid[Method.REFUND] += amount - left
