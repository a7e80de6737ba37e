"""Where a run's tables are: in the files of a folder, or still in the engines' records."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.results.disk import sync
from sim.results.faults import room_to_write

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.results.draft import Draft
    from sim.results.record import Record


class Store(Protocol):
    """Tables by name."""

    @property
    def folder(self) -> Path | None:
        """The run folder, if the tables are in one."""

    @property
    def names(self) -> list[str]:
        """The tables that are there."""

    def table(self, name: str, columns: list[str] | None) -> pa.Table:
        """Return a table, or some of its columns."""

    def record(self, replication: int) -> Record | None:
        """Return a replication that is still in memory, else None."""

    def events(self, user: int | None) -> pa.Table | None:
        """Return the event log, or one user's; None where no events were kept."""

    def event_parts(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield the event log in parts, each in order, with the name of its table."""

    def opening(self) -> pa.Table:
        """Return what logged users held before the first simulated day."""

    def write(self, draft: Draft) -> Path:
        """Finish a draft with these tables and return the run folder."""


class FolderStore:
    """The Parquet files of a run folder."""

    def __init__(self, folder: Path) -> None:
        """Look into a folder that has been verified."""
        self._folder = folder

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self._folder

    @property
    def names(self) -> list[str]:
        """The tables that are there."""
        return sorted(path.stem for path in self._folder.glob("*.parquet"))

    def table(self, name: str, columns: list[str] | None) -> pa.Table:
        """Return a table, or some of its columns."""
        import pyarrow.parquet as pq

        return pq.read_table(self._folder / f"{name}.parquet", columns=columns)

    def record(self, _replication: int) -> None:
        """Return None: a folder holds tables only."""
        return

    def events(self, user: int | None) -> pa.Table | None:
        """Return the event log, or one user's; None where no events were kept."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        chosen = None if user is None else [("user", "=", user)]
        months = sorted((self._folder / "events").glob("[0-9]*.parquet"))
        tables = [pq.read_table(path, filters=chosen) for path in months]
        if not tables:
            return None
        log = pa.concat_tables(tables)
        order = np.argsort(log["replication"].to_numpy(), kind="stable")
        return log if (np.diff(order) == 1).all() else log.take(order)

    def event_parts(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield the event log month by month."""
        import pyarrow.parquet as pq

        for path in sorted((self._folder / "events").glob("[0-9]*.parquet")):
            yield f"events/{path.stem}", pq.read_table(path)

    def opening(self) -> pa.Table:
        """Return what logged users held before the first simulated day."""
        import pyarrow.parquet as pq

        return pq.read_table(self._folder / "events" / "opening.parquet")

    def write(self, draft: Draft) -> Path:
        """Finish a draft with these tables and return the run folder."""
        whole = draft.path / "whole"
        with room_to_write(draft.out):
            shutil.copytree(self._folder, whole)
            sync(*whole.rglob("*"))
            draft.appear(whole)
        return draft.out


class RecordStore:
    """Records of replications, turned into tables when asked."""

    def __init__(self, records: Sequence[Record], made: dict[str, Any]) -> None:
        """Keep records, and what a manifest says of their making."""
        self._records = records
        self._made = made

    @property
    def folder(self) -> None:
        """None: nothing is written yet."""
        return

    @property
    def names(self) -> list[str]:
        """The tables that are there."""
        from sim.results.tables import present

        return sorted(present(self._records[0]))

    def table(self, name: str, columns: list[str] | None) -> pa.Table:
        """Return a table, or some of its columns."""
        import pyarrow as pa

        from sim.results.tables import table

        whole = pa.concat_tables([table(record, name) for record in self._records])
        return whole if columns is None else whole.select(columns)

    def record(self, replication: int) -> Record | None:
        """Return a replication, None for one that there is not."""
        return next((r for r in self._records if r.replication == replication), None)

    def events(self, user: int | None) -> pa.Table | None:
        """Return the event log, or one user's; None where no events were kept."""
        import pyarrow as pa

        from sim.results.event_rows import SCHEMA, Keys, rows_of

        if self._records[0].log is None:
            return None
        tables = [SCHEMA.empty_table()]
        for record in self._records:
            keys = Keys.of(record.scenario, record.replication)
            for part in record.log.parts if record.log is not None else ():
                some = part if user is None else part[part["user"] == user]
                tables.extend(rows_of(some, keys))
        return pa.concat_tables(tables)

    def event_parts(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield the event log, whole."""
        log = self.events(None)
        if log is not None:
            yield "events", log

    def opening(self) -> pa.Table:
        """Return what logged users held before the first simulated day."""
        import pyarrow as pa

        from sim.results.event_rows import Keys, opening_rows

        logs = [(record, record.log.opening) for record in self._records if record.log is not None]
        return pa.concat_tables(
            [
                opening_rows(held, Keys.of(record.scenario, record.replication))
                for record, held in logs
                if held is not None
            ]
        )

    def write(self, draft: Draft) -> Path:
        """Finish a draft with these tables and return the run folder."""
        for record in self._records:
            draft.add(record)
        return draft.finish(**self._made)
