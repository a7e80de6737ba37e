"""Section 13: champion and challengers, what makes the difference, return against loss."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import Value, around
from sim.study.metrics import FIGURES


def policies(context: Context) -> Section:
    """Return the differences of a comparison, or the frontier of a sweep."""
    source = context.source
    blocks: list[Block] = []
    if source.has("differences"):
        blocks += _differences(context)
    if source.has("attribution"):
        blocks.append(_attribution(context))
    if source.kind == "sweep":
        blocks += _frontier(context)
    if not blocks:
        note = "champion and challengers on the same people with the same luck"
        blocks.append(context.missing(note, "paylater compare A.toml B.toml; paylater report A-B"))
        note = "how many users or runs a difference needs"
        blocks.append(context.missing(note, "paylater plan COMPARE.toml"))
    return context.section(13, "Policy comparison", blocks)


def _differences(context: Context) -> list[Block]:
    table = context.source.table("differences")
    table = table[(table["day"] == table["day"].max()) & table["metric"].isin(list(FIGURES))]
    names = {key: scenario.name for key, scenario in context.source.scenarios.items()}
    blocks: list[Block] = []
    for label, lot in table.groupby("scenario", sort=True):
        rows: list[list[Cell]] = []
        dots = []
        for _, row in lot.iterrows():
            unit, runs = str(row["unit"]), int(row["runs"])
            sides = [Value(float(row[n]), runs=runs, unit=unit) for n in ("of_a", "of_b")]
            ends = [float(row[n]) for n in ("difference", "low", "high")]
            better = [float(row[n]) for n in ("better", "better_low", "better_high")]
            chance = around(better, runs, "share")
            name = context.words.named(str(row["metric"]))
            ratio = Value(float(row["variance_ratio"]), runs=runs)
            rows.append([name, *sides, around(ends, runs, unit), chance, ratio])
            if float(row["of_a"]):
                parts = [end / abs(float(row["of_a"])) for end in ends]
                dots.append([str(row["metric"]), *parts])
        columns = [("metric", "Metric", ""), ("of_a", "A", "money")]
        columns += [("of_b", str(label).upper(), "money")]
        columns += [
            ("difference", "difference", "difference"),
            ("better", "better for the lender", "share"),
        ]
        columns.append(("gain", "variance ratio of pairing", "difference"))
        caption = "Differences on the last day, paired"
        under = context.table(f"differences_{label}", caption, columns, rows)
        told = {"a": names["a"], "b": str(label).upper(), "other": names[str(label)]}
        words = "A is {a}, {b} is {other}: the same people with the same luck."
        blocks.append(context.text(words, **told))
        frame = pd.DataFrame(dots, columns=["label", "difference", "low", "high"])
        blocks.append(Chart(f"forest_{label}", figures.forest(frame, context.words), under))
    return blocks


def _attribution(context: Context) -> Block:
    table = context.source.table("attribution")
    table = table[table["scenario"] == "b"]
    first = str(table["metric"].iloc[0])
    lot = table[table["metric"] == first]
    rows: list[list[Cell]] = []
    for _, row in table.iterrows():
        unit = "fen" if str(row["metric"]).endswith("_fen") else "count"
        ends = [float(row[name]) for name in ("mean", "low", "high")]
        part = around(ends, int(row["runs"]), unit, int(row["part"]))
        rows.append([context.words.named(str(row["metric"])), str(row["lever"]), part])
    columns = [("metric", "Metric", ""), ("lever", "Key", ""), ("part", "Part", "attribution")]
    under = context.table("attribution", "What each changed key contributes", columns, rows)
    steps = [
        {"step": str(row["lever"]), "amount_fen": float(row["mean"]), "whole": False}
        for _, row in lot.iterrows()
    ]
    whole = sum(float(str(step["amount_fen"])) for step in steps)
    steps.append({"step": "B - A", "amount_fen": whole, "whole": True})
    return Chart(
        "attribution", figures.attribution_waterfall(pd.DataFrame(steps), context.words), under
    )


def _frontier(context: Context) -> list[Block]:
    rows = context.source.table("rows")
    pair = ("loss_fen", "risk_adjusted_income_fen")
    wide = {name: rows[rows["metric"] == name].set_index("row") for name in pair}
    if any(lot.empty for lot in wide.values()):
        note = "return against loss"
        command = 'metrics = ["risk_adjusted_income_fen", "loss_fen"] in the sweep; paylater sweep'
        return [context.missing(note, command)]
    frame = pd.DataFrame(index=wide[pair[0]].index)
    for name, lot in zip(("loss", "gain"), (wide[pair[0]], wide[pair[1]]), strict=True):
        for end, column in (("", "estimate"), ("_low", "low"), ("_high", "high")):
            frame[f"{name}{end}"] = lot[column]
    frame = frame.dropna(subset=["loss", "gain"]).reset_index()
    frame["efficient"] = [
        not ((frame["loss"] <= row["loss"]) & (frame["gain"] > row["gain"])).any()
        and not ((frame["loss"] < row["loss"]) & (frame["gain"] >= row["gain"])).any()
        for _, row in frame.iterrows()
    ]
    runs = context.source.replications
    cells: list[list[Cell]] = [
        [
            str(row["row"]),
            Value(row["loss"], row["loss_low"], row["loss_high"], runs, "fen"),
            Value(row["gain"], row["gain_low"], row["gain_high"], runs, "fen"),
            context.words("on the frontier") if row["efficient"] else "",
        ]
        for _, row in frame.iterrows()
    ]
    columns = [("row", "Row of the design", ""), ("loss", "loss, yuan", "money")]
    columns += [("gain", "income less loss, yuan", "money"), ("frontier", "Frontier", "")]
    under = context.table("frontier", "Return against loss by row", columns, cells)
    return [Chart("frontier", figures.frontier(frame, context.words), under)]
