"""The annual rate of any flows, against published values (closed forms A2, A5, A7, A8)."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.products.annual_rate import unit_periods

JANUARY = dt.date(1978, 1, 10)


def monthly(first, count, step=1):
    months = [first.year * 12 + first.month - 1 + i * step for i in range(count)]
    return [dt.date(m // 12, m % 12 + 1, first.day) for m in months]


def test_a_flat_fee_costs_nearly_twice_its_name():
    """A2: 12,000 over 12 months with 1.5 % a month of the whole."""
    rate = sim.annual_rate([-12_000_00, *[1_180_00] * 12])
    assert f"{rate.nominal / 12:.8f}" == "0.02643032"
    assert f"{rate.nominal:.6f}" == "0.317164"
    assert f"{rate.effective:.6f}" == "0.367583"


def test_interest_by_the_day_simple_and_compound():
    """A5: 0.05 % a day."""
    rate = sim.annual_rate([-1_000_000, 1_000_500], periods_per_year=365)
    assert rate.nominal == pytest.approx(0.1825, abs=1e-12)
    assert rate.effective == pytest.approx(0.200159, abs=5e-7)
    month = sim.annual_rate([(0, -1_000_000), (30, 1_015_109)], periods_per_year=365)
    assert month.nominal == pytest.approx(0.1825, abs=1e-5)


def test_dated_flows_agree_with_spreadsheets():
    """A7."""
    dates = [(2008, 1, 1), (2008, 3, 1), (2008, 10, 30), (2009, 2, 15), (2009, 4, 1)]
    amounts = [-10_000_00, 2_750_00, 4_250_00, 3_250_00, 2_750_00]
    flows = [(dt.date(*date), fen) for date, fen in zip(dates, amounts, strict=True)]
    assert sim.annual_rate(flows).effective == pytest.approx(0.3733625335, abs=1e-9)
    written = [(date.isoformat(), fen) for date, fen in flows]
    assert sim.annual_rate(written) == sim.annual_rate(flows)
    other = sim.annual_rate(flows[::-1])  # their order does not matter
    assert other.effective == pytest.approx(0.3733625335, abs=1e-9)


HALF_MONTHS = [
    day for first in monthly(dt.date(1978, 3, 1), 12) for day in (first, first.replace(day=16))
]
WEEKS = [dt.date(1978, 4, 21) + dt.timedelta(weeks=i) for i in range(30)]


@pytest.mark.parametrize(
    ("advance", "amount", "dates", "payment", "year", "percent"),
    [
        (JANUARY, 5_000_00, monthly(dt.date(1978, 2, 10), 24), 230_00, 12, "9.69"),
        (dt.date(1978, 2, 10), 6_000_00, monthly(dt.date(1978, 4, 1), 36), 200_00, 12, "11.82"),
        (dt.date(1978, 2, 23), 5_000_00, HALF_MONTHS, 219_17, 24, "10.34"),
        (dt.date(1978, 5, 23), 10_000_00, monthly(dt.date(1978, 10, 1), 40, 3), 385_00, 4, "8.97"),
        (dt.date(1978, 3, 20), 500_00, WEEKS, 17_60, 52, "14.96"),
    ],
    ids=["regular", "long month", "short half month", "long quarter", "long week"],
)
def test_examples_of_regulation_z(advance, amount, dates, payment, year, percent):
    """A8: 12 CFR 1026, Appendix J (c)(1)."""
    flows = [(advance, -amount), *((date, payment) for date in dates)]
    rate = sim.annual_rate(flows, year, method="regulation_z")
    assert f"{100 * rate.nominal:.2f}" == percent
    whole, odd = unit_periods(advance, dates[0], year)
    timed = [(0, -amount), *((whole + odd + i, payment) for i in range(len(dates)))]
    again = sim.annual_rate(timed, year, method="regulation_z")
    assert again.nominal == pytest.approx(rate.nominal, abs=1e-6)


@pytest.mark.parametrize(
    ("first", "when", "year", "odd"),
    [
        (dt.date(1978, 2, 10), dt.date(1978, 4, 1), 12, (1, 19 / 30)),
        (dt.date(1978, 2, 23), dt.date(1978, 3, 1), 24, (0, 6 / 15)),
        (dt.date(1978, 5, 23), dt.date(1978, 10, 1), 4, (1, 39 / 90)),
        (dt.date(1978, 3, 20), dt.date(1978, 4, 21), 52, (4, 4 / 7)),
        (dt.date(2024, 1, 31), dt.date(2024, 2, 29), 12, (0, 29 / 30)),
        (dt.date(2024, 2, 29), dt.date(2024, 3, 31), 12, (1, 0)),
        (dt.date(2023, 12, 15), dt.date(2024, 12, 15), 12, (12, 0)),
        (dt.date(2023, 12, 15), dt.date(2024, 12, 15), 1, (1, 0)),
    ],
)
def test_unit_periods_are_counted_back(first, when, year, odd):
    assert unit_periods(first, when, year) == pytest.approx(odd)


@pytest.mark.parametrize(
    ("flows", "words"),
    [
        ([], "of opposite signs (found nothing)"),
        ([100, 200], "of opposite signs (found 100, 200)"),
        ([-100, 300, -250], "one rate makes up for (found none a period)"),
        ([-100, 230, -132], "(found 10 % and 20 % a period)"),
        ([-100, "x"], "flows.1: wanted fen"),
        ([(dt.date(2024, 1, 1), -100), (1, 110)], "dates with all flows or with none"),
    ],
)
def test_flows_without_one_rate_are_refused_in_words(flows, words):
    with pytest.raises(sim.ScenarioError) as error:
        sim.annual_rate(flows)
    assert words in str(error.value)


@pytest.mark.parametrize("keys", [{"periods_per_year": 0}, {"method": "xirr"}])
def test_wrong_options_are_named(keys):
    with pytest.raises(sim.ScenarioError, match=next(iter(keys))):
        sim.annual_rate([-1, 2], **keys)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.floats(-0.5, 3.0), st.lists(st.integers(1, 10_000_00), min_size=1, max_size=60))
def test_the_rate_that_made_the_flows_is_found_again(rate, payments):
    worth = sum(fen / (1 + rate) ** (i + 1) for i, fen in enumerate(payments))
    found = sim.annual_rate([-worth, *payments], periods_per_year=1)
    assert found.nominal == pytest.approx(rate, rel=1e-6, abs=1e-9)
