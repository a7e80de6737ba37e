"""Adding one user's day to the totals."""

from __future__ import annotations

from sim.account import Account, charges, days_past_due, past_due, principal
from sim.compiled import scalar
from sim.day import Environment, Totals
from sim.kinds import OUTCOMES, Outcome, Standing
from sim.user import User


@scalar
def count_wish(account: Account, place: int, outcome: int, today: Totals) -> None:
    """Count a wish to buy on credit, and why it was refused if it was."""
    today.outcome[place * OUTCOMES + outcome] += 1
    if outcome != Outcome.APPROVED:
        today.refused += 1
    if outcome == Outcome.NO_LIMIT_LEFT:
        account.attempts_refused = min(account.attempts_refused + 1, 32_767)


@scalar
def count_refresh(before: int, after: int, real_time: bool, today: Totals) -> None:
    """Count a refresh of a limit, and its change."""
    if real_time:
        today.real_time += 1
    else:
        today.assessed += 1
        today.raised += 1 if after > before else 0
        today.lowered += 1 if after < before else 0
        today.raised_by += max(after - before, 0)
        today.lowered_by += max(before - after, 0)


@scalar
def count_user(user: User, candidate: bool, today: Totals) -> None:
    """Count a user and what they own at the close of the day."""
    today.users += 1
    today.candidates += 1 if candidate else 0
    today.unemployed += 1 - user.employed
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
    today.warned_3 += 1 if account.standing == Standing.SUSPENDED else 0
    today.accrued += account.accrued + account.penalty_accrued
    if balance + charges(account) == 0:
        return
    today.utilising += 1
    today.principal += balance
    today.interest += account.interest
    today.penalty += account.penalty
    today.fees += account.fees
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
