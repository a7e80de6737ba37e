"""Days past due, seen account by account: buckets at month ends, and the day of level 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.kinds import Bucket, Standing
from sim.proof.case import Case, Claim, between
from sim.proof.living import looked_at
from sim.proof.small_run import DAYS, USERS, scenario

if TYPE_CHECKING:
    from sim.engines.state import State

_DUE = {"billing": {"statement_day": 1, "due_day_first": 2, "due_day_last": 24}}


def cases() -> list[Case]:
    """Return the cases on days past due."""
    inputs = {"users": USERS, "days": DAYS, "due days": "2 to 24"}
    return [
        Case(
            "M6b",
            "Accounts whose bucket is not that of their days past due at month ends; and late ones",
            inputs,
            "bucket k holds 30 (k - 1) + 1 to 30 k days past due",
            buckets,
        ),
        Case(
            "A11g",
            "Days past due on which level 3 began: fewest and most; and accounts",
            inputs,
            "R-W3: overdue more than 30 days",
            level_3,
        ),
    ]


def buckets() -> Claim:
    """Count accounts at month ends whose bucket and whose oldest unpaid minimum do not agree."""
    found = np.zeros(2, dtype=np.int64)

    def look(state: State) -> None:
        month = state.course.days["month"]
        if state.day == len(month) or month[state.day] == month[state.day - 1]:
            return
        a = state.accounts
        days = _days_past_due(a, state.day - 1)
        late = (a["bucket"] >= Bucket.M1) & (a["bucket"] <= Bucket.M6)
        wanted = np.where(days > 0, Bucket.M1 + (days - 1) // 30, -1)
        found[0] += (late != (days > 0)).sum() + (late & (a["bucket"] != wanted)).sum()
        found[1] += late.sum()

    looked_at(_spread(), look)
    return between([0, 100], found, [0, 100], [0, 1e9])


def level_3() -> Claim:
    """Return how old the oldest minimum was at the close on which level 3 began."""
    before: list[Any] = []
    ages: list[Any] = []

    def look(state: State) -> None:
        now = state.accounts["standing"] == Standing.SUSPENDED
        if before:
            ages.extend(_days_past_due(state.accounts, state.day - 1)[now & ~before.pop()])
        before.append(now)

    looked_at(_spread(), look)
    wanted = [31, 31, 10]
    return between(wanted, [min(ages), max(ages), len(ages)], wanted, [31, 31, 1e9])


def _days_past_due(accounts: Any, day: int) -> Any:
    oldest = accounts["missed_on"][..., 0].astype(np.int64)
    return np.where(accounts["missed_count"] > 0, np.maximum(day - oldest, 0), 0)


def _spread() -> Any:
    """Return the small run with due days all over the month, so that every age is met."""
    return scenario(product={"admission": "open_to_all"} | _DUE)
