"""The credit line: keys, bounds, defaults and their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field, model_validator

from sim.kinds import (
    Accrual,
    Admission,
    Asks,
    Cycle,
    EarlySettlement,
    FeeBase,
    InterestFrom,
    LateDays,
    MinimumRule,
    PastDueFrom,
    PenaltyBase,
    PenaltyStacking,
    PlanCost,
    PlanSplit,
    PostedWith,
    RoundedWhen,
    Rounding,
)
from sim.scenario.economy import Step
from sim.scenario.entry import Gates, Ways
from sim.scenario.outlook import Acceptance, Joint, Plus, Regulation, SharedData, discounts
from sim.scenario.plans import Factors, Grades, Instalments, Refunds, Requests, Yearly
from sim.scenario.presets import PresetName, with_preset
from sim.scenario.risk import Accounting
from sim.scenario.section import (
    ASSUMED,
    WHOLE_PPM,
    Section,
    choice,
    money,
    number,
    share,
    switch,
    text,
)


class Limit(Section):
    """The dynamic limit (R-L1 to R-L3, R-L6 to R-L8)."""

    fen_per_point: int = number(
        1_000,
        "base: fen per point of the payment score",
        ge=0,
        le=100_000,
        unit="fen",
        source="R-L1: score x 10 yuan",
    )
    spending_ppm: int = number(
        80_000,
        "of mean monthly spending",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="R-L2: 8 %",
    )
    deposit_ppm: int = number(
        50_000,
        "of the mean wallet balance",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="R-L3: 5 %",
    )
    deposit_capped: bool = switch(
        True, "cap the deposit term at the base term", source="assumed (R-L3)"
    )
    max_fen: int = money(20_000_000, "highest limit", source="R-L8: 200,000 yuan")
    refresh_days: int = number(
        3,
        "days between refreshes",
        ge=3,
        le=366,
        multiple_of=3,
        unit="days",
        source="R-L6: 72 hours",
    )
    stagger: bool = switch(
        False,
        "spread users over the refresh days instead of one clock for all",
        source="assumed (R-L6)",
    )
    major_purchase_ppm: int = number(
        500_000,
        "share of the limit from which a purchase refreshes it at once",
        ge=1,
        le=1_000_000_000,
        unit="ppm",
        source="assumed (R-L7)",
    )
    dynamic: bool = switch(
        True, "refresh limits at all; false keeps the first limit", source="R-L6"
    )


class Score(Section):
    """How the payment score moves at each refresh (R-L1: named step and weights)."""

    step_ppm: int = share(60_000, "share of the way to the target", neutral=0, source=ASSUMED)
    activity_points: int = number(
        20, "for a full count of payments", ge=0, le=300, unit="points", neutral=0, source=ASSUMED
    )
    activity_payments: int = number(
        30, "payments a month that are a full count", ge=1, le=500, unit="payments", source=ASSUMED
    )
    on_time_points: int = number(
        5,
        "for each bill paid in time in a row",
        ge=0,
        le=300,
        unit="points",
        neutral=0,
        source=ASSUMED,
    )
    on_time_most: int = number(12, "bills that count", ge=0, le=120, unit="bills", source=ASSUMED)
    lapse_points: int = number(
        60,
        "off while something is past due, and off for each lapse up to the most",
        ge=0,
        le=600,
        unit="points",
        neutral=0,
        source=ASSUMED,
    )
    lapses_most: int = number(3, "lapses that count", ge=0, le=120, unit="lapses", source=ASSUMED)
    lowest: int = number(350, "lowest score", ge=0, le=1_000, unit="points", source=ASSUMED)
    highest: int = number(850, "highest score", ge=0, le=1_000, unit="points", source=ASSUMED)


class Billing(Section):
    """Statement, due day, grace, minimum (R-P4, R-P5, R-P10)."""

    cycle: Cycle = choice(
        Cycle.CALENDAR, "when statements are cut, and when due", source="assumed (R-P10)"
    )
    statement_day: int = number(
        1,
        "the statement covers all days before this one",
        ge=1,
        le=28,
        unit="day of month",
        source="assumed (R-P10)",
    )
    due_day_first: int = number(
        10,
        "earliest due day among users",
        ge=1,
        le=28,
        unit="day of month",
        source="assumed (R-P10)",
    )
    due_day_last: int = number(
        10, "latest due day among users", ge=1, le=28, unit="day of month", source="assumed (R-P10)"
    )
    due_offset_days: int = number(
        0,
        "days from statement to due day, where not on a day of the month (cycle)",
        ge=0,
        le=27,
        unit="days",
        source="assumed (R-P10)",
    )
    late_days: LateDays = choice(
        LateDays.LAST_DAY,
        "what the days 29 to 31 become as days of an account's own cycle",
        source="assumed (R-P10)",
    )
    asks: Asks = choice(Asks.WHOLE, "what a statement asks for", source="assumed (R-P10)")
    grace_days: int = number(
        3,
        "days after the due day that do not count as overdue",
        ge=0,
        le=14,
        unit="days",
        source="R-P5: 72 hours",
    )
    minimum_rule: MinimumRule = choice(
        MinimumRule.SHARE_OF_ALL, "what the minimum is made of", source="assumed (R-P4)"
    )
    minimum_ppm: int = share(
        100_000, "minimum: share of the billed principal", source="assumed (R-P4): 10 %"
    )
    minimum_whole_fen: int = money(
        10_000, "a bill up to this is its own minimum", source="assumed (R-P4): 100 yuan"
    )
    carried_whole_fen: int = money(
        0,
        "carried principal below this is wholly in the minimum (minimum_rule = by_record)",
        source="assumed (R-P4)",
        neutral=0,
    )
    rounding: Rounding = choice(
        Rounding.HALF_EVEN,
        "of minimums and of what accrues",
        source="assumed: half-even to the fen",
    )
    past_due_from: PastDueFrom = choice(
        PastDueFrom.END_OF_GRACE, "from when days past due are counted", source="assumed (R-P10)"
    )

    @model_validator(mode="after")
    def _due_between_statements(self) -> Billing:
        if self.cycle != Cycle.CALENDAR:
            return self._due_after_days()
        if self.due_day_first > self.due_day_last:
            raise ValueError("due_day_first: wanted a day not after due_day_last")
        if self.due_day_first <= self.statement_day:
            raise ValueError("due_day_first: wanted a day after statement_day")
        if self.due_day_last + self.grace_days >= self.statement_day + 28:
            raise ValueError("grace_days: wanted grace that ends before the next statement")
        if self.due_offset_days > 0:
            raise ValueError(
                "due_offset_days: wanted 0 with cycle = calendar, where due_day_first and "
                'due_day_last say when bills are due; else cycle = "offset" or "opening_day"'
            )
        return self

    def _due_after_days(self) -> Billing:
        """Check a cycle in which bills are due some days after the statement, or with it."""
        after = self.cycle in (Cycle.OFFSET, Cycle.OPENING_DAY)
        name = self.cycle.name.lower()
        if after and self.due_offset_days == 0:
            raise ValueError(
                f"due_offset_days: wanted 1 to 27: cycle = {name} counts the due day by it; "
                'else cycle = "calendar", "order" or "first_drawing"'
            )
        if not after and self.due_offset_days > 0:
            raise ValueError(
                f"due_offset_days: wanted 0: with cycle = {name} the due day is the statement "
                'day; else cycle = "offset" or "opening_day"'
            )
        if self.due_offset_days + self.grace_days >= 28:
            raise ValueError("grace_days: wanted grace that ends before the next statement")
        return self


class Charges(Section):
    """What credit costs (R-P2, R-P4, R-P7, R-P9)."""

    rate_ppb: int = number(
        500_000,
        "interest a day on what is carried",
        ge=0,
        le=100_000_000,
        unit="ppb a day",
        neutral=0,
        source="R-P4: 0.05 % a day",
    )
    interest_from: InterestFrom = choice(
        InterestFrom.DUE_DAY, "from when principal bears interest", source="assumed (R-P9)"
    )
    penalty_ppm: int = number(
        1_500_000,
        "penalty on overdue principal, as a multiple of the rate",
        ge=0,
        le=10_000_000,
        unit="ppm",
        source="assumed (R-P7): 1.5 times",
    )
    penalty_base: PenaltyBase = choice(
        PenaltyBase.OVERDUE_PRINCIPAL, "what the penalty is on", source="assumed (R-P7)"
    )
    penalty_rounded: RoundedWhen = choice(
        RoundedWhen.FINALLY, "when the penalty is rounded", source="assumed (R-P7)"
    )
    penalty_floor_fen: int = money(
        0, "least penalty of a day on which there is one", source="assumed (R-P7)", neutral=0
    )
    penalty_stacking: PenaltyStacking = choice(
        PenaltyStacking.INSTEAD,
        "whether the penalty replaces interest or comes on top",
        source="assumed (R-P7)",
    )
    yearly_cap_ppm: int = number(
        240_000,
        "interest plus penalty a year at most",
        ge=0,
        le=10_000_000,
        unit="ppm a year",
        source="assumed (R-P7): 24 %",
    )
    accrual: Accrual = choice(
        Accrual.DAILY, "by which balance interest is counted", source="assumed (R-P9)"
    )
    posted_with: PostedWith = choice(
        PostedWith.STATEMENT, "when what has accrued can and must be paid", source="assumed (R-P9)"
    )
    manual_fee_ppm: int = share(1_000, "fee on a manual repayment", neutral=0, source="R-P2: 0.1 %")


class Scenes(Section):
    """Where the line can be used and for how much (R-U1 to R-U6)."""

    online_fen: int = money(500_000, "most for one online purchase", source="R-U1: 5,000 yuan")
    static_day_fen: int = money(
        50_000, "most a day on static codes", source="assumed (R-U2): 500 yuan"
    )
    dynamic_fen: int = money(
        500_000, "most for one purchase on a dynamic code", source="assumed (R-U2)"
    )
    bills_fen: int = money(500_000, "most for one utility bill", source="assumed (R-U4)")
    cross_border_fen: int = money(500_000, "most for one purchase abroad", source="assumed (R-U5)")
    mini_program_fen: int = money(
        500_000, "most for one purchase in a mini-program", source="assumed (R-F1)"
    )


class ChargeOff(Section):
    """When an account is given up, and what comes back (R-W6)."""

    days: int = number(180, "days past due", ge=1, le=210, unit="days", source="assumed (R-W6)")
    recovery_low_ppm: int = share(
        100_000, "least share recovered within a year", source="assumed (R-W6): 10 to 25 %"
    )
    recovery_high_ppm: int = share(
        250_000, "largest share recovered within a year", source="assumed (R-W6)"
    )
    recovery_curve_ppm: list[int] = Field(
        [
            200_000,
            160_000,
            130_000,
            110_000,
            90_000,
            80_000,
            60_000,
            50_000,
            40_000,
            30_000,
            30_000,
            20_000,
        ],
        min_length=12,
        max_length=12,
        description="of that share, month by month",
        json_schema_extra={"source": "assumed (R-W6)", "unit": "ppm"},
    )

    @model_validator(mode="after")
    def _adds_up(self) -> ChargeOff:
        if self.recovery_low_ppm > self.recovery_high_ppm:
            raise ValueError("recovery_low_ppm: wanted at most recovery_high_ppm")
        total = sum(self.recovery_curve_ppm)
        if min(self.recovery_curve_ppm) < 0:
            least = min(self.recovery_curve_ppm)
            raise ValueError(f"recovery_curve_ppm: wanted shares of 0 or more (found {least:,})")
        if total != WHOLE_PPM:
            raise ValueError(
                f"recovery_curve_ppm: wanted 12 shares that add up to 1,000,000 (found {total:,})"
            )
        return self


def clashes_of_kinds(billing: Billing, charges: Charges, instalments: Instalments) -> Iterator[str]:
    """Yield a line for each kind that another one leaves without a meaning."""
    spending = charges.interest_from == InterestFrom.SPENDING_DAY
    if billing.asks == Asks.SHARE and not spending:
        yield (
            'charges.interest_from: wanted "spending_day": billing.asks = share leaves the rest '
            'of the balance unbilled, which bears interest; else billing.asks = "whole"'
        )
    if charges.accrual == Accrual.MONTH_END and not (
        spending and billing.cycle == Cycle.CALENDAR and billing.statement_day == 1
    ):
        yield (
            'charges.accrual: wanted "daily": a month\'s interest on its last balance needs '
            'interest_from = "spending_day", cycle = "calendar" and statement_day = 1'
        )
    daily = instalments.cost == PlanCost.DAILY
    if instalments.always and not daily:
        yield (
            'instalments.always: wanted false: cost = "daily" alone makes every drawing a plan of '
            "its own"
        )
    early = instalments.early_settlement
    if early == EarlySettlement.DAILY_TO_DATE and (daily or instalments.early_rate_ppb == 0):
        yield (
            "instalments.early_rate_ppb: wanted a rate above 0, and fees (cost = each_period or "
            "total): early_settlement = daily_to_date charges by it; else early_settlement = "
            '"fees_on_schedule", "all_at_once", "to_date", "day_rate" or "free"'
        )
    if instalments.split == PlanSplit.LEVEL and (
        instalments.cost != PlanCost.EACH_PERIOD or instalments.fee_base != FeeBase.DECLINING
    ):
        yield (
            'instalments.split: wanted "remainder_first" or "remainder_last": level payments need '
            'cost = "each_period" and fee_base = "declining"'
        )


class Product(Section):
    """The credit line."""

    name: str = text("", "its name in keys and tables; that of the preset if empty")
    preset: PresetName = text("seed_article", "the preset these terms are from")
    admission: Admission = choice(
        Admission.SCORED,
        "who is let in: whoever applies and passes, or all of age without asking",
        source="R-A1 to R-E4",
    )
    minimum_age: int = number(18, "least age", ge=0, le=120, unit="years", source="R-A1")
    rollout: list[Step] = Field(
        default_factory=list,
        description="share of users who may see the product, by date; all if empty (R-A5)",
    )
    gates: Gates = Gates()
    ways: Ways = Ways()
    limit: Limit = Limit()
    factors: Factors = Factors()
    grades: Grades = Grades()
    requests: Requests = Requests()
    score: Score = Score()
    billing: Billing = Billing()
    charges: Charges = Charges()
    instalments: Instalments = Instalments()
    scenes: Scenes = Scenes()
    yearly: Yearly = Yearly()
    refunds: Refunds = Refunds()
    charge_off: ChargeOff = ChargeOff()
    accounting: Accounting = Accounting()
    acceptance: Acceptance = Acceptance()
    discount_ppm: list[int] = discounts()
    joint: Joint = Joint()
    shared_data: SharedData = SharedData()
    plus: Plus = Plus()
    regulation: Regulation = Regulation()

    @property
    def label(self) -> str:
        """The name that stands in keys and tables."""
        return self.name or self.preset

    @model_validator(mode="before")
    @classmethod
    def _from_preset(cls, data: Any) -> Any:
        """Take what is not said from the preset."""
        return with_preset(data) if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _name_stands_in_keys(self) -> Product:
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", self.name)
        if self.name and (not plain or self.name in type(self).model_fields):
            wanted = "a letter, then up to 39 letters, digits and dashes, no key of a product"
            raise ValueError(f"name: wanted {wanted} (found {self.name!r})")
        if min(self.discount_ppm) < 0 or max(self.discount_ppm) > WHOLE_PPM:
            raise ValueError(
                f"discount_ppm: wanted 6 shares up to 1,000,000 (found {self.discount_ppm})"
            )
        return self

    @model_validator(mode="after")
    def _kinds_agree(self) -> Product:
        """Refuse kinds of billing, charges and instalments that contradict each other."""
        faults = [*clashes_of_kinds(self.billing, self.charges, self.instalments)]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @model_validator(mode="after")
    def _opens_step_by_step(self) -> Product:
        dates = [step.date for step in self.rollout]
        shares = [step.value_ppm for step in self.rollout]
        if dates != sorted(set(dates)):
            raise ValueError("rollout: wanted dates that rise")
        if shares != sorted(shares) or (shares and shares[-1] > WHOLE_PPM):
            raise ValueError("rollout: wanted shares up to 1,000,000 that do not fall")
        return self
