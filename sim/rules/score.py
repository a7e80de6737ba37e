"""How the payment score moves (R-L1: a step towards a target of activity, periods and lapses)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar
from sim.units import PPM, clamp
from sim.user import User, payments_a_quarter

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def next_score(user: User, account: Account, terms: Terms) -> int:
    """Return the score after one refresh, in thousandths of a point (R-L1).

    Past due elsewhere is past due where the lender sees it (R-F2, R-F3).
    """
    score = terms.score
    activity = min(payments_a_quarter(user) * PPM // (3 * score.activity_payments), PPM)
    target = user.score_anchor * 1_000 + score.activity_points * activity // 1_000
    target += score.on_time_points * 1_000 * min(account.on_time_periods, score.on_time_most)
    late = account.missed_count > 0 or account.known_late > 0
    lapses = min(account.lapses, score.lapses_most) + (1 if late else 0)
    if account.on_time_periods < score.on_time_most or late:
        target -= score.lapse_points * 1_000 * lapses
    step = (target - user.score) * score.step_ppm // PPM
    return clamp(user.score + step, score.lowest * 1_000, score.highest * 1_000)
