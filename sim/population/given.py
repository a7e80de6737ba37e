"""Users and accounts that are given: a Parquet file of one's own, or an earlier run.

A file of one's own (`population.file`) has one row a user, in the order of their numbers; `user` is
optional. A column may be left out, and is then drawn as usual. Columns and what they may hold are
`COLUMNS`; `limit_fen`, `balance_fen` and `days_past_due` start the user with an account, at the
first product or, as in `limit_fen@huabei_public`, at the one named.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.account import Account, begin_cycle
from sim.kinds import Bucket, Cycle, Standing, Status
from sim.population.earlier import earlier_accounts, earlier_users
from sim.population.parquet import read
from sim.rows import Table
from sim.scenario import ScenarioError
from sim.scenario.words import one_of
from sim.units import NEVER
from sim.user import BINS

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.sections import Product, Scenario

Column = TypeVar("Column")

MAX = 400_000_000  # fen: what one user may earn, own or owe in a file
EVE = -1  # the day before the first: by then accounts of a file were opened, and used if they owe


class Wanted(NamedTuple):
    """What a column of a file may hold."""

    low: int
    high: int
    needed: bool = False
    unit: str = ""


COLUMNS = {
    "user": Wanted(0, 2**31 - 1),
    "age": Wanted(0, 120, needed=True, unit="years"),
    "income_fen": Wanted(0, MAX, needed=True, unit="fen a month"),
    "score": Wanted(0, 1_000, needed=True, unit="points"),
    "sex": Wanted(0, 1),
    "region": Wanted(0, 99),
    "segment": Wanted(0, 19),
    "student": Wanted(0, 1),
    "real_name": Wanted(0, 1),
    "occupation_known": Wanted(0, 1),
    "past_overdue": Wanted(0, 1),
    "cards": Wanted(0, 100),
    "friends": Wanted(0, 32_000),
    "verified_income_fen": Wanted(0, 2_000_000_000, unit="fen a year"),
    "outgoings_fen": Wanted(0, MAX, unit="fen a month"),
    "debt_elsewhere_fen": Wanted(0, 2_000_000_000, unit="fen"),
    "wallet_fen": Wanted(0, MAX, unit="fen"),
    "bank_fen": Wanted(0, MAX, unit="fen"),
    "payday": Wanted(1, 28, unit="day of month"),
    "pays_on": Wanted(1, 28, unit="day of month"),
    "auto_debit": Wanted(0, 2),
    "rate_ppm": Wanted(0, 12_000_000, unit="purchases a day, ppm"),
    "ticket_fen": Wanted(1, 20_000_000, unit="fen"),
    "credit_lean": Wanted(-30_000, 30_000, unit="1e-3 logit"),
    "prudence": Wanted(-30_000, 30_000, unit="1e-3 logit"),
    "full_lean": Wanted(-30_000, 30_000, unit="1e-3 logit"),
    "limit_fen": Wanted(0, 1_000_000_000, unit="fen"),
    "balance_fen": Wanted(0, 1_000_000_000, unit="fen"),
    "days_past_due": Wanted(0, 179, unit="days"),
}
_ACCOUNT = ("limit_fen", "balance_fen", "days_past_due")


def given_users(scenario: Scenario, users: Table) -> None:
    """Write what a file or an earlier run says of users into drawn rows."""
    if scenario.population.from_run:
        earlier_users(scenario, users)
    elif scenario.population.file:
        _write_traits(_columns_of(scenario, users), users)


def given_accounts(scenario: Scenario, users: Table, accounts: Table) -> None:
    """Write what a file or an earlier run says of accounts into empty rows."""
    if scenario.population.from_run:
        earlier_accounts(scenario, users, accounts)
    elif scenario.population.file:
        given = _columns_of(scenario, users)
        for k, product in enumerate(scenario.products):
            at = _account_columns(given, product.label, first=k == 0)
            if "limit_fen" in at:
                _open_accounts(product, at, users, accounts[:, k])


def _account_columns(
    columns: Mapping[str, Column], label: str, *, first: bool
) -> dict[str, Column]:
    """Return the columns of a product's accounts, without its name."""
    found = {name: columns[f"{name}@{label}"] for name in _ACCOUNT if f"{name}@{label}" in columns}
    return found | ({name: columns[name] for name in _ACCOUNT if name in columns} if first else {})


def _write_traits(given: dict[str, NDArray[np.int64]], users: Table) -> None:
    for name, values in given.items():
        if name.partition("@")[0] in _ACCOUNT or name == "user":
            continue
        column = name.removesuffix("_fen").removesuffix("_ppm")
        users[column] = values * (1_000 if name == "score" else 1)
    if "score" in given:
        users["score_anchor"] = given["score"]
    users["status"] = Status.HERE.value
    users["joins_on"] = 0
    if {"ticket_fen", "rate_ppm"} & given.keys():
        three_days = users["rate"].astype(np.int64) * users["ticket"] * 2 * 3 // 1_000_000
        users["spend_bins"] = np.minimum(three_days, 2_000_000_000)[:, None].repeat(BINS, axis=1)


def _open_accounts(
    product: Product, given: dict[str, NDArray[np.int64]], users: Table, accounts: Table
) -> None:
    """Open an account for each limit above 0; a balance past due is carried and was missed."""
    held = given["limit_fen"] > 0
    balance = np.where(held, given.get("balance_fen", np.zeros(len(users), dtype=np.int64)), 0)
    late = np.where(held, given.get("days_past_due", np.zeros(len(users), dtype=np.int64)), 0)
    late = np.where(balance > 0, late, 0)
    accounts["standing"] = np.where(held, np.where(late > 0, Standing.BLOCKED, Standing.OPEN), 0)
    billing = product.billing
    accounts["due_day"] = billing.due_day_first
    if billing.cycle == Cycle.OFFSET:
        accounts["due_day"] = billing.statement_day + billing.due_offset_days
    elif billing.cycle >= Cycle.OPENING_DAY:
        own = Account()
        begin_cycle(own, billing.statement_day, product)
        accounts["anchor"], accounts["due_day"] = own.anchor, own.due_day
    accounts["limit"] = accounts["first_limit"] = given["limit_fen"] * held
    accounts["opened_on"] = np.where(held, EVE, NEVER)
    accounts["first_used_on"] = np.where(balance > 0, EVE, NEVER)
    accounts["unbilled"] = np.where(late > 0, 0, balance)
    accounts["carried"] = accounts["overdue"] = np.where(late > 0, balance, 0)
    accounts["statement_due"] = np.where(late > 0, balance, 0)
    accounts["missed_count"] = late > 0
    accounts["missed"][:, 0] = np.where(late > 0, balance, 0)
    accounts["missed_on"][:, 0] = np.where(late > 0, EVE - late, 0)
    accounts["lapses"] = late > 0
    accounts["worst_days"] = late
    unused = np.where(held, Bucket.UNUSED.value, Bucket.CLOSED.value)
    bucket = np.where(balance > 0, Bucket.CURRENT.value, unused)
    months = np.minimum((late - 1) // 30, Bucket.M6.value - Bucket.M1.value)
    accounts["bucket"] = np.where(late > 0, Bucket.M1.value + months, bucket)
    accounts["bucket_balance"] = balance


def _columns_of(scenario: Scenario, users: Table) -> dict[str, NDArray[np.int64]]:
    """Return the checked columns of the file for some users, in the order of its columns."""
    path = scenario.path_of("population.file")
    label = scenario.population.file
    table = read(Path(str(path)), label)
    faults = _faults_of(table, scenario, label)
    if faults:
        raise ScenarioError(faults)
    wanted = users["user"]
    if "user" in table.column_names:
        order = np.argsort(table["user"].to_numpy(), kind="stable")
    else:
        order = np.arange(table.num_rows)
    return {
        name: table[name].to_numpy().astype(np.int64)[order][wanted] for name in table.column_names
    }


def _faults_of(table: pa.Table, scenario: Scenario, label: str) -> list[str]:
    faults, users = [], scenario.run.users
    kinds = {"segment": len(scenario.population.segments)}
    kinds["region"] = len(scenario.population.regions)
    known = {name: COLUMNS[name]._replace(high=kinds[name] - 1) for name in kinds}
    labels = [product.label for product in scenario.products]
    known |= {f"{name}@{each}": COLUMNS[name] for each in labels for name in _ACCOUNT}
    known = COLUMNS | known
    for name in table.column_names:
        if name not in known:
            faults.append(f"{label}: {name}: {_unknown(name, labels, known)}")
        elif f"{name}@{labels[0]}" in table.column_names:
            both = f"{name}, which is of {labels[0]}, and {name}@{labels[0]}"
            faults.append(f"{label}: {name}: wanted one column (found {both})")
    for name, wanted in known.items():
        if name in table.column_names:
            faults += [f"{label}: {name}: {line}" for line in _column_faults(table[name], wanted)]
        elif wanted.needed:
            faults.append(
                f"{label}: {name}: wanted this column (found {', '.join(table.column_names)})"
            )
    if table.num_rows < users:
        faults.append(
            f"{label}: wanted a row for each of {users:,} users (found {table.num_rows:,})"
        )
    faults += [f"{label}: {line}" for line in _number_faults(table)]
    for k, each in enumerate(labels):
        names = {name: name for name in table.column_names}
        at = _account_columns(names, each, first=k == 0)
        faults += [f"{label}: {line}" for line in _balance_faults(table, at)]
    return faults


def _unknown(name: str, labels: list[str], known: Mapping[str, Wanted]) -> str:
    """Return what is wrong with a column that there is not."""
    column, at, _ = name.partition("@")
    if at and column in _ACCOUNT:
        return f"wanted a product of the scenario after @: {one_of(labels)} (found {name})"
    if at and column in COLUMNS:
        with_product = f"only {one_of(_ACCOUNT)} may name a product"
        return f"wanted {column}, which is the user's: {with_product} (found {name})"
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"wanted a known column{hint} (found {name})"


def _number_faults(table: pa.Table) -> list[str]:
    """Return what is wrong with `user`: each number of a row is wanted once."""
    if "user" not in table.column_names or _column_faults(table["user"], COLUMNS["user"]):
        return []
    numbers, times = np.unique(table["user"].to_numpy(), return_counts=True)
    wanted = f"user: wanted each number from 0 to {table.num_rows - 1:,} once"
    if (times > 1).any():
        return [f"{wanted} (found {numbers[times > 1][0]:,} twice)"]
    missing = np.setdiff1d(np.arange(table.num_rows), numbers)
    return [f"{wanted} (found no {missing[0]:,})"] if len(missing) else []


def _balance_faults(table: pa.Table, at: Mapping[str, str]) -> list[str]:
    """Return whether something is owed where there is no limit; at: a product's columns."""
    names = [at[name] for name in ("limit_fen", "balance_fen") if name in at]
    kinds = {name: COLUMNS[name.partition("@")[0]] for name in names}
    if "balance_fen" not in at or any(_column_faults(table[n], kinds[n]) for n in names):
        return []
    balance = table[at["balance_fen"]].to_numpy()
    limit = table[at["limit_fen"]].to_numpy() if "limit_fen" in at else np.zeros(len(balance))
    wrong = np.flatnonzero((balance > 0) & (limit == 0))
    if not len(wrong):
        return []
    more = f", and {len(wrong) - 1:,} more rows" if len(wrong) > 1 else ""
    found = f"{balance[wrong[0]]:,} in row {wrong[0]:,}{more}"
    wanted = f"wanted 0 where {at.get('limit_fen', _limit_beside(at['balance_fen']))} is 0"
    return [f"{at['balance_fen']}: {wanted} (found {found})"]


def _limit_beside(balance: str) -> str:
    return balance.replace("balance_fen", "limit_fen")


def _column_faults(column: Any, wanted: Wanted) -> list[str]:
    import pyarrow as pa

    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        return [f"wanted whole numbers (found {kind})"]
    if column.null_count:
        row = next(i for i, value in enumerate(column) if not value.is_valid)
        return [f"wanted no gaps (found {column.null_count:,}, the first in row {row})"]
    values = column.to_numpy().astype(np.int64)
    wrong = np.flatnonzero((values < wanted.low) | (values > wanted.high))
    if not len(wrong):
        return []
    text = f"wanted {wanted.low:,} to {wanted.high:,} {wanted.unit}".rstrip()
    more = f", and {len(wrong) - 1:,} more rows" if len(wrong) > 1 else ""
    return [f"{text} (found {values[wrong[0]]:,} in row {wrong[0]:,}{more})"]
