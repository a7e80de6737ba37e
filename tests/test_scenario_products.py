"""Several products in one file: keys by number and by name, names, and a choice among them."""

import datetime as dt
import tomllib

import pytest

import sim
from sim.scenario import from_tree
from sim.scenario.sections import Scenario

THREE = [
    {"name": "one", "limit": {"max_fen": 100}},
    {"name": "two", "limit": {"max_fen": 200}},
    {"name": "three", "limit": {"max_fen": 300}},
]


def limits(scenario):
    return {product.label: product.limit.max_fen for product in scenario.products}


@pytest.fixture
def three():
    return from_tree({"product": THREE})


def test_one_table_is_one_product_and_tables_of_a_list_are_several(three):
    assert [product.label for product in Scenario().products] == ["seed_article"]
    assert from_tree({"product": {"name": "own"}}).products[0].label == "own"
    assert from_tree({"product": [{"name": "own"}]}) == from_tree({"product": {"name": "own"}})
    assert limits(three) == {"one": 100, "two": 200, "three": 300}
    assert three.product.limit.max_fen == 100


def test_a_key_means_the_first_a_numbered_or_a_named_product(three):
    changed = three.with_(
        **{
            "product.limit.max_fen": 1,
            "product.two.limit.max_fen": 2,
            "product.2.limit.max_fen": 3,
        }
    )
    assert limits(changed) == {"one": 1, "two": 2, "three": 3}
    assert limits(three.with_(**{"product.0.limit.max_fen": 7})) == {
        "one": 7,
        "two": 200,
        "three": 300,
    }
    assert changed.origin["product.1.limit.max_fen"] == "with_"
    assert three.origin["product.1.limit.refresh_days"] == "default"


def test_a_scenario_of_several_products_reads_back_as_an_equal_one(three):
    again = from_tree(tomllib.loads(three.to_toml()))
    assert again == three
    assert again.hash == three.hash
    assert "[[product]]" in three.to_toml()
    assert "beside" not in three.to_toml()


def test_a_file_with_one_table_replaces_the_products_of_the_file_it_extends(tmp_path):
    (tmp_path / "many.toml").write_text('[[product]]\nname = "a"\n[[product]]\nname = "b"\n')
    (tmp_path / "one.toml").write_text('extends = "many.toml"\n[product]\nname = "c"\n')
    assert list(limits(sim.load(tmp_path / "many.toml"))) == ["a", "b"]
    assert list(limits(sim.load(tmp_path / "one.toml"))) == ["c"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"product.two.limit.max_fen": -1},
            "product.1.limit.max_fen: wanted a whole number from 0 to 1,000,000,000 (found -1)",
        ),
        ({"product.2.name": "two"}, "product.2.name: wanted a name of its own (found 'two')"),
        ({"product.1.name": "limit"}, "product.1: name: wanted"),
        ({"product.1.limit.max_fem": 1}, "did you mean `max_fen`? (found 1)"),
        ({"product.3.limit.max_fen": 1}, "product.3: wanted a known key"),
        ({"product.1.limit.stagger": True}, "users have one 72-hour clock (found true)"),
        (
            {"run.products": ["four"]},
            "run.products: wanted names of one, two, three (found 'four')",
        ),
        ({"product": [{"name": f"p{n}"} for n in range(8)]}, "product: wanted at most 7 (found 8)"),
        (
            {"product.two.charge_off.recovery_curve_ppm": [0] * 12},
            "product.1.charge_off.recovery_curve_ppm: wanted 12 shares",
        ),
    ],
)
def test_a_fault_is_told_where_the_file_has_it(three, changes, line):
    with pytest.raises(sim.ScenarioError) as told:
        three.with_(**changes)
    assert any(
        line.replace("product.1: name", "product.1.name") in each for each in told.value.lines
    )


def test_policies_name_any_product_and_their_faults_are_told_at_once(three):
    date = dt.date(2024, 3, 1)
    step = {"date": date, "set": {"product.three": {"limit": {"max_fen": 7}}}}
    assert three.with_(policy=[step]).policy[0].set == {"product.2.limit.max_fen": 7}
    wrong = {"product.two.limit.max_fen": -7, "product.2.preset": "huabei_public"}
    with pytest.raises(sim.ScenarioError) as told:
        three.with_(policy=[{"date": date, "set": wrong}])
    at = "with_: policy.0.set.product"
    assert [line.split(": wanted")[0] for line in told.value.lines] == [
        f"{at}.1.limit.max_fen",
        f"{at}.2.preset",
    ]


def test_products_are_chosen_by_name_with_what_policies_set_for_them():
    date = dt.date(2024, 3, 1)
    settings = {"product.limit.max_fen": 1, "product.two.limit.max_fen": 2}
    settings |= {"product.three.limit.max_fen": 3, "behaviour.spending.tight_days": 9}
    tree = {"product": THREE, "policy": [{"date": date, "set": settings}]}
    some = from_tree(tree, ['run.products=["two", "three"]'])
    assert limits(some) == {"two": 200, "three": 300}
    assert some.policy[0].set == {
        "product.limit.max_fen": 2,
        "product.1.limit.max_fen": 3,
        "behaviour.spending.tight_days": 9,
    }
    only = from_tree(tree, ['run.products=["three"]'])
    assert limits(only) == {"three": 300}
    assert only.origin["product.limit.max_fen"] == "scenario"
    alone = from_tree({"product": THREE[2], "run": {"products": ["three"]}})
    assert only.with_(policy=[]) == alone


def test_the_schema_takes_a_table_or_several():
    schema = sim.scenario.json_schema()
    one, many = schema["properties"]["product"]["anyOf"]
    assert many["items"] == one
    assert "beside" not in schema["properties"]
