"""Books of three products over random scripts: nothing negative, no fen lost, all paid once.

A script is what a user wishes and pays day by day, drawn without regard to sense: purchases with
any product in any order of fallback, instalments, early settlements, payments far too large. The
scripts of an example run through the compiled phases of a day; instalments, refunds, rate caps,
disputes, thieves, charge-offs and products of all kinds are on.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from teeming import TEEMING

import sim
from sim.account import Account
from sim.day import Luck, Payment, Wishes
from sim.engines import phases
from sim.engines.state import start
from sim.events import Event, keep_all
from sim.kinds import PLACES, EarlySettlement, Flow, PenaltyBase, PlanSplit, Rounding
from sim.log import NOTES, Log
from sim.rows import columns, empty_table

SCRIPTS, DAYS, PRODUCTS = 150, 240, 3
KINDS = {
    "principal": (
        (Flow.PURCHASES,),
        (
            Flow.PRINCIPAL_REPAID,
            Flow.PRINCIPAL_WRITTEN_OFF,
            Flow.REFUNDED,
            Flow.FRAUD_LOSS,
            Flow.DISPUTE_LOSS,
        ),
    ),
    "interest": (
        (Flow.INTEREST_CHARGED,),
        (Flow.INTEREST_REPAID, Flow.INTEREST_WRITTEN_OFF, Flow.INTEREST_WAIVED),
    ),
    "penalty": (
        (Flow.PENALTY_CHARGED,),
        (Flow.PENALTY_REPAID, Flow.PENALTY_WRITTEN_OFF, Flow.PENALTY_WAIVED),
    ),
    "fees": ((Flow.FEES_CHARGED,), (Flow.FEES_REPAID, Flow.FEES_WRITTEN_OFF)),
    "suspended": (
        (Flow.SUSPENDED,),
        (Flow.SUSPENSE_RELEASED, Flow.SUSPENSE_WRITTEN_OFF),
    ),
}
PLACES_OF_PRINCIPAL = ("planned", "unbilled", "billed", "carried")
# Nothing of these can be below zero: what is due, owed, or on its way.
NEVER_NEGATIVE = [
    column.name
    for column in columns(Account)
    if column.unit.name == "fen" and column.name not in {"plan_cost", "limit"}
]
MONEY_IN = (Flow.INCOME, Flow.BROUGHT, Flow.REFUND_CASH, Flow.YIELD)
MONEY_OUT = (
    Flow.OUTGOINGS,
    Flow.SAVED,
    Flow.SPENT_OWN,
    Flow.TAKEN,
    Flow.PRINCIPAL_REPAID,
    Flow.INTEREST_REPAID,
    Flow.PENALTY_REPAID,
    Flow.FEES_REPAID,
)


@st.composite
def product(draw, name):
    """Draw terms of any kind; `clashes_of_kinds` leaves these combinations alone."""
    cycle = draw(st.sampled_from(["calendar", "offset", "opening_day", "order", "first_drawing"]))
    billing = {
        "cycle": cycle,
        "grace_days": draw(st.integers(0, 5)),
        "rounding": draw(st.sampled_from(Rounding)).name.lower(),
        "minimum_ppm": draw(st.sampled_from([0, 100_000, 1_000_000])),
    }
    if cycle in {"offset", "opening_day"}:
        billing["due_offset_days"] = draw(st.integers(5, 20))
    early = draw(
        st.sampled_from([each for each in EarlySettlement if each.name != "DAILY_TO_DATE"])
    )
    return {
        "name": name,
        "admission": "open_to_all",
        "rollout": [],
        "billing": billing,
        "charges": {
            "penalty_base": draw(st.sampled_from(PenaltyBase)).name.lower(),
            "penalty_floor_fen": draw(st.sampled_from([0, 1])),
            "rate_ppb": draw(st.sampled_from([0, 500_000, 2_000_000])),
            "manual_fee_ppm": draw(st.sampled_from([0, 1_000])),
        },
        "instalments": {
            "early_settlement": early.name.lower(),
            "fee_base": draw(st.sampled_from(["original", "declining"])),
            "split": draw(st.sampled_from([PlanSplit(0), PlanSplit(1)])).name.lower(),
            "least_fen": 1,
        },
        "refunds": {"chance_ppm": 200_000, "days": draw(st.integers(1, 40))},
        "regulation": {"rate_cap_ppm": draw(st.sampled_from([100_000, 240_000, 10_000_000]))},
        "charge_off": {"days": draw(st.sampled_from([60, 180]))},
        "joint": {"on": draw(st.booleans())},
        "plus": {"yield_ppb": draw(st.sampled_from([0, 50_000]))},
    }


@pytest.fixture(scope="module")
def launch(repo):
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    changes = {key: value for key, value in TEEMING.items() if not key.startswith("product.")}
    return plan.with_(users=SCRIPTS, days=DAYS, **changes, **{"output.events_ppm": 1_000_000})


def write_wishes(wishes, luck):
    """Write what each script wants to buy today: any place, any product, any order after it."""
    count = len(wishes)
    wishes["count"] = luck.integers(0, 4, count)
    shape = wishes["place"].shape
    wishes["place"] = luck.integers(0, PLACES, shape)
    wishes["amount"] = np.exp(luck.uniform(0, 13, shape)).astype(np.int64)
    wishes["means"] = luck.integers(-1, PRODUCTS, shape)
    first, then = luck.integers(0, PRODUCTS + 1, (2, *shape))
    wishes["otherwise"] = np.where(first > 0, first + 16 * then, 0)
    wishes["periods"] = luck.choice([0, 0, 3, 6, 12], shape)
    wishes["ask"] = luck.choice([0, 0, 0, 7], count)


def write_payments(payments, luck):
    """Write what each script wants to pay: mostly nothing, then anything up to far too much."""
    shape = payments.shape
    pays = luck.uniform(size=shape) < luck.uniform(0, 0.1, (len(payments), 1))
    payments["amount"] = np.where(pays, np.exp(luck.uniform(0, 16, shape)), 0).astype(np.int64)
    payments["periods"] = np.where(luck.uniform(size=shape) < 0.02, luck.choice([3, 6], shape), 0)
    payments["settle"] = luck.uniform(size=shape) < 0.01


class Scripts:
    """Users who live by scripts, and what is checked of them every day."""

    def __init__(self, scenario, seed):
        self.state = start(scenario)
        self.luck = np.random.default_rng(seed)
        self.state.users["auto_debit"] = self.luck.integers(0, 3, SCRIPTS)
        self.state.users["bank"] = np.exp(self.luck.uniform(5, 16, SCRIPTS)).astype(np.int64)
        self.flow = np.zeros((SCRIPTS, PRODUCTS, len(Flow)), dtype=np.int64)
        self.start = self.state.users["wallet"].astype(np.int64) + self.state.users["bank"]
        self.words = empty_table(Luck, SCRIPTS)
        self.wishes = empty_table(Wishes, SCRIPTS)
        self.payments = empty_table(Payment, SCRIPTS, PRODUCTS)
        self.logs = empty_table(Log, SCRIPTS)
        self.logs["on"] = 1
        self.events = empty_table(Event, SCRIPTS * NOTES)

    def live(self, day):
        """Live a day by script, add up its events, and check every account."""
        state, arms = self.state, self.state.arms
        everyone, days = (state.users, state.accounts), state.course.days
        rows = np.zeros(SCRIPTS, dtype=np.int64)
        numbers = (arms.params, arms.terms, rows)
        keys = np.zeros((2, SCRIPTS), dtype=np.uint64)
        books = (state.totals_by, self.logs)
        write_wishes(self.wishes, self.luck)
        write_payments(self.payments, self.luck)
        phases.draw_luck(state.users, day, arms.params, keys, self.words)
        phases.morning_of_all(*everyone, self.words, days, day, *numbers, *books)
        phases.authorise_all(*everyone, self.wishes, self.words, days, day, *numbers, *books)
        phases.settle_all(*everyone, self.payments, days, day, *numbers, *books)
        phases.assess_all(*everyone, days, day, *numbers, *books)
        used = keep_all(self.logs, state.users, day, self.events)
        told = self.events[:used]
        told = told[told["kind"] < len(Flow)]
        where = (told["user"], told["product"], told["kind"])
        np.add.at(self.flow, where, told["amount"].astype(np.int64))
        self.check(day)

    def check(self, day):
        """Assert that nothing is negative, and that flows are what is there, to the fen."""
        accounts = self.state.accounts
        for name in NEVER_NEGATIVE:
            assert (accounts[name] >= 0).all(), (day, name)
        parts = [accounts[name].astype(np.int64) for name in PLACES_OF_PRINCIPAL]
        held = {name: accounts[name] for name in KINDS if name != "principal"}
        held["principal"] = sum(parts)
        for name, (more, less) in KINDS.items():
            flows = self.flow[..., more].sum(axis=-1) - self.flow[..., less].sum(axis=-1)
            wrong = np.argwhere(flows != held[name])
            assert not len(wrong), (day, name, wrong[0], flows[tuple(wrong[0])])
        assert (accounts["ring_principal"].sum(axis=-1) == accounts["planned"]).all(), day
        assert (accounts["overdue"] <= accounts["carried"]).all(), day
        owed = held["principal"] - accounts["planned"] + accounts["interest"]
        owed = owed + accounts["penalty"] + accounts["fees"]
        assert (accounts["statement_due"] <= owed).all(), day
        assert (accounts["minimum_due"] <= accounts["statement_due"]).all(), day
        users = self.state.users
        money = self.flow.sum(axis=1)
        money = self.start + money[:, MONEY_IN].sum(axis=1) - money[:, MONEY_OUT].sum(axis=1)
        here = users["status"] == 1
        assert (money == users["wallet"].astype(np.int64) + users["bank"])[here].all(), day


@pytest.mark.slow
@settings(max_examples=16)
@given(
    products=st.tuples(product("one"), product("two"), product("three")),
    seed=st.integers(0, 2**32 - 1),
)
def test_books_of_three_products_hold_on_every_day_of_thousands_of_scripts(launch, products, seed):
    scripts = Scripts(launch.with_(product=[*products], seed=seed), seed)
    for day in range(DAYS):
        scripts.live(day)
    totals = scripts.state.totals_by["flow"].sum(axis=(0, 1))
    assert (scripts.flow.sum(axis=0) == totals).all()
    bought = scripts.flow[..., Flow.PURCHASES]
    gone = scripts.flow[..., KINDS["principal"][1]].sum(axis=-1)
    assert (gone <= bought).all()  # principal is paid, given back or lost once
    for kind in (Flow.PURCHASES, Flow.PRINCIPAL_REPAID, Flow.INSTALMENT_FEES, Flow.REFUNDED):
        assert (totals[:, kind] > 0).all(), kind
