"""Days: what was there and what moved is what is there, in total and by segment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.audit.sources import CELL, Part
from sim.kinds import Flow
from sim.ledger import POSTINGS, Ledger
from sim.measures import FLOW_NAMES
from sim.results.pnl import HELD_NAMES

REPAID = (Flow.PRINCIPAL_REPAID, Flow.INTEREST_REPAID, Flow.PENALTY_REPAID, Flow.FEES_REPAID)
POTS = "wallet_fen + bank_fen"
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
    yield POTS, pots, change(table, Ledger.POTS) - paid
    for name, (plus, minus) in _COUNTS.items():
        moved = table[list(plus)].sum(axis=1) - table[list(minus)].sum(axis=1)
        yield name, table[name], moved


def _closings(part: Part, name: str, table: pd.DataFrame) -> None:
    every = part.day_keys(name, table)
    first = table["product"] == part.products[0] if name == "daily_by" else table["day"] >= 0
    for column, closing, moved in _balances(table):
        keys, now, flows = every, closing.to_numpy(), moved.to_numpy()
        if column == POTS:  # what is a user's own stands in the rows of the first product
            keys = every[first]
            now, flows = (_of_all_products(part, name, values) for values in (now, flows))
        rows = len(keys) // part.scenario.run.days
        held = now.reshape(-1, rows)
        opening = _opening(part, column, rows)
        if opening is None:  # the day before is in no table
            start = rows
            before = held[:-1]
        else:
            start, before = 0, np.concatenate([opening, held[:-1]])
        wanted = before.reshape(-1) + flows[start:]
        why = "opening and flows of the day"
        part.findings.compare(name, keys.iloc[start:], column, now[start:], wanted, why)


def _of_all_products(part: Part, name: str, values: np.ndarray) -> np.ndarray:
    """Return figures by day, product and segment summed over the products."""
    if name == "daily":
        return values
    shape = (-1, len(part.products), len(part.segments))
    summed: np.ndarray = values.reshape(shape).sum(axis=1).reshape(-1)
    return summed


def _opening(part: Part, column: str, rows: int) -> np.ndarray | None:
    """Return a balance before the first reported day, shape (1, rows); None where none is told."""
    sheet = part.table("balance_sheet")
    if sheet is not None and column in HELD_NAMES.values():
        eve = sheet.loc[sheet["day"] == -1, column].to_numpy().reshape(1, -1)
        return eve if eve.shape[1] == rows else eve.sum(axis=1, keepdims=True)
    known = part.starts_empty and column in {*HELD_NAMES.values(), "active"}
    return np.zeros((1, rows), dtype=np.int64) if known else None


def _counts(part: Part, name: str, table: pd.DataFrame) -> None:
    keys = part.day_keys(name, table)
    fees = table["fees_charged_fen"] - table["instalment_fees_fen"]
    for column, wanted in (
        ("repaid_fen", sum(table[FLOW_NAMES[flow]] for flow in REPAID)),
        ("written_off_fen", sum(table[f"{k}_written_off_fen"] for k in _KINDS)),
        ("manual_fees_fen", fees),
    ):
        part.findings.compare(name, keys, column, table[column], wanted, "the sum of its parts")


_KINDS = ("principal", "interest", "penalty", "fees")
_KEYS = ("replication", "day", "date", *CELL)


def _bounds(part: Part, name: str, table: pd.DataFrame) -> None:
    keys = part.day_keys(name, table)
    people = _people(part, name, table)
    for column in [str(name) for name in table if name not in _KEYS]:
        part.findings.at_least(name, keys, column, table[column], 0, "nothing is below 0")
    for outer, *inner in _NESTED:
        whole, amount = outer, people if outer == "users" else table[outer]
        for column in inner:
            why = f"it contains {column}"
            part.findings.at_least(name, keys, whole, amount, table[column], why)
            whole, amount = column, table[column]


def _people(part: Part, name: str, table: pd.DataFrame) -> pd.Series:
    """Return the users that accounts of a row may belong to; they stand in the first product's."""
    if name == "daily":
        return table["users"] * len(part.products)
    return table.groupby(["day", "segment"])["users"].transform("sum")
