"""Refreshes of limits as rows: `cycles` (R-L6, R-L7)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.results.record import Record
from sim.results.sheet import Sheet


def cycles(record: Record) -> pa.Table:
    """Return one row a reported day on which limits were refreshed on the 72-hour clock."""
    totals = {
        name: record.totals[name].sum(axis=1)
        for name in ("assessed", "raised", "lowered", "raised_by", "lowered_by", "real_time")
    }
    every = np.flatnonzero(totals["assessed"])  # in burn-in too: a cycle looks back to the last
    between = np.diff(np.cumsum(totals["real_time"])[every], prepend=0)
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
    since = "limits refreshed after a major purchase since the last row, this day included (R-L7)"
    return sheet.add("real_time", between[reported], "count", since).table()
