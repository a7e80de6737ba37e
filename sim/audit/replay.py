"""What logged users hold, event by event, from their opening to the accounts that were left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.audit.event_sums import EventSums, coded
from sim.audit.event_totals import check_sums
from sim.audit.finals import PLACES
from sim.audit.sources import Part
from sim.results.events import MOVES

AMOUNTS = list(MOVES)
OWN = "money_fen"


class Replay:
    """What the logged users of a replication hold, event by event."""

    def __init__(self, part: Part, opening: pd.DataFrame) -> None:
        """Start with what they held before the first simulated day."""
        self.part = part
        self.products = len(part.products)
        users = opening["user"].to_numpy()
        at = self._accounts(users, opening["product"])
        rows = int(part.scenario.run.users)
        self.known = np.zeros(rows, dtype=bool)
        self.known[users] = True
        rows *= self.products
        self.held = {name: np.zeros(rows, dtype=np.int64) for name in (*AMOUNTS, "limit_fen")}
        for name, amounts in self.held.items():
            amounts[at] = opening[name].to_numpy()
        self.standing = np.full(rows, "none", dtype=object)
        self.standing[at] = opening["standing"].astype(object).to_numpy()
        self.sums = EventSums(part, self.held["limit_fen"])
        self.last = (np.iinfo(np.int64).min, -1, -1)  # day, user, sequence

    def _accounts(self, users: Any, products: pd.Series) -> Any:
        """Return the number of each account; what is a user's own stands with the first."""
        codes = {name: at for at, name in enumerate(self.part.products)}
        product = products.astype(object).map(codes).fillna(-1).to_numpy().astype(np.int64)
        return np.where(product < 0, -1, users.astype(np.int64) * self.products + product)

    def take(self, name: str, events: pd.DataFrame) -> None:
        """Go on with the events of a part."""
        if not len(events):
            return
        self._order(name, events)
        whose = events["user"].to_numpy()
        if not (whose.min() >= 0 and whose.max() < len(self.known) and self.known[whose].all()):
            return
        at = self._accounts(whose, events["product"])
        if (at < 0).any():
            keys = self.part.keys(events, "day", "user", "sequence")
            self.part.findings.at_least(name, keys, "product", at, 0, "a product of the run")
            return
        own = whose.astype(np.int64) * self.products
        code, kinds = coded(events["kind"])
        amount = events["amount_fen"].to_numpy().astype(np.int64)
        for column, (raising, lowering) in MOVES.items():
            sign = np.array([(k in raising) - (k in lowering) for k in kinds], dtype=np.int64)
            self._move(name, events, column, own if column == OWN else at, sign[code] * amount)
        self.sums.take(events, at, code, kinds, amount)
        for note, target, values in (
            ("limit", self.held["limit_fen"], amount),
            ("standing", self.standing, events["reason"].astype(object).to_numpy()),
        ):
            rows = np.array([kind == note for kind in kinds])[code]
            target[at[rows]] = values[rows]  # of several the last

    def _order(self, name: str, events: pd.DataFrame) -> None:
        """Compare places in the day with the count of the user's events, and dates with days."""
        findings, keys = self.part.findings, self.part.keys(events, "day", "user", "sequence")
        day, user, sequence = (
            events[key].to_numpy().astype(np.int64) for key in ("day", "user", "sequence")
        )
        same = np.append(False, (day[1:] == day[:-1]) & (user[1:] == user[:-1]))
        starts = np.maximum.accumulate(np.where(same, 0, np.arange(len(day))))
        wanted = np.arange(len(day)) - starts
        findings.compare(name, keys, "sequence", sequence, wanted, "they count from 0 each day")
        number = day * (2**32) + user
        before = np.append(self.last[0] * 0 + number[0], number[:-1])
        findings.at_least(name, keys, "day, user", number, before, "they come in order")
        first = self.part.dates[0]
        dates = events["date"].to_numpy().astype("M8[D]")
        findings.compare(name, keys, "date", dates, first + day.astype("m8[D]"), "its day")
        found = self.known[np.clip(user, 0, len(self.known) - 1)] & (user < len(self.known))
        findings.compare(name, keys, "user", found, True, "a user whose events are kept")
        amount = events["amount_fen"].to_numpy()
        findings.at_least(name, keys, "amount_fen", amount, 0, "no amount is below 0")

    def _move(self, name: str, events: pd.DataFrame, column: str, whose: Any, moved: Any) -> None:
        """Add up one amount, account by account; at no event may it be below 0."""
        held, touched = self.held[column], np.flatnonzero(moved)
        if not len(touched):
            return
        touched = touched[np.argsort(whose[touched], kind="stable")]
        users, moves = whose[touched], moved[touched]
        running = np.cumsum(moves)
        first = np.append(True, users[1:] != users[:-1])
        base = np.maximum.accumulate(np.where(first, np.arange(len(users)), 0))
        running += held[users] - (running - moves)[base]
        keys = self.part.keys(events, "day", "user", "sequence").iloc[touched]
        self.part.findings.at_least(name, keys, column, running, 0, "no balance falls below 0")
        ends = np.append(first[1:], True)
        held[users[ends]] = running[ends]

    def finish(self) -> None:
        """Compare what events add up to with the users and accounts that were left."""
        check_sums(self.part, self.sums)
        found = self._final()
        if found is None:
            return
        user = found.index.to_numpy() // self.products
        found, user = found[self.known[user]], user[self.known[user]]
        product = np.array(self.part.products)[found.index.to_numpy() % self.products]
        keys = self.part.place(pd.DataFrame({"user": user, "product": product}))
        if self.part.scenario.run.replications > 1:
            keys.insert(0, "replication", self.part.number)
        for column in found:
            held = self.standing if column == "standing" else self.held[str(column)]
            table = "users" if column == OWN else "accounts"
            why = "opening and events of the user"
            there = found[column].notna().to_numpy()  # a user's own: with the first product
            told, wanted = found[column][there], held[found.index[there]]
            self.part.findings.compare(table, keys[there], str(column), told, wanted, why)

    def _final(self) -> pd.DataFrame | None:
        """Return what users hold and owe in `users` and `accounts`, by number of the account."""
        users, accounts = self.part.table("users"), self.part.table("accounts")
        parts: list[pd.DataFrame | pd.Series] = []
        if users is not None:
            here = users["status"] == "here"
            money = (users["wallet_fen"].astype("i8") + users["bank_fen"]).where(here, 0)
            parts.append(money.set_axis(users["user"] * self.products).rename(OWN))
        if accounts is not None:
            at = self._accounts(accounts["user"].to_numpy(), accounts["product"])
            names = [name for name in (*AMOUNTS, "limit_fen", "standing") if name in accounts]
            told = accounts[names].assign(principal_fen=accounts[list(PLACES)].sum(axis=1))
            parts.append(told.set_axis(at))
        return pd.concat(parts, axis=1).sort_index() if parts else None
