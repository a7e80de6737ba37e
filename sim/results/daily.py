"""Days as rows: `daily` for the whole population, `daily_by` for each segment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.measures import measures
from sim.results.record import Record
from sim.results.sheet import Sheet, add_product, names_at


def daily(record: Record) -> pa.Table:
    """Return one row a reported day, over all segments."""
    sheet = _dated(record, 1)
    for name, measure in measures(record.totals[record.burn_in :]).items():
        sheet.add(name, measure.values.sum(axis=1), measure.unit, measure.meaning)
    return sheet.table()


def daily_by(record: Record) -> pa.Table:
    """Return one row a reported day, product and segment, with the columns of `daily`.

    What belongs to users and not to accounts stands in the rows of the first product.
    """
    some = np.moveaxis(record.by("totals")[record.burn_in :], -1, 1)
    _, products, segments = some.shape
    sheet = _dated(record, products * segments)
    _, product, segment = (axis.reshape(-1) for axis in np.indices(some.shape))
    add_product(sheet, record, product)
    sheet.add("segment", names_at(record.segments, segment), "name", "segment of the population")
    for name, measure in measures(some).items():
        sheet.add(name, measure.values.reshape(-1), measure.unit, measure.meaning)
    return sheet.table()


def _dated(record: Record, rows_a_day: int) -> Sheet:
    dates = record.dates[record.burn_in :]
    sheet = Sheet.of(record, len(dates) * rows_a_day)
    day: NDArray[Any] = np.arange(len(dates), dtype=np.int32)
    sheet.add("day", day.repeat(rows_a_day), "day", "reported days since run.start, from 0")
    return sheet.add("date", dates.repeat(rows_a_day), "date", "calendar day")
