"""Instalments, refunds, factors and grades of the limit: keys, bounds, defaults and sources."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from sim.kinds import MOST_PERIODS, EarlySettlement, FeeBase, PlanCost, PlanSplit, Rounding
from sim.scenario.section import ASSUMED, Section, choice, money, number, share, switch


def _offers(default: list[int], about: str, unit: str, source: str) -> list[int]:
    made: list[int] = Field(
        default,
        min_length=4,
        max_length=4,
        description=about,
        json_schema_extra={"source": source, "unit": unit},
    )
    return made


class Instalments(Section):
    """Paying a purchase or a bill over some months (R-P3, R-P6)."""

    periods: list[int] = _offers(
        [3, 6, 12, 0], "numbers of periods offered; 0 for no more", "periods", "R-P3"
    )
    cost: PlanCost = choice(PlanCost.EACH_PERIOD, "what instalments cost", source="R-P3")
    split: PlanSplit = choice(
        PlanSplit.REMAINDER_FIRST, "how an amount is split", source="assumed (R-P3)"
    )
    bill_total_ppm: list[int] = _offers(
        [0, 0, 0, 0],
        "fee of a bill for each of the periods (cost = total); -1 where not offered",
        "ppm",
        ASSUMED,
    )
    purchase_total_ppm: list[int] = _offers(
        [0, 0, 0, 0],
        "fee of a purchase for each of the periods (cost = total); -1 where not offered",
        "ppm",
        ASSUMED,
    )
    fee_rounding: Rounding = choice(
        Rounding.HALF_EVEN, "of one fee for all periods", source=ASSUMED
    )
    always: bool = switch(
        False, "every drawing is a plan of its own (cost = daily)", source=ASSUMED
    )
    early_rate_ppb: int = number(
        0,
        "a day, on what was outstanding (early_settlement = daily_to_date)",
        ge=0,
        le=100_000_000,
        unit="ppb a day",
        neutral=0,
        source=ASSUMED,
    )
    fee_ppm: int = share(
        15_000, "fee of each month, on the fee base", neutral=0, source="R-P3: 1.5 % a month"
    )
    fee_base: FeeBase = choice(
        FeeBase.ORIGINAL, "what the fee is a share of", source="assumed (R-P3)"
    )
    early_settlement: EarlySettlement = choice(
        EarlySettlement.FEES_ON_SCHEDULE,
        "what fees are due when all is settled early",
        source="R-P6: the full fee, by the original schedule",
    )
    least_fen: int = money(30_000, "least amount that can be spread", source=ASSUMED)

    @model_validator(mode="after")
    def _in_bounds(self) -> Instalments:
        if not all(0 <= n <= MOST_PERIODS for n in self.periods):
            wanted = f"wanted 4 numbers from 0 to {MOST_PERIODS}"
            raise ValueError(f"periods: {wanted} (found {self.periods})")
        offered = [n for n in self.periods if n]
        if len(set(offered)) < len(offered):
            raise ValueError(f"periods: wanted numbers that differ, or 0 (found {self.periods})")
        for key in ("bill_total_ppm", "purchase_total_ppm"):
            fees = getattr(self, key)
            if not all(-1 <= fee <= 1_000_000 for fee in fees):
                raise ValueError(f"{key}: wanted 4 numbers from -1 to 1,000,000 (found {fees})")
        return self


class Factors(Section):
    """Factors on the terms of the limit (R-L4)."""

    on_time_periods: int = number(
        6, "bills in time that raise the base", ge=1, le=120, unit="bills", source="assumed (R-L4)"
    )
    on_time_ppm: int = share(150_000, "by so much", neutral=0, source="assumed (R-L4): +15 %")
    lapse_days: int = number(
        3,
        "days past due beyond which a lapse lowers the base",
        ge=0,
        le=1_000,
        unit="days",
        source="assumed (R-L4)",
    )
    lapse_ppm: int = share(200_000, "by so much", neutral=0, source="assumed (R-L4): -20 %")
    active_payments: int = number(
        15,
        "payments a month above which the spending term rises",
        ge=0,
        le=500,
        unit="payments",
        source="assumed (R-L4)",
    )
    active_ppm: int = share(50_000, "by so much", neutral=0, source="assumed (R-L4): +5 %")
    quiet_payments: int = number(
        5,
        "payments a month below which, for three months, it falls",
        ge=0,
        le=500,
        unit="payments",
        source="assumed (R-L4)",
    )
    quiet_ppm: int = share(100_000, "by so much", neutral=0, source="assumed (R-L4): -10 %")


def _table(default: list[int], about: str, unit: str) -> list[int]:
    size = len(default)
    extra: dict[str, Any] = {"source": "assumed (R-L5)", "unit": unit}
    made: list[int] = Field(
        default, min_length=size, max_length=size, description=about, json_schema_extra=extra
    )
    return made


class Grades(Section):
    """Risk grades and what each takes off the limit (R-L5)."""

    late_days: list[int] = _table([1, 4, 11, 31], "days past due in 180 from which ...", "days")
    late_points: list[int] = _table([10, 25, 45, 70], "... these points count", "points")
    used_ppm: list[int] = _table(
        [500_000, 800_000, 950_000], "share of the limit used from which ...", "ppm"
    )
    used_points: list[int] = _table([3, 10, 15], "... these points count", "points")
    debt_ppm: list[int] = _table(
        [300_000, 600_000, 1_000_000],
        "debt to other lenders, of the verified yearly income, from which ...",
        "ppm",
    )
    debt_points: list[int] = _table([3, 8, 15], "... these points count", "points")
    pay_down_ppm: list[int] = _table(
        [800_000, 300_000], "share of bills paid of late below which ...", "ppm"
    )
    pay_down_points: list[int] = _table([5, 10], "... these points count", "points")
    grade_points: list[int] = _table(
        [20, 35, 55, 80], "points from which the grade is 1, 2, 3, 4", "points"
    )
    haircut_ppm: list[int] = _table(
        [0, 100_000, 250_000, 500_000, 1_000_000],
        "taken off the whole sum, by grade 0 to 4",
        "ppm",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Grades:
        for key in ("late_days", "used_ppm", "debt_ppm", "grade_points", "haircut_ppm"):
            values = getattr(self, key)
            if values != sorted(values) or values[0] < 0:
                raise ValueError(f"{key}: wanted numbers that rise from 0 or more (found {values})")
        if self.pay_down_ppm != sorted(self.pay_down_ppm, reverse=True):
            raise ValueError(f"pay_down_ppm: wanted numbers that fall (found {self.pay_down_ppm})")
        if self.haircut_ppm[-1] > 1_000_000:
            raise ValueError(f"haircut_ppm: wanted at most 1,000,000 (found {self.haircut_ppm})")
        return self


class Requests(Section):
    """Requests for a higher limit (R-L9)."""

    most: int = number(
        3, "requests in the window that pass", ge=0, le=30, unit="requests", source="assumed (R-L9)"
    )
    window_days: int = number(30, "the window", ge=1, le=32, unit="days", source="assumed (R-L9)")
    hold_days: int = number(
        3,
        "days until the review is over at the latest",
        ge=1,
        le=30,
        unit="days",
        source="R-L9: 72 h",
    )


class Yearly(Section):
    """The cap on a calendar year's purchases (R-U7, R-U8)."""

    cap_ppm: int = number(
        1_000_000,
        "of the verified yearly income",
        ge=0,
        le=1_000_000_000,
        unit="ppm",
        neutral=1_000_000_000,
        source="R-U7: the verified yearly income",
    )
    proof_ppm: int = share(
        500_000, "of users, prove more when asked", neutral=0, source="assumed (R-U8): half"
    )
    proof_raise_ppm: int = number(
        500_000,
        "which raises the cap by",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-U8): 50 %",
    )


class Refunds(Section):
    """Purchases that are given back."""

    chance_ppm: int = share(20_000, "of purchases on credit", neutral=0, source=ASSUMED)
    days: int = number(5, "after so many days", ge=1, le=90, unit="days", source=ASSUMED)


class Borrowing(Section):
    """What users want of the line besides buying: instalments, early settlement, more limit."""

    purchase_plan_ppm: int = share(
        80_000, "of purchases on credit that can be spread, wished so", neutral=0, source=ASSUMED
    )
    least_plan_fen: int = money(30_000, "purchases below this are never spread", source=ASSUMED)
    bill_plan_ppm: int = share(
        60_000, "of bills that can be spread, wished so", neutral=0, source=ASSUMED
    )
    periods_3_ppm: int = share(500_000, "of plans, over 3 months", source=ASSUMED)
    periods_6_ppm: int = share(300_000, "of plans, over 6 months; the rest over 12", source=ASSUMED)
    periods_24_ppm: int = share(
        0, "of plans, over 24 months, where a product offers so many", neutral=0, source=ASSUMED
    )
    settle_month_ppm: int = share(
        20_000, "chance a month to settle instalments early", neutral=0, source=ASSUMED
    )
    ask_after: int = number(
        2,
        "refusals for lack of limit that make one think of asking for more",
        ge=1,
        le=1_000,
        unit="refusals",
        source="assumed (R-L9)",
    )
    ask_ppm: int = share(100_000, "chance a day to ask then", neutral=0, source="assumed (R-L9)")

    @model_validator(mode="after")
    def _adds_up(self) -> Borrowing:
        if self.periods_3_ppm + self.periods_6_ppm > 1_000_000:
            raise ValueError("periods_6_ppm: wanted at most what periods_3_ppm leaves")
        if self.periods_3_ppm + self.periods_6_ppm + self.periods_24_ppm > 1_000_000:
            raise ValueError("periods_24_ppm: wanted at most what 3 and 6 periods leave")
        return self
