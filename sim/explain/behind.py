"""The numbers behind an event, from what the rules were given when it came about."""

from __future__ import annotations

from typing import Any

from sim.account import principal
from sim.explain.relived import Relived
from sim.explain.who import lower
from sim.kinds import FunnelStep, Hold, Note, Place, Standing
from sim.offer import is_barred
from sim.rules import admission, application, authorisation, counting


def behind(life: Relived, at: int, kind: int) -> dict[str, Any]:
    """Return the numbers behind event `at`, from the rules that were at work."""
    if kind == Note.REFUSED:
        return _refusal(life, at)
    if kind == Note.APPLICATION:
        return _review(life, at)
    return {}


def _refusal(life: Relived, at: int) -> dict[str, Any]:
    """Return what a refused purchase was held against (R-U1 to R-U8, R-W2)."""
    wish = next(c for c in life.witness.of(counting.count_wish, life.day) if c.at == at)
    # Between the last answer and the refusal may lie a proof of means, or a second factor.
    asked = [c for c in life.witness.of(authorisation.outcome, life.day) if c.at <= at]
    given, place = asked[-1].given, wish.given["place"]
    account, terms = given["account"], given["terms"]
    cap = authorisation.yearly_cap(given["user"], account, terms)
    barred = is_barred(place)
    return {
        "place": lower(Place, place),
        "limit_fen": account.limit,
        "principal_fen": principal(account),
        "left_fen": account.limit - principal(account),
        "most_fen": None if barred else authorisation.transaction_limit(place, terms),
        "on_static_codes_today_fen": given["static_today"],
        "bought_this_year_fen": account.bought_this_year,
        "yearly_cap_fen": cap,
        "standing": lower(Standing, account.standing),
        "hold": lower(Hold, account.hold),
        "cards": given["user"].cards,
        "real_name": given["user"].real_name,
    }


def _review(life: Relived, at: int) -> dict[str, Any]:
    """Return what a review looked at, for the event that tells its answer (R-A2, R-E4)."""
    for call in life.witness.of(application.review, life.day):
        if call.at == at:
            user, terms, way = call.given["user"], call.given["terms"], call.given["way"]
            total = admission.admission_score(user, terms)
            chance = application.approval_ppm(total, way, user.friends_good, terms)
            refused = call.value == FunnelStep.REFUSED_SCORE
            return {
                "milli_points": total,
                "pass_mark_points": terms.gates.pass_mark,
                "approval_ppm": 0 if refused else chance,
            }
    return {}
