"""The event log: what happened to each logged user, one row an event, in one order whatever ran.

Rows are ordered by day, user and place in the day. How days were cut into stretches, and who
lived them, never shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel, scalar
from sim.draws import Purpose, chance, word
from sim.log import NOTES, Log
from sim.rows import Table, joined
from sim.units import Code, Count, Day, Fen, Number


@dataclass(eq=False, kw_only=True)
class Event:
    """One event; sixteen bytes."""

    user: Annotated[Number, "whose"] = 0
    day: Annotated[Day, "on which simulated day"] = 0
    amount: Annotated[Fen, "how much"] = 0
    sequence: Annotated[Count, "place in the user's day, from 0"] = 0
    kind: Annotated[Code, "what happened (Flow, or Note)"] = 0
    reason: Annotated[Code, "why, or where"] = 0
    product: Annotated[Code, "number of the product"] = 0


class Sink(Protocol):
    """Where the events of a run go."""

    def add(self, first: int, events: Table) -> None:
        """Take the events of one stretch, in order; first: its first simulated day."""


class InMemory:
    """Keeps all events."""

    def __init__(self, opening: Table | None = None) -> None:
        """Start with nothing. opening: what logged users held before (`sim.results.position`)."""
        self.opening = opening
        self.parts: list[Table] = []

    def add(self, first: int, events: Table) -> None:  # noqa: ARG002  they say themselves
        """Keep the events of one stretch."""
        self.parts.append(events)

    def all(self) -> Table:
        """Return all events so far, in order."""
        return joined(Event, self.parts)


@kernel
def logged_users(users: Table, seed: int, share_ppm: int) -> NDArray[np.uint8]:
    """Return 1 for each user whose events are kept: a share, keyed by user alone."""
    logged = np.zeros(users.shape[0], dtype=np.uint8)
    for i in range(users.shape[0]):
        fate = word(seed, 0, users[i].user, 0, Purpose.EVENTS.value)
        logged[i] = 1 if chance(fate, share_ppm) else 0
    return logged


@scalar
def keep(log: Log, user: int, day: int, events: Any, at: int) -> int:
    """Move a log into rows of events from `at` on, and empty it; return the next free row.

    events: a table of Event rows, or a list of Event objects.
    """
    for i in range(log.count):
        event = events[at + i]
        event.user = user
        event.day = day
        event.amount = log.amount[i]
        event.sequence = i
        event.kind = log.kind[i]
        event.reason = log.reason[i]
        event.product = log.product[i]
    at += log.count
    log.count = 0
    return at


@kernel
def keep_all(logs: Table, users: Table, day: int, events: Table) -> int:
    """Move the logs of all users into rows of events; return how many rows were filled."""
    at = 0
    for i in range(logs.shape[0]):
        if logs[i].count > NOTES:
            raise OverflowError("more events on one day than a log holds")
        at = keep(logs[i], users[i].user, day, events, at)
    return at


def ordered(parts: Iterable[Table]) -> Table:
    """Return events in their order: by day, user, place in the day."""
    events = joined(Event, parts)
    order = np.lexsort((events["sequence"], events["user"], events["day"]))
    return events[order]
