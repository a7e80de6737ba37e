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
        unit = "fen" if name.endswith("_fen") else "count"
        sheet.add(name, between, unit, f"{meaning} since the last row, this day included")
    return sheet.table()


SINCE_LAST = {  # counted since the row before
    "real_time": "limits refreshed after a major purchase (R-L7)",
    "real_time_raised": "of them, raised",
    "real_time_lowered": "of them, lowered",
    "real_time_raised_by_fen": "sum of these raises",
    "real_time_lowered_by_fen": "sum of these cuts",
    "opened": "first limits of accounts opened",
    "requests": "requests for a higher limit (R-L9)",
    "requests_assessed": "of them, answered by an assessment at once",
    "requests_raised": "of these, limits raised",
    "requests_lowered": "of these, limits lowered",
    "requests_raised_by_fen": "sum of these raises",
    "requests_lowered_by_fen": "sum of these cuts",
    "held": "of requests, those that froze the unused limit for a review (R-L9)",
    "level_3": "limits set to 0 by level 3 (R-W3)",
}
_COUNTED = {name: name.removesuffix("_fen") for name in SINCE_LAST if name != "held"} | {
    "level_3": "entered_collection"
}


def _reasons(record: Record) -> dict[str, tuple[NDArray[np.int64], str]]:
    """Return what else sets limits, by day: its count, and what it is."""
    totals = {name: record.totals[name].sum(axis=1) for name in _COUNTED.values()}
    frozen = Level.REQUESTS * WARNING_STEPS + WarningStep.RAISED
    held = record.totals["warning"][..., frozen].sum(axis=1)
    return {
        name: (held if name == "held" else totals[_COUNTED[name]], meaning)
        for name, meaning in SINCE_LAST.items()
    }
