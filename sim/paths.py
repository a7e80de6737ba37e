"""Paths of the economy over the days of a run: dated values, a CSV file, or simulated.

A simulated path is a first-order autoregression over months, straight within them; it starts at
the scenario's level and has luck of its own for each replication.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.draws import WORDS, Purpose, word
from sim.scenario import ScenarioError
from sim.scenario.economy import PathKind

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.economy import Path as Declared
    from sim.scenario.sections import Scenario

MONTH = 30  # days
NAMES = ("unemployment", "income", "spending")  # the place of each is part of its draws
MOST = {"unemployment": 900_000, "income": 10_000_000, "spending": 10_000_000}  # ppm


class Span(NamedTuple):
    """The days of a path."""

    first: dt.date
    days: int


def path(
    scenario: Scenario, name: str, span: Span, start_ppm: int, replication: int = 0
) -> NDArray[np.int64] | None:
    """Return a path of `environment.paths` on each day, ppm, shape (days,); None where not asked.

    start_ppm: where a simulated path starts. Raises ScenarioError for a file that cannot be used.
    """
    own: Declared = getattr(scenario.environment.paths, name)
    if own.kind == PathKind.NONE:
        return None
    if own.kind == PathKind.SIMULATED:
        at, levels = _simulated(scenario, name, span, start_ppm, replication)
    elif own.kind == PathKind.STEPS:
        at = [(step.date - span.first).days for step in own.steps]
        levels = np.array([step.value_ppm for step in own.steps], dtype=np.float64)
    else:
        dates, levels = _of_file(scenario, name, own)
        at = [(date - span.first).days for date in dates]
    return np.rint(np.interp(np.arange(span.days), at, levels)).astype(np.int64)


def check_files(scenario: Scenario) -> None:
    """Raise ScenarioError with every fault of the CSV files that paths come from."""
    faults: list[str] = []
    for name in NAMES:
        own = getattr(scenario.environment.paths, name)
        if own.kind == PathKind.FILE:
            try:
                _of_file(scenario, name, own)
            except ScenarioError as error:
                faults += error.lines
    if faults:
        raise ScenarioError(faults)


def _simulated(
    scenario: Scenario, name: str, span: Span, start_ppm: int, replication: int
) -> tuple[list[int], NDArray[np.float64]]:
    """Return month ends and levels of an autoregression."""
    own: Declared = getattr(scenario.environment.paths, name)
    months = -(-span.days // MONTH)
    purpose = Purpose.ECONOMY.value + NAMES.index(name)
    words = [word(scenario.run.seed, replication, 0, month, purpose) for month in range(months)]
    # Millionths, so that a last bit of the library's quantile does not matter.
    news = np.rint(special.ndtri((np.array(words) + 0.5) / WORDS) * 1e6) * 1e-6
    kept = own.persistence_ppm * 1e-6
    levels = np.empty(months + 1)
    levels[0] = start_ppm
    for month in range(months):
        apart = levels[month] - own.mean_ppm
        levels[month + 1] = own.mean_ppm + kept * apart + own.volatility_ppm * news[month]
    bounded = np.clip(levels, 0, MOST[name])
    return [month * MONTH for month in range(months + 1)], bounded


def _of_file(
    scenario: Scenario, name: str, own: Declared
) -> tuple[list[dt.date], NDArray[np.float64]]:
    """Return dates and values of a column of a CSV file. Raises ScenarioError."""
    key = f"environment.paths.{name}"
    label = f"{scenario.source}: {key}.file"
    table = _read(scenario, f"{key}.file", label)
    missing = [column for column in ("date", own.column) if column not in table.columns]
    if missing:
        found = ", ".join(map(str, table.columns))
        wanted = f"wanted the columns date and {own.column} in {own.file}"
        raise ScenarioError([f"{label}: {wanted} (found {found})"])
    if table.empty:
        raise ScenarioError([f"{label}: wanted at least one row in {own.file} (found none)"])
    faults = [*_date_faults(table["date"], label), *_value_faults(table[own.column], name, label)]
    if faults:
        raise ScenarioError(faults)
    dates = [dt.date.fromisoformat(text) for text in table["date"]]
    return dates, np.array([float(text) for text in table[own.column]])


def _read(scenario: Scenario, key: str, label: str) -> pd.DataFrame:
    import pandas as pd

    place = scenario.path_of(key) or Path()
    try:
        return pd.read_csv(place, dtype=str, keep_default_na=False, skipinitialspace=True)
    except FileNotFoundError:
        found = "nothing of that name"
    except (OSError, ValueError) as error:  # what pandas cannot parse is a ValueError
        found = str(error).strip().splitlines()[0][:80]
    raise ScenarioError([f"{label}: wanted a CSV file at {place.name} (found: {found})"])


def _date_faults(dates: pd.Series, label: str) -> list[str]:
    before = dt.date.min
    for row, text in enumerate(dates, start=2):
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            return [f"{label}: line {row}: wanted a date as 2024-01-31 (found {text!r})"]
        if date <= before and row > 2:
            return [f"{label}: line {row}: wanted dates that rise (found {date})"]
        before = date
    return []


def _value_faults(values: pd.Series, name: str, label: str) -> list[str]:
    for row, text in enumerate(values, start=2):
        try:
            value = float(text)
        except ValueError:
            value = np.nan
        if not 0 <= value <= MOST[name]:
            wanted = f"wanted 0 to {MOST[name]:,} ppm"
            return [f"{label}: line {row}: {values.name}: {wanted} (found {text!r})"]
    return []
