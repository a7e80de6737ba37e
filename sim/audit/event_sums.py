"""What all events of a day or a month add up to, against the tables, where all users are logged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.audit.sources import Part
from sim.kinds import Claim, DisputeStep, Flow, FunnelStep, Level, Outcome, Place, WarningStep, Way
from sim.results.daily import FLOW_NAMES
from sim.results.event_codes import KINDS
from sim.results.sheet import lower_names

WHY = "the events"
_COUNTED = {  # columns of `daily` that count events, by kind and reason
    "refused": ("refused", None),
    "missed": ("missed", None),
    "requests": ("request", None),
    "takeovers": ("takeover", None),
    "instalment_plans": ("plan", None),
    "plans_agreed": ("forbearance", None),
    "opened": ("limit", "opening"),
    "charged_off": ("standing", "charged_off"),
}


class EventSums:
    """Counts and amounts of events by reported day, segment, kind and reason."""

    def __init__(self, part: Part, limits: np.ndarray) -> None:
        """Start with nothing; limits: of each user before the first simulated day."""
        self.part = part
        self.days = part.scenario.run.days
        users = part.table("users")
        known = users is not None and part.keeps_all_users
        self.segments = part.segments if known else []
        self.segment_of = np.zeros(len(limits), dtype=np.int64)
        if users is not None and known:
            codes = {name: at for at, name in enumerate(self.segments)}
            self.segment_of[:] = users["segment"].map(codes).to_numpy()
        self.width = max(len(self.segments), 1)
        self.limits = limits
        self.count: dict[tuple[str, str], np.ndarray] = {}
        self.amount: dict[tuple[str, str], np.ndarray] = {}
        burn_in = part.scenario.run.burn_in_days
        self.limit = np.zeros((burn_in + self.days, self.width), dtype=np.int64)
        start = np.zeros(self.width, dtype=np.int64)
        np.add.at(start, self.segment_of, limits)
        self.start = start

    def take(self, events: pd.DataFrame, code: Any, kinds: list[str], amount: Any) -> None:
        """Add events; the limits before them are in place still. code: of kinds."""
        day, user = events["day"].to_numpy().astype(np.int64), events["user"].to_numpy()
        self._limits(day, user, amount, np.array([kind == "limit" for kind in kinds])[code])
        shown = (day >= 0) & (day < self.days)
        at = day * self.width + self.segment_of[user]
        why, reasons = coded(events["reason"])
        pair = code * len(reasons) + why
        cells = self.days * self.width
        for both in np.unique(pair[shown]):
            rows = (pair == both) & shown
            key = (kinds[both // len(reasons)], reasons[both % len(reasons)])
            number = np.bincount(at[rows], minlength=cells)
            fens = np.bincount(at[rows], amount[rows], minlength=cells).astype(np.int64)
            self.count[key] = self.count.get(key, 0) + number
            self.amount[key] = self.amount.get(key, 0) + fens

    def _limits(self, day: Any, user: Any, amount: Any, rows: Any) -> None:
        day, user, amount = day[rows], user[rows], amount[rows]
        if not len(day):
            return
        order = np.argsort(user, kind="stable")
        whose, after = user[order], amount[order]
        first = np.append(True, whose[1:] != whose[:-1])
        before = np.where(first, self.limits[whose], np.append(0, after[:-1]))
        simulated = day[order] + self.part.scenario.run.burn_in_days
        np.add.at(self.limit, (simulated, self.segment_of[whose]), after - before)

    def of(self, amounts: dict[tuple[str, str], np.ndarray], kind: str, reason: str | None) -> Any:
        """Return a sum by day and segment, shape (days, segments)."""
        zero = np.zeros(self.days * self.width, dtype=np.int64)
        found = [v for (k, r), v in amounts.items() if k == kind and reason in {None, r}]
        return sum(found, zero).reshape(self.days, self.width)


def coded(names: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Return a column of names as numbers of names; a missing one is the last, and empty."""
    column = names.astype("category").cat
    texts = [*(str(text) for text in column.categories), ""]
    code = column.codes.to_numpy().astype(np.int64)
    return np.where(code < 0, len(texts) - 1, code), texts


def check_sums(part: Part, sums: EventSums) -> None:
    """Compare tables with the events of all users; nothing where only some are logged."""
    if part.scenario.output.events_ppm < 1_000_000:
        return
    _days(part, sums)
    _funnel(part, sums)
    _held(part, sums)
    _scenes(part, sums)
    for name, kind, ones, others in (
        ("warnings", "warning", Level, WarningStep),
        ("disputes", "dispute", Claim, DisputeStep),
    ):
        _steps(part, sums, name, kind, ones, others)


def _days(part: Part, sums: EventSums) -> None:
    name = "daily_by" if sums.segments and part.table("daily_by") is not None else "daily"
    table = part.table(name)
    if table is None:
        return
    keys = part.keys(table, "day", "date", *(["segment"] if name == "daily_by" else []))

    def told(values: Any) -> Any:
        return (values if name == "daily_by" else values.sum(axis=1)).reshape(-1)

    for flow in Flow:
        wanted = told(sums.of(sums.amount, KINDS[flow], None))
        column = FLOW_NAMES[flow]
        part.findings.compare(name, keys, column, table[column], wanted, WHY)
    for column, (kind, reason) in _COUNTED.items():
        wanted = told(sums.of(sums.count, kind, reason))
        part.findings.compare(name, keys, column, table[column], wanted, WHY)
    limits = (sums.start + np.cumsum(sums.limit, axis=0))[-sums.days :]
    part.findings.compare(name, keys, "limit_fen", table["limit_fen"], told(limits), WHY)


def _funnel(part: Part, sums: EventSums) -> None:
    table = part.table("funnel")
    if table is None:
        return
    keys = part.keys(table, "day", "date", "way")
    for step in lower_names(FunnelStep):
        wide = [
            sums.of(sums.count, "application", f"{way}:{step}").sum(axis=1)
            for way in lower_names(Way)
        ]
        wanted = np.stack(wide, axis=1).reshape(-1)
        part.findings.compare("funnel", keys, step, table[step], wanted, WHY)


def _held(part: Part, sums: EventSums) -> None:
    """Compare the holds since the row before; the first row of a burnt-in run looks further."""
    table = part.table("cycles")
    if table is None or not len(table):
        return
    so_far = np.cumsum(sums.of(sums.count, "warning", "requests:raised").sum(axis=1))
    day = table["day"].to_numpy()
    wanted = np.diff(so_far[np.clip(day, 0, sums.days - 1)], prepend=0)
    first = 0 if part.scenario.run.burn_in_days == 0 else 1
    keys, found = part.keys(table, "day", "date"), table["held"]
    part.findings.compare("cycles", keys.iloc[first:], "held", found[first:], wanted[first:], WHY)


def _by_month(part: Part, values: Any) -> Any:
    months = part.dates.astype("M8[M]")
    starts = np.flatnonzero(np.append(True, months[1:] != months[:-1]))
    return np.add.reduceat(values.sum(axis=1), starts)


def _scenes(part: Part, sums: EventSums) -> None:
    table = part.table("scenes")
    if table is None:
        return
    keys = part.keys(table, "month", "place")
    for column, amounts, kind in (
        ("approved", sums.count, "purchases"),
        ("credit_fen", sums.amount, "purchases"),
        ("own_count", sums.count, "spent_own"),
        ("own_fen", sums.amount, "spent_own"),
    ):
        wide = [_by_month(part, sums.of(amounts, kind, place)) for place in lower_names(Place)]
        wanted = np.stack(wide, axis=1).reshape(-1)
        part.findings.compare("scenes", keys, column, table[column], wanted, WHY)
    months = table.drop_duplicates("month")
    for outcome in lower_names(Outcome)[1:]:
        column = f"refused_{outcome}"
        found = table[column].groupby(table["month"]).sum()
        wanted = _by_month(part, sums.of(sums.count, "refused", outcome))
        place = part.keys(months, "month")
        part.findings.compare("scenes", place, f"{column} of all places", found, wanted, WHY)


def _steps(part: Part, sums: EventSums, name: str, kind: str, ones: Any, others: Any) -> None:
    table = part.table(name)
    if table is None:
        return
    keys = part.keys(table, "month", name_of(ones))
    for step in lower_names(others):
        if step == "hours":
            continue
        wide = [
            _by_month(part, sums.of(sums.count, kind, f"{one}:{step}")) for one in lower_names(ones)
        ]
        wanted = np.stack(wide, axis=1).reshape(-1)
        there = table[step].notna().to_numpy()  # some levels have no end
        found = table[step][there]
        part.findings.compare(name, keys[there], step, found, wanted[there], WHY)


def name_of(kind: Any) -> str:
    """Return the key column that holds an enumeration's members."""
    return str(kind.__name__).lower()
