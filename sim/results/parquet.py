"""Parquet files whose bytes depend on their rows alone, however the rows come in.

Row groups have a fixed number of rows; the file says nothing of when, where or by what it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.disk import sync
from sim.results.final import ROWS


class ParquetFile:
    """A file in the making; it takes its name when it is whole. Raises OSError where disks do."""

    def __init__(
        self,
        path: Path,
        schema: pa.Schema,
        *,
        packed: bool = False,
        plain: Sequence[str] | None = None,
    ) -> None:
        """Start a file.

        packed: for tables of very many rows, none of which says what another does. plain: the
        columns of which that is true.
        """
        self.path = path
        self.rows = 0
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._unfinished = path.with_name(f"{path.name}.unfinished")
        self._sink = pa.OSFile(str(self._unfinished), "wb")
        self._writer = pq.ParquetWriter(
            self._sink, schema, **_layout(schema, packed=packed, plain=plain)
        )

    def add(self, part: pa.Table | pa.RecordBatch) -> None:
        """Add rows."""
        whole = pa.Table.from_batches([part]) if isinstance(part, pa.RecordBatch) else part
        self._waiting.append(whole)
        waiting = sum(table.num_rows for table in self._waiting)
        if waiting >= ROWS:
            self._write(full_groups_only=True)

    def close(self) -> None:
        """Write the last rows and give the file its name."""
        self._write(full_groups_only=False)
        self._writer.close()
        self._sink.close()
        sync(self._unfinished)
        self._unfinished.rename(self.path)

    def abandon(self) -> None:
        """Leave nothing."""
        try:
            self._writer.close()
            self._sink.close()
        except OSError:  # the disk that was full a moment ago still is
            pass
        self._unfinished.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the file, or leave nothing of it if something went wrong."""
        if kind is not None:
            self.abandon()
            return
        try:
            self.close()
        except BaseException:
            self.abandon()
            raise

    def _write(self, *, full_groups_only: bool) -> None:
        rows = pa.concat_tables(self._waiting) if self._waiting else self._schema.empty_table()
        start = 0
        while rows.num_rows - start >= (ROWS if full_groups_only else 1):
            # One chunk a column: pages would follow the chunks.
            group = rows.slice(start, ROWS).combine_chunks()
            self._writer.write_table(group, row_group_size=ROWS)
            start += group.num_rows
        self.rows += start
        self._waiting = [rows.slice(start)] if start < rows.num_rows else []


def _layout(schema: pa.Schema, *, packed: bool, plain: Sequence[str] | None) -> dict[str, Any]:
    layout: dict[str, Any] = {"compression": "zstd", "compression_level": 1}
    if packed:
        # 1.0 s for 1,000,000 users, not 2.3 s.
        plain = [field.name for field in schema if not pa.types.is_dictionary(field.type)]
    if plain is None:
        return layout
    # Bytes of numbers side by side, without a dictionary.
    leaves = [_leaf(schema.field(name)) for name in plain]
    named = [field.name for field in schema if field.name not in plain]
    return layout | {"use_dictionary": named, "use_byte_stream_split": leaves}


def _leaf(field: pa.Field) -> str:
    return (
        f"{field.name}.list.element" if pa.types.is_fixed_size_list(field.type) else str(field.name)
    )
