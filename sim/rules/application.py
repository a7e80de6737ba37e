"""Ways in: how users come to apply, their forms, and the review of each way (R-E1 to R-E4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compiled import scalar
from sim.day import Environment, Luck, Totals, invitable_of
from sim.draws import Purpose, chance, for_product, word
from sim.kinds import STEPS, FunnelStep, Note, Way
from sim.log import Log, note
from sim.units import PPM
from sim.user import User, payments_a_quarter

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def is_invited(luck: Luck, env: Environment, p: Params, terms: Terms, k: int = 0) -> bool:
    """Tell whether a candidate is invited today: the day's quota over the candidates (R-E2).

    Their number is that of the eve of the last 72 hours, so that no user waits for another.
    """
    # Both sides in 1/65,536 of a user; 2e9 users and a million ppm stay below 2**63.
    waiting = invitable_of(env, k)
    place = (for_product(luck.size, k) * waiting) >> 16
    quota = terms.ways.invitations_ppm * p.users * 1_024
    return (place + 1) * 15_625 <= quota and waiting > 0


@scalar
def is_prompted(user: User, luck: Luck, terms: Terms, k: int = 0) -> bool:
    """Tell whether a user without the line is prompted while paying: those who pay often (R-E3)."""
    if not chance(for_product((luck.life & 0xFFFF) << 16, k), terms.ways.prompt_ppm):
        return False
    return payments_a_quarter(user) >= 3 * terms.ways.prompt_payments


@scalar
def starts(user: User, way: int, env: Environment, p: Params) -> bool:
    """Tell whether a user who sees the product starts an application."""
    a = p.behaviour.applying
    ppm = a.wallet_start_ppm
    if way == Way.NOTICE:
        ppm = a.notice_start_ppm
    elif way == Way.CHECKOUT:
        ppm = a.checkout_start_ppm
    purpose = Purpose.APPLY.value + way
    return chance(word(p.seed, p.replication, user.user, env.day, purpose), ppm)


@scalar
def finishes(user: User, way: int, env: Environment, p: Params, terms: Terms) -> bool:
    """Tell whether the form is finished: full with occupation, fast, or short (R-E1 to R-E3)."""
    w = terms.ways
    ppm = w.wallet_finish_ppm
    if way == Way.NOTICE:
        ppm = w.notice_finish_ppm
    elif way == Way.CHECKOUT:
        ppm = w.checkout_finish_ppm
    purpose = Purpose.FORM.value + way
    return chance(word(p.seed, p.replication, user.user, env.day, purpose), ppm)


@scalar
def approval_ppm(score: int, way: int, friends_good: int, terms: Terms) -> int:
    """Return the chance that a review approves, ppm, for a score in thousandths of a point.

    It rises straight from the pass mark to 100 points, each way on its own line (R-E4); friends
    with the line in good standing raise the score that the review goes by, to 100 at most (R-A3).
    For the invited it is min(1, 1.4 p) of the wallet's p (R-E2).
    """
    w = terms.ways
    seen = min(score + score * w.friends_weight_ppm // PPM * friends_good // 100, 100_000)
    low, high = w.wallet_low_ppm, w.wallet_high_ppm
    if way == Way.CHECKOUT:
        low, high = w.checkout_low_ppm, w.checkout_high_ppm
    mark = terms.gates.pass_mark * 1_000
    ppm = low + (high - low) * max(seen - mark, 0) // max(100_000 - mark, 1)
    return min(ppm * w.notice_factor_ppm // PPM, PPM) if way == Way.NOTICE else ppm


@scalar
def review(user: User, score: int, way: int, env: Environment, p: Params, terms: Terms) -> int:
    """Return what becomes of a finished application (FunnelStep)."""
    if score < terms.gates.pass_mark * 1_000:
        return FunnelStep.REFUSED_SCORE.value
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.REVIEW.value)
    if chance(fate, approval_ppm(score, way, user.friends_good, terms)):
        return FunnelStep.APPROVED.value
    return FunnelStep.REFUSED_REVIEW.value


@scalar
def count_step(way: int, step: int, today: Totals, log: Log) -> None:
    """Count how far an application came."""
    today.funnel[way * STEPS + step] += 1
    note(log, Note.APPLICATION.value, 0, 10 * way + step)
