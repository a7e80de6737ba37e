"""What an account has accrued, and what of it is due with a bill or can be paid now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, payable
from sim.compiled import scalar
from sim.day import Totals, book
from sim.kinds import Asks, Flow, PostedWith
from sim.log import Log
from sim.units import rounded

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def accrued_interest(account: Account, terms: Terms) -> int:
    """Return the interest accrued and not posted, as it would be posted now, fen."""
    return rounded(account.accrued, account.accrued_nano, terms.billing.rounding)


@scalar
def accrued_penalty(account: Account, terms: Terms) -> int:
    """Return the penalty accrued and not posted, as it would be posted now, fen."""
    return rounded(account.penalty_accrued, account.penalty_nano, terms.billing.rounding)


@scalar
def payable_now(account: Account, terms: Terms) -> int:
    """Return what can be paid now, with what has accrued where a payment settles it, fen."""
    amount = payable(account)
    if terms.charges.posted_with == PostedWith.PAYMENT:
        amount += accrued_interest(account, terms) + accrued_penalty(account, terms)
    return amount


@scalar
def due_with_bill(account: Account, terms: Terms) -> int:
    """Return what has accrued and must be paid together with the bill, fen.

    Of a late bill that is the penalty, and the interest on what is late. A statement that asks
    for a share, and for once for everything, wants the interest up to the day of payment too.
    """
    if terms.charges.posted_with == PostedWith.STATEMENT or account.statement_due == 0:
        return 0
    late = account.missed_count > 0
    by_share = terms.billing.asks == Asks.SHARE
    amount = accrued_penalty(account, terms) if late else 0
    if account.unbilled + account.planned == 0 if by_share else late:
        amount += accrued_interest(account, terms)
    return amount


@scalar
def post_interest(account: Account, part: int, terms: Terms, today: Totals, log: Log) -> None:
    """Make `part` <= accrued_interest payable; with the last whole fen the rest is settled."""
    settled = part == accrued_interest(account, terms)
    account.accrued = 0 if settled else account.accrued - part
    account.accrued_nano = 0 if settled else account.accrued_nano
    account.interest += part
    book(today, log, Flow.INTEREST_CHARGED, part)


@scalar
def post_penalty(account: Account, part: int, terms: Terms, today: Totals, log: Log) -> None:
    """Make `part` <= accrued_penalty payable; with the last whole fen the rest is settled."""
    settled = part == accrued_penalty(account, terms)
    account.penalty_accrued = 0 if settled else account.penalty_accrued - part
    account.penalty_nano = 0 if settled else account.penalty_nano
    account.penalty += part
    book(today, log, Flow.PENALTY_CHARGED, part)


@scalar
def release(account: Account, amount: int, today: Totals, log: Log) -> None:
    """Turn suspended interest and penalty into income, as far as they were paid or are cured."""
    part = min(account.suspended, amount)
    account.suspended -= part
    book(today, log, Flow.SUSPENSE_RELEASED, part)
