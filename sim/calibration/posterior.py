"""Draws of parameters given targets: rejection around the optimum, with regression adjustment.

Parameters are drawn evenly from a box around the optimum, cut to the ranges; those whose statistics
come nearest are kept, and moved along a local linear regression to where the statistics would meet
the targets (Beaumont, Zhang and Balding 2002, Genetics 162: 2025-2035). Parameters are regressed on
the logit scale of the box, so that none leaves it: the box is the prior.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RIDGE = 1e-6  # of the trace of the normal equations: statistics may repeat each other


class Draws(NamedTuple):
    """A sample of the posterior."""

    places: Floats  # shape (draws, parameters), each in (0, 1) of what was drawn from
    weights: Floats  # shape (draws,), add up to 1


def box(best: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return the lower and the upper corner of the neighbourhood of a place, inside [0, 1]."""
    return np.maximum(best - reach, 0.0), np.minimum(best + reach, 1.0)


def inside(low: Floats, high: Floats, places: Floats) -> Floats:
    """Return where places stand in a box, each from 0 to 1."""
    return np.asarray((places - low) / np.maximum(high - low, 1e-12))


def spread_over(low: Floats, high: Floats, count: int, seed: int) -> Floats:
    """Return `count` places between two corners, an even sequence, shape (count, parameters)."""
    from scipy.stats import qmc

    even = qmc.Sobol(len(low), rng=seed).random_base2(max(count - 1, 1).bit_length())
    return np.asarray(low + (high - low) * even[:count])


def accepted(places: Floats, statistics: Floats, wanted: Floats, kept: float) -> Draws:
    """Return the share `kept` of draws nearest to the target, adjusted.

    places: shape (draws, parameters). statistics: in units of their errors, (draws, statistics).
    wanted: what they should be, (statistics,).
    """
    apart = statistics - wanted
    distance = np.sqrt(np.mean(apart**2, axis=1))
    count = max(round(kept * len(places)), min(len(places), 2))
    near = np.argsort(distance, kind="stable")[:count]
    reach = max(float(distance[near[-1]]), 1e-12)
    weights = np.maximum(1 - (distance[near] / reach) ** 2, 0.0)  # Epanechnikov
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(count, 1 / count)
    moved = adjusted(_logit(places[near]), apart[near], weights)
    return Draws(1 / (1 + np.exp(-moved)), weights)


def adjusted(values: Floats, apart: Floats, weights: Floats) -> Floats:
    """Return parameters moved to where their statistics would be on target, by least squares."""
    centre = weights @ apart
    x, y = apart - centre, values - weights @ values
    normal = (x * weights[:, None]).T @ x
    normal += np.eye(len(normal)) * RIDGE * max(float(np.trace(normal)), 1e-12)
    slopes = np.linalg.solve(normal, (x * weights[:, None]).T @ y)
    return np.asarray(values - apart @ slopes)


def summaries(statistics: Floats, places: Floats) -> Floats:
    """Return one summary a parameter: its own linear prediction from all statistics.

    Of many statistics the nearest are near by chance; a regression of each parameter leaves as
    many summaries as parameters (Fearnhead and Prangle 2012). Shape (draws, parameters); the
    last row stands for whatever row of statistics stands last.
    """
    known = statistics[: len(places)]
    centre, scale = known.mean(axis=0), np.maximum(known.std(axis=0), 1e-9)
    x, y = (known - centre) / scale, _logit(places)
    normal = x.T @ x + np.eye(x.shape[1]) * len(x) * 0.1
    slopes = np.linalg.solve(normal, x.T @ (y - y.mean(axis=0)))
    return np.asarray((statistics - centre) / scale @ slopes)


def _logit(places: Floats) -> Floats:
    inside = np.clip(places, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))
