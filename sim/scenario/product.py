"""The credit line: keys, bounds, defaults and their sources."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, model_validator

from sim.kinds import Admission
from sim.scenario.billing import Billing, Charges, clashes_of_kinds
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
