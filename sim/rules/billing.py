"""Statements, and what becomes of a bill when its grace ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import MISSED, Account, charges, days_past_due, past_due, payable
from sim.compiled import scalar
from sim.day import Environment, Totals, book
from sim.kinds import Flow, Note, PastDueFrom
from sim.log import Log, note
from sim.units import PPB, share

if TYPE_CHECKING:
    from sim.params import Terms

PAY_DOWN_BILLS = 4  # bills over which the share paid is remembered (R-L5)
NO_INCOME_DAYS = 90  # past due: interest charged from then on is not counted as income


@scalar
def days_since_due(account: Account, env: Environment) -> int:
    """Return the days since the last due day, 0 on the day itself."""
    since = env.day_of_month - account.due_day
    return since if since >= 0 else since + env.last_month_length


@scalar
def statement_tonight(env: Environment, terms: Terms) -> bool:
    """Tell whether a statement is cut at the close of this day: tomorrow is the statement day."""
    tomorrow = 1 if env.day_of_month == env.month_length else env.day_of_month + 1
    return tomorrow == terms.billing.statement_day


@scalar
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


@scalar
def cut_statement(
    account: Account,
    posted_interest: int,
    posted_penalty: int,
    instalments: int,
    env: Environment,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Post what has accrued, bill all that is owed, and set the minimum (R-P4, R-P10).

    instalments: principal of those that fall due with this bill, all of it part of the minimum.
    Past 90 days due what is charged is no income, until it is paid or cured.
    """
    account.interest += posted_interest
    account.accrued = 0
    account.accrued_nano = 0
    book(today, log, Flow.INTEREST_CHARGED, posted_interest)
    account.penalty += posted_penalty
    account.penalty_accrued = 0
    account.penalty_nano = 0
    book(today, log, Flow.PENALTY_CHARGED, posted_penalty)
    if days_past_due(account, env.day) > NO_INCOME_DAYS:
        account.suspended += posted_interest + posted_penalty
        book(today, log, Flow.SUSPENDED, posted_interest + posted_penalty)
    account.billed += account.unbilled
    account.unbilled = 0
    total = payable(account)
    account.statement_total = total
    account.statement_due = total
    account.minimum_due = total
    account.bill_open = 1 if total > 0 else 0
    if total > terms.billing.minimum_whole_fen:
        rest = account.billed + account.carried - instalments
        tenth = share(rest, terms.billing.minimum_ppm)
        least = tenth + instalments + charges(account) + account.overdue
        account.minimum_due = min(least, total)
    if total > 0:
        note(log, Note.BILL.value, total, 0)
