"""What credit cost a year, as rows: `cost`, by month, product, segment, method and periods."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.kinds import AGREEMENTS, CREDITS, LENGTHS, Credit
from sim.results.calendar_months import CalendarMonths
from sim.results.record import Record
from sim.results.sheet import Sheet, add_product, lower_names, names_at


def cost(record: Record) -> pa.Table:
    """Return one row a month, product, segment, method and number of periods that had agreements.

    The annual rate of an agreement is nominal: the rate of a month times 12, that of a day times
    365; `effective` compounds their mean monthly.
    """
    months = CalendarMonths.of(record)
    agreed, amount, rates, dear = (
        months.by_product_and_segment(name).reshape(-1, AGREEMENTS)
        for name in ("agreed", "agreed_fen", "agreed_ppm", "agreed_dear")
    )
    rows, slots = np.nonzero(agreed)
    place, segment = np.divmod(rows, len(record.segments))
    month, product = np.divmod(place, len(record.products))
    kinds, periods = _told_apart(record)
    count = agreed[rows, slots]
    nominal = rates[rows, slots] / count / 1e6
    sheet = Sheet.of(record, len(rows))
    sheet.add("month", months.first_days[month], "date", "first day of the month")
    add_product(sheet, record, product)
    sheet.add("segment", names_at(record.segments, segment), "name", "segment of users")
    method = names_at(lower_names(Credit), kinds[slots])
    sheet.add("method", method, "name", "what was agreed (Credit)")
    sheet.add("periods", periods[slots], "periods", "of a plan; 0 for what is none")
    sheet.add("agreements", count, "count", "agreements made in the month")
    sheet.add("amount_fen", amount[rows, slots], "fen", "what they are about")
    sheet.add("nominal", nominal, "share a year", "mean of their annual rates, nominal")
    effective = (1 + nominal / 12) ** 12 - 1
    sheet.add("effective", effective, "share a year", "the same, compounded by the month")
    beyond = "of them, with an annual rate above product.charges.yearly_cap_ppm"
    return sheet.add("above_cap", dear[rows, slots], "count", beyond).table()


def _told_apart(record: Record) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the Credit and the number of periods of each slot; see `sim.rules.cost`."""
    offered = np.zeros(LENGTHS, dtype=np.int64)
    known = record.scenario.periods_offered
    offered[: len(known)] = known
    kinds = [*Credit, *[Credit.PURCHASE_PLAN] * LENGTHS, *[Credit.BILL_PLAN] * LENGTHS]
    lengths = np.concatenate([np.zeros(CREDITS, dtype=np.int64), offered, offered])
    return np.array(kinds, dtype=np.int64), lengths
