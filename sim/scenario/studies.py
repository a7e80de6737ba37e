"""What the file of a study may say: comparisons and their plans, sweeps, targets of precision."""

from __future__ import annotations

import os
from pathlib import Path as FilePath
from typing import Any, Literal, TypeVar

from pydantic import Field, model_validator

from sim.scenario.origin import Document
from sim.scenario.precision import Precision
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


class Axis(Section):
    """A key that varies, or keys that move together: over values, or between two bounds."""

    key: str = text("", "key of the scenario, with dots")
    keys: list[str] = Field(default_factory=list, description="keys that move together")
    values: list[Any] = Field(
        default_factory=list, description="values in order; of several keys a list of each"
    )
    low: int | float | None = Field(None, description="lower bound")
    high: int | float | None = Field(None, description="upper bound")
    scale: Literal["linear", "log"] = Field("linear", description="of points between the bounds")

    @property
    def names(self) -> list[str]:
        """The keys, one or several."""
        return self.keys or [self.key]

    @model_validator(mode="after")
    def _one_way(self) -> Axis:
        if bool(self.key) == bool(self.keys):
            raise ValueError("key: wanted either a key or keys")
        bounds = self.low is not None and self.high is not None
        if bool(self.values) == bounds or (self.low is None) != (self.high is None):
            raise ValueError("values: wanted either values, or low and high")
        if self.keys and bounds:
            raise ValueError("keys: wanted values for keys that move together")
        short = [v for v in self.values if self.keys and _length(v) != len(self.keys)]
        if short:
            raise ValueError(f"values: wanted {len(self.keys)} in each (found {short[0]})")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"high: wanted more than {self.low} (found {self.high})")
        if self.scale == "log" and not (self.low or 0) > 0:
            raise ValueError(f"low: wanted more than 0 for a log scale (found {self.low})")
        return self


class Derived(Section):
    """A key that follows from others."""

    key: str = text(..., "key of the scenario, with dots")
    value: str = text(..., "an expression over keys of the scenario")


class Bound(Section):
    """What a metric has to keep to."""

    metric: str = text(..., "a figure, or an expression over last.X, total.X and mean.X")
    most: float | None = Field(None, description="no more than this")
    least: float | None = Field(None, description="no less than this")

    @model_validator(mode="after")
    def _bounds(self) -> Bound:
        if self.most is None and self.least is None:
            raise ValueError("most: wanted a bound, most or least (found nothing)")
        return self


class Optimise(Section):
    """A search for the keys at which a metric is best; design is "optimise"."""

    metric: str = text(..., "what is to be best: its mean over replications")
    direction: Literal["maximise", "minimise"] = Field("maximise", description="which is better")
    bounds: list[Bound] = Field(default_factory=list, description="what other metrics keep to")
    trials: int = number(60, "rows tried", ge=1, le=100_000, source=ASSUMED)
    batch: int = number(
        4, "rows proposed at a time, whatever the workers", ge=1, le=1_000, source=ASSUMED
    )


class SweepFile(Document):
    """A design over keys of a scenario, with replications in each row."""

    scenario: str = path(..., "scenario file that every row starts from")
    design: Literal["grid", "list", "lhs", "sobol", "indices", "optimise"] = Field(
        "grid",
        description="axes crossed; axes zipped; Latin hypercube; Sobol sequence; the design of"
        " Saltelli for Sobol indices; a search",
    )
    points: int = number(
        64, "rows of lhs, sobol; base sample of indices", ge=1, le=1_000_000, source=ASSUMED
    )
    blocks: int = number(1, "Latin hypercubes, one after another", ge=1, le=10_000, source=ASSUMED)
    seed: int = number(1, "of the design; luck is run.seed's", ge=0, le=2**32 - 1, source=ASSUMED)
    replications: int = number(
        1, "runs of each row, with the same luck in every row", ge=1, le=100_000, source=ASSUMED
    )
    metrics: list[str] = Field(
        default_factory=lambda: ["risk_adjusted_income_fen", "loss_fen", "late_31_share"],
        min_length=1,
        description="figures, or expressions over last.X, total.X and mean.X",
    )
    set: dict[str, Any] = Field(default_factory=dict, description="keys of every row")
    axis: list[Axis] = Field(default_factory=list, description="what varies")
    derived: list[Derived] = Field(default_factory=list, description="keys that follow")
    constraints: list[str] = Field(
        default_factory=list, description="comparisons over keys; rows that break one are left out"
    )
    precision: Precision | None = Field(None, description="when there are replications enough")
    optimise: Optimise | None = Field(None, description="what a search is for")

    @model_validator(mode="after")
    def _fits(self) -> SweepFile:
        bounded = [axis.low is not None for axis in self.axis]
        lengths = {len(axis.values) for axis in self.axis}
        if self.design in ("grid", "list") and any(bounded):
            raise ValueError(f"axis.{bounded.index(True)}: wanted values, for a {self.design}")
        if self.design == "list" and len(lengths) > 1:
            raise ValueError(f"axis: wanted as many values on each (found {sorted(lengths)})")
        if (self.design == "optimise") != (self.optimise is not None):
            raise ValueError('design: wanted "optimise" with a table [optimise], and only then')
        if self.design not in ("grid", "list") and not all([*bounded, bounded]):
            raise ValueError(f"axis: wanted axes with low and high, for {self.design}")
        twos = self.points & (self.points - 1)
        if self.design in ("sobol", "indices") and twos:
            raise ValueError(f"points: wanted a power of two (found {self.points})")
        return self


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else -1


def load_study(kind: type[S], file: str | FilePath) -> S:
    """Return the study in a TOML file. Raises ScenarioError with a line for each fault."""
    tree, origins = read(file)
    return kind.built(tree, origins, os.path.normpath(file))
