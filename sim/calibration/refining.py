"""From a good trial to a better one: statistics as linear in the parameters nearby.

A round draws trials evenly from a box around the best so far, fits the z of every judged target as
linear in the parameters (ridge, since trials are few), and tries where that says the loss is least
inside the box. The box narrows where that was no better.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.calibration.judging import scaled_errors
from sim.calibration.posterior import Floats, box, spread_over
from sim.calibration.search import Trials, Values, at, places_of
from sim.calibration.study import Calibration, Outcome

if TYPE_CHECKING:
    from sim.scenario.calibrations import Free

STEPS = (0.35, 0.7, 1.0)  # of the way to where the linear fit is best
RIDGE = 0.02  # of a trial, for each parameter in units of the box
SOFT = 4.0  # z from which a miss counts less than its square
NARROWER = 0.6


class Found(NamedTuple):
    """A place in the unit cube and what it comes to."""

    place: Floats
    outcome: Outcome


def refined(
    study: Calibration, trials: Trials, best: tuple[Values, Outcome]
) -> tuple[Values, Outcome]:
    """Return parameters at least as good as `best` after the rounds that the file asks for."""
    asked, place = study.file.refine, places_of(study, best[0])
    now, reach = Found(place, best[1]), asked.reach_ppm / 1_000_000
    for number in range(asked.rounds):
        low, high = box(now.place, reach)
        many = spread_over(low, high, asked.trials, study.file.seed + 1 + number)
        tried = done(study, trials, many)
        tried.append(now)
        aim = least(study, tried, low, high)
        start = min(tried, key=lambda one: one.outcome.loss)
        ways = [now.place + step * (aim - now.place) for step in STEPS]
        found = min([start, *done(study, trials, ways)], key=lambda one: one.outcome.loss)
        reach *= 1.0 if found.outcome.loss < 0.99 * now.outcome.loss else NARROWER
        now = found
    if now.place is place:
        return best  # to the last digit, which a place does not keep
    return values_at(study, now.place), now.outcome


def least(study: Calibration, tried: Sequence[Found], low: Floats, high: Floats) -> Floats:
    """Return the place in a box at which the linear fit to trials has the least soft loss."""
    from scipy.optimize import least_squares

    known = [one for one in tried if not np.isnan(one.outcome.statistics).all()]
    width = np.maximum((high - low) / 2, 1e-9)
    centre = known[-1].place
    x = np.array([(one.place - centre) / width for one in known])
    z = z_of(study, [one.outcome for one in known])
    level, slopes = _linear(x, z)

    def misses(step: Floats) -> Floats:
        return np.asarray(level + step @ slopes)

    def slope(_: Floats) -> Floats:
        return np.asarray(slopes.T)

    ends = (low - centre) / width - 1e-9, (high - centre) / width + 1e-9
    found = least_squares(
        misses, np.zeros(len(width)), slope, bounds=ends, loss="soft_l1", f_scale=SOFT
    )
    return np.asarray(centre + found.x * width)


def z_of(study: Calibration, outcomes: Sequence[Outcome]) -> Floats:
    """Return the z of judged targets in trials, cut where misses are; shape (trials, targets).

    They count the errors that the loss counts: those of the data, of a trial's users, and the
    allowance.
    """
    judged = list(study.targets.judged)
    value = np.array([t.value for t in judged])
    simulated = scaled_errors(study.targets, study.file.users * study.file.replications)
    both = np.hypot([t.error for t in judged], [simulated[t.key] for t in judged])
    allowed = study.file.allowance_ppm / 1_000_000 * value
    error = np.maximum(np.hypot(both, allowed), 1e-12)
    most = study.file.most_z
    z = (np.array([one.statistics for one in outcomes]) - value) / error
    return np.asarray(np.clip(np.nan_to_num(z, nan=most), -most, most))


def values_at(study: Calibration, place: Floats) -> Values:
    """Return the parameters at a place of the unit cube."""
    pairs: list[tuple[Free, float]] = list(zip(study.file.free, place, strict=True))
    return {one.key: at(study, one, float(np.clip(p, 0, 1))) for one, p in pairs}


def _linear(x: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Return level and slopes of a ridge regression, shapes (targets,) and (places, targets)."""
    mean_x, mean_z = x.mean(axis=0), z.mean(axis=0)
    centred = x - mean_x
    normal = centred.T @ centred + np.eye(x.shape[1]) * RIDGE * len(x)
    slopes = np.linalg.solve(normal, centred.T @ (z - mean_z))
    return mean_z - mean_x @ slopes, slopes


def done(study: Calibration, trials: Trials, places: Sequence[Floats] | Floats) -> list[Found]:
    """Return the trials at places, cut to the unit cube, in batches as the file asks."""
    batch = study.file.batch
    inside = [np.clip(place, 0, 1) for place in places]
    found: list[Found] = []
    for first in range(0, len(inside), batch):
        some = inside[first : first + batch]
        outcomes = trials.outcomes([values_at(study, place) for place in some])
        found += map(Found, some, outcomes)
    return found
