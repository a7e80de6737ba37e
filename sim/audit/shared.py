"""What users shared: the economy follows from the scenario, counts of an eve from the days."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim import barrier
from sim.audit.sources import Part
from sim.environment import course

_OF_THE_SCENARIO = {name: f"{name}_ppm" for name in ("demand", "job_loss", "job_found", "income")}
_OF_THE_SCENARIO |= {"rollout": "rollout_ppm", "factor": "factor_ppm"}
_OF_THE_SCENARIO |= {"pressure": "pressure_milli", "shocks": "shocks"}


def check_shared(part: Part) -> None:
    """Check `environment` and `circles`."""
    table, days = part.table("environment"), part.days
    if table is not None:
        keys = part.keys(table, "day", "date")
        again = course(part.scenario, part.number).days
        for name, column in _OF_THE_SCENARIO.items():
            found, why = table[column], "the scenario"
            part.findings.compare("environment", keys, column, found, again[name], why)
        for k, product in enumerate(part.products[1:]):
            column, wanted = f"rollout_{product}_ppm", again["rollout_beside"][:, k]
            found = table[column]
            part.findings.compare("environment", keys, column, found, wanted, "the scenario")
        if days is not None:
            _eves(part, table, days)
    circles = part.table("circles")
    if circles is not None and len(circles):
        _circles(part, circles, days)


def _eve(part: Part, day: pd.Series) -> np.ndarray:
    """Return the reported day before the last barrier; below 0 where it is not reported."""
    simulated = day.to_numpy() + part.scenario.run.burn_in_days
    eve: np.ndarray = simulated // barrier.DAYS * barrier.DAYS - 1
    return eve - part.scenario.run.burn_in_days


def _eves(part: Part, table: pd.DataFrame, days: pd.DataFrame) -> None:
    eve = _eve(part, table["day"])
    known = eve >= 0
    keys = part.keys(table, "day", "date")[known]
    for column, of, values in _of_the_eve(part, days):
        wanted = values[eve[known]]
        why = f"{of} on the eve of the last 72 hours"
        part.findings.compare("environment", keys, column, table[column][known], wanted, why)


def _of_the_eve(part: Part, days: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield each column that counts the eve, of what, and that by day; one product at a time."""
    yield "collected", "in_collection", days["in_collection"].to_numpy()
    by = part.days_by_grain
    if by is None or not part.grain:
        return
    for product in part.products:
        column = "invitable" if product == part.products[0] else f"invitable_{product}"
        yield column, "invitable", by.loc[by["product"] == product, "invitable"].to_numpy()


def _circles(part: Part, circles: pd.DataFrame, days: pd.DataFrame | None) -> None:
    keys = part.keys(circles, "day", "date", "circle")
    found, why = circles["users"], "it contains good"
    part.findings.at_least("circles", keys, "users", found, circles["good"], why)
    part.findings.at_least("circles", keys, "good", circles["good"], 0, "nothing is below 0")
    if days is None:
        return
    summed = circles.groupby("day")["users"].sum()
    eve = summed.index.to_numpy() - 1
    known = eve >= 0
    wanted = days["users"].to_numpy()[eve[known]]
    place = pd.DataFrame({"day": summed.index[known]})
    why = "users on the eve"
    part.findings.compare("circles", place, "users of all", summed[known], wanted, why)
