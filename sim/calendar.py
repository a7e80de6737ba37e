"""Real months and weekdays, public holidays and shopping festivals of mainland China.

Dates, factors and the source of each: `sim/data/calendar_china.toml`. A year that the file does not
hold has no holidays or festivals; `Calendar.years_without_data` names it, so that a run can say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.almanac import MAX_PPM, SPRING_FESTIVAL, Factors, Span, almanac
from sim.units import PPM

__all__ = ["MAX_PPM", "Calendar", "Factors", "OwnDate", "calendar", "normalised"]

Days = NDArray[np.int64]  # one number a day, shape (days,)

_MONTH = np.timedelta64(1, "M")
_BAND_STARTS = (1, 4, 8, 15, 18, 25, 29)  # bands of the day of the month
# How many days of 400 Gregorian years (146,097) lie in each band; the last is 29 to 31.
_BAND_DAYS = (14_400, 19_200, 33_600, 14_400, 33_600, 19_200, 11_697)


@dataclass(frozen=True)
class OwnDate:
    """A dated demand factor of the scenario. Raises ValueError for one that cannot be."""

    date: dt.date  # first day
    until: dt.date  # last day, included
    demand_ppm: int
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse an end before the start, and a factor out of range."""
        if self.until < self.date:
            raise ValueError(f"until: wanted {self.date} or later (found {self.until})")
        if not 0 <= self.demand_ppm <= MAX_PPM:
            raise ValueError(f"demand_ppm: wanted 0 to {MAX_PPM} (found {self.demand_ppm})")


@dataclass(frozen=True, eq=False)
class Calendar:
    """The days of a run; every array has shape (days,)."""

    dates: NDArray[np.datetime64]  # datetime64[D]
    year: Days
    month: Days  # 1 .. 12
    month_index: Days  # months since the first simulated month, 0 ..
    day_of_month: Days  # 1 .. 31
    month_length: Days  # 28 .. 31
    weekday: Days  # 0 is Monday
    day_of_year: Days  # 1 .. 366
    holiday: Days  # 1 on a public holiday, with the weekends inside it
    workday: Days  # 1 on a working day, with the weekends that are worked in exchange
    demand_ppm: Days  # factor on the number of purchases; 1,000,000 is neutral
    years_without_data: tuple[int, ...]  # they have no holidays or festivals


def calendar(
    start: dt.date,
    days: int,
    *,
    own: Sequence[OwnDate] = (),
    factors: Factors | None = None,
    holidays: bool = True,
    festivals: bool = True,
    weekdays: bool = True,
) -> Calendar:
    """Return `days` days from `start` on; a day's row does not depend on where the run starts.

    Demand is the product of the factors of weekday, day of the month, holiday, festival and own
    dates, each product rounded to the ppm, half up. `factors` replaces the data file's. A switch
    turned off makes its factors neutral (`weekdays`: those of weekdays and days of the month), and
    nothing else. A weekend that is worked keeps the factor of its weekday. Raises ValueError for
    less than one day, and for a product beyond MAX_PPM.
    """
    if days < 1:
        raise ValueError(f"days: wanted 1 or more (found {days})")
    known = almanac()
    dates = np.datetime64(start, "D") + np.arange(days).astype("m8[D]")
    months, years = dates.astype("M8[M]"), dates.astype("M8[Y]")
    year = years.astype(np.int64) + 1970
    weekday = (dates.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
    day_of_month = _number(dates - months) + 1
    listed = np.isin(year, [*known.years])
    holiday = _marked(dates, (day for span in known.holidays for day in span.days())) & listed
    worked = _marked(dates, known.working_weekends) & listed
    used = factors or known.factors
    parts: list[Days] = []
    if weekdays:
        parts += _weekly(weekday, used), _monthly(day_of_month, used)
    if holidays:
        parts.append(np.where(listed, _holiday_ppm(dates, known.holidays, used), PPM))
    if festivals:
        parts.append(np.where(listed, _festival_ppm(dates, known.festivals, used), PPM))
    # By size: the order in which the scenario names them must not reach the last digit.
    by_size = sorted(own, key=lambda date: date.demand_ppm)
    parts += (_filled(dates, [(date.date, date.until, date.demand_ppm)]) for date in by_size)
    return Calendar(
        dates=dates,
        year=year,
        month=_number(months - years) + 1,
        month_index=_number(months - months[0]),
        day_of_month=day_of_month,
        month_length=_number((months + _MONTH).astype("M8[D]") - months.astype("M8[D]")),
        weekday=weekday,
        day_of_year=_number(dates - years) + 1,
        holiday=holiday.astype(np.int64),
        workday=(((weekday < 5) & ~holiday) | worked).astype(np.int64),
        demand_ppm=_product(parts, dates),
        years_without_data=tuple(sorted({*year.tolist()} - known.years)),
    )


def _weekly(weekday: Days, factors: Factors) -> Days:
    return normalised(factors.weekday_ppm, (1,) * 7)[weekday]


def _monthly(day_of_month: Days, factors: Factors) -> Days:
    band = np.searchsorted(_BAND_STARTS, day_of_month, side="right") - 1
    return normalised(factors.day_of_month_ppm, _BAND_DAYS)[band]


def normalised(values: Sequence[int], weights: Sequence[int]) -> Days:
    """Return `values` scaled so that their mean under `weights` is 1,000,000, each half up."""
    total = sum(value * weight for value, weight in zip(values, weights, strict=True))
    scale = PPM * sum(weights)
    return np.array([(value * scale + total // 2) // total for value in values], dtype=np.int64)


def _number(span: NDArray[np.timedelta64]) -> Days:
    return span.astype(np.int64)


def _marked(dates: NDArray[np.datetime64], days: Iterable[dt.date]) -> NDArray[np.bool_]:
    return np.isin(dates, np.array([*days], dtype="M8[D]"))


def _filled(dates: NDArray[np.datetime64], spans: Iterable[tuple[dt.date, dt.date, int]]) -> Days:
    """Return the factor of the last span that holds each day; neutral outside them all."""
    ppm = np.full(len(dates), PPM, dtype=np.int64)
    for first, last, factor in spans:
        low = np.searchsorted(dates, np.datetime64(first, "D"), side="left")
        high = np.searchsorted(dates, np.datetime64(last, "D"), side="right")
        ppm[low:high] = factor
    return ppm


def _holiday_ppm(dates: NDArray[np.datetime64], spans: Iterable[Span], factors: Factors) -> Days:
    kinds = {SPRING_FESTIVAL: factors.spring_festival_ppm}
    found = ((s.first, s.last, kinds.get(s.kind, factors.holiday_ppm)) for s in spans)
    return _filled(dates, found)


def _festival_ppm(dates: NDArray[np.datetime64], spans: Iterable[Span], factors: Factors) -> Days:
    windows: list[tuple[dt.date, dt.date, int]] = []
    for span in spans:
        ppm = factors.festival_ppm.get(span.kind, PPM)
        windows.append((span.first, span.last, ppm))
        if span.peak:
            windows.append((span.peak, span.peak, factors.festival_peak_ppm.get(span.kind, ppm)))
    return _filled(dates, windows)


def _product(parts: Iterable[Days], dates: NDArray[np.datetime64]) -> Days:
    product = np.full(len(dates), PPM, dtype=np.int64)
    for part in parts:
        product = (product * part + PPM // 2) // PPM
        # Each factor and each product fits 31 bits, so the next multiplication fits 63.
        if product.max() > MAX_PPM:
            day = dates[product.argmax()]
            raise ValueError(f"demand on {day}: wanted a product of factors up to {MAX_PPM} ppm")
    return product
