"""What an engine works on: the tables of one replication, and what has been counted so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import barrier
from sim.arms import Arms, arms_of
from sim.day import Totals
from sim.environment import Course, course
from sim.events import InMemory, Sink, logged_users
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
    logged: NDArray[np.uint8]  # shape (users,): 1 for users whose events are kept
    events: Sink
    circles: NDArray[np.int64]  # shape (barriers, circles, 2): here, in good standing; or empty
    everyone: Table | None = None  # totals of all users, where this is the state of some

    @property
    def logging(self) -> bool:
        """Tell whether events of anyone are kept."""
        return self.scenario.output.events_ppm > 0

    def meet(self, first: int, count: int) -> None:
        """Let users share what they share in the days from `first` on; called before each stretch.

        A stretch of users who share anything ends at the next barrier (`sim.barrier`).
        """
        totals = self.totals if self.everyone is None else self.everyone
        barrier.meet(self.course.days, totals, first, count)
        if first % barrier.DAYS == 0 and barrier.befriends(self.arms):
            size = self.arms.plans[0][0].behaviour.applying.community
            circles = np.zeros((self.scenario.run.users // size + 1, 2), dtype=np.int64)
            barrier.look_around(self.users, self.accounts, size, circles)
            self.circles[first // barrier.DAYS] = circles

    def arrays(self) -> dict[str, NDArray[np.void]]:
        """Return what a checkpoint must hold; the rest follows from the scenario."""
        names = ("users", "accounts", "totals", "buckets", "rolls", "vintages", "circles")
        return {name: getattr(self, name) for name in names}


def start(
    scenario: Scenario, replication: int = 0, *, first: int = 0, count: int | None = None
) -> State:
    """Return the state before the first simulated day, of users first .. first + count - 1.

    Some of the users live as they do among all, where nothing couples users (`sim.barrier`).
    """
    users = population(scenario, first=first, count=count, replication=replication)
    accounts = accounts_at_start(scenario, users)
    return _nothing_counted(scenario, replication, users, accounts)


def restored(
    scenario: Scenario, replication: int, day: int, arrays: dict[str, NDArray[np.void]]
) -> State:
    """Return the state before simulated day `day` from the arrays of a checkpoint."""
    state = _nothing_counted(scenario, replication, arrays["users"], arrays["accounts"])
    state.day = day
    for name in ("totals", "buckets", "rolls", "vintages", "circles"):
        setattr(state, name, arrays[name])
    return state


def branched(
    scenario: Scenario, replication: int, day: int, arrays: dict[str, NDArray[np.void]]
) -> State:
    """Return the state before simulated day `day` of a scenario from that of another.

    The other must be the same up to that day; it may have other days and policies from it on. What
    has been counted before the day is kept. Raises ValueError where friends weigh in one only.
    """
    state = _nothing_counted(scenario, replication, arrays["users"], arrays["accounts"])
    state.day = day
    if bool(state.circles.size) != bool(arrays["circles"].size):
        raise ValueError("wanted friends to weigh in both, or in neither")
    state.totals[:day] = arrays["totals"][:day]
    met = -(-day // barrier.DAYS)
    state.circles[:met] = arrays["circles"][:met]
    for name in ("buckets", "rolls"):
        mine, theirs = getattr(state, name), arrays[name]
        months = min(len(mine), len(theirs))
        mine[:months] = theirs[:months]
    mine, theirs = state.vintages, arrays["vintages"]
    months = min(len(mine), len(theirs))
    mine[:months, :months] = theirs[:months, :months]
    mine[:months, -1] = theirs[:months, -1]  # the cohort that is older than the run
    return state


def _nothing_counted(scenario: Scenario, replication: int, users: Table, accounts: Table) -> State:
    days = course(scenario)
    segments = len(scenario.population.segments)
    months = int(days.days["month"][-1]) + 1
    arms = arms_of(scenario, replication)
    return State(
        scenario=scenario,
        replication=replication,
        course=days,
        arms=arms,
        day=0,
        users=users,
        accounts=accounts,
        totals=empty_table(Totals, len(days.days), segments),
        buckets=empty_table(BucketTotals, months, segments, BUCKETS),
        rolls=empty_table(RollTotals, months, segments, BUCKETS, BUCKETS),
        vintages=empty_table(VintageTotals, months, months + 1),
        logged=logged_users(users, scenario.run.seed, scenario.output.events_ppm),
        events=InMemory(),
        circles=_circles(scenario, arms, len(days.days)),
    )


def _circles(scenario: Scenario, arms: Arms, days: int) -> NDArray[np.int64]:
    """Return the counts of circles of friends at each barrier; empty where friends do not weigh."""
    if not barrier.befriends(arms):
        return np.zeros((0, 0, 2), dtype=np.int64)
    size = arms.plans[0][0].behaviour.applying.community
    barriers = -(-days // barrier.DAYS)
    return np.zeros((barriers, scenario.run.users // size + 1, 2), dtype=np.int64)
