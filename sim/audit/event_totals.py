"""Tables that add up what happened, against all events, where all users are logged."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.audit.event_sums import EventSums
from sim.audit.sources import Part
from sim.kinds import Claim, DisputeStep, Flow, FunnelStep, Level, Outcome, Place, WarningStep, Way
from sim.measures import FLOW_NAMES
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


_UNLOGGED = ("hours", "in_time")  # told by the days between two events


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
    keys = part.day_keys(name, table)

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


def _by_month(part: Part, values: Any, products: int = 1) -> Any:
    """Return sums by month, shape (months, products); or of all products, shape (months, 1)."""
    months = part.dates.astype("M8[M]")
    starts = np.flatnonzero(np.append(True, months[1:] != months[:-1]))
    return np.add.reduceat(values.reshape(len(values), products, -1).sum(axis=-1), starts)


def _scenes(part: Part, sums: EventSums) -> None:
    table = part.table("scenes")
    if table is None:
        return
    keys = part.keys(table, "month", "product", "place")
    products = len(part.products)
    places = lower_names(Place)[: len(table) // max(len(table["month"].unique()) * products, 1)]
    for column, amounts, kind in (
        ("approved", sums.count, "purchases"),
        ("credit_fen", sums.amount, "purchases"),
        ("own_count", sums.count, "spent_own"),
        ("own_fen", sums.amount, "spent_own"),
    ):
        wide = [_by_month(part, sums.of(amounts, kind, place), products) for place in places]
        wanted = np.stack(wide, axis=-1).reshape(-1)
        part.findings.compare("scenes", keys, column, table[column], wanted, WHY)
    rows = table.drop_duplicates(["month", "product"])
    for outcome in lower_names(Outcome)[1:]:
        column = f"refused_{outcome}"
        found = table.groupby(["month", "product"], sort=False)[column].sum()
        wanted = _by_month(part, sums.of(sums.count, "refused", outcome), products).reshape(-1)
        place = part.keys(rows, "month", "product")
        part.findings.compare("scenes", place, f"{column} of all places", found, wanted, WHY)


def _steps(part: Part, sums: EventSums, name: str, kind: str, ones: Any, others: Any) -> None:
    table = part.table(name)
    if table is None:
        return
    keys = part.keys(table, "month", name_of(ones))
    for step in lower_names(others):
        if step in _UNLOGGED:
            continue
        wide = [
            _by_month(part, sums.of(sums.count, kind, f"{one}:{step}")) for one in lower_names(ones)
        ]
        wanted = np.concatenate(wide, axis=1).reshape(-1)
        there = table[step].notna().to_numpy()  # some levels have no end
        found = table[step][there]
        part.findings.compare(name, keys[there], step, found, wanted[there], WHY)


def name_of(kind: Any) -> str:
    """Return the key column that holds an enumeration's members."""
    return str(kind.__name__).lower()
