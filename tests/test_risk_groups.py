"""Groups, cohorts and intervals by leaving out replications, against answers worked by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sim.risk.equal_risk import MEASURES, Measure, compared, user_outcomes
from sim.risk.jackknife import jackknife
from sim.risk.recoveries import recovery_by_age
from sim.risk.score_cohorts import score_cohorts
from sim.study import interval
from sim.units import NEVER


def test_the_jackknife_of_a_mean_is_students_interval():
    values = np.array([3.0, 5.0, 4.0, 9.0])
    table = pd.DataFrame({"replication": range(4), "value": values})
    found = jackknife(lambda some: some["value"].mean(), table)
    wanted = interval.mean(values)
    assert [found.estimate, found.low, found.high] == pytest.approx(wanted[:3])
    assert found.runs == 4


def test_the_jackknife_ends_where_shares_end_and_says_nothing_of_one_run():
    table = pd.DataFrame({"replication": [0, 1], "value": [0.0, 1.0]})
    found = jackknife(lambda some: some["value"].mean(), table, bounded=True)
    assert (found.low, found.high) == (0.0, 1.0)
    alone = jackknife(lambda some: some["value"].mean(), table[:1])
    assert np.isnan([alone.low, alone.high]).all()


def test_a_measure_that_fails_without_one_replication_has_an_estimate_and_no_interval():
    def measure(some):
        if len(some) < 2:
            raise ValueError("too few")
        return some["value"].sum()

    table = pd.DataFrame({"replication": [0, 1], "value": [1.0, 2.0]})
    found = jackknife(measure, table)
    assert found.estimate == 3.0
    assert np.isnan(found.low)


def of_bands(rows):
    return pd.DataFrame(rows, columns=["replication", "group", "band", "users", "approved"])


def test_groups_that_are_treated_alike_in_every_band_are_alike_at_equal_risk():
    table = of_bands(
        [
            (0, "one", 600, 100, 20),
            (0, "one", 650, 300, 240),
            (0, "two", 600, 300, 60),
            (0, "two", 650, 100, 80),
        ]
    )
    plain = compared(table, MEASURES["approval"], "one")
    assert list(plain.rates.estimate) == [0.65, 0.35]
    equal = compared(table, MEASURES["approval"], "one", equal_risk=True)
    assert equal.rates.estimate == pytest.approx([0.5, 0.5])
    assert equal.ratios.estimate == pytest.approx([1.0, 1.0])


def test_bands_that_a_group_hardly_has_do_not_count_at_equal_risk():
    table = of_bands(
        [
            (0, "one", 600, 100, 20),
            (0, "one", 650, 300, 240),
            (0, "two", 600, 300, 90),
            (0, "two", 650, 29, 1),
        ]
    )
    equal = compared(table, MEASURES["approval"], "one", equal_risk=True)
    assert equal.rates.estimate == pytest.approx([0.2, 0.3])
    assert equal.ratios.estimate == pytest.approx([1.0, 1.5])
    few = compared(table[table["users"] < 100], MEASURES["approval"], "two")
    assert not few.enough[0]


def users_and_accounts():
    users = pd.DataFrame(
        {
            "replication": 0,
            "user": range(4),
            "status": ["here", "here", "here", "left"],
            "segment": ["a", "a", "b", "b"],
            "score_anchor_points": [612, 655, 649, 700],
        }
    )
    accounts = pd.DataFrame(
        {
            "replication": 0,
            "user": [0, 0, 1, 2, 3],
            "opened_on": [0, 40, NEVER, 31, 5],
            "limit_fen": [100, 50, 9, 70, 80],
            "worst_days": [30, 31, 200, 0, 90],
            "written_off_fen": [0, 40, 0, 0, 0],
            "recovered_fen": [0, 10, 0, 0, 0],
        }
    )
    return users, accounts


def test_outcomes_of_users_add_their_products_and_leave_out_who_is_gone():
    users, accounts = users_and_accounts()
    found = user_outcomes(users, accounts, "segment").set_index(["group", "band"])
    assert found.loc[("a", 600)].drop("replication").to_dict() == {
        "users": 1,
        "approved": 1,
        "limit_fen": 150,
        "late": 1,
        "net_loss_fen": 30,
    }
    assert found.loc[("a", 650), "approved"] == 0
    assert found.loc[("b", 600), ["users", "approved", "late"]].tolist() == [1, 1, 0]
    assert found["users"].sum() == 3


def test_a_measure_of_nothing_has_no_ratio():
    table = of_bands([(0, "one", 600, 50, 0), (0, "two", 600, 50, 5)])
    found = compared(table, Measure("approved", "users", 1), "one")
    assert np.isnan(found.ratios.estimate).all()


def test_cohorts_by_score_count_accounts_by_the_month_they_were_opened_in():
    users, accounts = users_and_accounts()
    found = score_cohorts(accounts, users, dt.date(2024, 1, 15))
    rows = {(row.cohort, row.band): (row.accounts, row.ever_31) for row in found.itertuples()}
    assert rows == {
        ("2024-01", 600): (1, 0),
        ("2024-01", 700): (1, 1),
        ("2024-02", 600): (2, 1),
    }


def test_recoveries_are_told_by_whole_months_since_the_charge_off():
    accounts = pd.DataFrame(
        {
            "replication": 0,
            "charged_off_on": [100, 71, 70, NEVER],
            "written_off_fen": [200, 300, 100, 0],
            "recovered_fen": [0, 60, 15, 0],
        }
    )
    found = recovery_by_age(accounts, 130).set_index("months")
    assert found["share"].to_dict() == {1: 0.12, 2: 0.15}
