"""Simulated pools of accounts under one factor, held against the formulas."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.proof.case import Case, Claim, Values, between, near
from sim.proof.uniforms import normals, uniforms
from sim.risk import closed_form

PD, RHO = 0.02, 0.04
_SCENARIOS = 100_000


def cases() -> list[Case]:
    """Return the cases on portfolio losses that simulate."""
    book = {"pd": PD, "asset_correlation": RHO}
    return [
        Case(
            "V1b",
            "Simulated loss quantiles at 95, 99, 99.9 %",
            book | {"scenarios": _SCENARIOS},
            "V1; tolerance from the density of the loss",
            simulated_quantiles,
        ),
        Case(
            "V7b",
            "Simulated variance of the default share, pools of 50, 1,000, 100,000",
            book | {"scenarios": 20_000, "sizes": [50, 1_000, 100_000]},
            "law of total variance; 3 standard errors",
            simulated_variances,
        ),
        Case(
            "V8",
            "Kolmogorov distance of simulated shares to the limit distribution",
            book | {"scenarios": 10_000, "n": 100_000},
            "Kolmogorov, 1 % level",
            distance_to_limit,
        ),
        Case(
            "V11b",
            "Simulated default rate at a factor of -1, 0, 1",
            book | {"factor": [-1, 0, 1], "n": 1_000_000},
            "V11; 3 standard errors",
            simulated_rates,
        ),
    ]


def simulated_quantiles() -> Claim:
    """Hold quantiles of simulated losses against the formula."""
    levels = np.array([0.95, 0.99, 0.999])
    losses = closed_form.conditional_pd(PD, RHO, normals(1, _SCENARIOS))
    return near(
        closed_form.loss_quantile(PD, RHO, levels),
        np.quantile(losses, levels),
        [0.00035, 0.00078, 0.0025],
    )


def simulated_variances() -> Claim:
    """Hold the variance of shares in finite pools against the law of total variance."""
    sizes, scenarios = np.array([50, 1_000, 100_000]), 20_000
    found, errors = [], []
    for stream, n in enumerate(sizes, start=10):
        squares = (_shares(stream, scenarios, int(n)) - PD) ** 2
        found.append(squares.mean())
        errors.append(squares.std() / np.sqrt(scenarios))
    wanted = PD * (1 - PD) / sizes + (1 - 1 / sizes) * closed_form.loss_sd(PD, RHO) ** 2
    return near(wanted, found, 3 * np.asarray(errors))


def distance_to_limit() -> Claim:
    """Return the largest gap between simulated shares and the distribution of an infinite pool."""
    shares = np.sort(_shares(20, 10_000, 100_000))
    limit = np.asarray(closed_form.loss_cdf(PD, RHO, shares))
    steps = np.arange(len(shares) + 1) / len(shares)
    gap = max((steps[1:] - limit).max(), (limit - steps[:-1]).max())
    return between(0, gap, 0, 0.0163)


def simulated_rates() -> Claim:
    """Hold the share of accounts below the threshold, given the factor, against the formula."""
    factors, n = np.array([-1.0, 0.0, 1.0]), 1_000_000
    own = normals(30, n)
    found = [(np.sqrt(RHO) * z + np.sqrt(1 - RHO) * own < ndtri(PD)).mean() for z in factors]
    wanted = np.asarray(closed_form.conditional_pd(PD, RHO, factors))
    return near(wanted, found, 3 * np.sqrt(wanted * (1 - wanted) / n))


def _shares(stream: int, scenarios: int, n: int) -> Values:
    """Return simulated shares of defaults in pools of n."""
    from scipy.stats import binom

    rates = closed_form.conditional_pd(PD, RHO, normals(stream, scenarios))
    return np.asarray(binom.ppf(uniforms(stream + 100, scenarios), n, rates) / n)
