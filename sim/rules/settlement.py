"""How money reaches an account: manual payments, auto-debit, and the order of application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import (
    Account,
    charges,
    clear_missed,
    principal,
    take_billed,
    take_unbilled,
)
from sim.compiled import scalar, seldom
from sim.day import Totals, book
from sim.dues import (
    accrued_interest,
    accrued_penalty,
    due_with_bill,
    payable_now,
    post_interest,
    post_penalty,
    release,
)
from sim.interest_kinds import BackInterest
from sim.kinds import Asks, AutoDebit, Flow, Method, PostedWith
from sim.log import Log
from sim.units import PPM, share
from sim.user import User, debitable, funds, pay_out

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def post_reached(account: Account, amount: int, terms: Terms, today: Totals, log: Log) -> int:
    """Post what has accrued as far as a payment settles it (PostedWith); return how much.

    Of a late bill the penalty comes first, and the interest on what is late; otherwise what has
    accrued is reached by what goes beyond the bill, which is never left short for it: a penalty
    too, where a refund has taken away what was late.
    """
    if terms.charges.posted_with == PostedWith.STATEMENT:
        return 0
    posted = 0
    if account.missed_count > 0:
        posted = min(accrued_penalty(account, terms), amount)
        post_penalty(account, posted, terms, today, log)
        if terms.billing.asks == Asks.WHOLE:
            part = min(accrued_interest(account, terms), amount - posted)
            post_interest(account, part, terms, today, log)
            posted += part
    beyond = amount - charges(account) - account.carried - account.billed
    if beyond > 0:
        late = min(accrued_penalty(account, terms), beyond)
        if late > 0:
            post_penalty(account, late, terms, today, log)
        part = min(accrued_interest(account, terms), beyond - late)
        post_interest(account, part, terms, today, log)
        posted += late + part
    return posted


@scalar
def apply_payment(
    account: Account, amount: int, method: int, terms: Terms, today: Totals, log: Log
) -> None:
    """Put `amount` <= payable_now towards penalty, fees, interest, principal; oldest first.

    Source: R-P8.
    """
    posted = post_reached(account, amount, terms, today, log)
    left = amount
    part = min(left, account.penalty)
    account.penalty -= part
    left -= part
    earned = part
    book(today, log, Flow.PENALTY_REPAID, part, method)
    part = min(left, account.fees)
    account.fees -= part
    left -= part
    book(today, log, Flow.FEES_REPAID, part, method)
    part = min(left, account.interest)
    account.interest -= part
    left -= part
    earned += part
    book(today, log, Flow.INTEREST_REPAID, part, method)
    book(today, log, Flow.PRINCIPAL_REPAID, left, method)
    if left < amount:
        account.paid_charges = 1
    part = min(left, account.carried)
    account.carried -= part
    account.overdue = max(account.overdue - part, 0)
    left -= part
    part = min(left, account.billed)
    take_billed(account, part, terms.charges.back_interest == BackInterest.UNPAID_PART)
    if left > part:
        take_unbilled(account, left - part)
    billed = amount - posted
    account.statement_due = max(account.statement_due - billed, 0)
    account.minimum_due = max(account.minimum_due - billed, 0)
    clear_missed(account, billed)
    account.stolen = min(account.stolen, principal(account))
    if account.suspended > 0:
        old = max(earned - posted, 0)
        release(account, old if account.missed_count > 0 else account.suspended, today, log)


@seldom
def pay_by_hand(
    user: User, account: Account, wanted: int, terms: Terms, today: Totals, log: Log
) -> None:
    """Take a manual payment and its fee (R-P2), as far as the money and the debt go."""
    fee_ppm = terms.charges.manual_fee_ppm
    amount = min(wanted, payable_now(account, terms), funds(user))
    if amount + share(amount, fee_ppm) > funds(user):
        amount = max(funds(user) * PPM // (PPM + fee_ppm) - 1, 0)
    if amount <= 0:
        return
    fee = share(amount, fee_ppm)
    method = Method.MANUAL_EARLY.value
    if account.missed_count > 0:
        method = Method.MANUAL_LATE.value
    elif account.statement_due > 0:
        method = Method.MANUAL_BILL.value
    pay_out(user, amount + fee)
    apply_payment(account, amount, method, terms, today, log)
    book(today, log, Flow.FEES_CHARGED, fee)
    book(today, log, Flow.FEES_REPAID, fee, method)
    if fee > 0:
        account.paid_charges = 1
    today.paid_count[method] += 1
    today.paid[method] += amount


@seldom
def auto_debit(user: User, account: Account, terms: Terms, today: Totals, log: Log) -> bool:
    """Take the bill or its minimum from wallet, then card, free of charge; tell if any (R-P1).

    The minimum is tried where the money does not do for the bill; less than that is left alone.
    """
    if user.auto_debit == AutoDebit.OFF or account.statement_due == 0:
        return False
    money = debitable(user)
    extra = due_with_bill(account, terms)
    amount = account.statement_due + extra
    if user.auto_debit == AutoDebit.MINIMUM or money < amount:
        amount = account.minimum_due + (extra if account.minimum_due > 0 else 0)
    if amount == 0 or money < amount:
        today.bounced += 1 if amount > 0 else 0
        return False
    from_card = pay_out(user, amount)
    method = Method.AUTO_CARD.value if from_card == amount else Method.AUTO_WALLET.value
    apply_payment(account, amount, method, terms, today, log)
    today.paid_count[Method.AUTO_WALLET] += 1 if from_card < amount else 0
    today.paid[Method.AUTO_WALLET] += amount - from_card
    today.paid_count[Method.AUTO_CARD] += 1 if from_card > 0 else 0
    today.paid[Method.AUTO_CARD] += from_card
    return True
