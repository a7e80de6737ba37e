"""Instalments: months to come hold what is due in them, so any number of plans has its place.

A statement on a day of month M of the year takes what stands at M, 0 for January; where plans of
more than a year are offered, the months are those of as many years (`sim.plan.account_row`).
Source: R-P3, R-P6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import (
    Account,
    days_since_statement,
    fees_to_come,
    principal,
    take_billed,
)
from sim.compiled import scalar, seldom
from sim.day import Environment, Totals, book
from sim.dues import accrued_interest, post_interest
from sim.kinds import (
    EarlySettlement,
    Flow,
    Method,
    PlanCost,
    PostedWith,
)
from sim.log import Log
from sim.plan import fee_part, next_statement, offer, principal_part
from sim.units import PPB, rounded
from sim.user import User, funds, pay_out

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
@seldom
def spread(
    account: Account, amount: int, periods: int, fee_ppm: int, env: Environment, terms: Terms
) -> None:
    """Put an amount into `periods` months to come, each with its fee (R-P3, PlanCost)."""
    first = next_statement(account, env, terms)
    ring = len(account.ring_principal)
    left = amount
    for i in range(periods):
        slot = (first + i) % ring
        part = principal_part(amount, left, periods, i, fee_ppm, terms)
        account.ring_principal[slot] += part
        account.ring_fee[slot] += fee_part(amount, left, periods, i, fee_ppm, terms)
        left -= part
    account.planned += amount


@scalar
def may_spread(account: Account, amount: int, periods: int, on_bill: bool, terms: Terms) -> bool:
    """Tell whether the product offers a plan: so many periods, and enough to spread (R-P3)."""
    offered = offer(periods, on_bill, terms) >= 0 and periods <= len(account.ring_principal)
    return offered and amount >= terms.instalments.least_fen


@seldom
def spread_bill(account: Account, periods: int, env: Environment, terms: Terms) -> int:
    """Put the open bill into instalments while nothing is past due; return what was spread."""
    amount = min(account.billed, account.statement_due)
    offered = may_spread(account, amount, periods, True, terms)
    if account.bill_open == 0 or account.missed_count > 0 or not offered:
        return 0
    take_billed(account, amount, True)
    account.statement_due -= amount
    account.minimum_due = min(account.minimum_due, account.statement_due)
    spread(account, amount, periods, offer(periods, True, terms), env, terms)
    return amount


@scalar
def charge_fee(account: Account, fee: int, today: Totals, log: Log) -> None:
    """Post the fee of an instalment."""
    account.fees += fee
    book(today, log, Flow.FEES_CHARGED, fee)
    book(today, log, Flow.INSTALMENT_FEES, fee)


@seldom
def fall_due(account: Account, env: Environment, terms: Terms, today: Totals, log: Log) -> int:
    """Bill the instalments of the statement that is cut tonight; return their principal."""
    last = env.day_of_month == env.month_length
    month = env.year * 12 + env.month_of_year + (1 if last else 0)
    slot = month % len(account.ring_principal)
    part = account.ring_principal[slot]
    fee = account.ring_fee[slot]
    if part == 0 and fee == 0:
        return 0
    account.ring_principal[slot] = 0
    account.ring_fee[slot] = 0
    account.planned -= part
    account.billed += part
    charge_fee(account, fee, today, log)
    if terms.instalments.early_settlement == EarlySettlement.DAILY_TO_DATE:
        account.plan_cost -= fee
        forget_cost(account)
    return part


@scalar
def forget_cost(account: Account) -> None:
    """Begin to count the day rate anew where no instalments are left."""
    if account.planned == 0:
        account.plan_cost = 0
        account.plan_nano = 0


@scalar
def early_fee(account: Account, env: Environment, terms: Terms) -> int:
    """Return the fee that is due at once when all instalments are settled early (R-P6)."""
    how = terms.instalments.early_settlement
    ring = len(account.ring_fee)
    coming = account.ring_fee[next_statement(account, env, terms) % ring]
    if how == EarlySettlement.ALL_AT_ONCE:
        return fees_to_come(account)
    if how == EarlySettlement.DAILY_TO_DATE:
        ran = account.plan_cost * PPB + account.plan_nano
        most = max(rounded(ran // PPB, ran % PPB, terms.billing.rounding), 0)
        return most + coming if ran != 0 else 0
    if how == EarlySettlement.TO_DATE:
        return coming
    if how == EarlySettlement.DAY_RATE:
        days = days_since_statement(account, env, terms) + 1
        exact = coming * min(days, 30)
        return rounded(exact // 30, exact % 30 * PPB // 30, terms.billing.rounding)
    return 0


@seldom
def settle_early(
    user: User, account: Account, env: Environment, terms: Terms, today: Totals, log: Log
) -> None:
    """Pay all instalments not billed yet, where the money is there (R-P6).

    With `fees_on_schedule` every fee stays due on the day on which it would have come.
    """
    amount = account.planned
    if amount == 0:
        return
    fee = early_fee(account, env, terms)
    interest = early_interest(account, terms)
    if funds(user) < amount + fee + interest:
        return
    pay_out(user, amount + fee + interest)
    account.planned = 0
    for i in range(len(account.ring_principal)):
        account.ring_principal[i] = 0
        if terms.instalments.early_settlement != EarlySettlement.FEES_ON_SCHEDULE:
            account.ring_fee[i] = 0
    account.stolen = min(account.stolen, principal(account))
    charge_fee(account, fee, today, log)
    account.fees -= fee
    forget_cost(account)
    if interest > 0:
        post_interest(account, interest, terms, today, log)
        account.interest -= interest
        book(today, log, Flow.INTEREST_REPAID, interest, Method.EARLY_SETTLEMENT.value)
    book(today, log, Flow.FEES_REPAID, fee, Method.EARLY_SETTLEMENT.value)
    book(today, log, Flow.PRINCIPAL_REPAID, amount, Method.EARLY_SETTLEMENT.value)
    today.paid_count[Method.EARLY_SETTLEMENT] += 1
    today.paid[Method.EARLY_SETTLEMENT] += amount + fee + interest
    today.settled_early += 1


@scalar
def early_interest(account: Account, terms: Terms) -> int:
    """Return the interest that is due when instalments that bear it are settled early, fen."""
    by_day = terms.instalments.cost == PlanCost.DAILY
    at_once = terms.charges.posted_with == PostedWith.PAYMENT
    return accrued_interest(account, terms) if by_day and at_once else 0
