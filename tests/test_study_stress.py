"""Stress and reverse stress: the scenario's own people and luck, and nothing but the stress."""

import datetime as dt

import numpy as np
import pytest

import sim
from sim.commands import answer
from sim.report import report
from sim.risk.concentration import principal_of
from sim.scenario import from_tree
from sim.study.stress import StressTest, beside, reduced, stress
from sim.study.stress_tables import BASELINE
from sim.study.stressed import LIMITED, MEASURES, stressed
from sim.study.stresses import stresses, under

LOW, NEVER_BROKEN = 50_000, 1_000_000


def plan_of(**changes):
    tree = {
        "run": {"users": 400, "days": 110, "seed": 5, "replications": 2, "name": "pressed"},
        "product": {"admission": "open_to_all"},
        "appetite": {
            "late_31_ppm": LOW,
            "late_91_ppm": NEVER_BROKEN,
            "loss_year_ppm": NEVER_BROKEN,
        },
    }
    return from_tree(tree).with_(**changes)


@pytest.fixture(scope="module")
def found():
    return stress(plan_of(), replications=2, threads=1)


def test_a_stress_of_no_strength_is_the_scenario_itself():
    plan = plan_of()
    for one in stresses().values():
        assert under(plan, one, 0.0) == plan, one.name
        assert under(plan, one) != plan, one.name


def test_the_strength_of_a_shock_moves_all_its_parts_alike():
    severe = stresses()["severe"]
    half, double = severe.at(0.5), severe.at(2.0)
    assert half == {"job_loss_ppm": 10_000, "income_ppm": 925_000, "strain": 200}
    assert double == {"job_loss_ppm": 40_000, "income_ppm": 700_000, "strain": 800}
    assert severe.at(100.0)["job_loss_ppm"] == 1_000_000
    assert severe.at(100.0)["income_ppm"] == 0


def test_shocks_of_the_scenario_stay_and_the_stress_comes_on_top_for_all_reported_days():
    own = {"name": "own", "date": dt.date(2024, 2, 1), "job_loss_ppm": 7}
    plan = plan_of(**{"environment.shocks": [own]})
    first, second = under(plan, stresses()["severe"]).environment.shocks
    assert (first.name, first.job_loss_ppm) == ("own", 7)
    assert (second.date, (second.until - second.date).days) == (plan.run.start, 109)


def test_factors_reach_every_product_and_shares_end_at_one():
    other = {"name": "other", "charge_off": {"recovery_low_ppm": 80_000}}
    plan = plan_of(beside=[other], **{"risk_control.fraud.takeover_month_ppm": 100_000})
    pressed = under(plan, stresses()["product"])
    before = [each.charge_off.recovery_low_ppm for each in plan.products]
    after = [each.charge_off.recovery_low_ppm for each in pressed.products]
    assert len(after) == 2
    assert after == [amount / 2 for amount in before]
    lone = under(plan, stresses()["idiosyncratic"])
    assert lone.risk_control.fraud.takeover_month_ppm == 1_000_000
    assert lone.risk_control.collection.capacity_ppm == 0


def test_what_is_owed_beyond_a_limit_frees_no_limit_of_others():
    plan = plan_of(**{"run.replications": 1})
    held = sim.run(plan, threads=1).accounts
    left = held["limit_fen"] - principal_of(held)
    assert (left < 0).any()
    assert stressed(plan, 0).amounts["undrawn_fen"] == left[left > 0].sum()


def test_the_baseline_is_the_run_of_the_scenario_with_its_first_users(found):
    plan = reduced(plan_of(), replications=2)
    run = sim.run(plan, threads=1)
    last = run.daily[run.daily["day"] == 109].set_index("replication")
    rows = found.outcomes.query("scenario == 'baseline'").set_index("replication")
    assert list(rows["principal_fen"]) == list(last["principal_fen"])
    assert list(rows["principal_late_31_fen"]) == list(last["principal_late_31_fen"])
    assert rows["principal_fen"].min() > 0
    profit = run.pnl.groupby("replication")["profit_fen"].sum()
    assert list(rows["profit_fen"]) == list(profit)
    sheet = run.balance_sheet.groupby(["replication", "day"])[["funding_fen", "capital_fen"]].sum()
    held = sheet.sum(axis=1).unstack("day")
    most = [
        max(path[k] - path[max(k - 30, 0)] for k in range(len(path))) for path in held.to_numpy()
    ]
    assert list(rows["cash_30_fen"]) == most


def test_a_worse_economy_is_worse_and_the_lender_alone_pays_for_its_own(found):
    sums = found.outcomes.groupby("scenario").sum(numeric_only=True)
    late = sums["principal_late_31_fen"] / sums["principal_fen"]
    assert late[BASELINE] < late["mild"] < late["severe"]
    assert sums["profit_fen"]["idiosyncratic"] < sums["profit_fen"][BASELINE]


def test_the_mildest_breach_breaks_and_what_is_a_little_milder_holds(found):
    row = found.breaches.set_index("measure").loc["late_31"]
    part, whole = MEASURES["late_31"][:2]
    sums = found.outcomes.query("scenario == 'reverse'").groupby("strength").sum(numeric_only=True)
    share = sums[part] / sums[whole]
    assert row["broken"]
    assert share[row["strength"]] == row["measured"] > LOW / 1e6 >= share[row["held"]]
    assert 0 < row["strength"] - row["held"] <= 1 / 16
    assert row["job_loss_ppm"] == stresses()["severe"].at(row["strength"])["job_loss_ppm"]


def test_limits_that_nothing_breaks_are_told_as_such(found):
    rows = found.breaches.set_index("measure").loc[["late_91", "net_loss"]]
    assert not rows["broken"].any()
    assert rows[["strength", "half_width", "job_loss_ppm"]].isna().all(axis=None)
    assert set(found.breaches["measure"]) == set(LIMITED)


def test_a_stress_test_is_the_same_on_any_number_of_threads_and_from_its_folder(found, tmp_path):
    place = found.save(tmp_path / "pressed-stress")
    again = stress(plan_of(), replications=2, threads=2)
    opened = StressTest.open(place)
    for name in ("outcomes", "paths", "breaches"):
        assert again.study.tables[name] == found.study.tables[name] == opened.study.tables[name]


def test_a_stress_test_that_was_interrupted_is_gone_on_with(found, tmp_path, monkeypatch, capsys):
    """Stopped after five runs: they are kept, none is done again, and the tables are the same."""
    from sim.study import stress as module

    run = sim.run(plan_of(), threads=1).save(tmp_path / "pressed")
    sound, lived = module.stressed, []

    def counted(world, number):
        if len(lived) == 5:
            raise KeyboardInterrupt
        lived.append((world.hash, number))
        return sound(world, number)

    words = ["stress", str(run), "--replications", "2", "--threads", "1", "--quiet"]
    monkeypatch.setattr(module, "stressed", counted)
    assert answer(words) == 130
    kept = tmp_path / "pressed-stress.stressed"
    assert len(list(kept.glob("*.arrow"))) == 5
    assert not beside(run).exists()
    again = []
    monkeypatch.setattr(module, "stressed", lambda *task: again.append(task) or sound(*task))
    assert answer(words) == 0
    assert not {(world.hash, number) for world, number in again} & set(lived)
    assert not kept.exists()
    whole = StressTest.open(beside(run))
    for name in ("outcomes", "paths", "breaches"):
        assert whole.study.tables[name] == found.study.tables[name]


def test_the_command_leaves_it_beside_the_run_and_the_report_shows_it(tmp_path, capsys):
    run = sim.run(plan_of(), threads=1).save(tmp_path / "pressed")
    assert answer(["stress", str(run), "--replications", "2", "--threads", "1", "--quiet"]) == 0
    assert beside(run).is_dir()
    assert answer(["stress", str(run), "--replications", "2"]) == 0
    assert "left alone" in capsys.readouterr().out
    made = report(run)
    assert 'id="chart-breaking"' in made.html
    assert "a smaller book" not in made.html  # all of the run's users and replications
    table = next(table for table in made.tables if table.name == "stress_outcomes")
    outcomes = StressTest.open(beside(run)).outcomes
    severe = outcomes[outcomes["scenario"] == "severe"].sum(numeric_only=True)
    row = next(row for row in table.rows if row[0] == "severe")
    columns = [column.key for column in table.columns]
    for name, measure in MEASURES.items():
        told = row[columns.index(name)].estimate
        assert np.isclose(told, severe[measure.part] / severe[measure.whole]), name
    assert not report(run, lang="zh").unsaid


def test_a_stress_test_of_another_scenario_is_not_shown(found, tmp_path):
    run = sim.run(plan_of(seed=6, days=3), threads=1).save(tmp_path / "other")
    found.save(beside(run))
    html = report(run).html
    assert "is not of it" in html
    assert 'id="chart-breaking"' not in html
