"""A trial within a run estimates what its twins know exactly."""

import math

import numpy as np
import pytest

from sim import commands
from sim.scenario import ScenarioError, from_tree
from sim.study.swap_set import Standings
from sim.study.trial import effect, trial, users_reached
from sim.study.trial_folder import opened_trial
from sim.study.work import record_of, scenario_files

GROUPS, SIZE = 2_000, 100  # small trials


def plan_of(share_ppm, users, **policy):
    tree = {
        "run": {"users": users, "days": 25, "seed": 3},
        "product": {"admission": "open_to_all"},
        "output": {"tables": ["daily"]},
        "risk_control": {"collection": {"capacity_ppm": 0}},  # nothing is shared
    }
    plan = from_tree(tree)
    date = plan.run.start.replace(day=5)
    changes = {"date": date, "share_ppm": share_ppm, "set": {"product.limit.fen_per_point": 700}}
    return plan.with_(policy=[changes | policy])


def test_the_estimate_of_the_arms_covers_the_truth_of_the_twins():
    """2,000 trials of 100 users: users share nothing here, so groups of one run are as good."""
    with_half = plan_of(500_000, GROUPS * SIZE)
    key = "policy.0.share_ppm"
    worlds = [with_half, with_half.with_(**{key: 0}), with_half.with_(**{key: 1_000_000})]
    reached = users_reached(with_half, 0).reshape(GROUPS, SIZE)
    with scenario_files(worlds) as files:
        found = [Standings.of(record_of(file, 0, 2)).outcomes for file in files]
    for name in ("limit_fen", "principal_fen"):
        run, none, everyone = (world[name].reshape(GROUPS, SIZE) for world in found)
        assert (run == np.where(reached, everyone, none)).all()
        trials = [effect(run[k], none[k], everyone[k], reached=reached[k]) for k in range(GROUPS)]
        covered = np.mean([each.covers for each in trials])
        assert abs(covered - 0.95) < 3 * math.sqrt(0.95 * 0.05 / GROUPS), name


def test_a_trial_says_what_it_would_have_needed():
    rows = trial(plan_of(300_000, 2_000)).set_index("outcome")
    limits = rows.loc["limit_fen"]
    assert limits["treated"] + limits["control"] == 2_000
    assert abs(limits["treated"] - 600) < 3.3 * math.sqrt(2_000 * 0.3 * 0.7)
    assert limits["low"] < limits["truth"] < limits["high"] < 0
    assert limits["pairs"] < limits["users_per_arm"]
    assert rows.loc["charged_off", "users_per_arm"] == 0  # 25 days are too few for any


def test_a_trial_on_the_command_line(tmp_path, capsys):
    file = tmp_path / "trial.toml"
    file.write_text(plan_of(300_000, 300).to_toml())
    place = tmp_path / "left"
    assert commands.answer(["trial", str(file), "--out", str(place)]) == 0
    told = capsys.readouterr().out
    assert "users treated" in told
    assert "truth" in told
    assert str(place) in told
    scenario, asked, rows = opened_trial(place)
    assert (scenario, asked.policy) == (plan_of(300_000, 300), 0)
    assert {"limit_fen", "late_31"} <= set(rows["outcome"])
    assert commands.answer(["trial", str(file), "--policy", "1"]) == 2
    assert "policy.1: wanted a policy for a share" in capsys.readouterr().err


def test_equal_arms_differ_by_luck_alone():
    rows = trial(plan_of(500_000, 1_000, set={})).set_index("outcome")
    assert (rows["truth"] == 0).all()
    assert rows["covers"].all()


@pytest.mark.parametrize("share_ppm", [0, 1_000_000])
def test_a_policy_for_all_or_none_is_no_trial(share_ppm):
    with pytest.raises(ScenarioError, match=r"policy\.0\.share_ppm: wanted a share"):
        trial(plan_of(share_ppm, 10))
    with pytest.raises(ScenarioError, match="1 policies"):
        trial(plan_of(share_ppm, 10), policy=1)


def test_an_arm_needs_two_users():
    nobody = np.zeros(5, dtype=bool)
    with pytest.raises(ValueError, match="two users or more"):
        effect(np.arange(5), np.arange(5), np.arange(5), reached=nobody)
