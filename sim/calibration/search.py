"""Trials of a fit: proposed in batches of fixed size, done by any workers, kept in a ledger.

What is proposed depends on the file and on earlier losses alone, so a search that is resumed
proposes the same trials again and finds them done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calibration.study import Calibration, Outcome, Trial, tried
from sim.scenario.calibrations import Free
from sim.study.design import value_of
from sim.study.extras import library
from sim.study.workers import Workers

Values = dict[str, Any]
Stop = Callable[[], bool]
Hears = Callable[[int], None]


class Stopped(Exception):  # noqa: N818  not an error: the user asked for it
    """The fit was stopped between two batches; what is done is in the ledger."""


class Ledger:
    """Outcomes of trials by what they tried; one line of JSON each, added as batches end."""

    def __init__(self, folder: Path) -> None:
        """Read what is there. A last line that was cut off is left out."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "trials.jsonl"
        self._known: dict[str, Outcome] = {}
        text = self._file.read_text(encoding="utf-8") if self._file.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            self._file.write_text(whole, encoding="utf-8")
        for line in whole.splitlines():
            entry = json.loads(line)
            self._known[entry["key"]] = Outcome(entry["loss"], tuple(entry["statistics"]))

    def __len__(self) -> int:
        """Return how many trials are known."""
        return len(self._known)

    def outcome(self, key: str) -> Outcome | None:
        """Return what a trial came to, None where it was not done."""
        return self._known.get(key)

    def keep(self, key: str, values: Values, outcome: Outcome) -> None:
        """Add an outcome."""
        entry = {"key": key, "values": values} | outcome._asdict()
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        self._known[key] = outcome


class Trials:
    """Does what of a batch is not done yet."""

    def __init__(
        self, study: Calibration, ledger: Ledger, workers: Workers, stop: Stop, hears: Hears
    ) -> None:
        self._study, self._ledger, self._workers = study, ledger, workers
        self._stop, self._hears = stop, hears
        self.done = 0

    def outcomes(self, batch: Sequence[Values]) -> list[Outcome]:
        """Return the outcomes of a batch, in order. Raises Stopped where that is asked for."""
        keys = [key_of(self._study, values) for values in batch]
        missing = [k for k, key in enumerate(keys) if self._ledger.outcome(key) is None]
        tasks = [Trial(self._study.file.source, tuple(batch[k].items())) for k in missing]
        for number, outcome in self._workers.each_done(tried, tasks):
            self._ledger.keep(keys[missing[number]], batch[missing[number]], outcome)
            self._hears(self.done + number + 1)
        self.done += len(batch)
        self._hears(self.done)
        if self._stop():
            raise Stopped
        found = [self._ledger.outcome(key) for key in keys]
        return [outcome for outcome in found if outcome is not None]


def key_of(study: Calibration, values: Values) -> str:
    """Return what a trial is known by: a hash of all that its outcome depends on."""
    file, base = study.file, study.base
    told = [base.hash, values, file.users, file.replications, file.allowance_ppm, file.most_z]
    targets = [tuple(target) for target in study.targets.each]
    return hashlib.sha256(json.dumps([told, targets], sort_keys=True).encode()).hexdigest()[:24]


def search(study: Calibration, trials: Trials) -> tuple[Values, Outcome]:
    """Return the best parameters found, and what they come to; the file's own are trial 0."""
    optuna = library("optuna", "study")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    file = study.file
    sampler = optuna.samplers.TPESampler(
        seed=file.seed, multivariate=True, constant_liar=True, n_startup_trials=2 * file.batch
    )
    search_ = optuna.create_study(sampler=sampler)
    space = {one.key: _distribution(optuna, one, whole(study, one)) for one in file.free}
    search_.enqueue_trial(beginning(study))
    best: tuple[Values, Outcome] | None = None
    for first in range(0, file.trials, file.batch):
        asked = [search_.ask(space) for _ in range(min(file.batch, file.trials - first))]
        many = [dict(trial.params) for trial in asked]
        for trial, values, outcome in zip(asked, many, trials.outcomes(many), strict=True):
            search_.tell(trial, outcome.loss)
            if best is None or outcome.loss < best[1].loss:
                best = values, outcome
    assert best is not None  # noqa: S101  a file asks for one trial at least
    return best


def beginning(study: Calibration) -> Values:
    """Return the parameters of the scenario as it stands, cut to their ranges."""
    return {one.key: _cut(value_of(study.base, one.key), one) for one in study.file.free}


def whole(study: Calibration, one: Free) -> bool:
    """Tell whether a free key is a whole number in the scenario."""
    return isinstance(value_of(study.base, one.key), int)


def at(study: Calibration, one: Free, place: float) -> Any:
    """Return the value of a parameter at a place in [0, 1] of its range."""
    low, high = float(one.low), float(one.high)
    value = low * (high / low) ** place if one.scale == "log" else low + place * (high - low)
    return round(value) if whole(study, one) else value


def place_of(one: Free, value: float) -> float:
    """Return the place of a value in the range of a parameter, [0, 1]."""
    low, high = float(one.low), float(one.high)
    if one.scale == "log":
        return float(np.log(value / low) / np.log(high / low))
    return (value - low) / (high - low)


def places_of(study: Calibration, values: Values) -> NDArray[np.float64]:
    """Return the places of all parameters in their ranges, shape (parameters,)."""
    return np.array([place_of(one, float(values[one.key])) for one in study.file.free])


def _cut(value: Any, one: Free) -> Any:
    return type(value)(min(max(value, one.low), one.high))


def _distribution(optuna: Any, one: Free, is_whole: bool) -> Any:
    log = one.scale == "log"
    if is_whole:
        return optuna.distributions.IntDistribution(round(one.low), round(one.high), log=log)
    return optuna.distributions.FloatDistribution(float(one.low), float(one.high), log=log)
