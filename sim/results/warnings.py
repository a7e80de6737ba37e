"""Warnings and disputes as rows: `warnings` by level, `disputes` by claim (R-W1 to R-W5)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.kinds import (
    CLAIMS,
    DISPUTE_STEPS,
    LEVELS,
    WARNING_STEPS,
    Claim,
    DisputeStep,
    Level,
    WarningStep,
)
from sim.results.calendar_months import CalendarMonths
from sim.results.record import Record

_WARNED = {
    WarningStep.RAISED: "warnings raised",
    WarningStep.TRUE: "of them, with something behind it: trouble, a thief, real arrears, bad risk",
    WarningStep.FALSE: "of them, without",
}
_ENDED = {
    WarningStep.PASSED: "ended by the user: second factor passed, at once or later",
    WarningStep.EXPIRED: "ended by a review, an appeal or their term",
}
_HOLDS = (Level.LOGIN, Level.REQUESTS)  # levels that end by a decision, which is counted
_NO_END = "none for levels that freeze nothing"

_DISPUTED = {
    DisputeStep.RAISED: "disputes raised",
    DisputeStep.RIGHTFUL: "of them, by users who were right",
    DisputeStep.UPHELD: "decided for the user this month",
    DisputeStep.REJECTED: "decided against the user this month",
    DisputeStep.WRONG: "of those decided, against the truth",
}


def warnings(record: Record) -> pa.Table:
    """Return one row a month and level of warning, over the reported days of the month."""
    months = CalendarMonths.of(record)
    sheet = months.sheet(LEVELS)
    sheet.add(
        "level",
        months.names(Level),
        "name",
        "message 1 (R-W1), login 2 (R-W2), overdue 3 (R-W3), or requests (R-L9)",
    )
    counts = months.sums("warning").reshape(-1, WARNING_STEPS)
    for step, meaning in _WARNED.items():
        sheet.add(step.name.lower(), counts[:, step], "count", meaning)
    raised = counts[:, WarningStep.RAISED]
    sheet.add_share("true_share", counts[:, WarningStep.TRUE], raised, "true, of those raised")
    level = np.tile(np.arange(LEVELS), len(months.starts))
    endless = ~np.isin(level, _HOLDS)
    for step, meaning in _ENDED.items():
        words = f"{meaning}; {_NO_END}"
        sheet.add(step.name.lower(), counts[:, step], "count", words, missing=endless)
    hours = counts[:, WarningStep.HOURS]
    words = f"hours from raising to the end, of the warnings that ended; {_NO_END}"
    sheet.add("hours", hours, "hours", words, missing=endless)
    ended = counts[:, WarningStep.PASSED] + counts[:, WarningStep.EXPIRED]
    sheet.add_share("mean_hours", hours, ended, "hours, of one that ended", unit="hours")
    weeks = months.sums("users").repeat(LEVELS) / 7
    others = level != Level.MESSAGE
    words = "for messages: users of each day, a seventh; the first 90 days of a user count too"
    sheet.add("user_weeks", weeks, "weeks", words, missing=others)
    rate = raised / np.maximum(weeks, 1 / 7)
    words = "for messages: share of user-weeks that brought one (R-W1)"
    return sheet.add("rate", rate, "share", words, missing=others | (weeks == 0)).table()


def disputes(record: Record) -> pa.Table:
    """Return one row a month and claim, over the reported days of the month (R-W4)."""
    months = CalendarMonths.of(record)
    sheet = months.sheet(CLAIMS)
    sheet.add("claim", months.names(Claim), "name", "what is disputed (Claim; R-W4)")
    counts = months.sums("dispute").reshape(-1, DISPUTE_STEPS)
    for step, meaning in _DISPUTED.items():
        sheet.add(step.name.lower(), counts[:, step], "count", meaning)
    hours = counts[:, DisputeStep.HOURS]
    sheet.add("hours", hours, "hours", "hours from raising to the decision, of those decided")
    in_time = counts[:, DisputeStep.IN_TIME]
    sheet.add("in_time", in_time, "count", "of those decided, within 72 hours (R-W4)")
    decided = counts[:, DisputeStep.UPHELD] + counts[:, DisputeStep.REJECTED]
    sheet.add_share("mean_hours", hours, decided, "hours, of one that was decided", unit="hours")
    wrong = counts[:, DisputeStep.WRONG]
    return sheet.add_share("wrong_share", wrong, decided, "wrong, of those decided").table()
