"""Further amounts of the same kinds as the worked examples, each computed here by fractions.

What a case expects is made by arithmetic of its own: whole fen, days counted from dates, fractions
rounded once. Nothing of it is the product's code, which is asked by its public functions alone.
"""

import datetime as dt
from fractions import Fraction

import pytest
from test_worked_examples import DAY, how

import sim

E = dt.date.fromisoformat


def half_up(value):
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def half_even(value):
    return round(Fraction(value))


def yuan(fen):
    return f"{fen // 100}.{fen % 100:02d}"


def tenth_after(date):
    return (date.replace(day=28) + 4 * DAY).replace(day=10)


def fenfu_dues(spent, rate, count):
    """Return the dues of purchases by date, each paid on its 10th: (principal, interest)."""
    left, date, month, dues, whole = 0, min(spent), Fraction(0), [], False
    while (left or date <= max(spent)) and len(dues) < count:
        left += spent.get(date, 0)
        if date.day == 10 and dues and dues[-1][2] == date:
            left, whole = left - dues[-1][0], False
        month += 0 if whole else left * rate  # a whole bill takes those up to its due day
        if (date + DAY).day == 1 and left:
            part = left if left <= 10_000 else half_up(Fraction(left, 10))
            more = half_up(left * rate * 9) if left <= 10_000 else 0
            dues.append((part, half_up(month) + more, tenth_after(date)))
            month, whole = Fraction(0), left <= 10_000
        date += DAY
    return [due[:2] for due in dues]


@pytest.mark.parametrize(
    ("spent", "rate"),
    [
        ({"2024-01-31": 500_000}, "0.0004"),  # one day of January, and a leap February
        ({"2023-02-15": 123_457}, "0.00045"),
        ({"2024-02-29": 10_001}, "0.0005"),
        ({"2023-12-11": 98_765}, "0.0002"),
        ({"2023-01-10": 10_000}, "0.0004"),
        ({"2023-03-31": 200_001, "2023-04-30": 77, "2023-05-09": 123_456}, "0.0004"),
        ({"2024-02-01": 9_000, "2024-03-15": 300_000}, "0.0003"),
    ],
)
def test_dues_of_fenfu_by_the_day(spent, rate):
    spent, rate = {E(date): amount for date, amount in spent.items()}, Fraction(rate)
    dates = [min(spent).replace(day=1)]
    for _ in range(40):
        dates.append(tenth_after(dates[-1]))
    steps = [{"date": date, "purchase_fen": amount} for date, amount in spent.items()]
    steps += [{"date": date, "repay": "due"} for date in dates[1:]]
    made = sim.replay("fenfu_public", steps, terms={"charges.rate_ppb": int(rate * 10**9)})
    s = made.statements
    found = list(zip(s.due_principal_fen, s.due_interest_fen, strict=True))
    assert found == fenfu_dues(spent, rate, 40)
    assert made.days.principal_fen.iloc[-1] == 0


@pytest.mark.parametrize(
    ("rate", "first", "second", "last"),
    [
        ("0.0004", "2024-02-20", "2024-03-05", "2024-03-09"),  # over a leap day
        ("0.0005", "2023-02-20", "2023-03-05", "2023-03-20"),
        ("0.00045", "2023-10-25", "2023-10-31", "2023-11-07"),
    ],
)
def test_early_repayments_take_all_interest_so_far(rate, first, second, last):
    days = [(E(second) - E(first)).days, (E(last) - E(second)).days]
    r, amount, part = Fraction(rate), 700_000, 250_000
    interest = [half_up(amount * r * days[0]), half_up((amount - part) * r * days[1])]
    payments = [
        {"date": second, "principal": yuan(part), "interest": yuan(interest[0])},
        {"date": last, "principal": yuan(amount - part), "interest": yuan(interest[1])},
    ]
    for payment, principal, i in zip(payments, [part, amount - part], interest, strict=True):
        payment["total"] = yuan(principal + i)
    case = {
        "inputs": {
            "daily_rate": rate,
            "spend": [{"date": first, "amount": yuan(amount)}],
            "repayments": [
                {"date": second, "principal": yuan(part)},
                {"date": last, "principal": "all"},
            ],
        },
        "expected": {"payments": payments, "total_interest": yuan(sum(interest))},
    }
    how(case)(case)


@pytest.mark.parametrize(
    ("start", "amount", "days", "rate"),
    [("2023-01-01", 500_000, 31, "0.0004"), ("2024-02-10", 33_333, 20, "0.0002")],
)
def test_interest_of_days(start, amount, days, rate):
    lent = {"date": start, "purchase_fen": amount}
    end = {"date": E(start) + days * DAY, "repay": "all"}
    terms = {"charges.rate_ppb": int(Fraction(rate) * 10**9)}
    made = sim.replay("fenfu_public", [lent, end], terms=terms)
    assert made.days.paid_interest_fen.sum() == half_up(amount * Fraction(rate) * days)
    assert made.days.principal_fen.iloc[-1] == 0


@pytest.mark.parametrize("month", ["2024-02", "2023-02", "2023-12"])
def test_row_of_the_bureau(month):
    told = {"limit": "8000.00", "balance": "1234.56", "status": "no overdue"}
    inputs = {"credit_limit": "8000.00", "used": "1234.56", "month": month, "overdue": "none"}
    case = {"inputs": inputs, "expected": {"report": told}}
    how(case)(case)


@pytest.mark.parametrize(
    ("rate", "multiplier", "balance", "days"),
    [("0.0005", "1.5", 600_000, 13), ("0.00045", "1.5", 300_000, 20), ("0.0003", "1.5", 80_000, 5)],
)
def test_penalty_of_fenfu_stops_at_24_percent_a_year(rate, multiplier, balance, days):
    """April has 30 days; the rest of the balance keeps the normal rate."""
    r = Fraction(rate)
    late = min(r * Fraction(multiplier), Fraction(int(Fraction(24, 100) / 365 * 10**9), 10**9))
    part, interest = half_up(Fraction(balance, 10)), half_up(balance * r * 30)
    due, step = E("2022-05-10"), {"date": "2022-04-01", "purchase_fen": balance}
    terms = {"charges.rate_ppb": int(r * 10**9)}
    at_due = sim.replay("fenfu_public", [step], until=due - DAY, terms=terms)
    assert at_due.statements.due_total_fen.tolist() == [part + interest]
    made = sim.replay("fenfu_public", [step], until=due + (days - 1) * DAY, terms=terms)
    last = made.days.iloc[-1]
    assert Fraction(last.penalty_accrued_fen) == part * late * days
    normal = Fraction(last.interest_accrued_fen) - Fraction(
        at_due.days.iloc[-1].interest_accrued_fen
    )
    assert normal == (balance - part) * r * days
    assert last.days_past_due == days - 1  # at the close of the day


def huabei_case(amount, periods, rate, kind):
    fee = half_even(amount * Fraction(rate))
    each, part = amount // periods, fee // periods
    first = (each + amount - each * periods, part + fee - part * periods)
    rows = {"regular": (each, part), "first": first}
    schedule = {
        name: {"principal": yuan(p), "fee": yuan(f), "total": yuan(p + f)}
        for name, (p, f) in rows.items()
    }
    schedule |= {"total_fee": yuan(fee), "grand_total": yuan(amount + fee)}
    inputs = {"amount": yuan(amount), "periods": periods, "fee_rate": rate}
    if kind == "bill":
        inputs["kind"] = "bill instalment"
    expected = {"total_fee": yuan(fee), "regular_period": yuan(each + part), "schedule": schedule}
    return {"product": "huabei", "inputs": inputs, "expected": expected}


@pytest.mark.parametrize(
    ("amount", "periods", "rate", "kind"),
    [
        (100_000, 9, "0.065", "bill"),
        (77_777, 9, "0.065", "bill"),
        (99_999, 12, "0.088", "bill"),
        (10_020, 3, "0.025", "bill"),  # 250.5: half to even goes down
        (10_060, 3, "0.025", "bill"),  # 251.5: and up
        (101, 12, "0.075", "purchase"),
        (250_013, 6, "0.045", "purchase"),
        (60_001, 3, "0.023", "purchase"),
    ],
)
def test_fees_of_huabei(amount, periods, rate, kind):
    case = huabei_case(amount, periods, rate, kind)
    how(case)(case)


@pytest.mark.parametrize("paid", range(4))
def test_huabei_settled_early_waives_the_fees_to_come(paid):
    """A purchase of 5 January in six parts, settled after so many of them."""
    amount, fee = 100_000, 4_500
    dates = [E(f"2024-{2 + i:02d}-10") for i in range(paid)]
    steps = [{"date": "2024-01-05", "purchase_fen": amount, "instalments": 6}]
    steps += [{"date": date, "repay": "due"} for date in dates]
    end = dates[-1] + 5 * DAY if dates else E("2024-01-20")
    made = sim.replay("huabei_public", [*steps, {"date": end, "settle_instalments": True}])
    assert made.days.paid_fee_fen.sum() == fee // 6 * paid
    assert made.days.paid_principal_fen.sum() == amount
    assert made.days.principal_fen.iloc[-1] == 0


def test_a_minimum_of_a_bill_of_all_parts():
    """New 1,500.00; carried 810.00; an instalment of 200.00 with its fee; 30 days of interest."""
    steps = [
        {"date": "2023-03-05", "purchase_fen": 90_000},
        {"date": "2023-04-10", "repay": "minimum"},
        {"date": "2023-04-12", "purchase_fen": 60_000, "instalments": 3},
        {"date": "2023-04-13", "purchase_fen": 150_000},
    ]
    made = sim.replay("huabei_public", steps, "2023-05-01").statements
    assert made.minimum_fen.iloc[0] == 9_000
    interest = half_up(81_000 * Fraction("0.0005") * 20)  # 11 to 30 April
    fee = half_even(60_000 * Fraction("0.023"))
    first = fee - fee // 3 * 2
    assert made.minimum_fen.iloc[1] == 15_000 + 8_100 + 20_000 + first + interest
    assert made.due_total_fen.iloc[1] == 150_000 + 81_000 + 20_000 + first + interest


@pytest.mark.parametrize(("amount", "late"), [(33_333, 10), (1_234, 31), (99, 3), (100_001, 28)])
def test_a_late_fee_of_huabei_is_rounded_each_day(amount, late):
    fee = half_up(amount * Fraction("0.0005")) * late
    case = {
        "inputs": {"overdue_principal": yuan(amount), "days": late, "daily": "0.0005"},
        "expected": {"overdue_fee": yuan(fee)},
    }
    # A further statement in between posts it and goes on from there.
    how(case)(case)


@pytest.mark.parametrize(
    ("statement", "due", "posted", "wanted"),
    [
        (1, 8, "12-31", "01-08"),
        (5, 15, "04-05", "05-15"),
        (5, 15, "04-04", "04-15"),
        (10, 20, "02-09", "02-20"),
        (10, 20, "12-10", "01-20"),
    ],
)
def test_due_dates_of_huabei(statement, due, posted, wanted):
    days = {"billing.due_day_first": due, "billing.due_day_last": due}
    steps = [{"date": f"2023-{posted}", "purchase_fen": 10_000}]
    terms = {"billing.statement_day": statement} | days
    made = sim.replay("huabei_public", steps, "2024-03-31", terms=terms)
    assert made.statements.due_date.iloc[0].strftime("%m-%d") == wanted


@pytest.mark.parametrize(
    ("amount", "periods", "fee_rate"),
    [(100_000, 6, "0.0077"), (100_003, 12, "0.011"), (49_990, 24, "0.005")],
)
def test_fees_of_baitiao(amount, periods, fee_rate):
    fee = half_up(amount * Fraction(fee_rate))
    each = amount // periods
    made = sim.instalments(
        "baitiao_public",
        amount,
        periods,
        "purchase",
        fee_ppm_per_period=int(Fraction(fee_rate) * 10**6),
    )
    assert made.principal_fen.tolist() == [amount - each * (periods - 1)] + [each] * (periods - 1)
    assert set(made.fee_fen) == {fee}
    assert made.total_fen.sum() == amount + fee * periods


@pytest.mark.parametrize(
    ("new", "instalments", "carried", "in_time", "fees"),
    [
        (200_000, 40_000, 50_000, False, 0),
        (200_000, 40_000, 29_999, True, 1_500),
        (200_000, 40_000, 30_000, True, 1_500),
        (0, 0, 123_456, True, 0),
        (55_555, 33_334, 0, True, 267),
    ],
)
def test_minimum_of_baitiao(new, instalments, carried, in_time, fees):
    """All of what is carried where the last minimum was missed, or where it is below 300.00."""
    whole = not in_time or carried < 30_000
    old = carried if whole else half_up(Fraction(carried, 10))
    case = {
        "inputs": {
            "new_not_instalment": yuan(new),
            "instalments_due": yuan(instalments),
            "carried_from_last_bill": yuan(carried),
            "last_minimum_paid": in_time,
            "fees": yuan(fees),
        },
        "expected": {"minimum_due": yuan(half_up(Fraction(new, 10)) + instalments + old + fees)},
    }
    how(case)(case)


@pytest.mark.parametrize(("amount", "late"), [(100_000, 3), (123_456, 18), (7_000, 1)])
def test_a_late_bill_of_baitiao(amount, late):
    service, penalty = (half_up(amount * Fraction(r) * late) for r in ("0.0005", "0.00015"))
    if late == 1:
        penalty = max(penalty, 1)
    case = {
        "inputs": {
            "bill": yuan(amount),
            "paid_at_due": "0.00",
            "days_late": late,
            "service_daily": "0.0005",
            "penalty_daily": "0.00015",
        },
        "expected": {
            "service_fee": yuan(service),
            "penalty": yuan(penalty),
            "annual": "0.23725",
        },
    }
    how(case)(case)


@pytest.mark.parametrize(("due", "paid"), [("03-01", "03-31"), ("07-30", "08-02")])
def test_penalty_of_an_order(due, paid):
    late = (E(f"2023-{paid}") - E(f"2023-{due}")).days
    case = {
        "inputs": {
            "mode": "order",
            "amount": "259.99",
            "instalments": "none",
            "due": due,
            "paid": paid,
            "penalty_daily": "0.0007",
        },
        "expected": {"penalty": yuan(half_up(25_999 * Fraction("0.0007") * late))},
    }
    how(case)(case)


@pytest.mark.parametrize(
    ("start", "dues"),
    [
        ("2023-10-31", ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31"]),
        ("2022-11-30", ["2022-12-30", "2023-01-30", "2023-02-28", "2023-03-30", "2023-04-30"]),
        ("2023-12-29", ["2024-01-29", "2024-02-29", "2024-03-29", "2024-04-29", "2024-05-29"]),
    ],
)
def test_due_dates_of_an_order(start, dues):
    made = sim.instalments("baitiao_public/order", 30_000, 6, "purchase", start)
    assert [str(date.date()) for date in made.date[:5]] == dues
    steps = [{"date": start, "purchase_fen": 30_000, "instalments": 6}]
    steps += [{"date": date, "repay": "due"} for date in dues]
    found = sim.replay("baitiao_public/order", steps).statements
    assert [str(date.date()) for date in found.due_date[:5]] == dues


@pytest.mark.parametrize("settled_after", [1, 2, 5, 7])
def test_fees_that_stay_due(settled_after):
    case = {
        "inputs": {
            "periods": 12,
            "fee_per_period": "77.00",
            "settled_after_period": settled_after,
        },
        "expected": {"remaining_fees": yuan(7_700 * (12 - settled_after))},
    }
    how(case)(case)


@pytest.mark.parametrize("paid", range(3))
def test_baitiao_settled_early_pays_a_day_rate_and_the_next_fee(paid):
    """0.065 % a day on what was left, less the fees charged, and the next period's fee (2025)."""
    amount, periods, fee = 300_000, 3, 2_400
    start, end = E("2023-01-20"), [E("2023-01-30"), E("2023-02-20"), E("2023-03-25")][paid]
    dues = [E("2023-02-10"), E("2023-03-10")][:paid]
    steps = [{"date": start, "purchase_fen": amount, "instalments": periods}]
    steps += [{"date": date, "repay": "due"} for date in dues]
    steps += [{"date": end, "settle_instalments": True}]
    made = sim.replay("baitiao_public", steps)
    # What is billed on the 1st is outstanding as an instalment to come up to the eve of it.
    first_days = [E("2023-02-01"), E("2023-03-01"), E("2023-04-01")]
    run, left, date, charged = Fraction(0), amount, start, 0
    while date < end:
        run += left * Fraction("0.00065")
        date += DAY
        if date in first_days:
            left -= amount // periods
            charged += fee
    at_once = max(half_up(run - charged), 0) + fee
    assert made.days.paid_fee_fen.iloc[-1] == at_once
    assert made.days.paid_principal_fen.iloc[-1] == left
    assert made.days.principal_fen.iloc[-1] == 0


def test_what_is_settled_on_its_own_day_costs_nothing():
    steps = [
        {"date": "2023-01-20", "purchase_fen": 300_000, "instalments": 3},
        {"date": "2023-01-20", "settle_instalments": True},
    ]
    last = sim.replay("baitiao_public", steps).days.iloc[-1]
    assert (last.paid_total_fen, last.principal_fen) == (300_000, 0)


@pytest.mark.parametrize(
    ("terms", "start", "end", "statement"),
    [
        ({"billing.statement_day": 5}, "2023-01-07", "2023-01-20", "2023-01-05"),
        ({"billing.statement_day": 20}, "2023-02-21", "2023-03-04", "2023-02-20"),
        ({"billing.cycle": "opening_day"}, "2023-01-17", "2023-01-28", "2023-01-17"),
        ({"billing.cycle": "opening_day"}, "2023-02-17", "2023-03-05", "2023-02-17"),
        (
            {"billing.cycle": "opening_day", "billing.day_beyond_28": "last_day"},
            "2024-01-31",
            "2024-03-10",
            "2024-02-29",
        ),
        (
            {"billing.cycle": "order", "billing.due_offset_days": 0},
            "2023-11-24",
            "2023-12-03",
            "2023-11-24",
        ),
    ],
)
def test_a_day_rate_counts_from_the_accounts_own_statement(terms, start, end, statement):
    amount, fee = 120_000, 960
    steps = [
        {"date": start, "purchase_fen": amount, "instalments": 12},
        {"date": end, "settle_instalments": True},
    ]
    terms = {"instalments.early_settlement": "day_rate"} | terms
    made = sim.replay("baitiao_public", steps, terms=terms)
    days = min((E(end) - E(statement)).days + 1, 30)
    assert made.days.paid_fee_fen.iloc[-1] == (2 * fee * days + 30) // 60  # half-up


@pytest.mark.parametrize(
    ("rounding", "fee_ppm", "day", "fee"),
    [
        ("half_up", 8_250, 15, 50),  # of 99 fen a month for 15 days, 49.5 fen
        ("half_even", 8_250, 15, 50),
        ("down", 8_250, 15, 49),
        ("half_up", 8_083, 15, 49),  # of 97: 48.5
        ("half_even", 8_083, 15, 48),
        ("down", 8_083, 15, 48),
        ("half_even", 8_083, 20, 65),  # 64.67
        ("down", 8_083, 20, 64),
        ("half_up", 8_083, 7, 23),  # 22.63
    ],
)
def test_a_day_rate_is_rounded_as_the_product_says(rounding, fee_ppm, day, fee):
    """The month's fee on 120 yuan, by the days that have begun since the statement of the 1st."""
    terms = {
        "instalments.early_settlement": "day_rate",
        "instalments.fee_ppm": fee_ppm,
        "billing.rounding": rounding,
    }
    steps = [
        {"date": "2024-02-01", "purchase_fen": 12_000, "instalments": 6},
        {"date": f"2024-02-{day:02}", "settle_instalments": True},
    ]
    made = sim.replay("baitiao_public", steps, terms=terms)
    assert made.days.paid_fee_fen.iloc[-1] == fee


def months_on(date, count):
    month = date.month - 1 + count
    return dt.date(date.year + month // 12, month % 12 + 1, date.day)


@pytest.mark.parametrize(
    ("amount", "rate", "drawn", "periods"),
    [
        (1_000_000, "0.0005", "2016-02-05", 10),
        (2_000_000, "0.0004", "2024-02-28", 5),
        (1_234_500, "0.00035", "2023-01-28", 20),
        (50_000, "0.0002", "2023-08-01", 10),
        (300_000, "0.00045", "2023-12-21", 5),
    ],
)
def test_equal_principal(amount, rate, drawn, periods):
    first, r, each = E(drawn), Fraction(rate), amount // periods
    left, schedule, total = amount, [], 0
    for i in range(periods):
        days = (months_on(first, i + 1) - months_on(first, i)).days
        part = each + (amount - each * periods if i == 0 else 0)
        interest = half_up(left * r * days)
        row = {"principal": yuan(part), "interest": yuan(interest), "total": yuan(part + interest)}
        schedule.append({"date": str(months_on(first, i + 1)), **row})
        left, total = left - part, total + interest
    case = {
        "inputs": {
            "amount": yuan(amount),
            "daily_rate": rate,
            "drawn": drawn,
            "periods": periods,
        },
        "expected": {"total_interest": yuan(total), "schedule": schedule},
    }
    how(case)(case)


@pytest.mark.parametrize("day", [29, 30, 31])
def test_a_loan_drawn_late_in_a_month_is_due_on_the_21st(day):
    made = sim.instalments("weilidai_public", 500_000, 5, "purchase", dt.date(2023, 1, day))
    assert set(made.date.dt.day) == {21}
    days = (made.date.iloc[0].date() - dt.date(2023, 1, day)).days
    assert made.interest_fen.iloc[0] == half_up(500_000 * Fraction("0.0005") * days)


@pytest.mark.parametrize("end", ["2023-02-01", "2023-02-14", "2023-03-14", "2023-05-20"])
def test_a_loan_settled_early_bears_interest_to_the_day(end):
    """Drawn on the 15th of January in five parts; dues before the end are paid on their day."""
    start, end, amount, each = E("2023-01-15"), E(end), 500_000, 100_000
    dues = [date for i in range(1, 6) if (date := months_on(start, i)) < end]
    steps = [{"date": start, "purchase_fen": amount, "instalments": 5}]
    steps += [{"date": date, "repay": "due"} for date in dues]
    made = sim.replay("weilidai_public", [*steps, {"date": end, "repay": "all"}])
    left, interest, since = amount, 0, start
    for date in [*dues, end]:
        interest += half_up(left * Fraction("0.0005") * (date - since).days)
        left, since = left - each, date
    assert made.days.paid_interest_fen.sum() == interest
    assert made.days.paid_principal_fen.sum() == amount
    assert made.days.paid_total_fen.sum() == amount + interest


@pytest.mark.parametrize(("overdue", "rate"), [(250_000, "0.0004"), (8_000, "0.0005")])
def test_penalty_of_a_loan(overdue, rate):
    normal = overdue * Fraction(rate)
    case = {
        "inputs": {"overdue_principal": yuan(overdue), "daily_rate": rate},
        "expected": {
            "penalty_per_day": yuan(int(normal / 2)),
            "total_per_day": yuan(int(normal * 3 / 2)),
        },
    }
    how(case)(case)


@pytest.mark.parametrize(
    ("fee", "periods"), [("0.018", 3), ("0.035", 6), ("0.1", 24), ("0.132", 12)]
)
def test_an_annual_rate_makes_the_payments_worth_the_loan(fee, periods):
    each = (1 + Fraction(fee)) / periods
    found = sim.annual_rate([-1.0] + [float(each)] * periods).nominal
    for shift, below in ((-1e-6, False), (1e-6, True)):
        month = 1 + Fraction(found + shift) / 12
        assert (sum(each / month**k for k in range(1, periods + 1)) < 1) is below
