"""The tables of a comparison: differences by metric and day, swap sets, the days behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.results.sheet import Sheet
from sim.study.difference import bounds, differences, differences_apart
from sim.study.metrics import Metric, Series
from sim.study.work import BOOKS, Lived


def differences_table(
    label: str,
    metrics: Sequence[Metric],
    a: Series,
    b: Series,
    dates: Any,
    level: float,
    paired: bool = True,
) -> pa.Table:
    """Return one row a metric and day. paired: the replications of A and B share their luck."""
    days = a.shape[1]
    runs = min(a.shape[0], b.shape[0])
    of_metric = _of_metric if paired else _of_metric_apart
    each = [of_metric(one, a, b, level) for one in metrics]
    columns = {name: np.concatenate([part[name] for part in each]) for name in each[0]}
    sheet = Sheet()
    sheet.add("scenario", [label] * (days * len(metrics)), "name", "compared with A")
    sheet.add("metric", np.repeat([m.name for m in metrics], days), "name", "what is compared")
    sheet.add("unit", np.repeat([m.unit for m in metrics], days), "name", "of the metric")
    day = np.tile(np.arange(days, dtype=np.int32), len(metrics))
    sheet.add("day", day, "day", "reported days since run.start, from 0")
    sheet.add("date", np.tile(dates.to_numpy(), len(metrics)), "date", "calendar day")
    meaning = "replications of each" if paired else "replications of the one that has fewer"
    sheet.add("runs", np.full(len(day), runs, dtype=np.int32), "count", meaning)
    sheet.add("paired", np.full(len(day), paired), "flag", "they share their luck")
    for name, meaning in _MEANINGS.items():
        values = columns[name]
        sheet.add(name, values, "as the metric", meaning, missing=np.isnan(values))
    return sheet.table()


_MEANINGS = {
    "of_a": "mean of A",
    "of_b": "mean of the scenario",
    "difference": "mean difference to A, paired",
    "low": "lower end of its interval",
    "high": "upper end of its interval",
    "variance_ratio": "variance of the difference of independent runs over that of these pairs",
    "higher": "share of replications in which it is above A",
    "higher_low": "lower end of its interval, exact",
    "higher_high": "upper end of its interval, exact",
    "lower": "share of replications in which it is below A",
    "better": "probability that it is better for the lender; nothing where no side is",
    "better_low": "lower end of its interval, exact",
    "better_high": "upper end of its interval, exact",
}


def _of_metric(asked: Metric, a: Series, b: Series, level: float) -> dict[str, NDArray[Any]]:
    """Return all columns of one metric, one value a day."""
    one, other = (asked.values(side).astype(np.float64) for side in (a, b))
    runs, days = one.shape
    found = differences(one, other, level)
    defined = ~np.isnan(found.difference)
    nothing = np.full(days, np.nan)
    shares = {
        name: (counts / runs, *bounds(counts, runs, level))
        for name, counts in (("higher", found.higher), ("lower", found.lower))
    }
    better = {1: shares["higher"], -1: shares["lower"]}.get(asked.sense, (nothing,) * 3)
    columns = {
        "of_a": found.of_a,
        "of_b": found.of_b,
        "difference": found.difference,
        "low": found.difference - found.half_width,
        "high": found.difference + found.half_width,
        "variance_ratio": found.variance_ratio,
        "higher": shares["higher"][0],
        "higher_low": shares["higher"][1],
        "higher_high": shares["higher"][2],
        "lower": shares["lower"][0],
        "better": better[0],
        "better_low": better[1],
        "better_high": better[2],
    }
    return {name: np.where(defined, values, np.nan) for name, values in columns.items()}


def _of_metric_apart(asked: Metric, a: Series, b: Series, level: float) -> dict[str, NDArray[Any]]:
    """Return the same of runs that do not pair; shares are of all pairs of runs, without bounds."""
    one, other = (asked.values(side).astype(np.float64) for side in (a, b))
    found = differences_apart(one, other, level)
    defined = ~np.isnan(found.difference)
    nothing = np.full(one.shape[1], np.nan)
    higher, lower = (counts / (len(one) * len(other)) for counts in (found.higher, found.lower))
    columns = dict.fromkeys(_MEANINGS, nothing) | {
        "of_a": found.of_a,
        "of_b": found.of_b,
        "difference": found.difference,
        "low": found.difference - found.half_width,
        "high": found.difference + found.half_width,
        "higher": higher,
        "lower": lower,
        "better": {1: higher, -1: lower}.get(asked.sense, nothing),
    }
    return {name: np.where(defined, values, np.nan) for name, values in columns.items()}


def swap_sets_table(labels: Sequence[str], results: Sequence[Lived]) -> pa.Table:
    """Return the swap sets of every scenario but A, replication by replication."""
    parts = [
        labelled(one.swaps[k], label, "compared with A")
        for k, label in enumerate(labels)
        for one in results
    ]
    return pa.concat_tables(parts)


def daily_table(labels: Sequence[str], results: Sequence[Lived]) -> pa.Table:
    """Return `daily` of every scenario, replication by replication."""
    parts = [
        labelled(one.daily[k], label, "which one")
        for k, label in enumerate(labels)
        for one in results
    ]
    return pa.concat_tables(parts)


def books_tables(labels: Sequence[str], results: Sequence[Lived]) -> dict[str, pa.Table]:
    """Return the tables of BOOKS of every scenario, replication by replication."""
    return {
        name: pa.concat_tables(
            labelled(one.books[k * len(BOOKS) + at], label, "which one")
            for k, label in enumerate(labels)
            for one in results
        )
        for at, name in enumerate(BOOKS)
    }


def labelled(table: pa.Table, label: str, meaning: str) -> pa.Table:
    """Return a table with the scenario's label as its first column."""
    names = np.full(table.num_rows, label)  # text even where there is no row
    column = Sheet().add("scenario", names, "name", meaning).table()
    return table.add_column(0, column.schema.field(0), column.column(0))
