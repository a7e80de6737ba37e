"""Stretches: runs of days in which nothing depends on other users.

A stretch ends at month ends, before the day on which a policy starts, where a checkpoint is
wanted, and, once users share something, at the 72-hour barriers. How days are cut into stretches
never shows in the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.rows import Table

LONGEST = 31


class Stretch(NamedTuple):
    """Days first .. first + days - 1."""

    first: int
    days: int
    ends_month: bool


def stretches(
    days: Table,
    policy_starts: Sequence[int],
    *,
    start: int = 0,
    longest: int = LONGEST,
    every: int = 0,
    barrier: int = 0,
) -> Iterator[Stretch]:
    """Cut simulated days into stretches, from day `start` on.

    days: Environment rows of the whole run. every: also cut after each so many days of the run, for
    checkpoints; 0 for none. barrier: where users share something, the days between two barriers.
    """
    total = len(days)
    starts = set(policy_starts)
    month_ends = days["day_of_month"] == days["month_length"]
    first = start
    while first < total:
        last = first
        while not (
            last + 1 == total
            or month_ends[last]
            or last + 1 in starts
            or last + 1 - first >= longest
            or (every and (last + 1) % every == 0)
            or (barrier and (last + 1) % barrier == 0)
        ):
            last += 1
        yield Stretch(first, last - first + 1, bool(month_ends[last]))
        first = last + 1
