"""The stresses that ship, and a scenario under one of them at any strength."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from sim.scenario import Scenario

WHOLE_PPM = 1_000_000
NEUTRAL = {"income_ppm": WHOLE_PPM, "spending_ppm": WHOLE_PPM}  # of a shock; 0 for its other keys
REVERSED = "severe"  # the one whose strength a reverse stress varies


class Stress(NamedTuple):
    """A shock to all users, and factors on keys of the scenario."""

    name: str
    told: str
    source: str
    shock: dict[str, int]
    times: dict[str, float]

    def at(self, strength: float) -> dict[str, int]:
        """Return the shock at a strength: 0 is none, 1 this one, between them its part."""
        found = {}
        for key, value in self.shock.items():
            neutral = NEUTRAL.get(key, 0)
            most = WHOLE_PPM if key == "job_loss_ppm" else 20_000_000
            found[key] = min(max(round(neutral + strength * (value - neutral)), 0), most)
        return found


@cache
def stresses() -> dict[str, Stress]:
    """Return the stresses of `sim/data/stresses.toml` by name."""
    text = resources.files("sim.data").joinpath("stresses.toml").read_text("utf-8")
    return {
        name: Stress(
            name, entry["told"], entry["source"], entry.get("shock", {}), entry.get("times", {})
        )
        for name, entry in tomllib.loads(text).items()
    }


def under(scenario: Scenario, stress: Stress, strength: float = 1.0) -> Scenario:
    """Return a scenario under a stress for all its reported days.

    strength: of the shock; factors on keys are either there or, at 0, not. Raises ScenarioError.
    """
    changes: dict[str, Any] = {}
    shock = stress.at(strength)
    if any(value != NEUTRAL.get(key, 0) for key, value in shock.items()):
        changes["environment.shocks"] = [*_shocks(scenario), _dated(scenario, stress.name, shock)]
    if strength:
        changes |= _factors(scenario, stress.times)
    return scenario.with_(**changes) if changes else scenario


def _shocks(scenario: Scenario) -> list[Any]:
    found: list[Any] = scenario.tree().get("environment", {}).get("shocks", [])
    return found


def _dated(scenario: Scenario, name: str, shock: dict[str, int]) -> dict[str, Any]:
    run = scenario.run
    until = run.start + dt.timedelta(days=run.days - 1)
    return {"name": name, "date": run.start, "until": until} | shock


def _factors(scenario: Scenario, times: dict[str, float]) -> dict[str, int]:
    found = {}
    for key, factor in times.items():
        places = [key]
        if key.startswith("product."):
            others = range(len(scenario.beside))
            places += [f"beside.{at}.{key.removeprefix('product.')}" for at in others]
        for place in places:
            found[place] = min(round(_value(scenario, place) * factor), WHOLE_PPM)
    return found


def _value(scenario: Scenario, key: str) -> int:
    found: Any = scenario
    for step in key.split("."):
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    return int(found)
