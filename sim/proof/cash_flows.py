"""Annual rates and schedules by the public functions of `sim`, on flows that cases describe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from sim.proof.case import Values


def level_payments(
    amount_fen: int,
    payment_fen: int,
    payments: int,
    periods_per_year: int,
    first: float = 1.0,
) -> Any:
    """Return the annual rate of equal payments, the first after so many periods (Regulation Z)."""
    flows = [(0, -amount_fen), *((first + i, payment_fen) for i in range(payments))]
    return _sim().annual_rate(flows, periods_per_year, method="regulation_z")


def periodic_rate(amount_fen: int, payment_fen: int, payments: int) -> Any:
    """Return the annual rate of equal monthly payments from the next month on."""
    return _sim().annual_rate([-amount_fen, *[payment_fen] * payments], periods_per_year=12)


def monthly_rate(amount_fen: int, payment_fen: int, payments: int) -> float:
    """Return the rate a month of equal monthly payments from the next month on."""
    return float(periodic_rate(amount_fen, payment_fen, payments).nominal / 12)


def daily_rate(amount_fen: int, interest_fen: int, days: int) -> list[float]:
    """Return the simple and the compound rate a year of a day's interest.

    Then the compound interest of some days, in yuan.
    """
    found = _sim().annual_rate([-amount_fen, amount_fen + interest_fen], periods_per_year=365)
    grown = (1 + found.effective) ** (days / 365) - 1
    return [found.nominal, found.effective, grown * amount_fen / 100]


def dated_rate(flows: Sequence[tuple[dt.date, int]]) -> Any:
    """Return the annual rate of dated flows."""
    return _sim().annual_rate([(date, fen) for date, fen in flows])


def interest_of_thirty_days(amount_fen: int, rate_ppb: int) -> Values:
    """Return the interest of a plan of one period of thirty days."""
    plan = _sim().instalments("seed_article", amount_fen, 1, rate_ppb=rate_ppb)
    interest: Values = plan["interest_fen"].to_numpy()
    return interest


def flat_plan(amount_fen: int, periods: int, fee_ppm_per_period: int) -> Values:
    """Return what each period of a plan with a flat fee asks for in all."""
    price = {"fee_ppm_per_period": fee_ppm_per_period}
    plan = _sim().instalments("fenfu_public", amount_fen, periods, **price)
    total: Values = plan["total_fen"].to_numpy()
    return total


def level_plan(amount_fen: int, periods: int, fee_ppm_per_period: int) -> list[int]:
    """Return of a plan of level payments on what is left: the first, its fee and principal.

    Then the last payment, and all fees together.
    """
    plan = _sim().instalments(
        "fenfu_public",
        amount_fen,
        periods,
        fee_ppm_per_period=fee_ppm_per_period,
        terms={"instalments.fee_base": "declining", "instalments.split": "level"},
    )
    first, last = plan.iloc[0], plan.iloc[-1]
    parts = [first[f"{part}_fen"] for part in ("total", "fee", "principal")]
    return [*(int(part) for part in parts), int(last["total_fen"]), int(plan["fee_fen"].sum())]


def _sim() -> Any:
    return import_module("sim")
