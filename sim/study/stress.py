"""A stress test: a scenario's own people and luck under stresses, and the mildest that breaks it.

All runs share their randomness with the scenario's own (the first of its users, the same seed), so
that what differs is the stress.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.results.sheet import Sheet
from sim.risk.reverse_stress import Breach, mildest_breach
from sim.scenario import Scenario, load
from sim.study.folder import Study, asked_hash, is_there, opened, save
from sim.study.interval import NAN, mean
from sim.study.stressed import LIMITED, MEASURES, Stressed, stressed
from sim.study.stresses import NEUTRAL, REVERSED, WHOLE_PPM, Stress, stresses, under

KIND = "stress"
BASELINE, REVERSE = "baseline", "reverse"
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
        scenarios = {name: load(Path(folder) / f"{name}.toml") for name in told["scenarios"]}
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
    told: Callable[[int], None] | None = None,
) -> StressTest:
    """Run a scenario under all stresses, and look for the mildest that breaks each limit.

    users, replications: see `reduced`. told: hears how many runs are done. Raises ScenarioError.
    """
    plan = reduced(scenario, users, replications)
    bench = _Bench(plan, threads, told)
    worlds: dict[str, tuple[Stress | None, Scenario]] = {BASELINE: (None, plan)}
    worlds |= {name: (one, under(plan, one)) for name, one in stresses().items()}
    for name, (_, world) in worlds.items():
        bench.lived(name, 1.0 if name != BASELINE else 0.0, world)
    severe = stresses()[REVERSED]
    bench.known[REVERSE, 0.0] = bench.known[BASELINE, 0.0]
    bench.known[REVERSE, 1.0] = bench.known[REVERSED, 1.0]

    def breach(name: str) -> Breach:
        def measured(strength: float) -> float:
            return _ratio(name, bench.lived(REVERSE, strength, under(plan, severe, strength)))

        limit = getattr(plan.appetite, LIMITED[name]) / WHOLE_PPM
        return mildest_breach(measured, limit, 0.0, STRONGEST, tolerance=TOLERANCE)

    breaches = {name: breach(name) for name in LIMITED}
    tables = {
        "outcomes": _outcomes(bench.known),
        "paths": _paths(worlds, bench.known),
        "breaches": _breaches(plan, breaches, bench.known, severe),
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
        self, plan: Scenario, threads: int | None, told: Callable[[int], None] | None
    ) -> None:
        self.known: dict[tuple[str, float], list[Stressed]] = {}
        self._plan, self._threads, self._told = plan, threads, told
        self._done = 0

    def lived(self, name: str, strength: float, world: Scenario) -> list[Stressed]:
        """Return the replications of a world."""
        if (name, strength) not in self.known:
            found = []
            for replication in range(self._plan.run.replications):
                found.append(stressed(world, replication, self._threads))
                self._done += 1
                if self._told is not None:
                    self._told(self._done)
            self.known[name, strength] = found
        return self.known[name, strength]


def _ratio(name: str, lot: list[Stressed]) -> float:
    part, whole = MEASURES[name][:2]
    held = sum(one.amounts[whole] for one in lot)
    return sum(one.amounts[part] for one in lot) / held if held else 0.0


def _outcomes(known: dict[tuple[str, float], list[Stressed]]) -> pa.Table:
    rows = [
        (name, strength, number, one)
        for (name, strength), lot in known.items()
        for number, one in enumerate(lot)
    ]
    sheet = Sheet()
    sheet.add("scenario", [row[0] for row in rows], "name", "stress; reverse: severe, varied")
    strengths = np.array([row[1] for row in rows])
    sheet.add("strength", strengths, "number", "of the shock; 1 as declared")
    numbers = np.array([row[2] for row in rows], np.int32)
    sheet.add("replication", numbers, "number", "replication, from 0")
    for name in rows[0][3].amounts:
        amounts = np.array([row[3].amounts[name] for row in rows], np.int64)
        sheet.add(name, amounts, "fen", "see sim.study.stressed")
    return sheet.table()


def _paths(
    worlds: dict[str, Any],
    known: dict[tuple[str, float], list[Stressed]],
) -> pa.Table:
    frames = []
    for name, (one, _) in worlds.items():
        lot = known[name, 0.0 if one is None else 1.0]
        days = pd.concat([each.days for each in lot])
        sums = days.groupby(["day", "date"]).sum().reset_index()
        shock = {} if one is None else one.shock
        frames.append(sums.assign(scenario=name, **_inputs(shock)))
    whole = pd.concat(frames, ignore_index=True)
    sheet = Sheet().add("scenario", whole["scenario"].to_numpy(), "name", "stress")
    sheet.add("day", whole["day"].to_numpy(np.int32), "day", "reported days, from 0")
    dates = whole["date"].to_numpy().astype("M8[D]")
    sheet.add("date", dates, "date", "calendar day")
    for key, unit in _INPUTS.items():
        meaning = f"the stress's {key.rsplit('_', 1)[0]}, on top of the scenario's"
        sheet.add(key, whole[key].to_numpy(np.int64), unit, meaning)
    for key, unit in _SEEN.items():
        sheet.add(key, whole[key].to_numpy(np.int64), unit, "sum over replications")
    return sheet.table()


_INPUTS = {
    "job_loss_ppm": "ppm",
    "income_ppm": "ppm",
    "spending_ppm": "ppm",
    "strain": "1e-3 logit",
}
_SEEN = {
    "users": "users",
    "unemployed": "users",
    "principal_fen": "fen",
    "principal_late_31_fen": "fen",
}


def _inputs(shock: dict[str, int]) -> dict[str, int]:
    return {key: shock.get(key, NEUTRAL.get(key, 0)) for key in _INPUTS}


def _breaches(
    plan: Scenario,
    found: dict[str, Breach],
    known: dict[tuple[str, float], list[Stressed]],
    severe: Stress,
) -> pa.Table:
    sheet = Sheet().add("measure", list(found), "name", "of sim.study.stressed.MEASURES")
    limits = np.array([getattr(plan.appetite, LIMITED[name]) for name in found], np.int64)
    sheet.add("limit_ppm", limits, "ppm", "limit of the appetite")
    each = list(found.values())
    broken = np.array([one.broken for one in each])
    sheet.add("broken", broken, "flag", "whether the strongest shock breaks it")
    for key, meaning in (
        ("shock", "mildest strength seen to break it"),
        ("held", "strongest seen to hold"),
        ("measure", "the measure at that strength, or at the strongest"),
    ):
        values = np.array([getattr(one, key) for one in each], float)
        name = "strength" if key == "shock" else key
        name = "measured" if key == "measure" else name
        sheet.add(name, values, "number", meaning, missing=np.isnan(values))
    reach = np.array([_reach(name, plan, known) for name in found])
    words = "half-width of the 95 % interval of the strength, over replications"
    sheet.add("half_width", reach, "number", words, missing=np.isnan(reach) | ~broken)
    tried = np.array([one.tried for one in each], np.int32)
    sheet.add("tried", tried, "count", "strengths tried")
    for key in severe.shock:
        at = [severe.at(one.shock)[key] if one.broken else 0 for one in each]
        sheet.add(key, np.array(at, np.int64), _INPUTS[key], "the shock there", missing=~broken)
    return sheet.table()


def _reach(name: str, plan: Scenario, known: dict[tuple[str, float], list[Stressed]]) -> float:
    """Return the half-width of the breaking strength from where each replication breaks.

    Between strengths that were tried a replication's measure is taken as straight; NaN where some
    replication does not break, or there is one only.
    """
    limit = getattr(plan.appetite, LIMITED[name]) / WHOLE_PPM
    tried = sorted(strength for world, strength in known if world == REVERSE)
    part, whole = MEASURES[name][:2]
    crossings = []
    for number in range(plan.run.replications):
        amounts = [known[REVERSE, strength][number].amounts for strength in tried]
        path = [each[part] / each[whole] if each[whole] else 0.0 for each in amounts]
        at = next((k for k, value in enumerate(path) if value > limit), None)
        if at is None:
            return NAN
        if at == 0:
            crossings.append(tried[0])
            continue
        rise = (limit - path[at - 1]) / (path[at] - path[at - 1])
        crossings.append(tried[at - 1] + rise * (tried[at] - tried[at - 1]))
    found = mean(crossings)
    return (found.high - found.low) / 2
