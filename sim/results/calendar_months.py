"""Calendar months of the reported days, for tables with rows a month."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.results.record import Record
from sim.results.sheet import Sheet, add_product, lower_names, names_at


class CalendarMonths(NamedTuple):
    """The months that hold reported days; the first and the last may not be whole."""

    record: Record
    first_days: NDArray[np.datetime64]  # datetime64[D], first day of each month
    starts: NDArray[np.intp]  # number of the first reported day in each
    lasts: NDArray[np.intp]  # and of the last

    @classmethod
    def of(cls, record: Record) -> CalendarMonths:
        """Return the months of a record."""
        dates = record.dates[record.burn_in :]
        months, starts = np.unique(dates.astype("M8[M]"), return_index=True)
        return cls(record, months.astype("M8[D]"), starts, np.append(starts[1:], len(dates)) - 1)

    def sheet_by_product(self, rows: int) -> Sheet:
        """Return a table in the making with its keys and the product, `rows` a product."""
        products = len(self.record.products)
        sheet = self.sheet(products * rows)
        number = np.tile(np.arange(products).repeat(rows), len(self.starts))
        return add_product(sheet, self.record, number)

    def sheet(self, rows_a_month: int = 1) -> Sheet:
        """Return a table in the making, with its keys."""
        sheet = Sheet.of(self.record, len(self.starts) * rows_a_month)
        months = self.first_days.repeat(rows_a_month)
        return sheet.add("month", months, "date", "first day of the month")

    def names(self, kind: Any, times: int = 1) -> NDArray[np.str_]:
        """Return the names of an enumeration's members, so many times a month."""
        return names_at(lower_names(kind), np.tile(np.arange(len(kind)), times * len(self.starts)))

    def sums_by_product(self, name: str) -> NDArray[np.int64]:
        """Return `sums` for each product, shape (months, products, ...)."""
        days = self.record.by("totals")[name][self.record.burn_in :].sum(axis=1)
        return np.add.reduceat(days, self.starts, axis=0)

    def sums(self, name: str) -> NDArray[np.int64]:
        """Return a column of the totals added up over segments and days, shape (months, ...)."""
        return np.add.reduceat(self._of_days(name), self.starts, axis=0)

    def by_product_and_segment(self, name: str) -> NDArray[np.int64]:
        """Return a column of the totals over days, shape (months, products, segments, ...)."""
        days = self.record.by("totals")[name][self.record.burn_in :]
        summed: NDArray[np.int64] = np.add.reduceat(days, self.starts, axis=0).swapaxes(1, 2)
        return summed

    def at_end(self, name: str) -> NDArray[np.int64]:
        """Return a column of the totals on each month's last reported day, over segments."""
        closing: NDArray[np.int64] = self._of_days(name)[self.lasts]
        return closing

    def _of_days(self, name: str) -> NDArray[np.int64]:
        summed: NDArray[np.int64] = self.record.totals[name][self.record.burn_in :].sum(axis=1)
        return summed
