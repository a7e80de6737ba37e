"""Where a run's tables are: in the files of a folder, or still in the engines' records."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

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

    def write(self, draft: Draft) -> Path:
        """Finish a draft with these tables and return the run folder."""
        whole = draft.path / "whole"
        with room_to_write(draft.out):
            shutil.copytree(self._folder, whole)
            sync(*whole.iterdir())
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
        from sim.results.tables import chosen

        return sorted(chosen(self._records[0].scenario.output.tables))

    def table(self, name: str, columns: list[str] | None) -> pa.Table:
        """Return a table, or some of its columns."""
        import pyarrow as pa

        from sim.results.tables import table

        whole = pa.concat_tables([table(record, name) for record in self._records])
        return whole if columns is None else whole.select(columns)

    def write(self, draft: Draft) -> Path:
        """Finish a draft with these tables and return the run folder."""
        for record in self._records:
            draft.add(record)
        return draft.finish(**self._made)
