"""The data behind the calendar: read from `sim/data/calendar_china.toml`, and checked."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

MAX_PPM = 2**31 - 1  # the bound of a factor, and of a day's product: what a Ppm holds
SPRING_FESTIVAL = "spring_festival"

_SATURDAY = 5
_FILE = "calendar_china.toml"

# The keys of each table with the type of their values; those marked "?" may be left out.
_LIST: dict[str, type] = {"ppm": list, "source": str}
_FACTOR: dict[str, type] = {"ppm": int, "source": str}
_KIND = {"window_ppm": int, "peak_ppm?": int, "source": str}
_TABLES: dict[str, dict[str, type]] = {
    "weekday": _LIST,
    "day_of_month": _LIST,
    "holiday": _FACTOR,
    SPRING_FESTIVAL: _FACTOR,
}
_YEAR = {
    "year": int,
    "notice": str,
    "source": str,
    "working_days": int,
    "working_weekends": list,
    "holidays": list,
    "festivals": list,
}
_HOLIDAY = {"name": str, "date": dt.date, "until": dt.date, "days": int}
_FESTIVAL = {"kind": str, "date": dt.date, "until": dt.date, "peak?": dt.date, "source": str}


@dataclass(frozen=True)
class Factors:
    """Factors on the number of purchases, ppm; a list is scaled to mean 1 before it is used.

    Weekdays: mean 1 over the seven. Bands of the day of the month (1-3, 4-7, 8-14, 15-17, 18-24,
    25-28, 29-31): mean 1 over all days of 400 years. Raises ValueError that names every fault.
    """

    weekday_ppm: Sequence[int]  # 7, from Monday
    day_of_month_ppm: Sequence[int]  # 7 bands
    holiday_ppm: int
    spring_festival_ppm: int
    festival_ppm: Mapping[str, int]  # by kind, on each day of its window
    festival_peak_ppm: Mapping[str, int]  # by kind, on the peak day instead

    def __post_init__(self) -> None:
        """Refuse lists of a wrong length and factors out of range."""
        if faults := [*self._faults()]:
            raise ValueError("\n".join(faults))

    def _faults(self) -> Iterator[str]:
        lists = {"weekday_ppm": self.weekday_ppm, "day_of_month_ppm": self.day_of_month_ppm}
        for key, values in lists.items():
            if len(values) != 7 or not all(map(_is_factor, values)) or not any(values):
                yield f"{key}: wanted 7 factors of 0 to {MAX_PPM}, not all 0 (found {[*values]})"
        single = {"holiday_ppm": self.holiday_ppm, "spring_festival_ppm": self.spring_festival_ppm}
        single |= {f"festival_ppm.{kind}": ppm for kind, ppm in self.festival_ppm.items()}
        single |= {f"festival_peak_ppm.{kind}": ppm for kind, ppm in self.festival_peak_ppm.items()}
        for key, value in single.items():
            if not _is_factor(value):
                yield f"{key}: wanted a factor of 0 to {MAX_PPM} (found {value!r})"


def _is_factor(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_PPM


class Span(NamedTuple):
    """A holiday or a window of a festival; both ends included."""

    kind: str
    first: dt.date
    last: dt.date
    peak: dt.date | None = None

    def days(self) -> Iterator[dt.date]:
        """Yield the days."""
        return (self.first + dt.timedelta(n) for n in range((self.last - self.first).days + 1))


class Almanac(NamedTuple):
    """What the data file holds."""

    factors: Factors
    years: frozenset[int]
    holidays: tuple[Span, ...]
    working_weekends: tuple[dt.date, ...]
    festivals: tuple[Span, ...]


@cache
def almanac() -> Almanac:
    """Return the data file's content, read once."""
    return read_almanac((files("sim") / "data" / _FILE).read_text(encoding="utf-8"))


def read_almanac(text: str) -> Almanac:
    """Return what `text` (TOML) holds. Raises ValueError, a line for each fault found.

    Dates are only looked at where the form is right: every table with its keys, types and source.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{_FILE}: wanted TOML (found: {fault})") from None
    faults = [*_form_faults(data)]
    if not faults:
        faults = [*_factor_faults(data), *_date_faults(data["year"], data["festival"])]
    if faults:
        raise ValueError("\n".join(f"{_FILE}: {fault}" for fault in faults))
    years = data["year"]
    return Almanac(
        factors=_factors(data),
        years=frozenset(year["year"] for year in years),
        holidays=tuple(span for year in years for span in _holidays(year)),
        working_weekends=tuple(day for year in years for day in year["working_weekends"]),
        festivals=tuple(span for year in years for span in _festivals(year)),
    )


def _factors(data: dict[str, Any]) -> Factors:
    kinds = data["festival"]
    return Factors(
        weekday_ppm=data["weekday"]["ppm"],
        day_of_month_ppm=data["day_of_month"]["ppm"],
        holiday_ppm=data["holiday"]["ppm"],
        spring_festival_ppm=data[SPRING_FESTIVAL]["ppm"],
        festival_ppm={kind: kinds[kind]["window_ppm"] for kind in kinds},
        festival_peak_ppm={k: kinds[k]["peak_ppm"] for k in kinds if "peak_ppm" in kinds[k]},
    )


def _holidays(year: dict[str, Any]) -> list[Span]:
    return [Span(each["name"], each["date"], each["until"]) for each in year["holidays"]]


def _festivals(year: dict[str, Any]) -> list[Span]:
    found = year["festivals"]
    return [Span(each["kind"], each["date"], each["until"], each.get("peak")) for each in found]


def _form_faults(data: dict[str, Any]) -> Iterator[str]:
    """Yield where a table, a key or a type is not what the file's form asks for."""
    form: dict[str, type] = dict.fromkeys([*_TABLES, "festival"], dict)
    yield from _table_faults(data, form | {"year": list}, "")
    for key, keys in _TABLES.items():
        yield from _table_faults(data.get(key), keys, key)
    for kind, table in _items(data.get("festival")):
        yield from _table_faults(table, _KIND, f"festival.{kind}")
    for n, year in _items(data.get("year")):
        yield from _table_faults(year, _YEAR, f"year.{n}")
        for key, keys in (("holidays", _HOLIDAY), ("festivals", _FESTIVAL)):
            for k, span in _items(year.get(key) if isinstance(year, dict) else None):
                yield from _table_faults(span, keys, f"year.{n}.{key}.{k}")
        for k, day in _items(year.get("working_weekends") if isinstance(year, dict) else None):
            if type(day) is not dt.date:
                yield f"year.{n}.working_weekends.{k}: wanted a date (found {day!r})"


def _items(values: object) -> Iterable[tuple[Any, Any]]:
    if isinstance(values, dict):
        return values.items()
    return enumerate(values) if isinstance(values, list) else ()


def _table_faults(table: object, keys: Mapping[str, type], path: str) -> Iterator[str]:
    if not isinstance(table, dict):
        if path:
            yield f"{path}: wanted a table (found {table!r})"
        return
    at = f"{path}." if path else ""
    names = {key.removesuffix("?"): wanted for key, wanted in keys.items()}
    for key in table.keys() - names.keys():
        yield f"{at}{key}: wanted one of {', '.join(names)}"
    for key, wanted in names.items():
        if key not in table:
            if f"{key}?" not in keys:
                yield f"{at}{key}: wanted {wanted.__name__} (found nothing)"
        elif type(table[key]) is not wanted or table[key] == "":
            yield f"{at}{key}: wanted {wanted.__name__} (found {table[key]!r})"


def _factor_faults(data: dict[str, Any]) -> list[str]:
    try:
        _factors(data)
    except ValueError as fault:
        return str(fault).splitlines()
    return []


def _date_faults(years: list[dict[str, Any]], kinds: Mapping[str, Any]) -> Iterator[str]:
    """Yield where dates cannot be: by the notice's own counts, or beside each other."""
    numbers = [year["year"] for year in years]
    if len({*numbers}) != len(numbers):
        yield f"year: wanted each year once (found {numbers})"
    for n, year in enumerate(years):
        at = f"year.{n}"
        yield from _span_faults(_holidays(year), year["year"], f"{at}.holidays")
        yield from _span_faults(_festivals(year), year["year"], f"{at}.festivals")
        for k, each in enumerate(year["holidays"]):
            if (span := (each["until"] - each["date"]).days + 1) != each["days"]:
                yield f"{at}.holidays.{k}.days: wanted {span} by its dates (found {each['days']})"
        for k, span in enumerate(_festivals(year)):
            yield from _kind_faults(span, kinds, f"{at}.festivals.{k}")
        yield from _working_faults(year, at)


def _span_faults(spans: list[Span], year: int, at: str) -> Iterator[str]:
    last = dt.date.min
    for k, span in enumerate(spans):
        if not last < span.first <= span.last:
            yield f"{at}.{k}: wanted dates that rise and do not overlap (found {span.first})"
        if year not in (span.first.year, span.last.year):
            yield f"{at}.{k}: wanted dates in {year} (found {span.first})"
        last = max(last, span.last)


def _kind_faults(span: Span, kinds: Mapping[str, Any], at: str) -> Iterator[str]:
    if span.kind not in kinds:
        yield f"{at}.kind: wanted one of {', '.join(kinds)} (found {span.kind!r})"
    elif span.peak and "peak_ppm" not in kinds[span.kind]:
        yield f"{at}.peak: wanted a festival with peak_ppm (found {span.kind!r})"
    if span.peak and not span.first <= span.peak <= span.last:
        yield f"{at}.peak: wanted a day of its window (found {span.peak})"


def _working_faults(year: dict[str, Any], at: str) -> Iterator[str]:
    """Yield the worked weekends that are none, and a year's count of working days that is off."""
    number, worked = year["year"], year["working_weekends"]
    off = {day for span in _holidays(year) for day in span.days()}
    for day in worked:
        if day.weekday() < _SATURDAY or day in off or day.year != number:
            yield f"{at}.working_weekends: wanted a weekend of {number}, no holiday (found {day})"
    all_days = Span("year", dt.date(number, 1, 1), dt.date(number, 12, 31)).days()
    weekdays = sum(day.weekday() < _SATURDAY and day not in off for day in all_days)
    if (found := weekdays + len({*worked})) != year["working_days"]:
        yield f"{at}.working_days: wanted {year['working_days']} (found {found} by its dates)"
