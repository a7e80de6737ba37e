"""What credit cost a year, as rows: `cost`, by month, product, segment, method and periods."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.kinds import CREDITS, LENGTHS, PERIODS_COUNTED, Credit
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
        months.by_product_and_segment(name).reshape(-1, CREDITS * LENGTHS)
        for name in ("agreed", "agreed_fen", "agreed_ppm", "agreed_dear")
    )
    rows, slots = np.nonzero(agreed)
    place, segment = np.divmod(rows, len(record.segments))
    month, product = np.divmod(place, len(record.products))
    kinds, lengths = np.divmod(slots, LENGTHS)
    count = agreed[rows, slots]
    nominal = rates[rows, slots] / count / 1e6
    sheet = Sheet.of(record, len(rows))
    sheet.add("month", months.first_days[month], "date", "first day of the month")
    add_product(sheet, record, product)
    sheet.add("segment", names_at(record.segments, segment), "name", "segment of users")
    sheet.add("method", names_at(lower_names(Credit), kinds), "name", "what was agreed (Credit)")
    periods = np.array(PERIODS_COUNTED)[lengths]
    sheet.add("periods", periods, "periods", "of a plan; 0 for none, or for a number of its own")
    sheet.add("agreements", count, "count", "agreements made in the month")
    sheet.add("amount_fen", amount[rows, slots], "fen", "what they are about")
    sheet.add("nominal", nominal, "share a year", "mean of their annual rates, nominal")
    effective = (1 + nominal / 12) ** 12 - 1
    sheet.add("effective", effective, "share a year", "the same, compounded by the month")
    beyond = "of them, with an annual rate above product.charges.yearly_cap_ppm"
    return sheet.add("above_cap", dear[rows, slots], "count", beyond).table()
