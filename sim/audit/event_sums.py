"""What all events of a day or a month add up to, against the tables, where all users are logged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.audit.sources import Part


class EventSums:
    """Counts and amounts of events by reported day, product, segment, kind and reason."""

    def __init__(self, part: Part, limits: np.ndarray) -> None:
        """Start with nothing; limits: of each account before the first simulated day."""
        self.part = part
        self.days = part.scenario.run.days
        users = part.table("users")
        known = users is not None and part.keeps_all_users
        self.segments = part.segments if known else []
        self.products = len(part.products)
        segment = np.zeros(len(limits) // self.products, dtype=np.int64)
        if users is not None and known:
            codes = {name: at for at, name in enumerate(self.segments)}
            segment[:] = users["segment"].map(codes).to_numpy()
        of_each = max(len(self.segments), 1)
        self.width = self.products * of_each
        # The cell of each account: product by product, in each the segments.
        self.cell_of = (segment[:, None] + np.arange(self.products) * of_each).reshape(-1)
        self.limits = limits
        self.count: dict[tuple[str, str], np.ndarray] = {}
        self.amount: dict[tuple[str, str], np.ndarray] = {}
        burn_in = part.scenario.run.burn_in_days
        self.limit = np.zeros((burn_in + self.days, self.width), dtype=np.int64)
        start = np.zeros(self.width, dtype=np.int64)
        np.add.at(start, self.cell_of, limits)
        self.start = start

    def take(
        self, events: pd.DataFrame, account: Any, code: Any, kinds: list[str], amount: Any
    ) -> None:
        """Add events; the limits before them are in place still. account, code: their numbers."""
        day = events["day"].to_numpy().astype(np.int64)
        self._limits(day, account, amount, np.array([kind == "limit" for kind in kinds])[code])
        shown = (day >= 0) & (day < self.days)
        at = day * self.width + self.cell_of[account]
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

    def _limits(self, day: Any, account: Any, amount: Any, rows: Any) -> None:
        day, account, amount = day[rows], account[rows], amount[rows]
        if not len(day):
            return
        order = np.argsort(account, kind="stable")
        whose, after = account[order], amount[order]
        first = np.append(True, whose[1:] != whose[:-1])
        before = np.where(first, self.limits[whose], np.append(0, after[:-1]))
        simulated = day[order] + self.part.scenario.run.burn_in_days
        np.add.at(self.limit, (simulated, self.cell_of[whose]), after - before)

    def of(self, amounts: dict[tuple[str, str], np.ndarray], kind: str, reason: str | None) -> Any:
        """Return a sum by day and cell, shape (days, products x segments)."""
        zero = np.zeros(self.days * self.width, dtype=np.int64)
        found = [v for (k, r), v in amounts.items() if k == kind and reason in {None, r}]
        return sum(found, zero).reshape(self.days, self.width)


def coded(names: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Return a column of names as numbers of names; a missing one is the last, and empty."""
    column = names.astype("category").cat
    texts = [*(str(text) for text in column.categories), ""]
    code = column.codes.to_numpy().astype(np.int64)
    return np.where(code < 0, len(texts) - 1, code), texts
