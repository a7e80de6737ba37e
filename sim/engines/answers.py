"""Checking what an overridden decision returns, before compiled code trusts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.account import Account
from sim.day import OWN_MONEY, WISHES
from sim.kinds import PLACES
from sim.units import MAX_FEN

_WISHED = ("count", "place", "amount", "means", "otherwise", "periods", "apply", "ask")


def check_wishes(wishes: Any, user: int, day: int, accounts: Sequence[Account]) -> None:
    """Raise TypeError or ValueError, naming user, day and column, unless wishes can be answered."""
    products, months = len(accounts), len(accounts[0].ring_principal)
    where = f"user {user}, day {day}: spend"
    if not all(hasattr(wishes, name) for name in _WISHED):
        raise TypeError(f"{where}: wanted Wishes (found {wishes!r})")
    _check(f"{where}: count", wishes.count, 0, WISHES)
    for i in range(wishes.count):
        _check(f"{where}: place.{i}", wishes.place[i], 0, PLACES - 1)
        _check(f"{where}: amount.{i}", wishes.amount[i], 1, MAX_FEN)
        _check(f"{where}: means.{i}", wishes.means[i], OWN_MONEY, products - 1)
        _check(f"{where}: periods.{i}", wishes.periods[i], 0, months)
        _check_order(f"{where}: otherwise.{i}", wishes.otherwise[i], products)
    _check(f"{where}: apply", wishes.apply, 0, (1 << products) - 1)
    _check(f"{where}: ask", wishes.ask, 0, (1 << products) - 1)


def check_payment(payment: Any, user: int, day: int, account: Account) -> None:
    """Raise TypeError or ValueError, naming user and day, unless a payment can be taken."""
    where = f"user {user}, day {day}: repay"
    if not all(hasattr(payment, name) for name in ("amount", "periods", "settle")):
        raise TypeError(f"{where}: wanted a Payment (found {payment!r})")
    _check(f"{where}: amount", payment.amount, 0, MAX_FEN)
    _check(f"{where}: periods", payment.periods, 0, len(account.ring_principal))
    _check(f"{where}: settle", payment.settle, 0, 1)


def _check_order(what: str, value: Any, products: int) -> None:
    _check(what, value, 0, 2**31 - 1)
    while value > 0:
        _check(what, (value & 15) - 1, 0, products - 1)
        value >>= 4


def _check(what: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what}: wanted a whole number (found {value!r})")
    if not low <= value <= high:
        raise ValueError(f"{what}: wanted {low:,} to {high:,} (found {value:,})")
