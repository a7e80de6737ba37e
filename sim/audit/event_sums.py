"""What all events of a day or a month add up to, against the tables, where all users are logged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.audit.sources import Part


class EventSums:
    """Counts and amounts of events by reported day, segment, kind and reason."""

    def __init__(self, part: Part, limits: np.ndarray) -> None:
        """Start with nothing; limits: of each user before the first simulated day."""
        self.part = part
        self.days = part.scenario.run.days
        users = part.table("users")
        known = users is not None and part.keeps_all_users
        self.segments = part.segments if known else []
        self.segment_of = np.zeros(len(limits), dtype=np.int64)
        if users is not None and known:
            codes = {name: at for at, name in enumerate(self.segments)}
            self.segment_of[:] = users["segment"].map(codes).to_numpy()
        self.width = max(len(self.segments), 1)
        self.limits = limits
        self.count: dict[tuple[str, str], np.ndarray] = {}
        self.amount: dict[tuple[str, str], np.ndarray] = {}
        burn_in = part.scenario.run.burn_in_days
        self.limit = np.zeros((burn_in + self.days, self.width), dtype=np.int64)
        start = np.zeros(self.width, dtype=np.int64)
        np.add.at(start, self.segment_of, limits)
        self.start = start

    def take(self, events: pd.DataFrame, code: Any, kinds: list[str], amount: Any) -> None:
        """Add events; the limits before them are in place still. code: of kinds."""
        day, user = events["day"].to_numpy().astype(np.int64), events["user"].to_numpy()
        self._limits(day, user, amount, np.array([kind == "limit" for kind in kinds])[code])
        shown = (day >= 0) & (day < self.days)
        at = day * self.width + self.segment_of[user]
        why, reasons = coded(events["reason"])
        pair = code * len(reasons) + why
        cells = self.days * self.width
        for both in np.unique(pair[shown]):
            rows = (pair == both) & shown
            key = (kinds[both // len(reasons)], reasons[both % len(reasons)])
            number = np.bincount(at[rows], minlength=cells)
            fens = np.bincount(at[rows], amount[rows], minlength=cells).astype(np.int64)
            self.count[key] = self.count.get(key, 0) + number
            self.amount[key] = self.amount.get(key, 0) + fens

    def _limits(self, day: Any, user: Any, amount: Any, rows: Any) -> None:
        day, user, amount = day[rows], user[rows], amount[rows]
        if not len(day):
            return
        order = np.argsort(user, kind="stable")
        whose, after = user[order], amount[order]
        first = np.append(True, whose[1:] != whose[:-1])
        before = np.where(first, self.limits[whose], np.append(0, after[:-1]))
        simulated = day[order] + self.part.scenario.run.burn_in_days
        np.add.at(self.limit, (simulated, self.segment_of[whose]), after - before)

    def of(self, amounts: dict[tuple[str, str], np.ndarray], kind: str, reason: str | None) -> Any:
        """Return a sum by day and segment, shape (days, segments)."""
        zero = np.zeros(self.days * self.width, dtype=np.int64)
        found = [v for (k, r), v in amounts.items() if k == kind and reason in {None, r}]
        return sum(found, zero).reshape(self.days, self.width)


def coded(names: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Return a column of names as numbers of names; a missing one is the last, and empty."""
    column = names.astype("category").cat
    texts = [*(str(text) for text in column.categories), ""]
    code = column.codes.to_numpy().astype(np.int64)
    return np.where(code < 0, len(texts) - 1, code), texts
