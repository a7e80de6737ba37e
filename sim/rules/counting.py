"""Adding one user's day to the totals."""

from __future__ import annotations

from sim.account import Account, charges, days_past_due, past_due, principal
from sim.compiled import scalar
from sim.day import Environment, Totals
from sim.kinds import OUTCOMES, Assessed, Hold, Note, Outcome, Standing
from sim.log import Log, note
from sim.user import User


@scalar
def count_wish(
    account: Account, place: int, amount: int, outcome: int, today: Totals, log: Log
) -> None:
    """Count a wish to buy on credit, and why it was refused if it was."""
    today.outcome[place * OUTCOMES + outcome] += 1
    if outcome != Outcome.APPROVED:
        today.refused += 1
        note(log, Note.REFUSED.value, amount, outcome)
    if outcome == Outcome.NO_LIMIT_LEFT:
        account.attempts_refused = min(account.attempts_refused + 1, 32_767)
        account.asks_after = min(account.asks_after + 1, 32_767)


@scalar
def count_refresh(before: int, after: int, why: int, today: Totals, log: Log) -> None:
    """Count a refresh of a limit, why it was made (Assessed), and its change."""
    if after != before:
        note(log, Note.LIMIT.value, after, why)
    if why == Assessed.MAJOR_PURCHASE:
        today.real_time += 1
        today.real_time_raised += 1 if after > before else 0
        today.real_time_lowered += 1 if after < before else 0
        today.real_time_raised_by += max(after - before, 0)
        today.real_time_lowered_by += max(before - after, 0)
    elif why == Assessed.REQUEST:
        today.requests_assessed += 1
        today.requests_raised += 1 if after > before else 0
        today.requests_lowered += 1 if after < before else 0
        today.requests_raised_by += max(after - before, 0)
        today.requests_lowered_by += max(before - after, 0)
    if why != Assessed.CLOCK:
        return
    today.assessed += 1
    today.raised += 1 if after > before else 0
    today.lowered += 1 if after < before else 0
    today.raised_by += max(after - before, 0)
    today.lowered_by += max(before - after, 0)


@scalar
def count_candidate(candidate: bool, invitable: bool, today: Totals) -> None:
    """Count whether a user could be admitted to a product, or invited."""
    today.candidates += 1 if candidate else 0
    today.invitable += 1 if invitable else 0


@scalar
def count_user(user: User, env: Environment, today: Totals) -> None:
    """Count a user and what they own at the close of the day."""
    today.users += 1
    today.unemployed += 1 - user.employed
    today.damped += 1 if env.day <= user.damped_until else 0
    today.marked += user.past_overdue
    today.wallet += user.wallet
    today.bank += user.bank


@scalar
def count_account(account: Account, env: Environment, today: Totals) -> None:
    """Count an account and where it stands at the close of the day."""
    if account.standing == Standing.NONE or account.standing == Standing.CHARGED_OFF:
        return
    balance = principal(account)
    today.active += 1
    today.limit += account.limit
    today.warned_2 += 1 if account.hold != Hold.NONE else 0
    if account.standing == Standing.SUSPENDED:
        today.warned_3 += 1
        today.in_collection += 1 if account.missed_count > 0 else 0
    today.disputes_open += 1 if account.claim != 0 else 0
    today.accrued += account.accrued + account.penalty_accrued
    if balance + charges(account) == 0:
        return
    today.utilising += 1
    today.principal += balance
    today.interest += account.interest
    today.penalty += account.penalty
    today.fees += account.fees
    today.planned += account.planned
    today.suspended += account.suspended
    today.stolen += account.stolen
    late = days_past_due(account, env.day)
    today.past_due += past_due(account)
    if late == 0:
        return
    today.late_1 += 1
    today.principal_late_1 += balance
    if late > 30:
        today.late_31 += 1
        today.principal_late_31 += balance
    if late > 60:
        today.late_61 += 1
        today.principal_late_61 += balance
    if late > 90:
        today.late_91 += 1
        today.principal_late_91 += balance
