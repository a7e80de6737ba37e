"""Reports of studies: misses of a fit are told, arms stand side by side, luck is told apart."""

import datetime as dt
import json
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import special, stats

import sim
from sim.commands import answer
from sim.report import report
from sim.results import manifest
from sim.study.finished import compare_runs
from sim.study.folder import Study, save
from sim.study.planner import plan
from sim.study.trial import users_reached

MADE = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
EVIL = '<script>alert(1)</script>"&'
KEYS = ["behaviour.repaying.full_use_weight", "population.traits.spend_share.median"]


@pytest.fixture(scope="module")
def base(repo):
    return sim.load(repo / "scenarios/seed_article.toml").with_(
        users=150, days=40, **{"product.admission": "open_to_all"}
    )


def fit_in(place, base, *, draws=41):
    """A folder as a calibration leaves it: two groups, one target met in each, misses in one."""
    place.mkdir()
    (place / "fitted.toml").write_text(base.to_toml(), encoding="utf-8")
    targets = pd.DataFrame(
        [
            ("usage/mean", 0.5, 0.01, 0.51, 1.0, True),
            ("usage/spread", 0.2, 0.01, 0.27, 7.0, True),
            (f"usage/{EVIL}", 0.4, 0.02, 0.3, -5.0, True),
            ("usage/none", 0.4, 0.02, np.nan, np.nan, True),
            ("limit/mean", 100.0, 5.0, 101.0, 0.2, True),
            ("limit/p10", 30.0, 0.0, 90.0, np.inf, False),
            ("delinquency/late_next_given_history/late_late", 0.8, 0.01, 0.6, -20.0, False),
        ],
        columns=["key", "value", "se", "simulated", "z", "judged"],
    )
    targets.to_parquet(place / "targets.parquet", index=False)
    numbers = np.arange(1, draws + 1, dtype=float)
    posterior = pd.DataFrame({KEYS[0]: numbers, KEYS[1]: numbers / 100})
    posterior["weight"] = 1 / draws if draws else np.array([], dtype=float)
    posterior.to_parquet(place / "posterior.parquet", index=False)
    told = {"best": {KEYS[0]: 20, KEYS[1]: 0.9}, "loss": 2.0, "rms": 2.5}
    (place / "fit.json").write_text(json.dumps(told), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def fitted(base, tmp_path_factory):
    return report(fit_in(tmp_path_factory.mktemp("fits") / "fit", base), made=MADE)


def tables_of(found):
    return {table.name: table for table in found.tables}


def test_a_fit_lists_its_misses_the_largest_first(fitted):
    tables = tables_of(fitted)
    groups = {row[0]: [cell.estimate for cell in row[1:4]] for row in tables["fit_by_group"].rows}
    assert groups == {"usage": [4, 1, 3], "limit": [1, 1, 0]}
    missed = [row[1] for row in tables["fit_worst"].rows]
    assert missed == ["usage/none", "usage/spread", f"usage/{EVIL}"]
    value = tables["fit_worst"].rows[1][2]
    assert (value.low, value.high) == pytest.approx((0.2 - 0.0196, 0.2 + 0.0196))
    facts = {row[0]: row[-1] for row in tables["fit_facts"].rows}
    assert facts == {"delinquency/late_next_given_history/late_late": "a miss"}
    assert "2 are met, 3 are missed" in fitted.html
    assert EVIL not in fitted.html


def test_draws_stand_with_their_middle_95_percent_beside_the_fitted_value(base, fitted, tmp_path):
    inside, outside = tables_of(fitted)["fit_parameters"].rows
    assert (inside[2].estimate, inside[2].low, inside[2].high) == (21, 2, 40)
    assert inside[3].estimate == pytest.approx(19 / 41)
    assert [inside[-1], outside[-1]] == ["inside", "outside"]
    assert outside[3].estimate == pytest.approx(1.0)
    none = tables_of(report(fit_in(tmp_path / "none", base, draws=0), made=MADE))
    assert [column.key for column in none["fit_parameters"].columns] == ["key", "fitted"]


def test_ranks_of_known_truths_add_up_to_all_repeats(fitted):
    rows = tables_of(fitted)["fit_ranks"].rows
    counts = [row[1].estimate for row in rows[1:]]
    assert (len(counts), sum(counts)) == (20, 1_000)
    assert rows[0][1].estimate == pytest.approx(stats.chisquare(counts).statistic)
    low, high = stats.binom.ppf([0.025, 0.975], 1_000, 0.05)
    assert [row[2] == "inside" for row in rows[1:]] == [low <= one <= high for one in counts]


def test_a_report_of_a_fit_is_the_same_twice_and_speaks_chinese(base, fitted, tmp_path, capsys):
    place = fit_in(tmp_path / "fit", base)
    assert report(place, made=MADE).html == fitted.html
    assert not report(place, lang="zh", made=MADE).unsaid
    assert answer(["report", str(place)]) == 0
    assert (tmp_path / "fit-report/tables/fit_worst.parquet").is_file()
    assert "tables beside it" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["targets.parquet", "posterior.parquet", "fit.json"])
def test_a_fit_that_does_not_read_is_refused(base, tmp_path, name):
    place = fit_in(tmp_path / "fit", base)
    (place / name).write_text("{}")
    with pytest.raises(sim.ScenarioError, match="wanted a finished calibration"):
        report(place)


def test_a_fit_with_digests_shows_its_versions_and_is_refused_when_changed(base, tmp_path):
    place = fit_in(tmp_path / "fit", base)
    told = json.loads((place / "fit.json").read_text())
    told |= {"versions": manifest.versions(), "files": manifest.files_in(place)}
    del told["files"]["fit.json"]
    (place / "fit.json").write_text(json.dumps(told), encoding="utf-8")
    assert manifest.versions()["numpy"] in report(place, made=MADE).html
    draws = pd.read_parquet(place / "posterior.parquet")
    draws.iloc[:-1].to_parquet(place / "posterior.parquet", index=False)
    with pytest.raises(sim.ScenarioError, match=r"posterior\.parquet: wanted the file as the run"):
        report(place)


def test_a_fit_that_is_not_done_is_refused(base, tmp_path):
    place = fit_in(tmp_path / "fit", base)
    (place / "fitted.toml").unlink()
    with pytest.raises(sim.ScenarioError, match=r"no fitted\.toml"):
        report(place)


@pytest.fixture(scope="module")
def compared(base):
    b = base.with_(**{"product.limit.fen_per_point": 300, "run.name": "tighter"})
    c = base.with_(**{"product.charges.rate_ppb": 900_000, "run.name": "dearer"})
    names = ["risk_adjusted_income_fen", "volume_fen"]
    return sim.compare(base, b, c, replications=4, attribute=names, threads=1)


@pytest.fixture(scope="module")
def reported(compared, tmp_path_factory):
    return report(compared.save(tmp_path_factory.mktemp("studies") / "a-b-c"), made=MADE)


def test_arms_stand_side_by_side_with_their_paired_changes(compared, reported):
    table = tables_of(reported)["arms"]
    assert [column.key for column in table.columns] == [
        *("figure", "a", "b", "b_change", "c", "c_change")
    ]
    volume = next(row for row in table.rows if row[0] == "Bought on credit")
    told = compared.summary(["volume_fen"]).set_index("scenario")
    assert [volume[1].estimate, volume[2].estimate] == list(told.loc["b", ["of_a", "of_b"]])
    assert volume[4].estimate == told.loc["c", "of_b"]
    for label, change in (("b", volume[3]), ("c", volume[5])):
        wanted = told.loc[label, ["difference", "low", "high"]].astype(float)
        assert [change.estimate, change.low, change.high] == pytest.approx(list(wanted))
        assert change.runs == 4


def test_sizes_are_those_of_the_planner_from_the_variances_of_the_pairs(compared, reported):
    days = compared.daily.groupby(["scenario", "replication"])["spent_fen"].sum()
    a, b = (days[label].to_numpy(dtype=float) for label in "ab")
    wanted = plan(float((b - a).mean()), a.var(ddof=1) + b.var(ddof=1), (b - a).var(ddof=1))
    row = next(row for row in tables_of(reported)["power_b"].rows if row[0] == "volume")
    assert [row[2].estimate, row[3].estimate] == [wanted.per_arm, wanted.pairs]
    factor = special.ndtri(0.975) + special.ndtri(0.8)
    assert row[4].estimate == pytest.approx(factor * np.sqrt((b - a).var(ddof=1) / 4))


def test_every_scenario_and_metric_has_its_waterfall_that_adds_up(compared, reported):
    tables = tables_of(reported)
    names = [name for name in tables if name.startswith("attribution")]
    assert len(names) == 4
    sums = {tables[name].caption: sum(row[1].total for row in tables[name].rows) for name in names}
    for _, row in compared.attribution.iterrows():
        metric = row["metric"].removesuffix("_fen").replace("_", " ")
        caption = f"What each changed key contributes to {metric}, {row['scenario'].upper()} - A; "
        caption += "amounts in yuan"
        assert sums[caption] == row["total"]


def test_runs_that_do_not_pair_are_not_said_to(compared, tmp_path):
    asked = dict(compared.study.asked) | {"pairs": {"b": 0, "c": 0}}
    tables = dict(compared.tables)
    frame = tables["differences"].to_pandas()
    frame["variance_ratio"] = np.nan
    tables["differences"] = pa.Table.from_pandas(frame, preserve_index=False)
    folder = save(Study("comparison", asked, compared.study.scenarios, tables), tmp_path / "apart")
    found = report(folder, made=MADE)
    assert "b_change" not in [column.key for column in tables_of(found)["arms"].columns]
    assert "the same people with the same luck" not in _section(found.html, 13)
    assert "paylater plan COMPARE.toml" in _section(found.html, 13)


def test_a_comparison_says_of_b_what_its_run_says_against_the_run_of_a(compared, tmp_path):
    """Books, arrears, vintages and their paired changes come from the tables kept of each run."""
    found = tables_of(report(compared.save(tmp_path / "a-b-c"), made=MADE))
    folders = {}
    for label in ("a", "b"):
        scenario = compared.study.scenarios[label].with_(replications=4)
        folders[label] = sim.run(scenario, threads=1).save(tmp_path / label)
    of_run = tables_of(report(folders["b"], baseline=folders["a"], made=MADE))
    alike = ("profit_and_loss", "profit_bridge", "roll_rates_accounts", "cohort_economics")
    more = ("repayment_methods", "vintages", "allowance_roll", "annual_rates", "margins")
    groups = ("fairness", "outcomes", "outcomes_equal_risk")  # no accounts are kept for them
    losses = ("expected_losses", "ecl_by_segment", "ecl_by_economy", "recovery_by_age")
    same = [name for name in (*alike, *more, *groups, *losses) if name in of_run]
    assert len(same) >= 12
    for name in same:
        pd.testing.assert_frame_equal(found[name].frame(), of_run[name].frame())
    one, other = ({row[0]: row for row in side["key_figures"].rows} for side in (found, of_run))
    assert set(one) == set(other)
    assert one["Expected credit loss"]
    for name, row in one.items():
        assert repr(row) == repr(other[name]), name
    finished = compare_runs(*(sim.open(folder) for folder in folders.values()))
    of_runs = tables_of(report(finished.save(tmp_path / "finished"), made=MADE))
    for name in (*groups, *losses[:3]):
        pd.testing.assert_frame_equal(of_runs[name].frame(), of_run[name].frame())


def test_a_comparison_is_said_in_chinese(compared, tmp_path):
    assert not report(compared.save(tmp_path / "a-b-c"), lang="zh", made=MADE).unsaid


def _section(html, number):
    return html.split(f'id="section-{number}"')[1].split("</section>")[0]


@pytest.fixture(scope="module")
def swept(repo, tmp_path_factory):
    """A design of indices: what a key does, what luck does."""
    place = tmp_path_factory.mktemp("sweeps")
    file = place / "indices.toml"
    file.write_text(
        f"""
scenario = "{repo}/scenarios/seed_article.toml"
design = "indices"
points = 4
replications = 2
metrics = ["volume_fen", "loss_fen"]
[set]
"run.users" = 60
"run.days" = 20
"product.admission" = "open_to_all"
[[axis]]
key = "product.limit.fen_per_point"
low = 100
high = 1_000
[[axis]]
key = "product.charges.rate_ppb"
low = 100_000
high = 500_000
"""
    )
    return sim.sweep(file, place / "indices")


def test_shares_of_variance_are_those_of_the_study_each_metric_apart(swept):
    found = report(swept.out, made=MADE)
    table = tables_of(found)["sobol"]
    wanted = pd.read_parquet(swept.out / "indices.parquet")
    wanted = wanted[wanted["metric"] == "volume_fen"].set_index("key")
    assert [row[0] for row in table.rows] == list(wanted.index)
    for row in table.rows:
        told = wanted.loc[row[0]]
        assert [row[1].estimate, row[1].low] == [told["first"], told["first_low"]]
        assert [row[2].estimate, row[2].high] == [told["total"], told["total_high"]]
        assert row[3].estimate == pytest.approx(told["total"] - told["first"])
        assert row[4].estimate == told["noise"]
    assert 'id="chart-sobol"' in found.html
    assert not report(swept.out, lang="zh", made=MADE).unsaid


def test_runs_that_failed_are_listed_with_their_errors(swept, tmp_path):
    place = shutil.copytree(swept.out, tmp_path / "failing")
    results = pd.read_parquet(place / "results.parquet")
    results.loc[3, ["status", "error"]] = ["failed", EVIL]
    results.loc[3, ["volume_fen", "loss_fen"]] = np.nan
    results.to_parquet(place / "results.parquet", index=False)
    told = json.loads((place / "manifest.json").read_text())
    known = manifest.files_in(place)
    told["files"] = {name: known[name] for name in told["files"]}
    (place / "manifest.json").write_text(json.dumps(told))
    found = report(place, made=MADE)
    row = results.loc[3]
    assert tables_of(found)["failed"].rows == [[str(row["row"]), str(row["replication"]), EVIL]]
    assert EVIL not in found.html


def test_a_policy_for_a_share_of_users_is_judged_by_its_arms(base, tmp_path):
    change = {"name": "half", "share_ppm": 500_000, "date": base.run.start}
    change["set"] = {"product": {"limit": {"fen_per_point": 300}}}
    scenario = base.with_(replications=2, policy=[change])
    run = sim.open(sim.run(scenario, threads=1).save(tmp_path / "trial"))
    found = report(run.folder, made=MADE)
    rows = {row[0]: row for row in tables_of(found)["trial_0"].rows}
    accounts = run.accounts
    reached = [
        users_reached(scenario, 0, replication)[user]
        for replication, user in accounts[["replication", "user"]].itertuples(index=False)
    ]
    limits = accounts.assign(reached=reached).groupby("reached")["limit_fen"]
    told = rows["limit"]
    assert [told[2].estimate, told[1].estimate] == pytest.approx(list(limits.mean()))
    wanted = stats.ttest_ind(limits.get_group(True), limits.get_group(False), equal_var=False)
    assert tuple(told[3][1:3]) == pytest.approx(tuple(wanted.confidence_interval(0.95)))
    assert told[3].high < 0
    assert "paylater trial trial --policy 0" in found.html


def test_arms_stand_beside_the_truth_of_a_stored_trial(base, tmp_path, capsys):
    change = {"name": "half", "share_ppm": 500_000, "date": base.run.start}
    change["set"] = {"product": {"limit": {"fen_per_point": 300}}}
    run = sim.run(base.with_(policy=[change]), threads=1).save(tmp_path / "run")
    assert answer(["trial", str(run)]) == 0
    place = tmp_path / "run-trial-0"
    rows = pd.read_parquet(place / "effects.parquet").set_index("outcome")
    before = (place / "manifest.json").read_bytes()
    assert answer(["trial", str(run), "--quiet"]) == 0  # it is there, and left alone
    assert (place / "manifest.json").read_bytes() == before
    found = report(run, made=MADE)
    told = {row[0]: row for row in tables_of(found)["twins_0"].rows}
    truth = float(rows.loc["limit_fen", "truth"])
    assert truth < 0
    assert told["limit"][4].estimate == pytest.approx(truth)
    assert told["limit"][3].estimate == pytest.approx(float(rows.loc["limit_fen", "estimate"]))
    assert "the true effect, from twins" not in found.html
    own = report(place, made=MADE)
    same = [tables_of(one)["twins_0"].frame() for one in (own, found)]
    pd.testing.assert_frame_equal(*same)
    met = rows[(rows.truth != 0) | (rows.high > rows.low)]  # nobody was late: nothing to hold
    assert 0 < len(met) < len(rows)
    words = f"{met.covers.sum()} of {len(met)} intervals of the arms hold the true effect of the"
    assert words in own.html
    assert not report(place, lang="zh", made=MADE).unsaid
    other = base.with_(policy=[change | {"share_ppm": 400_000}])
    elsewhere = sim.run(other, threads=1).save(tmp_path / "other")
    place.rename(tmp_path / "other-trial-0")
    assert "twins_0" not in tables_of(report(elsewhere, made=MADE))
    assert answer(["trial", str(elsewhere)]) == 2  # another trial stands there
    assert "wanted a new name, or this trial" in capsys.readouterr().err
