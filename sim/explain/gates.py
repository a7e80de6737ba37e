"""Whether a user could have the line: gates, pool, staged opening, waiting time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim.day import rollout_of
from sim.explain.relived import Relived
from sim.kinds import Admission, Standing
from sim.rules import admission
from sim.units import NEVER

_ALL_DAYS = 1_000_000


def gates(life: Relived) -> list[dict[str, Any]]:
    """Return each gate with the user's value and what is needed (R-A1, R-A4, R-A5, R-E4).

    A value is None where nothing was drawn or tried, which passes.
    Whether one is passed is asked of the rules, with all others open.
    """
    user, env, terms = life.user, life.env, life.terms[0]
    g = terms.gates
    named = replace(user, age=120, cards=127)
    carded = replace(user, age=120, real_name=1)
    aged = replace(user, real_name=1, cards=127)
    of_age = admission.passes_gates(aged, terms)
    found = [_gate("age_years", "R-A1", user.age, terms.minimum_age, passed=of_age)]
    if terms.admission == Admission.OPEN_TO_ALL:
        return found
    long, whole = replace(user, longest_gap=0), replace(user, used_since=env.day - _ALL_DAYS)
    used, gap = env.day - user.used_since, admission.counted_gap(user, env, terms)
    passes, pools = admission.passes_gates, admission.in_pool
    found += [
        _gate("real_name", "R-A1", user.real_name, int(g.real_name), passed=passes(named, terms)),
        _gate("cards", "R-A1", user.cards, g.cards, passed=passes(carded, terms)),
        _gate("used_days", "R-A4", used, g.tenure_days, passed=pools(long, env, terms)),
        _gate(
            "longest_gap_days",
            "R-A4",
            gap,
            g.longest_gap_days,
            passed=pools(whole, env, terms),
            bound="at_most",
        ),
        _rollout(life),
        _waiting(life),
    ]
    return found


def _gate(
    name: str,
    rule: str,
    value: int | None,
    needed: int,
    *,
    passed: bool,
    bound: str = "at_least",
) -> dict[str, Any]:
    found = {"gate": name, "rule": rule, "value": value, "bound": bound, "needed": needed}
    return found | {"passed": passed}


def _rollout(life: Relived) -> dict[str, Any]:
    """Return the staged opening and the user's own place in it."""
    account = life.accounts[0]
    passed = admission.may_see(account, life.env, life.product)
    place = account.reach * 1_000_000 >> 16
    reached = rollout_of(life.env, life.product)
    return _gate("place_in_rollout_ppm", "R-A5", place, reached, passed=passed, bound="below")


def _waiting(life: Relived) -> dict[str, Any]:
    account, needed = life.accounts[0], life.terms[0].ways.retry_days
    passed = admission.may_try(
        replace(account, standing=Standing.NONE.value), life.env, life.terms[0]
    )
    days = None if account.tried_on == NEVER else life.day - account.tried_on
    return _gate("days_since_refused", "R-E4", days, needed, passed=passed)
