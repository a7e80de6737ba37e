"""Plans of more than a year live in runs as shorter ones do: accounts hold as many months."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest

import sim
from sim.account import RING, Account
from sim.engines.agents import AgentsEngine, CreditModel, UserAgent
from sim.engines.plain import PlainEngine
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.kinds import Flow, Note
from sim.plan import RINGS, account_row, account_row_of
from sim.population import accounts_at_start, population
from sim.rows import columns, row_dtype
from sim.scenario import ScenarioError
from sim.simulation import live

USERS, DAYS = 16, 800
START = dt.date(2023, 11, 20)
LIVELY = {
    "product.admission": "open_to_all",
    "product.limit.dynamic": False,
    "behaviour.borrowing.purchase_plan_ppm": 300_000,
    "behaviour.borrowing.bill_plan_ppm": 200_000,
    "behaviour.borrowing.settle_month_ppm": 0,
    "behaviour.borrowing.periods_24_ppm": 400_000,
    "behaviour.borrowing.periods_3_ppm": 200_000,
    "product.refunds.chance_ppm": 0,
    "population.leave_month_ppm": 0,
    "population.death_month_ppm": 0,
    "output.events_ppm": 1_000_000,
}


def scenario_of(**changes):
    plan = {"users": USERS, "days": DAYS, "start": START, "product.preset": "baitiao_public"}
    return sim.Scenario().with_(**plan | LIVELY | changes)


def lived(engine, *arguments, **changes):
    state = start(scenario_of(**changes))
    lives = engine(state, *arguments)
    live(state, lives)
    lives.close()
    return state


@pytest.fixture(scope="module")
def state():
    return lived(TableEngine, 1)


@pytest.mark.parametrize("engine", [PlainEngine, AgentsEngine])
def test_all_engines_live_plans_of_24_months_with_the_same_bits(engine):
    one, other = (lived(each, *more, days=240) for each, more in ((TableEngine, [1]), (engine, [])))
    assert (one.accounts["ring_principal"].any(axis=-1)).any()
    for name, table in one.arrays().items():
        for column in table.dtype.names or ():
            np.testing.assert_array_equal(table[column], other.arrays()[name][column], column)


@pytest.mark.rule("R-P3")
def test_a_plan_of_24_months_is_billed_in_24_months(state):
    """The fees that a user is charged, month by month, are those that their plans ask for."""
    events = state.events.all()
    plans = events[events["kind"] == Note.PLAN]
    assert (plans["reason"] == 24).sum() > 20
    first = np.datetime64(START, "D")
    seen = 0
    for user in range(USERS):
        mine = plans[plans["user"] == user]
        fees = events[(events["user"] == user) & (events["kind"] == Flow.INSTALMENT_FEES)]
        gone = events[(events["user"] == user) & (events["kind"] == Flow.PRINCIPAL_WRITTEN_OFF)]
        if len(gone) or not len(mine):
            continue
        wanted = {}
        for plan in mine:  # statements are cut at the close of each month
            month = (first + np.timedelta64(int(plan["day"]), "D")).astype("M8[M]").astype(int)
            fee = round(Fraction(8, 1_000) * int(plan["amount"]))  # half-even
            for i in range(int(plan["reason"])):
                wanted[month + i] = wanted.get(month + i, 0) + fee
        found = {}
        for fee in fees:
            month = (first + np.timedelta64(int(fee["day"]), "D")).astype("M8[M]").astype(int)
            found[month] = found.get(month, 0) + int(fee["amount"])
        last = (first + np.timedelta64(DAYS - 1, "D")).astype("M8[M]").astype(int)
        assert found == {month: fee for month, fee in wanted.items() if month < last and fee}
        seen += (mine["reason"] == 24).sum()
    assert seen > 10


def test_what_is_due_in_months_to_come_is_what_is_planned(state):
    accounts = state.accounts[:, 0]
    assert accounts["ring_principal"].shape == (USERS, 24)
    assert (accounts["ring_principal"].sum(axis=1) == accounts["planned"]).all()
    assert (accounts["planned"] > 0).any()


def test_accounts_hold_as_many_months_as_the_longest_plan_that_is_ever_offered():
    def months(**changes):
        row = account_row_of(scenario_of(**changes))
        return next(column.length for column in columns(row) if column.name == "ring_fee")

    assert months() == 24
    assert months(**{"product.instalments.periods": [3, 6, 9, 12]}) == 12
    assert months(**{"product.instalments.periods": [3, 6, 18, 0]}) == 24
    assert months(**{"product.instalments.periods": [3, 36, 18, 0]}) == 36
    short = {"product.instalments.periods": [3, 6, 12, 0]}
    later = {"date": dt.date(2024, 3, 1), "set": {"product.instalments.periods": [3, 6, 12, 30]}}
    assert months(**short, policy=[later]) == 36


def test_only_where_long_plans_are_offered_are_accounts_larger():
    assert account_row(12) is Account
    longer = row_dtype(account_row(24)).itemsize - row_dtype(Account).itemsize
    assert longer == len(RINGS) * RING * 4
    names = [column.name for column in columns(Account)]
    assert [column.name for column in columns(account_row(24))] == names
    assert account_row(24)().ring_fee == [0] * 24


def after_days(user_class):
    model = CreditModel(scenario_of(), days=10, user_class=user_class)
    for _ in range(10):
        model.step()
    return model


def test_an_agent_may_wish_what_the_product_offers_and_no_more():
    class Planner(UserAgent):
        months = 24

        def spend(self, luck, environment):
            wishes = super().spend(luck, environment)
            for i in range(wishes.count):
                wishes.periods[i] = self.months
            return wishes

    class Dreamer(Planner):
        months = 25

    model = after_days(Planner)
    assert model.state.accounts["ring_principal"][..., 12:].any()
    with pytest.raises(ValueError, match=r"periods\.0: wanted 0 to 24"):
        after_days(Dreamer)


def test_events_and_costs_tell_of_plans_of_24_months(tmp_path):
    run = sim.run(scenario_of(days=60))
    place = run.save(tmp_path / "run")
    opened = sim.open(place)
    assert {"3", "6", "12", "24"} >= set(opened.cost["periods"].astype(str)) - {"0"}
    assert 24 in set(opened.cost["periods"])
    assert opened.accounts["ring_principal_fen"].map(len).eq(24).all()
    reasons = opened.events.query("kind == 'plan'")["reason"].astype(str)
    assert "24" in set(reasons)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    return sim.run(scenario_of(days=100)).save(tmp_path_factory.mktemp("earlier") / "run")


def ahead(accounts, month, months):
    """Return what is due in months to come, the next statement's first."""
    slots = (month + np.arange(months)) % accounts["ring_principal"].shape[1]
    return accounts["ring_principal"][:, slots]


def test_plans_go_on_in_a_run_that_starts_in_another_month(earlier):
    """What was due with the third statement after the run is due with the third of the new one."""
    last = START + dt.timedelta(days=100)
    stored = sim.open(earlier).accounts["ring_principal_fen"]
    before = {"ring_principal": np.stack(stored.tolist())}
    for begin in (last, dt.date(2025, 7, 15)):
        plan = scenario_of(start=begin, days=5, **{"population.from_run": str(earlier)})
        accounts = accounts_at_start(plan, population(plan))[:, 0]
        then, now = (12 * day.year + day.month for day in (last, begin))  # the next month's, from 0
        np.testing.assert_array_equal(ahead(accounts, now, 24), ahead(before, then, 24))
        assert (ahead(accounts, now, 24)[:, 12:] > 0).any()
        assert (accounts["ring_principal"].sum(axis=1) == accounts["planned"]).all()


def test_a_run_that_cannot_hold_an_earlier_runs_plans_says_so(earlier):
    begin = START + dt.timedelta(days=100)
    terms = {"product.instalments.periods": [3, 6, 12, 0], "population.from_run": str(earlier)}
    plan = scenario_of(start=begin, days=5, **terms)
    with pytest.raises(ScenarioError, match=r"instalments.periods: wanted instalments due in up"):
        accounts_at_start(plan, population(plan))


def test_a_number_of_periods_is_offered_once():
    with pytest.raises(ScenarioError, match=r"periods: wanted numbers that differ, or 0 \(found"):
        scenario_of(**{"product.instalments.periods": [3, 24, 24, 0]})
    scenario_of(**{"product.instalments.periods": [24, 0, 0, 0]})
