"""A scenario that asks for a precision gets the replications it takes, and is told what it got."""

import hashlib
import json

import pytest

import sim
from sim import commands
from sim.commands import runs
from sim.scenario import ScenarioError, from_tree
from sim.study import contract
from sim.study.contract import HELD, MOST, TIME, Contract, fixed
from sim.study.replicates import replicate

AIM = {"metric": "use_of_limits", "half_width": 0.0105}


def plan_of(*aims, users=60, **precision):
    wanted = {"aims": list(aims) or [AIM], "batch": 4, "most": 60} | precision
    tree = {
        "run": {"users": users, "days": 40, "seed": 5, "name": "sure"},
        "product": {"admission": "open_to_all"},
        "precision": wanted,
    }
    return from_tree(tree)


def files_in(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix == ".parquet"
    }


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    (folder / "sure.toml").write_text(plan_of().to_toml())
    assert (
        commands.answer(["run", str(folder / "sure.toml"), "--quiet", "--out", str(folder / "out")])
        == 0
    )
    return sim.open(folder / "out")


def test_replications_are_added_until_all_intervals_hold(held):
    told = held.manifest["precision"]
    runs = held.scenario.run.replications
    assert told["ended"] == HELD
    assert runs in range(14, 60, 4)  # ten at least, then four at a time
    assert held.daily["replication"].nunique() == runs
    (aim,) = told["aims"]
    assert aim["runs"] == runs
    assert aim["holds"]
    assert aim["half_width"] <= AIM["half_width"] == aim["wanted"]
    before = replicate(held.scenario, runs - 4).interval("use_of_limits")
    assert before.half_width > AIM["half_width"]
    again = replicate(held.scenario, runs).interval("use_of_limits")
    assert (aim["low"], aim["high"]) == (again.low, again.high)


def test_what_is_left_runs_again_to_the_same_bytes_without_a_clock(held, tmp_path):
    assert held.scenario.precision is None
    words = ["run", str(held.folder / "scenario.toml"), "--quiet", "--out", str(tmp_path / "again")]
    assert commands.answer(words) == 0
    assert files_in(tmp_path / "again") == files_in(held.folder)


def test_a_run_that_is_there_is_left_alone(held, capsys):
    file = held.folder.parent / "sure.toml"
    assert commands.answer(["run", str(file), "--out", str(held.folder)]) == 0
    assert "left alone" in capsys.readouterr().out
    assert commands.answer(["run", str(file), "--seed", "6", "--out", str(held.folder)]) == 2
    assert "run.seed: wanted 6" in capsys.readouterr().err


def test_in_python_it_is_the_same(held):
    run = sim.run(plan_of())
    assert run.scenario == held.scenario
    assert run.manifest["precision"]["aims"] == held.manifest["precision"]["aims"]
    assert run.daily.equals(held.daily)
    assert run.scenario.name == "sure"


def test_by_shards_it_is_the_same(held, tmp_path):
    alone = {"risk_control.collection.capacity_ppm": 0}
    alone["output.tables"] = ["daily", "users"]
    wide = plan_of({"metric": "use_of_limits", "half_width": 0.014}).with_(**alone)
    (tmp_path / "sure.toml").write_text(wide.to_toml())
    words = ["run", str(tmp_path / "sure.toml"), "--quiet", "--out"]
    assert commands.answer([*words, str(tmp_path / "one")]) == 0
    assert commands.answer([*words, str(tmp_path / "shards"), "--shard-users", "25"]) == 0
    assert files_in(tmp_path / "one") == files_in(tmp_path / "shards")


def test_what_cannot_be_reached_is_stated(capsys, tmp_path):
    narrow = plan_of({"metric": "use_of_limits", "half_width": 1e-9}, most=13)
    (tmp_path / "sure.toml").write_text(narrow.to_toml())
    words = ["run", str(tmp_path / "sure.toml"), "--out", str(tmp_path / "out")]
    assert commands.answer(words) == 0
    out, err = capsys.readouterr()
    assert f"Precision after 13 replications: {MOST}" in out
    assert "does not hold" in out
    assert "10 replications: use_of_limits +- " in err
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())["precision"]
    assert not told["aims"][0]["holds"]


def test_a_time_limit_ends_it_and_cuts_the_last_batch():
    """Ten runs of one second each, a batch of four of which three fit into the time left."""
    now = [0.0]
    wanted = Contract(
        plan_of({"metric": "volume_fen", "half_width": 1e-9}, seconds=13.5), lambda: now[0]
    )
    days = replicate(fixed(wanted.asked, 1), 20)
    counts = []

    def once(plan):
        now[0] += plan.run.replications - (counts[-1] if counts else 0)
        counts.append(plan.run.replications)
        return True

    plan = wanted.fulfil(once, lambda: days._tables[: counts[-1] if counts else 0])
    assert counts == [10, 13, 14]  # at least one is tried while there is time
    assert plan.run.replications == 14
    assert wanted.why == TIME


def test_a_run_that_was_stopped_goes_on_to_the_same_end(held, tmp_path, monkeypatch):
    (tmp_path / "sure.toml").write_text(plan_of().to_toml())
    out = tmp_path / "out"
    words = ["run", str(tmp_path / "sure.toml"), "--quiet", "--out", str(out)]
    real, asked = runs.live, []

    def stopping(draft, *rest, **options):
        asked.append(draft.scenario.run.replications)
        return len(asked) < 2 and real(draft, *rest, **options)

    monkeypatch.setattr(runs, "live", stopping)
    assert commands.answer(words) == 130
    assert asked == [10, 14]
    assert not out.exists()
    monkeypatch.undo()
    assert commands.answer(words) == 2  # without --resume
    assert commands.answer([*words, "--resume"]) == 0
    assert files_in(out) == files_in(held.folder)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"precision.aims": [{"metric": "last.activ", "half_width": 1}]},
            "did you mean `last.active`",
        ),
        ({"precision.aims": []}, "precision.aims: wanted"),
        ({"precision.most": 1}, "precision.most: wanted"),
        ({"run.replications": 61}, "precision.most: wanted 61 or more"),
        ({"output.tables": ["users"]}, "output.tables: wanted daily among them, for precision"),
        ({"precision.minutes": 3}, "precision.minutes: wanted a known key"),
    ],
)
def test_what_is_wrong_with_a_precision_is_told_and_nothing_written(
    changes, told, tmp_path, capsys
):
    (tmp_path / "sure.toml").write_text(plan_of().to_toml())
    settings = [f"{key}={json.dumps(value)}" for key, value in changes.items()]
    settings = [
        s.replace('{"metric": ', "{metric = ").replace('"half_width": ', "half_width = ")
        for s in settings
    ]
    words = [part for setting in settings for part in ("--set", setting)]
    out = ["--out", str(tmp_path / "out")]
    assert commands.answer(["run", str(tmp_path / "sure.toml"), *words, *out]) == 2
    assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["sure.toml"]


def test_a_precision_changes_no_study_of_the_scenario():
    plain = fixed(plan_of(), 1)
    assert plain.hash != plan_of().hash
    found = sim.compare(plan_of(), plain, replications=2)
    assert (found.differences["difference"] == 0).all()
    with pytest.raises(ScenarioError, match=r"precision.aims.0.metric"):
        contract.check_metrics(plan_of({"metric": "losses", "half_width": 1}))


def test_the_report_states_it(held):
    from sim.report.context import Context
    from sim.report.sections.precision import precision
    from sim.report.source import opened_source
    from sim.report.words import Words

    words = Words("zh")
    text, table = precision(Context(opened_source(held.folder), words))
    assert not words.unsaid
    assert str(held.scenario.run.replications) in text.words
    assert table.frame()["wanted"].tolist() == [AIM["half_width"]]
    assert table.frame()["reached"].iloc[0] <= AIM["half_width"]
