"""A fork of a stored day is, bit for bit, the run of a scenario that changes on that day."""

import datetime as dt
import hashlib

import pytest

import sim
from sim import commands
from sim.results.folder import prepare
from sim.scenario import ScenarioError, from_tree
from sim.simulation import Stopped, run_into
from sim.study.fork import beginning, forked

BURN_IN = 20
LONG_PLANS = {
    "behaviour.borrowing.periods_24_ppm": 200_000,
    "behaviour.borrowing.purchase_plan_ppm": 400_000,
}


def plan_of(**changes):
    tree = {
        "run": {"users": 150, "days": 80, "burn_in_days": BURN_IN, "seed": 3, "replications": 2},
        "product": {"admission": "open_to_all"},
    }
    return from_tree(tree).with_(**changes)


def files_in(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.suffix == ".parquet" or path.name == "scenario.toml"
    }


@pytest.fixture(scope="module")
def plan():
    early = {"date": dt.date(2024, 1, 10), "set": {"product.limit.fen_per_point": 900}}
    late = {
        "date": dt.date(2024, 3, 1),
        "share_ppm": 400_000,
        "set": {"risk_control.level_3_days": 9},
    }
    return plan_of(policy=[early, late])


@pytest.fixture(scope="module")
def base(plan, tmp_path_factory):
    """A run with states kept on simulated days 25, 50 and 75: reported days 5, 30 and 55."""
    draft = prepare(tmp_path_factory.mktemp("runs") / "base", plan)
    run_into(draft, threads=2, every=25)
    return sim.open(draft.finish(engine="table", threads=2, timings={}))


def branch(base, other, day, out, **options):
    made = forked(base.scenario, other, day)
    draft = prepare(out, made)
    run_into(draft, begin=beginning(base, made, day), **options)
    return made, draft.finish(engine="table", threads=1, timings={})


def straight(made, out):
    return sim.run(made).save(out)


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"product.charges.rate_ppb": 900_000, "product.limit.max_fen": 400_000}, 30),
        ({"product.charges.rate_ppb": 900_000}, 43),  # between two stored days
        ({"run.days": 120, "product.limit.fen_per_point": 300}, 55),
        ({"run.days": 60, "risk_control.level_3_days": 12}, 30),
        ({"environment.unemployment": [{"date": dt.date(2024, 2, 20), "value_ppm": 52_000}]}, 5),
        ({"product.instalments.periods": [3, 6, 12, 24]} | LONG_PLANS, 30),
    ],
)
def test_a_fork_equals_the_straight_run(plan, base, tmp_path, changes, day):
    made, place = branch(base, plan.with_(**changes), day, tmp_path / "fork")
    assert files_in(place) == files_in(straight(made, tmp_path / "straight"))


@pytest.mark.parametrize(("share", "day"), [(600_000, 30), (600_000, 43), (200_000, 55)])
def test_a_fork_of_a_run_with_events_has_those_of_the_straight_run(tmp_path, share, day):
    """Those before the stored day come from the run's files, where they are names, not codes."""
    loud = plan_of(**{"output.events_ppm": 600_000})
    draft = prepare(tmp_path / "base", loud)
    run_into(draft, threads=2, every=25)
    base = sim.open(draft.finish(engine="table", threads=2, timings={}))
    other = loud.with_(**{"product.charges.rate_ppb": 900_000, "output.events_ppm": share})
    made, place = branch(base, other, day, tmp_path / "fork")
    one, other = (files_in(folder) for folder in (place, straight(made, tmp_path / "straight")))
    assert one == other
    assert sum(name.startswith("events/") for name in one) == 5  # four months and the opening
    assert sim.open(place).audit()


def test_a_fork_with_events_that_was_stopped_goes_on(tmp_path):
    loud = plan_of(**{"output.events_ppm": 600_000, "run.replications": 1})
    draft = prepare(tmp_path / "base", loud)
    run_into(draft, threads=2, every=25)
    base = sim.open(draft.finish(engine="table", threads=2, timings={}))
    made = forked(base.scenario, loud.with_(**{"product.limit.max_fen": 300_000}), 43)
    begin = beginning(base, made, 43)
    draft = prepare(tmp_path / "fork", made)
    with pytest.raises(Stopped):
        run_into(draft, begin=begin, stop=lambda: True)
    run_into(prepare(tmp_path / "fork", made, resume=True), begin=begin)
    place = draft.finish(engine="table", threads=1, timings={})
    assert files_in(place) == files_in(straight(made, tmp_path / "straight"))


def test_a_fork_may_change_one_of_several_products_and_its_opening():
    names = ("fenfu", "huabei")
    two = plan_of(product=[{"name": name, "preset": f"{name}_public"} for name in names])
    opening = [{"date": dt.date(2023, 1, 1), "value_ppm": 200_000}]
    two = two.with_(**{"product.huabei.rollout": opening})
    opening = [*opening, {"date": dt.date(2024, 3, 1), "value_ppm": 500_000}]
    other = two.with_(
        **{
            "product.huabei.limit.max_fen": 300_000,
            "product.charges.rate_ppb": 300_000,
            "product.huabei.rollout": opening,
        }
    )
    made = forked(two, other, 30)
    assert made.policy[-1].set == {
        "product.charges.rate_ppb": 300_000,
        "product.1.limit.max_fen": 300_000,
    }
    assert [len(product.rollout) for product in made.products] == [0, 2]
    assert made.products[1].limit.max_fen == two.products[1].limit.max_fen


def test_events_whose_past_is_not_kept_are_refused(plan, base):
    loud = forked(plan, plan.with_(**{"output.events_ppm": 10}), 30)
    with pytest.raises(ScenarioError, match=r"output.events_ppm: wanted at most 0.*found 10"):
        beginning(base, loud, 30)


def test_before_its_day_a_fork_is_the_run(plan, base, tmp_path):
    other = plan.with_(**{"product.limit.fen_per_point": 100})
    _, place = branch(base, other, 30, tmp_path / "fork")
    one, other = (run.daily.set_index(["replication", "day"]) for run in (base, sim.open(place)))
    early = one.index.get_level_values("day") < 30
    assert one[early].equals(other[early])
    assert not one[~early].equals(other[~early])


def test_policies_of_the_other_scenario_hold_from_the_day_on(plan, base):
    tree = plan.tree()
    date = dt.date(2024, 2, 15)
    tree["policy"] = [tree["policy"][0], {"date": date, "set": {"product.limit.max_fen": 100_000}}]
    made = forked(plan, from_tree(tree), 40)
    assert [p.date for p in made.policy] == [dt.date(2024, 1, 10), date]
    same = forked(plan, plan, 40)
    assert same == plan


@pytest.mark.parametrize(
    ("changes", "day", "told"),
    [
        ({"seed": 4}, 30, "run.seed: wanted 3, as the run has it"),
        ({"users": 10, "days": 20}, 30, "run.days: wanted more than 30"),
        ({"population.leave_month_ppm": 0}, 30, "population.leave_month_ppm: wanted 3000"),
        ({"policy": []}, 30, "policy: wanted those of the run before 2024-01-31, 1 of them"),
        (
            {"environment.unemployment_ppm": 90_000},
            30,
            "environment: wanted the run's before day 30",
        ),
        ({"product.limit.stagger": True}, 30, "a user's 72-hour clock cannot jump"),
    ],
)
def test_what_cannot_change_on_a_day_is_told(plan, changes, day, told):
    with pytest.raises(ScenarioError) as caught:
        forked(plan, plan.with_(**changes), day)
    assert told in str(caught.value)


def test_a_day_before_the_first_state_is_refused(plan, base):
    made = forked(plan, plan.with_(**{"product.limit.max_fen": 1_000}), 3)
    with pytest.raises(ScenarioError, match=r"found days \[5, 30, 55\]"):
        beginning(base, made, 3)
    with pytest.raises(ScenarioError, match="a run folder"):
        beginning(sim.run(plan_of(days=2)), made, 3)


def test_kept_states_are_no_part_of_what_a_run_is(plan, base, tmp_path):
    """The folder holds them, and its other files are those of a run without."""
    assert sorted(p.name for p in (base.folder / "checkpoints" / "0001").iterdir()) == [
        "000025",
        "000050",
        "000075",
    ]
    assert files_in(base.folder) == files_in(straight(plan, tmp_path / "without"))
    assert not any(name.startswith("checkpoints") for name in base.manifest["files"])


def test_fork_on_the_command_line(base, tmp_path, capsys):
    file = tmp_path / "other.toml"
    text = base.scenario.with_(**{"product.charges.rate_ppb": 700_000}).to_toml()
    file.write_text(text)
    words = ["fork", str(base.folder), str(file), "--out", str(tmp_path / "out"), "--day"]
    assert commands.answer([*words, "30"]) == 0
    assert "150 users, 80 days" in capsys.readouterr().out
    told = sim.open(tmp_path / "out").manifest["forked_from"]
    assert told == {"scenario_hash": base.scenario.hash, "day": 30}
    assert commands.answer([*words, "30"]) == 0
    assert "left alone" in capsys.readouterr().out
    assert commands.answer([*words, "2"]) == 2


def test_several_branches_at_once_are_those_one_by_one(base, tmp_path, capsys):
    files = []
    for name, rate in (("low", 200_000), ("high", 900_000)):
        files.append(tmp_path / f"{name}.toml")
        files[-1].write_text(base.scenario.with_(**{"product.charges.rate_ppb": rate}).to_toml())
    both = ["fork", str(base.folder), *map(str, files), "--day", "55", "--quiet", "--out"]
    assert commands.answer([*both, str(tmp_path / "both")]) == 0
    for file in files:
        one = ["fork", str(base.folder), str(file), "--day", "55", "--quiet", "--out"]
        assert commands.answer([*one, str(tmp_path / f"one-{file.stem}")]) == 0
        assert files_in(tmp_path / "both" / file.stem) == files_in(tmp_path / f"one-{file.stem}")
    twice = [*both[:3], *both[2:], str(tmp_path / "more")]
    assert commands.answer(twice) == 2
    assert "wanted files of different names" in capsys.readouterr().err
    for file in files:
        file.write_text(base.scenario.with_(**{"run.burn_in_days": 9}).to_toml())
    assert commands.answer([*both, str(tmp_path / "more")]) == 2
    told = capsys.readouterr().err
    assert all(f"{file}: run.burn_in_days: wanted 20" in told for file in files)
    assert not (tmp_path / "more").exists()


def test_a_fork_keeps_the_size_and_the_seed_of_its_run(base, tmp_path, capsys):
    """As a run made with --users, --seed, --replications has it, not as the file has it."""
    file, out = tmp_path / "other.toml", tmp_path / "out"
    changes = {"product.charges.rate_ppb": 700_000}
    other = base.scenario.with_(users=9_999, seed=8, replications=1, **changes)
    file.write_text(other.to_toml())
    words = ["fork", str(base.folder), str(file), "--day", "55", "--quiet", "--out"]
    assert commands.answer([*words, str(out)]) == 0
    run = sim.open(out).scenario.run
    assert (run.users, run.seed, run.replications) == (150, 3, 2)
    asked = [*words, str(tmp_path / "more"), "--set", "run.users=9"]
    assert commands.answer(asked) == 2
    assert "run.users: wanted 150, as the run has it (found 9)" in capsys.readouterr().err


def test_without_a_file_a_fork_goes_on_with_the_runs_own_scenario(base, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    change = ["--set", "product.charges.rate_ppb=700_000"]
    words = ["fork", str(base.folder), "--day", "55", "--quiet", *change]
    assert commands.answer(words) == 0
    made = sim.open(tmp_path / "runs" / f"{base.folder.name}-{base.scenario.name}-55")
    assert f"fork: {base.scenario.name}" in [policy.name for policy in made.scenario.policy]
    settings = {"product.charges.rate_ppb": 700_000}
    assert files_in(made.folder) == files_in(
        straight(forked(base.scenario, base.scenario.with_(**settings), 55), tmp_path / "straight")
    )
