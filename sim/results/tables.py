"""The tables of a run by name. Each is a pure function of a replication's record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa

from sim.results.collection import collection
from sim.results.cost import cost
from sim.results.cycles import cycles
from sim.results.daily import daily, daily_by
from sim.results.environment import circles, environment, friends
from sim.results.final import Final, accounts, users
from sim.results.funnel import funnel
from sim.results.month_ends import monthly, roll_rates, vintages
from sim.results.pnl import balance_sheet, pnl
from sim.results.record import Record
from sim.results.usage import repayments, scenes
from sim.results.warnings import disputes, warnings

SMALL: dict[str, Callable[[Record], pa.Table]] = {
    "daily": daily,
    "daily_by": daily_by,
    "cycles": cycles,
    "monthly": monthly,
    "roll_rates": roll_rates,
    "vintages": vintages,
    "scenes": scenes,
    "repayments": repayments,
    "funnel": funnel,
    "warnings": warnings,
    "disputes": disputes,
    "collection": collection,
    "pnl": pnl,
    "balance_sheet": balance_sheet,
    "cost": cost,
    "environment": environment,
    "circles": circles,
    "friends": friends,
}
LARGE: dict[str, Callable[[Record], Final]] = {"users": users, "accounts": accounts}
NAMES = (*SMALL, *LARGE)


class Chunks(NamedTuple):
    """A table that comes in parts."""

    schema: pa.Schema
    parts: Iterator[pa.Table | pa.RecordBatch]


def chosen(names: Sequence[str]) -> list[str]:
    """Return the tables that a scenario's `output.tables` asks for, in the order of NAMES."""
    return [name for name in NAMES if name in names]


def present(record: Record) -> list[str]:
    """Return the tables asked for that a record has; `circles`, `friends` where friends weigh."""
    absent = {name for name in ("circles", "friends") if not getattr(record, name).size}
    return [name for name in chosen(record.scenario.output.tables) if name not in absent]


def chunks(record: Record, name: str) -> Chunks:
    """Return one table of a replication; `users` and `accounts` a row group at a time."""
    if name in LARGE:
        final = LARGE[name](record)
        return Chunks(final.schema, final.batches())
    small = SMALL[name](record)
    return Chunks(small.schema, iter([small]))


def table(record: Record, name: str) -> pa.Table:
    """Return one table of a replication, whole. Raises KeyError for a name not in NAMES."""
    return LARGE[name](record).table() if name in LARGE else SMALL[name](record)
