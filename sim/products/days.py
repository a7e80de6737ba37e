"""The days that a scripted account lives through: calendar only, no luck and no economy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sim.day import Environment
from sim.environment import course
from sim.rows import as_object
from sim.scenario.sections import Environment as Economy
from sim.scenario.sections import Run, Scenario


def days_from(start: dt.date, count: int) -> Iterator[Environment]:
    """Yield what all users share on `count` days from a date on."""
    economy = Economy(holidays=False, festivals=False, weekdays=False, unemployment_ppm=0)
    rows = course(Scenario(run=Run(start=start, days=count), environment=economy)).days
    return (as_object(Environment, row) for row in rows)
