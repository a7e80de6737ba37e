"""Refunds in a script: taken as the rule of the engines takes them, worked with a pen."""

from fractions import Fraction

import pandas as pd
import pytest

import sim
from sim.commands import answer

RATE = Fraction(4, 10_000)  # Fenfu's, a day


def replayed(preset, *steps, **given):
    return sim.replay(preset, [dict(step) for step in steps], **given)


def on(made, date):
    return made.days.set_index("date").loc[pd.Timestamp(date)]


def test_interest_ends_on_the_day_of_the_refund():
    """April: ten days on 5,000 yuan, twenty on 3,000; a tenth of what is left is due."""
    made = replayed(
        "fenfu_public",
        {"date": "2022-04-01", "purchase_fen": 500_000},
        {"date": "2022-04-11", "refund_fen": 200_000},
        until="2022-05-01",
    )
    interest = 500_000 * 10 * RATE + 300_000 * 20 * RATE
    (bill,) = made.statements.to_dict("records")
    assert (bill["due_principal_fen"], bill["due_interest_fen"]) == (30_000, interest)
    day = on(made, "2022-04-11")
    assert (day.refunded_fen, day.refund_cash_fen, day.paid_total_fen) == (200_000, 0, 0)
    assert day.principal_fen == 300_000
    assert "refunded" in made.text()


def test_what_is_owed_no_more_comes_back_as_cash():
    made = replayed(
        "huabei_public",
        {"date": "2023-12-20", "purchase_fen": 100_000},
        {"date": "2024-01-05", "repay": "due"},
        {"date": "2024-02-05", "purchase_fen": 25_000},
        {"date": "2024-02-29", "refund_fen": 100_000},
        until="2024-03-01",
    )
    day = on(made, "2024-02-29")
    assert (day.refunded_fen, day.refund_cash_fen) == (25_000, 75_000)
    assert (made.days.principal_fen.iloc[-1], made.days.due_fen.iloc[-1]) == (0, 0)


def test_a_refund_of_what_is_billed_lowers_the_bill():
    made = replayed(
        "huabei_public",
        {"date": "2024-02-10", "purchase_fen": 100_000},
        {"date": "2024-03-04", "refund_fen": 30_000},
        {"date": "2024-03-05", "refund_fen": 20_000},
        {"date": "2024-03-09", "repay": "due"},
        until="2024-03-31",
    )
    assert on(made, "2024-03-03").due_fen == 100_000
    assert on(made, "2024-03-04").due_fen == 70_000
    assert on(made, "2024-03-09").paid_principal_fen == 50_000
    assert made.days.interest_charged_fen.sum() == 0


def test_of_instalments_the_principal_goes_and_the_fees_stay():
    """1,200 yuan in 3 parts, one billed: of what is to come both parts go, the rest is billed."""
    made = replayed(
        "huabei_public",
        {"date": "2024-01-10", "purchase_fen": 120_000, "instalments": 3},
        {"date": "2024-02-05", "refund_fen": 120_000},
        until="2024-02-08",
    )
    assert on(made, "2024-02-04").instalments_to_come_fen == 80_000
    last = on(made, "2024-02-05")
    assert (last.refunded_fen, last.instalments_to_come_fen, last.principal_fen) == (120_000, 0, 0)
    assert last.fee_fen == 920  # of 2.3 %, 27.60 yuan in three


def test_the_newest_order_is_given_back_first():
    """Order mode: 300 of the second order, then the rest of it and 50 of the first."""
    made = replayed(
        "baitiao_public/order",
        {"date": "2023-01-30", "purchase_fen": 100_000},
        {"date": "2023-02-03", "purchase_fen": 50_000},
        {"date": "2023-02-10", "refund_fen": 30_000},
        {"date": "2023-02-11", "refund_fen": 25_000},
        until="2023-03-03",
    )
    by_order = made.statements.set_index("order").due_principal_fen
    assert by_order.to_dict() == {0: 95_000}
    assert [a.unbilled + a.billed + a.carried for a in made.accounts] == [95_000, 0]


@pytest.mark.rule("R-P8")
def test_a_penalty_that_a_refund_has_outlived_is_paid_as_a_penalty():
    """5 fen late for two days cost the least penalty of 1 fen a day; the refund leaves that."""
    made = replayed(
        "baitiao_public",
        {"date": "2023-04-01", "purchase_fen": 5},
        {"date": "2023-05-12", "refund_fen": 5},
        {"date": "2023-05-12", "repay_fen": 9},
        until="2023-05-13",
    )
    day = on(made, "2023-05-12")
    assert (day.refunded_fen, day.principal_fen) == (5, 0)
    assert (day.paid_penalty_fen, day.paid_principal_fen, day.paid_total_fen) == (2, 0, 2)


def test_the_limit_is_free_on_the_day_of_the_refund():
    made = replayed(
        "baitiao_public/order",
        {"date": "2023-01-30", "purchase_fen": 100_000},
        {"date": "2023-02-03", "refund_fen": 60_000},
        {"date": "2023-02-03", "purchase_fen": 60_000},
        limit_fen=100_000,
    )
    assert made.days.principal_fen.iloc[-1] == 100_000


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (
            [{"date": "2023-01-30", "refund_fen": 1}],
            "2023-01-30: step.0.refund_fen: wanted at most 0, bought before and not given back",
        ),
        (
            [
                {"date": "2023-01-30", "purchase_fen": 500},
                {"date": "2023-01-30", "refund_fen": 500},
            ],
            "2023-01-30: step.1.refund_fen: wanted at most 0, bought before",
        ),
        (
            [
                {"date": "2023-01-30", "purchase_fen": 500},
                {"date": "2023-01-31", "refund_fen": 300},
                {"date": "2023-02-01", "refund_fen": 300},
            ],
            "2023-02-01: step.2.refund_fen: wanted at most 200, bought before and not given",
        ),
        (
            [{"date": "2023-01-30", "refund_fen": 0}],
            "steps: step.0.refund_fen: wanted a whole number from 1 to 2,000,000,000 (found 0)",
        ),
        (
            [{"date": "2023-01-30", "refund_fen": 5, "purchase_fen": 5}],
            'steps: step.0: wanted one of "purchase_fen"',
        ),
    ],
)
@pytest.mark.parametrize("preset", ["huabei_public", "baitiao_public/order"])
def test_what_was_not_bought_cannot_be_given_back(preset, steps, line):
    with pytest.raises(sim.ScenarioError) as error:
        sim.replay(preset, steps)
    assert error.value.lines[0].startswith(line)


def test_refunds_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "steps.toml"
    path.write_text(
        "[[step]]\ndate = 2024-01-30\npurchase_fen = 100_000\n"
        "[[step]]\ndate = 2024-02-02\nrefund_fen = 40_000\n"
    )
    assert answer(["replay", "huabei_public", str(path)]) == 0
    assert "refunded" in capsys.readouterr().out
