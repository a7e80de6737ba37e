"""The script of an account: what is bought and paid on which day, read and checked."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sim.products.dates import as_date
from sim.scenario import ScenarioError
from sim.scenario.faults import found
from sim.scenario.terms import terms_of
from sim.scenario.tree import plain
from sim.scenario.words import one_of
from sim.units import MAX_FEN

Wanted = Literal["due", "minimum", "all"]
WANTED = ("due", "minimum", "all")
ACTIONS = (
    "purchase_fen",
    "repay_fen",
    "repay",
    "instalments",
    "settle_instalments",
    "refund_fen",
)
LONGEST = dt.timedelta(days=36_500)


@dataclass(frozen=True)
class Step:
    """What is done on one day."""

    number: int  # in the script, from 0, for messages
    date: dt.date
    purchase_fen: int = 0
    repay_fen: int = 0
    repay: Wanted | None = None
    instalments: int = 0
    settle_instalments: bool = False
    refund_fen: int = 0


@dataclass(frozen=True)
class Script:
    """A scripted account: its days, its limit, what is done."""

    start: dt.date
    until: dt.date
    limit_fen: int | None
    steps: tuple[Step, ...]
    terms: Mapping[str, Any] = field(default_factory=dict)
    label: str = "steps"  # the file, for messages

    def on(self, date: dt.date) -> list[Step]:
        """Return the steps of a day, in order."""
        return [step for step in self.steps if step.date == date]


def script_of(
    steps: Sequence[Mapping[str, Any]] | str | Path,
    until: dt.date | str | None = None,
    limit_fen: int | None = None,
    terms: Mapping[str, Any] | None = None,
    start: dt.date | str | None = None,
    *,
    preset: str | Path | None = None,
) -> Script:
    """Return a script from a list of steps, or from a file; what is given here overrides the file.

    preset: whose terms are checked too. Raises ScenarioError, a line for each fault.
    """
    said: dict[str, Any] = {}
    label = "steps"
    if isinstance(steps, str | Path):
        said, label = _file(Path(steps)), str(steps)
        steps = said.pop("step", [])
    given = {"until": until, "limit_fen": limit_fen, "start": start}
    said |= {key: value for key, value in given.items() if value is not None}
    own = said.get("terms", {})
    said["terms"] = {**own, **(terms or {})} if isinstance(own, Mapping) else own
    faults: list[str] = []
    made = [*_steps(steps, label, faults)]
    script = _script(said, made, label, faults)
    if preset is not None and isinstance(said["terms"], Mapping):
        try:
            terms_of(preset, said["terms"])
        except ScenarioError as error:
            faults += error.lines
    if faults or script is None:
        raise ScenarioError(faults)
    return script


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        words = f"wanted a file of steps (found: {error.strerror or error})"
    except ValueError as error:
        words = f"wanted TOML (found: {error})"
    raise ScenarioError([f"{path}: {words}"])


def _steps(steps: Any, label: str, faults: list[str]) -> Iterator[Step]:
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        faults.append(f"{label}: step: wanted a list of steps (found {steps!r})")
        return
    for number, step in enumerate(steps):
        at = f"{label}: step.{number}"
        if not isinstance(step, Mapping):
            faults.append(f"{at}: wanted a table with date and what is done (found {step!r})")
            continue
        lines = [f"{at}{line}" for line in _step_faults(step)]
        faults += lines
        if not lines:
            values = {key: plain(step[key]) for key in ACTIONS if key in step}
            date = as_date(step["date"])
            if date is not None:
                yield Step(number=number, date=date, **values)


def _step_faults(step: Mapping[str, Any]) -> Iterator[str]:
    for key in step.keys() - {"date", *ACTIONS}:
        yield f".{key}: wanted {one_of(('date', *ACTIONS))} (found this key)"
    if as_date(step.get("date")) is None:
        yield f".date: wanted a date such as 2024-01-31 (found {found(step.get('date'))})"
    done = [key for key in ACTIONS if key in step]
    if len(done) != 1 and done != ["purchase_fen", "instalments"]:
        yield f": wanted one of {one_of(ACTIONS)} (found {found(done)})"
    for key in ("purchase_fen", "repay_fen", "refund_fen"):
        value = plain(step.get(key, 1))
        if type(value) is not int or not 1 <= value <= MAX_FEN:
            yield f".{key}: wanted a whole number from 1 to {MAX_FEN:,} (found {found(value)})"
    if step.get("repay", "due") not in WANTED:
        yield f".repay: wanted {one_of(WANTED)} (found {found(step['repay'])})"
    periods = plain(step.get("instalments", 1))
    if type(periods) is not int or not 1 <= periods <= 60:
        yield f".instalments: wanted a whole number from 1 to 60 (found {found(periods)})"
    if step.get("settle_instalments", True) is not True:
        yield f".settle_instalments: wanted true (found {found(step['settle_instalments'])})"


def _script(
    said: dict[str, Any], steps: list[Step], label: str, faults: list[str]
) -> Script | None:
    """Return the whole script; what is wrong with it is added to the faults."""
    for key in said.keys() - {"start", "until", "limit_fen", "terms", "preset"}:
        wanted = one_of(("start", "until", "limit_fen", "terms", "step"))
        faults.append(f"{label}: {key}: wanted {wanted} (found this key)")
    dates = [step.date for step in steps]
    start = said.get("start", min(dates, default=None))
    until = said.get("until", max(dates, default=None))
    first, last = as_date(start), as_date(until)
    for key, value, date in (("start", start, first), ("until", until, last)):
        if date is None:
            faults.append(
                f"{label}: {key}: wanted a date such as 2024-01-31 (found {found(value)})"
            )
    limit = plain(said.get("limit_fen"))
    if limit is not None and (type(limit) is not int or not 0 <= limit <= MAX_FEN):
        words = f"wanted a whole number from 0 to {MAX_FEN:,} (found {found(limit)})"
        faults.append(f"{label}: limit_fen: {words}")
    if not isinstance(said["terms"], Mapping):
        faults.append(f"{label}: terms: wanted a table (found {found(said['terms'])})")
    if first is None or last is None:
        return None
    if not first <= last <= first + LONGEST:
        faults.append(
            f"{label}: until: wanted a date from {first} on, within 100 years (found {last})"
        )
    for step in steps:
        if last >= first and not first <= step.date <= last:
            at = f"{label}: step.{step.number}.date"
            faults.append(f"{at}: wanted a date from {first} to {last} (found {step.date})")
    return None if faults else Script(first, last, limit, tuple(steps), said["terms"], label)
