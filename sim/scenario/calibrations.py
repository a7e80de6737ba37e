"""What the file of a calibration may say: targets, free parameters, search and posterior."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from sim.scenario.origin import Document
from sim.scenario.section import ASSUMED, Section, number, path, share, text


class Free(Section):
    """A key of the scenario that is fitted, uniform between two bounds before the data."""

    key: str = text(..., "key of the scenario, with dots")
    low: int | float = Field(description="lower bound")
    high: int | float = Field(description="upper bound")
    scale: Literal["linear", "log"] = Field("linear", description="of the prior and the search")

    @model_validator(mode="after")
    def _in_order(self) -> Free:
        if not self.low < self.high:
            raise ValueError(f"high: wanted more than {self.low} (found {self.high})")
        if self.scale == "log" and not self.low > 0:
            raise ValueError(f"low: wanted more than 0 for a log scale (found {self.low})")
        return self


class Reason(Section):
    """Why targets are missed: what the model lacks, in a sentence."""

    targets: list[str] = Field(
        min_length=1, description="keys of targets; * stands for any part of one"
    )
    because: str = text(..., "what the model lacks")


class Posterior(Section):
    """Draws around the optimum by rejection with regression adjustment; none with 0 trials."""

    trials: int = number(0, "draws from the neighbourhood", ge=0, le=1_000_000, source=ASSUMED)
    kept_ppm: int = share(250_000, "of them, the nearest to the targets", source=ASSUMED)
    reach_ppm: int = share(
        200_000, "half width of the neighbourhood, of each range of a parameter", source=ASSUMED
    )
    linear: int = number(
        0,
        "draws of the linear approximation that gauss_newton ends with, in place of trials",
        ge=0,
        le=1_000_000,
        source=ASSUMED,
    )


class Refine(Section):
    """Rounds of linear fits around the best trial of the search."""

    rounds: int = number(0, "rounds", ge=0, le=1_000, source=ASSUMED)
    trials: int = number(64, "trials of each round, besides the steps", ge=2, source=ASSUMED)
    reach_ppm: int = share(
        120_000, "half width of the first box, of each range of a parameter", source=ASSUMED
    )


class GaussNewton(Section):
    """Damped Gauss-Newton steps from the best trial so far, and standard errors at their end."""

    rounds: int = number(0, "rounds of new slopes", ge=0, le=1_000, source=ASSUMED)
    step_ppm: int = number(
        20_000,
        "by which parameters are moved up and down for slopes, of their range",
        ge=1,
        le=500_000,
        unit="ppm",
        source=ASSUMED,
    )
    reach_ppm: int = number(
        80_000,
        "that no parameter moves beyond in one step, of its range",
        ge=1,
        le=1_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    dampings: list[float] = Field(
        [1.0, 3.0, 9.0],
        min_length=1,
        max_length=100,
        description="misses, root mean square, that moving a parameter over its range is worth",
        json_schema_extra={"source": ASSUMED},
    )
    steps: int = number(
        3, "steps in a round at most; each tries all dampings", ge=1, le=100, source=ASSUMED
    )

    @model_validator(mode="after")
    def _damped(self) -> GaussNewton:
        wrong = [one for one in self.dampings if not one > 0]
        if wrong:
            raise ValueError(f"dampings: wanted numbers above 0 (found {wrong[0]})")
        return self


class CalibrationFile(Document):
    """A fit of a scenario to targets of accounts."""

    scenario: str = path(..., "scenario file that is fitted")
    targets: str = path(..., "JSON of targets: keys with `value` and `se`")
    judged: str = path("", "JSON with a list `targets` of the keys that count; all with an se")
    set: dict[str, Any] = Field(default_factory=dict, description="keys of every trial")
    free: list[Free] = Field(default_factory=list, description="what is fitted")
    users: int = number(
        4_000, "users of a trial", ge=100, le=10_000_000, unit="users", source=ASSUMED
    )
    replications: int = number(
        1, "runs of a trial, the same luck in every one", ge=1, le=1_000, source=ASSUMED
    )
    allowance_ppm: int = share(
        30_000, "of each target, the discrepancy allowed to any model", source="judged.json: 3 %"
    )
    most_z: float = number(
        20.0, "misses beyond this many errors count as this many in the loss", ge=1, source=ASSUMED
    )
    trials: int = number(200, "trials of the search", ge=1, le=1_000_000, source=ASSUMED)
    batch: int = number(8, "trials proposed at a time, whatever the workers", ge=1, source=ASSUMED)
    seed: int = number(1, "of search and posterior", ge=0, le=2**31 - 1, source=ASSUMED)
    refine: Refine = Refine()
    gauss_newton: GaussNewton = GaussNewton()
    reason: list[Reason] = Field(
        default_factory=list, description="why targets are far off; the first that names one"
    )
    posterior: Posterior = Posterior()

    @model_validator(mode="after")
    def _once(self) -> CalibrationFile:
        keys = [one.key for one in self.free]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise ValueError(f"free: wanted each key once (found {twice[0]} twice)")
        asked = self.posterior
        if asked.linear > 0 and (asked.trials > 0 or self.gauss_newton.rounds == 0):
            wanted = "wanted gauss_newton.rounds above 0 and posterior.trials of 0"
            both = f"{self.gauss_newton.rounds} and {asked.trials}"
            raise ValueError(f"posterior.linear: {wanted} (found {both})")
        return self
