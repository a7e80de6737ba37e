"""Section 2: who sees the product, who is let in, and how it spreads."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context, per_run
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import mean_of, ratio_of, shown
from sim.units import NEVER

STEPS = ("seen", "started", "abandoned", "finished", "refused_score", "refused_review", "approved")
BINS = 12


def growth(context: Context) -> Section:
    """Return the funnel by way in, scores and limits, and adoption."""
    source = context.source
    blocks: list[Block] = []
    if source.has("funnel") and source.table("funnel")["seen"].sum() > 0:
        blocks.append(_funnel(context))
    else:
        change = "--set product.admission=scored"
        blocks.append(context.missing("the funnel of applications", context.rerun(change)))
    if source.has("daily"):
        blocks += [_gates(context), _adoption(context)]
    if source.has("users", "accounts"):
        blocks.append(_histograms(context))
    if source.has("swap_sets"):
        blocks.append(_swap_sets(context))
    else:
        note = "users whom another policy lets in or turns away"
        blocks.append(context.missing(note, "paylater compare A.toml B.toml; paylater report A-B"))
    return context.section(2, "Growth and funnel", blocks)


def _gates(context: Context) -> Block:
    """Return who passes the gates before an application: R-A1, R-A4, R-A5."""
    daily = context.source.table("daily")
    last = daily[daily["day"] == daily["day"].max()]
    could, have = (ratio_of(last[name], last["users"]) for name in ("candidates", "active"))
    words = "Of the users here on the last day {could} ({low} to {high}) pass the gates before an "
    words += "application (R-A1, R-A4, R-A5); {have} hold an account."
    low, high = (shown(end, "share") for end in could[1:3])
    return context.text(words, could=could.text, low=low, high=high, have=have.text)


def _funnel(context: Context) -> Chart:
    sums = per_run(context.source.table("funnel"), ["way"], STEPS)
    rows: list[list[Cell]] = []
    means = []
    for way, lot in sums.groupby(level="way", sort=False, observed=True):
        approved = ratio_of(lot["approved"], lot["finished"])
        counts = [mean_of(lot[step].to_numpy(), "count") for step in STEPS]
        rows.append([context.words.named(str(way)), *counts, approved])
        mean = {step: lot[step].mean() for step in STEPS}
        means.append({"way": way, "not_started": mean["seen"] - mean["started"]} | mean)
    columns = [("way", "Way in", "")]
    columns += [(step, step, "count") for step in STEPS]
    columns.append(("approval", "approved of finished", "approval"))
    table = context.table("funnel_by_way", "Applications by way in, a run", columns, rows)
    return Chart("funnel", figures.funnel(pd.DataFrame(means), context.words), table)


def _adoption(context: Context) -> Chart:
    daily = context.source.table("daily")
    dates = daily["date"].drop_duplicates().sort_values()
    ends = dates.groupby(dates.dt.to_period("M")).max()
    found: dict[str, list[float]] = {}
    rows: list[list[Cell]] = []
    for date, lot in daily.groupby("date"):
        values = {name: ratio_of(lot[name], lot["users"]) for name in ("active", "utilising")}
        for name, value in values.items():
            for end, number in zip(("", "_low", "_high"), value[:3], strict=True):
                found.setdefault(f"{name}{end}", []).append(number)
        if date in set(ends):
            rows.append([f"{date:%Y-%m-%d}", *values.values()])
    columns = [("date", "Month end", ""), ("active", "hold an account", "share")]
    columns.append(("utilising", "owe on it", "share"))
    table = context.table("adoption", "Adoption, of users here", columns, rows)
    frame = pd.DataFrame({"date": dates.to_numpy()} | found)
    return Chart("adoption", figures.adoption(frame, context.words), table)


def _histograms(context: Context) -> Block:
    users, accounts = (context.source.table(name) for name in ("users", "accounts"))
    open_ = accounts[accounts["opened_on"] != NEVER]
    open_ = open_[open_["standing"].isin(["open", "blocked"])]
    if open_.empty:
        return context.text("No account is open on the last day.")
    joined = open_.merge(users, on=["replication", "user"])
    kinds = (("score", joined["score_milli_points"] / 1000), ("limit", joined["limit_fen"]))
    parts: list[dict[str, Any]] = []
    rows: list[list[Cell]] = [[] for _ in range(BINS)]
    for what, values in kinds:
        edges = _edges(values.to_numpy(dtype=float))
        frame = pd.DataFrame(
            {"replication": joined["replication"], "bin": np.digitize(values, edges[1:-1])}
        )
        counts = pd.crosstab(frame["bin"], frame["replication"]).reindex(range(BINS), fill_value=0)
        unit = 100 if what == "limit" else 1
        for at, (low, high) in enumerate(pairwise(edges)):
            number = mean_of(counts.loc[at].to_numpy(), "count")
            parts.append({"what": what, "low": low, "high": high, "accounts": number.estimate})
            last = at == BINS - 1
            ends = {"low": f"{low / unit:,.0f}", "high": f"{high / unit:,.0f}"}
            said = "from {low}" if last else "{low} to {high}"
            rows[at] += [context.words(said, **ends), number]
    columns = [("score", "Score, points", ""), ("with_score", "Accounts", "count")]
    columns += [("limit", "Limit, yuan", ""), ("with_limit", "Accounts", "count")]
    table = context.table("score_and_limit", "Accounts by score and by limit, a run", columns, rows)
    return Chart("histograms", figures.histogram(pd.DataFrame(parts), context.words), table)


def _edges(values: np.ndarray) -> np.ndarray:
    """Return ends of bins; what lies beyond the 99th of 100 falls into the last."""
    low, high = np.quantile(values, [0.01, 0.99])
    edges: np.ndarray = np.linspace(low, max(high, low + 1), BINS + 1)
    edges[0] = min(float(values.min()), edges[0])
    return edges


def _swap_sets(context: Context) -> Block:
    swaps = context.source.table("swap_sets")
    swaps = swaps[swaps["scenario"] == "b"]
    rows: list[list[Cell]] = []
    for group, lot in swaps.groupby("group", sort=False):
        numbers = [
            mean_of(lot[name].to_numpy(), unit)
            for name, unit in (
                ("users", "count"),
                ("a_written_off_fen", "fen"),
                ("b_written_off_fen", "fen"),
            )
        ]
        rows.append([context.words.named(str(group)), *numbers])
    columns = [("group", "Let in by", ""), ("users", "Users", "count")]
    columns += [("a_written_off", "Charged off under A", "money")]
    columns += [("b_written_off", "Charged off under B", "money")]
    return context.table("swap_sets", "Swap set against the baseline", columns, rows)
