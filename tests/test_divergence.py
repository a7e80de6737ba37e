"""`paylater diff`: where two runs part."""

import datetime as dt
from types import SimpleNamespace

import pytest

import sim
from sim.commands import answer
from sim.results.divergence import divergences


@pytest.fixture(scope="module")
def plan(repo):
    changes = {"product.admission": "open_to_all"}
    return sim.load(repo / "scenarios" / "seed_article.toml").with_(users=60, days=40, **changes)


@pytest.fixture(scope="module")
def run(plan):
    return sim.run(plan, threads=1)


def test_a_run_does_not_differ_from_itself(run, plan):
    assert divergences(run, sim.run(plan, threads=2)) == []


def test_runs_part_on_the_day_of_a_policy_and_not_before(run, plan):
    policy = {"date": dt.date(2024, 1, 20), "set": {"product.limit.fen_per_point": 500}}
    other = sim.run(plan.with_(policy=[policy]), threads=1)
    daily = next(d for d in divergences(run, other) if getattr(d, "table", "") == "daily")
    assert daily.rows_of_one == 0
    assert 19 <= daily.keys["day"] <= 21  # the first refresh from 20 January, day 19, on
    assert "limit_fen" in daily.columns
    row = run.daily[run.daily["day"] == daily.keys["day"]].iloc[0]
    assert row[daily.column] == daily.first != daily.second


def test_the_command_tells_of_users_and_of_tables_that_one_run_lacks(run, plan, tmp_path, capsys):
    run.save(tmp_path / "a")
    some = {"output.tables": ["daily", "users"], "run.seed": 2}
    sim.run(plan.with_(**some), threads=1).save(tmp_path / "b")
    assert answer(["diff", str(tmp_path / "a"), str(tmp_path / "a")]) == 0
    assert "all tables are the same" in capsys.readouterr().out
    assert answer(["diff", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    told = capsys.readouterr().out
    assert "users: first at replication 0, user " in told
    assert "pnl: in the first run only" in told
    assert answer(["diff", str(tmp_path / "a"), str(tmp_path / "none")]) == 2


def test_what_stands_behind_the_keys_is_compared_and_no_key(run):
    changed = {"accounts": run.accounts.copy(), "daily": run.daily.copy()}
    accounts, daily = changed["accounts"], changed["daily"]
    accounts["bucket"] = accounts["bucket"].astype(str)
    accounts.loc[7, "bucket"] = "other"
    daily.loc[3, "opened"] += 1
    other = SimpleNamespace(tables=run.tables, read=lambda name: changed.get(name, run.read(name)))
    found = {d.table: d for d in divergences(run, other)}
    assert found["accounts"].keys["user"] == accounts.loc[7, "user"]
    assert (found["accounts"].column, found["accounts"].rows_of_one) == ("bucket", 0)
    assert (found["daily"].column, found["daily"].keys["day"]) == ("opened", 3)
    assert "date 2024-01-04: opened" in found["daily"].text()
