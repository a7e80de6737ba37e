"""The books as rows: `pnl` by day, `balance_sheet` at each close, by product and segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from sim.ledger import RESULT, SIDES, Ledger, Side
from sim.results.books import HELD, LATE, Books, Days, Fens, Opening, allowance, kept, together
from sim.results.record import Record
from sim.results.sheet import Sheet, add_product, names_at
from sim.rows import Table

RESULTS: dict[Ledger, tuple[str, str]] = {
    Ledger.INTEREST_INCOME: ("interest_fen", "interest posted to accounts"),
    Ledger.PENALTY_INCOME: ("penalty_fen", "penalty posted to accounts"),
    Ledger.WITHHELD: (
        "withheld_fen",
        "of both, released less withheld: past 90 days due it is no income until paid or cured",
    ),
    Ledger.MANUAL_FEES: ("manual_fees_fen", "fees on manual repayment (R-P2)"),
    Ledger.INSTALMENT_FEES: ("instalment_fees_fen", "fees of instalments (R-P3)"),
    Ledger.RECOVERIES: ("recoveries_fen", "recovered after charge-off (R-W6)"),
    Ledger.FUNDING_COST: ("funding_cost_fen", "cost of the funding of the day before"),
    Ledger.CHARGE_OFFS: (
        "charge_offs_fen",
        "charged off: principal, interest, penalty, fees, but what never was income (R-W6)",
    ),
    Ledger.ALLOWANCE_CHANGE: ("allowance_change_fen", "added to the allowance for losses"),
    Ledger.FRAUD_LOSS: ("fraud_loss_fen", "principal drawn by others and given up (R-W4)"),
    Ledger.DISPUTE_LOSS: (
        "dispute_loss_fen",
        "principal given up on claims that were not right (R-W4)",
    ),
    Ledger.OPERATING_COST: ("operating_cost_fen", "operating cost of active accounts"),
}
HELD_NAMES = {ledger: f"{ledger.name.lower()}_fen" for ledger in HELD}
_HELD_WORDS = {
    Ledger.PRINCIPAL: "principal receivable",
    Ledger.INTEREST: "interest receivable",
    Ledger.PENALTY: "penalty receivable",
    Ledger.FEES: "fees receivable",
    Ledger.SUSPENDED: "of interest and penalty, charged past 90 days due: taken off",
}


def pnl(record: Record) -> pa.Table:
    """Return one row a reported day, product and segment: income, expenses above 0, profit."""
    return pnl_of(record, books_of(record))


def balance_sheet(record: Record) -> pa.Table:
    """Return one row a day, product and segment: the close, from the eve of the first day on."""
    return balance_sheet_of(record, books_of(record))


def pnl_of(record: Record, books: Books) -> pa.Table:
    """Return `pnl` of the reported days of a record from its books."""
    sheet = _keys(record, 0)
    results = books.results
    for ledger, (name, meaning) in RESULTS.items():
        amount = results[..., ledger]
        amount = -amount if SIDES[ledger] == Side.EXPENSE else amount
        sheet.add(name, amount.reshape(-1), "fen", meaning)
    profit = results[..., RESULT].sum(axis=-1).reshape(-1)
    return sheet.add("profit_fen", profit, "fen", "income less expenses").table()


def balance_sheet_of(record: Record, books: Books) -> pa.Table:
    """Return `balance_sheet` from the books.

    Receivables are those that accounts hold; all else comes from postings, so that the two sides
    are equal where every change of an account was posted.
    """
    sheet = _keys(record, 1)
    balances = books.balances
    cash, lost = balances[..., Ledger.CASH], -balances[..., Ledger.ALLOWANCE]
    sheet.add("cash_fen", cash.reshape(-1), "fen", "cash: none is held overnight")
    for at, ledger in enumerate(HELD):
        held = books.held[..., at].reshape(-1)
        sheet.add(HELD_NAMES[ledger], held, "fen", _HELD_WORDS[ledger])
    sheet.add("allowance_fen", lost.reshape(-1), "fen", "allowance for losses: taken off")
    assets = cash + books.held[..., :-1].sum(axis=-1) - books.held[..., -1] - lost
    sheet.add("assets_fen", assets.reshape(-1), "fen", "cash and receivables, less the two")
    funding, capital = (-balances[..., at] for at in (Ledger.FUNDING, Ledger.CAPITAL))
    retained = -(balances[..., RESULT].sum(axis=-1))
    sheet.add("funding_fen", funding.reshape(-1), "fen", "borrowed from others, at a cost")
    words = "paid in by the owners less paid out to them; below 0 where profits were paid out"
    sheet.add("capital_fen", capital.reshape(-1), "fen", words)
    words = "profits since the first reported day"
    sheet.add("retained_fen", retained.reshape(-1), "fen", words)
    equity = (capital + retained).reshape(-1)
    return sheet.add("equity_fen", equity, "fen", "capital and what was retained").table()


def books_of(record: Record) -> Books:
    """Return the books of a replication; each product's are kept by its own terms of accounting."""
    opening = record.by("opening")
    before = record.by("totals")[record.burn_in - 1] if record.burn_in else opening
    openings = [
        Opening(_held(before[:, k]), allowance(_late(before[:, k]), product.accounting))
        for k, product in enumerate(record.scenario.products)
    ]
    return books_from(record, openings)


def books_from(record: Record, openings: Sequence[Opening]) -> Books:
    """Return the books of a replication from what each product opens with."""
    products = enumerate(record.scenario.products)
    return together(
        [kept(days_of(record, k), openings[k], product.accounting) for k, product in products]
    )


def days_of(record: Record, product: int) -> Days:
    """Return what the books of a product over the reported days are kept from."""
    totals = record.by("totals")[record.burn_in :, :, product]
    return Days(
        dates=record.dates[record.burn_in :],
        flows=totals["flow"],
        held=_held(totals),
        late=_late(totals),
        active=totals["active"],
    )


def _held(totals: Table) -> Fens:
    names = ("principal", "interest", "penalty", "fees", "suspended")
    return np.stack([totals[name] for name in names], axis=-1)


def _late(totals: Table) -> Fens:
    return np.stack([totals[name] for name in LATE], axis=-1)


def _keys(record: Record, eves: int) -> Sheet:
    """Return the keys of the reported days, and of `eves` days before."""
    first = record.dates[record.burn_in] - np.timedelta64(eves, "D")
    count = len(record.dates) - record.burn_in + eves
    shape = (count, len(record.products), len(record.segments))
    at, product, segment = (axis.reshape(-1) for axis in np.indices(shape))
    sheet = Sheet.of(record, len(at))
    told = "reported days since run.start, from 0"
    told += "; -1 is the close before them, with which the books open" if eves else ""
    sheet.add("day", (at - eves).astype(np.int32), "day", told)
    sheet.add("date", first + at.astype("m8[D]"), "date", "calendar day")
    add_product(sheet, record, product)
    named = names_at(record.segments, segment)
    return sheet.add("segment", named, "name", "segment of the population")
