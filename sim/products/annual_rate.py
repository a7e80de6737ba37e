"""The annual rate of any agreement: what its flows of money cost a year, nominal and effective."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, NamedTuple

from sim.products.dates import as_date
from sim.scenario import ScenarioError
from sim.scenario.tree import plain

Method = Literal["compound", "regulation_z"]

_YEAR = 365  # days, as spreadsheets count a year of dated flows
# Unit periods of Regulation Z: months, or else days, in each; and days counted in one.
_MONTHS = {1: 12, 2: 6, 4: 3, 12: 1}
_DAYS = {24: 15, 26: 14, 52: 7, 365: 1}
_LOWEST, _HIGHEST = -0.999_999, 1e6  # rates of one period that are looked at
_STEP = 1.02  # between growth factors that are tried for a change of sign


@dataclass(frozen=True)
class AnnualRate:
    """An annual rate as a share: 0.24 is 24 %."""

    nominal: float  # the rate of a period times the periods of a year (Regulation Z's APR)
    effective: float  # compounded over a year


class _Flow(NamedTuple):
    whole: float  # periods since the first flow
    odd: float  # part of a period that bears simple interest
    fen: float


def annual_rate(
    flows: Iterable[Any], periods_per_year: int = 12, method: Method = "compound"
) -> AnnualRate:
    """Return the annual rate at which flows are worth nothing together, by bracketing (IRR).

    flows: fen, one a period from now on, such as `[-1_200_000, 118_000, ...]`; or pairs of a date
    and fen; or pairs of a number of periods and fen. Either side of the agreement may be negative.
    Dated flows are counted in days over 365, as the XIRR of spreadsheets. method "regulation_z"
    counts dates in unit periods of a year's `periods_per_year` (1, 2, 4, 12, 24, 26, 52 or 365),
    back from each flow to the first, with simple interest for an odd part of one.

    Returns `nominal`, the rate of a period times periods_per_year, and `effective`. Raises
    ScenarioError for flows of one sign, and where no rate or more than one makes up for them.
    Source: 12 CFR 1026 Appendix J (b); the law of one sign change is Descartes'.

    >>> rate = sim.annual_rate([-12_000_00, *[1_180_00] * 12])  # 12 times 1,180 yuan for 12,000
    >>> f"{rate.nominal:.1%}, effective {rate.effective:.1%}"
    '31.7%, effective 36.8%'
    """
    if method not in ("compound", "regulation_z"):
        raise ScenarioError([f'method: wanted "compound" or "regulation_z" (found {method!r})'])
    periods_per_year = plain(periods_per_year)
    if type(periods_per_year) is not int or periods_per_year < 1:
        found = f"(found {periods_per_year!r})"
        raise ScenarioError([f"periods_per_year: wanted a whole number from 1 {found}"])
    if isinstance(flows, str) or not isinstance(flows, Iterable):
        raise ScenarioError([f"flows: wanted a list of flows (found {flows!r})"])
    given = list(flows)
    placed, dated = _placed(given, periods_per_year, method)
    _check_signs(placed)
    rate = _root(_worth(placed))
    if dated and method == "compound":
        return AnnualRate(periods_per_year * ((1 + rate) ** (1 / periods_per_year) - 1), rate)
    return AnnualRate(rate * periods_per_year, (1 + rate) ** periods_per_year - 1)


def _placed(given: list[Any], periods_per_year: int, method: Method) -> tuple[list[_Flow], bool]:
    """Return the flows with their times, and whether they are dated; each fault is named."""
    faults = []
    pairs: list[tuple[Any, float]] = []
    for i, flow in enumerate(given):
        pair = (i, flow) if isinstance(flow, Real) else flow
        if not _is_pair(pair):
            faults.append(f"flows.{i}: wanted fen, or a date or a time and fen (found {flow!r})")
            continue
        pairs.append((as_date(pair[0]) or pair[0], float(pair[1])))
    dates = [when for when, _ in pairs if isinstance(when, dt.date)]
    if dates and len(dates) < len(pairs):
        faults.append("flows: wanted dates with all flows or with none (found both)")
    if faults:
        raise ScenarioError(faults)
    if not dates:
        return [_split(float(when), fen, method) for when, fen in pairs], False
    first = min(dates)
    if method == "compound":
        return [_Flow((when - first).days / _YEAR, 0.0, fen) for when, fen in pairs], True
    timed = [(unit_periods(first, when, periods_per_year), fen) for when, fen in pairs]
    return [_Flow(*time, fen) for time, fen in timed], True


def _is_pair(pair: Any) -> bool:
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        return False
    when, fen = pair
    timed = as_date(when) is not None or (isinstance(when, Real) and 0 <= float(when) < math.inf)
    return timed and isinstance(fen, Real) and not isinstance(fen, bool) and math.isfinite(fen)


def _split(when: float, fen: float, method: Method) -> _Flow:
    if method == "compound":
        return _Flow(when, 0.0, fen)
    return _Flow(when // 1, when % 1, fen)


def unit_periods(first: dt.date, when: dt.date, periods_per_year: int) -> tuple[float, float]:
    """Return whole unit periods between two dates, and the odd part of one, counted back.

    Months go back by date, to the last day of a shorter month; days left over are counted in
    30 to a month. Raises ScenarioError for a number of unit periods that no law knows.
    Source: 12 CFR 1026 Appendix J (b)(3) to (b)(5).
    """
    if periods_per_year in _DAYS and periods_per_year != 24:
        whole, odd = divmod((when - first).days, _DAYS[periods_per_year])
        return float(whole), odd / _DAYS[periods_per_year]
    if periods_per_year != 24 and periods_per_year not in _MONTHS:
        known = ", ".join(map(str, sorted(_MONTHS | _DAYS)))
        words = f"wanted one of {known} with regulation_z (found {periods_per_year})"
        raise ScenarioError([f"periods_per_year: {words}"])
    months = (when.year - first.year) * 12 + when.month - first.month
    months -= 1 if _back(when, months) < first else 0
    days = (_back(when, months) - first).days
    if periods_per_year == 24:
        halves, days = divmod(days, 15) if days < 30 else (1, days - 15)
        return float(2 * months + halves), days / 15
    whole, odd_months = divmod(months, _MONTHS[periods_per_year])
    return float(whole), (odd_months * 30 + days) / (30 * _MONTHS[periods_per_year])


def _back(date: dt.date, months: int) -> dt.date:
    """Return the same day so many months before, or the last day of a shorter month."""
    month = date.year * 12 + date.month - 1 - months
    year, month = divmod(month, 12)
    after = dt.date(year + month // 11, (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(date.day, (after - dt.timedelta(days=1)).day))


def _check_signs(flows: list[_Flow]) -> None:
    if not any(flow.fen > 0 for flow in flows) or not any(flow.fen < 0 for flow in flows):
        amounts = ", ".join(f"{flow.fen:,.0f}" for flow in flows[:4])
        more = ", ..." if len(flows) > 4 else ""
        words = "wanted money that goes out and money that comes in, of opposite signs"
        raise ScenarioError([f"flows: {words} (found {amounts + more or 'nothing'})"])


def _worth(flows: list[_Flow]) -> Callable[[float], float]:
    """Return what the flows are worth together, as a function of a period's rate.

    At their beginning, or with a rate below nothing at their end: so that no power runs over.
    """
    end = max(flow.whole for flow in flows)

    def worth(rate: float) -> float:
        growth, until = 1 + rate, end if rate < 0 else 0.0
        total = 0.0
        for flow in flows:
            total += float(flow.fen * growth ** (until - flow.whole)) / (1 + flow.odd * rate)
        return total

    return worth


def _root(worth: Callable[[float], float]) -> float:
    """Return the one rate at which `worth` is nothing; a change of its sign brackets it."""
    from scipy.optimize import brentq

    brackets = []
    growth = 1 + _LOWEST
    low, at_low = growth - 1, worth(growth - 1)
    while growth < 1 + _HIGHEST:
        growth *= _STEP
        # A step ends exactly at no interest, where many flows balance.
        high = 0.0 if low < 0.0 < growth - 1 else growth - 1
        growth = 1 + high
        at_high = worth(high)
        if at_low == 0.0:
            brackets.append((low, low))
        elif at_low * at_high < 0.0:
            brackets.append((low, high))
        low, at_low = high, at_high
    roots = [
        low if low == high else float(brentq(worth, low, high, xtol=1e-15, rtol=1e-14))
        for low, high in brackets
    ]
    if len(roots) != 1:
        found = " and ".join(f"{100 * root:.6g} %" for root in roots) or "none"
        words = "wanted flows that one rate makes up for"
        raise ScenarioError([f"flows: {words} (found {found} a period)"])
    return roots[0]
