"""Section 13: champion and challengers, what makes the difference, return against loss."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart, Section
from sim.report.sections.arms import power, unit_of
from sim.report.sections.trials import trials
from sim.report.value import Value, around
from sim.report.words import Said
from sim.study.metrics import FIGURES


def policies(context: Context) -> Section:
    """Return the differences of a comparison, or the frontier of a sweep."""
    source = context.source
    blocks: list[Block] = []
    if source.has("differences"):
        blocks += _differences(context)
        blocks += power(context)
    if source.has("attribution"):
        blocks += _attributions(context)
    elif source.kind == "comparison":
        command = "paylater compare A.toml B.toml --attribute loss_fen; paylater report A-B"
        blocks.append(context.missing("which changed key makes the difference", command))
    if source.kind == "sweep":
        blocks += _frontier(context)
    if source.has("frontier"):
        blocks += _search(context)
    blocks += trials(context)
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
        pairs = context.source.paired(str(label))
        caption = (
            "Differences on the last day, paired; amounts in yuan"
            if pairs
            else "Differences on the last day, of runs that do not pair; amounts in yuan"
        )
        under = context.table(f"differences_{label}", caption, columns, rows)
        told = {"a": names["a"], "b": str(label).upper(), "other": names[str(label)]}
        words = (
            "A is {a}, {b} is {other}: the same people with the same luck."
            if pairs
            else "A is {a}, {b} is {other}: runs of other people or other luck, which do not pair."
        )
        blocks.append(context.text(words, **told))
        frame = pd.DataFrame(dots, columns=["label", "difference", "low", "high"])
        blocks.append(Chart(f"forest_{label}", figures.forest(frame, context.words), under))
    return blocks


def _attributions(context: Context) -> list[Block]:
    """Return a waterfall for each scenario and metric that was split over the changed keys."""
    table = context.source.table("attribution")
    blocks: list[Block] = []
    for (label, name), lot in table.groupby(["scenario", "metric"], sort=False):
        number = f"_{len(blocks) + 1}" if blocks else ""
        blocks.append(_attribution(context, str(label), str(name), lot, f"attribution{number}"))
    return blocks


def _attribution(context: Context, label: str, name: str, lot: pd.DataFrame, place: str) -> Block:
    unit = "fen" if name.endswith("_fen") else "count"
    rows: list[list[Cell]] = []
    for _, row in lot.iterrows():
        ends = [float(row[end]) for end in ("mean", "low", "high")]
        part = around(ends, int(row["runs"]), unit, int(row["part"]))
        spread = Value(float(row["order_half_width"]), runs=int(row["runs"]), unit=unit)
        rows.append([str(row["lever"]), part, spread])
    columns = [("lever", "Key", ""), ("part", "Part", "attribution")]
    columns.append(("orders", "half-width from orders left out", "attribution"))
    said = {"metric": context.words.named(name), "other": label.upper()}
    caption = context.words(
        "What each changed key contributes to {metric}, {other} - A; amounts in yuan", **said
    )
    under = context.table(place, caption, columns, rows)
    steps = [
        {"step": str(row["lever"]), "amount_fen": float(row["mean"]), "whole": False}
        for _, row in lot.iterrows()
    ]
    whole = float(lot["mean"].sum())
    steps.append({"step": Said(f"{label.upper()} - A"), "amount_fen": whole, "whole": True})
    figure = figures.attribution_waterfall(pd.DataFrame(steps), context.words)
    return Chart(place, figure, under)


def _search(context: Context) -> list[Block]:
    """Return the rows of a search that none beats, each with what its bounds ask."""
    table = context.source.table("frontier")
    names = list(table.columns)
    metrics = [name for name in names if f"{name} low" in names]
    ends = {f"{name} {end}" for name in metrics for end in ("low", "high")}
    keys = [name for name in names if name not in {*ends, *metrics, "row", "within"}]
    runs = context.source.replications
    rows: list[list[Cell]] = []
    for _, row in table.iterrows():
        numbers = [
            around(
                [float(row[f"{name}{end}"]) for end in ("", " low", " high")], runs, unit_of(name)
            )
            for name in metrics
        ]
        told = context.words("kept" if row["within"] else "broken")
        rows.append([str(row["row"]), *(f"{row[key]:,.6g}" for key in keys), *numbers, told])
    columns = [("row", "Row of the design", ""), *((key, Said(key), "") for key in keys)]
    columns += [(name, context.words.named(name), "money") for name in metrics] + [
        ("within", "Bounds", "")
    ]
    within = table[table["within"]]
    if within.empty:
        best = context.text("No row that was tried keeps to the bounds.")
    else:
        best = context.text(
            "Of the rows that keep to the bounds the best is {row}, by its mean; an interval that "
            "reaches over a bound leaves that open.",
            row=int(within["row"].iloc[0]),
        )
    caption = "What the search found: rows that none beats in metric and bound; amounts in yuan"
    return [best, context.table("search", caption, columns, rows)]


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
