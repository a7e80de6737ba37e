"""Parameters that runs were made with, found again from what the runs show.

Each segment of a run has parameters of its own, so that a few runs try many. Draws given the
statistics of one are made as `paylater calibrate` makes them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from sim.calibration import posterior
from sim.proof.case import Case, Claim, Values, between
from sim.proof.living import lived, starting
from sim.proof.small_run import scenario
from sim.proof.uniforms import uniforms

LOW, HIGH = np.array([0.0, 10_000.0]), np.array([3_000.0, 150_000.0])
_SEGMENTS, _USERS, _DAYS = 16, 150, 150
_TRIED, _REPEATS, _KEPT = 256, 112, 0.5


def cases() -> list[Case]:
    """Return the case on parameters that are known."""
    inputs = {
        "prudence": "0 to 3,000",
        "job loss a payday, ppm": "10,000 to 150,000",
        "users": _USERS,
        "days": _DAYS,
        "tried": _TRIED,
        "repeats": _REPEATS,
    }
    return [
        Case(
            "S3",
            "Known payment friction and shock rate: cover of 90 % intervals; bias, posterior sd",
            inputs,
            "intervals cover 80 to 97 %; bias below 0.2 posterior sd",
            recovered,
        )
    ]


def recovered() -> Claim:
    """Return how often intervals hold the two parameters, and how far means lie aside."""
    places = posterior.spread_over(np.zeros(2), np.ones(2), _TRIED, 1)
    shown = simulated(places, 0)
    truth = 0.1 + 0.8 * uniforms(508, _REPEATS, 2)
    held, aside = np.zeros((_REPEATS, 2)), np.zeros((_REPEATS, 2))
    for i, wanted in enumerate(simulated(truth, _TRIED // _SEGMENTS)):
        draws = posterior.accepted(places, shown, wanted, _KEPT)
        mean = draws.weights @ draws.places
        spread = np.sqrt(draws.weights @ (draws.places - mean) ** 2)
        aside[i] = (mean - truth[i]) / spread
        held[i] = [_holds(draws, k, truth[i, k]) for k in range(2)]
    got = [*held.mean(axis=0), *aside.mean(axis=0)]
    return between([0.9, 0.9, 0, 0], got, [0.8, 0.8, -0.2, -0.2], [0.97, 0.97, 0.2, 0.2])


def simulated(places: Values, first: int) -> Values:
    """Return what runs with parameters at places show, shape (places, 3).

    Roots of the share of days without work, of minimums missed a user, and of days past due.
    first: the number of the first replication, so that no two runs share their luck.
    """
    found = []
    for k in range(0, len(places), _SEGMENTS):
        values = LOW + places[k : k + _SEGMENTS] * (HIGH - LOW)
        totals = lived(starting(_plan(values), first + k // _SEGMENTS)).totals
        users = totals["users"][-1].astype(np.float64)
        shares = [totals[name].sum(axis=0) / users for name in ("unemployed", "missed", "late_1")]
        found.append(np.sqrt(np.column_stack(shares) / [_DAYS, 1, _DAYS]))
    return np.concatenate(found)


def _plan(values: Values) -> Any:
    """Return the scenario whose segment k has the k-th pair of prudence and job loss."""
    shares = np.diff(np.linspace(0, 1_000_000, len(values) + 1).astype(np.int64))
    traits = [{"prudence": {"distribution": "constant", "mean": float(v)}} for v in values[:, 0]]
    segments = [
        {"name": f"s{k}", "share_ppm": int(shares[k]), "traits": traits[k]}
        for k in range(len(values))
    ]
    start = scenario().run.start
    days = {"date": start, "until": start + dt.timedelta(_DAYS)}
    losses = values[:, 1].astype(np.int64)
    shocks = [
        days | {"segment": f"s{k}", "job_loss_ppm": int(losses[k])} for k in range(len(values))
    ]
    return scenario(
        run={"users": _USERS * len(values), "days": _DAYS},
        population={"segments": segments},
        environment={"shocks": shocks},
    )


def _holds(draws: posterior.Draws, k: int, truth: float) -> bool:
    """Tell whether the middle 90 % of a parameter's draws hold its true place."""
    order = np.argsort(draws.places[:, k])
    below = np.cumsum(draws.weights[order])
    low, high = draws.places[order, k][np.searchsorted(below, [0.05, 0.95])]
    return bool(low <= truth <= high)
