"""What arrears lead to: block, level 3, charge-off, recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import MISSED, Account, days_past_due, owed
from sim.compiled import scalar
from sim.day import Environment, Totals, book
from sim.draws import Purpose, word
from sim.kinds import Flow, Method, Standing
from sim.units import NEVER, share
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def change_standing(account: Account, env: Environment, p: Params) -> None:
    """Block from the end of grace, suspend above level 3's days, reopen on cure.

    Level 3 is not lifted by a cure: the account ends, and may be opened anew, `reopen_days` after
    full repayment. Source: R-W3, R-W5.
    """
    risk = p.risk_control
    late = days_past_due(account, env.day)
    account.worst_days = max(account.worst_days, late)
    if account.standing == Standing.OPEN:
        if account.missed_count > 0 and risk.block_when_past_due:
            account.standing = Standing.BLOCKED.value
    elif account.standing == Standing.BLOCKED and account.missed_count == 0:
        account.standing = Standing.OPEN.value
    if late > risk.level_3_days and account.standing != Standing.SUSPENDED:
        account.standing = Standing.SUSPENDED.value
        account.limit = 0
        account.settled_on = NEVER
    if account.standing == Standing.SUSPENDED:
        if owed(account) > 0:
            account.settled_on = NEVER
        elif account.settled_on == NEVER:
            account.settled_on = env.day


@scalar
def may_reopen(account: Account, env: Environment, p: Params) -> bool:
    """Tell whether a suspended account has waited long enough after full repayment."""
    return (
        account.standing == Standing.SUSPENDED
        and account.settled_on != NEVER
        and env.day - account.settled_on >= p.risk_control.reopen_days
    )


@scalar
def charge_off(
    user: User, account: Account, env: Environment, p: Params, terms: Terms, today: Totals
) -> None:
    """Give an account up: all that is owed leaves the books; what has only accrued is dropped.

    Source: R-W6.
    """
    book(today, Flow.PRINCIPAL_WRITTEN_OFF, account.unbilled + account.billed + account.carried)
    book(today, Flow.INTEREST_WRITTEN_OFF, account.interest)
    book(today, Flow.PENALTY_WRITTEN_OFF, account.penalty)
    book(today, Flow.FEES_WRITTEN_OFF, account.fees)
    today.charged_off += 1
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.RECOVERY.value)
    low = terms.charge_off.recovery_low_ppm
    high = terms.charge_off.recovery_high_ppm
    account.recovery = low + (((high - low) * fate) >> 32)
    account.written_off = owed(account)
    account.charged_off_on = env.day
    account.standing = Standing.CHARGED_OFF.value
    account.limit = 0
    clear(account)


@scalar
def clear(account: Account) -> None:
    """Set all that an account owes, has accrued, or has missed to nothing."""
    account.unbilled = 0
    account.billed = 0
    account.carried = 0
    account.overdue = 0
    account.interest = 0
    account.penalty = 0
    account.fees = 0
    account.accrued = 0
    account.accrued_nano = 0
    account.grace_accrued = 0
    account.grace_nano = 0
    account.penalty_accrued = 0
    account.penalty_nano = 0
    account.bill_open = 0
    account.statement_due = 0
    account.minimum_due = 0
    account.missed_count = 0
    for i in range(MISSED):
        account.missed[i] = 0
        account.missed_on[i] = 0


@scalar
def in_recovery(account: Account, env: Environment) -> bool:
    """Tell whether money still comes back from a charged-off account."""
    return account.standing == Standing.CHARGED_OFF and env.day - account.charged_off_on <= 360


@scalar
def recover(account: Account, env: Environment, terms: Terms, today: Totals) -> None:
    """Collect what comes back in this month after charge-off, every thirty days for a year.

    It comes from outside the user's pots: family, guarantors, the sale of the debt.
    """
    since = env.day - account.charged_off_on
    if since <= 0 or since > 360 or since % 30 != 0:
        return
    whole = share(account.written_off, account.recovery)
    part = share(whole, terms.charge_off.recovery_curve_ppm[since // 30 - 1])
    account.recovered += part
    book(today, Flow.RECOVERED, part)
    today.paid_count[Method.RECOVERY] += 1
    today.paid[Method.RECOVERY] += part
