"""Month ends: buckets are those of their day, rolls lead from one month end to the next."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from sim.audit.sources import CELL, Part
from sim.kinds import Bucket
from sim.results.month_ends import ALL
from sim.results.sheet import lower_names

BUCKETS = lower_names(Bucket)
_OWING = BUCKETS[Bucket.CURRENT : Bucket.M6 + 1]
_LATE = {f"late_{days}": BUCKETS[at : Bucket.M6 + 1] for at, days in enumerate((1, 31, 61, 91), 2)}
_ROLLED = ("accounts", "principal_fen", "principal_after_fen")


def check_month_ends(part: Part) -> None:
    """Check `monthly` and `roll_rates`."""
    monthly, rolls = part.table("monthly"), part.table("roll_rates")
    if monthly is not None and len(monthly):
        _buckets(part, monthly)
    if rolls is not None and len(rolls):
        _rates(part, rolls)
        if monthly is not None and len(monthly):
            _rolls(part, rolls, monthly)


def _wide(table: pd.DataFrame, column: str, over: str) -> pd.DataFrame:
    wide = table.pivot_table(column, ["date", *CELL], over, "sum", fill_value=0, sort=False)
    return wide.reindex(columns=BUCKETS, fill_value=0)


def _place(part: Part, wide: pd.DataFrame) -> pd.DataFrame:
    return part.place(wide.index.to_frame(index=False))


def _buckets(part: Part, monthly: pd.DataFrame) -> None:
    accounts, principal, past_due = (
        _wide(monthly, name, "bucket") for name in ("accounts", "principal_fen", "past_due_fen")
    )
    keys = part.keys(monthly, "date", *CELL, "bucket")
    for name in ("accounts", "principal_fen", "past_due_fen"):
        part.findings.at_least("monthly", keys, name, monthly[name], 0, "nothing is below 0")
    empty = monthly["bucket"].isin(["unused", "charged_off", "closed"])
    found = monthly["principal_fen"][empty]
    part.findings.compare("monthly", keys[empty], "principal_fen", found, 0, "none is owed there")
    by = part.table("daily_by")
    if by is None:
        return
    day = by.set_index(["date", *CELL]).loc[accounts.index]
    sums = [
        ("accounts of the active", accounts[["unused", *_OWING]], "active"),
        ("accounts of those who owe", accounts[_OWING], "utilising"),
        ("principal_fen", principal, "principal_fen"),
        ("past_due_fen", past_due, "past_due_fen"),
    ]
    for name, buckets in _LATE.items():
        sums.append((f"accounts of {name}", accounts[buckets], name))
        sums.append((f"principal_fen of {name}", principal[buckets], f"principal_{name}_fen"))
    for column, some, of in sums:
        wanted, why = day[of].to_numpy(), f"{of} of the day"
        part.findings.compare("monthly", _place(part, some), column, some.sum(axis=1), wanted, why)
    _written_off(part, accounts, by)


def _written_off(part: Part, accounts: pd.DataFrame, by: pd.DataFrame) -> None:
    """Accounts charged off stay so: from one month end to the next come those of the days."""
    so_far = by.pivot_table("charged_off", "date", [*CELL], "sum").cumsum()
    off = accounts["charged_off"].reset_index()
    there = off.pivot_table("charged_off", "date", [*CELL], "sum")[so_far.columns]
    for before, after in pairwise(there.index):
        wanted = there.loc[before] + so_far.loc[after] - so_far.loc[before]
        keys = _cells(part, after, there.columns)
        found, why = there.loc[after], "those of the month before and of the days since"
        part.findings.compare("monthly", keys, "accounts charged off", found, wanted, why)
    if part.starts_empty:
        keys = _cells(part, there.index[0], there.columns)
        wanted, why = so_far.loc[there.index[0]], "those of the days so far"
        part.findings.compare("monthly", keys, "accounts charged off", there.iloc[0], wanted, why)


def _cells(part: Part, date: Any, cells: pd.Index) -> pd.DataFrame:
    keys = cells.to_frame(index=False)
    keys.insert(0, "date", date)
    return part.place(keys)


def _rates(part: Part, rolls: pd.DataFrame) -> None:
    keys = part.keys(rolls, "date", *CELL, "from_bucket", "to_bucket")
    of = [rolls[name] for name in ("date", *CELL, "from_bucket")]
    for column, name in (("rate", "accounts"), ("rate_principal", "principal_fen")):
        whole = rolls[name].groupby(of).transform("sum")
        wanted = mean(rolls[name], whole)
        why = f"{name}, of all in from_bucket"
        part.findings.compare("roll_rates", keys, column, rolls[column], wanted, why)
    names = ["date", "product", "from_bucket", "to_bucket"]
    every = rolls[rolls["segment"] == ALL].set_index(names)[list(_ROLLED)]
    parts = rolls[rolls["segment"] != ALL].groupby(names)[list(_ROLLED)].sum()
    for name in _ROLLED:
        found = every[name].reindex(every.index.union(parts.index), fill_value=0)
        wanted = parts[name].reindex(found.index, fill_value=0)
        place = part.place(found.index.to_frame(index=False))
        part.findings.compare("roll_rates", place, f"{name} of all", found, wanted, "the segments")


def _rolls(part: Part, rolls: pd.DataFrame, monthly: pd.DataFrame) -> None:
    some = rolls[rolls["segment"] != ALL]
    for column, of in (("accounts", "accounts"), ("principal_after_fen", "principal_fen")):
        held = _wide(monthly, of, "bucket")
        reached = _wide(some, column, "to_bucket").reindex(held.index, fill_value=0)
        for bucket in BUCKETS:
            if column == "accounts" or bucket != "charged_off":
                found, wanted = reached[bucket], held[bucket]
                name = f"{column} reaching {bucket}"
                why = f"{of} in that bucket in monthly"
                part.findings.compare("roll_rates", _place(part, held), name, found, wanted, why)
    for column in ("accounts", "principal_fen"):
        held = _wide(monthly, column, "bucket")
        left = _wide(some, column, "from_bucket").reindex(held.index, fill_value=0)
        for before, after in pairwise(monthly["date"].unique()):
            for bucket in BUCKETS:
                found, wanted = left.loc[after][bucket], held.loc[before][bucket]
                keys = _cells(part, after, wanted.index)
                name, why = f"{column} leaving {bucket}", "the month end before in monthly"
                if bucket == "closed" and column == "accounts":  # and those opened since
                    part.findings.at_least("roll_rates", keys, name, found, wanted, why)
                else:
                    found = found.reindex(wanted.index)
                    part.findings.compare("roll_rates", keys, name, found, wanted, why)


def mean(amount: pd.Series, count: pd.Series) -> pd.Series:
    """Return `amount / count`, no value where `count` is 0."""
    return (amount / count.where(count != 0, 1)).where(count != 0)
