"""A fit from its file to its folder: search, posterior, the fitted scenario, a page."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calibration import linear, posterior, stepping
from sim.calibration.judging import Verdict, root_mean_square
from sim.calibration.page import page
from sim.calibration.refining import STEPS, done, refined, z_of
from sim.calibration.search import (
    Hears,
    Ledger,
    Stop,
    Trials,
    Values,
    at,
    places_of,
    search,
)
from sim.calibration.study import Calibration, Outcome, check, read_calibration
from sim.results import manifest
from sim.results.faults import room_to_write
from sim.results.lock import held
from sim.scenario import ScenarioError
from sim.study.workers import Workers

if TYPE_CHECKING:
    import pandas as pd

PPM = 1_000_000
FILES = (
    "fitted.toml",
    "posterior.parquet",
    "targets.parquet",
    "covariance.parquet",
    "parameters.csv",
    "fit.html",
    "trials.jsonl",
)


@dataclass(frozen=True)
class Fit:
    """What a calibration found."""

    study: Calibration
    best: Values
    loss: float  # root mean square z of the best trial, misses capped
    verdicts: list[Verdict]  # of the whole scenario with the best parameters
    covariance: pd.DataFrame  # of the parameters, linear; a row each: key, then a column each
    draws: pd.DataFrame  # of the posterior: a column a parameter, and `weight`

    @property
    def errors(self) -> dict[str, float]:
        """Standard error of each parameter in its unit; none without Gauss-Newton rounds."""
        keys = list(self.covariance["key"])
        found = np.sqrt(np.diag(self.covariance[keys].to_numpy(dtype=np.float64)))
        return dict(zip(keys, found.tolist(), strict=True))

    @property
    def rms(self) -> float:
        """Root mean square z over the targets that count."""
        return root_mean_square(self.verdicts)


def calibrate(
    file: str | Path,
    out: str | Path | None = None,
    *,
    workers: int = 1,
    stop: Stop = lambda: False,
    hears: Hears = lambda _: None,
) -> Fit:
    """Fit a scenario to targets and leave the result in a folder; resumed if begun.

    file: the study (TOML). out: folder, runs/NAME if None: `fitted.toml`, `posterior.parquet`,
    `targets.parquet`, `covariance.parquet`, `parameters.csv`, `fit.html`, `fit.json` and
    `trials.jsonl`, by which the same call goes on.
    workers: processes; the result does not depend on their number. Raises ScenarioError for wrong
    input, Stopped where `stop()` tells so between two batches.

    >>> sim.calibrate("scenarios/studies/taiwan_2005.toml", "runs/taiwan").rms  # doctest: +SKIP
    """
    study = read_calibration(file)
    if not study.file.free:
        raise ScenarioError([f"{study.file.source}: free: wanted a parameter to fit (found none)"])
    place = Path(out) if out else Path("runs") / study.name
    with room_to_write(place):
        ledger = Ledger(place)
        with held(place), Workers(workers) as some:
            trials = Trials(study, ledger, some, stop, hears)
            refined_ = refined(study, trials, search(study, trials))
            best, outcome, around = stepping.stepped(study, trials, refined_)
            draws = posterior_of(study, trials, best, around)
        verdicts = check(study, study.scenario(best))
        covariance = linear.covariance_of(study, best, around)
        found = Fit(study, best, outcome.loss, verdicts, covariance, draws)
        save(found, place)
    return found


def trials_of(study: Calibration) -> int:
    """Return how many trials a fit does in all."""
    steps, refine = len(STEPS), study.file.refine
    rounds = refine.rounds * (refine.trials + steps)
    return study.file.trials + rounds + stepping.trials_of(study) + study.file.posterior.trials


def posterior_of(
    study: Calibration, trials: Trials, best: Values, around: stepping.Slopes | None = None
) -> pd.DataFrame:
    """Return draws around the best parameters; no rows where none are asked for."""
    import pandas as pd

    asked, free = study.file.posterior, study.file.free
    names = [one.key for one in free]
    if asked.linear > 0 and around is not None:
        return linear.draws(study, best, around, asked.linear)
    if asked.trials == 0:
        return pd.DataFrame(columns=[*names, "weight"], dtype=np.float64)
    low, high = posterior.box(places_of(study, best), asked.reach_ppm / PPM)
    places = posterior.spread_over(low, high, asked.trials, study.file.seed)
    outcomes = [one.outcome for one in done(study, trials, places)]
    within = posterior.inside(low, high, places)
    draws = posterior.accepted(within, *_summaries(study, outcomes, within), asked.kept_ppm / PPM)
    found = low + draws.places * (high - low)
    columns = {
        one.key: [at(study, one, float(p)) for p in found[:, k]] for k, one in enumerate(free)
    }
    return pd.DataFrame(columns | {"weight": draws.weights})


def _summaries(
    study: Calibration, outcomes: list[Outcome], places: posterior.Floats
) -> tuple[posterior.Floats, posterior.Floats]:
    """Return summaries of the outcomes, a row each, and of the targets."""
    z = z_of(study, outcomes)
    both = posterior.summaries(np.vstack([z, np.zeros(z.shape[1])]), places)
    return both[:-1], both[-1]


def verdict_table(verdicts: list[Verdict]) -> pd.DataFrame:
    """Return a row a target: key, value, se, simulated, z, judged."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "key": v.target.key,
            "value": v.target.value,
            "se": v.target.error,
            "simulated": v.simulated,
            "z": v.z,
            "judged": v.target.judged,
        }
        for v in verdicts
    ]
    return pd.DataFrame(rows)


def parameter_table(found: Fit) -> pd.DataFrame:
    """Return a row a parameter: key, value, standard_error, low and high of 95 % of the draws.

    Not a number where there are no slopes, or no draws.
    """
    import pandas as pd

    weights = found.draws["weight"].to_numpy(dtype=np.float64)
    rows = []
    for one in found.study.file.free:
        low, high = _middle(found.draws[one.key].to_numpy(dtype=np.float64), weights)
        error = found.errors.get(one.key, math.nan)
        rows.append((one.key, found.best[one.key], f"{error:.3g}", f"{low:.5g}", f"{high:.5g}"))
    return pd.DataFrame(rows, columns=["key", "value", "standard_error", "draws_low", "draws_high"])


def _middle(values: posterior.Floats, weights: posterior.Floats) -> tuple[float, float]:
    """Return the ends of the middle 95 % of weighted draws."""
    if len(values) == 0:
        return math.nan, math.nan
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order])
    at = np.searchsorted(upto, np.array([0.025, 0.975]) * upto[-1])
    low, high = values[order][np.minimum(at, len(values) - 1)]
    return float(low), float(high)


def save(found: Fit, place: Path) -> None:
    """Write scenario, draws, targets and page into a folder, each whole or not there."""
    fitted = found.study.scenario(found.best)
    _write(place / "fitted.toml", fitted.to_toml().encode())
    frames = {
        "posterior": found.draws,
        "targets": verdict_table(found.verdicts),
        "covariance": found.covariance,
    }
    for name, frame in frames.items():
        unfinished = place / f".{name}.unfinished"
        frame.to_parquet(unfinished, index=False)
        unfinished.rename(place / f"{name}.parquet")
    table = parameter_table(found).to_csv(index=False, lineterminator="\n")
    _write(place / "parameters.csv", table.encode())
    told = page(found.study.name, found.verdicts, found.best, found.study.file.reason, found.errors)
    _write(place / "fit.html", told.encode())
    numbers = {"best": found.best, "loss": found.loss, "rms": found.rms}
    numbers["standard_errors"] = found.errors
    made = made_of(found.study, fitted.hash, place)
    _write(place / "fit.json", json.dumps(numbers | made, indent=1).encode())


def made_of(study: Calibration, fitted_hash: str, place: Path) -> dict[str, Any]:
    """Return what `fit.json` tells of the making: versions, and digests of what went in and out."""
    known = manifest.files_in(place)
    inputs = {"study": study.file.source, "targets": study.file.path_of("targets")}
    return {
        "versions": manifest.versions(),
        "scenario_hash": study.base.hash,
        "fitted_hash": fitted_hash,
        "inputs": {name: manifest.sha256(Path(str(path))) for name, path in inputs.items()},
        "files": {name: known[name] for name in FILES},
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }


def _write(place: Path, content: bytes) -> None:
    unfinished = place.with_name(f".{place.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.rename(place)
