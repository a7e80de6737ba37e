"""A stress test: a scenario's own people and luck under stresses, and the mildest that breaks it.

All runs share their randomness with the scenario's own (the first of its users, the same seed), so
that what differs is the stress.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.risk.reverse_stress import Breach, mildest_breach
from sim.scenario import Scenario
from sim.simulation import usable_cores
from sim.study.folder import Study, asked_hash, is_there, opened, save, scenarios_in
from sim.study.shelf import Shelf
from sim.study.stress_tables import (
    BASELINE,
    REVERSE,
    breaches_table,
    outcomes_table,
    paths_table,
    ratio,
)
from sim.study.stressed import LIMITED, Stressed, stressed
from sim.study.stresses import REVERSED, WHOLE_PPM, Stress, stresses, under
from sim.study.work import Lived

KIND = "stress"
REPLICATIONS = 8
USER_DAYS = 12_000_000  # of one stress with all its replications, unless asked otherwise
STRONGEST, TOLERANCE = 2.0, 1 / 16  # strengths of the reverse stress
MOST_WORLDS = 22  # that are run, if the three limits share few strengths


class StressTest(NamedTuple):
    """The tables of a stress test, pandas frames.

    outcomes: a row a scenario, strength and replication, amounts in fen. paths: a row a scenario
    and day. breaches: a row a limit of the appetite.
    """

    study: Study

    @property
    def outcomes(self) -> pd.DataFrame:
        """Amounts by scenario, strength of the shock and replication."""
        return self._frame("outcomes")

    @property
    def paths(self) -> pd.DataFrame:
        """Inputs of each scenario by day, and what they did, means over replications."""
        return self._frame("paths")

    @property
    def breaches(self) -> pd.DataFrame:
        """The mildest strength that breaks each limit of the appetite."""
        return self._frame("breaches")

    @classmethod
    def open(cls, folder: str | Path) -> StressTest:
        """Return the stress test in a folder. Raises ScenarioError for one that is none."""
        told, tables = opened(folder, KIND)
        scenarios = scenarios_in(folder, told)
        return cls(Study(KIND, told["asked"], scenarios, tables))

    def save(self, out: str | Path) -> Path:
        """Write tables and scenarios to a folder, whole or not at all, and return it."""
        return save(self.study, out)

    def _frame(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.study.tables[name].to_pandas(date_as_object=False)
        return frame


def beside(run: Path) -> Path:
    """Return the folder of the stress test of a run folder."""
    place = run.absolute()
    return place.with_name(f"{place.name}-{KIND}")


def reduced(
    scenario: Scenario, users: int | None = None, replications: int | None = None
) -> Scenario:
    """Return a scenario with the users and replications that a stress test runs it with.

    users: by default as many as keep one stress within USER_DAYS; all of a file of users.
    """
    run = scenario.run
    runs = replications or REPLICATIONS
    if users is None:
        users = max(USER_DAYS // ((run.burn_in_days + run.days) * runs), 100)
        users = run.users if scenario.population.file else min(users, run.users)
    return scenario.with_(users=users, replications=runs, **{"output.events_ppm": 0})


def stress(
    scenario: Scenario,
    *,
    users: int | None = None,
    replications: int | None = None,
    threads: int | None = None,
    kept: str | Path | None = None,
    told: Callable[[int], None] | None = None,
) -> StressTest:
    """Run a scenario under all stresses, and look for the mildest that breaks each limit.

    users, replications: see `reduced`. kept: a folder for the runs that are done; asked again with
    it, none of them is done twice. told: hears how many runs are done. Raises ScenarioError.
    """
    plan = reduced(scenario, users, replications)
    bench = _Bench(plan, threads, Shelf(None if kept is None else Path(kept)), told)
    worlds: dict[str, tuple[Stress | None, Scenario]] = {BASELINE: (None, plan)}
    worlds |= {name: (one, under(plan, one)) for name, one in stresses().items()}
    for name, (_, world) in worlds.items():
        bench.lived(name, 1.0 if name != BASELINE else 0.0, world)
    severe = stresses()[REVERSED]
    bench.known[REVERSE, 0.0] = bench.known[BASELINE, 0.0]
    bench.known[REVERSE, 1.0] = bench.known[REVERSED, 1.0]

    def breach(name: str) -> Breach:
        def measured(strength: float) -> float:
            return ratio(name, bench.lived(REVERSE, strength, under(plan, severe, strength)))

        limit = getattr(plan.appetite, LIMITED[name]) / WHOLE_PPM
        return mildest_breach(measured, limit, 0.0, STRONGEST, tolerance=TOLERANCE)

    breaches = {name: breach(name) for name in LIMITED}
    tables = {
        "outcomes": outcomes_table(bench.known),
        "paths": paths_table(worlds, bench.known),
        "breaches": breaches_table(plan, breaches, bench.known, severe),
    }
    return StressTest(Study(KIND, _asked(plan), {"scenario": scenario}, tables))


def is_done(
    out: Path, scenario: Scenario, users: int | None = None, replications: int | None = None
) -> bool:
    """Tell whether a folder holds this very stress test. Raises ScenarioError for all else."""
    asked = _asked(reduced(scenario, users, replications))
    return is_there(out, KIND, asked_hash(KIND, asked, {"scenario": scenario.hash}))


def _asked(plan: Scenario) -> dict[str, Any]:
    told = repr(sorted(stresses().items()))
    return {
        "replications": plan.run.replications,
        "users": plan.run.users,
        "stresses": hashlib.sha256(told.encode()).hexdigest(),
    }


class _Bench:
    """Runs worlds, each strength of each once."""

    def __init__(
        self,
        plan: Scenario,
        threads: int | None,
        shelf: Shelf,
        told: Callable[[int], None] | None,
    ) -> None:
        self._shelf = shelf
        self.known: dict[tuple[str, float], list[Stressed]] = {}
        self._plan, self._threads, self._told = plan, threads or usable_cores(), told
        self._done = 0

    def lived(self, name: str, strength: float, world: Scenario) -> list[Stressed]:
        """Return the replications of a world."""
        if (name, strength) not in self.known:
            found = []
            numbers = range(self._plan.run.replications)
            # Replications side by side: each is too small to be worth several threads.
            with ThreadPoolExecutor(self._threads) as pool:
                lot = [pool.submit(self._one, world, number) for number in numbers]
                try:
                    for one in lot:
                        found.append(one.result())
                        self._done += 1
                        if self._told is not None:
                            self._told(self._done)
                finally:
                    pool.shutdown(cancel_futures=True)
            self.known[name, strength] = found
        return self.known[name, strength]

    def _one(self, world: Scenario, number: int) -> Stressed:
        """Return a replication of a world: off the shelf, or lived and put there."""
        known = self._shelf.get([world.hash], number)
        if known is not None:
            return Stressed.of(*known.daily, *known.swaps)
        found = stressed(world, number)
        days, amounts = found.tables()
        self._shelf.put([world.hash], number, Lived([days], [amounts]))
        return found
