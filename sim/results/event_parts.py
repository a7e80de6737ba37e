"""Events on their way to the disk: a raw file a stretch, put together to a Parquet file a month.

<draft>/events/0000/opening.npy     what logged users held before the first simulated day
<draft>/events/0000/00000031.npy    the events of a stretch, by its first day; whole or not there
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sim.events import Event
from sim.results.disk import sync
from sim.results.event_rows import PLAIN, SCHEMA, Keys, opening_rows, rows_of
from sim.results.faults import refused, room_to_write
from sim.results.parquet import ParquetFile
from sim.results.position import Position, positions
from sim.rows import Table, row_dtype

if TYPE_CHECKING:
    from sim.engines.state import State
    from sim.results.record import Record

FOLDER = "events"
OPENING = "opening"


class EventParts:
    """Takes the events of one replication, stretch by stretch (a `sim.events.Sink`)."""

    def __init__(self, out: Path, folder: Path) -> None:
        """Take up the folder of a replication. out: the run folder, for what the disk refuses."""
        self.out = out
        self.folder = folder

    def begin(self, state: State) -> None:
        """Make ready for the days from the state's on: what was written of them goes."""
        with room_to_write(self.out):
            if state.day == 0:
                shutil.rmtree(self.folder, ignore_errors=True)
                self.folder.mkdir(parents=True)
                self._store(OPENING, positions(state))
            for path in self._parts():
                if int(path.stem) >= state.day:
                    path.unlink()

    def take_over(self, opening: Table, past: Iterable[Table]) -> None:
        """Hold what another run left: positions before its first day, and its events in order."""
        with room_to_write(self.out):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self._store(OPENING, opening)
            for events in past:
                self._store(f"{int(events['day'][0]):08d}", events)

    def add(self, first: int, events: Table) -> None:
        """Store the events of one stretch; first: its first simulated day."""
        with room_to_write(self.out):
            self._store(f"{first:08d}", events)

    def opening(self) -> Table:
        """Return what logged users held before the first simulated day."""
        return _load(self.folder / f"{OPENING}.npy", Position)

    def read(self) -> Iterator[Table]:
        """Yield the events of each stretch, in order."""
        return (_load(path, Event) for path in self._parts())

    def _parts(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.npy") if path.stem.isdecimal())

    def _store(self, name: str, rows: Table) -> None:
        unfinished = self.folder / f"{name}.unfinished"
        with unfinished.open("wb") as file:
            np.save(file, np.ascontiguousarray(rows).view(np.uint8), allow_pickle=False)
        sync(unfinished)
        unfinished.rename(self.folder / f"{name}.npy")


class Stored(Protocol):
    """Where the events of a replication are until they are written."""

    def opening(self) -> Table:
        """Return what logged users held before the first simulated day."""

    def read(self) -> Iterator[Table]:
        """Yield the events in order, no part of them from more than one month."""


def write_events(record: Record, parts: Stored, folder: Path) -> None:
    """Write the events of a replication into a new folder: one Parquet file a calendar month.

    They come from the record where it kept them, else from the parts. Raises OSError.
    """
    keys = Keys.of(record.scenario, record.replication)
    kept = record.log
    held = parts.opening() if kept is None or kept.opening is None else kept.opening
    folder.mkdir()
    start = opening_rows(held, keys)
    with ParquetFile(folder / f"{OPENING}.parquet", start.schema) as file:
        file.add(start)
    stretches = parts.read() if kept is None else iter(kept.parts)
    months = _by_month(stretches, keys)
    month, some = next(months, ("", iter(())))
    for name in keys.months(len(record.dates)):
        with ParquetFile(folder / f"{name}.parquet", SCHEMA, plain=PLAIN) as file:
            if name == month:
                for events in some:
                    for rows in rows_of(events, keys):
                        file.add(rows)
                month, some = next(months, ("", iter(())))


def _by_month(stretches: Iterable[Table], keys: Keys) -> Iterator[tuple[str, Iterator[Table]]]:
    """Yield the stretches of each month that has events; no stretch goes beyond a month's end."""
    filled = (events for events in stretches if len(events))
    return groupby(filled, lambda events: keys.month_of(int(events["day"][0])))


def _load(path: Path, row: type) -> Table:
    try:
        rows: Table = np.load(path, allow_pickle=False).view(row_dtype(row))
    except (OSError, ValueError, EOFError) as error:
        raise refused(path, "the events that were stored", f"{error}") from None
    return rows
