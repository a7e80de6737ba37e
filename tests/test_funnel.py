"""Tables of admission and of what users share: applications add up, and shared counts are known."""

import numpy as np
import pandas as pd
import pytest
from made_records import made_record, small_scenario
from teeming import ADOPTED, TEEMING

import sim
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.kinds import STEPS, FunnelStep, Way
from sim.results import Run, tables
from sim.results.record import Record
from sim.simulation import live

FRIENDS = {"behaviour.applying.friends_weight_ppm": 500_000, "behaviour.applying.community": 40}


@pytest.fixture(scope="module")
def scenario(repo):
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    changes = TEEMING | ADOPTED | FRIENDS | {"run.burn_in_days": 20}
    return plan.with_(users=300, days=75, **changes)


@pytest.fixture(scope="module")
def record(scenario):
    state = start(scenario)
    live(state, TableEngine(state, 1))
    return Record.of(state)


@pytest.fixture(scope="module")
def run(record):
    return Run.of([record], engine="table")


def test_the_funnel_has_a_row_a_reported_day_and_way_in():
    record = made_record(small_scenario())
    funnel = tables.table(record, "funnel").to_pandas(date_as_object=False)
    assert list(funnel["way"][: len(Way)]) == ["wallet", "notice", "checkout"]
    assert len(funnel) == 70 * len(Way)
    assert funnel["date"].iloc[0] == pd.Timestamp("2024-01-20")
    counted = record.totals["funnel"][record.burn_in :].sum(axis=(0, 1)).reshape(len(Way), STEPS)
    for way in Way:
        rows = funnel[funnel["way"] == way.name.lower()]
        for step in FunnelStep:
            assert rows[step.name.lower()].sum() == counted[way, step]


def test_the_funnel_adds_up_step_by_step(run):
    funnel = run.funnel
    assert (funnel.groupby("way")[["seen", "abandoned", "approved"]].sum() > 0).all(axis=None)
    assert funnel["refused_score"].sum() > 0
    assert funnel["refused_review"].sum() > 0
    assert (funnel["started"] <= funnel["seen"]).all()
    assert (funnel["abandoned"] == funnel["started"] - funnel["finished"]).all()
    assert (funnel["abandoned"] >= 0).all()
    answered = funnel[["approved", "refused_score", "refused_review"]].sum(axis=1)
    assert (answered == funnel["finished"]).all()


def test_whoever_is_approved_has_an_account_opened(run):
    approved = run.funnel.groupby("day")["approved"].sum()
    assert (approved == run.daily["opened"]).all()


def test_the_environment_tells_every_simulated_day(record, run):
    shared = run.environment
    assert list(shared["day"]) == list(range(-20, 75))
    assert (shared["date"].to_numpy() == record.dates).all()
    for name in ("demand", "rollout", "income", "job_loss", "job_found"):
        assert (shared[f"{name}_ppm"] == record.days[name]).all()


def test_shared_counts_are_those_that_the_days_were_lived_with(record, run):
    for name in ("invitable", "collected"):
        assert run.environment[name].max() > 0
        assert (run.environment[name] == record.days[name]).all()
    told = run.environment.set_index("day")["invitable"]
    # Simulated day 24 is reported day 4, and the first of three that know the eve's candidates.
    assert set(told.loc[4:6]) == {run.daily["invitable"][3]}
    assert told.loc[7] == run.daily["invitable"][6] != told.loc[6]


def test_how_days_were_cut_does_not_show_where_nobody_waits(scenario):
    alone = scenario.with_(
        users=40,
        days=30,
        **{
            "product.ways.invitations_ppm": 0,
            "risk_control.collection.capacity_ppm": 0,
            "behaviour.applying.friends_weight_ppm": 0,
        },
    )
    shown = []
    for longest in (1, 31):
        state = start(alone)
        live(state, TableEngine(state, 1), longest=longest)
        shown.append(tables.table(Record.of(state), "environment"))
    assert shown[0].equals(shown[1])


def test_circles_are_counted_every_72_hours_where_friends_weigh(record, run):
    circles = run.circles
    assert set(circles["circle"]) == set(range(300 // 40 + 1))
    assert list(circles["day"].unique()) == list(range(-20, 75, 3))
    assert (circles["good"] <= circles["users"]).all()
    assert circles["good"].max() > 0
    last = circles[circles["day"] == circles["day"].max()]
    # As the users of the last barrier saw it, and still remember.
    seen = 100 * last["good"].to_numpy() // np.maximum(last["users"].to_numpy(), 1)
    assert (record.users["friends_good"] == seen[record.users["user"] // 40]).all()


def test_without_friends_there_are_no_circles(tmp_path):
    record = made_record(small_scenario())
    record.circles = np.zeros((0, 0, 2), dtype=np.int64)
    run = Run.of([record])
    assert "circles" not in run.tables
    with pytest.raises(AttributeError, match="circles: wanted a table of this run"):
        _ = run.circles
    out = run.save(tmp_path / "run")
    assert (out / "environment.parquet").exists()
    assert not (out / "circles.parquet").exists()
