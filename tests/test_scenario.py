"""Scenario files: what is read is what is written out, and where it came from is known."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import string
import tomllib
from typing import TYPE_CHECKING, Any

import jsonschema
import numpy as np
import pytest
from annotated_types import Ge, Le, MultipleOf
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.interest_kinds import InterestFrom
from sim.scenario import Scenario, applied, differing, from_tree, json_schema, load
from sim.scenario.keys import keys_of
from sim.scenario.marginals import Distribution, Marginal
from sim.scenario.resolved import values
from sim.scenario.section import Section
from sim.scenario.sections import Run
from sim.scenario.tree import dotted

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic.fields import FieldInfo

fixed = settings(derandomize=True, deadline=None, max_examples=40)

# Sections whose keys do not bind each other: any values within bounds make a scenario.
FREE = (
    "product.limit.",
    "product.charges.",
    "product.scenes.",
    "behaviour.spending.",
    "behaviour.repaying.",
    "risk_control.",
    "appetite.",
)
# To a kind of cycle and of interest; to ties between friends.
BOUND = {f"product.charges.{key}" for key in ("accrual", "interest_from", "interest_free")}
BOUND |= {f"product.charges.{key}" for key in ("back_interest", "interest_rounded", "posted_with")}
BOUND |= {"behaviour.spending.friends_weight_ppm"}
BOUND |= {"behaviour.repaying.friends_weight"}
FIELDS = {dotted(path): field for path, field in keys_of(Scenario)}


def written(folder: Path, name: str, words: str) -> Path:
    path = folder / name
    path.write_text(words, encoding="utf-8")
    return path


def within_bounds(field: FieldInfo) -> st.SearchStrategy[Any]:
    """Return values that a field takes, from its declaration."""
    low = next((m.ge for m in field.metadata if isinstance(m, Ge)), None)
    high = next((m.le for m in field.metadata if isinstance(m, Le)), None)
    step = next((m.multiple_of for m in field.metadata if isinstance(m, MultipleOf)), 1)
    if field.annotation is bool:
        return st.booleans()
    if field.annotation is float:
        return st.floats(low, high)
    if field.annotation is int:
        return st.integers(-(-low // step), high // step).map(lambda n: n * step)
    return st.sampled_from([member.name.lower() for member in field.annotation])


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.from_regex(r"\w[\w .-]{0,79}", fullmatch=True)
VALUES = {
    key: within_bounds(field)
    for key, field in FIELDS.items()
    if key.startswith(FREE) and key not in BOUND
}
VALUES |= {"run.name": NAMES, "run.description": TEXT}
CHANGES = st.lists(st.sampled_from(sorted(VALUES)), max_size=8, unique=True).flatmap(
    lambda keys: st.fixed_dictionaries({key: VALUES[key] for key in keys})
)
OWN_DATES = st.lists(
    st.fixed_dictionaries(
        {"date": st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1))},
        optional={"name": TEXT, "demand_ppm": st.integers(0, 5_000_000)},
    ),
    max_size=3,
)
LIMITS = st.fixed_dictionaries({"product.limit.max_fen": VALUES["product.limit.max_fen"]})
POLICIES = st.lists(
    st.fixed_dictionaries(
        {"set": LIMITS}, optional={"name": TEXT, "share_ppm": st.integers(0, 1_000_000)}
    ),
    max_size=3,
)


@fixed
@given(CHANGES, OWN_DATES, POLICIES)
def test_a_scenario_written_out_in_full_reads_back_as_an_equal_one(
    changes: dict[str, Any], dates: list[dict[str, Any]], policies: list[dict[str, Any]]
) -> None:
    policies = [{"date": dt.date(2024, 3, 1), **policy} for policy in policies]
    changes = {**changes, "environment.dates": dates, "policy": policies}
    scenario = Scenario().with_(**changes)
    again = from_tree(tomllib.loads(scenario.to_toml()))
    assert again == scenario
    assert again.hash == scenario.hash
    assert values(again) == values(scenario)


@fixed
@given(CHANGES)
def test_a_scenario_equals_the_default_only_where_no_value_was_changed(
    changes: dict[str, Any],
) -> None:
    default = Scenario()
    scenario = default.with_(**changes)
    keys = differing(default, scenario)
    assert set(keys) <= set(changes)
    assert (scenario == default) is (not keys)
    assert (scenario.hash == default.hash) is (not keys)
    for key, value in changes.items():
        assert scenario.origin[key] == "with_"
        section: Any = values(scenario)
        for step in key.split("."):
            section = section[step]
        assert section == value


def test_a_file_states_only_what_differs_from_those_it_extends(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    written(
        tmp_path,
        "base.toml",
        "[run]\nusers = 10\ndays = 20\nstart = 2024-05-01\n"
        "[population]\nregions = ['a', 'b']\nregion_ppm = [400000, 600000]",
    )
    written(tmp_path, "middle.toml", "extends = 'base.toml'\n[run]\nusers = 30")
    top = written(
        tmp_path / "below",
        "top.toml",
        "extends = '../middle.toml'\n[population]\nregions = ['c']\nregion_ppm = [1000000]",
    )
    scenario = load(top)
    assert (scenario.run.users, scenario.run.days) == (30, 20)
    assert scenario.run.start == dt.date(2024, 5, 1)
    assert scenario.population.regions == ["c"]
    origin = scenario.origin
    assert origin["run.days"] == str(tmp_path / "base.toml")
    assert origin["run.users"] == str(tmp_path / "middle.toml")
    assert origin["population.regions.0"] == str(top)
    assert "population.regions.1" not in origin
    assert origin["run.seed"] == "default"


def test_every_value_written_out_names_its_origin(tmp_path: Path) -> None:
    path = written(tmp_path, "mine.toml", "[run]\nusers = 10\n[product.limit]\nmax_fen = 5")
    lines = load(path, ["days=7"]).to_toml().splitlines()
    assert f"users = 10  # {path}" in lines
    assert f"max_fen = 5  # {path}" in lines
    assert "days = 7  # --set" in lines
    assert "refresh_days = 3  # default: R-L6: 72 hours" in lines
    assert all("  # " in line for line in lines if line and not line.startswith("["))


def test_origin_and_place_of_a_file_do_not_reach_the_hash(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    words = "[run]\nusers = 10\nname = 'x'"
    one = load(written(tmp_path, "one.toml", words))
    two = load(written(tmp_path / "elsewhere", "two.toml", words))
    three = Scenario().with_(users=10, **{"run.name": "x"})
    assert one == two == three
    assert len({one, two, three}) == 1
    assert one.hash == two.hash == three.hash
    assert one.hash != one.with_(users=11).hash


def test_with_reaches_into_sections_and_lists_and_leaves_the_first_alone() -> None:
    base = Scenario()
    segments = base.population.segments
    shares = {f"population.segments.{i}.share_ppm": 0 for i in range(len(segments))}
    shares["population.segments.0.share_ppm"] = 1_000_000
    scenario = base.with_(
        users=np.int64(5),
        start=dt.date(2025, 1, 1),
        product={"limit": {"max_fen": 9}},
        **{"product.charges.interest_from": InterestFrom.SPENDING_DAY, **shares},
    )
    assert scenario.run.users == 5
    assert type(scenario.run.users) is int
    assert scenario.run.start == dt.date(2025, 1, 1)
    assert scenario.product.limit == base.product.limit.model_copy(update={"max_fen": 9})
    assert scenario.product.charges.interest_from is InterestFrom.SPENDING_DAY
    assert scenario.population.segments[0].share_ppm == 1_000_000
    assert base == Scenario()
    assert base.origin["run.users"] == "default"


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        ("users=2000", "run.users", 2_000),
        ("users = 2_000", "run.users", 2_000),
        ("start=2025-02-03", "run.start", dt.date(2025, 2, 3)),
        ("run.name=bare words", "run.name", "bare words"),
        ('run.name="7"', "run.name", "7"),
        ("run.description=a=b", "run.description", "a=b"),
        ("run.description=", "run.description", ""),
        ("product.limit.dynamic=false", "product.limit.dynamic", False),
        ("product.limit={max_fen = 5}", "product.limit.max_fen", 5),
        ("product.charges.interest_from=spending_day", "product.charges.interest_from", 1),
    ],
)
def test_set_takes_a_value_in_toml_or_a_bare_word(words: str, key: str, value: Any) -> None:
    scenario: Any = from_tree({}, [words])
    assert scenario.origin[key] == "--set"
    for step in key.split("."):
        scenario = getattr(scenario, step)
    assert scenario == value


def test_set_may_mend_a_fault_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "x.toml", "[run]\nusers = 0")
    assert load(path, ["users=5"]).run.users == 5


def test_a_path_is_relative_to_the_file_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    written(tmp_path / "deep", "base.toml", "[population]\nfile = 'users.parquet'")
    written(tmp_path, "top.toml", "extends = 'deep/base.toml'\n[run]\nusers = 5")
    monkeypatch.chdir(tmp_path)
    scenario = load("top.toml")
    monkeypatch.chdir("/")
    assert scenario.path_of("population.file") == tmp_path / "deep" / "users.parquet"
    assert scenario.path_of("population.from_run") is None
    assert scenario.origin["population.file"] == "deep/base.toml"
    resolved = from_tree(tomllib.loads(scenario.to_toml()))
    assert resolved.path_of("population.file") == tmp_path / "deep" / "users.parquet"
    assert resolved == scenario
    with pytest.raises(KeyError, match="population\\.fle"):
        scenario.path_of("population.fle")


def test_a_section_made_in_python_takes_the_place_of_the_one_there() -> None:
    own = Marginal(distribution=Distribution.CONSTANT, mean=25.0)
    scenario = Scenario().with_(**{"population.traits.age": own, "run": Run(users=7)})
    assert scenario.population.traits.age == own
    assert scenario.run == Run(users=7)
    assert from_tree(tomllib.loads(scenario.to_toml())) == scenario


def test_a_policy_changes_what_it_sets_and_nothing_else() -> None:
    settings_ = {"product": {"limit": {"max_fen": 100}}, "risk_control.level_3_days": 40}
    scenario = from_tree({"policy": [{"date": dt.date(2024, 7, 1), "set": settings_}]})
    policy = scenario.policy[0]
    assert policy.set == {"product.limit.max_fen": 100, "risk_control.level_3_days": 40}
    after = applied(scenario, policy)
    assert differing(scenario, after) == ["product.limit.max_fen", "risk_control.level_3_days"]
    assert after == scenario.with_(**policy.set)
    assert after.policy == scenario.policy


def test_what_is_set_last_in_a_policy_holds() -> None:
    policy = {"date": dt.date(2024, 7, 1), "set": {"product.limit.max_fen": 100}}
    scenario = from_tree({"policy": [policy]}, ["policy.0.set.product.limit.max_fen=7"])
    assert scenario.policy[0].set == {"product.limit.max_fen": 7}
    assert scenario.origin["policy.0.set.product.limit.max_fen"] == "--set"
    assert scenario.origin["policy.0.date"] == "scenario"


def test_only_values_that_are_there_have_an_origin() -> None:
    own = [{"date": dt.date(2024, 1, 1), "until": dt.date(2024, 1, 2)}] * 3
    scenario = from_tree({"environment": {"dates": own}}, ["environment.dates.0.name=x"])
    fewer = scenario.with_(**{"environment.dates": own[:1], "run.name": "y"})
    lasting = fewer.with_(**{"environment.dates.0.until": None})
    assert [origin for origin in lasting.origin.items() if origin[1] != "default"] == [
        ("run.name", "with_"),
        ("environment.dates.0.date", "with_"),
    ]
    assert {".".join(map(str, path)) for path in lasting.origins} <= set(lasting.origin)


def test_the_tree_that_a_scenario_is_made_from_stays_as_it_is() -> None:
    policy = {"date": dt.date(2024, 7, 1), "set": {"product": {"limit": {"max_fen": 1}}}}
    tree = {"policy": [policy], "population": {"regions": ["a"], "region_ppm": [1_000_000]}}
    before = copy.deepcopy(tree)
    scenario = from_tree(tree, ["population.regions.0=b", "policy.0.share_ppm=5"])
    assert scenario.population.regions == ["b"]
    assert tree == before


def test_a_scenario_keeps_its_origins_when_copied_and_sent() -> None:
    scenario = from_tree({"run": {"users": 5}}, source="mine.toml")
    sent = pickle.loads(pickle.dumps(scenario))  # noqa: S301  our own
    for other in (sent, copy.deepcopy(scenario)):
        assert other == scenario
        assert other.origin == scenario.origin
        assert other.source == "mine.toml"


def test_a_scenario_is_called_by_its_name_or_else_by_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, "tight.toml", "[run]\nusers = 5")
    assert load(path).name == "tight"
    assert load(path, ["run.name=tighter"]).name == "tighter"


def test_a_file_does_not_go_by_the_name_of_one_that_it_extends(tmp_path: Path) -> None:
    written(tmp_path, "base.toml", '[run]\nname = "base"')
    mine = load(written(tmp_path, "mine.toml", 'extends = "base.toml"\n[run]\nusers = 5'))
    assert mine.name == mine.with_(days=3).name == "mine"
    assert mine.with_(**{"run.name": "other"}).name == "other"
    own = written(tmp_path, "own.toml", 'extends = "base.toml"\n[run]\nname = "own name"')
    assert load(own).name == "own name"


def test_the_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    tree = values(Scenario())
    assert list(validator.iter_errors({"extends": "base.toml", **tree})) == []
    for key, wrong in [("users", 0), ("users", "5"), ("usres", 5)]:
        assert list(validator.iter_errors({**tree, "run": {**tree["run"], key: wrong}}))
    billing = {**tree["product"]["billing"], "past_due_from": 0}
    assert list(validator.iter_errors({"product": {"billing": billing}}))


def test_the_schema_gives_unit_source_and_neutral_value() -> None:
    limit = json_schema()["$defs"]["Limit"]["properties"]
    assert limit["spending_ppm"]["source"] == "R-L2: 8 %"
    assert limit["spending_ppm"]["unit"] == "ppm"
    assert limit["spending_ppm"]["neutral"] == 0
    assert "neutral" not in limit["max_fen"]


def test_every_number_has_bounds_a_description_and_a_source() -> None:
    lacking = []
    for section in sections():
        for key, field in section.model_fields.items():
            extra: Any = field.json_schema_extra or {}
            numeric = str(field.annotation) in {"<class 'int'>", "<class 'float'>", "list[int]"}
            bounds = any(isinstance(m, Ge | Le) for m in field.metadata)
            unbound = field.annotation in (int, float) and not bounds
            if numeric and (unbound or not field.description or not extra.get("source")):
                lacking.append(f"{section.__name__}.{key}")
    assert lacking == []


def test_the_defaults_are_within_their_own_bounds() -> None:
    assert Scenario.model_validate(Scenario().tree()) == Scenario()


def sections() -> list[type[Section]]:
    """Return every section that a scenario is made of."""
    schema = json_schema()["$defs"]
    known: dict[str, type[Section]] = {}

    def visit(kind: type[Section]) -> None:
        for each in kind.__subclasses__():
            known.setdefault(each.__name__, each)
            visit(each)

    visit(Section)
    return [known[name] for name in schema if name in known]


def test_names_with_any_letters_stay_in_their_line(tmp_path: Path) -> None:
    path = written(tmp_path, "two\nlines.toml", "[run]\nusers = 5")
    assert from_tree(tomllib.loads(load(path).to_toml())).run.users == 5
    everything = string.printable + "\x7f\x00\u2028é中"
    scenario = Scenario().with_(**{"run.description": everything})
    again = from_tree(tomllib.loads(scenario.to_toml()))
    assert again.run.description == everything
