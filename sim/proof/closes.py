"""Laws that are seen account by account at every close: limits kept, disputes decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.account import PRINCIPAL
from sim.kinds import DISPUTE_STEPS, DisputeStep, Standing
from sim.proof.case import Case, Claim, between
from sim.proof.living import looked_at
from sim.proof.small_run import DAYS, USERS, scenario

if TYPE_CHECKING:
    from sim.engines.state import State

_REVIEW_DAYS = 3
_QUARRELS = {
    "collection": {"capacity_ppm": 0},
    "fraud": {"takeover_month_ppm": 50_000},
    "appeals": {"false_claim_ppm": 100_000, "review_days": _REVIEW_DAYS},
}
# Who dies while a dispute is open takes it along.
_ALIVE = {
    "traits": {"prudence": {"distribution": "constant", "mean": 1_500}},
    "death_month_ppm": 0,
}


def cases() -> list[Case]:
    """Return the cases on limits and on disputes."""
    inputs = {"users": USERS, "days": DAYS}
    return [
        Case(
            "L4",
            "Accounts over their limit though it was not cut, or with a purchase; and over it",
            inputs,
            "available = limit - used; below 0 by a cut only, and then nothing is bought",
            within_limits,
        ),
        Case(
            "L9",
            "Disputes: closes with one too many, too few or too old; decided, and open 2 days",
            inputs | {"takeover_month_ppm": 50_000, "false_claim_ppm": 100_000},
            "raised = upheld + rejected + open; none is open after 72 hours; R-W4",
            disputes,
        ),
    ]


def within_limits() -> Claim:
    """Count accounts at closes that owe more than the limit without reason, and all that do."""
    eve: dict[str, Any] = {}
    found = np.zeros(2, dtype=np.int64)

    def look(state: State) -> None:
        a = state.accounts
        open_ = (a["standing"] == Standing.OPEN) | (a["standing"] == Standing.BLOCKED)
        over = open_ & (_principal(a) > a["limit"])
        if eve:
            cut = a["limit"] < eve["limit"]
            bought = a["bought_this_year"] > eve["bought_this_year"]
            found[0] += (over & ~cut & (bought | ~eve["over"])).sum()
        found[1] += over.sum()
        kept = {name: a[name].copy() for name in ("limit", "bought_this_year")}
        eve.update(kept | {"over": over})

    looked_at(scenario(), look)
    return between([0, 100], found, [0, 100], [0, 1e9])


def disputes() -> Claim:
    """Count closes at which disputes do not add up or last too long, and what was decided."""
    found = np.zeros(3, dtype=np.int64)

    def look(state: State) -> None:
        counted = state.totals[: state.day]["dispute"].sum(axis=(0, 1))
        steps = counted.reshape(-1, DISPUTE_STEPS).sum(axis=0)
        decided = steps[DisputeStep.UPHELD] + steps[DisputeStep.REJECTED]
        waits = state.accounts["claim"] > 0
        age = state.day - 1 - state.accounts["claimed_on"][waits]
        found[0] += steps[DisputeStep.RAISED] != decided + waits.sum()
        found[0] += (age >= _REVIEW_DAYS).any()
        found[1] = decided
        found[2] += (age == _REVIEW_DAYS - 1).sum()

    looked_at(scenario(risk_control=_QUARRELS, population=_ALIVE), look)
    return between([0, 100, 10], found, [0, 100, 10], [0, 1e9, 1e9])


def _principal(accounts: Any) -> Any:
    return sum(accounts[name] for name in PRINCIPAL)
