"""How sure a scenario or a study wants to be: replications are added until its intervals hold."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.section import ASSUMED, Section, number, text


class Aim(Section):
    """How narrow the interval of one metric is wanted."""

    metric: str = text(..., "a figure, or an expression over last.X, total.X and mean.X")
    half_width: float = number(..., "of the interval of its mean", ge=0, source=ASSUMED)


class Precision(Section):
    """Replications are added until all intervals are narrow enough; of a sweep, to every row."""

    aims: list[Aim] = Field(min_length=1, description="all of them are to hold")
    level: float = number(0.95, "level of intervals", ge=0.5, le=0.9999, source="the usual 95 %")
    batch: int = number(10, "replications added at a time", ge=1, le=10_000, source=ASSUMED)
    most: int = number(1_000, "replications at most", ge=2, le=100_000, source=ASSUMED)
    seconds: float = number(
        3_600.0, "after which no more are added", ge=0, unit="seconds", source=ASSUMED
    )
