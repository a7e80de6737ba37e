"""Instalments: months to come hold what is due in them, so any number of plans has its place.

A statement on a day of month M of the year takes what stands at M, 0 for January.
Source: R-P3, R-P6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import RING, Account
from sim.compiled import scalar, seldom
from sim.day import Environment, Totals, book
from sim.kinds import EarlySettlement, FeeBase, Flow, Method, Note
from sim.log import Log, note
from sim.units import share
from sim.user import User, funds, pay_out

if TYPE_CHECKING:
    from sim.params import Terms

PERIODS = (3, 6, 12)  # that the article's product offers


@scalar
def next_statement(env: Environment, terms: Terms) -> int:
    """Return the month of the year in which the next statement stands, 0 .. 12."""
    before = env.day_of_month < terms.billing.statement_day
    return env.month_of_year if before else env.month_of_year + 1


@scalar
def part_of(amount: int, periods: int, at: int) -> int:
    """Return instalment `at` of a plan: equal whole fen, what is left over with the first."""
    part = amount // periods
    return part + (amount - part * periods if at == 0 else 0)


@scalar
def spread(
    account: Account, amount: int, periods: int, fee_ppm: int, env: Environment, terms: Terms
) -> None:
    """Put an amount into `periods` months to come, each with its fee, without interest (R-P3)."""
    first = next_statement(env, terms)
    left = amount
    for i in range(periods):
        slot = (first + i) % RING
        part = part_of(amount, periods, i)
        account.ring_principal[slot] += part
        account.ring_fee[slot] += fee_of(amount, left, fee_ppm, terms)
        left -= part
    account.planned += amount


@scalar
def fee_of(amount: int, left: int, fee_ppm: int, terms: Terms) -> int:
    """Return the fee of one instalment, on the original amount or on what is left of it."""
    original = terms.instalments.fee_base == FeeBase.ORIGINAL
    return share(amount if original else left, fee_ppm)


@scalar
def costs_above_cap(amount: int, periods: int, fee_ppm: int, terms: Terms) -> bool:
    """Tell whether a plan costs more a year than the cap: at its rate it is worth more than lent.

    The cap trims interest and penalty, not these fees; that they go beyond it is reported (R-P7).
    """
    month = 1.0 / (1.0 + terms.charges.yearly_cap_ppm * 1e-6 / 12.0)
    weight = 1.0
    worth = 0.0
    left = amount
    for i in range(periods):
        part = part_of(amount, periods, i)
        weight *= month
        worth += weight * (part + fee_of(amount, left, fee_ppm, terms))
        left -= part
    return worth > amount


@seldom
def count_plan(
    amount: int, periods: int, fee_ppm: int, terms: Terms, today: Totals, log: Log
) -> None:
    """Count a plan, and whether its yearly cost is above the cap."""
    today.instalment_plans += 1
    today.plans_above_cap += 1 if costs_above_cap(amount, periods, fee_ppm, terms) else 0
    note(log, Note.PLAN.value, amount, periods)


@scalar
def may_spread(amount: int, periods: int, terms: Terms) -> bool:
    """Tell whether the product offers a plan: 3, 6 or 12 periods, and enough to spread (R-P3)."""
    offered = periods == 3 or periods == 6 or periods == 12
    return offered and amount >= terms.instalments.least_fen


@scalar
def spread_bill(
    account: Account, periods: int, env: Environment, terms: Terms, today: Totals, log: Log
) -> None:
    """Put the open bill into instalments; asked for while nothing is past due."""
    amount = min(account.billed, account.statement_due)
    if account.bill_open == 0 or account.missed_count > 0 or not may_spread(amount, periods, terms):
        return
    account.billed -= amount
    account.statement_due -= amount
    account.minimum_due = min(account.minimum_due, account.statement_due)
    spread(account, amount, periods, terms.instalments.fee_ppm, env, terms)
    count_plan(amount, periods, terms.instalments.fee_ppm, terms, today, log)


@scalar
def charge_fee(account: Account, fee: int, today: Totals, log: Log) -> None:
    """Post the fee of an instalment."""
    account.fees += fee
    book(today, log, Flow.FEES_CHARGED, fee)
    book(today, log, Flow.INSTALMENT_FEES, fee)


@scalar
def fall_due(account: Account, env: Environment, today: Totals, log: Log) -> int:
    """Bill the instalments of the statement that is cut tonight; return their principal."""
    last = env.day_of_month == env.month_length
    slot = (env.month_of_year + (1 if last else 0)) % RING
    part = account.ring_principal[slot]
    fee = account.ring_fee[slot]
    if part == 0 and fee == 0:
        return 0
    account.ring_principal[slot] = 0
    account.ring_fee[slot] = 0
    account.planned -= part
    account.billed += part
    charge_fee(account, fee, today, log)
    return part


@scalar
def early_fee(account: Account, env: Environment, terms: Terms) -> int:
    """Return the fee that is due at once when all instalments are settled early (R-P6)."""
    how = terms.instalments.early_settlement
    coming = account.ring_fee[next_statement(env, terms) % RING]
    if how == EarlySettlement.ALL_AT_ONCE:
        fee = 0
        for i in range(RING):
            fee += account.ring_fee[i]
        return fee
    if how == EarlySettlement.TO_DATE:
        return coming
    if how == EarlySettlement.DAY_RATE:
        since = env.day_of_month - terms.billing.statement_day + 1
        days = since if since > 0 else since + env.last_month_length
        return coming * min(days, 30) // 30
    return 0


@scalar
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
    if funds(user) < amount + fee:
        return
    pay_out(user, amount + fee)
    account.planned = 0
    for i in range(RING):
        account.ring_principal[i] = 0
        if terms.instalments.early_settlement != EarlySettlement.FEES_ON_SCHEDULE:
            account.ring_fee[i] = 0
    charge_fee(account, fee, today, log)
    account.fees -= fee
    book(today, log, Flow.FEES_REPAID, fee, Method.EARLY_SETTLEMENT.value)
    book(today, log, Flow.PRINCIPAL_REPAID, amount, Method.EARLY_SETTLEMENT.value)
    today.paid_count[Method.EARLY_SETTLEMENT] += 1
    today.paid[Method.EARLY_SETTLEMENT] += amount + fee
    today.settled_early += 1


@scalar
def fees_to_come(account: Account) -> int:
    """Return the fees of instalments that are not billed yet, in fen."""
    fees = 0
    for i in range(RING):
        fees += account.ring_fee[i]
    return fees
