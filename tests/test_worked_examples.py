"""Published and derived amounts of Fenfu, Huabei, Baitiao and Weilidai, to the fen.

`tests/data/worked_examples.json` has the cases; a case is computed by the first entry of HOW whose
keys its inputs have, so that another case of the same kind needs no new code. Where a published
example is a convention of its own, the function's name or docstring says which.
"""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

import sim
from sim.account import Account
from sim.rules import billing, interest
from sim.scenario.terms import terms_of
from sim.units import PPB

CASES = json.loads(
    (Path(__file__).parent / "data" / "worked_examples.json").read_text(encoding="utf-8")
)
PRESET = {
    "fenfu": "fenfu_public",
    "huabei": "huabei_public",
    "baitiao": "baitiao_public",
    "weilidai": "weilidai_public",
}
DAY = dt.timedelta(days=1)


def fen(yuan):
    exact = Decimal(yuan) * 100
    assert exact == int(exact), yuan
    return int(exact)


def ppm(rate):
    return int(Decimal(rate) * 1_000_000)


def ppb(rate):
    return int(Decimal(rate) * 1_000_000_000)


def row(values):
    """Return a due or a payment of a case in fen, by part."""
    return {key: fen(value) for key, value in values.items() if key not in ("month", "date")}


def bills(replay):
    """Return the dues of a replay as the cases write them."""
    s = replay.statements
    parts = zip(s.due_principal_fen, s.due_interest_fen, s.due_total_fen, strict=True)
    return [{"principal": p, "interest": i, "total": t} for p, i, t in parts]


def paid_dues(preset, amount, start, months, terms):
    """Return the replay of one purchase whose dues are paid on each due day, the 10th."""
    dates = [
        dt.date(start.year + (start.month + i) // 12, (start.month + i) % 12 + 1, 10)
        for i in range(months)
    ]
    steps = [{"date": start, "purchase_fen": amount}]
    steps += [{"date": date, "repay": "due"} for date in dates]
    return sim.replay(preset, steps, terms=terms)


def monthly_dues(case):
    """Both conventions: a month's interest on its last balance (A), or strictly daily (B)."""
    inputs, expected = case["inputs"], case["expected"]
    by_month_end = inputs["interest_convention"].startswith("A")
    spend = inputs["spend"][0]
    # Months of 30, 31 and 30 days begin with April.
    start = dt.date.fromisoformat(spend.get("date", "2022-04-01"))
    if "month_lengths" in inputs:
        assert inputs["month_lengths"] == [30, 31, 30]
    terms = {"charges.rate_ppb": ppb(inputs["daily_rate"])}
    variants = {True: "fenfu_public/month_end", False: "fenfu_public"}
    amount = fen(spend["amount"])
    made = paid_dues(variants[by_month_end], amount, start, 42, terms)
    wanted = [row(due) for due in expected["due"]]
    assert bills(made)[: len(wanted)] == wanted
    if "last_due" in expected:
        check_the_end(made, expected)
        other = paid_dues(variants[not by_month_end], amount, start, 42, terms)
        check_the_end(other, expected["same_case_convention_A"])


def check_the_end(replay, expected):
    assert bills(replay)[-1] == row(expected["last_due"])
    assert len(replay.statements) == expected["number_of_dues"]
    assert replay.days.paid_total_fen.sum() == fen(expected["total_paid"])
    assert replay.days.principal_fen.iloc[-1] == 0


def dated(text, year=2023):
    return dt.date.fromisoformat(text if len(text) > 5 else f"{year}-{text}")


def repaid(case, *, count_last_day=False):
    """Return payments that bring principal down by given amounts, with all interest so far.

    count_last_day: as one page does; the ledger then runs as if paid a day later the first time.
    """
    inputs = case["inputs"]
    # No bill comes due in between.
    terms = {"billing.due_day_first": 28, "billing.due_day_last": 28}
    terms |= {"charges.rate_ppb": ppb(inputs["daily_rate"])}
    start = dated(inputs["spend"][0]["date"])
    first = start - DAY if count_last_day else start
    steps = [{"date": first, "purchase_fen": fen(inputs["spend"][0]["amount"])}]
    found = []
    for repayment in inputs["repayments"]:
        date = dated(repayment["date"])
        before = sim.replay("fenfu_public", steps, until=date - DAY, terms=terms).days.iloc[-1]
        if repayment["principal"] == "all":
            steps.append({"date": date, "repay": "all"})
        else:
            accrued = before.interest_fen + int(before.interest_accrued_fen.quantize(Decimal(1)))
            total = fen(repayment["principal"]) + accrued
            steps.append({"date": date, "repay_fen": total})
        last = sim.replay("fenfu_public", steps, until=date, terms=terms).days.iloc[-1]
        assert last.principal_fen == before.principal_fen - last.paid_principal_fen
        found.append(
            {
                "principal": last.paid_principal_fen,
                "interest": last.paid_interest_fen,
                "total": last.paid_total_fen,
            }
        )
    assert last.principal_fen == 0
    return found


def early_repayments(case):
    found = repaid(case)
    assert found == [row(payment) for payment in case["expected"]["payments"]]
    assert sum(p["interest"] for p in found) == fen(case["expected"]["total_interest"])


def early_repayments_that_a_page_counts_a_day_more(case):
    """FF-09: the day of repayment is not counted; the page's own convention counts it."""
    for key, count_last_day in (("with_FF04_day_count", False), ("published", True)):
        expected = case["expected"][key]
        found = repaid(case, count_last_day=count_last_day)
        assert found[0]["total"] == fen(expected["first_payment"])
        assert found[1]["total"] == fen(expected["second_payment"])
        assert sum(p["interest"] for p in found) == fen(expected["total_interest"])


def interest_after(amount, days, rate, preset="fenfu_public"):
    start = dt.date(2023, 6, 1)
    steps = [{"date": start, "purchase_fen": amount}, {"date": start + days * DAY, "repay": "all"}]
    last = sim.replay(preset, steps, terms={"charges.rate_ppb": rate}).days.iloc[-1]
    assert last.principal_fen == 0
    return last.paid_interest_fen, last.paid_total_fen


def interest_of_some_days(case):
    inputs, expected = case["inputs"], case["expected"]
    amount, rate = fen(inputs["used"]), ppb(inputs["daily_rate"])
    days = inputs["days"] if isinstance(inputs["days"], list) else [inputs["days"]]
    for n in days:
        interest_fen, total = interest_after(amount, n, rate)
        for key in (f"interest_{n}_day", f"interest_{n}_days", "interest"):
            if key in expected:
                assert interest_fen == fen(expected[key])
        if f"settlement_after_{n}_days" in expected:
            assert total == fen(expected[f"settlement_after_{n}_days"])
    for key, value in expected.items():
        if key.startswith("daily_interest_on_"):
            assert interest_after(100 * int(key.rsplit("_", 1)[1]), 1, rate)[0] == fen(value)


def rates_of_a_year(case):
    expected = case["expected"]
    product = terms_of("fenfu_public", {"charges.rate_ppb": ppb(case["inputs"]["daily_rate"])})
    year = Decimal(product.charges.rate_ppb * 365) / PPB
    late = interest.penalty_rate(product)
    assert year == Decimal(expected["simple_annual"])
    assert late == ppb(expected["overdue_daily"])
    assert Decimal(late * 365) / PPB == Decimal(expected["overdue_annual"])


def missed(preset, terms, steps, due, days):
    """Return the day on which a bill that nobody paid is so many days late."""
    return sim.replay(preset, steps, until=due + days * DAY, terms=terms).days.iloc[-1]


def penalty_of_a_missed_due(case):
    """The base that is meant is not published: principal alone, or the whole missed due."""
    inputs, expected = case["inputs"], case["expected"]
    balance = fen(inputs["missed_due"]["principal"]) + fen(inputs["not_due_balance"])
    terms = {
        "charges.rate_ppb": ppb(inputs["daily_rate"]),
        "charges.penalty_ppm": ppm(inputs["penalty_multiplier"]),
    }
    steps = [{"date": "2022-04-01", "purchase_fen": balance}]
    due, days = dt.date(2022, 5, 10), inputs["days_overdue"]
    made = sim.replay("fenfu_public", steps, until=due, terms=terms)
    assert bills(made)[0] == row(inputs["missed_due"]) | {
        "total": sum(row(inputs["missed_due"]).values())
    }
    for preset, key in (
        ("fenfu_public", "penalty_interest_principal_base"),
        ("fenfu_public/whole_due", "penalty_interest_whole_due_base"),
    ):
        at_due = missed(preset, terms, steps, due - DAY, 0)
        late = missed(preset, terms, steps, due - DAY, days)
        assert late.penalty_accrued_fen == fen(expected[key])
        normal = late.interest_accrued_fen - at_due.interest_accrued_fen
        assert normal == fen(expected["normal_interest_on_not_due"])


def dues_of_balances(case):
    inputs = case["inputs"]
    assert fen(inputs["interest"]) == 0
    found = []
    for balance in inputs["month_end_used"]:
        steps = [{"date": "2022-04-05", "purchase_fen": fen(balance)}]
        made = sim.replay("fenfu_public", steps, "2022-05-01", terms={"charges.rate_ppb": 0})
        found.append(made.statements.due_total_fen.iloc[0])
    assert found == [fen(due) for due in case["expected"]["due"]]


def row_of_the_bureau(case):
    inputs, report = case["inputs"], case["expected"]["report"]
    year, month = map(int, inputs["month"].split("-"))
    start = dt.date(year, month, 1)
    end = dt.date(year, month, 28) + 4 * DAY
    steps = [{"date": start + 4 * DAY, "purchase_fen": fen(inputs["used"])}]
    made = sim.replay("fenfu_public", steps, end, limit_fen=fen(inputs["credit_limit"]))
    told = made.reports.iloc[0]
    assert told.limit_fen == fen(report["limit"])
    assert told.balance_fen == fen(report["balance"])
    assert told.status == report["status"]


def fee_of_a_plan(case):
    inputs, expected = case["inputs"], case["expected"]
    kind = "bill" if inputs.get("kind") == "bill instalment" else "purchase"
    amount, periods = fen(inputs["amount"]), inputs["periods"]
    made = sim.instalments(
        PRESET[case["product"]], amount, periods, kind, fee_ppm=ppm(inputs["fee_rate"])
    )
    # The product's own price is the published one.
    own = sim.instalments(PRESET[case["product"]], amount, periods, kind)
    assert own.equals(made)
    plan = expected["schedule"]
    lines = [
        {"principal": line.principal_fen, "fee": line.fee_fen, "total": line.total_fen}
        for line in made.itertuples()
    ]
    assert lines[0] == row(plan["first"])
    assert all(line == row(plan["regular"]) for line in lines[1:])
    assert made.fee_fen.sum() == fen(plan["total_fee"]) == fen(expected["total_fee"])
    assert made.total_fen.sum() == fen(plan["grand_total"])
    if "regular_period" in expected:
        assert lines[-1]["total"] == fen(expected["regular_period"])


def interest_after_a_minimum(case):
    inputs, expected = case["inputs"], case["expected"]
    due = dt.date(2023, 2, inputs["due_day"])
    days = {"billing.due_day_first": inputs["due_day"], "billing.due_day_last": inputs["due_day"]}
    steps = [
        {"date": "2023-01-05", "purchase_fen": fen(inputs["bill"])},
        {"date": due, "repay_fen": fen(inputs["paid_before_due"])},
    ]
    terms = days | {"charges.rate_ppb": ppb(inputs["revolving_daily"])}
    made = sim.replay("huabei_public", steps, "2023-03-08", terms=terms).days.set_index("date")
    accrued = made.interest_accrued_fen + made.interest_fen
    assert accrued[str(due)] == 0
    assert accrued[str(due + DAY)] == fen(expected["daily_interest"])
    assert accrued[str(due + 2 * DAY)] == 2 * fen(expected["daily_interest"])
    # 30 days: on to the eve of the next due day a bill that is paid by minimum bears 27.
    rate = Decimal(fen(expected["interest_30_days"])) / 30
    assert accrued["2023-03-08"] == rate * (dt.date(2023, 3, 8) - due).days


def overdue_fees(case):
    inputs = case["inputs"]
    cases = inputs.get("cases") or [
        {"principal": inputs["overdue_principal"], "days": inputs["days"]}
    ]
    expected = case["expected"]["overdue_fee"]
    rate = ppb(inputs["daily"])
    found = []
    for each in cases:
        due = dt.date(2023, 2, 10)
        steps = [
            {"date": "2023-01-05", "purchase_fen": fen(each["principal"])},
            {"date": due + each["days"] * DAY, "repay": "all"},
        ]
        made = sim.replay("huabei_public", steps, terms={"charges.rate_ppb": rate})
        assert made.days.principal_fen.iloc[-1] == 0
        found.append(made.days.paid_penalty_fen.sum() + made.days.paid_interest_fen.sum())
    assert found == [fen(f) for f in (expected if isinstance(expected, list) else [expected])]


def minimum_of_new_purchases(case):
    inputs = case["inputs"]
    assert inputs["components"] == "only new purchases"
    steps = [{"date": "2023-01-05", "purchase_fen": fen(inputs["bill"])}]
    terms = {"billing.minimum_ppm": ppm(inputs["minimum_rate"])}
    made = sim.replay("huabei_public", steps, "2023-02-01", terms=terms)
    assert made.statements.minimum_fen.tolist() == [fen(case["expected"]["minimum_due"])]


def due_date_of_a_posting(case):
    """Shops' purchases post when receipt is confirmed: the step has that date."""
    inputs = case["inputs"]
    day = inputs["due_day"]
    terms = {
        "billing.statement_day": inputs["statement_day"],
        "billing.due_day_first": day,
        "billing.due_day_last": day,
    }
    steps = [{"date": dated(inputs["purchase"]["receipt_confirmed"]), "purchase_fen": 10_000}]
    made = sim.replay("huabei_public", steps, "2023-06-01", terms=terms)
    assert made.statements.due_date.iloc[0].date() == dated(case["expected"]["due_date"])


def equal_payments(fee, periods):
    return [-1_000_000] + [1_000_000 * (1 + fee) / periods] * periods


def rates_of_flat_fees(case):
    found = [
        sim.annual_rate(equal_payments(float(fee), int(n))).nominal
        for n, fee in case["inputs"]["fees"]
    ]
    assert [f"{rate:.4f}" for rate in found] == case["expected"]["annual_nominal_irr"]


def rates_of_monthly_fees(case):
    inputs, expected = case["inputs"], case["expected"]
    periods = [int(n) for n in inputs["periods"]]
    for monthly in inputs["flat_monthly"]:
        found = [sim.annual_rate(equal_payments(float(monthly) * n, n)).nominal for n in periods]
        assert [f"{rate:.4f}" for rate in found] == expected["nominal_irr"][monthly]
    for n, most in expected["max_flat_monthly_under_24pct"].items():
        periods = int(n)

        def rate(tenths, periods=periods):
            return sim.annual_rate(equal_payments(tenths / 10_000 * periods, periods)).nominal

        best = round(float(most) * 10_000)
        assert rate(best) < 0.24 < rate(best + 1)


def fee_each_period(case):
    inputs, expected = case["inputs"], case["expected"]
    fee = ppm(inputs["fee_rate_per_period"])
    made = sim.instalments(
        "baitiao_public",
        fen(inputs["amount"]),
        inputs["periods"],
        "purchase",
        fee_ppm_per_period=fee,
    )
    assert set(made.fee_fen) == {fen(expected["fee_per_period"])}
    totals = sorted(made.total_fen)
    assert totals[:-1] == [fen(expected["regular_period"])] * (len(totals) - 1)
    assert totals[-1] == fen(expected["odd_cent_period"])
    assert sum(totals) == fen(expected["total"])


def penalty_of_an_order(case):
    """Order mode: an order of a month before is due; the penalty is on all of it."""
    inputs = case["inputs"]
    due, paid = dated(inputs["due"]), dated(inputs["paid"])
    assert inputs["mode"] == "order"
    assert inputs["instalments"] == "none"
    steps = [
        {"date": due.replace(month=due.month - 1), "purchase_fen": fen(inputs["amount"])},
        {"date": paid, "repay": "due"},
    ]
    made = sim.replay("baitiao_public/order", steps)
    assert made.statements.due_date.iloc[0].date() == due
    assert interest.penalty_rate(made.product) == ppb(inputs["penalty_daily"])
    last = made.days.iloc[-1]
    assert last.paid_penalty_fen == fen(case["expected"]["penalty"])
    assert (last.paid_interest_fen, last.principal_fen) == (0, 0)


def penalty_of_a_bill(case):
    """The rate of statement mode to about 2021."""
    inputs = case["inputs"]
    late = int(inputs["paid"].removeprefix("day ")) - int(inputs["due"].removeprefix("day "))
    due = dt.date(2023, 2, 10)
    steps = [
        {"date": "2023-01-05", "purchase_fen": fen(inputs["bill"])},
        {"date": due + late * DAY, "repay": "due"},
    ]
    made = sim.replay("baitiao_public/statement_2021", steps)
    assert made.statements.minimum_fen.iloc[0] == fen(inputs["minimum"])
    assert interest.penalty_rate(made.product) == ppb(inputs["penalty_daily"])
    assert made.days.paid_penalty_fen.iloc[-1] == fen(case["expected"]["penalty"])


def service_and_penalty(case):
    inputs, expected = case["inputs"], case["expected"]
    assert fen(inputs["paid_at_due"]) == 0
    due = dt.date(2023, 2, 10)
    steps = [
        {"date": "2023-01-05", "purchase_fen": fen(inputs["bill"])},
        {"date": due + inputs["days_late"] * DAY, "repay": "due"},
    ]
    service, penalty = ppb(inputs["service_daily"]), ppb(inputs["penalty_daily"])
    terms = {"charges.rate_ppb": service, "charges.penalty_ppm": penalty * 1_000_000 // service}
    made = sim.replay("baitiao_public", steps, terms=terms)
    last = made.days.iloc[-1]
    assert last.paid_interest_fen == fen(expected["service_fee"])
    assert last.paid_penalty_fen == fen(expected["penalty"])
    assert last.principal_fen == 0
    together = made.product.charges.rate_ppb + interest.penalty_rate(made.product)
    assert Decimal(together * 365) / PPB == Decimal(expected["annual"])


def minimum_by_parts(case):
    """The rule itself: a bill of these parts would need last month's interest left out."""
    inputs = case["inputs"]
    new, due = fen(inputs["new_not_instalment"]), fen(inputs["instalments_due"])
    carried, fees = fen(inputs["carried_from_last_bill"]), fen(inputs["fees"])
    account = Account(billed=new + due, carried=carried, fees=fees)
    if not inputs["last_minimum_paid"]:
        account.missed_count, account.missed[0] = 1, carried
    total = new + due + carried + fees
    product = terms_of("baitiao_public")
    found = billing.minimum(account, total, new, due, product)
    assert found == fen(case["expected"]["minimum_due"])


def due_dates_of_a_statement_day(case):
    inputs = case["inputs"]
    assert inputs["mode"] == "statement"
    terms = {
        "billing.statement_day": inputs["statement_day"],
        "billing.due_offset_days": inputs["due_offset_days"],
    }
    for expected in case["expected"]["due"]:
        purchase = next(p for p in inputs["purchases"] if p["date"] == expected["purchase"])
        step = {"date": dated(purchase["date"]), "purchase_fen": fen(purchase["amount"])}
        if "periods" in purchase:
            step["instalments"] = purchase["periods"]
        wanted = expected.get("dates") or [expected["date"]]
        steps = [step] + [{"date": dated(date), "repay": "due"} for date in wanted]
        made = sim.replay("baitiao_public", steps, "2023-12-31", terms=terms)
        dates = [date.strftime("%m-%d") for date in made.statements.due_date]
        assert dates == wanted
        assert made.days.principal_fen.iloc[-1] == 0


@pytest.mark.parametrize("year", [2023, 2024])
def test_an_order_on_a_31st_is_due_on_the_last_day_of_a_shorter_month(year):
    case = next(case for case in CASES if case["id"] == "BT-11")
    due_dates_of_an_order(case, year)


def due_dates_of_an_order(case, year=2023):
    inputs, wanted = case["inputs"], case["expected"]["due"]
    assert inputs["mode"] == "order"
    start = dated(inputs["date"], year)
    made = sim.instalments("baitiao_public/order", 30_000, inputs["periods"], "purchase", start)
    assert all(date.strftime("%m-%d") in told for date, told in zip(made.date, wanted, strict=True))
    leap = year % 4 == 0
    assert made.date.iloc[0].day == (29 if leap else 28)
    steps = [{"date": start, "purchase_fen": 30_000, "instalments": inputs["periods"]}]
    steps += [{"date": date.date(), "repay": "due"} for date in made.date]
    replayed = sim.replay("baitiao_public/order", steps, f"{year}-06-30")
    assert replayed.statements.due_date.tolist() == made.date.tolist()
    assert replayed.statements.due_total_fen.tolist() == made.total_fen.tolist()


def fees_that_stay_due(case):
    """The older rule of Baitiao, `all_at_once`."""
    inputs = case["inputs"]
    periods, after = inputs["periods"], inputs["settled_after_period"]
    amount = 1_000_000
    fee = fen(inputs["fee_per_period"])
    terms = {"instalments.fee_ppm": fee * 1_000_000 // amount}
    dates = [dt.date(2023, 5 + i, 10) for i in range(after)]
    steps = [{"date": "2023-04-05", "purchase_fen": amount, "instalments": periods}]
    steps += [{"date": date, "repay": "due"} for date in dates]
    steps += [{"date": dates[-1] + DAY, "settle_instalments": True}]
    made = sim.replay("baitiao_public/all_at_once", steps, terms=terms)
    last = made.days.iloc[-1]
    assert last.paid_fee_fen == fen(case["expected"]["remaining_fees"])
    assert last.principal_fen == 0
    assert made.days.paid_principal_fen.sum() == amount


def penalty_of_a_small_day(case):
    """A principal whose penalty of a day is the computed one: less than a fen."""
    product = terms_of("baitiao_public")
    exact = Decimal(case["inputs"]["penalty_per_day_computed"]) * 100
    base = int(exact * PPB / interest.penalty_rate(product))
    assert base * interest.penalty_rate(product) < PPB
    wanted = fen(case["expected"]["penalty_per_day"])
    assert interest.penalty_of_day(base, product) == wanted * PPB
    due = dt.date(2023, 2, 10)
    steps = [{"date": "2023-01-05", "purchase_fen": base}]
    assert missed("baitiao_public", {}, steps, due, 4).penalty_accrued_fen == 5 * wanted


def equal_principal(case):
    inputs, expected = case["inputs"], case["expected"]
    start = inputs["drawn"] if len(inputs["drawn"]) == 10 else "2016-02-10"
    made = sim.instalments(
        "weilidai_public",
        fen(inputs["amount"]),
        inputs["periods"],
        "purchase",
        start,
        rate_ppb=ppb(inputs["daily_rate"]),
    )
    assert made.interest_fen.sum() == fen(expected["total_interest"])
    if "first_payment" in expected:
        assert made.total_fen.iloc[0] == fen(expected["first_payment"])
        assert made.total_fen.iloc[-1] == fen(expected["last_payment"])
    for line, wanted in zip(made.itertuples(), expected.get("schedule", []), strict=False):
        assert str(line.date.date()) == wanted["date"]
        assert line.principal_fen == fen(wanted["principal"])
        assert line.interest_fen == fen(wanted["interest"])
        assert line.total_fen == fen(wanted["total"])
    steps = [
        {"date": start, "purchase_fen": fen(inputs["amount"]), "instalments": inputs["periods"]}
    ]
    steps += [{"date": date.date(), "repay": "due"} for date in made.date]
    lived = sim.replay(
        "weilidai_public", steps, terms={"charges.rate_ppb": ppb(inputs["daily_rate"])}
    )
    assert lived.statements.due_total_fen.tolist() == made.total_fen.tolist()
    assert lived.days.principal_fen.iloc[-1] == 0


def penalty_on_top(case):
    inputs, expected = case["inputs"], case["expected"]
    product = terms_of("weilidai_public", {"charges.rate_ppb": ppb(inputs["daily_rate"])})
    overdue = fen(inputs["overdue_principal"])
    penalty = interest.penalty_of_day(overdue, product)
    assert penalty == fen(expected["penalty_per_day"]) * PPB
    normal = overdue * product.charges.rate_ppb
    assert normal + penalty == fen(expected["total_per_day"]) * PPB


def equal_principal_of_thirty_days(case):
    """A rule of thumb, (n + 1) P r / 2 with months of thirty days: what no start gives."""
    inputs = case["inputs"]
    found = [
        int(
            sim.instalments(
                "weilidai_public",
                fen(inputs["amount"]),
                n,
                rate_ppb=ppb(inputs["monthly_rate"]) // 30,
            ).interest_fen.sum()
        )
        for n in inputs["periods"]
    ]
    assert found == [fen(total) for total in case["expected"]["total_interest"]]


HOW = [
    ({"spend", "interest_convention"}, monthly_dues),
    ({"spend", "repayments"}, early_repayments),
    ({"used", "days"}, interest_of_some_days),
    ({"missed_due", "days_overdue"}, penalty_of_a_missed_due),
    ({"month_end_used"}, dues_of_balances),
    ({"credit_limit", "used"}, row_of_the_bureau),
    ({"amount", "periods", "fee_rate"}, fee_of_a_plan),
    ({"bill", "paid_before_due", "revolving_daily"}, interest_after_a_minimum),
    ({"overdue_principal", "days", "daily"}, overdue_fees),
    ({"cases", "daily"}, overdue_fees),
    ({"bill", "components"}, minimum_of_new_purchases),
    ({"purchase", "statement_day"}, due_date_of_a_posting),
    ({"fees"}, rates_of_flat_fees),
    ({"flat_monthly"}, rates_of_monthly_fees),
    ({"amount", "periods", "fee_rate_per_period"}, fee_each_period),
    ({"mode", "amount", "due", "paid"}, penalty_of_an_order),
    ({"bill", "minimum", "due", "paid"}, penalty_of_a_bill),
    ({"bill", "service_daily", "penalty_daily"}, service_and_penalty),
    ({"new_not_instalment", "instalments_due"}, minimum_by_parts),
    ({"mode", "purchases"}, due_dates_of_a_statement_day),
    ({"mode", "date", "periods"}, due_dates_of_an_order),
    ({"settled_after_period"}, fees_that_stay_due),
    ({"penalty_per_day_computed"}, penalty_of_a_small_day),
    ({"drawn", "periods"}, equal_principal),
    ({"overdue_principal", "daily_rate"}, penalty_on_top),
    ({"monthly_rate", "periods"}, equal_principal_of_thirty_days),
    ({"daily_rate"}, rates_of_a_year),
]


def how(case):
    if {"published", "with_FF04_day_count"} <= case["expected"].keys():
        return early_repayments_that_a_page_counts_a_day_more
    if "fees" in case["inputs"] and not isinstance(case["inputs"]["fees"], list):
        return minimum_by_parts
    return next(compute for keys, compute in HOW if keys <= case["inputs"].keys())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_example(case):
    how(case)(case)


def test_every_case_is_there():
    assert len(CASES) == 40
    assert len({case["id"] for case in CASES}) == 40
