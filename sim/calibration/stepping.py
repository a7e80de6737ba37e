"""From a good trial to a better one by damped Gauss-Newton steps (Levenberg and Marquardt).

A round takes slopes, what the z of each target changes by with each parameter, from trials that
move all parameters at once by a small step up or down, by the rows of a Hadamard matrix: each slope
rests on all trials. (Moved one at a time, 21,000 users gave slopes half of which was luck.) Steps
to where the squares of all z would be least, were they linear, are tried at several dampings; the
best of these trials is gone on from, its slopes corrected by what it showed (Broyden 1965).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.calibration.posterior import Floats
from sim.calibration.refining import Found, done, values_at, z_of
from sim.calibration.search import Trials, Values, places_of
from sim.calibration.study import Calibration, Outcome

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
    asked = study.file.gauss_newton
    if asked.rounds == 0:
        return 0
    rows = len(design(len(study.file.free)))
    return asked.rounds * (rows + asked.steps * len(asked.dampings)) + rows


def stepped(
    study: Calibration, trials: Trials, best: tuple[Values, Outcome]
) -> tuple[Values, Outcome, Slopes | None]:
    """Return parameters at least as good as `best`, their outcome, and the slopes around them.

    Without rounds, or where no population has the best parameters, there are no slopes.
    """
    asked = study.file.gauss_newton
    if asked.rounds == 0 or np.isnan(best[1].statistics).all():
        return *best, None
    place = places_of(study, best[0])
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
        aims = [around.place + aim(around, damping, reach) for damping in asked.dampings]
        tried = [one for one in done(study, trials, aims) if _is_possible(one)]
        for one in tried:
            around = _corrected(study, around, one)
        better = min([now, *tried], key=lambda one: one.outcome.loss)
        gain = now.outcome.loss - better.outcome.loss
        if better is not now:
            around = around._replace(place=better.place, z=_expected(study, around, better))
        now = better
        if gain < WORTH * now.outcome.loss:
            break
    return now


def design(count: int) -> Floats:
    """Return by what signs parameters are moved, shape (trials, count), trials a power of two.

    Columns are orthogonal to each other and to a level (Plackett and Burman 1946).
    """
    from scipy.linalg import hadamard

    return np.asarray(hadamard(1 << count.bit_length())[:, 1 : count + 1], dtype=np.float64)


def slopes(study: Calibration, trials: Trials, now: Found) -> Slopes:
    """Return level and slopes at a place, moved inside by a step where it lies at a bound.

    A parameter that no population allows to be moved either way has no slope; nor has a target that
    jumps: that lies farther from a line, in any trial, than a fifth of what a miss counts at most.
    """
    step = study.file.gauss_newton.step_ppm / PPM
    centre = np.clip(now.place, step, 1 - step)
    signs = design(len(centre))
    known = [one for one in done(study, trials, centre + step * signs) if _is_possible(one)]
    if not known:
        z = z_of(study, [now.outcome])[0]
        return Slopes(now.place, z, np.zeros((len(z), len(centre))))
    x = np.array([_places(study, one.place) for one in known]) - centre
    z = z_of(study, [one.outcome for one in known])
    moved, apart = x - x.mean(axis=0), z - z.mean(axis=0)
    by = np.linalg.lstsq(moved, apart, rcond=1e-9)[0].T
    jumps = np.abs(apart - moved @ by.T).max(axis=0) > study.file.most_z / 5
    by = np.where(jumps[:, None], 0.0, by)
    return Slopes(centre, z.mean(axis=0) - by @ x.mean(axis=0), by)


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
    missed = _expected(study, around, tried) - around.z - around.by @ step
    return around._replace(by=around.by + np.outer(missed, step) / length)


def _expected(study: Calibration, around: Slopes, tried: Found) -> Floats:
    """Return z at a trial's place: as the slopes foretell it, and to a part as it came out."""
    foretold = around.z + around.by @ (tried.place - around.place)
    return np.asarray(foretold + TRUSTED * (z_of(study, [tried.outcome])[0] - foretold))


def _places(study: Calibration, place: Floats) -> Floats:
    """Return where parameters really stand: whole numbers stand beside where they were sent."""
    return places_of(study, values_at(study, place))


def _is_possible(one: Found) -> bool:
    return not bool(np.isnan(one.outcome.statistics).all())
