"""Pairs share people and luck; what is neutral changes nothing; parts add up to the fen."""

import json
import re

import numpy as np
import pyarrow as pa
import pytest

import sim
from sim import commands
from sim.scenario import ScenarioError, from_tree
from sim.study.comparison import compare
from sim.study.contrast import labelled
from sim.study.folder import opened
from sim.study.levers import levers, mixed
from sim.study.replicates import Key, Replicates, check_keys, replicate
from sim.study.work import Task, lived, scenario_files

TWO = ("fenfu", "huabei")


def plan_of(**changes):
    plan = from_tree({"run": {"users": 250, "days": 75, "seed": 11}})
    return plan.with_(**{"product.admission": "open_to_all"} | changes)


@pytest.fixture(scope="module")
def base():
    return plan_of()


@pytest.fixture(scope="module")
def changed(base):
    keys = {
        "product.limit.fen_per_point": 500,
        "product.charges.rate_ppb": 800_000,
        "product.gates.tenure_days": 0,  # nobody is asked where all are let in
        "risk_control.level_3_days": 20,
    }
    return base.with_(**keys)


@pytest.fixture(scope="module")
def found(base, changed):
    return compare(base, changed, replications=3, attribute=["income_fen", "volume_fen"])


def test_a_scenario_against_itself_differs_nowhere(base):
    same = compare(base, base, replications=2, attribute=["income_fen"])
    rows = same.differences
    told = rows[rows["difference"].notna()]
    assert len(told) > 75 * 80
    for column in ("difference", "low", "high", "higher", "lower"):
        assert (told[column] == 0).all(), column
    undefined = rows[rows["difference"].isna()]
    assert (
        undefined["metric"].str.contains("share") | (undefined["metric"] == "use_of_limits")
    ).all()
    sides = same.swap_sets
    assert not sides[sides["group"].isin(["only_a", "only_b"])]["users"].any()
    assert (sides["a_principal_fen"] == sides["b_principal_fen"]).all()
    assert same.attribution is None  # no key differs


def test_runs_in_which_nothing_was_agreed_upon_are_compared_too(base, changed):
    """Their table `cost` has no row, and some replications' has."""
    few = {"users": 10, "days": 40}
    found = compare(base.with_(**few), changed.with_(**few), replications=3)
    rows = found.tables["cost"].group_by(["scenario", "replication"]).aggregate([]).num_rows
    assert 0 < rows < 6
    assert found.tables["cost"].schema.field("scenario").type == "string"


def test_a_neutral_policy_changes_exactly_nothing(base):
    policy = {"date": base.run.start.replace(day=20), "share_ppm": 1_000_000, "set": {}}
    rows = compare(base, base.with_(policy=[policy]), replications=2).differences
    assert (rows["difference"].dropna() == 0).all()


def test_differences_are_those_of_the_runs(base, changed, found):
    one, other = (replicate(side, 3) for side in (base, changed))
    rows = found.differences.set_index(["metric", "day"])
    for name, day in (("volume_fen", 74), ("last.limit_fen", 30), ("total.purchases", 0)):
        apart = other.values(name, day) - one.values(name, day)
        row = rows.loc[(name, day)]
        assert row["difference"] == pytest.approx(apart.mean())
        assert row["higher"] == (apart > 0).mean()
    volume = rows.loc[("volume_fen", 74)]
    assert volume["variance_ratio"] > 1
    assert volume["low"] < volume["difference"] < volume["high"]
    assert volume["better"] == volume["higher"]
    assert rows.loc[("loss_fen", 74)]["better"] == rows.loc[("loss_fen", 74)]["lower"]


def test_attribution_adds_up_to_the_fen(base, changed, found):
    one, other = (replicate(side, 3) for side in (base, changed))
    for name, rows in found.attribution.groupby("metric", observed=True):
        total = int((other.values(name) - one.values(name)).sum())
        assert rows["part"].sum() == total == rows["total"].iloc[0] != 0
        parts = rows.set_index("lever")["part"]
        assert len(parts) == 4
        assert parts["product.gates.tenure_days"] == 0
        assert parts["product.limit.fen_per_point"] != 0


def test_swap_sets_hold_who_is_let_in_by_one_only(base):
    young = base.with_(**{"product.minimum_age": 30})
    sides = compare(base, young, replications=1).swap_sets.set_index("group")
    assert sides["users"].sum() == 250
    assert sides.loc["only_a", "users"] > 20
    assert sides.loc["only_b", "users"] == 0
    assert sides.loc["only_a", "a_limit_fen"] > 0
    assert sides.loc["only_a", "b_limit_fen"] == 0


def test_scenarios_of_other_people_or_days_are_no_pairs(base):
    with pytest.raises(ScenarioError) as caught:
        compare(base, base.with_(users=251, seed=12))
    assert [line.split(": ")[1] for line in caught.value.lines] == ["run.users", "run.seed"]


def test_shares_cannot_be_attributed(base, changed):
    with pytest.raises(ScenarioError, match="whole fen or counts"):
        compare(base, changed, replications=1, attribute=["late_31_share"])


def test_levers_are_the_changed_keys(base, changed):
    keys = [".".join(map(str, key)) for key in levers(base, changed)]
    assert sorted(keys) == [
        "product.charges.rate_ppb",
        "product.gates.tenure_days",
        "product.limit.fen_per_point",
        "risk_control.level_3_days",
    ]
    assert mixed(base, changed, levers(base, changed)) == changed
    assert mixed(base, changed, []) == base
    renamed = base.with_(**{"run.name": "other", "output.users_ppm": 5, "run.description": "x"})
    assert levers(base, renamed) == []


def test_a_lever_of_one_of_several_products_has_its_name(base):
    two = base.with_(product=[{"name": name, "preset": f"{name}_public"} for name in TWO])
    keys = {"product.huabei.limit.max_fen": 300_000, "product.charges.rate_ppb": 300_000}
    other = two.with_(**keys)
    found = [".".join(map(str, key)) for key in levers(two, other)]
    assert found == ["product.fenfu.charges.rate_ppb", "product.huabei.limit.max_fen"]
    assert mixed(two, other, levers(two, other)) == other
    assert mixed(two, other, levers(two, other)[1:]) == two.with_(
        **{"product.huabei.limit.max_fen": 300_000}
    )
    assert levers(base, two) == [("product",)]
    assert mixed(base, two, [("product",)]) == two


def test_a_table_of_another_kind_is_one_lever(base):
    kinds = {"distribution": "normal", "mean": 6_000, "sd": 300, "source": "x"}
    tree = base.tree()
    tree["population"]["traits"]["prudence"] = kinds
    other = from_tree(tree)
    assert levers(base, other) == [("population", "traits", "prudence")]
    assert mixed(base, other, levers(base, other)) == other


@pytest.mark.slow
def test_c10_results_do_not_depend_on_workers_or_threads(base, changed, found):
    again = compare(
        base, changed, replications=3, attribute=["income_fen", "volume_fen"], workers=2
    )
    assert again.tables.keys() == found.tables.keys()
    assert all(again.tables[name].equals(found.tables[name]) for name in found.tables)


def test_a_comparison_that_was_stopped_does_no_run_twice(base, changed, found, tmp_path):
    def stop(done):
        if done == 2:
            raise KeyboardInterrupt

    asked = {"replications": 3, "attribute": ["income_fen", "volume_fen"], "kept": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        compare(base, changed, **asked, told=stop)
    assert len(list(tmp_path.iterdir())) == 2
    heard = []
    again = compare(base, changed, **asked, told=heard.append)
    assert heard == [3]
    assert all(again.tables[name].equals(found.tables[name]) for name in found.tables)
    assert again.tables["daily"].schema.equals(found.tables["daily"].schema, check_metadata=True)


def test_c11_what_is_written_changes_nothing(base):
    quiet = base.with_(**{"output.tables": ["daily"], "output.events_ppm": 1_000_000})
    with scenario_files([base, quiet]) as files:
        one, other = (lived(Task((file,), 1)).daily[0] for file in files)
    assert one.equals(other)
    run = sim.run(base.with_(replications=2))
    rows = run.daily[run.daily["replication"] == 1].reset_index(drop=True)
    assert rows["principal_fen"].tolist() == one["principal_fen"].to_pylist()


def test_replications_with_equal_keys_are_refused(base, tmp_path):
    run = sim.run(base.with_(replications=2))
    more = sim.run(base.with_(replications=2, seed=12))
    both = Replicates.of([run, more])
    assert both.runs == 4
    assert both.keys == [Key(11, 0), Key(11, 1), Key(12, 0), Key(12, 1)]
    again = Replicates.open(both.save(tmp_path / "both"))
    assert again.values("volume_fen").tolist() == both.values("volume_fen").tolist()
    with pytest.raises(ScenarioError, match="seed 11, replication 0 more than once"):
        Replicates.of([run, run])
    with pytest.raises(ScenarioError, match="wanted a run of the scenario"):
        Replicates.of([run, sim.run(base.with_(users=10))])
    check_keys([Key(1, 0), Key(0, 1)], "here")


def test_replications_differ_and_are_those_of_a_run(base):
    found = replicate(base, 4)
    assert len(set(found.values("volume_fen").tolist())) == 4
    later = replicate(base, 2, first=2)
    assert later.values("volume_fen").tolist() == found.values("volume_fen")[2:].tolist()
    summary = found.summary().set_index("metric")
    assert summary.loc["use_of_limits", "kind"] == "ratio"
    assert summary.loc["volume_fen", "low"] < summary.loc["volume_fen", "estimate"]
    assert np.isnan(found.quantile("volume_fen", 0.99).low)


def test_a_comparison_is_kept_whole_and_found_again(found, tmp_path):
    place = found.save(tmp_path / "comparison")
    assert found.save(place) == place  # left alone
    told, tables = opened(place, "comparison")
    assert told["asked"]["replications"] == 3
    assert {name: found.tables[name].num_rows for name in found.tables} == {
        name: kept.num_rows for name, kept in tables.items()
    }
    again = sim.Comparison.open(place)
    assert again.summary().equals(found.summary())
    assert again.study.hash == found.study.hash
    assert sim.load(place / "b.toml") == found.study.scenarios["b"]
    (place / "swap_sets.parquet").write_bytes(b"")
    with pytest.raises(ScenarioError, match="found it changed"):
        opened(place, "comparison")
    with pytest.raises(ScenarioError, match="the folder of a sweep"):
        opened(place, "sweep")
    (tmp_path / "other").mkdir()
    with pytest.raises(ScenarioError, match="something else there"):
        found.save(tmp_path / "other")


def test_compare_on_the_command_line(base, changed, tmp_path, capsys, monkeypatch):
    for name, plan in (("a", base), ("b", changed)):
        (tmp_path / f"{name}.toml").write_text(plan.to_toml())
    files = [str(tmp_path / "a.toml"), str(tmp_path / "b.toml")]
    out = str(tmp_path / "out")
    words = ["compare", *files, "--replications", "2", "--users", "40", "--out", out]
    assert commands.answer([*words, "--attribute", "volume_fen"]) == 0
    told = capsys.readouterr().out
    assert "2 paired replications" in told
    assert "product.limit.fen_per_point" in told
    assert not (tmp_path / "out.compared").exists()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["kind"] == "comparison"
    with monkeypatch.context() as patched:
        patched.setattr("sim.study.comparison.lived", None)  # it is refused before any run
        assert commands.answer([*words, "--level", "0.9"]) == 2
        assert "another study or run" in capsys.readouterr().err
        assert commands.answer([*words, "--attribute", "volume_fen"]) == 0  # what is there
        assert "2 paired replications" in capsys.readouterr().out
    one = ["compare", *files, "--replications", "1", "--users", "40", "--days", "5"]
    assert commands.answer([*one, "--out", f"{out}-1"]) == 0
    assert ": 1 paired replication " in capsys.readouterr().out
    assert commands.answer([*words, "--metric", "losses", "--out", f"{out}-2"]) == 2
    assert "--metric: wanted a figure" in capsys.readouterr().err
    assert commands.answer(["compare", files[0]]) == 2


def test_plan_on_the_command_line(base, changed, tmp_path, capsys):
    file = tmp_path / "compare.toml"
    file.write_text("[plan]\nrate_a_ppm = 20_000\nrate_b_ppm = 25_000\n")
    assert commands.answer(["plan", str(file)]) == 0
    told = capsys.readouterr().out
    assert "a difference of 0.5 % in rate\n" in told
    assert "13,806 users per arm" in told
    assert "1,562 users, each under both" in told
    for name, plan in (("a", base), ("b", changed)):
        (tmp_path / f"{name}.toml").write_text(plan.with_(users=60).to_toml())
    head = 'a = "a.toml"\nb = "b.toml"\nreplications = 4\n[plan]\n'
    file.write_text(f'{head}metric = "volume_fen"\n')
    assert commands.answer(["plan", str(file)]) == 0
    told = capsys.readouterr().out
    assert "pilot of 4 pairs" in told
    assert re.search(r"a difference of -?[\d,.]+ yuan in volume\n", told)  # not fen
    assert "in 80% of studies, with intervals of 95%" in told
    assert " 1 replications" not in told
    file.write_text(f'{head}metric = "volume_fen"\nrate_a_ppm = 5\n')
    assert commands.answer(["plan", str(file)]) == 2
    assert "plan.metric: wanted either two rates or a metric" in capsys.readouterr().err


def test_a_table_without_rows_joins_one_with_rows(base):
    """In one replication nobody agreed to a plan, in another somebody did."""
    whole = sim.run(base).arrow("cost")
    none = labelled(whole.slice(0, 0), "a", "which one")
    both = pa.concat_tables([none, labelled(whole, "b", "which one")])
    assert set(both["scenario"].to_pylist()) == {"b"}
