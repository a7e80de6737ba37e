"""Calendar and economy: keys, bounds, defaults and their sources."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from sim.scenario.section import ASSUMED, Section, number, switch, text


class Step(Section):
    """A value from a date on."""

    date: dt.date = Field(description="from this day on")
    value_ppm: int = number(0, "value", ge=0, le=100_000_000, unit="ppm", source=ASSUMED)


class OwnDate(Section):
    """A dated demand factor of one's own."""

    date: dt.date = Field(description="first day")
    until: dt.date | None = Field(None, description="last day; the first if absent")
    demand_ppm: int = number(
        1_000_000,
        "factor on the number of purchases",
        ge=0,
        le=100_000_000,
        unit="ppm",
        neutral=1_000_000,
        source=ASSUMED,
    )
    name: str = text("", "what happens")


class Environment(Section):
    """What all users share: calendar and economy."""

    holidays: bool = switch(
        True, "factors of public holidays", source="State Council notices 2023-2026"
    )
    festivals: bool = switch(
        True, "factors of shopping festivals", source="sim/data/calendar_china.toml"
    )
    weekdays: bool = switch(
        True, "factors of weekdays and days of the month", source="sim/data/calendar_china.toml"
    )
    dates: list[OwnDate] = Field(default_factory=list, description="dated factors of one's own")
    unemployment_ppm: int = number(
        52_000,
        "share of users without a job",
        ge=0,
        le=900_000,
        unit="ppm",
        source="surveyed urban unemployment, China 2023: 5.2 %",
    )
    job_found_ppm: int = number(
        180_000, "chance to find a job, a month", ge=1, le=1_000_000, unit="ppm", source=ASSUMED
    )
    unemployment: list[Step] = Field(
        default_factory=list, description="path of unemployment: straight between dates"
    )
    income_growth_ppm: int = number(
        0,
        "growth of incomes a year",
        ge=-500_000,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )

    @model_validator(mode="after")
    def _in_order(self) -> Environment:
        dates = [step.date for step in self.unemployment]
        if dates != sorted(set(dates)):
            raise ValueError("unemployment: wanted dates that rise")
        if any(step.value_ppm > 900_000 for step in self.unemployment):
            raise ValueError("unemployment: wanted values up to 900,000")
        if any(own.until is not None and own.until < own.date for own in self.dates):
            raise ValueError("dates: wanted until not before date")
        return self
