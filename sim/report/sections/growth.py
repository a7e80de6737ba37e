"""Section 2: who sees the product, who is let in, and how it spreads."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context, per_run
from sim.report.page import Block, Cell, Chart, Section, Text
from sim.report.value import mean_of, ratio_of, shown
from sim.results.run import Run
from sim.study.swap_set import Standings
from sim.study.swap_set import swaps as swaps_of
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
        for number, (product, daily) in enumerate(_by_product(context).items(), 1):
            name = f"adoption_{number}" if product else "adoption"
            blocks += [_gates(context, daily, product), _adoption(context, daily, product, name)]
    if source.has("users", "accounts"):
        blocks.append(_histograms(context))
    if source.has("swap_sets"):
        swaps = source.table("swap_sets")
        caption = "Swap set against the baseline"
        blocks.append(_swap_sets(context, swaps[swaps["scenario"] == "b"], caption))
    elif source.has("accounts") and source.baseline and "accounts" in source.baseline.tables:
        swaps = _swapped(source.table("accounts"), source.baseline)
        blocks.append(_swap_sets(context, swaps, "Swap set: A is the baseline, B is this run"))
    else:
        note = "users whom another policy lets in or turns away"
        blocks.append(context.missing(note, "paylater compare A.toml B.toml; paylater report A-B"))
    return context.section(2, "Growth and funnel", blocks)


def _by_product(context: Context) -> dict[str, pd.DataFrame]:
    """Return users, and candidates and accounts of each product, by replication and day.

    Under no name of a single product. Of several nothing where `daily_by` was not kept: `daily`
    counts a user's accounts together.
    """
    source = context.source
    labels = [product.label for product in source.scenario.products]
    if len(labels) == 1:
        return {"": source.table("daily")}
    if not source.has("daily_by"):
        return {}
    keys = ["replication", "day", "date"]
    days = source.table("daily_by").groupby([*keys, "product"], observed=True)
    sums = days[["users", "candidates", "active", "utilising"]].sum().reset_index()
    # Users stand in the rows of the first product.
    sums["users"] = sums.groupby(keys)["users"].transform("sum")
    return {label: sums[sums["product"] == label] for label in labels}


def _gates(context: Context, daily: pd.DataFrame, product: str) -> Block:
    """Return who passes the gates before an application: R-A1, R-A4, R-A5."""
    last = daily[daily["day"] == daily["day"].max()]
    could, have = (ratio_of(last[name], last["users"]) for name in ("candidates", "active"))
    words = (
        "Of the users here on the last day {could} ({low} to {high}) pass the gates before an "
        "application (R-A1, R-A4, R-A5); {have} hold an account."
    )
    low, high = (shown(end, "share") for end in could[1:3])
    told = context.words(words, could=could.text, low=low, high=high, have=have.text)
    return context.text("{title}: {words}", title=product, words=told) if product else Text(told)


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


def _adoption(context: Context, daily: pd.DataFrame, product: str, name: str) -> Chart:
    dates = daily["date"].drop_duplicates().sort_values()
    ends = dates.groupby(dates.dt.to_period("M")).max()
    found: dict[str, list[float]] = {}
    rows: list[list[Cell]] = []
    for date, lot in daily.groupby("date"):
        values = {kind: ratio_of(lot[kind], lot["users"]) for kind in ("active", "utilising")}
        for kind, value in values.items():
            for end, number in zip(("", "_low", "_high"), value[:3], strict=True):
                found.setdefault(f"{kind}{end}", []).append(number)
        if date in set(ends):
            rows.append([f"{date:%Y-%m}", *values.values()])
    columns = [("date", "Month end", ""), ("active", "hold an account", "share")]
    columns.append(("utilising", "owe on it", "share"))
    caption = context.words("Adoption, of users here")
    if product:
        caption = context.words("{title}: {words}", title=product, words=caption)
    table = context.table(name, caption, columns, rows)
    frame = pd.DataFrame({"date": dates.to_numpy()} | found)
    return Chart(name, figures.adoption(frame, context.words), table)


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


def _swapped(accounts: pd.DataFrame, baseline: Run) -> pd.DataFrame:
    """Return whom the baseline and this run let in, and how they fared in either."""
    before = baseline.read("accounts", [str(name) for name in accounts])
    found = []
    for number, lot in accounts.groupby("replication"):
        sides = (before[before["replication"] == number], lot)
        one, other = (Standings.of_accounts(side) for side in sides)
        found.append(swaps_of(one, other, int(str(number))).to_pandas())
    whole: pd.DataFrame = pd.concat(found, ignore_index=True)
    return whole


def _swap_sets(context: Context, swaps: pd.DataFrame, caption: str) -> Block:
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
    return context.table("swap_sets", caption, columns, rows)
