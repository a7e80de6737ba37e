"""The engine of agents: every user a `mesa.Agent` whose attributes are its row of the table.

Agents decide, in Python, what to buy and what to repay; the product answers all of them at once,
in one compiled call a phase. The only file that imports mesa. Mesa keeps the names `scenario`,
`time`, `steps`, `random` and `rng` for itself; every draw comes from `sim.draws`, none from Mesa.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from sim.account import Account
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.engines import phases
from sim.engines.answers import check_payment, check_wishes
from sim.engines.months import close_month
from sim.engines.state import State, start
from sim.events import Event, keep_all, ordered
from sim.kinds import Status
from sim.log import NOTES, Log
from sim.measures import measures
from sim.params import Params
from sim.rows import Columns, as_object, empty_table, store, view_of
from sim.rules import monthly, repaying, spending
from sim.scenario import Scenario, ScenarioError, load
from sim.scenario.sections import Product
from sim.stretches import Stretch
from sim.user import User

AccountView = view_of(Account)
LuckView = view_of(Luck)
WishesView = view_of(Wishes)
PaymentView = view_of(Payment)


class UserAgent(view_of(User), mesa.Agent):  # type: ignore[misc]
    """A user with two decisions, `spend` and `repay`; override either in a subclass.

    Every column of `sim.user.User` is an attribute, read from and written to the model's table.
    `accounts` holds one view a product, `numbers` the scenario's numbers for this user, `terms`
    those of each product.
    """

    model: CreditModel
    numbers: Params
    terms: list[Product]
    product: int  # number of the account that `repay` is asked about

    def __init__(self, model: CreditModel, at: int) -> None:
        mesa.Agent.__init__(self, model)
        self._columns = model.user_columns
        self._at = at
        self.accounts = [AccountView(columns, at) for columns in model.account_columns]
        self._luck = LuckView(model.luck_columns, at)
        self._wishes = WishesView(model.wishes_columns, at)
        self._payments = [PaymentView(columns, at) for columns in model.payment_columns]
        self.product = 0

    def spend(self, luck: Luck, environment: Environment) -> Wishes:
        """Return what the user wants to buy today; the product decides what of it happens."""
        numbers = (environment, self.numbers, self.terms)
        spending.spend(self, self.accounts, luck, *numbers, self._wishes)
        monthly.buy_by_the_month(self, self.accounts, environment, self.numbers, self._wishes)
        return self._wishes  # type: ignore[no-any-return]

    def repay(self, luck: Luck, environment: Environment) -> Payment:
        """Return what the user wants to pay by hand today; auto-debit needs no decision.

        Asked once for each account; `product` is the number of the one that is meant.
        """
        payment = self._payments[self.product]
        account = self.accounts[self.product]
        repaying.repay(self, account, luck, environment, self.numbers, payment)
        return payment  # type: ignore[no-any-return]

    def wish(self) -> None:
        """Put what `spend` returns before the product."""
        self._wishes.count = self._wishes.apply = self._wishes.ask = 0
        if self.status == Status.HERE:
            wishes = self.spend(self._luck, self.model.environment)
            if type(self).spend is not UserAgent.spend:
                check_wishes(wishes, self.user, self.model.day, self.accounts)
            if wishes is not self._wishes:
                store(wishes, self.model.wishes, self._at)

    def pay(self) -> None:
        """Put what `repay` returns before each product."""
        for product, own in enumerate(self._payments):
            self.product = product
            own.amount = own.periods = own.settle = 0
            if self.status == Status.HERE:
                payment = self.repay(self._luck, self.model.environment)
                if type(self).repay is not UserAgent.repay:
                    check_payment(payment, self.user, self.model.day, self.accounts[product])
                if payment is not own:
                    store(payment, self.model.payments, (self._at, product))


class CreditModel(mesa.Model):  # type: ignore[misc]
    """A portfolio as a Mesa model: `step()` is a day, `agents` the users, `datacollector` the days.

    The variables of a day are the columns of `daily`, such as `principal_fen`. The same seed gives
    the same days: with `mesa.batch_run` let `seed` vary, as in `{"seed": range(10)}`; its
    `iterations` would repeat one run.

    file: a scenario file, or a Scenario made in Python. users, days, seed: instead of the
    file's. agents: how many users, from the first, are Mesa agents; the others are rows of the
    table with the same rules compiled; all if None. user_class: what the agents are made of.
    rng: taken as the seed where Mesa's own tools pass it. changes: dotted keys, such as
    `**{"product.limit.max_fen": 500_000}`. Raises ScenarioError for a scenario that cannot be run.
    """

    def __init__(
        self,
        file: str | Path | Scenario = "scenarios/seed_article.toml",
        *,
        users: int | None = None,
        days: int | None = None,
        seed: int | None = None,
        agents: int | None = None,
        user_class: type[UserAgent] = UserAgent,
        rng: int | None = None,
        state: State | None = None,
        **changes: Any,
    ) -> None:
        _check(agents, user_class)
        plan = file if isinstance(file, Scenario) else load(file)
        given = {"users": users, "days": days, "seed": seed if seed is not None else rng} | changes
        wanted = {key: value for key, value in given.items() if value is not None}
        plan = plan.with_(**wanted) if wanted else plan
        super().__init__(rng=plan.run.seed)
        self.state = start(plan) if state is None else state
        self.plan = self.state.scenario
        self._make_tables()
        everyone = len(self.state.users)
        self.python_users = everyone if agents is None else min(agents, everyone)
        self._open_views()
        for at in range(self.python_users):
            user_class(self, at)
        self._stage = -1
        self.environment = Environment()
        self.today = Totals()
        self.told = dict.fromkeys(_told(), 0)
        self.datacollector = mesa.DataCollector({name: partial(_today, name) for name in _told()})

    def _make_tables(self) -> None:
        count, products = self.state.accounts.shape
        self.luck = empty_table(Luck, count)
        self.wishes = empty_table(Wishes, count)
        self.payments = empty_table(Payment, count, products)
        self._keys = np.zeros((2, count), dtype=np.uint64)
        self._rows = np.zeros(count, dtype=np.int64)
        # Where nobody is logged, all share one row that stays empty.
        logging = self.state.logging
        self.logs = empty_table(Log, count if logging else 1)
        self.logs["on"] = self.state.logged if logging else 0
        self._events = empty_table(Event, count * NOTES if logging else 0)

    def _open_views(self) -> None:
        some = slice(0, self.python_users)
        self.user_columns = Columns(self.state.users[some])
        products = range(self.state.accounts.shape[1])
        self.account_columns = [Columns(self.state.accounts[some, k]) for k in products]
        self.luck_columns = Columns(self.luck[some])
        self.wishes_columns = Columns(self.wishes[some])
        self.payment_columns = [Columns(self.payments[some, k]) for k in products]

    @property
    def day(self) -> int:
        """The next simulated day."""
        return self.state.day

    def step(self) -> None:
        """Live one day: agents decide twice, the product answers everyone in between.

        Raises RuntimeError after the last day.
        """
        state, day = self.state, self.state.day
        if day == len(self.state.course.days):
            raise RuntimeError(f"wanted a run that is not over (found its end, day {day})")
        days, totals = state.course.days, state.totals_by
        everyone, arms, rows = (state.users, state.accounts), state.arms, self._rows
        state.meet(day, 1)
        state.show_friends()
        self._enter_stage(arms.stage(day))
        self.environment = as_object(Environment, days[day])
        numbers = (arms.params, arms.terms, rows)

        phases.draw_luck(state.users, day, arms.params, self._keys, self.luck)
        phases.morning_of_all(*everyone, self.luck, days, day, *numbers, totals, self.logs)
        self.agents.do("wish")
        self._ask_rows(phases.spend_of_rows, self.wishes)
        phases.authorise_all(
            *everyone, self.wishes, self.luck, days, day, *numbers, totals, self.logs
        )
        self.agents.do("pay")
        self._ask_rows(phases.repay_of_rows, self.payments)
        phases.settle_all(*everyone, self.payments, days, day, *numbers, totals, self.logs)
        phases.assess_all(*everyone, days, day, *numbers, totals, self.logs)

        if state.logging:
            rows_used = keep_all(self.logs, state.users, day, self._events)
            state.events.add(day, ordered([self._events[:rows_used]]))
        self.today = _summed(totals[day])
        told = measures(totals[day])
        self.told = {name: int(measure.values.sum()) for name, measure in told.items()}
        self.datacollector.collect(self)
        state.day += 1
        self._close_month(day)
        self.running = state.day < len(days)

    def _ask_rows(self, ask: Callable[..., None], answers: Any) -> None:
        """Ask the users who are not agents, compiled."""
        rest, state = slice(self.python_users, None), self.state
        ask(
            state.users[rest],
            state.accounts[rest],
            self.luck[rest],
            state.course.days,
            state.day,
            state.arms.params,
            state.arms.terms,
            self._rows[rest],
            answers[rest],
        )

    def _enter_stage(self, stage: int) -> None:
        """Give every user the numbers of the policies in force."""
        if stage == self._stage:
            return
        self._stage = stage
        arms, state = self.state.arms, self.state
        at = (arms.first_row[stage], arms.partial, arms.partial_at[stage])
        phases.find_rows(state.users, *at, arms.params, self._rows)
        for agent in self.agents:
            agent.numbers, agent.terms = arms.plans[self._rows[agent._at]]  # noqa: SLF001

    def _close_month(self, day: int) -> None:
        state = self.state
        now = state.course.days[day]
        if now["day_of_month"] == now["month_length"]:
            month = int(now["month"])
            tables = (state.buckets_by[month], state.rolls_by[month], state.vintages_by[month])
            close_month(state.users, state.accounts, state.course.days, day, *tables)


class AgentsEngine:
    """Lives stretches of days with a CreditModel."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.model = CreditModel(state.scenario, state=state)

    def live(self, stretch: Stretch) -> None:
        """Live one stretch, a day at a time."""
        for _ in range(stretch.days):
            self.model.step()

    def close(self) -> None:
        """Let the agents go."""
        self.model.remove_all_agents()


def _check(agents: Any, user_class: Any) -> None:
    faults = []
    if agents is not None and (type(agents) is not int or agents < 0):
        faults.append(f"agents: wanted a whole number from 0 (found {agents!r})")
    if not (isinstance(user_class, type) and issubclass(user_class, UserAgent)):
        faults.append(f"user_class: wanted a class made from sim.UserAgent (found {user_class!r})")
    if faults:
        raise ScenarioError(faults)


@cache
def _told() -> list[str]:
    """Return the names of what a day tells: the columns of `daily`."""
    return [*measures(empty_table(Totals, 1))]


def _today(name: str, model: CreditModel) -> int:
    return model.told[name]


def _summed(rows: Any) -> Totals:
    """Return the totals of all segments and products."""
    return Totals(**{name: rows[name].sum(axis=(0, 1)).tolist() for name in rows.dtype.names})
