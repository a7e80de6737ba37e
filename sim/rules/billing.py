"""Statements, and what becomes of a bill when its grace ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import (
    MISSED,
    Account,
    charges,
    days_past_due,
    days_since_statement,
    past_due,
    payable,
    principal,
    statement_day,
)
from sim.compiled import scalar, seldom
from sim.day import Environment, Totals, book
from sim.dues import accrued_interest, accrued_penalty, post_interest, post_penalty
from sim.kinds import Asks, Cycle, Flow, MinimumRule, Note, PastDueFrom, PenaltyBase
from sim.log import Log, note
from sim.units import PPB, share_by

if TYPE_CHECKING:
    from sim.params import Terms

PAY_DOWN_BILLS = 4  # bills over which the share paid is remembered (R-L5)
SHORTEST = 28  # days of a month: grace ends before the next statement, so before these
NO_INCOME_DAYS = 90  # past due: interest charged from then on is not counted as income


@scalar
def days_since_due(account: Account, env: Environment, terms: Terms) -> int:
    """Return the days since the last due day, 0 on the day itself.

    Between a statement and its due day that is some number beyond any grace.
    """
    if terms.billing.cycle == Cycle.CALENDAR:
        since = env.day_of_month - account.due_day
        return since if since >= 0 else since + env.last_month_length
    since = days_since_statement(account, env, terms)
    since -= terms.billing.due_offset_days
    return since if since >= 0 else since + SHORTEST


@scalar
def days_to_due(account: Account, terms: Terms) -> int:
    """Return the days from a statement day to the due day of its bill."""
    if terms.billing.cycle == Cycle.CALENDAR:
        return account.due_day - terms.billing.statement_day
    return terms.billing.due_offset_days


@scalar
def statement_tonight(account: Account, env: Environment, terms: Terms) -> bool:
    """Tell whether a statement is cut at the close of this day: tomorrow is the statement day."""
    tomorrow = 1 if env.day_of_month == env.month_length else env.day_of_month + 1
    return tomorrow == statement_day(account, env, terms)


@seldom
def end_grace(account: Account, env: Environment, terms: Terms, today: Totals, log: Log) -> None:
    """Close the bill whose grace ends today: what is unpaid is carried, an unpaid minimum missed.

    Source: R-P5, R-P9, R-P10.
    """
    if account.bill_open == 0:
        return
    account.bill_open = 0
    paid = 1_000 - account.statement_due * 1_000 // max(account.statement_total, 1)
    account.pay_down += (paid - account.pay_down) // PAY_DOWN_BILLS
    first = account.lapses == 0 and account.on_time_periods == 0
    today.first_bills += 1 if first else 0
    if account.billed > 0:
        account.carried += account.billed
        account.billed = 0
        exact = account.accrued_nano + account.grace_nano
        account.accrued += account.grace_accrued + exact // PPB
        account.accrued_nano = exact % PPB
    account.grace_accrued = 0
    account.grace_nano = 0
    if account.minimum_due == 0:
        account.on_time_periods += 1
        if account.on_time_periods == terms.factors.on_time_periods:
            account.lapse_days = 0
        return
    account.on_time_periods = 0
    account.lapses += 1
    today.missed += 1
    if first:
        account.first_default = 1
        today.first_defaults += 1
    note(log, Note.MISSED.value, account.minimum_due, 0)
    account.overdue = account.carried
    if terms.charges.penalty_base <= PenaltyBase.OVERDUE_AMOUNT:
        account.overdue = max(0, min(account.minimum_due - charges(account), account.carried))
    since = env.day
    if terms.billing.past_due_from == PastDueFrom.DUE_DAY:
        since -= terms.billing.grace_days
    newly = account.minimum_due - past_due(account)
    account.minimum_due = 0
    if newly <= 0:
        return
    at = min(account.missed_count, MISSED - 1)
    if account.missed_count < MISSED:
        account.missed_count += 1
        account.missed_on[at] = since
    account.missed[at] += newly


@seldom
def cut_statement(
    account: Account,
    instalments: int,
    env: Environment,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Post what has accrued, bill what is asked for, and set the minimum (R-P4, R-P10).

    instalments: principal of those that fall due with this bill, all of it part of the minimum.
    Past 90 days due what is charged is no income, until it is paid or cured.
    """
    posted_interest = accrued_interest(account, terms)
    posted_penalty = accrued_penalty(account, terms)
    post_interest(account, posted_interest, terms, today, log)
    post_penalty(account, posted_penalty, terms, today, log)
    if days_past_due(account, env.day) > NO_INCOME_DAYS:
        account.suspended += posted_interest + posted_penalty
        book(today, log, Flow.SUSPENDED, posted_interest + posted_penalty)
    account.grace_accrued = account.back_accrued
    account.grace_nano = account.back_nano
    account.back_accrued = 0
    account.back_nano = 0
    asked = asked_of_unbilled(account, terms)
    account.billed += asked
    account.unbilled -= asked
    total = payable(account) - account.unbilled
    account.statement_total = total
    account.statement_due = total
    account.minimum_due = minimum(account, total, asked, instalments, terms)
    account.bill_open = 1 if total > 0 else 0
    if total > 0:
        note(log, Note.BILL.value, total, 0)


@scalar
def asked_of_unbilled(account: Account, terms: Terms) -> int:
    """Return how much of what was not billed before a statement asks for (Asks), fen."""
    used = principal(account) - account.planned
    if terms.billing.asks == Asks.WHOLE or used <= terms.billing.minimum_whole_fen:
        return account.unbilled
    part = share_by(used, terms.billing.minimum_ppm, terms.billing.rounding)
    return min(part, account.unbilled)


@scalar
def minimum(account: Account, total: int, new: int, instalments: int, terms: Terms) -> int:
    """Return the minimum of a bill, fen: by MinimumRule, at most all of it (R-P4).

    new: of the billed principal, what no bill had asked for before, instalments apart.
    """
    billing = terms.billing
    if total <= billing.minimum_whole_fen or billing.asks == Asks.SHARE:
        return total
    rest = account.billed + account.carried - instalments
    least = instalments + charges(account)
    if billing.minimum_rule == MinimumRule.BY_RECORD:
        old = rest - new
        least += share_by(new, billing.minimum_ppm, billing.rounding)
        whole = account.missed_count > 0 or old < billing.carried_whole_fen
        least += old if whole else share_by(old, billing.minimum_ppm, billing.rounding)
        return min(least, total)
    if billing.minimum_rule == MinimumRule.SHARE_OF_NOT_OVERDUE:
        rest -= account.overdue
    part = share_by(rest, billing.minimum_ppm, billing.rounding)
    least += max(part, billing.minimum_floor_fen) + account.overdue
    return min(least, total)
