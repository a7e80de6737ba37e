"""From a good trial to a better one by damped Gauss-Newton steps (Levenberg and Marquardt).

A round moves each free parameter alone by a small step, under the luck that all trials share, and
takes what the z of each target changes by as its slope. Steps to where the squares of all z would
be least, were they linear, are tried at several dampings, and the best of these trials is gone on
from. What its z has more or less than the slopes foretold corrects them (Broyden 1965).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.calibration.posterior import Floats
from sim.calibration.refining import Found, done, values_at, z_of
from sim.calibration.search import Trials, Values, place_of
from sim.calibration.study import Calibration, Outcome

if TYPE_CHECKING:
    from sim.scenario.calibrations import GaussNewton

PPM = 1_000_000
TRUSTED = 0.3  # of what a step shows beyond its slopes: luck changes z too
WORTH = 0.003  # of the loss: a step that gains less ends its round
NARROWER = 0.5  # reach after a round without gain


class Slopes(NamedTuple):
    """Targets as linear in the parameters around a place of the unit cube."""

    place: Floats  # shape (parameters,)
    z: Floats  # of the judged targets there, shape (targets,)
    by: Floats  # change of z over a whole range, shape (targets, parameters)


def trials_of(study: Calibration) -> int:
    """Return how many trials the steps of a study do at most, the slopes of its end included."""
    asked, free = study.file.gauss_newton, len(study.file.free)
    if asked.rounds == 0:
        return 0
    return asked.rounds * (free + asked.steps * len(asked.dampings)) + free


def stepped(
    study: Calibration, trials: Trials, best: tuple[Values, Outcome]
) -> tuple[Values, Outcome, Slopes | None]:
    """Return parameters at least as good as `best`, their outcome, and the slopes around them.

    Without rounds, or where no population has the best parameters, there are no slopes.
    """
    asked, free = study.file.gauss_newton, study.file.free
    if asked.rounds == 0 or np.isnan(best[1].statistics).all():
        return *best, None
    place = np.array([place_of(one, float(best[0][one.key])) for one in free])
    now, reach = Found(place, best[1]), asked.reach_ppm / PPM
    for _ in range(asked.rounds):
        after = _round(study, trials, now, reach)
        reach *= 1.0 if after is not now else NARROWER
        now = after
    around = slopes(study, trials, now)
    if now.place is place:
        return *best, around  # to the last digit, which a place does not keep
    return values_at(study, now.place), now.outcome, around


def _round(study: Calibration, trials: Trials, now: Found, reach: float) -> Found:
    asked = study.file.gauss_newton
    around = slopes(study, trials, now)
    for _ in range(asked.steps):
        aims = [now.place + aim(around, damping, reach) for damping in asked.dampings]
        tried = [one for one in done(study, trials, aims) if _is_possible(one)]
        for one in tried:
            around = _corrected(study, around, one)
        better = min([now, *tried], key=lambda one: one.outcome.loss)
        gain = now.outcome.loss - better.outcome.loss
        if better is not now:
            around = Slopes(better.place, z_of(study, [better.outcome])[0], around.by)
        now = better
        if gain < WORTH * now.outcome.loss:
            break
    return now


def slopes(study: Calibration, trials: Trials, now: Found) -> Slopes:
    """Return the slopes at a place, by moving each parameter alone towards its farther bound.

    A parameter that cannot be moved, or whose step no population allows, has none; nor has a target
    that jumps: that moves by more than half of what a miss counts at most.
    """
    asked: GaussNewton = study.file.gauss_newton
    step = asked.step_ppm / PPM
    moved = []
    for k, at in enumerate(now.place):
        there = now.place.copy()
        there[k] = at + step if at < 1 / 2 else at - step
        moved.append(there)
    z = z_of(study, [now.outcome])[0]
    by = np.zeros((len(z), len(now.place)))
    here = _places(study, now.place)
    for k, one in enumerate(done(study, trials, moved)):
        far = _places(study, one.place)[k] - here[k]
        if far != 0 and _is_possible(one):
            by[:, k] = (z_of(study, [one.outcome])[0] - z) / far
    jumps = np.abs(by * step).max(axis=1) > study.file.most_z / 2
    return Slopes(now.place, z, np.where(jumps[:, None], 0.0, by))


def aim(around: Slopes, damping: float, reach: float) -> Floats:
    """Return the step to the least sum of squares: of all z, and of damping x step in each z.

    No parameter goes farther than `reach` of its range, or beyond its bounds.
    """
    from scipy.optimize import lsq_linear

    count = len(around.place)
    low = np.maximum(-reach, -around.place) - 1e-9
    high = np.minimum(reach, 1 - around.place) + 1e-9
    held = damping * np.sqrt(len(around.z)) * np.eye(count)
    matrix = np.vstack([around.by, held])
    wanted = np.concatenate([-around.z, np.zeros(count)])
    return np.asarray(lsq_linear(matrix, wanted, (low, high)).x)


def _corrected(study: Calibration, around: Slopes, tried: Found) -> Slopes:
    """Return slopes turned towards what a trial showed along its own step."""
    step = tried.place - around.place
    length = float(step @ step)
    if length == 0:
        return around
    missed = z_of(study, [tried.outcome])[0] - around.z - around.by @ step
    return around._replace(by=around.by + TRUSTED * np.outer(missed, step) / length)


def _places(study: Calibration, place: Floats) -> Floats:
    """Return where parameters really stand: whole numbers stand beside where they were sent."""
    values = values_at(study, place)
    return np.array([place_of(one, float(values[one.key])) for one in study.file.free])


def _is_possible(one: Found) -> bool:
    return not bool(np.isnan(one.outcome.statistics).all())


def errors(around: Slopes) -> Floats:
    """Return the covariance of the parameters, in whole ranges, shape (parameters, parameters).

    The linear approximation: inverse of slopes' slopes / s2 + 12, with s2 = what the squares of all
    z come to for each degree of freedom, 1 at least, so that what the model cannot meet widens all;
    12 is the precision of an even prior over the range. Targets count as independent of each other.
    """
    count = len(around.place)
    free = max(len(around.z) - count, 1)
    misfit = max(float(around.z @ around.z) / free, 1.0)
    return np.asarray(np.linalg.inv(around.by.T @ around.by / misfit + 12 * np.eye(count)))


def scales(study: Calibration, values: Values) -> Sequence[float]:
    """Return how much of each parameter a whole range is at its value: its derivative by place."""
    found = []
    for one in study.file.free:
        low, high = float(one.low), float(one.high)
        by_log = float(values[one.key]) * float(np.log(high / low)) if one.scale == "log" else 0.0
        found.append(by_log or high - low)
    return found
