"""A table in the making: each column comes with its unit and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.results.record import Record

Values = NDArray[Any] | Sequence[str]


def described(
    name: str, kind: pa.DataType, unit: str, meaning: str, *, nullable: bool = False
) -> pa.Field:
    """Return a column's declaration, with unit and description in its metadata."""
    return pa.field(name, kind, nullable=nullable, metadata={"unit": unit, "description": meaning})


class Sheet:
    """Columns in order, added one by one; every one has the same number of rows."""

    def __init__(self) -> None:
        self._fields: list[pa.Field] = []
        self._columns: list[pa.Array] = []

    @classmethod
    def of(cls, record: Record, rows: int) -> Self:
        """Return a sheet that starts with the key that every table starts with."""
        replication = np.full(rows, record.replication, dtype=np.int32)
        return cls().add("replication", replication, "number", "replication, from 0")

    def add(
        self,
        name: str,
        values: Values,
        unit: str,
        meaning: str,
        *,
        missing: NDArray[np.bool_] | None = None,
    ) -> Self:
        """Add a column. missing: the rows that have no value."""
        # Names by themselves: none of them would be taken for no numbers.
        kind = None if isinstance(values, np.ndarray) else np.str_
        column = pa.array(np.asarray(values, dtype=kind), mask=missing)
        nullable = missing is not None
        self._fields.append(described(name, column.type, unit, meaning, nullable=nullable))
        self._columns.append(column)
        return self

    def add_lists(self, name: str, values: NDArray[Any], unit: str, meaning: str) -> Self:
        """Add a column of lists of one length, shape (rows, elements)."""
        flat = pa.array(np.ascontiguousarray(values).reshape(-1))
        kind = pa.list_(pa.field("element", flat.type, nullable=False), values.shape[1])
        self._fields.append(described(name, kind, unit, meaning))
        self._columns.append(pa.FixedSizeListArray.from_arrays(flat, type=kind))
        return self

    def add_share(
        self,
        name: str,
        part: NDArray[Any],
        whole: NDArray[Any],
        meaning: str,
        *,
        unit: str = "share",
    ) -> Self:
        """Add `part / whole` as a float column; no value where `whole` is 0."""
        missing = whole == 0
        shares = part / np.where(missing, 1, whole)
        return self.add(name, shares, unit, meaning, missing=missing)

    def add_mean_fen(
        self, name: str, amount: NDArray[Any], count: NDArray[Any], meaning: str
    ) -> Self:
        """Add `amount / count` in whole fen; no value where `count` is 0."""
        missing = count == 0
        mean = np.rint(amount / np.where(missing, 1, count)).astype(np.int64)
        return self.add(name, mean, "fen", f"{meaning}, to the nearest fen", missing=missing)

    def table(self) -> pa.Table:
        """Return the finished table."""
        return pa.Table.from_arrays(self._columns, schema=pa.schema(self._fields))


def names_at(names: Sequence[str], codes: NDArray[Any]) -> NDArray[np.str_]:
    """Return the name for each code."""
    all_names: NDArray[np.str_] = np.asarray(names, dtype=np.str_)
    named: NDArray[np.str_] = all_names[codes]
    return named


def lower_names(kind: Any) -> list[str]:
    """Return the names of an enumeration's members as files have them, by number."""
    return [member.name.lower() for member in kind]


def add_product(sheet: Sheet, record: Record, product: NDArray[np.intp]) -> Sheet:
    """Add the key of the products, by number."""
    names = names_at(record.products, product)
    return sheet.add("product", names, "name", "product (product.name)")
