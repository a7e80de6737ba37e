"""Random accounts against ledgers of one page each, written from the published rules alone.

A ledger knows fen, days and fractions, and nothing of the product's code.
"""

import datetime as dt
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from test_worked_examples_several_bills import bills, half_up

import sim

DAY = dt.timedelta(days=1)
HOW = st.one_of(st.sampled_from(["due", "minimum"]), st.integers(0, 200_000))


def revolved(bought, paid, rate):
    """Return Huabei's bills of a year by a ledger of one page: (principal, interest, minimum).

    bought: fen by date. paid: month by month "due", "minimum", or what is paid beyond it.
    """
    date, new, billed, carried, posted, accrued = dt.date(2023, 7, 1), 0, 0, 0, 0, Fraction(0)
    least, found, payments = 0, [], []
    paid = iter(paid)
    while len(found) < 9:
        new += bought.get(date, 0)
        fresh = 0
        if date.day == 10 and found:
            owed = posted + carried + billed
            how = next(paid)
            amount = {"due": owed, "minimum": least}.get(how) if isinstance(how, str) else None
            amount = min(least + how, owed) if amount is None else amount
            payments.append((date, amount))
            for name in ("posted", "carried", "billed"):
                have = {"posted": posted, "carried": carried, "billed": billed}[name]
                part = min(amount, have)
                amount -= part
                posted -= part if name == "posted" else 0
                carried -= part if name == "carried" else 0
                billed -= part if name == "billed" else 0
            fresh, billed = billed, 0
            carried += fresh
        accrued += (carried - fresh) * rate
        date += DAY
        if date.day == 1:
            posted, accrued = posted + half_up(accrued), Fraction(0)
            billed, new = new, 0
            least = min(half_up(Fraction(billed + carried, 10)) + posted, billed + carried + posted)
            found.append((billed + carried, posted, least))
    return found, [(date, amount) for date, amount in payments if amount]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.dictionaries(st.integers(0, 240), st.integers(1, 300_000), min_size=1, max_size=12),
    st.lists(HOW, min_size=9, max_size=9),
    st.sampled_from(["0.0005", "0.00043", "0.0002"]),
)
def test_any_year_of_minimums_and_more_is_that_of_a_ledger_of_one_page(bought, paid, rate):
    bought = {dt.date(2023, 7, 1) + day * DAY: amount for day, amount in bought.items()}
    wanted, payments = revolved(bought, paid, Fraction(rate))
    steps = [(date, "purchase_fen", amount) for date, amount in bought.items()]
    steps += [(date, "repay_fen", amount) for date, amount in payments]
    made = sim.replay(
        "huabei_public",
        [{"date": date, key: value} for date, key, value in steps],
        "2024-04-01",
        start="2023-07-01",
        terms={"charges.rate_ppb": int(Fraction(rate) * 10**9)},
    )
    assert bills(made, "due_principal", "due_interest", "minimum") == [
        bill for bill in wanted if bill[0] + bill[1] > 0
    ]


def used(bought, paid, rate):
    """Return Fenfu's bills by a ledger of one page, (principal, interest), and all payments.

    bought: fen by date. paid: by date, millionths of the balance repaid early. What a bill asks
    for is paid on the 10th.
    """
    date, free, billed, posted, accrued = dt.date(2023, 10, 1), 0, 0, 0, Fraction(0)
    found, payments = [], []

    def pay(amount):
        nonlocal free, billed, posted, accrued
        payments.append((date, amount))
        beyond = amount - posted - billed
        if beyond > 0:
            part = min(half_up(accrued), beyond)
            accrued = Fraction(0) if part == half_up(accrued) else accrued - part
            amount -= part
        part = min(amount, posted)
        posted -= part
        amount -= part
        part = min(amount, billed)
        billed -= part
        free -= amount - part

    while date < dt.date(2024, 5, 1):
        free += bought.get(date, 0)
        early = (free + billed) * paid.get(date, 0) // 1_000_000
        if early > 0 and date.day != 10:
            pay(early)
        elif date.day == 10 and posted + billed > 0:
            pay(posted + billed)
        accrued += (free + billed) * rate
        date += DAY
        if date.day == 1:
            part = half_up(Fraction(free + billed, 10))
            free, billed = free - part, billed + part
            posted, accrued = posted + half_up(accrued), Fraction(0)
            found.append((billed, posted))
    return found, payments


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.dictionaries(st.integers(1, 190), st.integers(1, 300_000), max_size=6),
    st.dictionaries(st.integers(0, 205), st.integers(1, 250_000), max_size=5),
    st.sampled_from(["0.0004", "0.00045", "0.00037"]),
)
def test_any_early_repayments_at_fenfu_are_those_of_a_ledger_of_one_page(bought, paid, rate):
    first = dt.date(2023, 10, 1)
    bought = {first + day * DAY: amount for day, amount in ({0: 400_000} | bought).items()}
    paid = {first + day * DAY: ppm for day, ppm in paid.items()}
    wanted, payments = used(bought, paid, Fraction(rate))
    steps = [{"date": date, "purchase_fen": amount} for date, amount in bought.items()]
    steps += [{"date": date, "repay_fen": amount} for date, amount in payments]
    made = sim.replay(
        "fenfu_public",
        steps,
        "2024-05-01",
        start=first,
        terms={"charges.rate_ppb": int(Fraction(rate) * 10**9)},
    )
    assert bills(made, "due_principal", "due_interest") == wanted
    assert made.days.days_past_due.max() == 0


def lent(loans, last):
    """Return Weilidai's bills by a ledger of one page: (due day, principal, interest)."""
    first = min(loans)
    due_day = first.day if first.day <= 28 else 21
    parts, left, accrued, found, date = {}, 0, Fraction(0), [], first
    while date <= last:
        if date.day == due_day and left:
            part, interest, accrued = parts.pop(date, 0), half_up(accrued), Fraction(0)
            found.append((date, part, interest))
            left -= part
        for amount, periods in loans.get(date, ()):
            month = date.year * 12 + date.month - (date.day < due_day)
            for i in range(periods):
                due = dt.date((month + i) // 12, (month + i) % 12 + 1, due_day)
                part = amount // periods + (amount % periods if i == 0 else 0)
                parts[due] = parts.get(due, 0) + part
            left += amount
        accrued += left * Fraction(5, 10_000)
        date += DAY
    return found


LOAN = st.tuples(st.integers(100, 20_000).map(lambda n: n * 100), st.sampled_from([5, 10, 20]))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    st.dates(dt.date(2023, 8, 1), dt.date(2024, 3, 31)),
    LOAN,
    st.dictionaries(st.integers(1, 150), LOAN, max_size=4),
)
def test_any_loans_of_weilidai_are_those_of_a_ledger_of_one_page(first, loan, more):
    """Of 5, 10 and 20 months, over year ends, leap days and drawings on any day of the month."""
    loans = {first: [loan]} | {first + day * DAY: [each] for day, each in more.items()}
    last = first + 760 * DAY
    wanted = lent(loans, last)
    steps = [
        {"date": date, "purchase_fen": amount, "instalments": periods}
        for date, ((amount, periods),) in loans.items()
    ]
    steps += [{"date": date, "repay": "due"} for date, _, _ in wanted]
    made = sim.replay("weilidai_public", steps, last, limit_fen=2_000_000_000)
    found = made.statements
    assert [date.date() for date in found.due_date] == [date for date, _, _ in wanted]
    assert bills(made, "due_principal", "due_interest") == [bill[1:] for bill in wanted]
    assert made.days.principal_fen.iloc[-1] == 0
