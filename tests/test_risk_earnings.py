"""Margins and the roll of the allowance, from small books worked by hand."""

import pandas as pd
import pytest

from sim.risk import earnings
from sim.risk.cohort_economics import cohort_economics

DAYS = pd.to_datetime(["2024-01-31", "2024-02-01", "2024-02-02"])


def pnl_of(**amounts):
    """Return the results of three days of one segment; what is not said is 0."""
    names = [*earnings.INCOME, *earnings.EXPENSES, "recoveries_fen"]
    table = pd.DataFrame(dict.fromkeys(names, 0) | amounts, index=range(3))
    income = table[[*earnings.INCOME, "recoveries_fen"]].sum(axis=1)
    table["profit_fen"] = income - table[list(earnings.EXPENSES)].sum(axis=1)
    return table.assign(replication=0, segment="employee", day=[0, 1, 2], date=DAYS)


def days_of(**held):
    """Return what one segment holds at the close of each of the three days."""
    return pd.DataFrame({"replication": 0, "segment": "employee", "day": [0, 1, 2]} | held)


def test_the_risk_adjusted_margin_is_income_less_funding_and_net_losses():
    pnl = pnl_of(
        interest_fen=[30, 30, 30],
        instalment_fees_fen=[10, 0, 0],
        funding_cost_fen=[5, 5, 5],
        charge_offs_fen=[0, 40, 0],
        recoveries_fen=[0, 0, 4],
        operating_cost_fen=[1, 1, 1],
    )
    daily_by = days_of(principal_fen=[900, 1_000, 1_100], active=[1, 2, 3])
    table = earnings.margins(pnl, daily_by).set_index(["segment", "measure"])["share"]
    year = 365 / 3
    assert table["all", "income"] == pytest.approx(100 * year / 1_000)
    assert table["all", "risk_adjusted_margin"] == pytest.approx((100 - 15 - 36) * year / 1_000)
    assert table["employee", "profit"] == pytest.approx((104 - 15 - 40 - 3) * year / 1_000)
    assert table["employee", "profit_per_account"] == pytest.approx(46 * year / 2)


def test_margins_are_of_the_whole_book_whatever_number_of_products_it_is_lent_by():
    pnl = pnl_of(interest_fen=[30, 30, 30], charge_offs_fen=[0, 40, 0])
    whole = days_of(principal_fen=[900, 1_000, 1_100], active=[4, 4, 4])
    first = days_of(principal_fen=[600, 900, 1_000], active=[3, 2, 1])
    other = whole.assign(
        principal_fen=whole["principal_fen"] - first["principal_fen"],
        active=whole["active"] - first["active"],
    )
    apart = pd.concat([first.assign(product="a"), other.assign(product="b")])
    pd.testing.assert_frame_equal(earnings.margins(pnl, apart), earnings.margins(pnl, whole))


def test_the_allowance_rolls_to_the_fen_and_a_lost_fen_is_seen():
    pnl = pnl_of(
        allowance_change_fen=[10, 20, -5], charge_offs_fen=[0, 40, 0], recoveries_fen=[0, 0, 4]
    )
    sheet = pd.DataFrame(
        {
            "replication": 0,
            "segment": "employee",
            "day": [-1, 0, 1, 2],
            "date": [pd.Timestamp("2024-01-30"), *DAYS],
            "allowance_fen": [100, 110, 130, 125],
        }
    )
    table = earnings.allowance_roll(pnl, sheet)
    assert table["month"].dt.month.tolist() == [1, 2]
    assert table["opening_fen"].tolist() == [100, 110]
    assert table["charge_fen"].tolist() == [10, 20 - 5 + 40 - 4]
    assert table["written_off_fen"].tolist() == [0, 40]
    assert table["closing_fen"].tolist() == [110, 125]
    assert table["gap_fen"].tolist() == [0, 0]
    sheet.loc[3, "allowance_fen"] += 1
    assert earnings.allowance_roll(pnl, sheet)["gap_fen"].tolist() == [0, -1]


def test_a_cohort_bears_its_own_losses_and_its_share_of_income_and_funding():
    """January: 100 yuan of the first cohort alone. February: means 100 and 50, two thirds."""
    months = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-02-01"])
    vintages = pd.DataFrame(
        {
            "replication": 0,
            "month": months,
            "cohort": [months[0], months[0], months[1]],
            "accounts": [10, 10, 5],
            "principal_fen": [10_000, 10_000, 10_000],
            "written_off_fen": [0, 70, 0],
            "recovered_fen": [0, 10, 0],
        }
    )
    pnl = pnl_of(interest_fen=[30, 60, 90], funding_cost_fen=[3, 3, 6])
    found = cohort_economics(vintages, pnl).set_index(["measure", "cohort"])
    assert found.loc[("income", "2024-01"), "part"] == pytest.approx(30 + 150 * 2 / 3)
    assert found.loc[("income", "2024-02"), "part"] == pytest.approx(50)
    assert found.loc[("funding", "2024-01"), "part"] == pytest.approx(3 + 6)
    assert found.loc[("net_losses", "2024-01"), "share"] == pytest.approx(6)
    assert found.loc[("margin", "2024-01"), "share"] == pytest.approx((130 - 9 - 60) / 10)
    assert found.loc[("margin", "all"), "part"] == pytest.approx(180 - 12 - 60)
    assert found.loc[("margin", "all"), "whole"] == 15
