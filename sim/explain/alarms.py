"""Warnings: the week that ended today, and the logins that were looked at."""

from __future__ import annotations

import math
from typing import Any

from sim.explain.relived import Relived
from sim.explain.who import lower
from sim.kinds import Level, Note, WarningStep
from sim.log import NOTES
from sim.rules import warning
from sim.user import quarter_spending


def alarms(life: Relived) -> dict[str, Any]:
    """Return the warnings raised today, and the numbers that they were, or would be, raised on."""
    log = life.log
    raised = [
        lower(Level, log.reason[i] // 10)
        for i in range(min(log.count, NOTES))
        if log.kind[i] == Note.WARNING and log.reason[i] % 10 == WarningStep.RAISED
    ]
    login = life.p.risk_control.login
    damped = life.user.damped_until
    return {
        "raised": raised,
        "week": _week(life),
        "damped_days_left": max(damped - life.day, 0),
        "login_looked_at": _asked(life, warning.strange_login),
        "second_factor_passed": _asked(life, warning.passes_factor),
        "large_from_ppm_of_limit": login.large_ppm,
    }


def _week(life: Relived) -> dict[str, Any] | None:
    """Return the user's week against their quarter, if it ended today (R-W1)."""
    calls = life.witness.of(warning.spending_jumped, life.day)
    if not calls:
        return None
    call = calls[-1]
    user, message = call.given["user"], life.p.risk_control.message
    quarter = quarter_spending(user)
    variance = call.locals.get("variance")
    return {
        "spent_7_days_fen": user.week_now,
        "mean_7_days_fen": user.week_now // warning.WEEK,
        "spent_90_days_fen": quarter,
        "mean_90_days_fen": quarter // warning.QUARTER,
        "rise_needed_ppm": message.rise_ppm,
        "spread_of_weeks_fen": None if variance is None else math.isqrt(max(int(variance), 0)),
        "excess_of_week_fen": round(user.week_now - quarter * warning.WEEK / warning.QUARTER),
        "spreads_needed_ppm": message.sigmas_ppm,
        "jumped": call.value,
    }


def _asked(life: Relived, rule: Any) -> bool | None:
    """Return the last answer of a rule today; None where it was not asked."""
    calls = life.witness.of(rule, life.day)
    return calls[-1].value if calls else None
