"""Users whom one scenario let in and the other did not, and how they fared where they were in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.account import PRINCIPAL
from sim.kinds import Bucket
from sim.results.record import Record
from sim.results.sheet import Sheet
from sim.rows import Table
from sim.units import NEVER

if TYPE_CHECKING:
    import pandas as pd

GROUPS = ("both", "only_a", "only_b", "neither")
OUTCOMES = {
    "limit_fen": ("fen", "limits on the last day"),
    "principal_fen": ("fen", "principal owed on the last day"),
    "late_31": ("count", "accounts 31 or more days past due at the last month end"),
    "charged_off": ("count", "accounts charged off"),
    "written_off_fen": ("fen", "charged off, all kinds"),
    "recovered_fen": ("fen", "recovered of it"),
}
Counts = NDArray[np.int64]

_LATE_31 = (Bucket.M2, Bucket.M3, Bucket.M4, Bucket.M5, Bucket.M6)


class Standings(NamedTuple):
    """What became of each user, shape (users,); users in the order of their numbers."""

    let_in: NDArray[np.bool_]  # an account was opened, now or before the run
    outcomes: dict[str, Counts]  # by name, as OUTCOMES has them

    @classmethod
    def of(cls, record: Record) -> Standings:
        """Return the standings of a replication after its last day, over all products."""
        accounts = record.accounts[np.argsort(record.users["user"], kind="stable")]
        return cls((accounts["opened_on"] != NEVER).any(axis=1), _outcomes(accounts))

    @classmethod
    def of_accounts(cls, rows: pd.DataFrame) -> Standings:
        """Return the standings from a table of accounts of one replication; see `Run.accounts`."""
        names = [name.name.lower() for name in _LATE_31]
        owed = sum(rows[f"{name}_fen"].astype(np.int64) for name in PRINCIPAL)
        columns = {
            "limit_fen": rows["limit_fen"],
            "principal_fen": owed,
            "late_31": rows["bucket"].astype(str).isin(names),
            "charged_off": rows["charged_off_on"] != NEVER,
            "written_off_fen": rows["written_off_fen"],
            "recovered_fen": rows["recovered_fen"],
        }
        by = rows["user"].to_numpy()
        sums = {name: _by_user(columns[name], by) for name in OUTCOMES}
        return cls(_by_user(rows["opened_on"] != NEVER, by) > 0, sums)


def _by_user(values: Any, users: Counts) -> Counts:
    """Return sums over the accounts of each user, in the order of their numbers."""
    _, at = np.unique(users, return_inverse=True)
    sums = np.zeros(int(at.max()) + 1 if len(at) else 0, dtype=np.int64)
    np.add.at(sums, at, np.asarray(values).astype(np.int64))
    return sums


def swaps(a: Standings, b: Standings, replication: int) -> pa.Table:
    """Return one row a group of users: how many, and how they fared under A and under B."""
    groups = [
        a.let_in & b.let_in,
        a.let_in & ~b.let_in,
        ~a.let_in & b.let_in,
        ~(a.let_in | b.let_in),
    ]
    sheet = Sheet()
    number = np.full(len(GROUPS), replication, dtype=np.int32)
    sheet.add("replication", number, "number", "replication, from 0")
    sheet.add("group", GROUPS, "name", "let in by both, by A or B only, by neither")
    users = np.array([group.sum() for group in groups], dtype=np.int64)
    sheet.add("users", users, "count", "users in the group")
    for label, side in (("a", a), ("b", b)):
        for name, (unit, meaning) in OUTCOMES.items():
            sums = [side.outcomes[name][group].sum() for group in groups]
            values = np.array(sums, dtype=np.int64)
            sheet.add(f"{label}_{name}", values, unit, f"{meaning}, under {label.upper()}")
    return sheet.table()


def _outcomes(accounts: Table) -> dict[str, Counts]:
    late = np.isin(accounts["bucket"], [bucket.value for bucket in _LATE_31])
    found = {
        "limit_fen": accounts["limit"],
        "principal_fen": sum(accounts[name].astype(np.int64) for name in PRINCIPAL),
        "late_31": late,
        "charged_off": accounts["charged_off_on"] != NEVER,
        "written_off_fen": accounts["written_off"],
        "recovered_fen": accounts["recovered"],
    }
    return {name: found[name].astype(np.int64).sum(axis=1) for name in OUTCOMES}
