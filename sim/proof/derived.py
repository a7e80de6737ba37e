"""What cases ask that is a step or two from a formula of `sim.risk.closed_form`.

The formulas are looked up when they are called, so that a broken one shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from sim.proof.case import Values
from sim.risk import closed_form


def standardised_quantiles(pd: float, asset_correlation: float, level: ArrayLike) -> Values:
    """Return loss quantiles less their mean, in standard deviations of the loss."""
    spread = closed_form.loss_sd(pd, asset_correlation)
    quantiles = np.asarray(closed_form.loss_quantile(pd, asset_correlation, level))
    return np.asarray((quantiles - pd) / spread)


def scenarios_for_quantile(
    pd: float, asset_correlation: float, level: float, relative_error: float
) -> float:
    """Return how many simulated losses a quantile needs for a relative standard error."""
    quantile = closed_form.loss_quantile(pd, asset_correlation, level)
    step = quantile * 1e-5
    around = [quantile - step, quantile + step]
    below, above = closed_form.loss_cdf(pd, asset_correlation, around)
    density = (above - below) / (2 * step)
    return float(level * (1 - level) / (density * quantile * relative_error) ** 2)


def pool_check(pd: float, asset_correlation: float, n: int) -> Values:
    """Return the two probabilities of a pool of one, and total and mean share of a pool of n."""
    one = closed_form.finite_pool(pd, asset_correlation, 1)
    many = closed_form.finite_pool(pd, asset_correlation, n)
    return np.asarray([*one, many.sum(), many @ np.arange(n + 1) / n])


def pool_variances(pd: float, asset_correlation: float, sizes: Sequence[int]) -> Values:
    """Return the variance of the share of defaults in pools of these sizes."""
    found = []
    for n in sizes:
        shares = np.arange(n + 1) / n
        found.append(closed_form.finite_pool(pd, asset_correlation, n) @ (shares - pd) ** 2)
    return np.asarray(found)


def absorbed_amounts(amounts: ArrayLike, transient: ArrayLike, absorbing: ArrayLike) -> Values:
    """Return how much of the amounts by state ends in each absorbing state."""
    ends = closed_form.absorption(transient, absorbing).absorbed
    return np.asarray(np.asarray(amounts) @ ends)


def lost_within(matrix: ArrayLike, months: Sequence[int]) -> Values:
    """Return the share of accounts of state 0 that is absorbed within so many months."""
    moves = np.asarray(matrix, dtype=np.float64)
    left = [np.linalg.matrix_power(moves, number)[0].sum() for number in months]
    return np.asarray(1 - np.asarray(left))


def months_to_loss(matrix: ArrayLike, buckets: Sequence[int]) -> Values:
    """Return the months until an account of a bucket is absorbed by what rows lack."""
    moves = np.asarray(matrix, dtype=np.float64)
    found = closed_form.absorption(moves, 1 - moves.sum(axis=1))
    return np.asarray(found.steps[list(buckets)])


def lifetime_loss(matrix: ArrayLike, ead: float, lgd: float) -> Values:
    """Return EAD x LGD x the absorption probability, by bucket."""
    moves = np.asarray(matrix, dtype=np.float64)
    ends = closed_form.absorption(moves, 1 - moves.sum(axis=1)).absorbed
    return np.asarray(closed_form.expected_loss(ead, ends.clip(0, 1), lgd))


def binormal_separation(apart: float, accounts: int) -> Values:
    """Return AUC, Gini and KS of good scores `apart` above bad ones, at quantiles of normals."""
    quantiles = ndtri((np.arange(accounts) + 0.5) / accounts)
    scores: Any = np.concatenate([quantiles + apart, quantiles])
    bads = np.repeat([0, 1], accounts)
    measures = (closed_form.auc, closed_form.gini, closed_form.ks)
    return np.asarray([measure(scores, bads) for measure in measures])


def category_numbers(days_past_due: Sequence[int]) -> Values:
    """Return the place of each number of days among the five categories, from 0, pass."""
    from sim.risk.categories import CATEGORIES, category_of

    return np.asarray([CATEGORIES.index(str(category_of(days))) for days in days_past_due])
