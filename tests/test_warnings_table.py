"""Tables of risk control: warnings, disputes, collection, refreshes, and the loop of the limit."""

import numpy as np
import pandas as pd
import pytest
from made_records import made_record, small_scenario
from teeming import TEEMING_FOR_ALL

import sim
from sim.kinds import (
    DISPUTE_STEPS,
    WARNING_STEPS,
    Claim,
    DisputeStep,
    Level,
    WarningStep,
)
from sim.results import tables

FEBRUARY = slice(37, 66)  # of the simulated days of `small_scenario`; 25 of them are burn-in


@pytest.fixture
def record():
    record = made_record(small_scenario())
    record.totals[:] = 0
    return record


def frame(record, name):
    return tables.table(record, name).to_pandas(date_as_object=False)


def february(record, name, **keys):
    rows = frame(record, name)
    rows = rows[rows["month"] == pd.Timestamp("2024-02-01")]
    for key, value in keys.items():
        rows = rows[rows[key] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def put(record, column, code, numbers):
    """Spread a count over two days of February and two segments."""
    record.totals[column][FEBRUARY.start, 0, code] = numbers - numbers // 3
    record.totals[column][FEBRUARY.stop - 1, 1, code] = numbers // 3


def test_a_level_of_warning_is_told_with_its_truth_its_end_and_its_hours(record):
    login = Level.LOGIN * WARNING_STEPS
    for step, count in {"RAISED": 20, "TRUE": 5, "FALSE": 15, "PASSED": 12, "EXPIRED": 6}.items():
        put(record, "warning", login + WarningStep[step], count)
    put(record, "warning", login + WarningStep.HOURS, 720)
    row = february(record, "warnings", level="login")
    assert (row["raised"], row["true"], row["false"], row["true_share"]) == (20, 5, 15, 0.25)
    assert (row["passed"], row["expired"], row["hours"], row["mean_hours"]) == (12, 6, 720, 40)
    assert pd.isna(row["user_weeks"])
    assert pd.isna(row["rate"])
    january = frame(record, "warnings").iloc[: len(Level)]
    assert (january["raised"] == 0).all()
    assert january["true_share"].isna().all()


def test_messages_are_told_against_user_weeks(record):
    put(record, "warning", Level.MESSAGE * WARNING_STEPS + WarningStep.RAISED, 29)
    record.totals["users"][FEBRUARY] = 350  # in each of the segments
    row = february(record, "warnings", level="message")
    weeks = 29 * 350 * record.totals.shape[1] / 7
    assert row["user_weeks"] == pytest.approx(weeks)
    assert row["rate"] == pytest.approx(29 / weeks)
    # A message freezes nothing, so nothing ends it but its week.
    assert row[["passed", "expired", "hours", "mean_hours"]].isna().all()


def test_the_burn_in_raises_no_warning_and_no_dispute(record):
    record.totals["warning"][: record.burn_in] = 7
    record.totals["dispute"][: record.burn_in] = 7
    record.totals["worked"][: record.burn_in] = 7
    assert frame(record, "warnings")["raised"].sum() == 0
    assert frame(record, "disputes")["raised"].sum() == 0
    assert frame(record, "collection")["worked"].sum() == 0


def test_a_dispute_is_told_with_its_decision(record):
    at = Claim.FRAUD * DISPUTE_STEPS
    counts = {
        "RAISED": 9,
        "RIGHTFUL": 6,
        "UPHELD": 5,
        "REJECTED": 3,
        "WRONG": 2,
        "HOURS": 384,
        "IN_TIME": 7,
    }
    for step, count in counts.items():
        put(record, "dispute", at + DisputeStep[step], count)
    row = february(record, "disputes", claim="fraud")
    for step, count in counts.items():
        assert row[step.lower()] == count
    assert (row["mean_hours"], row["wrong_share"]) == (48, 0.25)


def test_collection_tells_the_shares_that_a_risk_team_looks_for(record):
    record.totals["active"][FEBRUARY, 0] = 400
    record.totals["in_collection"][FEBRUARY, 0] = np.arange(29)
    for name, count in {
        "entered_collection": 10,
        "worked": 50,
        "cured": 8,
        "cured_worked": 5,
        "first_bills": 40,
        "first_defaults": 3,
        "plans_offered": 6,
        "plans_agreed": 2,
    }.items():
        record.totals[name][FEBRUARY.start + 3, 0] = count
    row = february(record, "collection")
    assert (row["entered"], row["entered_share"]) == (10, 0.025)
    assert row["in_collection"] == 28
    assert (row["cured"], row["cured_worked"], row["cure_rate"]) == (8, 5, 0.1)
    assert (row["plans_offered"], row["plans_agreed"]) == (6, 2)
    assert (row["first_bills"], row["first_defaults"], row["first_default_rate"]) == (40, 3, 0.075)


def test_cycles_tell_the_mean_change_and_what_else_set_limits(record):
    frozen = Level.REQUESTS * WARNING_STEPS + WarningStep.RAISED
    for day, assessed in {28: 4, 31: 8}.items():
        record.totals["assessed"][day, 0] = assessed
    record.totals["raised_by"][31, 0], record.totals["lowered_by"][31, 1] = 1_000, 207
    record.totals["requests"][[28, 29, 31], 0] = 1, 2, 3
    record.totals["warning"][[30, 31], 0, frozen] = 1, 1
    record.totals["opened"][30, 1] = 6
    record.totals["entered_collection"][28, 0] = 9
    row = frame(record, "cycles").iloc[-1]
    assert row["mean_change_fen"] == 99  # 793 / 8
    assert (row["requests"], row["held"], row["opened"], row["level_3"]) == (5, 2, 6, 0)


@pytest.fixture(scope="module")
def lived(repo):
    """Eleven months that end with a month, among many who are late and many who are not."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    return plan.with_(users=300, days=335, **TEEMING_FOR_ALL)


@pytest.fixture(scope="module")
def run(lived):
    return sim.run(lived, threads=1)


def test_cohorts_hold_the_limits_scores_and_first_defaults_of_their_accounts(run):
    accounts = run.accounts.merge(run.users[["user", "score_milli_points"]], on="user")
    accounts = accounts[accounts["opened_on"] >= 0]
    dates = pd.Timestamp(run.scenario.run.start) + pd.to_timedelta(accounts["opened_on"], unit="D")
    cohorts = accounts.groupby(dates.dt.to_period("M").dt.to_timestamp())
    told = run.vintages[run.vintages["month"] == pd.Timestamp("2024-11-01")].set_index("cohort")
    assert run.vintages["date"].max() == run.daily["date"].max()
    assert told["first_defaults"].sum() > 3
    assert 0 < told["good"].sum() < told["active"].sum() < told["accounts"].sum()
    for month, some in cohorts:
        row = told.loc[month]
        active = some[some["standing"].isin(["open", "blocked", "suspended"])]
        good = active[(active["lapses"] == 0) & (active["worst_days"] == 0)]
        assert row["first_defaults"] == some["first_default"].sum()
        assert row["active"] == len(active)
        assert row["limit_fen"] == active["limit_fen"].sum()
        assert row["score_milli_points"] == active["score_milli_points"].sum()
        assert row["good"] == len(good)
        assert row["good_limit_fen"] == good["limit_fen"].sum()
        assert row["good_first_limit_fen"] == good["first_limit_fen"].sum()
        if len(active):
            mean = active["score_milli_points"].mean() / 1_000
            assert row["mean_score"] == pytest.approx(mean)
            assert abs(row["mean_limit_fen"] - active["limit_fen"].mean()) <= 0.5


def test_calls_of_collection_cure_and_both_are_counted(run):
    collection = run.collection
    assert collection["entered"].sum() == run.daily["entered_collection"].sum() > 10
    assert collection["worked"].sum() > 50
    assert 0 < collection["cured_worked"].sum() < collection["cured"].sum()
    month_end = run.daily[run.daily["date"].dt.is_month_end]["in_collection"]
    assert list(collection["in_collection"]) == list(month_end)
    assert collection["first_defaults"].sum() == run.accounts["first_default"].sum()


def growth_of_good_limits(run):
    """Return good accounts' limits over what they were on opening, by months on book."""
    sums = run.vintages.groupby("months_on_book")[["good_limit_fen", "good_first_limit_fen"]].sum()
    return sums["good_limit_fen"] / sums["good_first_limit_fen"]


@pytest.mark.rule("R-L10")
def test_the_loop_raises_the_limits_of_good_users_and_its_twin_does_not(repo):
    """R-L10: use feeds the assessment, and that the limit; the twin's limit knows no use."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    plan = plan.with_(users=400, days=335, **{"product.admission": "open_to_all"})
    without = {
        "product.score.step_ppm": 0,
        "product.limit.spending_ppm": 0,
        "product.factors.on_time_ppm": 0,
    }
    loop = growth_of_good_limits(sim.run(plan, threads=1))
    twin = growth_of_good_limits(sim.run(plan.with_(**without), threads=1))
    assert loop[10] > loop[1] + 0.05
    assert loop[10] > twin[10] + 0.05
    assert abs(twin[10] - 1) < 0.05
