"""The engines give the same bits, and how the work is split never shows (G1 to G3)."""

import datetime as dt

import numpy as np
import pytest
from teeming import ADOPTED, ALONE, TEEMING

import sim
from sim.engines.agents import AgentsEngine
from sim.engines.plain import PlainEngine
from sim.engines.state import restored, start
from sim.engines.table import TableEngine
from sim.kinds import STEPS, WAYS, FunnelStep
from sim.simulation import live
from sim.stretches import stretches

USERS, DAYS = 300, 160


@pytest.fixture(scope="module")
def scenario(repo):
    """A launch with all that can split the work: joiners, months, policies for all and for some."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    policies = [
        {
            "name": "dearer",
            "date": dt.date(2024, 2, 14),
            "set": {"product.charges.rate_ppb": 600_000},
        },
        {
            "name": "tighter",
            "date": dt.date(2024, 3, 5),
            "share_ppm": 400_000,
            "set": {"product.limit.fen_per_point": 600},
        },
    ]
    growth = [{"day": 0, "share_ppm": 700_000}, {"day": 100, "share_ppm": 1_000_000}]
    return plan.with_(
        users=USERS,
        days=DAYS,
        policy=policies,
        **TEEMING
        | ADOPTED
        | {
            "output.events_ppm": 600_000,
            "population.growth": growth,
            "behaviour.applying.friends_weight_ppm": 500_000,
            "product.ways.friends_weight_ppm": 200_000,
            "population.leave_month_ppm": 30_000,
            "product.billing.due_day_last": 14,
            "product.limit.stagger": True,
            "behaviour.monthly.order_users_ppm": 300_000,
            "behaviour.monthly.sum_month_ppm": 50_000,
            "behaviour.repaying.fixed_users_ppm": 200_000,
            "behaviour.repaying.beyond_sigma_ppm": 600_000,
        },
    )


def lived(scenario, engine=TableEngine, *arguments, **cuts):
    state = start(scenario)
    lives = engine(state, *arguments)
    live(state, lives, **cuts)
    lives.close()
    return state


@pytest.fixture(scope="module")
def reference(scenario):
    return lived(scenario)


def assert_same(one, other):
    np.testing.assert_array_equal(one.events.all(), other.events.all(), "events")
    for name, table in one.arrays().items():
        if table.dtype.names is None:
            np.testing.assert_array_equal(table, other.arrays()[name], name)
            continue
        for column in table.dtype.names:
            np.testing.assert_array_equal(
                table[column], other.arrays()[name][column], f"{name}.{column}"
            )


def test_the_run_is_worth_comparing(reference):
    """Every flow that a year can hold has happened but charge-offs; else equality says little."""
    flows = reference.totals["flow"].sum(axis=(0, 1))
    quiet = {kind.name for kind in sim.kinds.Flow if flows[kind] == 0}
    assert quiet <= {"PRINCIPAL_WRITTEN_OFF", "INTEREST_WRITTEN_OFF", "PENALTY_WRITTEN_OFF"} | {
        "FEES_WRITTEN_OFF",
        "RECOVERED",
        "YIELD",
        "SUSPENDED",
        "SUSPENSE_RELEASED",
        "SUSPENSE_WRITTEN_OFF",
    }
    assert reference.totals["late_31"].sum() > 0
    funnel = reference.totals["funnel"].sum(axis=(0, 1)).reshape(WAYS, STEPS)
    assert (funnel[:, : FunnelStep.APPROVED + 1] > 0).all()
    assert len(reference.events.all()) > 10_000
    assert reference.totals["joined"].sum() > 0
    assert reference.totals["left"].sum() > 0
    assert reference.totals["real_time"].sum() > 0


def test_agents_and_table_give_the_same_bits(scenario, reference):
    assert_same(reference, lived(scenario, AgentsEngine))


def test_plain_python_and_table_give_the_same_bits(scenario, reference):
    assert_same(reference, lived(scenario, PlainEngine))


@pytest.mark.parametrize("threads", [2, 7])
def test_the_number_of_threads_does_not_show(scenario, reference, threads):
    assert_same(reference, lived(scenario, TableEngine, threads, 16))


@pytest.mark.parametrize("block", [1, 13, 100_000])
def test_the_size_of_blocks_does_not_show(scenario, reference, block):
    assert_same(reference, lived(scenario, TableEngine, 1, block))


@pytest.mark.parametrize("cuts", [{"longest": 1}, {"longest": 3}, {"every": 7}, {"every": 50}])
def test_how_days_are_cut_does_not_show(scenario, reference, cuts):
    assert_same(reference, lived(scenario, TableEngine, 1, **cuts))


def test_the_order_of_users_does_not_show(scenario, reference):
    state = start(scenario)
    order = np.argsort(state.users["ticket"], kind="stable")
    state.users, state.accounts = state.users[order], state.accounts[order]
    state.logged = state.logged[order]
    live(state, TableEngine(state, 1))
    back = np.argsort(order)
    state.users, state.accounts = state.users[back], state.accounts[back]
    assert_same(reference, state)


def test_a_user_who_waits_for_nobody_does_not_depend_on_the_number_of_users(scenario):
    reference, few = lived(scenario.with_(**ALONE)), lived(scenario.with_(users=60, **ALONE))
    for column in few.users.dtype.names:
        np.testing.assert_array_equal(few.users[column], reference.users[column][:60], column)
    for column in few.accounts.dtype.names:
        np.testing.assert_array_equal(few.accounts[column], reference.accounts[column][:60], column)


def test_one_changed_user_changes_nobody_who_waits_for_nobody(scenario):
    reference, state = lived(scenario.with_(**ALONE)), start(scenario.with_(**ALONE))
    state.users["rate"][17] *= 3
    state.users["prudence"][17] = -3_000
    live(state, TableEngine(state, 1))
    others = np.arange(USERS) != 17
    assert (state.users["spend_bins"][17] != reference.users["spend_bins"][17]).any()
    for name in ("users", "accounts"):
        mine, theirs = getattr(state, name), getattr(reference, name)
        for column in mine.dtype.names:
            np.testing.assert_array_equal(mine[column][others], theirs[column][others], column)


def test_a_policy_that_changes_nothing_gives_the_same_bits(scenario):
    plan = scenario.with_(policy=[])
    neutral = {
        "name": "none",
        "date": dt.date(2024, 2, 20),
        "share_ppm": 500_000,
        "set": {"product.charges.rate_ppb": plan.product.charges.rate_ppb},
    }
    assert_same(lived(plan), lived(plan.with_(policy=[neutral])))


def test_a_policy_reaches_its_share_of_users_and_no_earlier(scenario):
    plan = scenario.with_(policy=[])
    date = dt.date(2024, 2, 20)
    cut = {"name": "cut", "date": date, "share_ppm": 300_000, "set": {"product.limit.max_fen": 0}}
    state = lived(plan.with_(policy=[cut], days=80))
    twin = lived(plan.with_(days=80))
    day = (date - plan.run.start).days
    for column in state.totals.dtype.names:
        np.testing.assert_array_equal(state.totals[column][:day], twin.totals[column][:day])
    changed = (state.accounts["limit"] == 0) & (twin.accounts["limit"] > 0)
    open_accounts = (twin.accounts["limit"] > 0).sum()
    # Three binomial standard errors around the share.
    spread = 3 * np.sqrt(0.3 * 0.7 / open_accounts)
    assert abs(changed.sum() / open_accounts - 0.3) < spread


@pytest.fixture(scope="module")
def three(scenario):
    """Three products with invitations, refusals that fall on, joint assessment and a ledger."""
    one = scenario.tree()["product"] | {"name": "one", "joint": {"on": True}}
    shared = {"coverage_ppm": 500_000, "delay_days": 9}
    two = one | {"name": "two", "shared_data": shared, "discount_ppm": [20_000] * 6}
    two["ways"] = one["ways"] | {"invitations_ppm": 9_000}
    two["limit"] = one["limit"] | {"fen_per_point": 300}
    last = {"name": "three", "admission": "open_to_all", "limit": {"stagger": True}}
    last |= {"plus": {"yield_ppb": 40_000}, "billing": {"statement_day": 8, "due_day_first": 20}}
    last["billing"]["due_day_last"] = 20
    plan = scenario.with_(product=[one, two, last], users=100, days=80)
    plan = plan.with_(**{"behaviour.repaying.reserve_ppm": 3_000_000})  # few can pay by hand
    steps = [policy.model_dump() for policy in plan.policy]
    steps[1]["set"] = {"product.three.limit.fen_per_point": 600}
    return plan.with_(policy=steps)


def test_three_products_are_the_same_bits_in_all_engines_however_the_work_is_split(three):
    reference = lived(three)
    flows = reference.totals_by["flow"].sum(axis=(0, 1))
    assert (flows[:, sim.kinds.Flow.PURCHASES] > 0).all()
    assert (flows[:, sim.kinds.Flow.YIELD] > 0).tolist() == [False, False, True]
    assert (reference.accounts["known_debt"] > 0).any()
    assert (reference.accounts["known_late"] > 0).any()
    assert set(reference.events.all()["product"]) == {0, 1, 2}
    for engine, *how in ((AgentsEngine,), (PlainEngine,), (TableEngine, 3, 16)):
        assert_same(reference, lived(three, engine, *how))
    assert_same(reference, lived(three, TableEngine, 1, 13, every=7))


def test_three_products_go_on_from_the_middle_with_the_same_bits(three):
    reference, state = lived(three), start(three)
    engine = TableEngine(state, 1)
    for stretch in stretches(state.course.days, state.arms.starts, every=40, barrier=3):
        engine.live(stretch)
        if state.day == 40:
            kept = state.events
            arrays = {name: table.copy() for name, table in state.arrays().items()}
            state = restored(three, 0, 40, arrays)
            state.events = kept
            engine = TableEngine(state, 2)
    assert_same(reference, state)


def test_replications_have_luck_of_their_own(scenario, reference):
    other = start(scenario, replication=1)
    live(other, TableEngine(other, 1))
    assert other.totals.tobytes() != reference.totals.tobytes()


def test_tables_that_compiled_code_must_not_touch_are_refused(scenario):
    state = start(scenario.with_(users=10))
    state.users.flags.writeable = False
    with pytest.raises(ValueError, match="writeable"):
        TableEngine(state)
