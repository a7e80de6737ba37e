"""Annual rates of the agreements in a run, by method and segment, against the yearly cap."""

import datetime as dt

import pytest
from teeming import TEEMING_FOR_ALL

import sim
from sim.plan import offer, rate_of_plan
from sim.scenario.terms import terms_of

KINDS = [
    ("seed_article", {}, False),
    ("seed_article", {"instalments.fee_base": "declining"}, True),
    ("seed_article", {"instalments.fee_base": "declining", "instalments.split": "level"}, True),
    ("huabei_public", {}, True),
    ("huabei_public", {}, False),
    ("baitiao_public", {}, False),
]


@pytest.mark.parametrize(("preset", "terms", "on_bill"), KINDS)
@pytest.mark.parametrize("periods", [3, 6, 12])
def test_a_plan_counts_with_the_rate_of_its_payments(preset, terms, on_bill, periods):
    product = terms_of(preset, terms)
    kind = "bill" if on_bill else "purchase"
    plan = sim.instalments(preset, 123_457, periods, kind, terms=terms)
    wanted = sim.annual_rate([-123_457, *plan.total_fen]).nominal
    found = rate_of_plan(123_457, periods, offer(periods, on_bill, product), product)
    assert found / 1e6 == pytest.approx(wanted, abs=2e-6)


def test_a_loan_counts_with_365_days_of_its_rate():
    assert rate_of_plan(100_000, 5, 0, terms_of("weilidai_public")) == 182_500


@pytest.fixture(scope="module")
def record(repo):
    plan = sim.load(repo / "scenarios" / "mature_book.toml")
    lively = TEEMING_FOR_ALL | {"run.burn_in_days": 0, "risk_control.fraud.takeover_month_ppm": 0}
    return sim.run(plan.with_(users=600, days=200, **lively))


def test_every_number_of_periods_that_is_offered_is_told_apart(repo):
    """Of each product, and what a policy adds for some; nothing is told as 0, which is no plan."""
    plan = sim.load(repo / "scenarios" / "mature_book.toml")
    lively = TEEMING_FOR_ALL | {"run.burn_in_days": 0, "risk_control.fraud.takeover_month_ppm": 0}
    later = {"date": plan.run.start + dt.timedelta(60), "share_ppm": 500_000}
    later["set"] = {"product.instalments.periods": [3, 18, 60, 0]}
    offered = {"product.instalments.periods": [3, 7, 36, 30], "policy": [later]}
    wishes = {"behaviour.borrowing.periods_24_ppm": 200_000, "product.instalments.always": False}
    everyone = plan.with_(users=400, days=150, **{**lively, **offered, **wishes})
    assert everyone.periods_offered == [3, 7, 36, 30, 18, 60]
    run = sim.run(everyone.with_(**{"output.events_ppm": 1_000_000}))
    plans = run.cost[run.cost.method.isin(["purchase_plan", "bill_plan"])]
    counted = plans.groupby("periods").agreements.sum()
    seen = run.events[run.events.kind == "plan"].reason.astype(str).astype(int).value_counts()
    assert counted.to_dict() == seen.to_dict()
    assert (run.cost[~run.cost.index.isin(plans.index)].periods == 0).all()


def test_more_numbers_of_periods_than_are_told_apart_are_refused():
    many = [list(range(first, first + 4)) for first in range(1, 25, 4)]
    policies = [
        {"date": dt.date(2024, 2, 1), "set": {"product.instalments.periods": four}} for four in many
    ]
    with pytest.raises(sim.ScenarioError, match=r"wanted at most 20 numbers .*\(found 24\)"):
        sim.Scenario().with_(policy=policies)


def test_the_table_of_costs_names_what_breaks_the_cap(record):
    cost = record.cost
    counted = cost.groupby(["method", "periods"])[["agreements", "above_cap"]].sum()
    plans = {("purchase_plan", n) for n in (3, 6, 12)} | {("bill_plan", n) for n in (3, 6, 12)}
    assert set(counted.index) == plans | {("carried", 0), ("missed", 0)}
    # 1.5 % of the whole a month: 26.8, 30.3 and 31.7 % a year; above 24 % all of them.
    dear = counted.reset_index()
    assert (dear.above_cap == dear.agreements * dear.method.str.endswith("plan")).all()
    nominal = cost.set_index(["method", "periods"]).nominal
    assert nominal["bill_plan", 12].to_numpy() == pytest.approx(0.317164, abs=2e-3)
    assert nominal["carried", 0].to_numpy() == pytest.approx(0.1825)
    assert nominal["missed", 0].to_numpy() == pytest.approx(0.24, abs=2e-6)
    assert set(cost["product"]) == {"seed_article"}
    assert set(cost.segment) <= {s.name for s in record.scenario.population.segments}
