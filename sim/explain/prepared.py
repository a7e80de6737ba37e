"""What explaining any user of a replication needs, made once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import barrier
from sim.arms import Arms, arm_of
from sim.day import Environment, Totals
from sim.engines.packed import pack, unpack
from sim.engines.state import LOOKS
from sim.engines.table import Scratch, live_stretch, scratch
from sim.environment import Course
from sim.events import Event
from sim.explain.shared import Shared
from sim.params import Params
from sim.plan import account_row_of
from sim.population import accounts_at_start, has_accounts, population
from sim.population.plan import plan_of
from sim.rows import Table, as_object, empty_table
from sim.simulation import will_compile

if TYPE_CHECKING:
    from sim.scenario.sections import Product, Scenario

ROWS = 65_536  # users that a file is read for at a time: a file of many costs much to open


class Prepared:
    """The numbers in force, the days, and what users shared on them."""

    def __init__(
        self, scenario: Scenario, replication: int, course: Course, arms: Arms, shared: Shared
    ) -> None:
        """Take what is known of a replication; `course` is written to."""
        self.scenario, self.replication = scenario, replication
        self.arms, self.course, self.shared = arms, course, shared
        self.plan = plan_of(scenario)
        shared.write_into(course.days)
        # Where the machine code is not there, Python is at its end long before a compiler would be.
        self.compiled = not will_compile(scenario)
        self.environment = lru_cache(maxsize=4_096)(self._environment)
        self.block = lru_cache(maxsize=4)(self._block)
        self._row = account_row_of(scenario)
        self._scratch: tuple[Scratch, tuple[Any, ...]] | None = None

    def start_of(self, number: int) -> tuple[Table, Table]:
        """Return one user and their accounts before the first simulated day, a row each."""
        size = ROWS if has_accounts(self.scenario) else 1
        users, accounts = self.block(number // size, size)
        at = slice(number % size, number % size + 1)
        return users[at].copy(), accounts[at].copy()

    def numbers_of(self, number: int, day: int) -> tuple[Params, list[Product]]:
        """Return the numbers in force for a user on a simulated day."""
        return self.arms.plans[self.arms.first_row[self.arms.stage(day)] + self.arm(number, day)]

    def arm(self, number: int, day: int) -> int:
        """Return which partial policies reach a user on a simulated day, a bit each."""
        started = self.arms.partial_at[self.arms.stage(day)]
        seed = self.scenario.run.seed
        return arm_of(number, self.arms.partial, started, seed, self.replication)

    @property
    def befriended(self) -> bool:
        """Tell whether users see friends at barriers."""
        return self.shared.ties is not None or bool(self.shared.friends_good.size)

    def friends(self, number: int, day: int) -> dict[str, int]:
        """Return the columns of what a user sees of friends from a barrier on, none between."""
        if day % barrier.DAYS or not self.befriended:
            return {}
        at = day // barrier.DAYS
        if self.shared.ties is not None:
            return dict(zip(LOOKS, self.shared.ties(number)[at].tolist(), strict=True))
        size = self.arms.plans[0][0].behaviour.applying.community
        return {"friends_good": int(self.shared.friends_good[at, number // size])}

    def live(self, users: Table, accounts: Table, first: int, count: int) -> None:
        """Let one user live days within which no policy starts, compiled."""
        if self._scratch is None:
            self._scratch = self._made_scratch()
        stage = self.arms.stage(first)
        mine, rest = self._scratch
        block = pack(accounts, self._row)
        mine.at[:] = 0
        live_stretch(
            users,
            block.rows,
            block.has,
            block.rare,
            self.course.days,
            first,
            count,
            self.arms.params,
            self.arms.terms,
            self.arms.first_row[stage],
            self.arms.partial,
            self.arms.partial_at[stage],
            *mine,
            *rest,
        )
        block.rare = mine.grown[: mine.at[1]]
        unpack(block, accounts)

    def _block(self, at: int, size: int) -> tuple[Table, Table]:
        """Return users at * size and on, and their accounts, before the first simulated day."""
        first = at * size
        count = min(size, self.scenario.run.users - first)
        replication, plan = self.replication, self.plan
        users = population(
            self.scenario, first=first, count=count, replication=replication, plan=plan
        )
        return users, accounts_at_start(self.scenario, users, replication=replication)

    def _environment(self, day: int) -> Environment:
        return as_object(Environment, self.course.days[day])

    def _made_scratch(self) -> tuple[Scratch, tuple[Any, ...]]:
        days, segments = len(self.course.days), len(self.scenario.population.segments)
        products = len(self.scenario.products)
        rest = (
            empty_table(Totals, days, segments, products),
            np.zeros(1, dtype=np.uint8),
            empty_table(Event, 0),
            np.zeros(1, dtype=np.int64),
            np.zeros(0, dtype=np.uint8),
            np.zeros((0, len(LOOKS)), dtype=np.int8),
            0,
        )
        return scratch(1, products, self._row), rest
