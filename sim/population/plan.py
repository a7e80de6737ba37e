"""A scenario's population as numbers to draw from: a factor of the copula, tables of traits."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim import quantiles
from sim.paths import Span, path
from sim.quantiles import GRID, GRID_END, GRID_PER_UNIT
from sim.scenario import ScenarioError
from sim.scenario.marginals import TRAITS, Distribution, Marginal
from sim.tickets import mean_amount_ppm
from sim.units import PPM

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario

# What one unit of a trait's table stands for; a table holds whole numbers.
SCALE = {
    "spend_share": PPM,
    "outgoings_share": PPM,
    "wallet_share": PPM,
    "debt_share": PPM,
    "score": 1_000,
    "payments_month": 1_000,
}


class Plan(NamedTuple):
    """What the drawing of users reads."""

    factor: NDArray[np.float64]  # lower triangle, shape (traits, traits)
    normal: NDArray[np.int64]  # quantiles of a standard normal, 1e-6
    grids: NDArray[np.int64]  # shape (segments, traits, GRID): value at a normal score
    segments: NDArray[np.int64]  # words up to which each segment reaches
    students: NDArray[np.int64]  # 0 or 1, by segment
    regions: NDArray[np.int64]  # words up to which each region reaches
    paydays: NDArray[np.int64]
    growth_days: NDArray[np.int64]
    growth_words: NDArray[np.int64]
    numbers: NDArray[np.int64]  # see `NUMBERS`


NUMBERS = (
    "seed",
    "male_ppm",
    "real_name_ppm",
    "occupation_ppm",
    "past_overdue_at",
    "past_overdue_link",
    "no_card_ppm",
    "most_cards",
    "verified_low_ppm",
    "verified_high_ppm",
    "pays_first",
    "pays_last",
    "auto_debit_full_ppm",
    "auto_debit_minimum_ppm",
    "unemployment_ppm",
    "strain_sd",
    "bank_months_ppm",
    "mean_amount_ppm",
    "activity_points",
    "activity_payments",
)


def plan_of(scenario: Scenario) -> Plan:
    """Return what users are drawn from. Raises ScenarioError for an impossible copula."""
    people = scenario.population
    link = score_link(people.score_auc, people.score_auc_bad_ppm / PPM)
    try:
        matrix = people.copula.matrix(link)
    except ValueError as error:
        raise ScenarioError([f"{scenario.source}: population.copula.{error}"]) from None
    return Plan(
        factor=cholesky(matrix),
        normal=quantiles.table_of(lambda low, high: 1e6 * _score(low, high)),
        grids=np.array(
            [
                [
                    grid_of(segment.traits.get(name) or getattr(people.traits, name), name)
                    for name in TRAITS
                ]
                for segment in people.segments
            ]
        ),
        segments=_words([segment.share_ppm for segment in people.segments]),
        students=np.array([int(segment.student) for segment in people.segments]),
        regions=_words(people.region_ppm),
        paydays=np.array(people.traits.paydays),
        growth_days=np.array([point.day for point in people.growth]),
        growth_words=np.array([point.share_ppm * 2**32 // PPM for point in people.growth]),
        numbers=_numbers(scenario),
    )


def _numbers(scenario: Scenario) -> NDArray[np.int64]:
    traits, money = scenario.population.traits, scenario.behaviour.money
    kept = money.strain_kept_ppm / PPM
    strain_sd = money.strain_shock / np.sqrt(max(1 - kept**2, 1e-6))
    at = special.ndtri(traits.past_overdue_ppm / PPM)
    known = {
        "seed": scenario.run.seed,
        "past_overdue_at": round(1e6 * at),
        "past_overdue_link": round(1e6 * traits.past_overdue_link),
        "unemployment_ppm": _unemployed(scenario),
        "strain_sd": round(strain_sd),
        "bank_months_ppm": money.bank_months_ppm,
        "mean_amount_ppm": mean_amount_ppm(scenario.behaviour),
        "activity_points": scenario.product.score.activity_points,
        "activity_payments": scenario.product.score.activity_payments,
    }
    values = [known[name] if name in known else getattr(traits, name) for name in NUMBERS]
    return np.array(values, dtype=np.int64)


def _unemployed(scenario: Scenario) -> int:
    """Return the share of users without a job before the first day, ppm."""
    first = scenario.run.start - dt.timedelta(days=scenario.run.burn_in_days)
    level = scenario.environment.unemployment_ppm
    own = path(scenario, "unemployment", Span(first, 1), level)
    return level if own is None else int(own[0])


def _words(shares_ppm: list[int]) -> NDArray[np.int64]:
    return np.cumsum(np.array(shares_ppm, dtype=np.int64)) * 2**32 // PPM


def _score(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal score of a probability given from both sides, exact in both tails."""
    return np.asarray(np.where(low < 0.5, special.ndtri(low), -special.ndtri(high)))


def cholesky(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lower factor by plain sums: the library's changes bits with the machine."""
    size = len(matrix)
    factor = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= factor[i, k] * factor[j, k]
            factor[i, j] = np.sqrt(rest) if i == j else rest / factor[j, j]
    return factor


def grid_of(marginal: Marginal, name: str) -> NDArray[np.int64]:
    """Return the values of a trait at normal scores -6 .. 6, in its table's units."""
    z = np.arange(GRID) / GRID_PER_UNIT - GRID_END
    values = np.clip(
        _quantile(marginal, z),
        -np.inf if marginal.low is None else marginal.low,
        np.inf if marginal.high is None else marginal.high,
    )
    return np.rint(values * SCALE.get(name, 1)).astype(np.int64)


def _quantile(marginal: Marginal, z: NDArray[np.float64]) -> NDArray[np.float64]:
    below = special.ndtr(z)
    family = marginal.distribution
    if family == Distribution.LOGNORMAL:
        return np.asarray((marginal.median or 0.0) * np.exp((marginal.sigma or 0.0) * z))
    if family == Distribution.NORMAL:
        return np.asarray((marginal.mean or 0.0) + (marginal.sd or 0.0) * z)
    if family == Distribution.GAMMA:
        shape = marginal.shape or 1.0
        body = np.where(
            z < 0, special.gammaincinv(shape, below), special.gammainccinv(shape, special.ndtr(-z))
        )
        return np.asarray(body * (marginal.mean or 0.0) / shape, dtype=np.float64)
    if family == Distribution.UNIFORM:
        low, high = marginal.low or 0.0, marginal.high or 0.0
        return np.asarray(low + (high - low) * below)
    if family == Distribution.CONSTANT:
        return np.full(len(z), marginal.mean or 0.0)
    chances, values = zip(*(marginal.quantiles or []), strict=True)
    return np.asarray(np.interp(below, chances, values), dtype=np.float64)


def auc_of(correlation: float, bad: float) -> float:
    """Return the area under the curve of one normal score against the worst `bad` of another.

    Two bivariate normal scores; a user is bad when the second is below its `bad` quantile. The
    score of the bad has distribution G, of the good H; the area is P(bad < good), by quadrature.
    """
    edge, rest = special.ndtri(bad), np.sqrt(1 - correlation**2)
    grid = np.linspace(-8, 8, 4_001)
    density = np.exp(-grid * grid / 2) / np.sqrt(2 * np.pi)
    bad_at = special.ndtr((edge - correlation * grid) / rest)
    at_bad = density * bad_at / bad
    at_good = density * (1 - bad_at) / (1 - bad)
    steps = (at_bad[1:] + at_bad[:-1]) / 2 * np.diff(grid)
    below = np.concatenate([[0.0], np.cumsum(steps)])
    return float(np.trapezoid(below * at_good, grid))


@cache
def score_link(auc: float, bad: float) -> float:
    """Return the correlation of score and prudence that gives this area under the curve.

    By halving: scipy.optimize would take longer to import than all that happens before day one.
    """
    low, high = 0.0, 0.999
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if auc_of(middle, bad) < auc else (low, middle)
    return low if auc > 0.5 else 0.0
