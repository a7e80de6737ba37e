"""Sweeps: a design over keys of a scenario, run row by row; any can be stopped and resumed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.results.faults import refused, room_to_write
from sim.results.lock import held
from sim.scenario import Change, Scenario, ScenarioError, load
from sim.scenario.studies import SweepFile, load_study
from sim.study import design
from sim.study.attempt import WAITING, attempted, state_of, value_of
from sim.study.cluster import workers_at
from sim.study.design import Row
from sim.study.ledger import Ledger, RunKey
from sim.study.metrics import Metric, metric
from sim.study.outcome import DONE, FAILED, Outcome
from sim.study.search import frontier_table, search
from sim.study.sequential import FEWEST, Running, Target
from sim.study.tabulated import indices_table, results_table, rows_table
from sim.study.work import SILENT, Task
from sim.study.workers import Workers
from sim.version import __version__

if TYPE_CHECKING:
    import pandas as pd

MARK = "sweep.json"

Stop = Callable[[], bool]
Hears = Callable[[int, int], None]  # runs done, of how many


class Sweep:
    """A sweep and its folder; all runs of it that are done are there, whatever happened since."""

    def __init__(self, study: SweepFile, out: Path) -> None:
        """Take up the folder of a study, or begin it. Raises ScenarioError for what is wrong."""
        file = study.path_of("scenario")
        if file is None:
            raise ScenarioError([f"{study.source}: scenario: wanted a scenario file (found '')"])
        self.study = study
        self.out = out
        self.base = _based(study, load(file))
        self.metrics = _metrics(study)
        self.rows = design.rows(study, self.base) if study.optimise is None else []
        _begin(study, out)
        self.ledger = Ledger(out / "done")
        if study.optimise is not None:
            search(self, lambda rows: not self._missing(rows))  # what is done of it already

    @property
    def results(self) -> pd.DataFrame:
        """One row a design row and replication: its keys, its metrics, or why there are none."""
        frame: pd.DataFrame = results_table(self).to_pandas(date_as_object=False)
        return frame

    @property
    def by_row(self) -> pd.DataFrame:
        """One row a design row and metric: mean over replications and its interval."""
        frame: pd.DataFrame = rows_table(self).to_pandas(date_as_object=False)
        return frame

    @property
    def indices(self) -> pd.DataFrame:
        """Sobol indices, for a design of indices whose runs are all done.

        Raises ScenarioError where a row failed or waits: indices of a design with holes are wrong.
        """
        frame: pd.DataFrame = indices_table(self).to_pandas(date_as_object=False)
        return frame

    @property
    def frontier(self) -> pd.DataFrame:
        """Rows of a search that none beats in both, the metric and the first bounded one."""
        frame: pd.DataFrame = frontier_table(self).to_pandas()
        return frame

    def outcome(self, row: Row, replication: int) -> Outcome | None:
        """Return what became of a run, None where it waits."""
        if row.scenario is None:
            return Outcome(row.status, row.error, 0, {}, {})
        return self.ledger.outcome(RunKey(row.hash, replication))

    def replications(self, row: Row) -> int:
        """Return how many replications a row has: those asked for, and what precision added."""
        count = self.study.replications
        if row.scenario is None or self.study.precision is None:
            return count
        while self.ledger.has(RunKey(row.hash, count)):
            count += 1
        return count

    def run(
        self,
        *,
        workers: Workers,
        only: Collection[int] | None = None,
        stop: Stop = lambda: False,
        hears: Hears | None = None,
    ) -> bool:
        """Do what waits, and write the tables; tell whether it got to its end.

        only: numbers of rows. stop: asked after each run. A run that fails is an outcome too.
        """
        with held(self.out):
            if self.study.optimise is not None:
                done = search(self, lambda rows: self._all(rows, workers, stop, hears))
            else:
                chosen = [row for row in self.rows if only is None or row.number in only]
                done = self._all(chosen, workers, stop, hears)
            if done and not self.waits():
                self._finish()
        return done

    def _all(self, rows: Sequence[Row], workers: Workers, stop: Stop, hears: Hears | None) -> bool:
        """Do all that waits in some rows; tell whether it was all done."""
        began = time.monotonic()
        while waiting := self._waiting(rows, began):
            if not self._do(waiting, self._files(rows), workers, stop, hears):
                return False
        return True

    def waits(self) -> int:
        """Return how many runs of the design are not done yet; precision may add to them."""
        return len(self._missing(self.rows))

    def forget(self, number: int) -> None:
        """Let the runs of a row be done again. Raises ScenarioError for a row there is not."""
        found = [row for row in self.rows if row.number == number]
        if not found:
            words = f"wanted a row from 0 to {len(self.rows) - 1} (found {number})"
            raise ScenarioError([f"{self.study.source}: {words}"])
        if found[0].scenario is not None:
            for replication in range(self.replications(found[0])):
                self.ledger.forget(RunKey(found[0].hash, replication))

    def _waiting(self, rows: Sequence[Row], began: float) -> list[RunKey]:
        return self._missing(rows) or self._for_precision(rows, began)

    def _missing(self, rows: Sequence[Row]) -> list[RunKey]:
        """Return the runs asked for that are not done; equal rows share theirs."""
        numbers = range(self.study.replications)
        asked = (RunKey(row.hash, n) for n in numbers for row in rows if row.hash)
        return [key for key in dict.fromkeys(asked) if not self.ledger.has(key)]

    def _for_precision(self, rows: Sequence[Row], began: float) -> list[RunKey]:
        wanted = self.study.precision
        if wanted is None or time.monotonic() - began > wanted.seconds:
            return []
        more: dict[RunKey, None] = {}
        for row in rows:
            count = self.replications(row)
            if row.hash and count < wanted.most and not self.holds(row):
                numbers = range(count, min(count + wanted.batch, wanted.most))
                more |= dict.fromkeys(RunKey(row.hash, number) for number in numbers)
        return list(more)

    def holds(self, row: Row) -> bool:
        """Tell whether all aims of precision hold in a row; a failed run ends the trying."""
        wanted = self.study.precision
        if wanted is None:
            return True
        outcomes = [self.outcome(row, number) for number in range(self.replications(row))]
        if any(outcome is None or outcome.status != DONE for outcome in outcomes):
            return True
        for aim in wanted.aims:
            values = [value_of(metric(aim.metric), one) for one in outcomes if one is not None]
            running = Running()
            running.add(values)
            if not running.holds(Target(aim.half_width or 1e-300, wanted.level, FEWEST)):
                return False
        return True

    def _do(
        self,
        runs: Sequence[RunKey],
        files: Mapping[str, str],
        workers: Workers,
        stop: Stop,
        hears: Hears | None,
    ) -> bool:
        """Do some runs; tell whether all were done."""
        threads = workers.threads(None)
        tasks = [Task((files[key.scenario],), key.replication, threads) for key in runs]
        for done, (number, outcome) in enumerate(workers.each_done(attempted, tasks), start=1):
            with room_to_write(self.out):
                self.ledger.keep(runs[number], outcome)
            if hears is not None:
                hears(done, len(runs))
            if stop():
                return False
        return True

    def _files(self, rows: Sequence[Row]) -> dict[str, str]:
        """Return the files that workers read the scenarios of rows from, by their hashes."""
        folder = self.out / "scenarios"
        files = {row.hash: folder / f"{row.hash}.toml" for row in rows if row.hash}
        with room_to_write(self.out):
            folder.mkdir(exist_ok=True)
            for row in rows:
                if row.scenario is not None and not files[row.hash].is_file():
                    unfinished = folder / f"{row.hash}.unfinished"
                    unfinished.write_text(row.scenario.to_toml(), encoding="utf-8")
                    unfinished.rename(files[row.hash])
        return {key: str(place.absolute()) for key, place in files.items()}

    def _finish(self) -> None:
        from sim.study.folder import Study, write_into

        tables = {"results": results_table(self), "rows": rows_table(self)}
        if self.study.design == "indices" and set(tables["results"]["status"].to_pylist()) == {
            DONE
        }:
            tables["indices"] = indices_table(self)
        if self.study.optimise is not None:
            tables["frontier"] = frontier_table(self)
        asked = {"name": self.study.name, "metrics": [one.name for one in self.metrics]}
        with room_to_write(self.out):
            write_into(Study("sweep", asked, {"base": self.base}, tables), self.out)


def sweep(
    file: str | Path,
    out: str | Path | None = None,
    *,
    workers: int = 1,
    cluster: str | None = None,
    hears: Hears | None = None,
) -> Sweep:
    """Run the sweep in a file, or what is left of it, and return it.

    out: its folder; `runs/NAME` if None. workers, cluster: as for `replicate`. Raises
    ScenarioError for what is wrong with the file; a row or run that fails is a row of the results
    with its error.

    >>> from pathlib import Path
    >>> words = '''
    ... scenario = "scenarios/seed_article.toml"
    ... replications = 2
    ... metrics = ["volume_fen"]
    ... [set]
    ... "run.users" = 200
    ... "run.days" = 30
    ... [[axis]]
    ... key = "product.limit.fen_per_point"
    ... values = [700, 1_000]
    ... '''
    >>> _ = Path("limits.toml").write_text(words)
    >>> len(sim.sweep("limits.toml", "runs/limits").by_row)
    2
    """
    study = load_study(SweepFile, file)
    found = Sweep(study, Path(out) if out is not None else Path("runs") / study.name)
    with workers_at(workers, cluster) as at:
        found.run(workers=at, hears=hears)
    return found


class Count(NamedTuple):
    """How many runs of a row are in each state."""

    row: Row
    done: int
    failed: int
    excluded: int
    waiting: int


def status(found: Sweep) -> list[Count]:
    """Return how far each row is."""
    counts = []
    for row in found.rows:
        numbers = range(found.replications(row))
        states = [state_of(found.outcome(row, number))[0] for number in numbers]
        counted = (states.count(name) for name in (DONE, FAILED, design.EXCLUDED, WAITING))
        counts.append(Count(row, *counted))
    return counts


def _based(study: SweepFile, scenario: Scenario) -> Scenario:
    settings = study.set | SILENT | {"run.replications": 1}
    return scenario.changed([Change(k, v) for k, v in settings.items()], f"{study.source}: set")


def _metrics(study: SweepFile) -> list[Metric]:
    names = [*study.metrics]
    if study.precision is not None:
        names += [aim.metric for aim in study.precision.aims]
    if study.optimise is not None:
        names += [study.optimise.metric, *(bound.metric for bound in study.optimise.bounds)]
    found, lines = [], []
    for name in dict.fromkeys(names):
        try:
            found.append(metric(name))
        except ValueError as error:
            lines.append(f"{study.source}: metrics: {error}")
    if lines:
        raise ScenarioError(lines)
    return found


def _begin(study: SweepFile, out: Path) -> None:
    """Mark a folder as this sweep's. Raises ScenarioError for one that is something else."""
    told = {"kind": "sweep", "name": study.name, "paylater-sim": __version__}
    mark = out / MARK
    try:
        found: Any = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if found == told:
        return
    if found is not None or out.is_file() or (out.exists() and any(out.iterdir())):
        wanted = f"a new name, or the sweep {study.name} of paylater-sim {__version__}"
        raise refused(out, wanted, "something else there")
    with room_to_write(out):
        out.mkdir(parents=True, exist_ok=True)
        unfinished = out / f"{MARK}.unfinished"
        unfinished.write_text(json.dumps(told), encoding="utf-8")
        unfinished.rename(mark)
