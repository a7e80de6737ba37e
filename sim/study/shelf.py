"""Where a comparison keeps the runs that are done until it is whole, so that it can be resumed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from sim.results.faults import room_to_write
from sim.study.work import BOOKS, Lived


class Shelf:
    """A folder of what tasks left, by their scenarios and replication; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, scenarios: Sequence[str], replication: int) -> Lived | None:
        """Return what a task left, None if it is not done. scenarios: hashes."""
        place = self._place(scenarios, replication)
        if place is None or not place.is_file():
            return None
        with pa.ipc.open_file(str(place)) as file:
            tables = [_unpacked(column) for column in file.get_batch(0)[0]]
        count = len(scenarios)
        books = count * len(BOOKS) if len(tables) > count * len(BOOKS) else 0
        last = len(tables) - books
        return Lived(tables[:count], tables[count:last], tables[last:])

    def put(self, scenarios: Sequence[str], replication: int, lived: Lived) -> None:
        """Keep what a task left, whole or not at all."""
        place = self._place(scenarios, replication)
        if place is None:
            return
        tables = (*lived.daily, *lived.swaps, *lived.books)
        column = pa.array([_packed(table) for table in tables], pa.binary())
        with room_to_write(place.parent):
            place.parent.mkdir(parents=True, exist_ok=True)
            unfinished = place.with_suffix(".unfinished")
            batch = pa.record_batch({"table": column})
            with (
                pa.OSFile(str(unfinished), "wb") as sink,
                pa.ipc.new_file(sink, batch.schema) as file,
            ):
                file.write_batch(batch)
            unfinished.rename(place)

    def clear(self) -> None:
        """Let go of all that is kept, and of nothing else in the folder."""
        if self.folder is not None and self.folder.is_dir():
            for place in self.folder.glob("*.arrow"):
                place.unlink()
            with suppress(OSError):  # something else is there
                self.folder.rmdir()

    def _place(self, scenarios: Sequence[str], replication: int) -> Path | None:
        if self.folder is None:
            return None
        # BOOKS are part of the key: what another version kept is not taken for one's own.
        key = hashlib.sha256("-".join((*scenarios, *BOOKS)).encode()).hexdigest()
        return self.folder / f"{key}-{replication:06d}.arrow"


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _unpacked(packed: pa.Scalar) -> pa.Table:
    return pa.ipc.open_stream(packed.as_py()).read_all()
