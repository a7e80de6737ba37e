"""A scripted account is the account of the engines: same phases, same fen, whatever the preset."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.account import Account, charges, principal
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.kinds import Flow, Method, Note
from sim.rows import as_object
from sim.scenario.presets import PRESETS
from sim.scenario.terms import terms_of
from sim.simulation import live
from sim.units import NEVER

DAYS = 400
START = dt.date(2023, 1, 1)
NO_LUCK = {
    "risk_control.login.strange_ppm": 0,
    "risk_control.fraud.takeover_month_ppm": 0,
    "risk_control.appeals.misjudged_ppm": 0,
    "risk_control.appeals.rightly_ppm": 0,
    "risk_control.appeals.stolen_ppm": 0,
    "risk_control.appeals.false_claim_ppm": 0,
    "risk_control.collection.capacity_ppm": 0,
}
LIVELY = {
    "product.admission": "open_to_all",
    "product.limit.dynamic": False,
    "product.charges.manual_fee_ppm": 0,
    "product.yearly.cap_ppm": 1_000_000_000,
    "population.leave_month_ppm": 0,
    "population.death_month_ppm": 0,
    "product.refunds.chance_ppm": 100_000,
    "behaviour.borrowing.purchase_plan_ppm": 400_000,
    "behaviour.borrowing.bill_plan_ppm": 200_000,
    "behaviour.borrowing.periods_24_ppm": 150_000,
    "behaviour.borrowing.settle_month_ppm": 200_000,
    "behaviour.repaying.early_ppm": 300_000,
    "behaviour.money.strain_shock": 4_000,
    "population.traits.auto_debit_full_ppm": 200_000,
    "population.traits.auto_debit_minimum_ppm": 200_000,
    "environment.unemployment_ppm": 0,
}
GIVEN_BACK = {Flow.REFUNDED, Flow.REFUND_CASH}
BY_HAND = {Method.MANUAL_EARLY, Method.MANUAL_BILL, Method.MANUAL_LATE}
PAID = {Flow.PRINCIPAL_REPAID, Flow.INTEREST_REPAID, Flow.PENALTY_REPAID, Flow.FEES_REPAID}
SAME = """
planned unbilled billed carried overdue interest penalty fees accrued accrued_nano grace_accrued
grace_nano back_accrued back_nano unposted penalty_accrued penalty_nano plan_cost plan_nano
suspended ring_principal ring_fee
bill_open statement_total statement_due minimum_due missed missed_on missed_count on_time_periods
lapses worst_days pay_down standing due_day anchor charged_off_on written_off first_default
"""


def script_of(events):
    """Return the steps that a user's events tell of."""
    steps, bought = [], None
    for event in events:
        date = START + dt.timedelta(days=int(event["day"]))
        amount, reason, kind = int(event["amount"]), int(event["reason"]), int(event["kind"])
        if kind == Flow.PURCHASES:
            bought = {"date": date, "purchase_fen": amount}
            steps.append(bought)
        elif kind == Note.PLAN and bought and bought == {"date": date, "purchase_fen": amount}:
            bought["instalments"] = reason
        elif kind == Note.PLAN:
            steps.append({"date": date, "instalments": reason, "bill": True})
        elif kind in GIVEN_BACK:
            steps.append({"date": date, "refund_fen": amount})
        elif kind in PAID and reason == Method.EARLY_SETTLEMENT:
            if {"date": date, "settle_instalments": True} not in steps:
                steps.append({"date": date, "settle_instalments": True})
        elif (
            kind in PAID
            and amount > 0
            and reason in BY_HAND | {Method.AUTO_WALLET, Method.AUTO_CARD}
        ):
            steps.append({"date": date, "repay_fen": amount})
    return steps


def apart(steps):
    """Tell whether no bill is spread on a day with a purchase: a script cannot say that."""
    bills = {step["date"] for step in steps if step.pop("bill", False)}
    return not bills & {step["date"] for step in steps if "purchase_fen" in step}


BACK = {"product.charges.interest_from": "posting_day"}
UNPAID = {
    "product.charges.interest_from": "spending_day",
    "product.charges.interest_free": "nothing_carried",
    "product.charges.back_interest": "unpaid_part",
    "product.charges.interest_rounded": "daily",
}


@pytest.mark.parametrize(
    ("preset", "kinds"),
    [*((preset, {}) for preset in PRESETS), ("seed_article", BACK), ("seed_article", UNPAID)],
)
def test_a_replay_equals_the_account_of_the_table_engine(preset, kinds):
    """Each user's purchases and payments in a run, replayed, end in the same account."""
    scenario = sim.Scenario().with_(
        users=40,
        days=DAYS,
        start=START,
        **{"product.preset": preset, "output.events_ppm": 1_000_000} | NO_LUCK | LIVELY | kinds,
    )
    state = start(scenario)
    engine = TableEngine(state, 1)
    live(state, engine)
    engine.close()
    events, compared, late, plans, refunds = state.events.all(), 0, 0, 0, 0
    for user in sorted(range(40), key=lambda user: -state.accounts[user, 0]["lapses"]):
        steps = script_of(events[events["user"] == user])
        if len(steps) < 5 or not apart(steps) or compared == 8:
            continue
        account = as_object(Account, state.accounts[user, 0])
        terms = scenario.product.model_dump(exclude={"preset", "rollout"})
        replayed = sim.replay(
            preset,
            steps,
            until=START + dt.timedelta(days=DAYS - 1),
            start=START,
            limit_fen=account.first_limit,
            terms=terms,
        )
        mine = replayed.accounts[0]
        for name in SAME.split():
            assert getattr(mine, name) == getattr(account, name), (user, name)
        compared += 1
        late += account.lapses
        plans += any("instalments" in step for step in steps)
        refunds += any("refund_fen" in step for step in steps)
    assert compared >= 5
    assert late > 0
    assert plans > 0 or preset == "fenfu_public"
    assert refunds > 0 or scenario.product.instalments.always


ACTION = st.one_of(
    st.fixed_dictionaries({"purchase_fen": st.integers(1, 300_000)}),
    st.fixed_dictionaries(
        {"purchase_fen": st.integers(30_000, 300_000), "instalments": st.integers(0, 3)}
    ),
    st.fixed_dictionaries({"repay_fen": st.integers(1, 400_000)}),
    st.fixed_dictionaries({"repay": st.sampled_from(["due", "minimum", "all"])}),
    st.fixed_dictionaries({"instalments": st.integers(0, 3)}),
    st.fixed_dictionaries({"refund_fen": st.integers(1, 300_000)}),
    st.fixed_dictionaries({"settle_instalments": st.just(True)}),
)
SCRIPTS = st.lists(st.tuples(st.integers(0, 150), ACTION), min_size=1, max_size=12)
PRODUCTS = (
    *PRESETS,
    "baitiao_public/from_purchase",
    "fenfu_public/month_end",
    "baitiao_public/order",
    "huabei_public/grace",
)


def test_random_scripts_never_lose_a_fen():
    """See `check_books`; a product is drawn with each script."""
    check_scripts(80)


@pytest.mark.slow
def test_thousands_of_random_scripts_never_lose_a_fen():
    check_scripts(2_000)


def check_scripts(count):
    done = []

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(PRODUCTS), SCRIPTS)
    def check(product, script):
        made = lived(product, script)
        done.append(made is not None)
        if made is not None:
            check_books(made)

    check()
    assert sum(done) > count * 3 // 4


def lived(product, script):
    """Return a random script's replay, without the steps that are refused; None if none is left."""
    offered = [n for n in terms_of(product).instalments.periods if n > 0]
    if product.startswith("huabei"):
        offered.remove(9)  # of a bill only
    steps = []
    for day, action in sorted(script, key=lambda pair: pair[0]):
        step = {"date": START + dt.timedelta(days=day), **action}
        if "instalments" in step and offered:
            step["instalments"] = offered[step["instalments"] % len(offered)]
        if "instalments" not in step or offered:
            steps.append(step)
    while True:
        try:
            return sim.replay(product, steps, START + dt.timedelta(days=230), start=START)
        except sim.ScenarioError as error:
            refused = re.search(
                r"step\.(\d+)\..*(lets through|offers|open bill|not given back)", str(error)
            )
            if refused is None:
                raise
            del steps[int(refused[1])]
        if not steps:
            return None


def check_books(made):
    """Never a negative due, never a fen lost, principal paid exactly once."""
    days, bills = made.days, made.statements
    assert (days[[name for name in days if name.endswith("_fen")]] >= 0).all().all()
    assert (bills.filter(regex="_fen$") >= 0).all().all()
    parts = bills.filter(regex="^due_(principal|interest|fee|penalty)_fen$").sum(axis=1)
    assert (parts == bills.due_total_fen).all()
    assert (bills.minimum_fen <= bills.due_total_fen).all()
    left = days.purchases_fen - days.refunded_fen - days.paid_principal_fen - days.written_off_fen
    assert (left.cumsum() == days.principal_fen).all()
    # A charge-off may be of fees alone, which `written_off_fen` does not hold.
    if all(account.charged_off_on == NEVER for account in made.accounts):
        for kind, charged in (("interest", "interest"), ("fee", "fees"), ("penalty", "penalty")):
            left = days[f"{charged}_charged_fen"] - days[f"paid_{kind}_fen"]
            assert (left.cumsum() == days[f"{kind}_fen"]).all()
    for account in made.accounts:
        assert sum(account.ring_principal) == account.planned
        assert account.statement_due <= principal(account) + charges(account)
        assert account.accrued >= 0
        assert 0 <= account.overdue <= account.carried


def test_accrued_interest_is_exact():
    steps = [{"date": "2023-01-06", "purchase_fen": 333}]
    days = sim.replay("fenfu_public", steps, until="2023-01-08").days
    assert days.interest_accrued_fen.tolist() == [Decimal("0.1332") * n for n in (1, 2, 3)]


def test_all_faults_of_a_script_are_told_at_once(tmp_path):
    file = tmp_path / "steps.toml"
    file.write_text(
        "start = 2022-01-01\nuntil = 2021-07-31\nlimit_fen = -1\n"
        "[[step]]\ndate = 2022-01-05\npurchase_fen = -5\n",
        encoding="utf-8",
    )
    with pytest.raises(sim.ScenarioError) as refused:
        sim.replay("seed_article", file)
    told = "\n".join(refused.value.lines)
    for key in ("until", "limit_fen", "step.0.purchase_fen"):
        assert f"{file}: {key}: wanted" in told


def test_a_refused_step_is_told_with_its_file_and_date(tmp_path):
    file = tmp_path / "steps.toml"
    file.write_text(
        "[[step]]\ndate = 2022-01-05\npurchase_fen = 50000\ninstalments = 7\n", encoding="utf-8"
    )
    with pytest.raises(sim.ScenarioError, match=r"on 2022-01-05 \(found 7\)") as refused:
        sim.replay("seed_article", file)
    assert str(refused.value).startswith(f"{file}: step.0.instalments: wanted periods")


def test_a_refused_purchase_is_told_with_the_step_and_the_reason():
    steps = [{"date": "2023-01-06", "purchase_fen": 100_001}]
    with pytest.raises(sim.ScenarioError, match=r"step\.0\.purchase_fen: .*no_limit_left"):
        sim.replay("huabei_public", steps, limit_fen=100_000)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{"date": "2023-01-40", "repay": "all"}], "step.0.date: wanted a date"),
        ([{"date": "2023-01-04", "repay": "half"}], 'repay: wanted "due", "minimum" or "all"'),
        ([{"date": "2023-01-04"}], "wanted one of"),
        ([{"date": "2023-01-04", "repay": "all", "purchase_fen": 1}], "wanted one of"),
        ([{"date": "2023-01-04", "purchase_fen": 0}], "purchase_fen: wanted a whole number"),
        ([{"date": "2023-01-04", "purchase_fen": 1.5}], "purchase_fen: wanted a whole number"),
        ([{"date": "2023-01-04", "buy_fen": 1}], "buy_fen: wanted"),
        ([{"date": "2023-02-04", "purchase_fen": 1}], "step.0.date: wanted a date from"),
    ],
)
def test_wrong_steps_are_named(steps, words):
    with pytest.raises(sim.ScenarioError) as error:
        sim.replay("fenfu_public", steps, until="2023-02-01", start="2023-01-01")
    assert words in str(error.value)


def test_instalments_of_a_number_that_is_not_offered_are_refused():
    steps = [{"date": "2023-01-06", "purchase_fen": 100_000, "instalments": 5}]
    with pytest.raises(sim.ScenarioError, match=r"offers \(3, 6, 9, 12\)"):
        sim.replay("huabei_public", steps)


def test_plans_longer_than_a_year_are_replayed_too():
    steps = [{"date": "2023-01-06", "purchase_fen": 240_000, "instalments": 24}]
    plan = sim.instalments("baitiao_public", 240_000, 24, "purchase", "2023-01-06")
    steps += [{"date": date.date(), "repay": "due"} for date in plan.date]
    made = sim.replay("baitiao_public", steps)
    assert made.days.principal_fen.iloc[-1] == 0
    assert made.statements.due_total_fen.tolist() == plan.total_fen.tolist()
    assert made.statements.due_date.tolist() == plan.date.tolist()


def test_a_file_of_steps_gives_the_same_as_a_list(tmp_path):
    path = tmp_path / "steps.toml"
    path.write_text(
        "start = 2023-01-01\nuntil = 2023-03-01\nlimit_fen = 500_000\n"
        "[terms.billing]\ndue_day_first = 8\ndue_day_last = 8\n"
        "[[step]]\ndate = 2023-01-05\npurchase_fen = 90_000\n"
        "[[step]]\ndate = 2023-02-08\nrepay = 'due'\n"
    )
    steps = [
        {"date": "2023-01-05", "purchase_fen": 90_000},
        {"date": "2023-02-08", "repay": "due"},
    ]
    listed = sim.replay(
        "huabei_public",
        steps,
        "2023-03-01",
        500_000,
        {"billing.due_day_first": 8, "billing.due_day_last": 8},
        start="2023-01-01",
    )
    read = sim.replay("huabei_public", path)
    assert read.days.equals(listed.days)
    assert read.statements.equals(listed.statements)
