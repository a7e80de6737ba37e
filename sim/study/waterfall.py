"""From A to B lever by lever: what each changed key does to a figure, adding up to the fen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from sim.results.sheet import Sheet
from sim.scenario import Scenario, ScenarioError
from sim.scenario.tree import dotted
from sim.study.attribution import Attribution, Group, attribute
from sim.study.interval import LEVEL
from sim.study.levers import levers, mixed
from sim.study.metrics import Metric, Series

Days = Callable[[Scenario], Series]  # of all replications of a scenario


def waterfall(
    a: Scenario,
    b: Scenario,
    metrics: Sequence[Metric],
    days: Days,
    *,
    ends: tuple[Series, Series],
    level: float = LEVEL,
) -> pa.Table | None:
    """Return one row a metric and lever, as of the last day; None where no lever is changed.

    days: runs a scenario that has some of B's keys; each is asked for once. ends: the days of A
    and B. Raises ScenarioError
    for a metric that is not in whole fen or counts, and for keys that contradict each other alone.
    """
    keys = levers(a, b)
    if not keys:
        return None
    known: dict[Group, Series] = {frozenset(): ends[0], frozenset(range(len(keys))): ends[1]}

    def worth(asked: Metric, group: Group) -> list[int]:
        if group not in known:
            known[group] = days(mixed(a, b, [keys[k] for k in sorted(group)]))
        return whole(asked, known[group])

    names = [dotted(key) for key in keys]
    parts = []
    for asked in metrics:
        found = attribute(len(keys), partial(worth, asked), level=level)
        parts.append(_rows(asked.name, names, found))
    return pa.concat_tables(parts)


def whole(asked: Metric, series: Series) -> list[int]:
    """Return a metric of every replication on the last day. Raises ScenarioError for fractions."""
    values = asked.values(series)[:, -1]
    if values.dtype.kind not in "iu":
        raise ScenarioError(
            [f"{asked.name}: wanted a metric in whole fen or counts (found a share)"]
        )
    return [int(value) for value in values]


def _rows(name: str, keys: Sequence[str], found: Attribution) -> pa.Table:
    count = len(keys)
    sheet = Sheet()
    sheet.add("metric", [name] * count, "name", "what is attributed")
    sheet.add("lever", list(keys), "name", "key that differs between A and B")
    parts = np.array(found.parts, dtype=np.int64)
    sheet.add("part", parts, "fen or count", "of B - A, summed over replications; adds up to total")
    sheet.add("total", np.full(count, found.total), "fen or count", "B - A over replications")
    runs = found.luck[0].runs
    sheet.add("runs", np.full(count, runs, dtype=np.int32), "count", "replications")
    for column, end in (("mean", "estimate"), ("low", "low"), ("high", "high")):
        values = np.array([getattr(each, end) for each in found.luck])
        meaning = f"{end} of the part of one replication"
        sheet.add(column, values, "fen or count", meaning, missing=np.isnan(values))
    over = found.orders or []
    ends = [each.half_width for each in over] if over else [0.0] * count
    sheet.add(
        "order_half_width",
        np.array(ends),
        "fen or count",
        "half-width over sampled orders of the part of one replication; 0 where all were taken",
    )
    return sheet.table()
