"""The same people with the same luck under several scenarios, and what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.results.sheet import Sheet
from sim.scenario import Scenario
from sim.study.difference import bounds, differences
from sim.study.folder import Study, save
from sim.study.interval import LEVEL
from sim.study.levers import check_pairs
from sim.study.metrics import FIGURES, Metric, Series, every, metric
from sim.study.waterfall import waterfall
from sim.study.work import Lived, Task, lived, scenario_files
from sim.study.workers import Told, Workers

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTED = ("risk_adjusted_income_fen", "loss_fen", "receivables_fen")


class Comparison:
    """Differences of B, C, ... against A over paired replications; all tables are pandas frames.

    `differences`: a row a scenario, metric and day. `swap_sets`: a row a scenario, replication and
    group of users. `attribution`: a row a scenario, metric and changed key, or None.
    """

    def __init__(self, study: Study) -> None:
        """Show the tables of a study."""
        self.study = study
        self.tables = study.tables

    @property
    def differences(self) -> pd.DataFrame:
        """Mean of A and B, paired difference and interval, variance ratio, probabilities."""
        return self._frame("differences")

    @property
    def swap_sets(self) -> pd.DataFrame:
        """Users let in by both, by one only, by neither, and how they fared in either world."""
        return self._frame("swap_sets")

    @property
    def attribution(self) -> pd.DataFrame | None:
        """What each changed key contributes; None where that was not asked for."""
        return self._frame("attribution") if "attribution" in self.tables else None

    @property
    def daily(self) -> pd.DataFrame:
        """The days behind it: `daily` of every scenario and replication."""
        return self._frame("daily")

    def summary(self, names: Sequence[str] = ()) -> pd.DataFrame:
        """Return the differences on the last day of some metrics, without the keys of days.

        names: all figures and what was asked for, if empty.
        """
        names = names or [*FIGURES, *self.study.asked["metrics"], *self.study.asked["attribute"]]
        found = self.differences
        last: pd.DataFrame = found[
            (found["day"] == found["day"].max()) & found["metric"].isin(list(names))
        ]
        return last.drop(columns=["day", "date"]).reset_index(drop=True)

    def save(self, out: str | Path) -> Path:
        """Write the tables and scenarios to a folder, whole or not at all, and return it."""
        return save(self.study, out)

    def _frame(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.tables[name].to_pandas(date_as_object=False)
        return frame


def compare(
    a: Scenario,
    *others: Scenario,
    replications: int = 20,
    metrics: Sequence[str] = (),
    attribute: Sequence[str] = (),
    level: float = LEVEL,
    workers: int = 1,
    threads: int | None = None,
    told: Told | None = None,
) -> Comparison:
    """Run scenarios on common random numbers and return what the others change against A.

    metrics: figures or expressions of `sim.study.metrics`, besides all figures and all columns of
    `daily`. attribute: metrics in fen or counts whose difference is split over the changed keys,
    which takes up to 2^levers times as many runs. workers, threads: as for `replicate`. Raises
    ScenarioError where users, days or seed differ, or a scenario cannot be run.
    """
    if not others or replications < 1:
        raise ValueError("wanted two or more scenarios, and at least one replication")
    for other in others:
        check_pairs(a, other)
    scenarios = [a, *others]
    asked_metrics = [metric(name) for name in (*metrics, *attribute)]
    with Workers(workers) as at:

        def days(scenario: Scenario) -> Series:
            runs = _runs([scenario], replications, at, threads, None)
            return Series.of_tables([one.daily[0] for one in runs])

        results = _runs(scenarios, replications, at, threads, told)
        sides = [Series.of_tables([one.daily[k] for one in results]) for k in range(len(scenarios))]
        split = _attribution(scenarios, sides, attribute, days, level) if attribute else {}
    known = {one.name: one for one in (*every(list(sides[0].columns)), *asked_metrics)}
    labels = _labels(len(scenarios))
    dates = results[0].daily[0]["date"]
    tables = {
        "differences": pa.concat_tables(
            [
                _differences(label, list(known.values()), sides[0], side, dates, level)
                for label, side in zip(labels[1:], sides[1:], strict=True)
            ]
        ),
        "swap_sets": _swap_sets(labels[1:], results),
        "daily": _daily(labels, results),
    }
    asked: dict[str, Any] = {
        "replications": replications,
        "metrics": list(metrics),
        "attribute": list(attribute),
        "level": level,
    }
    named = dict(zip(labels, scenarios, strict=True))
    return Comparison(Study("comparison", asked, named, tables | split))


def _labels(count: int) -> list[str]:
    return [chr(ord("a") + k) for k in range(count)]


def _runs(
    scenarios: Sequence[Scenario],
    runs: int,
    workers: Workers,
    threads: int | None,
    told: Told | None,
) -> list[Lived]:
    from sim.estimate import check_memory
    from sim.population import check_inputs

    for scenario in scenarios:
        check_memory(scenario)
        check_inputs(scenario)
    with scenario_files(scenarios) as files:
        tasks = [Task(files, number, workers.threads(threads)) for number in range(runs)]
        return workers.in_order(lived, tasks, told)


def _differences(
    label: str, metrics: Sequence[Metric], a: Series, b: Series, dates: Any, level: float
) -> pa.Table:
    """Return one row a metric and day."""
    runs, days = a.shape
    each = [_of_metric(one, a, b, level) for one in metrics]
    columns = {name: np.concatenate([part[name] for part in each]) for name in each[0]}
    sheet = Sheet()
    sheet.add("scenario", [label] * (days * len(metrics)), "name", "compared with A")
    sheet.add("metric", np.repeat([m.name for m in metrics], days), "name", "what is compared")
    sheet.add("unit", np.repeat([m.unit for m in metrics], days), "name", "of the metric")
    day = np.tile(np.arange(days, dtype=np.int32), len(metrics))
    sheet.add("day", day, "day", "reported days since run.start, from 0")
    sheet.add("date", np.tile(dates.to_numpy(), len(metrics)), "date", "calendar day")
    sheet.add("runs", np.full(len(day), runs, dtype=np.int32), "count", "paired replications")
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


def _swap_sets(labels: Sequence[str], results: Sequence[Lived]) -> pa.Table:
    parts = [
        _labelled(one.swaps[k], label, "compared with A")
        for k, label in enumerate(labels)
        for one in results
    ]
    return pa.concat_tables(parts)


def _daily(labels: Sequence[str], results: Sequence[Lived]) -> pa.Table:
    parts = [
        _labelled(one.daily[k], label, "which one")
        for k, label in enumerate(labels)
        for one in results
    ]
    return pa.concat_tables(parts)


def _labelled(table: pa.Table, label: str, meaning: str) -> pa.Table:
    """Return a table with the scenario's label as its first column."""
    column = Sheet().add("scenario", [label] * table.num_rows, "name", meaning).table()
    return table.add_column(0, column.schema.field(0), column.column(0))


def _attribution(
    scenarios: Sequence[Scenario],
    sides: Sequence[Series],
    names: Sequence[str],
    days: Callable[[Scenario], Series],
    level: float,
) -> dict[str, pa.Table]:
    asked = [metric(name) for name in names]
    labels = _labels(len(scenarios))
    found = []
    for label, other, side in zip(labels[1:], scenarios[1:], sides[1:], strict=True):
        ends = (sides[0], side)
        table = waterfall(scenarios[0], other, asked, days, ends=ends, level=level)
        if table is not None:
            found.append(_labelled(table, label, "compared with A"))
    return {"attribution": pa.concat_tables(found)} if found else {}
