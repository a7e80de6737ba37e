"""The admission score item by item, and the chance that it gives by each way in."""

from __future__ import annotations

from typing import Any

from sim.explain.relived import Relived
from sim.explain.witness import Witness
from sim.kinds import FunnelStep, Way
from sim.log import Log
from sim.rules import admission, application

ITEMS = {  # of the score, in the order of the rule, with their units
    "payment_score": "1e-3 point",
    "payments": "payments in 90 days",
    "kept": "fen, mean of 30 days",
    "friends": "friends",
    "no_overdue": "1 without a record",
}


def score(life: Relived) -> dict[str, Any]:
    """Return the admission score item by item, and what a review would do with it (R-A2, R-E4)."""
    user, terms = life.user, life.terms[0]
    witness = Witness([admission.item], Log())
    with witness.watching():
        total = admission.admission_score(user, terms)
    items = [
        {
            "item": name,
            "unit": unit,
            "value": call.given["value"],
            "needed": call.given["threshold"],
            "weight_points": call.given["weight"],
            "milli_points": call.value,
        }
        for (name, unit), call in zip(ITEMS.items(), witness.calls, strict=True)
    ]
    return {
        "items": items,
        "milli_points": total,
        "pass_mark_points": terms.gates.pass_mark,
        "friends_good_of_100": user.friends_good,
        "approval_ppm": {way.name.lower(): approval(life, total, way) for way in Way},
    }


def approval(life: Relived, total: int, way: int) -> int:
    """Return the chance of approval by a way in, ppm; 0 below the pass mark."""
    user, terms = life.user, life.terms[0]
    answer = application.review(user, total, way, life.env, life.p, terms)
    if answer == FunnelStep.REFUSED_SCORE:
        return 0
    return application.approval_ppm(total, way, user.friends_good, terms)
