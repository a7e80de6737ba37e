"""The tables of a sweep, made from what is done of it; the same whatever did it in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.results.sheet import Sheet, described
from sim.scenario import ScenarioError
from sim.study.attempt import state_of, value_of
from sim.study.indices import indices
from sim.study.interval import NAN, mean

if TYPE_CHECKING:
    from sim.study.sweep import Sweep


def results_table(sweep: Sweep) -> pa.Table:
    """Return one row a design row and replication."""
    runs = [(row, n) for row in sweep.rows for n in range(sweep.replications(row))]
    outcomes = [sweep.outcome(row, number) for row, number in runs]
    states = [state_of(outcome) for outcome in outcomes]
    sheet = Sheet()
    sheet.add("row", np.array([row.number for row, _ in runs], np.int32), "number", "of the design")
    numbers = np.array([number for _, number in runs], np.int32)
    sheet.add("replication", numbers, "number", "replication, from 0")
    sheet.add("status", [status for status, _ in states], "name", "done, failed, excluded, waiting")
    sheet.add("error", [error for _, error in states], "text", "why it failed; else empty")
    keys = _keys([row.settings for row, _ in runs])
    measured = Sheet()
    for one in sweep.metrics:
        values = np.array([value_of(one, outcome) for outcome in outcomes])
        measured.add(one.name, values, one.unit, "metric on the last day", missing=np.isnan(values))
    return _beside(sheet.table(), keys, measured.table())


def rows_table(sweep: Sweep) -> pa.Table:
    """Return one row a design row and metric: mean over replications and its interval."""
    lines = []
    for row in sweep.rows:
        outcomes = [sweep.outcome(row, n) for n in range(sweep.replications(row))]
        for one in sweep.metrics:
            values = [value_of(one, outcome) for outcome in outcomes]
            known = [value for value in values if not np.isnan(value)]
            found = mean(known) if known else None
            lines.append((row.number, one.name, len(known), len(values) - len(known), found))
    sheet = Sheet()
    sheet.add("row", np.array([line[0] for line in lines], np.int32), "number", "of the design")
    sheet.add("metric", [line[1] for line in lines], "name", "what is measured")
    sheet.add("runs", np.array([line[2] for line in lines], np.int32), "count", "done")
    missing = np.array([line[3] for line in lines], np.int32)
    sheet.add("missing", missing, "count", "failed, excluded or waiting")
    for name in ("estimate", "low", "high"):
        ends = np.array([getattr(line[4], name) if line[4] else NAN for line in lines])
        meaning = f"{name} of the mean over replications"
        sheet.add(name, ends, "as the metric", meaning, missing=np.isnan(ends))
    wanted = sweep.study.precision
    if wanted is not None:
        aims = {aim.metric: aim.half_width for aim in wanted.aims}
        halves = np.array([aims.get(line[1], NAN) for line in lines])
        reached = [
            bool(line[4] and line[4].half_width <= h) for line, h in zip(lines, halves, strict=True)
        ]
        sheet.add("wanted", halves, "as the metric", "half-width", missing=np.isnan(halves))
        sheet.add("reached", np.array(reached), "flag", "it is", missing=np.isnan(halves))
    return sheet.table()


def indices_table(sweep: Sweep) -> pa.Table:
    """Return one row a metric and key. Raises ScenarioError for a design with holes."""
    if sweep.study.design != "indices":
        words = f'wanted "indices", for Sobol indices (found {sweep.study.design})'
        raise ScenarioError([f"{sweep.study.source}: design: {words}"])
    names = [axis.key for axis in sweep.study.axis]
    numbers = range(sweep.study.replications)
    lines: list[dict[str, Any]] = []
    for one in sweep.metrics:
        values = np.array(
            [[value_of(one, sweep.outcome(row, n)) for n in numbers] for row in sweep.rows]
        )
        try:
            found = indices(names, values, seed=sweep.study.seed)
        except ValueError as error:
            raise ScenarioError([f"{sweep.study.source}: {one.name}: {error}"]) from None
        for index in found.indices:
            line: dict[str, Any] = {"metric": one.name, "key": index.key}
            for name, part in (("first", index.first), ("total", index.total)):
                line |= {name: part.estimate, f"{name}_low": part.low, f"{name}_high": part.high}
            lines.append(line | {"noise": found.noise, "variance": found.variance})
    return pa.Table.from_pylist(lines)


def _keys(values: list[dict[str, Any]]) -> pa.Table:
    """Return the keys that rows set as columns; nothing where a row does not set one."""
    names = list(dict.fromkeys(name for row in values for name in row))
    columns, fields = [], []
    for name in names:
        found = [row.get(name) for row in values]
        kinds = {type(value) for value in found if value is not None}
        if kinds == {int, float}:
            found = [None if value is None else float(value) for value in found]
        elif len(kinds) > 1 or kinds & {list, dict}:
            found = [None if value is None else str(value) for value in found]
        column = pa.array(found)
        columns.append(column)
        unit = "as the scenario's key"
        fields.append(described(name, column.type, unit, "key of the scenario", nullable=True))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _beside(*tables: pa.Table) -> pa.Table:
    columns = [column for table in tables for column in table.columns]
    fields = [field for table in tables for field in table.schema]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))
