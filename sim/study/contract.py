"""The precision that a scenario asks for: replications are added until all its intervals hold.

The run that is left has a fixed number of replications and asks for no precision, so that running
its `scenario.toml` gives the same bytes on a machine of another speed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario import Change, Scenario, ScenarioError, load
from sim.scenario.words import counted

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.results import Run
    from sim.results.draft import Draft
    from sim.simulation import EngineName

LABEL = "precision"  # what gave a run its number of replications
HELD, MOST, TIME = "all intervals hold", "precision.most is reached", "precision.seconds have gone"

Clock = Callable[[], float]
Once = Callable[[Scenario], bool]  # runs what is left of a scenario; tells whether to its end


class Reached(NamedTuple):
    """One aim, and what the replications so far say of it."""

    metric: str
    wanted: float  # half-width
    half_width: float  # NaN from one replication
    estimate: float
    low: float
    high: float
    runs: int
    holds: bool


class Contract:
    """The precision of a scenario and how far it is fulfilled."""

    def __init__(self, scenario: Scenario, clock: Clock = time.monotonic) -> None:
        """Take a scenario with a precision. Raises ScenarioError for a metric that is none."""
        assert scenario.precision is not None  # noqa: S101  its caller has looked
        self.asked = scenario
        self.wanted = scenario.precision
        self.reached: list[Reached] = []
        self._clock = clock
        check_metrics(scenario)

    def fulfil(
        self,
        once: Once,
        tables: Callable[[], Sequence[pa.Table]],
        told: Callable[[str], None] | None = None,
    ) -> Scenario | None:
        """Return the scenario that was run, of a fixed number of replications; None if stopped.

        once: runs what is left of a scenario. tables: `daily` of each replication that is done, in
        order. told: hears how far the aims are after each batch.
        """
        began = self._clock()
        plan = fixed(self.asked, self._first())
        before = len(tables())
        while once(plan):
            done = plan.run.replications
            self._look(plan, tables()[:done])
            if told is not None:
                told(self.line())
            spent = self._clock() - began
            each = spent / max(done - before, 1)
            more = self._more(done, self.wanted.seconds - spent, each)
            if not more:
                return plan
            plan = fixed(self.asked, done + more)
        return None

    @property
    def why(self) -> str:
        """Why no more replications were added."""
        if all(one.holds for one in self.reached):
            return HELD
        return MOST if self.reached[0].runs >= self.wanted.most else TIME

    def line(self) -> str:
        """Return how far the aims are, to be read."""
        parts = [
            f"{one.metric} +- {one.half_width:.3g} (wanted {one.wanted:.3g})"
            for one in self.reached
        ]
        return f"{counted(self.reached[0].runs, 'replication')}: {', '.join(parts)}"

    def told(self) -> dict[str, Any]:
        """Return what the manifest says: what was asked, what was reached, and why it ended."""
        return {
            "scenario_hash": self.asked.hash,
            "level": self.wanted.level,
            "batch": self.wanted.batch,
            "most": self.wanted.most,
            "seconds": self.wanted.seconds,
            "first": self.asked.run.replications,
            "ended": self.why,
            "aims": [_told(one) for one in self.reached],
        }

    def _first(self) -> int:
        from sim.study.sequential import FEWEST

        return max(self.asked.run.replications, min(FEWEST, self.wanted.most))

    def _look(self, plan: Scenario, tables: Sequence[pa.Table]) -> None:
        from sim.study.replicates import Key, Replicates
        from sim.study.sequential import FEWEST

        keys = [Key(plan.run.seed, number) for number in range(len(tables))]
        runs = Replicates(plan, keys, tables)
        self.reached = []
        for aim in self.wanted.aims:
            found = runs.interval(aim.metric, level=self.wanted.level)
            half, enough = found.half_width, runs.runs >= FEWEST
            ends = (found.estimate, found.low, found.high, runs.runs)
            holds = enough and half <= aim.half_width
            self.reached.append(Reached(aim.metric, aim.half_width, half, *ends, holds))

    def _more(self, done: int, left: float, each: float) -> int:
        """Return how many replications are added: a batch, fewer where time or `most` ends."""
        if all(one.holds for one in self.reached) or left <= 0:
            return 0
        fits = max(int(left / each), 1) if each > 0 else self.wanted.batch
        return min(self.wanted.batch, self.wanted.most - done, fits)


def _told(one: Reached) -> dict[str, Any]:
    """Return an aim as JSON has it: None for what is no number, as a ratio to 0."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in one._asdict().items()
    }


def check_metrics(scenario: Scenario) -> None:
    """Raise ScenarioError for aims of a scenario's precision that are no metrics."""
    from sim.study.metrics import metric

    lines = []
    for at, aim in enumerate(scenario.precision.aims if scenario.precision else ()):
        try:
            metric(aim.metric)
        except ValueError as error:
            lines.append(f"{scenario.source}: precision.aims.{at}.metric: {error}")
    if lines:
        raise ScenarioError(lines)


def fixed(scenario: Scenario, replications: int) -> Scenario:
    """Return a scenario with so many replications, which asks for no precision."""
    plain = scenario.model_copy(update={"precision": None})
    plain = plain.held(scenario.origins, scenario.source)
    return plain.changed([Change("run.replications", replications)], LABEL)


def run(
    scenario: Scenario | str | Path,
    *,
    engine: EngineName = "table",
    threads: int | None = None,
) -> Run:
    """Run a scenario, or that in a file, with all its replications in memory.

    engine: "table" (compiled, on `threads` threads, all usable cores if None) or "agents" (Mesa);
    they give the same bits. `Run.save` writes the run folder. Where the scenario asks for a
    precision, replications are added until it holds; the manifest says what was reached. Raises
    ScenarioError for a file that cannot be run and a metric that is none.

    >>> run = sim.run(sim.load("scenarios/seed_article.toml").with_(users=500, days=60))
    >>> len(run.daily), int(run.daily["users"].iloc[0])
    (60, 500)
    """
    from sim import simulation

    if isinstance(scenario, str | Path):
        scenario = load(scenario)
    if scenario.precision is None:
        return simulation.run(scenario, engine=engine, threads=threads)
    return _precise(scenario, engine, threads)


def _precise(scenario: Scenario, engine: EngineName, threads: int | None) -> Run:
    from sim.results import Run
    from sim.results.record import Record
    from sim.results.tables import table
    from sim.simulation import simulate

    records: list[Record] = []
    days: list[pa.Table] = []
    contract = Contract(scenario)
    began = time.perf_counter()

    def once(plan: Scenario) -> bool:
        for number in range(len(records), plan.run.replications):
            state = simulate(plan, engine=engine, threads=threads, replication=number)
            records.append(Record.of(state))
            days.append(table(records[-1], "daily"))
        return True

    plan = contract.fulfil(once, lambda: days)
    assert plan is not None  # noqa: S101  nothing stops it
    for record in records:
        record.scenario = plan
    made = {"days_s": round(time.perf_counter() - began, 3)}
    return Run.of(records, engine=engine, threads=threads, timings=made, precision=contract.told())


def fulfilled(
    draft: Draft, once: Callable[[], bool], told: Callable[[str], None] | None = None
) -> dict[str, Any] | None:
    """Run a draft until its scenario's precision holds, and return what the manifest says of it.

    once: runs what is left of the draft and tells whether it got to its end. None if it did not.
    From then on the draft is that of the scenario with a fixed number of replications.
    """
    import pyarrow.parquet as pq

    contract = Contract(draft.scenario)

    def run_left(plan: Scenario) -> bool:
        draft.scenario = plan
        return once()

    def tables() -> list[pa.Table]:
        places = [draft.path / "replications" / f"{number:04d}" for number in draft.finished]
        return [pq.read_table(place / "daily.parquet") for place in places]

    if contract.fulfil(run_left, tables, told) is None:
        draft.scenario = contract.asked
        return None
    return contract.told()
