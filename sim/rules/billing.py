"""Statements, and what becomes of a bill when its grace ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import MISSED, Account, charges, owed, past_due
from sim.compiled import scalar
from sim.day import Environment, Totals, book
from sim.kinds import Flow, PastDueFrom
from sim.units import PPB, share

if TYPE_CHECKING:
    from sim.params import Terms


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
def end_grace(account: Account, env: Environment, terms: Terms, today: Totals) -> None:
    """Close the bill whose grace ends today: what is unpaid is carried, an unpaid minimum missed.

    Source: R-P5, R-P9, R-P10.
    """
    if account.bill_open == 0:
        return
    account.bill_open = 0
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
        return
    account.on_time_periods = 0
    account.lapses += 1
    today.missed += 1
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
    account: Account, posted_interest: int, posted_penalty: int, terms: Terms, today: Totals
) -> None:
    """Post what has accrued, bill all that is owed, and set the minimum (R-P4, R-P10)."""
    account.interest += posted_interest
    account.accrued = 0
    account.accrued_nano = 0
    book(today, Flow.INTEREST_CHARGED, posted_interest)
    account.penalty += posted_penalty
    account.penalty_accrued = 0
    account.penalty_nano = 0
    book(today, Flow.PENALTY_CHARGED, posted_penalty)
    account.billed += account.unbilled
    account.unbilled = 0
    total = owed(account)
    account.statement_due = total
    account.minimum_due = total
    account.bill_open = 1 if total > 0 else 0
    if total > terms.billing.minimum_whole_fen:
        tenth = share(account.billed + account.carried, terms.billing.minimum_ppm)
        account.minimum_due = min(tenth + charges(account) + account.overdue, total)
