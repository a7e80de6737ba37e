"""Use of the line as rows: `scenes` by place of use, `repayments` by method."""

from __future__ import annotations

import pyarrow as pa

from sim.kinds import METHODS, OUTCOMES, PLACES, Method, Outcome, Place
from sim.results.calendar_months import CalendarMonths
from sim.results.record import Record

_WHY: dict[Outcome, str] = {
    Outcome.NO_ACCOUNT: "no account",
    Outcome.NOT_SUPPORTED: "transfers and cash (R-U3)",
    Outcome.EXCLUDED_TRADE: "excluded trade (R-U6)",
    Outcome.UNLISTED_MERCHANT: "unlisted merchant abroad (R-U5)",
    Outcome.TRANSACTION_LIMIT: "limit for one purchase (R-U1, R-U2, R-U4, R-U5)",
    Outcome.DAILY_LIMIT: "daily limit on static codes (R-U2)",
    Outcome.STANDING: "account blocked, suspended or charged off (R-W3, R-W5, R-W6)",
    Outcome.NO_LIMIT_LEFT: "no limit left (R-L1 to R-L8)",
    Outcome.GATE: "a gate of admission was lost since, or students are barred (R-A1, R-F6)",
    Outcome.YEARLY_CAP: "above the verified yearly income, without proof of more (R-U7, R-U8)",
    Outcome.SECOND_FACTOR: "large after a strange login, second factor not passed (R-W2)",
    Outcome.HELD: "the unused limit is frozen (R-W2, R-L9)",
}


def scenes(record: Record) -> pa.Table:
    """Return one row a month, product and place, over the reported days of the month.

    Purchases with own money stand in the rows of the first product. Mini-programs have rows once
    the scene is open (R-F1).
    """
    months = CalendarMonths.of(record)
    wished = months.sums_by_product("outcome")
    wished = wished.reshape(*wished.shape[:2], PLACES, OUTCOMES)
    count = months.sums_by_product("own_count")
    opened = bool(wished[:, :, Place.MINI_PROGRAM].any() or count[:, :, Place.MINI_PROGRAM].any())
    places = PLACES if opened else Place.MINI_PROGRAM.value
    sheet = months.sheet_by_product(places)
    names = months.names([*Place][:places], len(record.products))
    sheet.add("place", names, "name", "where (Place); mini-programs once they are open (R-F1)")
    outcomes = wished[:, :, :places].reshape(-1, OUTCOMES)
    sheet.add("wishes", outcomes.sum(axis=1), "count", "purchases wished on credit")
    sheet.add("approved", outcomes[:, Outcome.APPROVED], "count", "of them, approved")
    for outcome, why in _WHY.items():
        name = f"refused_{outcome.name.lower()}"
        sheet.add(name, outcomes[:, outcome], "count", f"of them, refused: {why}")
    money = months.sums_by_product("credit")[:, :, :places].reshape(-1)
    sheet.add("credit_fen", money, "fen", "bought on credit")
    sheet.add("own_count", count[:, :, :places].reshape(-1), "count", "purchases with own money")
    own = months.sums_by_product("own")[:, :, :places].reshape(-1)
    return sheet.add("own_fen", own, "fen", "bought with own money").table()


def repayments(record: Record) -> pa.Table:
    """Return one row a month, product and method of repayment, over its reported days."""
    months = CalendarMonths.of(record)
    sheet = months.sheet_by_product(METHODS)
    sheet.add(
        "method",
        months.names(Method, len(record.products)),
        "name",
        "how money came in: by hand (R-P2), auto-debit (R-P1), early settlement (R-P6), ...",
    )
    count = months.sums_by_product("paid_count").reshape(-1)
    sheet.add("count", count, "count", "payments into accounts")
    paid = months.sums_by_product("paid").reshape(-1)
    return sheet.add(
        "amount_fen", paid, "fen", "money into accounts, without the fee (R-P2)"
    ).table()
