"""Finished runs are compared from their tables: what pairs is paired, what does not is said."""

import numpy as np
import pytest

import sim
from sim import commands
from sim.scenario import ScenarioError, from_tree
from sim.study import comparison
from sim.study.comparison import Comparison, compare
from sim.study.folder import scenarios_in

CHANGES = {"product.limit.fen_per_point": 600, "product.charges.rate_ppb": 700_000}


@pytest.fixture(scope="module")
def plan():
    tree = {"run": {"users": 120, "days": 60, "seed": 11}, "product": {"admission": "open_to_all"}}
    return from_tree(tree).with_(replications=3)


@pytest.fixture(scope="module")
def folders(plan, tmp_path_factory):
    place = tmp_path_factory.mktemp("runs")
    other = plan.with_(**CHANGES)
    return {
        "base": sim.run(plan).save(place / "base"),
        "other": sim.run(other).save(place / "other"),
        "more": sim.run(other.with_(replications=4)).save(place / "more"),
        "elsewhere": sim.run(other.with_(seed=12, replications=2)).save(place / "elsewhere"),
    }


def opened(folders, *names):
    return [sim.open(folders[name]) for name in names]


@pytest.mark.parametrize("name", ["other", "more"])
def test_tables_of_runs_say_what_runs_anew_would_say(plan, folders, name):
    found = Comparison.of(opened(folders, "base", name))
    anew = compare(plan, plan.with_(**CHANGES), replications=3)
    for table in ("differences", "swap_sets", "daily"):
        assert found.tables[table].equals(anew.tables[table])
        assert found.tables[table].schema.equals(anew.tables[table].schema, check_metadata=True)
    assert found.study.asked["pairs"] == {"b": 3}
    assert found.notes == ([] if name == "other" else ["1 more replications of B are left out"])


def test_nothing_is_simulated_but_what_lies_between(plan, folders, monkeypatch):
    runs = opened(folders, "base", "other")
    with monkeypatch.context() as patched:
        patched.setattr(comparison, "lived", None)
        Comparison.of(runs)
    found = Comparison.of(runs, attribute=["volume_fen"])
    anew = compare(plan, plan.with_(**CHANGES), replications=3, attribute=["volume_fen"])
    assert found.tables["attribution"].equals(anew.tables["attribution"])


def test_a_run_against_itself_is_exactly_zero(folders):
    rows = Comparison.of(opened(folders, "base", "base")).differences
    assert (rows["difference"].dropna() == 0).all()
    assert (rows["high"].dropna() == 0).all()


def test_runs_of_other_seeds_do_not_pair_and_that_is_said(folders):
    found = Comparison.of(opened(folders, "base", "elsewhere", "other"))
    rows = found.differences.set_index(["scenario", "metric", "day"])
    apart, paired = (rows.loc[(label, "volume_fen", 59)] for label in ("b", "c"))
    assert (apart["paired"], paired["paired"]) == (False, True)
    assert (apart["runs"], paired["runs"]) == (2, 3)
    assert np.isnan(apart["variance_ratio"])
    assert np.isnan(apart["higher_low"])
    assert apart["high"] - apart["low"] > 2 * (paired["high"] - paired["low"])
    assert "B has seed 12, A 11: other people with other luck" in found.notes[0]
    assert set(found.swap_sets["scenario"]) == {"c"}
    assert Comparison.of(opened(folders, "base", "elsewhere")).swap_sets is None


def test_what_a_table_lacks_is_said(plan, folders, tmp_path):
    few = sim.run(plan.with_(**{"output.tables": ["daily"]})).save(tmp_path / "few")
    found = Comparison.of([sim.open(folders["base"]), sim.open(few)])
    assert found.swap_sets is None
    assert found.notes == [
        "B holds no accounts, or of a share of users only: swap sets are not told"
    ]
    none = sim.run(plan.with_(**{"output.tables": ["users"]})).save(tmp_path / "none")
    short = sim.run(plan.with_(days=59)).save(tmp_path / "short")
    with pytest.raises(ScenarioError) as caught:
        Comparison.of([sim.open(place) for place in (folders["base"], none, short)])
    assert [line.split(": ")[1] for line in caught.value.lines] == ["output.tables", "run.days"]
    runs = opened(folders, "base", "elsewhere")
    with pytest.raises(ScenarioError, match=r"run.seed: wanted 11.*to attribute"):
        Comparison.of(runs, attribute=["volume_fen"])


def test_run_folders_on_the_command_line(plan, folders, tmp_path, capsys):
    places = [str(folders["base"]), str(folders["elsewhere"])]
    words = ["compare", *places, "--out", str(tmp_path / "out")]
    assert commands.answer([*words, "--metric", "total.spent_fen / last.users"]) == 0
    told = capsys.readouterr().out
    assert "elsewhere against base: 2 replications that do not pair" in told
    assert "Note: B has seed 12, A 11" in told
    kept = Comparison.open(tmp_path / "out")
    assert kept.notes
    assert kept.swap_sets is None
    assert commands.answer([*words, "--users", "5"]) == 2
    assert "wanted nothing to change in runs that are finished" in capsys.readouterr().err
    (tmp_path / "plan.toml").write_text(plan.to_toml())
    assert commands.answer(["compare", places[0], str(tmp_path / "plan.toml")]) == 2
    assert "wanted run folders only" in capsys.readouterr().err
    (folders["base"].parent / "else").mkdir()
    assert commands.answer(["compare", places[0], str(folders["base"].parent / "else")]) == 2
    assert "a finished run, with manifest.json" in capsys.readouterr().err


def test_studies_of_earlier_versions_open_without_the_names_of_their_scenarios(tmp_path, repo):
    text = (repo / "scenarios" / "seed_article.toml").read_text()
    (tmp_path / "a.toml").write_text(text)
    assert scenarios_in(tmp_path, {"scenarios": ["a"]})["a"].name == "seed_article"
    told = {"scenarios": ["a"], "names": {"a": "launch"}}
    assert scenarios_in(tmp_path, told)["a"].name == "launch"
