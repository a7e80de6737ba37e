"""Days of a run are real days: months, weekdays, holidays and festivals of mainland China."""

from __future__ import annotations

import calendar as months
import datetime as dt
import time
from dataclasses import fields, replace
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.almanac import almanac, read_almanac
from sim.calendar import Calendar, Factors, OwnDate, calendar, normalised

PPM = 1_000_000
DATA = (files("sim") / "data" / "calendar_china.toml").read_text(encoding="utf-8")
PLAIN = Factors([PPM] * 7, [PPM] * 7, PPM, PPM, {}, {})
ARRAYS = [field.name for field in fields(Calendar) if field.name != "years_without_data"]


def year(number: int, **options) -> Calendar:
    return calendar(dt.date(number, 1, 1), 365 + months.isleap(number), **options)


def on(days: Calendar, column: str, date: str) -> int:
    return int(getattr(days, column)[days.dates == np.datetime64(date)][0])


def marked(days: Calendar, rows: np.ndarray) -> list[str]:
    return days.dates[rows].astype(str).tolist()


@given(st.dates(dt.date(1600, 1, 1), dt.date(2400, 1, 1)), st.integers(1, 400))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_every_day_is_the_day_of_the_real_calendar(start, days):
    found = calendar(start, days)
    for n in {0, days // 2, days - 1}:
        date = start + dt.timedelta(n)
        assert found.dates[n] == np.datetime64(date)
        assert found.year[n] == date.year
        assert found.month[n] == date.month
        assert found.day_of_month[n] == date.day
        assert found.weekday[n] == date.weekday()
        assert found.day_of_year[n] == date.timetuple().tm_yday
        assert found.month_length[n] == months.monthrange(date.year, date.month)[1]
        passed = (date.year - start.year) * 12 + date.month - start.month
        assert found.month_index[n] == passed
    assert all(getattr(found, name).shape == (days,) for name in ARRAYS)
    assert all(getattr(found, name).dtype == np.int64 for name in ARRAYS if name != "dates")


@pytest.mark.parametrize(("number", "length"), [(1900, 28), (2000, 29), (2023, 28), (2024, 29)])
def test_february_is_as_long_as_in_its_year(number, length):
    days = year(number)
    assert {*days.month_length[days.month == 2].tolist()} == {length}
    assert days.day_of_year[-1] == 337 + length


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2023-01-21", "2023-01-27"),
        ("2023-04-29", "2023-05-03"),
        ("2023-09-29", "2023-10-06"),
        ("2024-02-10", "2024-02-17"),
        ("2024-10-01", "2024-10-07"),
        ("2025-01-28", "2025-02-04"),
        ("2025-10-01", "2025-10-08"),
        ("2026-02-15", "2026-02-23"),
        ("2026-09-25", "2026-09-27"),
    ],
)
def test_a_holiday_starts_and_ends_on_the_days_of_the_notice(first, last):
    days = calendar(dt.date(2023, 1, 1), 1461)
    begin, end = (np.flatnonzero(days.dates == np.datetime64(day))[0] for day in (first, last))
    assert days.holiday[begin : end + 1].all()
    assert not days.workday[begin : end + 1].any()
    assert not days.holiday[begin - 1]
    assert not days.holiday[end + 1]


@pytest.mark.parametrize(
    ("number", "worked"),
    [
        (2023, "01-28 01-29 04-23 05-06 06-25 10-07 10-08"),
        (2024, "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"),
        (2025, "01-26 02-08 04-27 09-28 10-11"),
        (2026, "01-04 02-14 02-28 05-09 09-20 10-10"),
    ],
)
def test_the_swapped_weekends_are_worked_and_no_others(number, worked):
    days = year(number)
    rows = (days.weekday >= 5) & (days.workday == 1)
    assert marked(days, rows) == [f"{number}-{day}" for day in worked.split()]


# 31 December 2022 is off by the notice for 2023, in a year that the data does not hold.
@pytest.mark.parametrize(
    ("number", "off", "statutory"), [(2023, 26, 11), (2024, 28, 11), (2025, 28, 13), (2026, 33, 13)]
)
def test_a_year_has_the_notices_days_off_and_works_all_weekdays_but_the_statutory(
    number, off, statutory
):
    days = year(number)
    assert days.holiday.sum() == off
    assert days.workday.sum() == (days.weekday < 5).sum() - statutory
    assert days.years_without_data == ()


@pytest.mark.parametrize("number", [2023, 2024, 2025, 2026])
def test_double_11_peaks_on_the_day_and_lifts_its_window(number):
    days = year(number, weekdays=False, holidays=False)
    factors = almanac().factors
    assert on(days, "demand_ppm", f"{number}-11-11") == factors.festival_peak_ppm["double_11"]
    assert on(days, "demand_ppm", f"{number}-11-11") == days.demand_ppm.max()
    assert on(days, "demand_ppm", f"{number}-11-10") == factors.festival_ppm["double_11"]
    assert on(days, "demand_ppm", f"{number}-11-12") == PPM
    for day, kind in (("06-18", "618"), ("12-12", "double_12"), ("03-08", "march_8")):
        assert on(days, "demand_ppm", f"{number}-{day}") == factors.festival_peak_ppm[kind]
    assert on(days, "demand_ppm", f"{number}-08-01") == PPM


def test_demand_is_the_product_of_its_factors():
    factors = replace(
        PLAIN,
        weekday_ppm=[500_000, *[1_083_333] * 5, 1_083_335],
        holiday_ppm=1_200_000,
        spring_festival_ppm=900_000,
    )
    days = year(2024, factors=factors)
    assert on(days, "demand_ppm", "2024-04-01") == 500_000  # a Monday
    assert on(days, "demand_ppm", "2024-01-01") == 600_000  # a Monday, and New Year
    assert on(days, "demand_ppm", "2024-02-12") == 450_000  # a Monday, and Spring Festival
    for off in ("weekdays", "holidays"):
        assert (year(2024, factors=factors, **{off: False}).demand_ppm != days.demand_ppm).any()
    assert (year(2024, factors=PLAIN).demand_ppm == PPM).all()


def test_switches_change_demand_and_no_dates():
    with_all, without = year(2025), year(2025, holidays=False, festivals=False, weekdays=False)
    assert (without.demand_ppm == PPM).all()
    for name in set(ARRAYS) - {"demand_ppm"}:
        np.testing.assert_array_equal(getattr(with_all, name), getattr(without, name))


def test_weekdays_and_days_of_the_month_move_purchases_and_add_none():
    days = calendar(dt.date(2001, 1, 1), 146_097, holidays=False, festivals=False)
    assert abs(days.demand_ppm.mean() - PPM) < 100  # over 400 years, weekdays in every position
    weekly = [on(days, "demand_ppm", f"2001-01-{day:02}") for day in range(8, 15)]  # one band
    shape = np.array(almanac().factors.weekday_ppm)
    assert np.allclose(np.array(weekly) / np.mean(weekly), shape / shape.mean(), atol=5e-6)
    assert normalised([1, 3], [1, 1]).tolist() == [500_000, 1_500_000]
    assert normalised([1, 3], [3, 1]).tolist() == [666_667, 2_000_000]


def test_a_year_without_data_is_named_once_and_neutral():
    days = calendar(dt.date(2026, 12, 1), 800, weekdays=False)
    assert days.years_without_data == (2027, 2028, 2029)
    rows = days.year > 2026
    assert (days.demand_ppm[rows] == PPM).all()
    assert not days.holiday[rows].any()
    np.testing.assert_array_equal(days.workday[rows], days.weekday[rows] < 5)
    assert (
        len({*calendar(dt.date(2026, 12, 1), 800).demand_ppm[rows].tolist()}) > 20
    )  # weekdays stay
    # The notice for 2023 and the new-year goods festival begin in December 2022.
    before = calendar(dt.date(2022, 12, 28), 5, weekdays=False)
    assert before.years_without_data == (2022,)
    assert before.holiday.tolist() == [0, 0, 0, 0, 1]
    assert (before.demand_ppm[:4] == PPM).all()


def test_own_dates_multiply_on_every_day_of_theirs():
    first, last = dt.date(2030, 3, 4), dt.date(2030, 3, 6)
    plain = calendar(dt.date(2030, 3, 1), 10)
    own = [OwnDate(first, last, 2_000_000, "sale"), OwnDate(last, dt.date.max, 500_000, "after")]
    days = calendar(dt.date(2030, 3, 1), 10, own=own)
    expected = plain.demand_ppm.copy()
    expected[3:5] *= 2
    assert np.abs(days.demand_ppm[:6] - expected[:6]).max() <= 1
    assert np.abs(2 * days.demand_ppm[6:] - expected[6:]).max() <= 1
    turned = calendar(dt.date(2030, 3, 1), 10, own=own[::-1])
    np.testing.assert_array_equal(days.demand_ppm, turned.demand_ppm)


@given(st.dates(dt.date(2022, 6, 1), dt.date(2027, 6, 1)), st.integers(2, 800), st.data())
@settings(derandomize=True, max_examples=60, deadline=None)
def test_a_calendar_in_two_pieces_has_the_same_rows(start, days, data):
    cut = data.draw(st.integers(1, days - 1))
    own = [OwnDate(dt.date(2024, 1, 1), dt.date(2025, 6, 30), 1_234_567)]
    whole = calendar(start, days, own=own)
    head = calendar(start, cut, own=own)
    tail = calendar(start + dt.timedelta(cut), days - cut, own=own)
    for name in ARRAYS:
        pieces = [getattr(head, name), getattr(tail, name)]
        if name == "month_index":  # counted from the first month of each piece
            pieces[1] = pieces[1] + whole.month_index[cut]
        np.testing.assert_array_equal(np.concatenate(pieces), getattr(whole, name), err_msg=name)
    assert {*head.years_without_data, *tail.years_without_data} == {*whole.years_without_data}


def test_ten_years_take_less_than_50_ms():
    calendar(dt.date(2020, 1, 1), 1)
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        calendar(dt.date(2020, 1, 1), 3_650)
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.05


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "until = 2024-02-17, days = 8",
            "until = 2024-02-16, days = 8",
            "holidays.1.days: wanted 7",
        ),
        ("until = 2024-10-07, days = 7", "until = 2024-10-06, days = 6", "year.1.working_days"),
        ("2023-10-07, 2023-10-08]", "2023-10-07]", "year.0.working_days: wanted 249 (found 248"),
        ("[2025-01-26,", "[2025-01-27,", "wanted a weekend of 2025"),
        ("until = 2026-05-05, days = 5", "until = 2026-06-20, days = 51", "year.3.holidays.4"),
        ('kind = "618", date = 2024', 'kind = "616", date = 2024', "year.1.festivals.2.kind"),
        ("peak = 2024-11-11", "peak = 2024-11-12", "year.1.festivals.3.peak"),
        ("year = 2026", "year = 2025", "wanted each year once"),
        ("working_days = 251", 'working_days = "251"', "year.1.working_days: wanted int"),
        ("working_days = 251", "workdays = 251", "year.1.workdays: wanted one of"),
        ("[965_961, ", "[", "weekday_ppm: wanted 7 factors"),
        ("ppm = 1_080_000", "ppm = -1", "holiday_ppm: wanted a factor"),
        (
            "window_ppm = 1_040_000",
            "window_ppm = 1.04",
            "festival.nianhuojie.window_ppm: wanted int",
        ),
        ("[holiday]", "[holidays]", "holidays: wanted one of"),
        ('source = "assumed: half of Double 11"', 'source = ""', "festival.618.source: wanted str"),
        ("[2026-01-04,", '["2026-01-04",', "year.3.working_weekends.0: wanted a date"),
        ("[weekday]", "[weekday", "wanted TOML"),
    ],
)
def test_a_fault_in_the_data_is_named_by_its_place(old, new, fault):
    assert old in DATA
    with pytest.raises(ValueError, match=r"^calendar_china.toml: ") as found:
        read_almanac(DATA.replace(old, new, 1))
    assert fault in str(found.value)


def test_all_faults_of_the_data_are_named_at_once():
    bad = DATA.replace("peak = 2024-11-11", "peak = 2024-11-12").replace(", 2023-10-08]", "]")
    with pytest.raises(ValueError, match="calendar_china") as found:
        read_almanac(bad)
    assert len(str(found.value).splitlines()) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: calendar(dt.date(2024, 1, 1), 0),
        lambda: OwnDate(dt.date(2024, 1, 2), dt.date(2024, 1, 1), PPM),
        lambda: OwnDate(dt.date(2024, 1, 1), dt.date(2024, 1, 1), -1),
        lambda: replace(PLAIN, day_of_month_ppm=[0] * 7),
        lambda: replace(PLAIN, festival_ppm={"618": 1.5}),
        lambda: calendar(
            dt.date(2024, 1, 1), 1, own=[OwnDate(dt.date.min, dt.date.max, 10**8)] * 2
        ),
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="wanted"):
        wrong()
