"""Accounts that go on over several bills, worked with a pen: each line is a product of whole fen.

Where the worked examples show one bill, these show what the next one makes of it.
"""

import datetime as dt
from fractions import Fraction

import pandas as pd
import pytest

import sim


def half_up(value):
    value = Fraction(value)
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def replayed(preset, *steps, until=None, **terms):
    made = [{"date": date, key: value} for date, key, value in steps]
    return sim.replay(
        preset, made, until, terms={k.replace("__", "."): v for k, v in terms.items()}
    )


def at(made, date):
    """Return a day's close, by its date without the year where it is plain."""
    return made.days.set_index("date").loc[pd.Timestamp(date)]


def bills(made, *names):
    return [tuple(row) for row in made.statements[[f"{n}_fen" for n in names]].to_numpy()]


def test_the_month_end_convention_over_a_year_end_and_a_leap_february():
    """FF-01: a tenth of each month's last balance, and that balance for all days of the month."""
    dues = [f"2024-{month:02}-10" for month in (1, 2, 3, 4)]
    made = replayed(
        "fenfu_public/month_end",
        ("2023-12-01", "purchase_fen", 777_777),
        *((date, "repay", "due") for date in dues),
        until="2024-05-01",
    )
    wanted, left = [], 777_777
    for days in (31, 31, 29, 31, 30):
        wanted.append((half_up(Fraction(left, 10)), half_up(Fraction(left * days * 4, 10_000))))
        left -= wanted[-1][0]
    assert bills(made, "due_principal", "due_interest") == wanted


def test_a_penalty_on_the_whole_due_leaves_out_what_is_billed_and_not_yet_due():
    """FF-12: 560.00 missed on 10 December bear 0.06 % a day; the bill of January joins on the 10th.

    January's bill shows 57.60 of interest and the penalty of 22 days; neither was missed before.
    """
    made = replayed(
        "fenfu_public/whole_due", ("2023-11-01", "purchase_fen", 500_000), until="2024-01-20"
    )
    assert Fraction(at(made, "2023-12-31").penalty_fen) == half_up(
        Fraction(56_000 * 6 * 22, 10_000)
    )
    assert Fraction(at(made, "2024-01-09").penalty_accrued_fen) == Fraction(56_000 * 6 * 9, 10_000)
    interest = 6_000 + 200 * 9 + 180 * 22
    assert at(made, "2024-01-09").interest_fen == interest
    both = Fraction(56_000 * 6 * 9 + (100_000 + interest) * 6 * 11, 10_000)
    assert Fraction(at(made, "2024-01-20").penalty_accrued_fen) == both


def test_a_balance_that_revolves_at_huabei_bears_interest_from_the_day_after_each_due_day():
    """HB-15, HB-16: 2,250 from 11 December; 600 paid in January take the interest first."""
    made = replayed(
        "huabei_public",
        ("2023-11-15", "purchase_fen", 250_000),
        ("2023-12-10", "repay", "minimum"),
        ("2023-12-20", "purchase_fen", 100_000),
        ("2024-01-10", "repay_fen", 60_000),
        ("2024-02-10", "repay", "minimum"),
        until="2024-03-01",
    )
    half = Fraction(5, 10_000)
    december = half_up(225_000 * half * 21)
    left = 325_000 - (60_000 - december)
    old = left - 100_000  # on 10 January the bill of that day bears nothing yet
    january = half_up(225_000 * half * 9 + old * half + left * half * 21)
    least = half_up(Fraction(left, 10)) + january
    rest = left - (least - january)
    february = half_up(left * half * 9 + rest * half * 20)
    assert bills(made, "due_principal", "due_interest", "minimum") == [
        (250_000, 0, 25_000),
        (325_000, december, half_up(Fraction(325_000, 10)) + december),
        (left, january, least),
        (rest, february, half_up(Fraction(rest, 10)) + february),
    ]


def test_a_loan_drawn_on_a_31st_that_misses_its_first_due_day():
    """WL-01, WL-07: five parts, due on the 21st after 21 and 29 days; half as penalty."""
    made = replayed(
        "weilidai_public",
        ("2024-01-31", "purchase_fen", 500_000),
        ("2024-03-21", "repay", "due"),
        ("2024-04-22", "repay", "due"),
        until="2024-05-21",
    )
    day = 500_000 * Fraction(5, 10_000)
    late = (dt.date(2024, 3, 21) - dt.date(2024, 2, 22)).days
    part = 100_000
    penalty = part * Fraction(25, 100_000) * late
    shown = bills(made, "due_principal", "due_interest", "due_penalty")
    assert shown[:2] == [(part, 21 * day, 0), (2 * part, 50 * day, penalty)]
    april = half_up(300_000 * Fraction(5, 10_000) * 31)
    assert shown[2] == (part, april, 0)
    assert at(made, "2024-04-22").paid_total_fen == part + april  # within the day of grace
    assert made.days.penalty_charged_fen.sum() == penalty


def test_a_manual_fee_and_a_missed_minimum_of_the_article():
    """R-P2, R-P4, R-P7: half-even; what was missed and a tenth of all; 24 % a year on it."""
    made = replayed(
        "seed_article",
        ("2024-02-29", "purchase_fen", 250_000),
        ("2024-03-10", "repay_fen", 1_500),
        ("2024-03-11", "repay_fen", 2_500),
        ("2024-03-12", "repay", "minimum"),
        until="2024-05-01",
    )
    assert made.days.fees_charged_fen[made.days.fees_charged_fen > 0].tolist() == [2, 2, 21]
    half = Fraction(5, 10_000)
    march = round((248_500 + 246_000 + 225_000 * 20) * half)
    overdue, cap = 22_500, Fraction(657_534, 10**9)
    april = round((225_000 * 12 + (225_000 - overdue) * 18) * half)
    penalty = round(overdue * cap * 18)  # from the 13th, when grace has ended
    assert bills(made, "due_principal", "due_interest", "due_penalty", "minimum") == [
        (250_000, 0, 0, 25_000),
        (225_000, march, 0, overdue + march),
        (
            225_000,
            march + april,
            penalty,
            overdue + 22_500 + march + april + penalty,
        ),
    ]


def test_a_late_order_in_parts_bears_the_penalty_on_all_of_it():
    """BT-03 in order mode: 900.00 of 31 August in three, 0.07 % a day on principal and all fees."""
    made = replayed(
        "baitiao_public/order",
        ("2023-08-31", "purchase_fen", 90_000),
        ("2023-08-31", "instalments", 3),
        ("2023-10-10", "repay", "due"),
        until="2023-10-31",
    )
    assert made.statements.due_date.dt.strftime("%m-%d").tolist() == ["09-30", "10-31"]
    base, days = 90_000 + 3 * 720, 10
    penalty = half_up(base * Fraction(7, 10_000) * days)
    day = at(made, "2023-10-10")
    assert day.paid_penalty_fen == penalty
    assert (day.paid_principal_fen, day.paid_fee_fen) == (30_000, 720)


@pytest.mark.parametrize("paid", [0, 40_000, 99_999])
def test_what_a_bill_leaves_unpaid_bears_interest_from_its_purchases(paid):
    """One page of 2025: 0.05 % from the purchase, on the part that is not paid by the due day."""
    made = replayed(
        "baitiao_public/from_purchase",
        ("2024-01-20", "purchase_fen", 60_000),
        ("2024-01-31", "purchase_fen", 40_000),
        *([("2024-02-10", "repay_fen", paid)] if paid else []),
        until="2024-02-29",
    )
    left = 100_000 - paid
    before = (60_000 * 21 + 40_000 * 10) * Fraction(5, 10_000) * Fraction(left, 100_000)
    found = Fraction(at(made, "2024-02-10").interest_accrued_fen)
    assert abs(found - before - left * Fraction(5, 10_000)) < Fraction(1, 10**6)
    paid_in_full = replayed(
        "baitiao_public/from_purchase",
        ("2024-01-20", "purchase_fen", 60_000),
        ("2024-02-10", "repay", "due"),
        until="2024-03-31",
    )
    assert paid_in_full.days.interest_charged_fen.sum() == 0


def test_a_penalty_on_top_stays_below_the_cap_with_the_interest():
    """0.05 % and half of it would be 27.4 % a year: 24 % leave 0.0157534 % for the penalty."""
    made = replayed(
        "weilidai_public",
        ("2023-02-01", "purchase_fen", 100_000),
        until="2023-03-11",
        charges__yearly_cap_ppm=240_000,
    )
    last = at(made, "2023-03-11")
    assert Fraction(last.penalty_accrued_fen) == 20_000 * Fraction(657_534 - 500_000, 10**9) * 10
    assert Fraction(last.interest_accrued_fen) == 100_000 * Fraction(5, 10_000) * 11


TWO_PLANS = (
    ("2024-01-20", "purchase_fen", 120_000),  # in six: 200.00 and a fee of 9.60 each month
    ("2024-01-20", "instalments", 6),
    ("2024-02-05", "purchase_fen", 60_000),  # in three: 200.00 and 4.80
    ("2024-02-05", "instalments", 3),
    ("2024-02-10", "repay", "due"),
)
BOTH = 960 + 480


@pytest.mark.parametrize(
    ("end", "how", "at_once", "later"),
    [
        # On the eve of a statement one fee of the first plan was charged, on its day two more.
        ("2024-02-29", "fees_on_schedule", 0, 5 * 960 + 3 * 480),
        ("2024-02-29", "all_at_once", 5 * 960 + 3 * 480, 0),
        ("2024-02-29", "to_date", BOTH, 0),
        ("2024-02-29", "day_rate", BOTH * 29 // 30, 0),
        ("2024-02-29", "free", 0, 0),
        ("2024-03-01", "fees_on_schedule", 0, 4 * 960 + 2 * 480),
        ("2024-03-01", "all_at_once", 4 * 960 + 2 * 480, 0),
        ("2024-03-01", "to_date", BOTH, 0),
        ("2024-03-01", "day_rate", BOTH // 30, 0),
        ("2024-03-15", "day_rate", BOTH * 15 // 30, 0),
        ("2024-03-31", "day_rate", BOTH, 0),  # a month of 31 days has no more than its fee
        ("2024-03-15", "free", 0, 0),
    ],
)
def test_two_plans_settled_early_in_each_mode(end, how, at_once, later):
    made = replayed(
        "baitiao_public",
        *TWO_PLANS,
        (end, "settle_instalments", True),
        *((f"2024-{month:02}-10", "repay", "due") for month in range(3, 9)),
        until="2024-09-15",
        instalments__early_settlement=how,
        instalments__early_rate_ppb=0,
    )
    day = at(made, end)
    billed = 20_000 if end < "2024-03" else 20_000 + 40_000
    assert (day.paid_principal_fen, day.paid_fee_fen) == (180_000 - billed, at_once)
    charged = 960 if end < "2024-03" else 960 + BOTH
    assert made.days.fees_charged_fen.sum() == charged + at_once + later
    assert made.days.paid_fee_fen.sum() == charged + at_once + later
    assert made.days.principal_fen.iloc[-1] == 0


@pytest.mark.parametrize(
    ("end", "days"),
    [
        ("2024-02-29", (12, 4, 24, 0)),
        ("2024-03-01", (12, 4, 25, 0)),
        ("2024-03-15", (12, 4, 25, 14)),
    ],
)
def test_two_plans_settled_early_by_the_day(end, days):
    """0.065 % a day: 1,200 in January, 1,000 and then 1,600 in February, 1,200 in March."""
    made = replayed("baitiao_public", *TWO_PLANS, (end, "settle_instalments", True))
    left = (120_000, 100_000, 160_000, 120_000)
    run = sum(amount * count for amount, count in zip(left, days, strict=True))
    charged = 960 if end < "2024-03" else 960 + BOTH
    wanted = half_up(run * Fraction(65, 100_000)) - charged + BOTH
    assert at(made, end).paid_fee_fen == wanted


@pytest.mark.parametrize(
    ("day", "interest", "penalty", "late"),
    [(10, 0, 0, 0), (12, 0, 0, 0), (13, 0, 0, 0), (14, 2 * 50, 50, 3), (20, 2 * 50, 7 * 50, 9)],
)
def test_days_of_grace_cost_nothing_and_count_once_they_are_over(day, interest, penalty, late):
    """Three days after the 10th: paid in them a bill is paid; else the 11th and 12th count."""
    made = replayed(
        "huabei_public/grace",
        ("2024-01-05", "purchase_fen", 100_000),
        (f"2024-02-{day}", "repay", "all"),
        until="2024-03-02",
    )
    days = made.days
    assert days.interest_charged_fen.sum() == interest
    assert days.penalty_charged_fen.sum() == penalty
    assert days.days_past_due.max() == late
    assert days.paid_total_fen.sum() == 100_000 + interest + penalty


@pytest.mark.parametrize(
    ("rule", "minimum"),
    [
        # 900.00 carried and 700.00 new, a tenth of each, with the interest of 21 days.
        ("share_of_all", 9_000 + 7_000 + 945),
        ("share_of_not_overdue", 9_000 + 7_000 + 945),
        ("by_record", 9_000 + 7_000 + 945),
    ],
)
def test_minimums_of_each_rule_before_and_after_one_is_missed(rule, minimum):
    """After a miss Huabei's penalty is on the whole bill, so all of it is past due."""
    terms = {"billing__carried_whole_fen": 30_000} if rule == "by_record" else {}
    made = replayed(
        "huabei_public",
        ("2023-11-15", "purchase_fen", 100_000),
        ("2023-12-10", "repay", "minimum"),
        ("2023-12-20", "purchase_fen", 70_000),
        ("2024-01-10", "repay_fen", 3_000),
        until="2024-03-01",
        billing__minimum_rule=rule,
        **terms,
    )
    left = 160_000 - (3_000 - 945)
    a_day = half_up(left * Fraction(5, 10_000))  # rounded each day, from the due day on
    owed = left + 9 * 45
    assert made.statements.minimum_fen.tolist() == [
        10_000,
        minimum,
        owed + 22 * a_day,
        owed + (22 + 29) * a_day,
    ]


def test_a_late_bill_of_baitiao_that_is_paid_in_parts():
    """BT-06, BT-07: 0.05 % and 0.015 % on the bill; what was missed is made up, then another."""
    made = replayed(
        "baitiao_public",
        ("2023-11-20", "purchase_fen", 100_000),
        ("2023-12-10", "repay_fen", 5_000),  # half of the minimum
        ("2023-12-20", "repay_fen", 20_000),
        ("2024-01-15", "repay", "all"),
        until="2024-02-02",
    )
    service, penalty = 475, half_up(95_000 * Fraction(15, 100_000) * 10)
    left = 95_000 - (20_000 - service - penalty)
    december = half_up(left * Fraction(5, 10_000) * 12)
    assert bills(made, "due_principal", "due_interest", "due_penalty", "minimum") == [
        (100_000, 0, 0, 10_000),
        (left, december, 0, half_up(Fraction(left, 10)) + december),
    ]
    last = at(made, "2024-01-15")
    assert last.paid_interest_fen == december + half_up(left * Fraction(5, 10_000) * 14)
    assert last.paid_penalty_fen == half_up(left * Fraction(15, 100_000) * 5)
    assert last.principal_fen == 0


def test_a_late_order_that_is_paid_in_parts():
    """BT-03: penalty, fee and principal in this order; then 0.07 % on what is left of all of it."""
    made = replayed(
        "baitiao_public/order",
        ("2024-01-31", "purchase_fen", 90_000),
        ("2024-01-31", "instalments", 3),
        ("2024-03-05", "repay_fen", 10_000),
        ("2024-03-10", "repay", "due"),
        until="2024-04-01",
    )
    daily = Fraction(7, 10_000)
    first = half_up((90_000 + 3 * 720) * daily * 5)
    left = 90_000 - (10_000 - first - 720)
    day = at(made, "2024-03-05")
    assert (day.paid_penalty_fen, day.paid_fee_fen, day.principal_fen) == (first, 720, left)
    second = half_up((left + 2 * 720) * daily * 5)
    assert at(made, "2024-03-10").paid_total_fen == left - 60_000 + second
    assert Fraction(at(made, "2024-03-31").penalty_accrued_fen) == (60_000 + 2 * 720) * daily
    assert made.statements.due_date.dt.strftime("%m-%d").tolist() == ["02-29", "03-31"]
