"""The events of shards: kept with each as it is done, and read day by day as those of one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.events import Event, InMemory
from sim.results import checkpoint
from sim.results.position import Position, positions
from sim.rows import Table, joined

if TYPE_CHECKING:
    from sim.engines.state import State

OPENING, EVENTS = "log_opening", "log_events"  # arrays of a shard
NAMES = (OPENING, EVENTS)


def begin(state: State) -> None:
    """Let a state that is before day 0 keep its events in memory."""
    if state.logging:
        state.events = InMemory(positions(state))


def log_arrays(state: State) -> dict[str, NDArray[Any]]:
    """Return the events of a state that has kept them since `begin`, as arrays to be stored."""
    log = state.events
    if not state.logging or not isinstance(log, InMemory):
        return {}
    assert log.opening is not None  # noqa: S101  `begin` has seen to it
    return {OPENING: log.opening, EVENTS: log.all()}


class ShardLogs:
    """The events of the shards of one replication, which stay on the disk."""

    def __init__(self, places: Sequence[Path], days: int) -> None:
        """Take the folders of the shards, in the order of their users; days: simulated ones."""
        self._places = places
        self._days = days

    def opening(self) -> Table:
        """Return what logged users held before the first simulated day, in order."""
        return joined(Position, [checkpoint.mapped(place, OPENING) for place in self._places])

    def read(self) -> Iterator[Table]:
        """Yield the events of each day that has some, in order."""
        logs = [checkpoint.mapped(place, EVENTS) for place in self._places]
        cuts = [np.searchsorted(log["day"], np.arange(self._days + 1)) for log in logs]
        for day in range(self._days):
            some = [log[at[day] : at[day + 1]] for log, at in zip(logs, cuts, strict=True)]
            events = joined(Event, some)
            if len(events):
                yield events
