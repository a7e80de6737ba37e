"""Parquet files: the same rows are the same bytes, and come back as they went in."""

import errno
import itertools

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_records import made_record, small_scenario

from sim.results import parquet, tables
from sim.results.parquet import ParquetFile
from sim.results.sheet import described

KINDS = ["i1", "i2", "i4", "i8", "f8"]


@st.composite
def some_tables(draw):
    rows = draw(st.integers(0, 40))
    columns, fields = [], []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))):
        length = draw(st.sampled_from([0, 3])) if kind != "f8" else 0
        values = draw(arrays(kind, (rows, length) if length else rows))
        column = pa.array(values.reshape(-1))
        if length:
            kind_of_list = pa.list_(pa.field("element", column.type, nullable=False), length)
            column = pa.FixedSizeListArray.from_arrays(column, type=kind_of_list)
        columns.append(column)
        fields.append(described(f"c{number}", column.type, "fen", "some money"))
    names = draw(st.lists(st.sampled_from(["open", "blocked"]), min_size=rows, max_size=rows))
    columns.append(pa.array(names, pa.dictionary(pa.int8(), pa.string())))
    fields.append(described("name", columns[-1].type, "name", "a name"))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def same(one, other):
    """Compare with NaN equal to NaN, and names by what they are."""
    for left, right in zip(one.columns, other.columns, strict=True):
        if pa.types.is_floating(left.type):
            if not np.array_equal(left.to_numpy(), right.to_numpy(), equal_nan=True):
                return False
        elif left.to_pylist() != right.to_pylist():
            return False
    return one.schema.equals(other.schema, check_metadata=True)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(table=some_tables(), cuts=st.lists(st.integers(0, 40)), packed=st.booleans())
def test_tables_come_back_as_they_went_in_however_they_are_cut(
    tmp_path_factory, table, cuts, packed
):
    folder = tmp_path_factory.mktemp("cut")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROWS", 7)
        with ParquetFile(folder / "whole.parquet", table.schema, packed=packed) as file:
            file.add(table)
        edges = sorted({0, table.num_rows, *(min(cut, table.num_rows) for cut in cuts)})
        with ParquetFile(folder / "cut.parquet", table.schema, packed=packed) as file:
            for start, end in itertools.pairwise(edges):
                file.add(table.slice(start, end - start))
    assert same(pq.read_table(folder / "whole.parquet"), table)
    assert (folder / "whole.parquet").read_bytes() == (folder / "cut.parquet").read_bytes()
    groups = pq.ParquetFile(folder / "cut.parquet").metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [
        *[7] * (table.num_rows // 7),
        *([table.num_rows % 7] if table.num_rows % 7 else []),
    ]


@pytest.mark.parametrize("packed", [True, False])
def test_pages_do_not_follow_the_parts_that_rows_came_in(tmp_path, packed):
    """Only columns of more than one page can show it."""
    rows = 70_000
    numbers = np.random.default_rng(1).integers(0, 10**9, rows * 20, dtype=np.int32)
    kind = pa.list_(pa.field("element", pa.int32(), nullable=False), 20)
    column = pa.FixedSizeListArray.from_arrays(pa.array(numbers), type=kind)
    table = pa.Table.from_arrays([column], schema=pa.schema([pa.field("bins", kind)]))
    written = set()
    for size in (rows, 40_001, 999):
        path = tmp_path / "table.parquet"
        with ParquetFile(path, table.schema, packed=packed) as file:
            for start in range(0, rows, size):
                file.add(table.slice(start, size))
        written.add(path.read_bytes())
    assert len(written) == 1


@pytest.mark.parametrize("name", tables.NAMES)
def test_two_writes_give_the_same_bytes_and_say_nothing_of_when_or_where(tmp_path, name):
    written = []
    for place in ("first", "second"):
        (tmp_path / place).mkdir()
        schema, parts = tables.chunks(made_record(small_scenario()), name)
        path = tmp_path / place / f"{name}.parquet"
        with ParquetFile(path, schema, packed=name in tables.LARGE) as file:
            for part in parts:
                file.add(part)
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert set(pq.read_metadata(path).metadata) == {b"ARROW:schema"}
    back = pq.read_schema(path)
    assert back.equals(schema, check_metadata=True)


def test_a_file_that_fails_leaves_nothing(tmp_path):
    schema, parts = tables.chunks(made_record(small_scenario()), "daily")

    def fail():
        with ParquetFile(tmp_path / "daily.parquet", schema) as file:
            file.add(next(parts))
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert not list(tmp_path.iterdir())
