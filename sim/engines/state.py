"""What an engine works on: the tables of one replication, and what has been counted so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import barrier
from sim.arms import Arms, arms_of
from sim.day import Totals
from sim.engines.opening import opening
from sim.engines.packed import Accounts
from sim.environment import Course, course
from sim.events import InMemory, Sink, logged_users
from sim.kinds import BUCKETS
from sim.month import BucketTotals, RollTotals, VintageTotals
from sim.network import Ties, ties
from sim.plan import account_row_of
from sim.population import accounts_at_start, has_accounts, population
from sim.population.rings import fitted
from sim.rows import Table, empty_table, of_all_products

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario

COUNTED = ("opening_by", "totals_by", "buckets_by", "rolls_by", "vintages_by")
SEEN = ("circles", "friends")  # what users saw of friends at each barrier
LOOKS = ("friends_good", "friends_active", "friends_late")


@dataclass
class State:
    """One replication between two days."""

    scenario: Scenario
    replication: int
    course: Course
    arms: Arms
    day: int  # the next simulated day
    users: Table  # shape (users,)
    held: Accounts  # their accounts
    opening_by: Table  # Totals of the accounts before day 0, shape (segments, products)
    totals_by: Table  # shape (days, segments, products)
    buckets_by: Table  # shape (months, segments, BUCKETS, products)
    rolls_by: Table  # shape (months, segments, BUCKETS, BUCKETS, products)
    vintages_by: Table  # shape (months, months + 1, products); the last cohort: before the run
    logged: NDArray[np.uint8]  # shape (users,): 1 for users whose events are kept
    events: Sink
    circles: NDArray[np.int64]  # shape (barriers, circles, 2): here, in good standing; or empty
    friends: NDArray[np.int8]  # shape (barriers, users, LOOKS): what each saw; or empty
    ties: Ties | None = None  # made at the first barrier, where friends are close ties
    marks: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    looks: NDArray[np.int8] = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int8))
    marked: bool = False  # an engine has marked all users as they are now
    everyone: Table | None = None  # totals of all users, where this is the state of some

    @property
    def accounts(self) -> Table:
        """The accounts as whole rows, shape (users, products), until days are lived again."""
        return self.held.whole()

    @accounts.setter
    def accounts(self, whole: Table) -> None:
        self.held = Accounts(whole, self.held.row)

    @property
    def totals(self) -> Table:
        """Totals of all products, shape (days, segments)."""
        return of_all_products(self.totals_by)

    @property
    def logging(self) -> bool:
        """Tell whether events of anyone are kept."""
        return self.scenario.output.events_ppm > 0

    def meet(self, first: int, count: int) -> None:
        """Let users share what they share in the days from `first` on; called before each stretch.

        A stretch of users who share anything ends at the next barrier (`sim.barrier`).
        """
        if barrier.by_ties(self.arms) and not self.looks.size:
            self.marks = np.zeros(len(self.users), dtype=np.uint8)
            self.looks = np.stack([self.users[name] for name in LOOKS], axis=1)
        totals = self.totals_by if self.everyone is None else self.everyone
        barrier.meet(self.course.days, totals, first, count)
        if first % barrier.DAYS == 0 and barrier.befriends(self.arms):
            if barrier.by_ties(self.arms):
                self._look_at_friends(first)
            else:
                self._look_around(first)

    def _look_around(self, first: int) -> None:
        size = self.arms.plans[0][0].behaviour.applying.community
        circles = np.zeros((self.scenario.run.users // size + 1, 2), dtype=np.int64)
        for some, accounts in self._fronts():
            barrier.count_circles(self.users[some], accounts, size, circles)
        barrier.look_around(self.users, size, circles)
        self.circles[first // barrier.DAYS] = circles

    def _fronts(self) -> Iterator[tuple[slice, Table]]:
        """Yield which users, and the columns of their accounts that are not rare."""
        at = 0
        for accounts in self.held.fronts():
            yield slice(at, at + len(accounts)), accounts
            at += len(accounts)

    def _look_at_friends(self, first: int) -> None:
        if self.ties is None:
            self.ties = ties(self.scenario, self.users, self.replication)
        if not self.marked:
            for some, accounts in self._fronts():
                barrier.mark_all(self.users[some], accounts, self.marks[some])
        self.marked = False
        barrier.look_at_friends(*self.ties, self.marks, self.looks)
        if self.friends.size:
            self.friends[first // barrier.DAYS] = self.looks

    def show_friends(self) -> None:
        """Write what users see of close friends into their rows."""
        if self.looks.size:
            for k, name in enumerate(LOOKS):
                self.users[name] = self.looks[:, k]

    def arrays(self) -> dict[str, NDArray[np.void]]:
        """Return what a checkpoint must hold; the rest follows from the scenario."""
        names = ("users", "accounts", *COUNTED, *SEEN)
        return {name: getattr(self, name) for name in names}


def start(
    scenario: Scenario, replication: int = 0, *, first: int = 0, count: int | None = None
) -> State:
    """Return the state before the first simulated day, of users first .. first + count - 1.

    Some of the users live as they do among all, where nothing couples users (`sim.barrier`).
    """
    users = population(scenario, first=first, count=count, replication=replication)
    state = _nothing_counted(
        scenario, replication, users, _held_at_start(scenario, users, replication)
    )
    if has_accounts(scenario):
        state.opening_by = opening(users, state.accounts, len(scenario.population.segments))
    return state


def _held_at_start(scenario: Scenario, users: Table, replication: int) -> Accounts:
    row = account_row_of(scenario)
    if has_accounts(scenario):
        return Accounts(accounts_at_start(scenario, users, replication=replication), row)
    return Accounts.in_blocks(
        (len(users), len(scenario.products)),
        row,
        lambda some: accounts_at_start(scenario, users[some], replication=replication),
    )


def restored(
    scenario: Scenario, replication: int, day: int, arrays: dict[str, NDArray[np.void]]
) -> State:
    """Return the state before simulated day `day` from the arrays of a checkpoint."""
    held = Accounts(arrays["accounts"], account_row_of(scenario))
    state = _nothing_counted(scenario, replication, arrays["users"], held)
    state.day = day
    for name in (*COUNTED, *SEEN):
        setattr(state, name, arrays[name])
    return state


def branched(
    scenario: Scenario, replication: int, day: int, arrays: dict[str, NDArray[np.void]]
) -> State:
    """Return the state before simulated day `day` of a scenario from that of another.

    The other must be the same up to that day; it may have other days and policies from it on. What
    has been counted before the day is kept. Raises ValueError where friends weigh in one only.
    """
    begins = scenario.run.start + dt.timedelta(days=day - scenario.run.burn_in_days)
    held = Accounts(fitted(scenario, arrays["accounts"], begins), account_row_of(scenario))
    state = _nothing_counted(scenario, replication, arrays["users"], held)
    state.day = day
    for name in SEEN:
        if bool(getattr(state, name).size) != bool(arrays[name].size):
            raise ValueError(
                f"wanted friends to weigh in both, or in neither (found {name} of one)"
            )
    state.opening_by = arrays["opening_by"]
    state.totals_by[:day] = arrays["totals_by"][:day]
    met = -(-day // barrier.DAYS)
    for name in SEEN:
        getattr(state, name)[:met] = arrays[name][:met]
    for name in ("buckets_by", "rolls_by"):
        mine, theirs = getattr(state, name), arrays[name]
        months = min(len(mine), len(theirs))
        mine[:months] = theirs[:months]
    mine, theirs = state.vintages_by, arrays["vintages_by"]
    months = min(len(mine), len(theirs))
    mine[:months, :months] = theirs[:months, :months]
    mine[:months, -1] = theirs[:months, -1]  # the cohort that is older than the run
    return state


def _nothing_counted(scenario: Scenario, replication: int, users: Table, held: Accounts) -> State:
    days = course(scenario, replication)
    segments = len(scenario.population.segments)
    months = int(days.days["month"][-1]) + 1
    arms = arms_of(scenario, replication)
    products = len(scenario.products)
    return State(
        scenario=scenario,
        replication=replication,
        course=days,
        arms=arms,
        day=0,
        users=users,
        held=held,
        opening_by=empty_table(Totals, segments, products),
        totals_by=empty_table(Totals, len(days.days), segments, products),
        buckets_by=empty_table(BucketTotals, months, segments, BUCKETS, products),
        rolls_by=empty_table(RollTotals, months, segments, BUCKETS, BUCKETS, products),
        vintages_by=empty_table(VintageTotals, months, months + 1, products),
        logged=logged_users(users, scenario.run.seed, scenario.output.events_ppm),
        events=InMemory(),
        circles=_circles(scenario, arms, len(days.days)),
        friends=_friends(scenario, arms, len(days.days), len(users)),
    )


def _circles(scenario: Scenario, arms: Arms, days: int) -> NDArray[np.int64]:
    """Return the counts of circles of friends at each barrier; empty where friends do not weigh."""
    if barrier.by_ties(arms) or not barrier.befriends(arms):
        return np.zeros((0, 0, 2), dtype=np.int64)
    size = arms.plans[0][0].behaviour.applying.community
    barriers = -(-days // barrier.DAYS)
    return np.zeros((barriers, scenario.run.users // size + 1, 2), dtype=np.int64)


def _friends(scenario: Scenario, arms: Arms, days: int, users: int) -> NDArray[np.int8]:
    """Return what users see of close friends at each barrier; empty where it is not kept."""
    if not (scenario.output.friends and barrier.by_ties(arms)):
        return np.zeros((0, 0, len(LOOKS)), dtype=np.int8)
    return np.zeros((-(-days // barrier.DAYS), users, len(LOOKS)), dtype=np.int8)
