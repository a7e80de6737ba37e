"""Events read back from the files of a run folder, as the rows that they were written from.

Two codes that files call by the same names come back as one of them, so that written again they
give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.events import Event
from sim.kinds import Standing
from sim.results.event_codes import CODES, kind_names, reason_names, rule_names
from sim.results.event_rows import Keys
from sim.results.position import Position
from sim.results.sheet import lower_names
from sim.rows import Table, columns, empty_table, outside_name
from sim.scenario import ScenarioError

Codes = NDArray[np.int64]


def stored_opening(folder: Path, keys: Keys) -> Table:
    """Return what logged users held before the first simulated day: Position rows, in order.

    folder: the run folder's `events`.
    """
    rows = pq.read_table(
        folder / "opening.parquet", filters=[("replication", "=", keys.replication)]
    )
    held = empty_table(Position, rows.num_rows)
    names = {"standing": lower_names(Standing), "product": keys.products}
    for column in columns(Position):
        values = rows[outside_name(column)]
        told = names.get(column.name)
        held[column.name] = values.to_numpy() if told is None else _codes(values, told)
    return held


def stored_events(folder: Path, keys: Keys, before: int) -> Iterator[Table]:
    """Yield the events before a simulated day, a calendar month at a time: Event rows, in order.

    folder: the run folder's `events`.
    """
    chosen = [("replication", "=", keys.replication), ("day", "<", before - keys.burn_in)]
    for path in sorted(folder.glob("[0-9]*.parquet")):
        rows = pq.read_table(path, filters=chosen)
        if rows.num_rows:
            yield _events(rows, keys)


def _events(rows: pa.Table, keys: Keys) -> Table:
    events = empty_table(Event, rows.num_rows)
    for name in ("user", "sequence"):
        events[name] = rows[name].to_numpy()
    events["amount"] = rows["amount_fen"].to_numpy()
    events["day"] = rows["day"].to_numpy() + keys.burn_in
    events["product"] = _codes(rows["product"], keys.products)
    named = {"kind": kind_names(), "reason": reason_names(), "rule": rule_names()}
    told = [_codes(rows[name], known.texts) for name, known in named.items()]
    pairs = _pairs()[tuple(told)]
    if (pairs < 0).any():
        raise ScenarioError(["events: wanted kinds and reasons that are known (found others)"])
    events["kind"], events["reason"] = pairs // CODES, pairs % CODES
    return events


def _codes(values: pa.ChunkedArray, texts: Any) -> Codes:
    """Return where each text stands among known ones; -1 for nothing."""
    kind = pa.string()
    found = pc.index_in(values.cast(kind), value_set=pa.array(list(texts), kind))
    codes: Codes = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    return codes


@cache
def _pairs() -> Codes:
    """Return kind and reason, as kind x CODES + reason, by their names; -1 for nothing last."""
    kinds, reasons, rules = (names.at for names in (kind_names(), reason_names(), rule_names()))
    shape = [len(names().texts) + 1 for names in (kind_names, reason_names, rule_names)]
    pairs = np.full(shape, -1, dtype=np.int64)
    for code in range(CODES * CODES - 1, -1, -1):  # the lowest code of a name stays
        at = divmod(code, CODES)
        if kinds[at] >= 0:
            pairs[kinds[at], reasons[at], rules[at]] = code
    return pairs
