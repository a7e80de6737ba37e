"""From a declared row (`User`, `Account`, `Luck`) to a table, to plain objects, and to views.

A row is a dataclass whose fields are annotated with units, and with a sentence of meaning:
`wallet: Annotated[Fen, "money in the wallet"] = 0`. Columns are laid out by width, widest first,
so that every one is aligned and no byte is lost; those marked `Rare` come after all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.units import Length, Rare, Unit

Table = NDArray[Any]  # shape (rows,) or (rows, products); one named field per column
R = TypeVar("R")


@dataclass(frozen=True)
class Column:
    """One column of a declared row."""

    name: str
    unit: Unit
    length: int  # elements in each row; 0 for a plain number
    meaning: str
    rare: bool = False  # zero in most rows, and last in all


@cache
def columns(row: type) -> tuple[Column, ...]:
    """Return the columns of a declared row, in the order of its declaration."""
    found = []
    for name, hint in get_type_hints(row, include_extras=True).items():
        notes = hint.__metadata__
        unit = next(note for note in notes if isinstance(note, Unit))
        length = next((note.n for note in notes if isinstance(note, Length)), 0)
        meaning = next((note for note in notes if isinstance(note, str)), "")
        rare = any(isinstance(note, Rare) for note in notes)
        found.append(Column(name, unit, length, meaning, rare))
    return tuple(found)


_SUFFIXES = {
    "fen": "_fen",
    "1e-9 fen": "_fen",  # such columns are called `..._nano`
    "ppm": "_ppm",
    "points": "_points",
    "1e-3 point": "_milli_points",
    "1e-3 logit": "_milli",
    "1e-3": "_per_mille",
}


def outside_name(column: Column) -> str:
    """Return the name of a column in files and frames, where the name carries the unit."""
    return column.name + _SUFFIXES.get(column.unit.name, "")


@cache
def row_dtype(row: type) -> np.dtype[np.void]:
    """Return the type of a table of such rows; its size is a multiple of the widest column."""
    return _laid_out(columns(row), *_offsets(row))


@cache
def often_dtype(row: type) -> np.dtype[np.void]:
    """Return the type of such rows up to their rare columns: each is the front of a whole row."""
    widest = max(np.dtype(c.unit.column).itemsize for c in columns(row))
    offsets, end = _offsets(row)
    rare = [offsets[c.name] for c in columns(row) if c.rare]
    size = min(rare) if rare else -(-end // widest) * widest
    return _laid_out(tuple(c for c in columns(row) if not c.rare), offsets, size)


@cache
def rare_dtype(row: type) -> np.dtype[np.void]:
    """Return the type of the rare columns of such rows: each is the back of a whole row."""
    offsets, end = _offsets(row)
    front = often_dtype(row).itemsize
    rare = tuple(c for c in columns(row) if c.rare)
    return _laid_out(rare, {c.name: offsets[c.name] - front for c in rare}, end - front)


@cache
def _offsets(row: type) -> tuple[dict[str, int], int]:
    """Return where each column of a row begins, and how long the row is."""
    widths = {c.name: np.dtype(c.unit.column).itemsize for c in columns(row)}
    widest = max(widths.values())
    offsets, end, rare = {}, 0, False
    # Of one width, arrays come first: what is read every day lies together after them.
    for column in sorted(columns(row), key=lambda c: (c.rare, -widths[c.name], not c.length)):
        if column.rare and not rare:
            end, rare = -(-end // widest) * widest, True
        offsets[column.name] = end
        end += widths[column.name] * max(column.length, 1)
    return offsets, -(-end // widest) * widest


def _laid_out(some: tuple[Column, ...], offsets: dict[str, int], size: int) -> np.dtype[np.void]:
    return np.dtype(
        {
            "names": [c.name for c in some],
            "formats": [_format(column) for column in some],
            "offsets": [offsets[c.name] for c in some],
            "itemsize": size,
        },
        align=True,
    )


def _format(column: Column) -> Any:
    return (column.unit.column, (column.length,)) if column.length else column.unit.column


def empty_table(row: type, *shape: int) -> Table:
    """Return a table of zeroed rows."""
    return np.zeros(shape, dtype=row_dtype(row))


def default_table(row: type, *shape: int) -> Table:
    """Return a table whose rows hold the declared defaults."""
    one = empty_table(row)
    plain = row()
    for column in columns(row):
        one[column.name] = getattr(plain, column.name)
    # Whole rows are copied: a column at a time would go through memory once for each.
    whole = np.frombuffer(one.tobytes(), dtype=np.uint8)
    table = np.empty(shape, dtype=one.dtype)
    table.view(np.uint8).reshape(*shape, -1)[:] = whole
    return table


def of_all_products(table: Table) -> Table:
    """Return counts summed over their last axis, the products; of one product the very rows."""
    if table.shape[-1] == 1:
        return table[..., 0]
    whole = np.zeros(table.shape[:-1], dtype=table.dtype)
    for name in table.dtype.names or ():
        whole[name] = table[name].sum(axis=table.ndim - 1)
    return whole


def joined(row: type, parts: Iterable[Table]) -> Table:
    """Return rows of several tables as one; numpy's own way would lay their columns out anew."""
    tables = list(parts)
    whole = empty_table(row, sum(len(table) for table in tables))
    at = 0
    for table in tables:
        whole[at : at + len(table)] = table
        at += len(table)
    return whole


def as_object(row: type[R], values: np.void) -> R:
    """Return one row of a table as a plain Python object, which may go its own way."""
    return row(**{name: values[name].tolist() for name in values.dtype.names or ()})


def store(thing: Any, table: Table, at: Any) -> None:
    """Write a plain object into a row of a table.

    Raises TypeError for a value that is not whole, ValueError for one out of its column's
    bounds: compiled code would cut either down to the column without a word.
    """
    row: Any = type(thing)
    for column in columns(row):
        value = getattr(thing, column.name)
        for one in value if column.length else (value,):
            if not isinstance(one, int):
                raise TypeError(f"{column.name}: wanted a whole number (found {one!r})")
            if not column.unit.low <= one <= column.unit.high:
                wanted = f"{column.unit.low} to {column.unit.high} {column.unit.name}"
                raise ValueError(f"{column.name}: wanted {wanted} (found {one})")
        table[column.name][at] = value


class Columns:
    """The columns of a table as memory views: elements are Python ints, and writes are checked."""

    def __init__(self, table: Table) -> None:
        for name in table.dtype.names or ():
            column: Any = table[name]
            rows = [memoryview(row) for row in column] if column.ndim > 1 else memoryview(column)
            setattr(self, name, rows)


def view_of(row: type) -> Any:
    """Return a class whose attributes are one row of a table, there and nowhere else.

    Made with `(columns, at)`. Reading gives Python ints, as a dataclass would; writing a value
    that does not fit its column raises ValueError.
    """

    def attribute(name: str) -> property:
        def read(self: Any) -> Any:
            return getattr(self._columns, name)[self._at]

        def write(self: Any, value: int) -> None:
            getattr(self._columns, name)[self._at] = value

        return property(read, write)

    def open_at(self: Any, table_columns: Columns, at: int) -> None:
        self._columns = table_columns
        self._at = at

    body: dict[str, Any] = {column.name: attribute(column.name) for column in columns(row)}
    body["__init__"] = open_at
    body["__doc__"] = f"A row of a table, with the attributes of {row.__name__}."
    return type(f"{row.__name__}View", (), body)
