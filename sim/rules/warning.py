"""Warnings of levels 1 and 2: a jump of spending, a strange login, and the holds that follow.

Level 3 is in `arrears`. Every level ends by a rule. Source: R-W1, R-W2, R-W5, R-L9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar, seldom
from sim.day import Environment, Totals
from sim.draws import Purpose, chance, word
from sim.kinds import WARNING_STEPS, Hold, Level, Note, WarningStep
from sim.log import Log, note
from sim.units import POSITIVE, PPM
from sim.user import BINS, User, quarter_spending

if TYPE_CHECKING:
    from sim.params import Params, Terms

WEEK, QUARTER = 7, 90  # days


@scalar
def count_warning(level: int, step: int, number: int, today: Totals, log: Log) -> None:
    """Count what became of a warning."""
    today.warning[level * WARNING_STEPS + step] += number
    if step != WarningStep.HOURS:
        note(log, Note.WARNING.value, 0, 10 * level + step)


@scalar
def raise_warning(level: int, true: bool, today: Totals, log: Log) -> None:
    """Count a warning, and whether there is something behind it."""
    count_warning(level, WarningStep.RAISED.value, 1, today, log)
    step = WarningStep.TRUE.value if true else WarningStep.FALSE.value
    count_warning(level, step, 1, today, log)


@scalar
def week_ends(user: User, env: Environment) -> bool:
    """Tell whether this day is the last of the user's own week: users are spread over days."""
    return ((env.day + user.user) & POSITIVE) % WEEK == WEEK - 1


@scalar
def spending_jumped(user: User, p: Params) -> bool:
    """Tell whether the 7-day mean rose 30 % above that of 90 days, and by its own spread (R-W1).

    The spread is that of the user's weeks, taken from the thirty 72 hours: 7/3 of their variance.
    """
    m = p.risk_control.message
    quarter = quarter_spending(user)
    if user.week_now * QUARTER * PPM <= quarter * WEEK * (PPM + m.rise_ppm):
        return False
    total = 0.0
    squares = 0.0
    for i in range(BINS):
        spent = user.spend_bins[i] * 1.0
        total += spent
        squares += spent * spent
    variance = (squares - total * total / BINS) / BINS * WEEK / 3.0
    excess = user.week_now - quarter * 1.0 * WEEK / QUARTER
    sigmas = m.sigmas_ppm * 1e-6
    return excess * excess >= sigmas * sigmas * variance


@seldom
def end_week(user: User, env: Environment, p: Params, today: Totals, log: Log) -> None:
    """Close the user's week: a jump of spending brings a message, which damps for days (R-W1)."""
    observed = env.day - max(user.joins_on, 0) >= QUARTER
    jumped = observed and spending_jumped(user, p)
    user.week_now = 0
    if not jumped:
        return
    trouble = user.employed == 0 or user.strain >= p.risk_control.message.trouble
    raise_warning(Level.MESSAGE.value, trouble, today, log)
    today.warned_1 += 1
    user.damped_until = env.day + p.behaviour.spending.message_days


@scalar
def is_large(account: Account, amount: int, p: Params) -> bool:
    """Tell whether a purchase is large enough for level 2 to look at the login (R-W2)."""
    return amount * PPM >= account.limit * p.risk_control.login.large_ppm


@scalar
def strange_login(user: User, thief: bool, env: Environment, p: Params) -> bool:
    """Tell whether today's login was from a strange place; one draw a day."""
    login = p.risk_control.login
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.STRANGE.value)
    return chance(fate, login.strange_thief_ppm if thief else login.strange_ppm)


@scalar
def passes_factor(user: User, thief: bool, env: Environment, p: Params) -> bool:
    """Tell whether the second factor is passed today."""
    login = p.risk_control.login
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.FACTOR.value)
    return chance(fate, login.passed_thief_ppm if thief else login.passed_ppm)


@seldom
def freeze(
    account: Account, hold: int, true: bool, env: Environment, today: Totals, log: Log
) -> None:
    """Freeze the unused limit until the user, a review or 72 hours end it (R-W2, R-L9)."""
    account.hold = hold
    account.held_on = env.day
    level = Level.LOGIN.value if hold == Hold.LOGIN else Level.REQUESTS.value
    raise_warning(level, true, today, log)


@seldom
def thaw(account: Account, step: int, env: Environment, today: Totals, log: Log) -> None:
    """End a hold; step: who ended it (WarningStep)."""
    level = Level.LOGIN.value if account.hold == Hold.LOGIN else Level.REQUESTS.value
    count_warning(level, step, 1, today, log)
    hours = 24 * (env.day - account.held_on)
    count_warning(level, WarningStep.HOURS.value, hours, today, log)
    account.hold = Hold.NONE.value


@seldom
def review_hold(
    user: User, account: Account, env: Environment, p: Params, terms: Terms, today: Totals, log: Log
) -> None:
    """End a hold whose second factor is passed, whose review is over, or that has run its term.

    Source: R-W2, R-W5, R-L9. A hold of day d lasts to the end of d + 3 at the longest.
    """
    days = env.day - account.held_on
    if account.hold == Hold.LOGIN:
        if days > p.risk_control.appeals.review_days:
            thaw(account, WarningStep.EXPIRED.value, env, today, log)
        elif passes_factor(user, account.stolen > 0, env, p):
            thaw(account, WarningStep.PASSED.value, env, today, log)
        return
    opened = account.held_on
    fate = word(p.seed, p.replication, user.user, opened, Purpose.HOLD_REVIEW.value)
    if days > (terms.requests.hold_days * fate) >> 32:
        thaw(account, WarningStep.EXPIRED.value, env, today, log)
