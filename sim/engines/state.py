"""What an engine works on: the tables of one replication, and what has been counted so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arms import Arms, arms_of
from sim.day import Totals
from sim.environment import Course, course
from sim.kinds import BUCKETS
from sim.month import BucketTotals, RollTotals, VintageTotals
from sim.population import accounts_at_start, population
from sim.rows import Table, empty_table

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario


@dataclass
class State:
    """One replication between two days."""

    scenario: Scenario
    replication: int
    course: Course
    arms: Arms
    day: int  # the next simulated day
    users: Table  # shape (users,)
    accounts: Table  # shape (users, products)
    totals: Table  # shape (days, segments)
    buckets: Table  # shape (months, segments, BUCKETS)
    rolls: Table  # shape (months, segments, BUCKETS, BUCKETS)
    vintages: Table  # shape (months, months + 1); the last cohort is older than the run

    def arrays(self) -> dict[str, NDArray[np.void]]:
        """Return what a checkpoint must hold; the rest follows from the scenario."""
        names = ("users", "accounts", "totals", "buckets", "rolls", "vintages")
        return {name: getattr(self, name) for name in names}


def start(scenario: Scenario, replication: int = 0) -> State:
    """Return the state before the first simulated day."""
    users = population(scenario, replication=replication)
    accounts = accounts_at_start(scenario, users)
    return _nothing_counted(scenario, replication, users, accounts)


def restored(
    scenario: Scenario, replication: int, day: int, arrays: dict[str, NDArray[np.void]]
) -> State:
    """Return the state before simulated day `day` from the arrays of a checkpoint."""
    state = _nothing_counted(scenario, replication, arrays["users"], arrays["accounts"])
    state.day = day
    for name in ("totals", "buckets", "rolls", "vintages"):
        setattr(state, name, arrays[name])
    return state


def _nothing_counted(scenario: Scenario, replication: int, users: Table, accounts: Table) -> State:
    days = course(scenario)
    segments = len(scenario.population.segments)
    months = int(days.days["month"][-1]) + 1
    return State(
        scenario=scenario,
        replication=replication,
        course=days,
        arms=arms_of(scenario, replication),
        day=0,
        users=users,
        accounts=accounts,
        totals=empty_table(Totals, len(days.days), segments),
        buckets=empty_table(BucketTotals, months, segments, BUCKETS),
        rolls=empty_table(RollTotals, months, segments, BUCKETS, BUCKETS),
        vintages=empty_table(VintageTotals, months, months + 1),
    )
