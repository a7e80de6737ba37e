"""The same people with the same luck under several scenarios, and what differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.scenario import Scenario
from sim.study.cluster import workers_at
from sim.study.contrast import (
    books_tables,
    daily_table,
    differences_table,
    labelled,
    swap_sets_table,
)
from sim.study.folder import Study, opened, save, scenarios_in
from sim.study.interval import LEVEL
from sim.study.levers import check_pairs
from sim.study.metrics import FIGURES, Metric, Series, every, metric
from sim.study.shelf import Shelf
from sim.study.waterfall import waterfall
from sim.study.work import Lived, Task, lived, scenario_files
from sim.study.workers import Told, Workers

if TYPE_CHECKING:
    import pandas as pd

    from sim.results import Run


class Comparison:
    """Differences of B, C, ... against A over paired replications; all tables are pandas frames.

    `differences`: a row a scenario, metric and day. `swap_sets`: a row a scenario, replication and
    group of users, or None. `attribution`: a row a scenario, metric and changed key, or None.
    `tables` has the monthly and daily tables of each scenario too, for its report.
    """

    def __init__(self, study: Study) -> None:
        """Show the tables of a study."""
        self.study = study
        self.tables = study.tables

    def __repr__(self) -> str:
        """Say what is compared; the figures are in `differences`."""
        a, *others = (scenario.name for scenario in self.study.scenarios.values())
        return f"<Comparison of {', '.join(others)} against {a}>"

    @classmethod
    def open(cls, folder: str | Path) -> Comparison:
        """Return the comparison in a folder. Raises ScenarioError for one that is none."""
        told, tables = opened(folder, "comparison")
        scenarios = scenarios_in(folder, told)
        return cls(Study("comparison", told["asked"], scenarios, tables))

    @classmethod
    def of(cls, runs: Sequence[Run], **options: Any) -> Comparison:
        """Return what finished runs change against the first; see `sim.study.finished`."""
        from sim.study.finished import compare_runs

        return compare_runs(*runs, **options)

    @property
    def differences(self) -> pd.DataFrame:
        """Mean of A and B, paired difference and interval, variance ratio, probabilities."""
        return self._frame("differences")

    @property
    def swap_sets(self) -> pd.DataFrame | None:
        """Users let in by both, by one only, by neither, and how they fared in either world.

        None for finished runs that do not pair, or hold no accounts.
        """
        return self._frame("swap_sets") if "swap_sets" in self.tables else None

    @property
    def notes(self) -> list[str]:
        """What a reader must know of the runs compared, such as that they do not pair."""
        return list(self.study.asked.get("notes", []))

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
    workers: int | Workers = 1,
    cluster: str | None = None,
    threads: int | None = None,
    kept: str | Path | None = None,
    told: Told | None = None,
) -> Comparison:
    """Run scenarios on common random numbers and return what the others change against A.

    metrics: figures or expressions of `sim.study.metrics`, besides all figures and all columns of
    `daily`. attribute: metrics in fen or counts whose difference is split over the changed keys,
    which takes up to 2^levers times as many runs. workers, cluster, threads: as for `replicate`.
    kept: a folder for the runs that are done; asked again with it, none of them is done twice.
    Raises ScenarioError where users, days or seed differ, or a scenario cannot be run.

    >>> small = {"users": 500, "days": 60, "product.admission": "open_to_all"}
    >>> base = sim.load("scenarios/seed_article.toml").with_(**small)
    >>> found = sim.compare(base, base.with_(**{"product.limit.max_fen": 0}), replications=4)
    >>> found.summary(["volume_fen"])["of_b"].tolist()
    [0.0]
    """
    if not others or replications < 1:
        raise ValueError("wanted two or more scenarios, and at least one replication")
    for other in others:
        check_pairs(a, other)
    scenarios = [a, *others]
    shelf = Shelf(None if kept is None else Path(kept))
    asked_metrics = [metric(name) for name in (*metrics, *attribute)]
    with workers_at(workers, cluster) as at:
        results = _runs(scenarios, replications, at, threads, shelf, told, books=True)
        sides = [Series.of_tables([one.daily[k] for one in results]) for k in range(len(scenarios))]
        split = {}
        if attribute:
            days = _days_of(replications, at, threads, shelf)
            split = _attribution(scenarios, sides, attribute, days, level)
    labels = labels_of(len(scenarios))
    paired = dict.fromkeys(labels[1:], True)
    dates = results[0].daily[0]["date"]
    tables = {
        "differences": differences_of(sides, paired, asked_metrics, dates, level),
        "swap_sets": swap_sets_table(labels[1:], results),
        "daily": daily_table(labels, results),
    } | books_tables(labels, results)
    asked = asked_of(replications, metrics, attribute, level)
    named = dict(zip(labels, scenarios, strict=True))
    return Comparison(Study("comparison", asked, named, tables | split))


def differences_of(
    sides: Sequence[Series],
    paired: Mapping[str, bool],
    metrics: Sequence[Metric],
    dates: Any,
    level: float,
) -> pa.Table:
    """Return the table `differences` of the sides after the first, of all figures and `metrics`.

    paired: for the label of each of them, whether it shares its luck with the first.
    """
    known = {one.name: one for one in (*every(list(sides[0].columns)), *metrics)}
    a, *others = sides
    parts = [
        differences_table(label, list(known.values()), a, side, dates, level, shared)
        for (label, shared), side in zip(paired.items(), others, strict=True)
    ]
    return pa.concat_tables(parts)


def asked_of(
    replications: int, metrics: Sequence[str], attribute: Sequence[str], level: float
) -> dict[str, Any]:
    """Return what tells one comparison of scenarios from another, besides the scenarios."""
    return {
        "replications": replications,
        "metrics": list(metrics),
        "attribute": list(attribute),
        "level": level,
    }


def attribution(
    scenarios: Sequence[Scenario],
    sides: Sequence[Series],
    names: Sequence[str],
    replications: int,
    level: float,
    *,
    workers: int | Workers = 1,
    cluster: str | None = None,
    threads: int | None = None,
    kept: str | Path | None = None,
) -> dict[str, pa.Table]:
    """Return the table `attribution` of runs that are known; what lies between them is simulated.

    sides: the days of the scenarios, with that many replications from 0 on.
    """
    with workers_at(workers, cluster) as at:
        shelf = Shelf(None if kept is None else Path(kept))
        days = _days_of(replications, at, threads, shelf)
        return _attribution(scenarios, sides, names, days, level)


def called(scenarios: Sequence[Scenario]) -> list[str]:
    """Return what scenarios are called beside each other: by name, by file where names are one."""
    names = [scenario.name for scenario in scenarios]
    if len(set(names)) == len(names):
        return names
    return [Path(scenario.source).stem for scenario in scenarios]


def labels_of(count: int) -> list[str]:
    """Return the labels of scenarios: a, b, ..."""
    return [chr(ord("a") + k) for k in range(count)]


def _days_of(
    replications: int, workers: Workers, threads: int | None, shelf: Shelf
) -> Callable[[Scenario], Series]:
    def days(scenario: Scenario) -> Series:
        runs = _runs([scenario], replications, workers, threads, shelf, None)
        return Series.of_tables([one.daily[0] for one in runs])

    return days


def _runs(
    scenarios: Sequence[Scenario],
    runs: int,
    workers: Workers,
    threads: int | None,
    shelf: Shelf,
    told: Told | None,
    *,
    books: bool = False,
) -> list[Lived]:
    from sim.estimate import check_memory
    from sim.population import check_inputs

    for scenario in scenarios:
        check_memory(scenario)
        check_inputs(scenario)
    hashes = [scenario.hash for scenario in scenarios]
    found = {number: one for number in range(runs) if (one := shelf.get(hashes, number))}
    left = [number for number in range(runs) if number not in found]
    with scenario_files(scenarios) as files:
        each = workers.threads(threads)
        tasks = [Task(files, number, each, books=books) for number in left]
        for number, one in workers.each_done(lived, tasks):
            shelf.put(hashes, left[number], one)
            found[left[number]] = one
            if told is not None:
                told(len(found))
    return [found[number] for number in range(runs)]


def _attribution(
    scenarios: Sequence[Scenario],
    sides: Sequence[Series],
    names: Sequence[str],
    days: Callable[[Scenario], Series],
    level: float,
) -> dict[str, pa.Table]:
    asked = [metric(name) for name in names]
    labels = labels_of(len(scenarios))
    found = []
    for label, other, side in zip(labels[1:], scenarios[1:], sides[1:], strict=True):
        ends = (sides[0], side)
        table = waterfall(scenarios[0], other, asked, days, ends=ends, level=level)
        if table is not None:
            found.append(labelled(table, label, "compared with A"))
    return {"attribution": pa.concat_tables(found)} if found else {}
