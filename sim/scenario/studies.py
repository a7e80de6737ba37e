"""What the file of a study may say: comparisons and their plans."""

from __future__ import annotations

import os
from pathlib import Path as FilePath
from typing import TypeVar

from pydantic import Field, model_validator

from sim.scenario.origin import Document
from sim.scenario.reading import read
from sim.scenario.section import ASSUMED, Section, number, path, text

S = TypeVar("S", bound=Document)


class Sizes(Section):
    """What a plan of a comparison is for: two rates of users, or a metric of whole runs."""

    rate_a_ppm: int | None = Field(None, description="rate of users under A", ge=0, le=1_000_000)
    rate_b_ppm: int | None = Field(None, description="rate of users under B", ge=0, le=1_000_000)
    metric: str = text("", "a metric of replications; its variances are those of a pilot")
    effect: float | None = Field(
        None, description="difference of the metric to be found; that of the pilot if absent"
    )
    power: float = number(
        0.8, "chance of finding the effect", ge=0.01, le=0.9999, source="the usual 80 %"
    )

    @model_validator(mode="after")
    def _one_question(self) -> Sizes:
        rates = (self.rate_a_ppm, self.rate_b_ppm)
        if any(rate is not None for rate in rates) == bool(self.metric):
            raise ValueError("metric: wanted either two rates or a metric")
        if (rates[0] is None) != (rates[1] is None):
            raise ValueError("wanted both rate_a_ppm and rate_b_ppm")
        if rates[0] is not None and rates[0] == rates[1]:
            raise ValueError(f"rate_b_ppm: wanted another rate than A's (found {rates[1]})")
        if self.effect == 0:
            raise ValueError("effect: wanted an effect other than 0 (found 0)")
        return self


class ComparisonFile(Document):
    """Two scenarios to be compared, and how surely."""

    a: str = path("", "scenario file of the baseline")
    b: str = path("", "scenario file compared with it")
    replications: int = number(20, "pairs of runs", ge=2, le=100_000, source=ASSUMED)
    level: float = number(0.95, "level of intervals", ge=0.5, le=0.9999, source="the usual 95 %")
    plan: Sizes = Field(description="what `paylater plan` works out")

    @model_validator(mode="after")
    def _has_scenarios(self) -> ComparisonFile:
        if self.plan.metric and not (self.a and self.b):
            missing = "b" if self.a else "a"
            raise ValueError(f"{missing}: wanted a scenario file, for the pilot (found nothing)")
        return self


def load_study(kind: type[S], file: str | FilePath) -> S:
    """Return the study in a TOML file. Raises ScenarioError with a line for each fault."""
    tree, origins = read(file)
    return kind.built(tree, origins, os.path.normpath(file))
