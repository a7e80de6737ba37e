"""Explanations of a user with several products are of the product that is asked for."""

import pytest
from teeming import TEEMING

import sim
from sim.rules.limit import moved
from sim.units import share

NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def run(repo):
    """Products whose limits differ in all terms; the last two in joint assessment."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    changes = {key: value for key, value in TEEMING.items() if not key.startswith("product.")}
    products = [
        {
            "name": name,
            "admission": "open_to_all",
            "limit": {"fen_per_point": points, "refresh_days": days},
            "joint": {"on": name != "one"},
        }
        for name, points, days in zip(NAMES, (1_000, 700, 500), (3, 6, 9), strict=True)
    ]
    return sim.run(plan.with_(users=40, days=75, product=products, **changes), threads=1)


def test_every_limit_is_what_its_terms_give_and_what_the_account_holds(run):
    accounts = run.accounts.set_index(["user", "product"])
    joint = 0
    for user in range(40):
        for name in NAMES:
            found = run.explain(user, 74, product=name)
            assert found["account"]["product"] == name
            limit = found["limit"]
            assert limit["limit_fen"] == accounts.loc[(user, name)].limit_fen
            seen = limit["assessment"]
            if seen is None:
                continue
            parts = [
                moved(seen[part]["fen"], seen[part]["factor_ppm"]) for part in ("base", "spending")
            ]
            whole = sum(parts) + seen["deposit"]["fen"]
            whole = min(whole - share(whole, seen["grade"]["haircut_ppm"]), seen["maximum_fen"])
            assert seen["formula_fen"] == whole
            if seen["standing"] == "open" and not seen["no_increase"]:
                assert seen["result_fen"] == max(whole - seen["sisters_fen"], 0)
            joint += seen["sisters_fen"] > 0
            assert name != "one" or seen["sisters_fen"] == 0
    assert joint > 10


def test_events_of_a_day_name_their_product(run):
    kinds = set()
    for user in range(40):
        for event in run.explain(user, 74)["events"]:
            if event["kind"] in {"purchases", "refused", "limit"}:
                kinds.add((event["kind"], event["product"]))
    assert {product for _, product in kinds} == {*NAMES}
    text = next(text for user in range(40) if "[two]" in (text := run.explain(user, 74).text()))
    assert "account with one: " in text


def test_a_product_that_the_run_has_not_is_told(run):
    with pytest.raises(sim.ScenarioError, match="wanted a product of the run: one, two, three"):
        run.explain(0, 74, product="four")


def test_money_of_the_user_s_own_is_said_of_no_product(run):
    told = [run.explain(user, day).text() for user in range(6) for day in range(14, 20)]
    lines = [line for text in told for line in text.splitlines()]
    own = [line for line in lines if "income came" in line or "fixed outgoings" in line]
    assert own
    assert not any("[" in line for line in own)
    assert any(line.endswith("[two]") for line in lines)
