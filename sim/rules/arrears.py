"""What arrears lead to: block, level 3, charge-off, recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import (
    MISSED,
    Account,
    clear_missed,
    days_past_due,
    owed,
    past_due,
    principal,
)
from sim.compiled import scalar, seldom
from sim.day import Environment, Totals, book
from sim.draws import Purpose, word
from sim.kinds import Assessed, Flow, Hold, Method, Note, Standing
from sim.log import Log, note
from sim.units import NEVER, share
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@seldom
def change_standing(
    user: User, account: Account, env: Environment, p: Params, today: Totals, log: Log
) -> None:
    """Block from the end of grace, suspend above level 3's days, reopen on cure.

    Level 3 is not lifted by a cure: the account ends, and may be opened anew, `reopen_days` after
    full repayment. Source: R-W3, R-W5.
    """
    risk = p.risk_control
    late = days_past_due(account, env.day)
    account.worst_days = max(account.worst_days, late)
    account.lapse_days = max(account.lapse_days, late)
    if account.standing == Standing.OPEN:
        if account.missed_count > 0 and risk.block_when_past_due:
            move_to(account, Standing.BLOCKED.value, log)
    elif account.standing == Standing.BLOCKED and account.missed_count == 0:
        move_to(account, Standing.OPEN.value, log)
        today.cured += 1
    if late > risk.level_3_days and account.standing != Standing.SUSPENDED:
        move_to(account, Standing.SUSPENDED.value, log)
        account.limit = 0
        note(log, Note.LIMIT.value, 0, Assessed.LEVEL_3.value)
        account.settled_on = NEVER
        user.past_overdue = 1
        today.entered_collection += 1
    if account.standing == Standing.SUSPENDED:
        if owed(account) > 0:
            account.settled_on = NEVER
        elif account.settled_on == NEVER:
            account.settled_on = env.day


@scalar
def move_to(account: Account, standing: int, log: Log) -> None:
    """Change the standing of an account; every change is an event (R-W5)."""
    account.standing = standing
    note(log, Note.STANDING.value, 0, standing)


@scalar
def count_cure(account: Account, missed_before: int, today: Totals) -> None:
    """Count an account under level 3 that has paid all that was past due.

    One that was only blocked is counted as it reopens, at the close.
    """
    if missed_before > 0 and account.missed_count == 0 and account.standing == Standing.SUSPENDED:
        today.cured += 1
        today.cured_worked += account.worked


@scalar
def lift_level_3(user: User, account: Account, log: Log) -> None:
    """Take level 3 back from a user who was misjudged: arrears and bureau mark are gone (R-W4)."""
    clear_missed(account, past_due(account))
    user.past_overdue = 0
    if account.standing == Standing.SUSPENDED:
        move_to(account, Standing.OPEN.value, log)


@scalar
def enters_level_3(account: Account, before: int) -> bool:
    """Tell whether level 3 came into force today."""
    return before != Standing.SUSPENDED and account.standing == Standing.SUSPENDED


@scalar
def may_reopen(account: Account, env: Environment, p: Params) -> bool:
    """Tell whether a suspended account has waited long enough after full repayment (R-W3)."""
    return (
        account.standing == Standing.SUSPENDED
        and account.settled_on != NEVER
        and env.day - account.settled_on >= p.risk_control.reopen_days
    )


@seldom
def charge_off(
    user: User, account: Account, env: Environment, p: Params, terms: Terms, today: Totals, log: Log
) -> None:
    """Give an account up: all that is owed leaves the books; what has only accrued is dropped.

    Source: R-W6.
    """
    book(today, log, Flow.PRINCIPAL_WRITTEN_OFF, principal(account))
    book(today, log, Flow.INTEREST_WRITTEN_OFF, account.interest)
    book(today, log, Flow.PENALTY_WRITTEN_OFF, account.penalty)
    book(today, log, Flow.FEES_WRITTEN_OFF, account.fees)
    book(today, log, Flow.SUSPENSE_WRITTEN_OFF, account.suspended)
    today.charged_off += 1
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.RECOVERY.value)
    low = terms.charge_off.recovery_low_ppm
    high = terms.charge_off.recovery_high_ppm
    account.recovery = low + (((high - low) * fate) >> 32)
    account.written_off = owed(account)
    account.charged_off_on = env.day
    move_to(account, Standing.CHARGED_OFF.value, log)
    account.limit = 0
    note(log, Note.LIMIT.value, 0, Assessed.CLOSED.value)
    clear(account)


@scalar
def clear(account: Account) -> None:
    """Set all that an account owes, has accrued, or has missed to nothing."""
    account.planned = 0
    account.plan_cost = 0
    account.plan_nano = 0
    for i in range(len(account.ring_principal)):
        account.ring_principal[i] = 0
        account.ring_fee[i] = 0
    account.unbilled = 0
    account.billed = 0
    account.carried = 0
    account.suspended = 0
    account.stolen = 0
    account.claim = 0
    account.hold = Hold.NONE.value
    account.refund = 0
    account.overdue = 0
    account.interest = 0
    account.penalty = 0
    account.fees = 0
    account.accrued = 0
    account.accrued_nano = 0
    account.grace_accrued = 0
    account.grace_nano = 0
    account.back_accrued = 0
    account.back_nano = 0
    account.unposted = 0
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


@seldom
def recover(account: Account, env: Environment, terms: Terms, today: Totals, log: Log) -> None:
    """Collect what comes back in this month after charge-off (R-W6), every thirty days for a year.

    It comes from outside the user's pots: family, guarantors, the sale of the debt.
    """
    since = env.day - account.charged_off_on
    if since <= 0 or since > 360 or since % 30 != 0:
        return
    whole = share(account.written_off, account.recovery)
    part = share(whole, terms.charge_off.recovery_curve_ppm[since // 30 - 1])
    account.recovered += part
    book(today, log, Flow.RECOVERED, part)
    today.paid_count[Method.RECOVERY] += 1 if part > 0 else 0
    today.paid[Method.RECOVERY] += part
