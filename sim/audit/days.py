"""Days: what was there and what moved is what is there, in total and by segment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.audit.sources import Part
from sim.kinds import Flow
from sim.ledger import POSTINGS, Ledger
from sim.results.daily import FLOW_NAMES
from sim.results.pnl import HELD_NAMES

REPAID = (Flow.PRINCIPAL_REPAID, Flow.INTEREST_REPAID, Flow.PENALTY_REPAID, Flow.FEES_REPAID)
_COUNTS = {"users": (("joined",), ("left",)), "active": (("opened",), ("closed", "charged_off"))}
_NESTED = (
    ("users", "active", "utilising", "late_1", "late_31", "late_61", "late_91"),
    ("users", "candidates", "invitable"),
    ("users", "unemployed"),
    ("principal_fen", *(f"principal_late_{days}_fen" for days in (1, 31, 61, 91))),
    ("principal_fen", "planned_fen"),
    ("principal_fen", "stolen_fen"),
    ("active", "warned_3", "in_collection"),
    ("active", "warned_2"),
    ("active", "disputes_open"),
    ("fees_charged_fen", "instalment_fees_fen"),
    ("first_bills", "first_defaults"),
    ("plans_offered", "plans_agreed"),
    ("cured", "cured_worked"),
)


def check_days(part: Part) -> None:
    """Check `daily` and `daily_by`: closings, parts, what is contained in what."""
    for name in ("daily", "daily_by"):
        table = part.table(name)
        if table is not None:
            _closings(part, name, table)
            _counts(part, name, table)
            _bounds(part, name, table)


def change(table: pd.DataFrame, ledger: Ledger) -> pd.Series:
    """Return by how much the flows of each row move an account of the books, debits above 0."""
    moved = table["day"] * 0
    for flow, posting in POSTINGS.items():
        sign = (posting.debit == ledger) - (posting.credit == ledger)
        moved = moved + sign * table[FLOW_NAMES[flow]]
    return moved


def _balances(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    """Yield each balance of a day with its name and what moved it."""
    for ledger, name in HELD_NAMES.items():
        turned = -1 if ledger == Ledger.SUSPENDED else 1
        yield name, table[name], turned * change(table, ledger)
    paid = table[[FLOW_NAMES[flow] for flow in REPAID]].sum(axis=1)
    pots = table["wallet_fen"] + table["bank_fen"]
    yield "wallet_fen + bank_fen", pots, change(table, Ledger.POTS) - paid
    for name, (plus, minus) in _COUNTS.items():
        moved = table[list(plus)].sum(axis=1) - table[list(minus)].sum(axis=1)
        yield name, table[name], moved


def _closings(part: Part, name: str, table: pd.DataFrame) -> None:
    keys = part.keys(table, "day", "date", *(["segment"] if name == "daily_by" else []))
    rows = len(part.segments) if name == "daily_by" else 1
    for column, closing, moved in _balances(table):
        held = closing.to_numpy().reshape(-1, rows)
        opening = _opening(part, column, rows)
        if opening is None:  # the day before is in no table
            first = rows
            before = held[:-1]
        else:
            first, before = 0, np.concatenate([opening, held[:-1]])
        wanted = before.reshape(-1) + moved.to_numpy()[first:]
        why = "opening and flows of the day"
        part.findings.compare(name, keys.iloc[first:], column, closing[first:], wanted, why)


def _opening(part: Part, column: str, rows: int) -> np.ndarray | None:
    """Return a balance before the first reported day, shape (1, rows); None where none is told."""
    sheet = part.table("balance_sheet")
    if sheet is not None and column in HELD_NAMES.values():
        eve = sheet.loc[sheet["day"] == -1, column].to_numpy().reshape(1, -1)
        return eve if rows > 1 or len(part.segments) == 1 else eve.sum(axis=1, keepdims=True)
    known = part.starts_empty and column in {*HELD_NAMES.values(), "active"}
    return np.zeros((1, rows), dtype=np.int64) if known else None


def _counts(part: Part, name: str, table: pd.DataFrame) -> None:
    keys = part.keys(table, "day", "date", *(["segment"] if name == "daily_by" else []))
    fees = table["fees_charged_fen"] - table["instalment_fees_fen"]
    for column, wanted in (
        ("repaid_fen", sum(table[FLOW_NAMES[flow]] for flow in REPAID)),
        ("written_off_fen", sum(table[f"{k}_written_off_fen"] for k in _KINDS)),
        ("manual_fees_fen", fees),
    ):
        part.findings.compare(name, keys, column, table[column], wanted, "the sum of its parts")


_KINDS = ("principal", "interest", "penalty", "fees")
_KEYS = ("replication", "day", "date", "segment")


def _bounds(part: Part, name: str, table: pd.DataFrame) -> None:
    keys = part.keys(table, "day", "date", *(["segment"] if name == "daily_by" else []))
    for column in [str(name) for name in table if name not in _KEYS]:
        part.findings.at_least(name, keys, column, table[column], 0, "nothing is below 0")
    for outer, *inner in _NESTED:
        whole = outer
        for column in inner:
            why = f"it contains {column}"
            part.findings.at_least(name, keys, whole, table[whole], table[column], why)
            whole = column
