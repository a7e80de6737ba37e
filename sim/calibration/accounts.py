"""Accounts as a bank's monthly files show them: limit, age, bills, payments and status labels.

Months run forwards. The payment of a month pays the bill of the month before, and the label of a
month tells how the bill of that month was paid (UCI data set 350, its README).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.scenario import ScenarioError

MONTHS = ("2005-04", "2005-05", "2005-06", "2005-07", "2005-08", "2005-09")
FINANCE_RATE = 0.0164  # a month, of the carried balance
CLASSES = ("no_bill", "none", "minimum", "partial", "full")
STATES = ("inactive", "transactor", "revolver", "late", "deep_late")

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_FILES = {  # columns of the data set, from April to September
    "bill": [f"BILL_AMT{k}" for k in range(6, 0, -1)],
    "paid": [f"PAY_AMT{k}" for k in range(6, 0, -1)],
    "label": [f"PAY_{k}" for k in (6, 5, 4, 3, 2, 0)],
}


@dataclass(frozen=True)
class Accounts:
    """Six months of accounts; one row a client, one column a month, money in whole units."""

    limit: Floats  # shape (clients,), above 0
    age: Floats  # years
    bill: Floats  # shape (clients, 6), issued in the month; negative for a credit balance
    paid: Floats  # cash of the month
    label: Codes  # -2 .. 8; the last month is coded differently in the data

    def some(self, chosen: NDArray[np.bool_]) -> Accounts:
        """Return the accounts of some clients."""
        money = (part[chosen] for part in (self.limit, self.age, self.bill, self.paid))
        limit, age, bill, paid = money
        return Accounts(limit, age, bill, paid, self.label[chosen])

    @cached_property
    def used(self) -> Floats:
        """Bill over limit, shape (clients, 6)."""
        return self.bill / self.limit[:, None]

    @cached_property
    def payment(self) -> Floats:
        """What was paid of the first five bills, shape (clients, 5)."""
        return self.paid[:, 1:]

    @cached_property
    def billed(self) -> NDArray[np.bool_]:
        """Tell which of the first five bills ask for something, shape (clients, 5)."""
        return self.bill[:, :5] > 0

    @cached_property
    def ratio(self) -> Floats:
        """Payment over bill of the first five bills; NaN without one, shape (clients, 5)."""
        due = np.where(self.billed, self.bill[:, :5], np.nan)
        return self.payment / due

    @cached_property
    def payment_class(self) -> Codes:
        """Index into CLASSES of the first five bills, shape (clients, 5)."""
        return payment_classes(self.bill[:, :5], self.payment)

    @cached_property
    def status(self) -> Codes:
        """Index into STATES, shape (clients, 6)."""
        return np.searchsorted([-1, 0, 1, 3], self.label, side="right")

    @cached_property
    def late(self) -> NDArray[np.bool_]:
        """Tell who is late in April to August, shape (clients, 5)."""
        return self.label[:, :5] > 0

    @cached_property
    def charge(self) -> Floats:
        """New charges of May to September, interest and fees included, shape (clients, 5)."""
        return self.bill[:, 1:] - self.bill[:, :5] + self.payment

    @cached_property
    def charge_ratio(self) -> Floats:
        """New charges over limit, shape (clients, 5)."""
        return self.charge / self.limit[:, None]


def payment_classes(due: Floats, paid: Floats) -> Codes:
    """Return how bills were paid, as indices into CLASSES; `paid` is that of the next month."""
    least = np.maximum(1000, 0.02 * due) + FINANCE_RATE * due
    found = np.full(due.shape, CLASSES.index("partial"))
    found[paid <= 1.4 * least] = CLASSES.index("minimum")
    found[paid >= 0.98 * due] = CLASSES.index("full")
    found[paid <= 0] = CLASSES.index("none")
    found[due <= 0] = CLASSES.index("no_bill")
    return found


def read_accounts(file: str | Path) -> Accounts:
    """Return the accounts of a Parquet file with the columns of UCI data set 350.

    Raises ScenarioError for a file that lacks one.
    """
    wanted = ["LIMIT_BAL", "AGE", *(name for names in _FILES.values() for name in names)]
    try:
        table = pq.read_table(file)
    except (OSError, ValueError) as fault:
        raise ScenarioError(
            [f"{file}: wanted a Parquet file of accounts (found {fault})"]
        ) from None
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        raise ScenarioError([f"{file}: wanted the columns of UCI 350 (found no {missing[0]})"])
    many = {
        part: np.stack([table[name].to_numpy() for name in names], axis=1)
        for part, names in _FILES.items()
    }
    return Accounts(
        table["LIMIT_BAL"].to_numpy().astype(np.float64),
        table["AGE"].to_numpy().astype(np.float64),
        many["bill"].astype(np.float64),
        many["paid"].astype(np.float64),
        many["label"].astype(np.int64),
    )
