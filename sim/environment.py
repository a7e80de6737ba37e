"""What all users share on each day: calendar and economy, made before the run.

Source of the flows of work: with a share u without a job and a chance f to find one in a month,
u moves by d in a month when f u + d of all lose their jobs, that is (f u + d) / (1 - u) of those
at work. A fall faster than f u is not followed: then nobody loses a job.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar import MAX_PPM, Calendar, OwnDate, calendar
from sim.day import Environment
from sim.paths import MONTH, Span, path
from sim.rows import Table, empty_table
from sim.shocks import in_force
from sim.systematic import factor, given_factor
from sim.units import PPM

if TYPE_CHECKING:
    from sim.scenario.sections import Product, Scenario


class Course(NamedTuple):
    """All days of a run."""

    days: Table  # Environment rows, shape (days,), burn-in included
    calendar: Calendar
    first: dt.date  # the first simulated day


def course(scenario: Scenario, replication: int = 0) -> Course:
    """Return what all users share on each simulated day of a replication.

    Raises ScenarioError for the file of a path that cannot be used.
    """
    run, env = scenario.run, scenario.environment
    first = run.start - dt.timedelta(days=run.burn_in_days)
    count = run.burn_in_days + run.days
    own = [OwnDate(d.date, d.until or d.date, d.demand_ppm, d.name) for d in env.dates]
    dates = calendar(
        first, count, own=own, holidays=env.holidays, festivals=env.festivals, weekdays=env.weekdays
    )
    rows = empty_table(Environment, count)
    rows["day"] = np.arange(count)
    rows["month"] = dates.month_index
    rows["day_of_month"] = dates.day_of_month
    rows["month_of_year"] = dates.dates.astype("M8[M]").astype(np.int64) % 12
    rows["month_length"] = dates.month_length
    rows["last_month_length"] = _last_month_length(dates)
    rows["day_of_year"] = dates.day_of_year
    rows["weekday"] = dates.weekday
    rows["demand"] = dates.demand_ppm
    _economy(rows, scenario, Span(first, count), replication)
    rows["year"] = dates.dates.astype("M8[Y]").astype(np.int64) + 1970
    rows["rollout"] = rollout(scenario.product, first, count)
    rows["rollout_beside"] = PPM
    for k, product in enumerate(scenario.beside):
        rows["rollout_beside"][:, k] = rollout(product, first, count)
    return Course(rows, dates, first)


def _economy(rows: Table, scenario: Scenario, span: Span, replication: int) -> None:
    """Write work, incomes, demand, factor and shocks into Environment rows."""
    env = scenario.environment
    level = unemployment(scenario, span.first, span.days + MONTH, replication)
    jobless, rise = level[: span.days], level[MONTH:] - level[: span.days]
    rows["job_found"] = env.job_found_ppm
    lost = env.job_found_ppm * jobless // PPM + rise
    z = factor(scenario, replication)
    chances = np.clip(lost * PPM // (PPM - jobless), 0, PPM)
    rows["job_loss"] = given_factor(chances, env.factor.loading_ppm, z)
    rows["factor"] = round(z * PPM)
    rows["pressure"] = round(z * env.factor.strain)
    rows["shocks"] = in_force(scenario, span.first, span.days)
    income = PPM + env.income_growth_ppm * np.arange(span.days) // 365
    earned = path(scenario, "income", span, PPM, replication)
    rows["income"] = income if earned is None else income * earned // PPM
    bought = path(scenario, "spending", span, PPM, replication)
    if bought is not None:
        demand = rows["demand"].astype(np.int64) * bought // PPM
        rows["demand"] = np.minimum(demand, MAX_PPM)


def rollout(product: Product, first: dt.date, count: int) -> NDArray[np.int64]:
    """Return the share of users who may see a product on each day, ppm (R-A5)."""
    shares = np.full(count, 0 if product.rollout else PPM, dtype=np.int64)
    for step in product.rollout:
        shares[max((step.date - first).days, 0) :] = step.value_ppm
    return shares


def unemployment(
    scenario: Scenario, first: dt.date, count: int, replication: int = 0
) -> NDArray[np.int64]:
    """Return the share of users without a job on each day, ppm: straight between given dates."""
    env = scenario.environment
    own = path(scenario, "unemployment", Span(first, count), env.unemployment_ppm, replication)
    if own is not None:
        return own
    if not env.unemployment:
        return np.full(count, env.unemployment_ppm, dtype=np.int64)
    at = [(step.date - first).days for step in env.unemployment]
    levels = [step.value_ppm for step in env.unemployment]
    # Up to the first date the path stands at the scenario's level.
    at, levels = [at[0] - 1, *at], [env.unemployment_ppm, *levels]
    return np.rint(np.interp(np.arange(count), at, levels)).astype(np.int64)


def _last_month_length(dates: Calendar) -> NDArray[np.int64]:
    """Return the length of the month before each day's."""
    month = np.timedelta64(1, "M")
    before = dates.dates.astype("M8[M]") - month
    lengths: NDArray[np.int64] = ((before + month).astype("M8[D]") - before.astype("M8[D]")).astype(
        np.int64
    )
    return lengths


def years_without_data(scenario: Scenario) -> tuple[int, ...]:
    """Return the simulated years for which no holidays or festivals are known, if they matter."""
    if not (scenario.environment.holidays or scenario.environment.festivals):
        return ()
    return course(scenario).calendar.years_without_data
