"""Calendar and economy: keys, bounds, defaults and their sources."""

from __future__ import annotations

import datetime as dt
from enum import IntEnum

from pydantic import Field, model_validator

from sim.kinds import MOST_SHOCKS
from sim.scenario.section import ASSUMED, Section, choice, number, path, share, switch, text


class PathKind(IntEnum):
    """Where a path of the economy comes from."""

    NONE = 0
    STEPS = 1  # dated values in the scenario
    FILE = 2  # a column of a CSV file
    SIMULATED = 3  # an autoregression of its own for each replication


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


class Factor(Section):
    """One systematic factor a replication, standard normal; what is above 0 is worse for all."""

    loading_ppm: int = number(
        0,
        "share of a user's own risk to lose work that the factor explains",
        ge=0,
        le=990_000,
        unit="ppm",
        neutral=0,
        source="assumed: 0, so that one run is the mean economy; "
        "the Basel rules put 4 % on revolving retail exposures (CRE31.14)",
    )
    strain: int = number(
        0,
        "rise of the level that strain drifts to, for one standard deviation of the factor",
        ge=0,
        le=5_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    value: float | None = Field(
        None,
        ge=-8,
        le=8,
        description="the factor, in standard deviations; drawn for each replication if absent",
    )


class Shock(Section):
    """What befalls users of a region, of a segment or all from a date on.

    Work, income and strain are looked at on payday: a whole month reaches every user once.
    """

    name: str = text("", "what happens")
    date: dt.date = Field(description="first day")
    until: dt.date | None = Field(None, description="last day; a month from the first if absent")
    region: str = text("", "name of the region that it befalls; all if empty")
    segment: str = text("", "name of the segment that it befalls; all if empty")
    job_loss_ppm: int = share(
        0, "of those at work who lose it besides, on each payday", neutral=0, source=ASSUMED
    )
    income_ppm: int = number(
        1_000_000,
        "factor on incomes",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=1_000_000,
        source=ASSUMED,
    )
    spending_ppm: int = number(
        1_000_000,
        "factor on the number of purchases",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=1_000_000,
        source=ASSUMED,
    )
    strain: int = number(
        0,
        "added to strain on each payday",
        ge=-20_000,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )


class Path(Section):
    """A path over the days of a run: of the scenario, of a file, or simulated."""

    kind: PathKind = choice(PathKind.NONE, "where the path comes from", ASSUMED)
    steps: list[Step] = Field(default_factory=list, description="its values, straight between")
    file: str = path("", "CSV file with a column `date` and one of values in ppm")
    column: str = text("", "the column of values")
    mean_ppm: int = number(
        1_000_000,
        "what a simulated path returns to",
        ge=0,
        le=10_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    persistence_ppm: int = share(
        950_000, "of its distance to the mean that is left after a month", source=ASSUMED
    )
    volatility_ppm: int = number(
        0, "standard deviation of a month's change", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )

    @model_validator(mode="after")
    def _is_told(self) -> Path:
        if self.kind == PathKind.STEPS and not self.steps:
            raise ValueError("steps: wanted at least one value (found none)")
        if self.kind == PathKind.FILE and not (self.file and self.column):
            raise ValueError("file: wanted a file and a column (found one of them or none)")
        dates = [step.date for step in self.steps]
        if dates != sorted(set(dates)):
            raise ValueError("steps: wanted dates that rise")
        return self


class Paths(Section):
    """Paths that come in besides; each starts the same for all users."""

    unemployment: Path = Path()
    income: Path = Path()
    spending: Path = Path()


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

    factor: Factor = Factor()
    shocks: list[Shock] = Field(
        default_factory=list, max_length=MOST_SHOCKS, description="dated shocks"
    )
    paths: Paths = Paths()

    @model_validator(mode="after")
    def _in_order(self) -> Environment:
        if self.unemployment and self.paths.unemployment.kind != PathKind.NONE:
            raise ValueError("paths.unemployment: wanted no unemployment beside it (found a path)")
        own = self.paths.unemployment
        told = [step.value_ppm for step in own.steps] if own.kind == PathKind.STEPS else []
        told += [own.mean_ppm] if own.kind == PathKind.SIMULATED else []
        if max(told, default=0) > 900_000:
            raise ValueError("paths.unemployment: wanted values up to 900,000")
        if any(shock.until is not None and shock.until < shock.date for shock in self.shocks):
            raise ValueError("shocks: wanted until not before date")
        dates = [step.date for step in self.unemployment]
        if dates != sorted(set(dates)):
            raise ValueError("unemployment: wanted dates that rise")
        if any(step.value_ppm > 900_000 for step in self.unemployment):
            raise ValueError("unemployment: wanted values up to 900,000")
        if any(own.until is not None and own.until < own.date for own in self.dates):
            raise ValueError("dates: wanted until not before date")
        return self
