"""Refreshes of limits as rows: `cycles` (R-L6, R-L7, R-L9, R-L10)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.kinds import WARNING_STEPS, Level, WarningStep
from sim.results.record import Record
from sim.results.sheet import Sheet


def cycles(record: Record) -> pa.Table:
    """Return one row a reported day on which limits were refreshed on the 72-hour clock."""
    totals = {
        name: record.totals[name].sum(axis=1)
        for name in ("assessed", "raised", "lowered", "raised_by", "lowered_by")
    }
    every = np.flatnonzero(totals["assessed"])  # in burn-in too: a cycle looks back to the last
    reported = every >= record.burn_in
    at = every[reported]
    assessed, raised, lowered = (totals[name][at] for name in ("assessed", "raised", "lowered"))
    sheet = Sheet.of(record, len(at))
    sheet.add(
        "day",
        (at - record.burn_in).astype(np.int32),
        "day",
        "reported days since run.start, from 0",
    )
    sheet.add("date", record.dates[at], "date", "calendar day")
    sheet.add("assessed", assessed, "count", "limits refreshed on the 72-hour clock (R-L6)")
    sheet.add("raised", raised, "count", "of them, raised")
    sheet.add("lowered", lowered, "count", "of them, lowered")
    sheet.add("unchanged", assessed - raised - lowered, "count", "of them, as they were")
    sheet.add("raised_by_fen", totals["raised_by"][at], "fen", "sum of raises")
    sheet.add("lowered_by_fen", totals["lowered_by"][at], "fen", "sum of cuts")
    sheet.add_share("raised_share", raised, assessed, "raised, of those refreshed")
    sheet.add_share("lowered_share", lowered, assessed, "lowered, of those refreshed")
    change = totals["raised_by"][at] - totals["lowered_by"][at]
    sheet.add_mean_fen(
        "mean_change_fen", change, assessed, "change of a limit refreshed, mean (R-L10)"
    )
    for name, (counts, meaning) in _reasons(record).items():
        between = np.diff(np.cumsum(counts)[every], prepend=0)[reported]
        sheet.add(name, between, "count", f"{meaning} since the last row, this day included")
    return sheet.table()


def _reasons(record: Record) -> dict[str, tuple[NDArray[np.int64], str]]:
    """Return what else sets limits, by day: its count, and what it is."""
    totals = record.totals
    frozen = Level.REQUESTS * WARNING_STEPS + WarningStep.RAISED
    return {
        "real_time": (
            totals["real_time"].sum(axis=1),
            "limits refreshed after a major purchase (R-L7)",
        ),
        "opened": (totals["opened"].sum(axis=1), "first limits of accounts opened"),
        "requests": (totals["requests"].sum(axis=1), "requests for a higher limit (R-L9)"),
        "held": (
            totals["warning"][..., frozen].sum(axis=1),
            "of requests, those that froze the unused limit for a review (R-L9)",
        ),
        "level_3": (totals["entered_collection"].sum(axis=1), "limits set to 0 by level 3 (R-W3)"),
    }
