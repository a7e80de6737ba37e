"""Annual rates and schedules on flows no table prints, each against another way to work it out."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

import sim

DATED = [
    (dt.date(2023, 3, 31), -250_000),
    (dt.date(2023, 7, 1), 40_000),
    (dt.date(2024, 2, 29), 100_000),
    (dt.date(2024, 2, 29), 60_000),
    (dt.date(2025, 1, 1), 90_000),
]


def test_dated_flows_over_a_leap_day_agree_with_another_root_finder():
    first = DATED[0][0]

    def worth(rate):
        return sum(fen / (1 + rate) ** ((when - first).days / 365) for when, fen in DATED)

    found = sim.annual_rate(DATED)
    assert found.effective == pytest.approx(brentq(worth, -0.9, 9), abs=1e-12)
    assert found.nominal == pytest.approx(12 * ((1 + found.effective) ** (1 / 12) - 1), rel=1e-12)


def test_an_odd_first_period_bears_simple_interest():
    """Regulation Z: 1 and 1/2 months at 2 %: 1.01 x 1.02; exact in fractions."""
    owed = 100_000 * (1 + Fraction(1, 2) * Fraction(2, 100)) * (1 + Fraction(2, 100))
    found = sim.annual_rate([(0, -100_000), (1.5, float(owed))], method="regulation_z")
    assert found.nominal == pytest.approx(0.24, abs=1e-12)


def test_rates_at_nothing_and_far_below_it():
    assert sim.annual_rate([-1_000, 500, 500], 1).effective == 0
    assert sim.annual_rate([-1_000, 1], 1).effective == pytest.approx(-0.999, abs=1e-12)


def test_dates_and_amounts_as_numpy_and_pandas_keep_them():
    wanted = sim.annual_rate(DATED)
    stamps = [(pd.Timestamp(when), np.int64(fen)) for when, fen in DATED]
    days = [(np.datetime64(when), fen) for when, fen in DATED]
    assert sim.annual_rate(stamps) == sim.annual_rate(days) == wanted
    assert sim.annual_rate(pd.Series([-1_000, 1_100]), np.int64(1)).effective == pytest.approx(0.1)
    plan = sim.instalments("seed_article", 1_000_000, 3, start="2024-01-31", rate_ppb=500_000)
    flows = [(dt.date(2024, 1, 31), -1_000_000), *zip(plan["date"], plan["total_fen"], strict=True)]
    assert 0.15 < sim.annual_rate(flows).effective < 0.25  # 0.05 % a day, of which a day is free


def test_a_plan_of_a_fen_and_the_longest_one_add_up():
    fen = sim.instalments("seed_article", 1, 12, rate_ppb=0)
    assert fen["principal_fen"].tolist() == [1, *[0] * 11]
    plan = sim.instalments("seed_article", 1_000_000_007, 360, rate_ppb=500_000)
    assert plan["principal_fen"].sum() == 1_000_000_007
    left = 1_000_000_007 - plan["principal_fen"].cumsum().shift(fill_value=0)
    wanted = left * 30 * 500_000 / 1e9
    assert (plan["interest_fen"] - wanted).abs().max() <= 1  # rounded once a period


@pytest.mark.parametrize(
    ("flows", "words"),
    [
        (None, "flows: wanted a list of flows (found None)"),
        ("abc", "flows: wanted a list of flows (found 'abc')"),
        ([-1_000, float("nan")], "flows.1: wanted fen"),
        ([-1_000, float("inf")], "flows.1: wanted fen"),
        ([(0, -1_000), (float("inf"), 1_100)], "flows.1: wanted fen"),
        ([(pd.Timestamp("2024-01-01 09:00"), -1_000)], "flows.0: wanted fen"),
        ([(np.datetime64("NaT", "D"), -1_000)], "flows.0: wanted fen"),
        ([(pd.NaT, -1_000)], "flows.0: wanted fen"),
        ([True, -1], "flows.0: wanted fen"),
    ],
)
def test_flows_that_are_none_are_named(flows, words):
    with pytest.raises(sim.ScenarioError) as error:
        sim.annual_rate(flows)
    assert words in str(error.value)
