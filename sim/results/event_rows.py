"""Events as rows of files: one row an event, with the names by which it is called outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.kinds import Standing
from sim.results.event_codes import Names, kind_names, reason_names, rule_names
from sim.results.position import Position
from sim.results.sheet import described, lower_names
from sim.rows import Table, columns, outside_name

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario

ROWS = 65_536  # that are turned into columns at a time

_NAME = pa.dictionary(pa.int8(), pa.string())
_REASONS = pa.dictionary(pa.int16(), pa.string())
SCHEMA = pa.schema(
    [
        described("replication", pa.int32(), "number", "replication, from 0"),
        described(
            "day", pa.int32(), "day", "reported days since run.start, from 0; burn-in below 0"
        ),
        described("date", pa.date32(), "date", "calendar day"),
        described("user", pa.int32(), "number", "whose"),
        described("product", _NAME, "name", "product (product.name); the first for what is none's"),
        described("sequence", pa.int16(), "number", "place in the user's day, from 0"),
        described("kind", _NAME, "name", "what happened (Flow, or Note)"),
        described("amount_fen", pa.int32(), "fen", "how much; of `limit` the new limit"),
        described("reason", _REASONS, "name", "why, where or how, by kind", nullable=True),
        described("rule", _NAME, "name", "rule of the article it stands under", nullable=True),
    ]
)
PLAIN = ["user", "amount_fen"]  # columns without a dictionary in files


class Keys(NamedTuple):
    """What the rows of a replication have in common."""

    replication: int
    first: np.datetime64  # datetime64[D], the first simulated day
    burn_in: int
    products: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario, replication: int) -> Keys:
        """Return the keys of one replication."""
        run = scenario.run
        first = np.datetime64(run.start, "D") - np.timedelta64(run.burn_in_days, "D")
        labels = tuple(product.label for product in scenario.products)
        return cls(replication, first, run.burn_in_days, labels)

    def months(self, days: int) -> list[str]:
        """Return the calendar months of so many simulated days, such as 2024-01."""
        dates = self.first + np.arange(days).astype("m8[D]")
        return [str(month) for month in np.unique(dates.astype("M8[M]"))]

    def month_of(self, day: int) -> str:
        """Return the calendar month of a simulated day."""
        return str((self.first + np.timedelta64(day, "D")).astype("M8[M]"))


def rows_of(events: Table, keys: Keys) -> Iterator[pa.Table]:
    """Return events as rows of files, some at a time."""
    for start in range(0, len(events), ROWS):
        yield _rows(events[start : start + ROWS], keys)


def _rows(some: Table, keys: Keys) -> pa.Table:
    kind, reason, day = (np.ascontiguousarray(some[name]) for name in ("kind", "reason", "day"))
    arrays = [
        pa.array(np.full(len(some), keys.replication, dtype=np.int32)),
        pa.array(day - np.int32(keys.burn_in)),
        pa.array(keys.first + day.astype("m8[D]")),
        pa.array(np.ascontiguousarray(some["user"])),
        pa.DictionaryArray.from_arrays(
            pa.array(np.ascontiguousarray(some["product"])), pa.array(keys.products)
        ),
        pa.array(np.ascontiguousarray(some["sequence"])),
        _named(kind_names(), kind, reason, np.int8),
        pa.array(np.ascontiguousarray(some["amount"])),
        _named(reason_names(), kind, reason, np.int16),
        _named(rule_names(), kind, reason, np.int8),
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _named(names: Names, kind: NDArray[Any], reason: NDArray[Any], width: Any) -> pa.Array:
    codes = names.at[kind, reason]
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(width), mask=codes < 0), pa.array(names.texts)
    )


def opening_rows(held: Table, keys: Keys) -> pa.Table:
    """Return what logged users held before the first simulated day, one row a user and product."""
    names = {"standing": lower_names(Standing), "product": keys.products}
    fields = [described("replication", pa.int32(), "number", "replication, from 0")]
    arrays: list[pa.Array] = [pa.array(np.full(len(held), keys.replication, dtype=np.int32))]
    for column in columns(Position):
        values = pa.array(np.ascontiguousarray(held[column.name]))
        unit = column.unit.name
        if column.name in names:
            told = pa.array(names[column.name])
            values, unit = pa.DictionaryArray.from_arrays(values, told), "name"
        fields.append(described(outside_name(column), values.type, unit, column.meaning))
        arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))
