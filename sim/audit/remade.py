"""Tables that follow wholly from `daily_by`: made again from it, and compared cell by cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.audit.sources import CELL, Part
from sim.ledger import SIDES, Side
from sim.results.books import HELD, Opening
from sim.results.collection import collection
from sim.results.cycles import SINCE_LAST, cycles
from sim.results.daily import daily
from sim.results.pnl import HELD_NAMES, RESULTS, balance_sheet_of, books_from, pnl_of

_KEYS = ("replication", "day", "date", "month", *CELL)
_BACK = tuple(name for name in SINCE_LAST if name != "held")


def check_remade(part: Part) -> None:
    """Compare `daily`, `collection`, `cycles`, `pnl` and `balance_sheet` with `daily_by`."""
    if part.record is not None:
        _same(part, "daily", daily(part.record))
        _same(part, "collection", collection(part.record))
        _cycles(part)
        _books(part)
    _own_sums(part)


def _same(
    part: Part, name: str, made: pa.Table, start: int = 0, without: tuple[str, ...] = ()
) -> None:
    """Compare a table with the one made again; from row `start` on, without some columns."""
    found, wanted = part.table(name), made.to_pandas(date_as_object=False)
    if found is None:
        return
    if len(found) != len(wanted):
        where = f"replication {part.number}"
        part.findings.fault(name, where, "rows", len(wanted), len(found), "as daily_by has them")
        part.drop(name)
        return
    keys = part.keys(found, *(key for key in _KEYS[1:] if key in found))
    for column in wanted:
        if column not in without:
            part.findings.compare(
                name,
                keys.iloc[start:],
                column,
                found[column].to_numpy()[start:],
                wanted[column].to_numpy()[start:],
                "made again from daily_by",
            )


def _cycles(part: Part) -> None:
    record = part.record
    if record is None or part.table("cycles") is None:
        return
    again = cycles(record)
    # `held` is a count of warnings; the first row looks back beyond the first reported day.
    _same(part, "cycles", again, without=("held", *_BACK))
    first = 0 if part.scenario.run.burn_in_days == 0 else 1
    others = set(again.column_names) - set(_BACK)
    _same(part, "cycles", again, start=first, without=tuple(others))
    table = part.table("cycles")
    if table is not None:
        keys = part.keys(table, "day", "date")
        found = table["requests"]
        part.findings.at_least("cycles", keys, "requests", found, table["held"], "it contains held")


def _books(part: Part) -> None:
    sheet, record = part.table("balance_sheet"), part.record
    if record is None:
        return
    shape = (len(part.products), len(part.segments))
    held = np.zeros((*shape, len(HELD)), dtype=np.int64)
    covered = held[..., 0]
    if sheet is not None:
        eve = sheet[sheet["day"] == -1]
        held = eve[list(HELD_NAMES.values())].to_numpy().reshape(held.shape)
        covered = eve["allowance_fen"].to_numpy().reshape(shape)
    elif not part.starts_empty:
        return
    books = books_from(record, [Opening(*each) for each in zip(held, covered, strict=True)])
    _same(part, "pnl", pnl_of(record, books))
    _same(part, "balance_sheet", balance_sheet_of(record, books))


def _own_sums(part: Part) -> None:
    """Check the sums within `pnl` and `balance_sheet`, and that assets are funded."""
    table, sheet = part.table("pnl"), part.table("balance_sheet")
    if table is not None:
        keys = part.keys(table, "day", "date", *CELL)
        signs = {name: -1 if SIDES[at] == Side.EXPENSE else 1 for at, (name, _) in RESULTS.items()}
        profit = sum(sign * table[name] for name, sign in signs.items())
        why = "income less expenses"
        part.findings.compare("pnl", keys, "profit_fen", table["profit_fen"], profit, why)
    if sheet is None:
        return
    keys = part.keys(sheet, "day", "date", *CELL)
    receivable = sum(sheet[f"{name}_fen"] for name in ("principal", "interest", "penalty", "fees"))
    less = sheet["suspended_fen"] + sheet["allowance_fen"]
    for column, wanted, why in (
        ("assets_fen", sheet["cash_fen"] + receivable - less, "cash and what is receivable"),
        (
            "equity_fen",
            sheet["capital_fen"] + sheet["retained_fen"],
            "capital and what was retained",
        ),
        ("assets_fen", sheet["funding_fen"] + sheet["equity_fen"], "funding and equity"),
    ):
        part.findings.compare("balance_sheet", keys, column, sheet[column], wanted, why)
    if table is not None:
        _retained(part, table, sheet)


def _retained(part: Part, table: pd.DataFrame, sheet: pd.DataFrame) -> None:
    earned = table["profit_fen"].to_numpy().reshape(-1, len(part.cells)).cumsum(axis=0)
    wanted = np.concatenate([np.zeros((1, len(part.cells)), dtype=np.int64), earned])
    keys = part.keys(sheet, "day", "date", *CELL)
    found, why = sheet["retained_fen"], "profits so far"
    part.findings.compare("balance_sheet", keys, "retained_fen", found, wanted.reshape(-1), why)
