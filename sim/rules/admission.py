"""Who is let in: gates, candidate pool, the weighted score, and how an account begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, begin_cycle
from sim.compiled import scalar
from sim.day import Environment, rollout_of
from sim.draws import Purpose, word
from sim.kinds import Admission, Assessed, Cycle, Grading, Note, Standing
from sim.log import Log, note
from sim.units import NEVER, PPM
from sim.user import User, mean_wallet, payments_a_quarter

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def passes_gates(user: User, terms: Terms) -> bool:
    """Tell whether the hard gates are open: verified, of age, a card bound (R-A1, R-F6)."""
    if terms.regulation.bars_students and user.student == 1:
        return False
    if user.age < terms.minimum_age:
        return False
    if terms.admission == Admission.OPEN_TO_ALL:
        return True
    named = user.real_name == 1 or not terms.gates.real_name
    return named and user.cards >= terms.gates.cards


@scalar
def in_pool(user: User, env: Environment, terms: Terms) -> bool:
    """Tell whether a user has used the wallet long enough without a gap (R-A4)."""
    if terms.admission == Admission.OPEN_TO_ALL:
        return True
    used = env.day - user.used_since
    gap = counted_gap(user, env, terms)
    return used >= terms.gates.tenure_days and gap <= terms.gates.longest_gap_days


@scalar
def counted_gap(user: User, env: Environment, terms: Terms) -> int:
    """Return the longest gap of use from before the run, days, while the pool looks that far back.

    0 from `tenure_days` after the user's first simulated day on: later gaps move `used_since`,
    see `history.break_use`. Source: R-A4.
    """
    lived = env.day - max(user.joins_on, 0)
    return user.longest_gap if lived < terms.gates.tenure_days else 0


@scalar
def may_see(account: Account, env: Environment, k: int = 0) -> bool:
    """Tell whether the staged opening of product k has reached a user; once, always (R-A5)."""
    return account.reach * PPM < rollout_of(env, k) << 16


@scalar
def is_candidate(user: User, account: Account, env: Environment, terms: Terms, k: int = 0) -> bool:
    """Tell whether a user could apply for product k today: gates, pool and staged opening."""
    return may_see(account, env, k) and passes_gates(user, terms) and in_pool(user, env, terms)


@scalar
def may_try(account: Account, env: Environment, terms: Terms) -> bool:
    """Tell whether there is no account and the last failed try is long enough ago (R-E4)."""
    return account.standing == Standing.NONE and (
        account.tried_on == NEVER or env.day - account.tried_on >= terms.ways.retry_days
    )


@scalar
def item(value: int, threshold: int, weight: int, graded: bool) -> int:
    """Return an item's part of the score in thousandths of a point: all, nothing, or graded."""
    if value >= threshold:
        return weight * 1_000
    return weight * 1_000 * max(value, 0) // threshold if graded else 0


@scalar
def admission_score(user: User, terms: Terms, known_late: int = 0) -> int:
    """Return the weighted score in thousandths of a point, at most 100,000 (R-A2).

    known_late: days past due elsewhere, as the lender sees them; an overdue record (R-F2, R-F3).
    """
    g = terms.gates
    graded = g.grading == Grading.GRADED
    score = item(user.score, g.score * 1_000, g.score_weight, graded)
    score += item(payments_a_quarter(user), g.payments * 3, g.payments_weight, graded)
    score += item(mean_wallet(user), max(g.kept_fen, 1), g.kept_weight, graded)
    score += item(user.friends, g.friends, g.friends_weight, graded)
    clean = 1 - user.past_overdue if known_late == 0 else 0
    return score + item(clean, 1, g.no_overdue_weight, graded)


@scalar
def open_account(
    user: User, account: Account, way: int, env: Environment, p: Params, terms: Terms, log: Log
) -> None:
    """Begin an account, with its due day; the first limit is assessed right after.

    An account that is opened anew stays in its cohort, and in the bucket of the last month end.
    """
    fate = word(p.seed, p.replication, user.user, 0, Purpose.DUE_DAY.value)
    days = terms.billing.due_day_last - terms.billing.due_day_first + 1
    account.due_day = terms.billing.due_day_first + ((days * fate) >> 32)
    if terms.billing.cycle == Cycle.OFFSET:
        account.due_day = terms.billing.statement_day + terms.billing.due_offset_days
    elif terms.billing.cycle == Cycle.OPENING_DAY:
        begin_cycle(account, env.day_of_month, terms)
    account.standing = Standing.OPEN.value
    account.way = way
    if account.opened_on == NEVER:
        account.opened_on = env.day
    account.on_time_periods = 0
    account.lapses = 0
    account.lapse_days = 0
    account.pay_down = 1_000
    account.settled_on = NEVER
    note(log, Note.STANDING.value, 0, Standing.OPEN.value)


@scalar
def close_account(account: Account, log: Log) -> None:
    """End an account that owes nothing."""
    account.standing = Standing.NONE.value
    account.limit = 0
    note(log, Note.STANDING.value, 0, Standing.NONE.value)
    note(log, Note.LIMIT.value, 0, Assessed.CLOSED.value)
