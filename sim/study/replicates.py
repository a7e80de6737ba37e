"""Replications of one scenario, each with luck of its own, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.scenario import Scenario, ScenarioError
from sim.study import interval
from sim.study.cluster import workers_at
from sim.study.factor import Draws
from sim.study.folder import Study, opened, save, scenarios_in
from sim.study.interval import LEVEL, Interval
from sim.study.metrics import FIGURES, Metric, Series, metric
from sim.study.posterior import Parts, drawn, parts
from sim.study.systematic import Factors
from sim.study.work import Task, lived, scenario_files
from sim.study.workers import Told, Workers

if TYPE_CHECKING:
    import pandas as pd

    from sim.results import Run


class Key(NamedTuple):
    """What the luck of a replication is a function of."""

    seed: int
    replication: int


class Replicates:
    """The days of several replications.

    `daily` is one row a replication and day, as in a run folder.
    """

    def __init__(
        self,
        scenario: Scenario,
        keys: Sequence[Key],
        tables: Sequence[pa.Table],
        inner: int | None = None,
        draws: Sequence[str] = (),
        factors: Factors | None = None,
    ) -> None:
        """Take one `daily` table a replication. Raises ScenarioError for two with equal keys.

        inner: replications of each draw of a posterior, which follow each other. draws: the
        hashes of their scenarios. factors: the systematic ones, where a study imposed them.
        """
        check_keys(keys, scenario.source)
        self.factors = factors
        self.inner = inner
        self.draws = list(draws)
        self.scenario = scenario
        self.keys = list(keys)
        self.series = Series.of_tables(tables)
        self._tables = tables

    @classmethod
    def open(cls, folder: str | Path) -> Replicates:
        """Return the replications in a folder. Raises ScenarioError for one that has none."""
        told, tables = opened(folder, "replicates")
        scenario, asked = scenarios_in(folder, told)["scenario"], told["asked"]
        keys = [Key(*key) for key in asked["keys"]]
        each = tables["daily"].num_rows // len(keys)
        days = [tables["daily"].slice(k * each, each) for k in range(len(keys))]
        how = Draws(asked["factor"])
        imposed = None if how is Draws.PLAIN else Factors.of(scenario, len(keys), how)
        return cls(scenario, keys, days, asked["inner"], asked["draws"], imposed)

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Replicates:
        """Return the replications of finished runs of one scenario.

        Runs may differ in seed and number of replications. Raises ScenarioError where they differ
        otherwise, and for two replications with equal keys, which would be one counted twice.
        """
        alike = [run.scenario.with_(seed=0, replications=1) for run in runs]
        strange = [run for run, plan in zip(runs, alike, strict=True) if plan != alike[0]]
        if strange:
            raise ScenarioError([f"{strange[0]!r}: wanted a run of the scenario of {runs[0]!r}"])
        keys, tables = [], []
        for run in runs:
            daily = pa.Table.from_pandas(run.daily, preserve_index=False)
            for replication in range(run.scenario.run.replications):
                keys.append(Key(run.scenario.run.seed, replication))
                rows = np.flatnonzero(daily["replication"].to_numpy() == replication)
                tables.append(daily.take(rows))
        return cls(runs[0].scenario, keys, tables)

    @property
    def runs(self) -> int:
        """Number of replications."""
        return len(self.keys)

    @property
    def daily(self) -> pd.DataFrame:
        """One row a replication and reported day."""
        frame: pd.DataFrame = pa.concat_tables(self._tables).to_pandas(date_as_object=False)
        return frame

    def values(self, name: str, day: int = -1) -> Any:
        """Return a metric of every replication on a reported day, shape (runs,).

        name: a figure of `sim.study.metrics` or an expression. day: from 0; -1 for the last. Raises
        ValueError for an unknown metric.
        """
        return metric(name).values(self.series)[:, day]

    def interval(self, name: str, day: int = -1, level: float = LEVEL) -> Interval:
        """Return a metric with its interval: of a ratio by the delta method, else of the mean.

        Over a posterior it is that of `parts`, since replications of one draw are not independent;
        over factors that a study imposed that of `sim.study.factor`.
        """
        if self.inner is not None:
            return self.parts(name, day, level).interval
        if self.factors is not None:
            return self.factors.interval(self.values(name, day), level)
        asked = metric(name)
        sides = asked.sides(self.series)
        if sides is None:
            return interval.mean(asked.values(self.series)[:, day], level)
        return interval.ratio(sides[0][:, day], sides[1][:, day], level)

    def parts(self, name: str, day: int = -1, level: float = LEVEL) -> Parts:
        """Return a metric's mean over a posterior, and how much is luck, how much parameters.

        Raises ValueError for replications that are not over a posterior.
        """
        if self.inner is None:
            raise ValueError("wanted replications over a posterior (found one set of numbers)")
        return parts(self.values(name, day).reshape(-1, self.inner), level)

    def quantile(self, name: str, share: float, day: int = -1, level: float = LEVEL) -> Interval:
        """Return a quantile of a metric over replications; see `sim.study.interval.quantile`."""
        return interval.quantile(self.values(name, day), share, level)

    def summary(
        self, names: Sequence[str] = tuple(FIGURES), day: int = -1, level: float = LEVEL
    ) -> pd.DataFrame:
        """Return one row a metric: estimate, interval, what kind it is, quantiles over runs."""
        import pandas as pd

        return pd.DataFrame([self._line(metric(name), day, level) for name in names])

    def __repr__(self) -> str:
        """Say what was replicated; the figures are in `summary()`."""
        return f"<Replicates {self.scenario.name}: {len(self.keys):,} replications>"

    def save(self, out: str | Path, metrics: Sequence[str] = ()) -> Path:
        """Write `daily`, `summary` and the scenario to a folder, whole or not at all.

        metrics: in `summary` besides all figures.
        """
        rows = self.summary([*FIGURES, *metrics])
        summary = pa.Table.from_pandas(rows, preserve_index=False)
        tables = {"daily": pa.concat_tables(self._tables), "summary": summary}
        how = self.factors.draws if self.factors else Draws.PLAIN
        asked = asked_of(self.keys, self.inner, self.draws, metrics, how)
        return save(Study("replicates", asked, {"scenario": self.scenario}, tables), out)

    def _line(self, asked: Metric, day: int, level: float) -> dict[str, Any]:
        found = self.interval(asked.name, day, level)
        values = asked.values(self.series)[:, day]
        plain = self.inner is None and self.factors is None
        ratio = plain and asked.sides(self.series) is not None
        found_parts = {} if self.inner is None else self._parts(asked.name, day)
        known = values[~np.isnan(values.astype(float))]
        low, high = np.quantile(known, [0.05, 0.95]) if len(known) else (np.nan, np.nan)
        return {
            "metric": asked.name,
            "unit": asked.unit,
            "kind": "ratio" if ratio else "mean",
            "estimate": found.estimate,
            "low": found.low,
            "high": found.high,
            "level": level,
            "runs": found.runs,
            "q05": float(low),  # of single replications, without an interval of their own
            "q95": float(high),
        } | found_parts

    def _parts(self, name: str, day: int) -> dict[str, float]:
        found = self.parts(name, day)
        return {"luck_sd": found.luck_sd, "parameter_sd": found.parameter_sd}


def asked_of(
    keys: Sequence[Key],
    inner: int | None,
    draws: Sequence[str],
    metrics: Sequence[str],
    factor: Draws = Draws.PLAIN,
) -> dict[str, Any]:
    """Return what tells one study of replications from another, besides its scenario."""
    return {
        "keys": [list(key) for key in keys],
        "inner": inner,
        "draws": list(draws),
        "metrics": list(metrics),
        "factor": factor.value,
    }


def replicate(
    scenario: Scenario,
    replications: int,
    *,
    first: int = 0,
    posterior: str | Path | None = None,
    inner: int = 2,
    factor: Draws | str = Draws.PLAIN,
    workers: int | Workers = 1,
    cluster: str | None = None,
    threads: int | None = None,
    told: Told | None = None,
) -> Replicates:
    """Run replications first .. first + replications - 1 of a scenario and return their days.

    posterior: a file of draws (`sim.study.posterior`); each is lived by `inner` replications, draw
    0 by the first ones, and so on, from draw 0 again after the last. factor: how the systematic
    factor is drawn, for less variance (`sim.study.factor`); not with a posterior.
    workers: processes; with more than one each lives its replications on one thread. threads: of
    the only worker, all usable cores if None. cluster: see `sim.study.cluster`, instead of workers.
    None of them shows in the result. told: hears how many are done. Raises ScenarioError for a
    scenario that cannot be run.

    >>> scenario = sim.load("scenarios/seed_article.toml").with_(users=500, days=60)
    >>> volume = sim.replicate(scenario, 4).interval("volume_fen")
    >>> volume.low < volume.estimate < volume.high
    True
    """
    from sim.estimate import check_memory
    from sim.population import check_inputs

    if replications < 1:
        raise ValueError(f"wanted at least one replication (found {replications})")
    check_memory(scenario)
    check_inputs(scenario)
    if posterior is not None and (first or inner < 1 or replications % inner):
        raise ValueError(f"wanted a multiple of {inner} replications from 0 (found {replications})")
    how, worlds = Draws(factor), [scenario]
    imposed = None if how is Draws.PLAIN else Factors.of(scenario, replications, how)
    if imposed is not None and (first or posterior is not None):
        raise ValueError("wanted replications from 0 without a posterior, for factors drawn so")
    if posterior is not None:
        worlds = drawn(scenario, posterior, replications // inner)
    elif imposed is not None:
        worlds, inner = imposed.worlds(scenario), 1
    numbers = range(first, first + replications)
    with workers_at(workers, cluster) as at, scenario_files(worlds) as files:
        threads_each = at.threads(threads)
        tasks = [
            Task((files[number // inner % len(files)],), number, threads_each) for number in numbers
        ]
        results = at.in_order(lived, tasks, told)
    keys = [Key(scenario.run.seed, number) for number in numbers]
    tables = [result.daily[0] for result in results]
    if posterior is not None:
        return Replicates(scenario, keys, tables, inner, [world.hash for world in worlds])
    return Replicates(scenario, keys, tables, factors=imposed)


def check_keys(keys: Sequence[Key], source: str) -> None:
    """Raise ScenarioError for two replications that would be the same one."""
    twice = sorted({key for key in keys if keys.count(key) > 1})
    lines = [
        f"{source}: wanted replications with luck of their own"
        f" (found seed {key.seed}, replication {key.replication} more than once)"
        for key in twice
    ]
    if lines:
        raise ScenarioError(lines)
