"""Ways in as rows: `funnel`, how far applications came (R-E1 to R-E4)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.kinds import STEPS, WAYS, FunnelStep, Way
from sim.results.record import Record
from sim.results.sheet import Sheet, lower_names, names_at

_MEANING: dict[FunnelStep, str] = {
    FunnelStep.SEEN: "candidates who saw the product by this way in",
    FunnelStep.STARTED: "of them, started an application",
    FunnelStep.FINISHED: "of them, finished the form",
    FunnelStep.APPROVED: "of them, approved (R-E4)",
    FunnelStep.REFUSED_SCORE: "of them, refused: score below the pass mark (R-A2)",
    FunnelStep.REFUSED_REVIEW: "of them, refused by the review of the way in (R-E4)",
}


def funnel(record: Record) -> pa.Table:
    """Return one row a reported day and way in."""
    dates = record.dates[record.burn_in :]
    counts = record.totals["funnel"][record.burn_in :].sum(axis=1).reshape(-1, STEPS)
    sheet = Sheet.of(record, len(counts))
    day = np.arange(len(dates), dtype=np.int32).repeat(WAYS)
    sheet.add("day", day, "day", "reported days since run.start, from 0")
    sheet.add("date", dates.repeat(WAYS), "date", "calendar day")
    ways = names_at(lower_names(Way), np.tile(np.arange(WAYS), len(dates)))
    sheet.add("way", ways, "name", "way in: wallet (R-E1), notice (R-E2), checkout (R-E3)")
    for step, meaning in _MEANING.items():
        sheet.add(step.name.lower(), counts[:, step], "count", meaning)
    left = counts[:, FunnelStep.STARTED] - counts[:, FunnelStep.FINISHED]
    return sheet.add("abandoned", left, "count", "started, and not finished").table()
