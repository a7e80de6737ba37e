"""Sobol indices of a design, with what is Monte Carlo noise told apart from what the keys do.

Source: Saltelli and others, "Variance based sensitivity analysis of model output", Computer Physics
Communications 181 (2010); the estimators are SALib's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.study.design import problem
from sim.study.extras import library
from sim.study.interval import LEVEL, NAN, Interval

RESAMPLES = 200


class Index(NamedTuple):
    """Shares of all variance of a metric over the design, its noise included."""

    key: str
    first: Interval  # of the key alone
    total: Interval  # of the key and all it interacts with


class Indices(NamedTuple):
    """The indices of one metric; with `noise` they make up all of its variance."""

    indices: list[Index]
    variance: float  # of the metric over rows, each the mean of its replications
    noise: float  # share of it that is Monte Carlo noise; NaN with one replication a row


def indices(
    names: Sequence[str], values: NDArray[np.float64], *, level: float = LEVEL, seed: int = 1
) -> Indices:
    """Return the indices of a metric over a design of Saltelli without second order.

    values: shape (rows, replications), rows in the order of the design; none may be missing. With
    two replications or more, indices are freed of what luck adds to them. Intervals are
    bootstrapped over the base sample. Raises ValueError for missing values.
    """
    if np.isnan(values).any():
        rows = np.flatnonzero(np.isnan(values).any(axis=1)).tolist()
        raise ValueError(f"wanted a value in every row (found none in {rows[:10]})")
    means = values.mean(axis=1)
    variance = float(means.var())
    noise = _noise(values) / variance if variance else 0.0
    if not variance:
        nothing = Interval(0.0, 0.0, 0.0, level, len(means))
        return Indices([Index(name, nothing, nothing) for name in names], 0.0, 0.0)
    found = library("SALib.analyze.sobol", "study").analyze(
        problem(names),
        means,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=level,
        seed=seed + 1,  # SALib takes 0 for none
    )
    luck = _luck(values, len(names))
    each = [
        Index(
            name,
            *(
                _around(
                    float(found[kind][k]) - luck[kind][k],
                    float(found[f"{kind}_conf"][k]),
                    level,
                    len(means),
                )
                for kind in ("S1", "ST")
            ),
        )
        for k, name in enumerate(names)
    ]
    return Indices(each, variance, noise)


def _luck(values: NDArray[np.float64], keys: int) -> dict[str, NDArray[np.float64]]:
    """Return what luck adds to the first and the total index of each key; 0 where it is not known.

    Rows share their luck, so two rows that differ in an idle key differ by nothing: what is taken
    off is how far each key's own differences vary between replications, not what all rows vary.
    """
    blocks = values.reshape(-1, keys + 2, values.shape[1])
    first, last = blocks[:, 0], blocks[:, -1]
    whole = float(np.concatenate([first, last]).mean(axis=1).var())
    runs = values.shape[1]
    if runs < 2 or not whole:
        return {"S1": np.zeros(keys), "ST": np.zeros(keys)}
    steps = blocks[:, 1:-1] - first[:, None]

    def between(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean covariance over replications of the means of two, by key."""
        apart = (side - side.mean(axis=-1, keepdims=True) for side in (one, other))
        products = np.multiply(*apart).sum(axis=-1) / (runs - 1) / runs
        return np.asarray(products.mean(axis=0) / whole)

    return {"S1": between(last[:, None], steps), "ST": between(steps, steps) / 2}


def _noise(values: NDArray[np.float64]) -> float:
    """Return the variance that luck leaves in the mean of a row, after what all rows share.

    Rows share their luck: what a replication does to all of them alike is no noise between them.
    """
    rows, runs = (int(size) for size in values.shape)
    if runs < 2:
        return NAN
    by_row, by_run = values.mean(axis=1, keepdims=True), values.mean(axis=0)
    left = values - by_row - by_run + values.mean()
    squares = float(np.square(left).sum())
    return squares / ((rows - 1) * (runs - 1) * runs)


def _around(estimate: float, half: float, level: float, runs: int) -> Interval:
    return Interval(estimate, estimate - half, estimate + half, level, runs)
