"""Use of the line as rows: `scenes` by place of use, `repayments` by method."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.kinds import METHODS, OUTCOMES, PLACES, Method, Outcome, Place
from sim.results.record import Record
from sim.results.sheet import Sheet, lower_names, names_at

_WHY: dict[Outcome, str] = {
    Outcome.NO_ACCOUNT: "no account",
    Outcome.NOT_SUPPORTED: "transfers and cash (R-U3)",
    Outcome.EXCLUDED_TRADE: "excluded trade (R-U6)",
    Outcome.UNLISTED_MERCHANT: "unlisted merchant abroad (R-U5)",
    Outcome.TRANSACTION_LIMIT: "limit for one purchase (R-U1, R-U2, R-U4, R-U5)",
    Outcome.DAILY_LIMIT: "daily limit on static codes (R-U2)",
    Outcome.STANDING: "account blocked, suspended or charged off",
    Outcome.NO_LIMIT_LEFT: "no limit left",
    Outcome.GATE: "a gate of admission was lost since (R-A1)",
    Outcome.YEARLY_CAP: "above the verified yearly income, without proof of more (R-U7, R-U8)",
    Outcome.SECOND_FACTOR: "large after a strange login, second factor not passed (R-W2)",
    Outcome.HELD: "the unused limit is frozen (R-W2, R-L9)",
}


def scenes(record: Record) -> pa.Table:
    """Return one row a month and place, over the reported days of the month."""
    sheet, starts = _months(record, PLACES)
    sheet.add("place", _names(Place, len(starts)), "name", "where (Place)")
    outcomes = _by_month(record, "outcome", starts).reshape(-1, OUTCOMES)
    sheet.add("wishes", outcomes.sum(axis=1), "count", "purchases wished on credit")
    sheet.add("approved", outcomes[:, Outcome.APPROVED], "count", "of them, approved")
    for outcome, why in _WHY.items():
        name = f"refused_{outcome.name.lower()}"
        sheet.add(name, outcomes[:, outcome], "count", f"of them, refused: {why}")
    money = _by_month(record, "credit", starts).reshape(-1)
    sheet.add("credit_fen", money, "fen", "bought on credit")
    count = _by_month(record, "own_count", starts).reshape(-1)
    sheet.add("own_count", count, "count", "purchases with own money")
    own = _by_month(record, "own", starts).reshape(-1)
    return sheet.add("own_fen", own, "fen", "bought with own money").table()


def repayments(record: Record) -> pa.Table:
    """Return one row a month and method of repayment, over the reported days of the month."""
    sheet, starts = _months(record, METHODS)
    sheet.add("method", _names(Method, len(starts)), "name", "how money came in (Method)")
    count = _by_month(record, "paid_count", starts).reshape(-1)
    sheet.add("count", count, "count", "payments into accounts")
    paid = _by_month(record, "paid", starts).reshape(-1)
    return sheet.add(
        "amount_fen", paid, "fen", "money into accounts, without the fee (R-P2)"
    ).table()


def _months(record: Record, rows_a_month: int) -> tuple[Sheet, NDArray[np.intp]]:
    """Return a sheet with its keys, and the reported day on which each month starts."""
    months, starts = np.unique(record.dates[record.burn_in :].astype("M8[M]"), return_index=True)
    sheet = Sheet.of(record, len(months) * rows_a_month)
    days = months.astype("M8[D]").repeat(rows_a_month)
    return sheet.add("month", days, "date", "first day of the month"), starts


def _by_month(record: Record, name: str, starts: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return a column of the totals added up over segments and months, shape (months, length)."""
    values = record.totals[name][record.burn_in :].sum(axis=1)
    return np.add.reduceat(values, starts, axis=0)


def _names(kind: type[Place | Method], months: int) -> NDArray[np.str_]:
    return names_at(lower_names(kind), np.tile(np.arange(len(kind)), months))
