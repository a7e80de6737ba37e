"""Concentration, fairness and scorecards by hand; and what leaves for other tools."""

import numpy as np
import pandas as pd
import pytest

import sim
from sim.risk import concentration, export, fairness, migration, scorecard
from sim.risk.tables import BUCKETS
from sim.scenario import ScenarioError, from_tree
from sim.units import NEVER


@pytest.fixture(scope="module")
def run():
    """A launch of users who pay badly, with every event kept; two replications."""
    plan = {
        "run": {"users": 400, "days": 200, "seed": 5, "replications": 2},
        "product": {"admission": "open_to_all"},
        "population": {"traits": {"prudence": {"distribution": "constant", "mean": 1_500}}},
        "output": {"events_ppm": 1_000_000},
    }
    return sim.run(from_tree(plan), threads=1)


# Concentration


def test_concentration_by_hand():
    found = concentration.concentration([1, 2, 3, 4, 0])
    assert found["accounts"] == 4
    assert found["hhi"] == pytest.approx(0.3)
    assert found["effective"] == pytest.approx(1 / 0.3)
    # mean absolute difference 1.25 x 2 over twice the mean: (1+2+3+1+2+1) x 2 / 16 / (2 x 2.5)
    assert found["gini"] == pytest.approx(0.25)
    assert found["top_1"] == 0.4
    assert concentration.concentration([1, 2, 3, 4], (0.5,))["top_50"] == 0.7


def test_equal_accounts_are_not_concentrated_and_one_account_is():
    even = concentration.concentration([7] * 50)
    assert even[["gini", "effective"]].tolist() == pytest.approx([0, 50])
    assert concentration.concentration([7, 0])["hhi"] == 1
    with pytest.raises(ValueError, match="at least one above 0"):
        concentration.concentration([0, 0])
    with pytest.raises(ValueError, match="top: wanted more than 0"):
        concentration.concentration([1], (0,))


def test_concentration_of_a_run_is_that_of_its_books(run):
    table = concentration.concentrations(run.accounts)
    last = run.daily[run.daily["day"] == 199]
    owed = concentration.principal_of(run.accounts).groupby(run.accounts["replication"]).sum()
    assert owed.tolist() == last["principal_fen"].tolist()
    assert (table["gini"] > 0).all()
    assert table["replication"].tolist() == [0, 1]


# Fairness


def test_four_fifths_by_hand():
    table = pd.DataFrame(
        {"of": ["a", "b", "c", "d"], "let_in": [400, 300, 41, 9], "asked": [800, 800, 100, 20]}
    )
    found = fairness.fairness(table, "of", "let_in", "asked").set_index("of")
    assert found.loc["a", ["ratio", "reference"]].tolist() == [1, True]
    assert found.loc["b", ["ratio", "adverse", "shown"]].tolist() == [0.75, True, False]
    assert found.loc["c", "ratio"] == pytest.approx(0.82)
    assert not found.loc["c", "adverse"]
    spread = np.sqrt(1 / 300 - 1 / 800 + 1 / 400 - 1 / 800)
    assert found.loc["b", "ratio_high"] == pytest.approx(0.75 * np.exp(1.959964 * spread))
    # Twenty are too few to say anything of, one way or the other.
    assert found.loc["d", "enough"] == False  # noqa: E712  a numpy boolean
    assert np.isnan(found.loc["d", "ratio"])
    assert not found.loc["d", "adverse"]


def test_exactly_four_fifths_is_no_sign():
    table = pd.DataFrame({"of": ["a", "b", "c"], "yes": [50, 40, 39], "all": [100, 100, 100]})
    found = fairness.fairness(table, "of", "yes", "all", reference="a").set_index("of")
    assert found["adverse"].tolist() == [False, False, True]
    with pytest.raises(ValueError, match="reference: wanted one of a, b, c"):
        fairness.fairness(table, "of", "yes", "all", reference="z")
    with pytest.raises(ValueError, match="a group of at least 1000"):
        fairness.fairness(table, "of", "yes", "all", least=1_000)


def test_approvals_count_users_who_were_ever_let_in():
    users = pd.DataFrame(
        {"replication": 0, "user": [0, 1, 2], "segment": "x", "status": ["here", "here", "gone"]}
    )
    accounts = pd.DataFrame({"replication": 0, "user": [0, 1, 2], "opened_on": [3, NEVER, 5]})
    assert fairness.approvals(users, accounts)[["approved", "users"]].iloc[0].tolist() == [1, 2]


# Scorecards


def test_performance_has_an_error():
    found = scorecard.performance([1, 2, 3, 4], [1, 0, 1, 0])
    assert found[["good", "bad", "auc", "gini", "ks"]].tolist() == [2, 2, 0.75, 0.5, 0.5]
    # Hanley and McNeil: q1 = .75 / 1.25, q2 = 2 x .5625 / 1.75
    wanted = (0.1875 + (0.6 - 0.5625) + (1.125 / 1.75 - 0.5625)) / 4
    assert found["auc_se"] == pytest.approx(np.sqrt(wanted))


def test_bands_hold_equally_many_accounts_and_equal_scores_stay_together():
    table = scorecard.calibration(np.arange(10), [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], 2)
    assert table[["bad", "accounts"]].to_numpy().tolist() == [[3, 5], [1, 5]]
    assert table[["score_from", "score_to"]].to_numpy().tolist() == [[0, 4], [5, 9]]
    equal = scorecard.calibration([5, 5, 5, 9], [1, 0, 0, 0], 4)
    assert equal["accounts"].tolist() == [3, 1]
    held = scorecard.calibration(np.arange(4), [1, 1, 0, 0], 2, predicted=[0.9, 0.7, 0.9, 0.9])
    assert held["predicted"].tolist() == [0.8, 0.9]
    assert held["inside"].tolist() == [True, False]


def test_stability_by_band_adds_up_to_the_index():
    table = scorecard.stability([1, 2, 3, 4], [1, 1, 1, 4], 2)
    assert table["before"].tolist() == [0.5, 0.5]
    assert table["after"].tolist() == [0.75, 0.25]
    assert table["psi"].sum() == pytest.approx(0.25 * np.log(3))
    assert scorecard.stability([1, 2], [1, 2], 2)["psi"].sum() == 0


def test_outcomes_of_a_run_are_accounts_that_were_used(run):
    table = scorecard.outcomes(run.users, run.accounts)
    used = run.accounts["first_used_on"] != NEVER
    assert len(table) == used.sum()
    worst = run.accounts.loc[used, "worst_days"]
    assert (
        table["bad"].sum()
        == ((worst >= 90) | (run.accounts["charged_off_on"] != NEVER)[used]).sum()
    )
    assert 0 < table["bad"].mean() < 1
    assert len(scorecard.by_replication(table)) == 2


# Export


def test_the_panel_ties_from_month_to_month_and_to_the_books(run):
    panel = export.account_months(run.events, run.opening())
    assert list(panel.columns) == list(export.PANEL)
    by = panel.sort_values(["replication", "user", "month"]).groupby(["replication", "user"])
    before = by["principal_fen"].shift(fill_value=0)
    moved = panel["purchases_fen"] - panel["principal_repaid_fen"] - panel["refunded_fen"]
    moved -= panel["given_up_fen"] + panel["principal_written_off_fen"]
    assert (before.reindex(panel.index) + moved - panel["principal_fen"]).abs().sum() == 0
    ends = panel.groupby(["replication", "date"])[["principal_fen", "limit_fen"]].sum()
    books = run.daily.set_index(["replication", "date"])
    assert (ends["principal_fen"] == books["principal_fen"].reindex(ends.index)).all()
    assert (ends["limit_fen"] == books["limit_fen"].reindex(ends.index)).all()
    assert len(ends) == 14
    flows = panel.groupby("replication")[["purchases_fen", "missed"]].sum()
    assert (
        flows["purchases_fen"].tolist()
        == run.daily.groupby("replication")["spent_fen"].sum().tolist()
    )
    assert flows["missed"].tolist() == run.daily.groupby("replication")["missed"].sum().tolist()


def test_the_cohort_file_counts_every_move(run):
    moves = run.roll_rates
    table = export.cohort(moves)
    assert len(table) == 2 * moves.loc[moves["segment"] == "all", "accounts"].sum()
    first, second = (table[table["Time"] == time]["State"].to_numpy() for time in (0, 1))
    counted = pd.crosstab(first, second, normalize="index")
    wanted = migration.cohort_matrix(moves).set_axis(range(10)).set_axis(range(10), axis=1)
    assert counted.to_numpy() == pytest.approx(
        wanted.loc[counted.index, counted.columns].to_numpy()
    )


@pytest.mark.filterwarnings("ignore")
def test_an_independent_package_finds_the_same_matrix(run, tmp_path):
    """transitionMatrix by Open Risk, on the file as it is written."""
    package = pytest.importorskip("transitionMatrix")
    from transitionMatrix.estimators.cohort_estimator import CohortEstimator

    (path,) = export.to_csv({"cohort": export.cohort(run.roll_rates)}, tmp_path)
    table = pd.read_csv(path)
    # Its estimator counts the last row of a file twice, unless it is an observation on its own.
    lone = pd.DataFrame({"ID": [table["ID"].max() + 1], "Time": [0], "State": [0]})
    states = package.StateSpace([(str(at), name) for at, name in enumerate(BUCKETS)])
    estimator = CohortEstimator(states=states, cohort_bounds=[0, 1])
    estimator.fit(pd.concat([table, lone], ignore_index=True))
    ours = migration.cohort_matrix(run.roll_rates).fillna(0).to_numpy()
    assert estimator.average_matrix == pytest.approx(ours, abs=1e-12)


def test_csv_is_refused_where_a_file_is_and_nothing_is_written(run, tmp_path):
    folder = tmp_path / "csv"
    written = export.run_to_csv(run, folder)
    names = {path.stem for path in written}
    assert {"daily", "roll_rates", "cohort", "account_months"} <= names
    daily = pd.read_csv(folder / "daily.csv", parse_dates=["date"])
    assert daily["principal_fen"].tolist() == run.daily["principal_fen"].tolist()
    assert (daily["date"] == run.daily["date"]).all()
    (folder / "daily.csv").unlink()
    with pytest.raises(ScenarioError, match=r"cohort\.csv: wanted no file of this name"):
        export.run_to_csv(run, folder)
    assert not (folder / "daily.csv").exists()


def test_a_run_without_events_says_so():
    plain = sim.run(from_tree({"run": {"users": 20, "days": 3}}), threads=1)
    with pytest.raises(AttributeError, match=r"opening: wanted a run with output\.events_ppm"):
        plain.opening()


def test_a_run_without_a_month_end_is_written_as_csv_too(repo, tmp_path):
    short = sim.load(repo / "scenarios/seed_article.toml").with_(users=3, days=2)
    files = {path.stem: path for path in export.run_to_csv(sim.run(short), tmp_path / "csv")}
    assert len(pd.read_csv(files["daily"])) == 2
    assert pd.read_csv(files["cohort"]).empty
