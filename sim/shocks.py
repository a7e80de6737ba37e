"""Dated shocks as the rules read them: whom each befalls, and what it does."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.compiled import scalar, seldom
from sim.kinds import MOST_SHOCKS
from sim.units import PPM, share

if TYPE_CHECKING:
    from sim.day import Environment
    from sim.params import Params
    from sim.scenario.sections import Scenario
    from sim.user import User

ANYONE = -1  # instead of the number of a region or a segment


@dataclass(frozen=True)
class Shocks:
    """The shocks of a scenario; each list has MOST_SHOCKS elements."""

    region: list[int]
    segment: list[int]
    job_loss: list[int]  # ppm, a payday
    income: list[int]  # factor, ppm
    spending: list[int]  # factor, ppm
    strain: list[int]  # 1e-3 logit, a payday


def shocks_of(scenario: Scenario) -> Shocks:
    """Return the shocks of a scenario, in its order; the rest of each list is never in force."""
    shocks, people = scenario.environment.shocks, scenario.population
    regions = [people.regions.index(s.region) if s.region else ANYONE for s in shocks]
    names = [segment.name for segment in people.segments]
    segments = [names.index(s.segment) if s.segment else ANYONE for s in shocks]
    return Shocks(
        region=_filled(regions),
        segment=_filled(segments),
        job_loss=_filled([s.job_loss_ppm for s in shocks]),
        income=_filled([s.income_ppm for s in shocks]),
        spending=_filled([s.spending_ppm for s in shocks]),
        strain=_filled([s.strain for s in shocks]),
    )


def in_force(scenario: Scenario, first: dt.date, count: int) -> NDArray[np.int64]:
    """Return which shocks are in force on each of `count` days from `first` on, a bit each."""
    bits = np.zeros(count, dtype=np.int64)
    for k, shock in enumerate(scenario.environment.shocks):
        last = shock.until or _month_from(shock.date)
        start, end = (shock.date - first).days, (last - first).days + 1
        bits[max(start, 0) : max(end, 0)] |= 1 << k
    return bits


def _month_from(date: dt.date) -> dt.date:
    """Return the last day of the month that begins on a date, so that each payday comes once."""
    year, month = divmod(date.year * 12 + date.month, 12)
    day = min(date.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day) - dt.timedelta(days=1)


def _filled(values: list[int]) -> list[int]:
    return values + [0] * (MOST_SHOCKS - len(values))


@scalar
def befalls(user: User, k: int, env: Environment, p: Params) -> bool:
    """Tell whether shock k is in force and befalls a user."""
    if (env.shocks >> k) & 1 == 0:
        return False
    region = p.shocks.region[k]
    segment = p.shocks.segment[k]
    return (region < 0 or region == user.region) and (segment < 0 or segment == user.segment)


@scalar
def factor_of(user: User, factors: list[int], env: Environment, p: Params) -> int:
    """Return the product of the factors of all shocks that befall a user, ppm, at most 100."""
    factor = PPM
    for k in range(MOST_SHOCKS):
        if befalls(user, k, env, p):
            factor = min(share(factor, factors[k]), 100 * PPM)
    return factor


@seldom
def income_factor(user: User, env: Environment, p: Params) -> int:
    """Return the factor of shocks on a user's income, ppm."""
    return factor_of(user, p.shocks.income, env, p)


@seldom
def spending_factor(user: User, env: Environment, p: Params) -> int:
    """Return the factor of shocks on how often a user buys, ppm."""
    return factor_of(user, p.shocks.spending, env, p)


@seldom
def work_lost(user: User, env: Environment, p: Params) -> int:
    """Return the chance, ppm, that shocks put on losing one's work, each after the others."""
    kept = PPM
    for k in range(MOST_SHOCKS):
        if befalls(user, k, env, p):
            kept = share(kept, PPM - p.shocks.job_loss[k])
    return PPM - kept


@seldom
def strain_added(user: User, env: Environment, p: Params) -> int:
    """Return what shocks add to a user's strain on a payday, 1e-3 logit."""
    strain = 0
    for k in range(MOST_SHOCKS):
        if befalls(user, k, env, p):
            strain += p.shocks.strain[k]
    return strain
