"""The last day: users and accounts as they are left are those of the last day's totals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.account import PRINCIPAL
from sim.audit.sources import CELL, Part

ACTIVE = ("open", "blocked", "suspended")
_OWED = (
    *("limit_fen", "principal_fen", "interest_fen", "penalty_fen", "fees_fen", "suspended_fen"),
    *("accrued_fen", "penalty_accrued_fen", "stolen_fen", "past_due_fen"),
)
PLACES = [f"{name}_fen" for name in PRINCIPAL]


def check_finals(part: Part) -> None:
    """Check `users` and `accounts`: each within itself, and all together against the last day."""
    users, accounts = part.table("users"), part.table("accounts")
    if users is not None:
        _within_users(part, users)
    if accounts is not None:
        accounts = _with_sums(accounts)
        _within_accounts(part, accounts)
    by = part.table("daily_by")
    if by is None or not part.keeps_all_users:
        return
    last = by[by["day"] == part.scenario.run.days - 1].set_index([*CELL])
    if users is not None:
        _sums_of_users(part, users, last)
    if accounts is not None and users is not None:
        segment = users.set_index("user")["segment"]
        accounts = accounts.assign(segment=accounts["user"].map(segment))
        _sums_of_accounts(part, accounts, last)
        _last_month_end(part, accounts)
    if accounts is not None and part.starts_empty:
        _since_the_start(part, accounts, by)


def _with_sums(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return accounts with what is spread over several columns."""
    return accounts.assign(
        principal_fen=accounts[PLACES].sum(axis=1),
        past_due_fen=_inner_sums(accounts["missed_fen"]),
        memo_fen=accounts["accrued_fen"] + accounts["penalty_accrued_fen"],
    )


def _inner_sums(lists: pd.Series) -> NDArray[np.int64]:
    summed: NDArray[np.int64] = _flat(lists).sum(axis=1, dtype=np.int64)
    return summed


def _flat(lists: pd.Series) -> NDArray[Any]:
    """Return a column of lists as an array, shape (rows, length)."""
    return np.array(lists.to_list())


def _within_users(part: Part, users: pd.DataFrame) -> None:
    keys = part.keys(users, "user")
    gone = users["status"] == "gone"
    for name in ("wallet_fen", "bank_fen"):
        found = users[name]
        part.findings.at_least("users", keys, name, found, 0, "nothing is below 0")
        why = "who is gone took it along"
        part.findings.compare("users", keys[gone], name, found[gone], 0, why)


def _within_accounts(part: Part, accounts: pd.DataFrame) -> None:
    keys = part.keys(accounts, "user", "product")
    active = accounts["standing"].isin(ACTIVE)
    for name in _OWED:
        part.findings.at_least("accounts", keys, name, accounts[name], 0, "nothing is below 0")
        why = "an account that is not active owes nothing"
        found = accounts[name][~active]
        part.findings.compare("accounts", keys[~active], name, found, 0, why)
    found, why = accounts["planned_fen"], "the sum of ring_principal_fen"
    wanted = _inner_sums(accounts["ring_principal_fen"])
    part.findings.compare("accounts", keys, "planned_fen", found, wanted, why)
    charges = accounts["interest_fen"] + accounts["penalty_fen"]
    part.findings.at_least(
        "accounts",
        keys,
        "interest_fen + penalty_fen",
        charges,
        accounts["suspended_fen"],
        "it contains suspended_fen",
    )
    for outer, inner in (
        ("written_off_fen", "recovered_fen"),
        ("carried_fen", "overdue_fen"),
        ("principal_fen", "stolen_fen"),
        ("statement_total_fen", "statement_due_fen"),
    ):
        why = f"it contains {inner}"
        part.findings.at_least("accounts", keys, outer, accounts[outer], accounts[inner], why)
    missed = _flat(accounts["missed_fen"])
    found, why = accounts["missed_count"], "amounts in missed_fen"
    part.findings.compare("accounts", keys, "missed_count", found, (missed > 0).sum(axis=1), why)


def _grouped(values: pd.Series, keys: Any, cells: pd.Index) -> NDArray[Any]:
    summed: NDArray[Any] = values.groupby(keys).sum().reindex(cells, fill_value=0).to_numpy()
    return summed


def _keys(part: Part, cells: pd.Index) -> pd.DataFrame:
    keys = cells.to_frame(index=False)
    keys.insert(0, "day", part.scenario.run.days - 1)
    return part.place(keys)


def _sums_of_users(part: Part, users: pd.DataFrame, last: pd.DataFrame) -> None:
    here = users["status"] == "here"
    segments = pd.Index(part.segments, name="segment")
    # Users stand in the rows of the first product.
    last = last[last.index.get_level_values(0) == part.products[0]].droplevel(0).loc[segments]
    for column, values, of in (
        ("users here", here.astype(int), "users"),
        ("wallet_fen of all here", users["wallet_fen"].where(here, 0), "wallet_fen"),
        ("bank_fen of all here", users["bank_fen"].where(here, 0), "bank_fen"),
        ("employed of all here", (1 - users["employed"]).where(here, 0), "unemployed"),
    ):
        found, why = _grouped(values, users["segment"], segments), f"{of} of the last day"
        part.findings.compare("users", _keys(part, segments), column, found, last[of], why)


def _sums_of_accounts(part: Part, accounts: pd.DataFrame, last: pd.DataFrame) -> None:
    active = accounts["standing"].isin(ACTIVE)
    ones = active.astype(int)
    last = last.loc[part.cells]
    keys = [accounts[name] for name in CELL]
    amounts = ("principal_fen", "planned_fen", "interest_fen", "penalty_fen", "fees_fen")
    more = ("limit_fen", "suspended_fen", "stolen_fen", "past_due_fen")
    sums = [(name, accounts[name], name) for name in (*amounts, *more)]
    level_3 = accounts["standing"] == "suspended"
    sums += [
        ("accrued_fen + penalty_accrued_fen", accounts["memo_fen"], "accrued_fen"),
        ("accounts that are active", ones, "active"),
        ("accounts under level 3", level_3.astype(int), "warned_3"),
        ("hold", (accounts["hold"] != "none").astype(int), "warned_2"),
        ("claim", (accounts["claim"] != 0).astype(int), "disputes_open"),
        ("missed_count", (level_3 & (accounts["missed_count"] > 0)).astype(int), "in_collection"),
    ]
    for column, values, of in sums:
        found = _grouped(values.where(active, 0), keys, part.cells)
        why = f"{of} of the last day"
        part.findings.compare("accounts", _keys(part, part.cells), column, found, last[of], why)


def _last_month_end(part: Part, accounts: pd.DataFrame) -> None:
    """Accounts remember where they stood at the last month end."""
    monthly = part.table("monthly")
    if monthly is None or not len(monthly):
        return
    end = monthly[monthly["date"] == monthly["date"].max()]
    names = [*CELL, "bucket"]
    end = end.set_index(names)
    for column, values, of in (
        ("bucket", accounts["user"] * 0 + 1, "accounts"),
        ("bucket_balance_fen", accounts["bucket_balance_fen"], "principal_fen"),
    ):
        summed = values.groupby([accounts[name] for name in names]).sum()
        open_ones = [key for key in end.index if key[-1] != "closed" or of != "accounts"]
        found = summed.reindex(pd.MultiIndex.from_tuples(open_ones), fill_value=0)
        place = part.place(pd.DataFrame(open_ones, columns=names))
        why = f"{of} of the last month end in monthly"
        wanted = end.loc[open_ones, of]
        part.findings.compare("accounts", place, column, found, wanted, why)


def _since_the_start(part: Part, accounts: pd.DataFrame, by: pd.DataFrame) -> None:
    place = pd.DataFrame({"day": part.scenario.run.days - 1, "product": part.products})
    place = part.place(place)
    for name in ("written_off_fen", "recovered_fen"):
        found, wanted = (
            some.groupby("product")[name].sum().reindex(part.products) for some in (accounts, by)
        )
        why = f"{name} of all days"
        part.findings.compare("accounts", place, f"{name} of all", found, wanted, why)
