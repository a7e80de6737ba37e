"""The state after the last day as rows: `users` and `accounts`, made a row group at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.kinds import AutoDebit, Bucket, Hold, Proof, Standing, Status, Way
from sim.plan import account_row_of
from sim.results.record import Record
from sim.results.sheet import described, lower_names
from sim.rows import Column, Table, columns, outside_name
from sim.sample import chosen_users
from sim.user import User

ROWS = 65_536  # of a row group
BLOCK = 4_096  # rows that are turned into columns at a time: they stay in the second cache

_SEXES = ["female", "male"]
_KIND_NAMES = {
    "status": lower_names(Status),
    "auto_debit": lower_names(AutoDebit),
    "sex": _SEXES,
    "standing": lower_names(Standing),
    "bucket": lower_names(Bucket),
    "way": lower_names(Way),
    "hold": lower_names(Hold),
    "proof": lower_names(Proof),
}
_REPLICATION = described("replication", pa.int32(), "number", "replication, from 0")
_USER = described(
    "user", pa.int32(), "number", "0 .. users - 1, in every table and file; never used twice"
)


@dataclass(frozen=True)
class Final:
    """A table of final states: its schema, and its rows batch by batch."""

    schema: pa.Schema
    batches: Callable[[], Iterator[pa.RecordBatch]]  # of up to ROWS rows each

    def table(self) -> pa.Table:
        """Return all rows at once."""
        return pa.Table.from_batches(self.batches(), schema=self.schema)


def users(record: Record) -> Final:
    """Return the users of a run after its last day, in the order of their numbers."""
    names = _KIND_NAMES | {"region": record.scenario.population.regions, "segment": record.segments}
    fields = [_field(column, names) for column in columns(User)]
    schema = pa.schema([_REPLICATION, *fields])

    def batches() -> Iterator[pa.RecordBatch]:
        order = _order(record)
        for start in range(0, len(order), ROWS):
            rows = record.users[_part(order, start)]
            keys = [_constant(record.replication, len(rows))]
            yield _batch(keys, rows, schema, names)

    return Final(schema, batches)


def accounts(record: Record) -> Final:
    """Return the accounts of those users after the last day, one row a user and product."""
    row = account_row_of(record.scenario)
    fields = [_field(column, _KIND_NAMES) for column in columns(row)]
    kind = pa.dictionary(pa.int8(), pa.string())
    product = described("product", kind, "name", "product (product.name)")
    schema = pa.schema([_REPLICATION, _USER, product, *fields])
    products = len(record.products)

    def batches() -> Iterator[pa.RecordBatch]:
        order = _order(record)
        for start in range(0, len(order), ROWS):
            part = _part(order, start)
            rows = record.held.rows(part).reshape(-1)
            numbers = record.users["user"][part].repeat(products)
            which = np.tile(np.arange(products, dtype=np.int8), len(rows) // products)
            keys = [
                _constant(record.replication, len(rows)),
                pa.array(numbers),
                pa.DictionaryArray.from_arrays(which, record.products),
            ]
            yield _batch(keys, rows, schema, _KIND_NAMES)

    return Final(schema, batches)


def _order(record: Record) -> NDArray[np.intp]:
    """Return the rows that go into the files, by number of user."""
    numbers = record.users["user"]
    chosen = chosen_users(numbers, record.scenario.run.seed, record.scenario.output.users_ppm)
    rows = np.flatnonzero(chosen)
    return rows[np.argsort(numbers[rows], kind="stable")]


def _part(order: NDArray[np.intp], start: int) -> Any:
    """Return one row group's rows; a slice where they lie side by side, which copies nothing."""
    part = order[start : start + ROWS]
    if part[-1] - part[0] + 1 == len(part) and (np.diff(part) == 1).all():
        return slice(int(part[0]), int(part[-1]) + 1)
    return part


def _field(column: Column, names: dict[str, list[str]]) -> pa.Field:
    kind = pa.from_numpy_dtype(np.dtype(column.unit.column))
    unit = column.unit.name
    if column.length:
        kind = pa.list_(pa.field("element", kind, nullable=False), column.length)
    if column.name in names:
        kind, unit = pa.dictionary(pa.int8(), pa.string()), "name"
    if unit == "day":
        unit = "day since the first simulated day"
    return described(outside_name(column), kind, unit, column.meaning)


def _batch(
    keys: list[pa.Array], rows: Table, schema: pa.Schema, names: dict[str, list[str]]
) -> pa.RecordBatch:
    arrays = [*keys]
    turned = _turned(rows)
    for field, (name, values) in zip(list(schema)[len(keys) :], turned.items(), strict=True):
        if name in names:
            arrays.append(pa.DictionaryArray.from_arrays(values, names[name]))
        elif values.ndim > 1:
            arrays.append(
                pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), type=field.type)
            )
        else:
            arrays.append(pa.array(values))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _turned(rows: Table) -> dict[str, NDArray[Any]]:
    """Return the columns of a table, each in memory of its own."""
    names = rows.dtype.names or ()
    turned = {name: np.empty(rows[name].shape, rows[name].dtype) for name in names}
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        for name, column in turned.items():
            column[start : start + BLOCK] = block[name]
    return turned


def _constant(number: int, rows: int) -> pa.Array:
    return pa.array(np.full(rows, number, dtype=np.int32))
