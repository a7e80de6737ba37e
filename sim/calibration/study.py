"""A calibration's file, read: its scenario, its targets, and one trial of its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.accounts import Accounts
from sim.calibration.judging import Verdict, jackknife, judge, root_mean_square, scaled_errors
from sim.calibration.observing import observed
from sim.calibration.reasons import reason_faults
from sim.calibration.statistics import statistics
from sim.calibration.targets import Targets, read_targets
from sim.population import check_inputs
from sim.scenario import Scenario, ScenarioError, load
from sim.scenario.calibrations import CalibrationFile, Free
from sim.scenario.studies import load_study
from sim.study.design import value_of

PPM = 1_000_000


@dataclass(frozen=True)
class Calibration:
    """What is to be fitted, and to what."""

    file: CalibrationFile
    base: Scenario
    targets: Targets

    @property
    def name(self) -> str:
        """Name of the study, that of its file."""
        return Path(self.file.source).stem

    def scenario(self, values: Mapping[str, Any]) -> Scenario:
        """Return the scenario with free parameters at values. Raises ScenarioError."""
        return self.base.with_(**values) if values else self.base

    def judged(self, accounts: Accounts, *, errors: Mapping[str, float]) -> list[Verdict]:
        """Return the verdict on accounts."""
        allowance = self.file.allowance_ppm / PPM
        return judge(self.targets, statistics(accounts), errors, allowance)


class Trial(NamedTuple):
    """A task of the search: plain values, so that it can go to any process."""

    study: str
    values: tuple[tuple[str, Any], ...]


class Outcome(NamedTuple):
    """What a trial comes to."""

    loss: float  # root mean square z, misses capped
    statistics: tuple[float, ...]  # of the judged targets, in order, means over replications; NaN
    # for a target that is no statistic of accounts


def read_calibration(file: str | Path, targets: str | Path | None = None) -> Calibration:
    """Return a calibration from its TOML file; targets: another file, all of it judged alike.

    Raises ScenarioError with a line for each fault.
    """
    study = load_study(CalibrationFile, file)
    names = {key: study.path_of(key) for key in ("scenario", "targets", "judged")}
    for key in ("scenario", "targets"):
        if names[key] is None:
            raise ScenarioError([f"{study.source}: {key}: wanted a file (found '')"])
    base = load(str(names["scenario"]))
    base = base.with_(**study.set) if study.set else base
    faults = _free_faults(base, study.free)
    if faults:
        raise ScenarioError([f"{study.source}: {fault}" for fault in faults])
    read = read_targets(targets or str(names["targets"]), names["judged"])
    unknown = [] if targets else reason_faults(read, study.reason)
    if unknown:
        raise ScenarioError([f"{study.source}: {fault}" for fault in unknown])
    return Calibration(study, base, read)


def _free_faults(base: Scenario, free: Sequence[Free]) -> list[str]:
    """Return a line for each free key that is no number of the scenario."""
    lines = []
    for number, one in enumerate(free):
        try:
            value = value_of(base, one.key)
        except ScenarioError:
            value = None
        if isinstance(value, bool) or not isinstance(value, int | float):
            wanted = f"wanted the key of a number of {base.source}"
            lines.append(f"free.{number}.key: {wanted} (found {one.key!r})")
    return lines


def tried(task: Trial) -> Outcome:
    """Run one trial: its replications, their statistics, its loss.

    Parameters that no population can have, such as an impossible copula, miss every target by as
    much as a miss counts.
    """
    study = _kept(task.study)
    users = study.file.users
    try:
        scenario = study.scenario(dict(task.values)).with_(users=users)
        check_inputs(scenario)
    except ScenarioError:
        return Outcome(study.file.most_z, (math.nan,) * len(study.targets.judged))
    many = [
        statistics(observed(scenario, replication=number))
        for number in range(study.file.replications)
    ]
    found = {key: float(np.mean([one[key] for one in many])) for key in many[0]}
    errors = scaled_errors(study.targets, users * len(many))
    verdicts = judge(study.targets, found, errors, study.file.allowance_ppm / PPM)
    loss = root_mean_square(verdicts, study.file.most_z)
    return Outcome(loss, tuple(found.get(t.key, math.nan) for t in study.targets.judged))


def check(study: Calibration, scenario: Scenario | None = None, threads: int = 1) -> list[Verdict]:
    """Run the scenario once, whole, and return its verdicts."""
    accounts = observed(scenario or study.base, threads=threads)
    return study.judged(accounts, errors=jackknife(accounts, statistics(accounts)))


@lru_cache(maxsize=2)
def _kept(file: str) -> Calibration:
    return read_calibration(file)
