"""The plain engine: every user a plain Python object, every rule as it stands.

For stepping through a day in a debugger, and as the reference that compiled code is held to.
Values that would not fit their columns raise.
"""

from __future__ import annotations

from sim.account import Account
from sim.arms import arm_of
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.engines.months import close_month
from sim.engines.state import State
from sim.events import Event, keep, ordered
from sim.life import live_one_day
from sim.log import Log
from sim.luck import luck_of
from sim.rows import Table, as_object, empty_table, store
from sim.stretches import Stretch
from sim.user import User


class PlainEngine:
    """Lives stretches one user after the other, in Python."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._kept: list[Table] = []

    def live(self, stretch: Stretch) -> None:
        """Live one stretch."""
        self.state.meet(stretch.first, stretch.days)
        self.state.show_friends()
        for i in range(len(self.state.users)):
            self._live_user(i, stretch)
        self.state.day = stretch.first + stretch.days
        if self.state.logging:
            self.state.events.add(stretch.first, ordered(self._kept))
        self._kept = []
        if stretch.ends_month:
            self._close_month(stretch)

    def _live_user(self, i: int, stretch: Stretch) -> None:
        state = self.state
        stage = state.arms.stage(stretch.first)
        user = as_object(User, state.users[i])
        accounts = [as_object(Account, row) for row in state.accounts[i]]
        first, _ = state.arms.plans[0]
        at = (state.arms.partial, state.arms.partial_at[stage], first.seed, first.replication)
        p, terms = state.arms.plans[state.arms.first_row[stage] + arm_of(user.user, *at)]
        days = (stretch.first, stretch.days, first.seed, first.replication)
        luck = luck_of(state.users[i : i + 1], *days)
        for d in range(stretch.days):
            day = stretch.first + d
            env = as_object(Environment, state.course.days[day])
            today = [as_object(Totals, row) for row in state.totals_by[day, user.segment]]
            words = as_object(Luck, luck[d])
            payments = [Payment() for _ in accounts]
            log = Log(on=int(state.logged[i]))
            live_one_day(user, accounts, words, env, p, terms, Wishes(), payments, today, log)
            rows = [Event() for _ in range(log.count)]
            keep(log, user.user, day, rows, 0)
            events = empty_table(Event, len(rows))
            for place, event in enumerate(rows):
                store(event, events, place)
            self._kept.append(events)
            for k, row in enumerate(today):
                store(row, state.totals_by, (day, user.segment, k))
        store(user, state.users, i)
        for k, account in enumerate(accounts):
            store(account, state.accounts, (i, k))

    def _close_month(self, stretch: Stretch) -> None:
        state = self.state
        day = stretch.first + stretch.days - 1
        month = int(state.course.days["month"][day])
        tables = (state.buckets_by[month], state.rolls_by[month], state.vintages_by[month])
        close_month(state.users, state.accounts, state.course.days, day, *tables)

    def close(self) -> None:
        """Nothing to let go."""
