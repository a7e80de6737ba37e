"""What is kept of a run of a sweep: whole numbers from which every metric of its end follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.study.metrics import KEYS, Series

DONE, FAILED = "done", "failed"


class Outcome(NamedTuple):
    """What is kept of a run: whole numbers from which every metric follows."""

    status: str  # DONE or FAILED
    error: str  # "" where it is done
    days: int
    last: Mapping[str, int]  # columns of `daily` on the last day
    total: Mapping[str, int]  # and summed over reported days

    def series(self) -> Series:
        """Return the outcome as a series of one replication that ends on the last day."""
        return Ended(self)


class Ended(Series):
    """A run of which only the end is known."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__({name: np.array([[value]]) for name, value in outcome.last.items()})
        self._outcome = outcome

    def of(self, name: str) -> Any:
        """Return what a name stands for on the last day. Raises ValueError for no column."""
        how, _, column = name.partition(".")
        if how not in ("total", "mean") or column not in self._outcome.total:
            return super().of(name)
        total = np.array([[self._outcome.total[column]]])
        return total if how == "total" else total / self._outcome.days


def outcome_of(daily: Any) -> Outcome:
    """Return what is kept of a `daily` table."""
    names = [name for name in daily.column_names if name not in KEYS]
    columns = {name: daily[name].to_numpy() for name in names}
    last = {name: int(values[-1]) for name, values in columns.items()}
    total = {name: int(values.sum()) for name, values in columns.items()}
    return Outcome(DONE, "", daily.num_rows, last, total)
