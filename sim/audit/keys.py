"""Which rows a table must have: keys that follow from the scenario, in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sim import barrier
from sim.audit.frames import Tables
from sim.audit.sources import Part
from sim.kinds import Bucket, Claim, Level, Method, Place, Way
from sim.results.sheet import lower_names

WHY = "the keys of the table"


def check_keys(part: Part) -> None:
    """Compare the keys of each table of a replication; a table with others is left out."""
    for name, expected in _EXPECTED.items():
        table = part.table(name)
        if table is None:
            continue
        keys = expected(part)
        if not _same_rows(part, name, table, keys):
            part.drop(name)


def check_replications(tables: Tables, names: list[str], count: int, audit: Any) -> None:
    """See to it that every table has rows of the run's replications only, in order."""
    for name in names:
        table = tables.table(name)
        if table is not None and len(table):
            number = table["replication"].to_numpy()
            rows = pd.DataFrame({"row": np.arange(len(number))})
            least = np.maximum.accumulate(np.append(0, number[:-1]))
            audit.at_least(name, rows, "replication", number, least, "they come in order")
            audit.at_least(name, rows, "replication", count - 1 - number, 0, "as many as were run")


def _same_rows(part: Part, name: str, table: pd.DataFrame, keys: pd.DataFrame) -> bool:
    if len(table) != len(keys):
        where = f"replication {part.number}"
        part.findings.fault(name, where, "rows", len(keys), len(table), WHY)
        return False
    before = len(part.findings.breaks)
    rows = pd.DataFrame({"row": np.arange(len(keys))})
    for column in map(str, keys):
        found, wanted = table[column].to_numpy(), keys[column].to_numpy()
        if column in {"date", "month"}:
            found, wanted = found.astype("M8[D]"), wanted.astype("M8[D]")
        part.findings.compare(name, rows, column, found, wanted, WHY)
    return len(part.findings.breaks) == before


def _days(part: Part, eves: int = 0) -> pd.DataFrame:
    day = np.arange(-eves, len(part.dates))
    first = part.dates[0]
    return pd.DataFrame({"day": day, "date": first + day.astype("m8[D]")})


def _simulated(part: Part) -> pd.DataFrame:
    return _days(part, part.scenario.run.burn_in_days)


def _each(rows: pd.DataFrame, name: str, values: list[str]) -> pd.DataFrame:
    every = rows.loc[rows.index.repeat(len(values))].reset_index(drop=True)
    return every.assign(**{name: np.tile(values, len(rows))})


def _cells(rows: pd.DataFrame, part: Part) -> pd.DataFrame:
    return _each(_each(rows, "product", part.products), "segment", part.segments)


def _scenes(part: Part) -> pd.DataFrame:
    """Mini-programs have rows where the scene is open (R-F1)."""
    rows, places = _each(_months(part), "product", part.products), lower_names(Place)
    table = part.table("scenes")
    shut = table is not None and len(table) == len(rows) * (len(places) - 1)
    return _each(rows, "place", places[:-1] if shut else places)


def _accounts(part: Part) -> pd.DataFrame:
    return _each(_users(part), "product", part.products)


def _months(part: Part) -> pd.DataFrame:
    return pd.DataFrame({"month": np.unique(part.dates.astype("M8[M]")).astype("M8[D]")})


def _month_ends(part: Part) -> pd.DataFrame:
    ends = part.month_ends
    return pd.DataFrame({"month": ends.astype("M8[M]").astype("M8[D]"), "date": ends})


def _users(part: Part) -> pd.DataFrame:
    if part.keeps_all_users:
        return pd.DataFrame({"user": np.arange(part.scenario.run.users)})
    users = part.table("users")
    users = part.table("accounts") if users is None else users
    kept = np.unique(users["user"]) if users is not None else np.arange(0)
    return pd.DataFrame({"user": kept})


def _everyone(part: Part) -> pd.DataFrame:
    return pd.DataFrame({"user": np.arange(part.scenario.run.users)})


def _circles(part: Part) -> pd.DataFrame:
    barriers = _simulated(part)[:: barrier.DAYS].reset_index(drop=True)
    table = part.table("circles")
    count = max(round((0 if table is None else len(table)) / len(barriers)), 1)
    every = barriers.loc[barriers.index.repeat(count)].reset_index(drop=True)
    return every.assign(circle=np.tile(np.arange(count), len(barriers)))


_EXPECTED: dict[str, Callable[[Part], pd.DataFrame]] = {
    "daily": _days,
    "daily_by": lambda part: _cells(_days(part), part),
    "pnl": lambda part: _cells(_days(part), part),
    "balance_sheet": lambda part: _cells(_days(part, 1), part),
    "funnel": lambda part: _each(_days(part), "way", lower_names(Way)),
    "environment": _simulated,
    "circles": _circles,
    "friends": _everyone,
    "scenes": _scenes,
    "repayments": lambda part: _each(
        _each(_months(part), "product", part.products), "method", lower_names(Method)
    ),
    "warnings": lambda part: _each(_months(part), "level", lower_names(Level)),
    "disputes": lambda part: _each(_months(part), "claim", lower_names(Claim)),
    "collection": _months,
    "monthly": lambda part: _each(_cells(_month_ends(part), part), "bucket", lower_names(Bucket)),
    "users": _users,
    "accounts": _accounts,
}
