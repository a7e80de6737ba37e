"""What one lender learns of a user's other accounts: sister products, a common ledger.

Source: R-F2, R-F3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, days_past_due, owed
from sim.compiled import scalar, seldom
from sim.day import Environment
from sim.draws import Purpose, chance, word
from sim.kinds import Standing
from sim.units import MAX_FEN, NEVER
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms

MOST_DAYS = 32_767


@scalar
def remember_spell(account: Account, missed_before: int, env: Environment) -> None:
    """Write down when a time past due began or ended; a ledger tells of it later (R-F3)."""
    if missed_before == 0 and account.missed_count > 0:
        account.late_since = account.missed_on[0]
    elif missed_before > 0 and account.missed_count == 0:
        account.late_until = env.day


@scalar
def late_as_of(account: Account, day: int, charge_off_days: int) -> int:
    """Return for how many days an account had been past due at the close of an earlier day.

    Of several times past due only the last is remembered.
    """
    if account.standing == Standing.CHARGED_OFF:
        since = day - account.charged_off_on
        return min(since + charge_off_days, MOST_DAYS) if since >= 0 else 0
    if account.late_since == NEVER or account.late_since > day:
        return 0
    ended = account.missed_count == 0 and account.late_until <= day
    return 0 if ended else day - account.late_since


@scalar
def on_ledger(user: User, k: int, p: Params, terms: Terms) -> bool:
    """Tell whether product k reports a user's account to the common ledger (R-F3)."""
    if terms.shared_data.coverage_ppm == 0:
        return False
    fate = word(p.seed, p.replication, user.user, 0, Purpose.LEDGER.value + k)
    return chance(fate, terms.shared_data.coverage_ppm)


@seldom
def look_around(
    user: User, accounts: list[Account], k: int, env: Environment, p: Params, terms: list[Terms]
) -> None:
    """Write into account k what its lender sees of the others: debts of sisters, days past due.

    Sisters are those in joint assessment, seen as they are (R-F2); all others through the ledger,
    as they were `delay_days` ago (R-F3).
    """
    if len(accounts) == 1:
        return
    debt = 0
    late = 0
    for j in range(len(accounts)):
        if j == k:
            continue
        other = accounts[j]
        if terms[k].joint.on and terms[j].joint.on:
            debt += owed(other)
            days = days_past_due(other, env.day)
            if other.standing == Standing.CHARGED_OFF:
                days = late_as_of(other, env.day, terms[j].charge_off.days)
            late = max(late, days)
        elif terms[k].shared_data.reads and on_ledger(user, j, p, terms[j]):
            then = env.day - terms[j].shared_data.delay_days
            late = max(late, late_as_of(other, then, terms[j].charge_off.days))
    accounts[k].known_debt = min(debt, MAX_FEN)
    accounts[k].known_late = late
