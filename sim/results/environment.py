"""What users shared as rows: `environment` by day, `circles` and `friends` by 72 hours.

Days of a burn-in are there too, numbered below 0: with them any user's life can be lived again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim import barrier
from sim.day import Environment
from sim.results.record import Record
from sim.results.sheet import Sheet
from sim.rows import columns, outside_name
from sim.user import User

_SHARED = (
    "demand",
    "job_loss",
    "job_found",
    "income",
    "rollout",
    "invitable",
    "collected",
    "factor",
    "pressure",
    "shocks",
)


def environment(record: Record) -> pa.Table:
    """Return one row a simulated day.

    Counts of the eve of the last 72 hours are taken from the totals: the days of a run that was
    taken up again, or in which nobody waits for anybody, hold them in part only.
    """
    days = record.days.copy()
    barrier.meet(days, record.by("totals"), 0, len(days))
    sheet = _dated(record, np.arange(len(days)))
    for column in columns(Environment):
        if column.name in _SHARED:
            values = days[column.name]
            sheet.add(outside_name(column), values, column.unit.name, column.meaning)
    for k, name in enumerate(record.products[1:]):
        seen, waiting = days["rollout_beside"][:, k], days["invitable_beside"][:, k]
        sheet.add(f"rollout_{name}_ppm", seen, "ppm", f"rollout_ppm of {name} (R-A5)")
        sheet.add(f"invitable_{name}", waiting, "count", f"invitable of {name} (R-E2)")
    return sheet.table()


def circles(record: Record) -> pa.Table:
    """Return one row a 72-hour barrier and circle of friends (R-A3); none where none weigh."""
    barriers, count, _ = record.circles.shape
    sheet = _dated(record, (np.arange(barriers) * barrier.DAYS).repeat(count))
    number = np.tile(np.arange(count, dtype=np.int32), barriers)
    sheet.add("circle", number, "number", "circle of friends; users with numbers in a row")
    here, good = record.circles.reshape(-1, 2).astype(np.int32).T
    sheet.add("users", here, "count", "of its users, those in the population on the eve")
    return sheet.add("good", good, "count", "of them, with the line in good standing").table()


def friends(record: Record) -> pa.Table:
    """Return one row a user: what each saw of close friends at each 72-hour barrier (R-F7).

    Lists have an element a barrier, from the first simulated day on.
    """
    order = np.argsort(record.users["user"], kind="stable")
    sheet = Sheet.of(record, len(order))
    sheet.add("user", record.users["user"][order], "number", "user")
    for k, name in enumerate(("good", "active", "late")):
        meaning = next(c.meaning for c in columns(User) if c.name == f"friends_{name}")
        sheet.add_lists(name, record.friends[:, order, k].T, "of 100", f"{meaning}, by 72 hours")
    return sheet.table()


def _dated(record: Record, days: NDArray[Any]) -> Sheet:
    sheet = Sheet.of(record, len(days))
    reported = (days - record.burn_in).astype(np.int32)
    sheet.add("day", reported, "day", "reported days since run.start; below 0 in the burn-in")
    return sheet.add("date", record.dates[days], "date", "calendar day")
