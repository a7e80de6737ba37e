"""Instalments of accounts that go on elsewhere: on another day, or in rings of another length."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.account import Account
from sim.day import Environment
from sim.plan import RINGS, account_row_of, next_statement
from sim.rows import Table, empty_table, row_dtype

if TYPE_CHECKING:
    from sim.scenario.sections import Product, Scenario

Ring = NDArray[Any]  # shape (accounts, months to come)


def fitted(scenario: Scenario, accounts: Table, date: dt.date) -> Table:
    """Return accounts before a day, shape (users, products), in the rows of a scenario.

    They may be from one whose longest plan is another. Raises ValueError as `moved` does.
    """
    row = account_row_of(scenario)
    if accounts.dtype == row_dtype(row):
        return accounts
    made = empty_table(row, *accounts.shape)
    for name in made.dtype.names or ():
        if name not in RINGS:
            made[name] = accounts[name]
            continue
        months = made[name].shape[-1]
        for k, product in enumerate(scenario.products):
            anchors = accounts["anchor"][:, k]
            made[name][:, k] = moved(accounts[name][:, k], months, anchors, product, date, date)
    return made


def moved(
    ring: Ring, months: int, anchors: NDArray[Any], terms: Product, then: dt.date, now: dt.date
) -> Ring:
    """Return rings of `months` in which the statements to come bring what those of `ring` would.

    anchors: of the accounts (`Account.anchor`). then, now: the days before which the accounts stand
    and are to stand. Raises ValueError where something is due beyond the months there are.
    """
    old = ring.shape[1]
    first_then, first_now = (
        _next_statements(date, terms)[anchors][:, None] for date in (then, now)
    )
    ahead = np.take_along_axis(ring, (first_then + np.arange(old)) % old, axis=1)
    if ahead[:, months:].any():
        raise ValueError(f"wanted instalments due in up to {months} months (found later ones)")
    made = np.zeros((len(ring), months), dtype=ring.dtype)
    kept = min(old, months)
    np.put_along_axis(made, (first_now + np.arange(kept)) % months, ahead[:, :kept], axis=1)
    return made


def _next_statements(date: dt.date, terms: Product) -> NDArray[np.int64]:
    """Return the month of the next statement as seen before a day, for anchors 0 .. 31."""
    env = Environment(
        day_of_month=date.day,
        month_of_year=date.month - 1,
        month_length=calendar.monthrange(date.year, date.month)[1],
        year=date.year,
    )
    return np.array([next_statement(Account(anchor=day), env, terms) for day in range(32)])
