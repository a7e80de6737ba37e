"""Section 14: which keys move the outcomes, and how much of that is noise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value, around


def sensitivity(context: Context) -> Section:
    """Return effects of keys, Sobol indices where the design has them, and runs that failed."""
    source = context.source
    title = "Sensitivity"
    if source.kind != "sweep":
        command = "paylater sweep scenarios/studies/what_matters.toml; paylater report RUN"
        note = context.missing("which keys matter, and how much is luck", command)
        return context.section(14, title, [note])
    blocks: list[Block] = []
    effects = _effects(source.table("results"), [str(m) for m in source.made["asked"]["metrics"]])
    if len(effects):
        blocks.append(_tornado(context, effects))
    if source.has("indices"):
        blocks.append(_indices(context))
    results = source.table("results")
    counts = results["status"].value_counts()
    told = ", ".join(
        f"{context.words.named(str(name))} {number}" for name, number in counts.items()
    )
    blocks.append(context.text("Runs of the design: {told}.", told=told))
    return context.section(14, title, blocks)


def _effects(results: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    """Return for each metric and key how far its values move the mean of the metric."""
    done = results[results["status"] == "done"]
    keys = [
        name for name in results if name not in ("row", "replication", "status", "error", *metrics)
    ]
    found = []
    for metric in metrics:
        whole = float(done[metric].mean())
        for key in keys:
            if done[key].nunique() < 2:
                continue
            groups = done[key]
            if done[key].nunique() > 8 and pd.api.types.is_numeric_dtype(done[key]):
                groups = pd.qcut(done[key], 4, labels=False, duplicates="drop")
            means = done.groupby(groups)[metric].agg(["mean", "sem"]).sort_values("mean")
            ends = (means.iloc[0], means.iloc[-1])
            line = {"metric": metric, "key": key, "whole": whole}
            for name, end in zip(("low", "high"), ends, strict=True):
                line[name] = (float(end["mean"]) - whole) / abs(whole) if whole else NAN
                line[f"{name}_se"] = float(end["sem"]) / abs(whole) if whole else NAN
            found.append(line)
    return pd.DataFrame(found)


def _tornado(context: Context, effects: pd.DataFrame) -> Block:
    runs = context.source.replications
    rows: list[list[Cell]] = []
    for _, row in effects.iterrows():
        ends = []
        for name in ("low", "high"):
            middle, reach = float(row[name]), 1.96 * float(np.nan_to_num(row[f"{name}_se"]))
            ends.append(Value(middle, middle - reach, middle + reach, runs, "share"))
        rows.append([context.words.named(str(row["metric"])), str(row["key"]), *ends])
    columns = [("metric", "Metric", ""), ("key", "Key", "")]
    columns += [("low", "lowest mean, against all", "effect"), ("high", "highest mean", "effect")]
    under = context.table("effects", "How far the values of a key move a metric", columns, rows)
    first = effects[effects["metric"] == effects["metric"].iloc[0]]
    return Chart("tornado", figures.tornado(first, context.words), under)


def _indices(context: Context) -> Block:
    table = context.source.table("indices")
    runs = context.source.replications
    rows: list[list[Cell]] = []
    for _, row in table.iterrows():
        numbers = [
            around((row[f"{name}{end}"] for end in ("", "_low", "_high")), runs, "share")
            for name in ("first", "total")
        ]
        noise = Value(float(row["noise"]), runs=runs, unit="share")
        rows.append([context.words.named(str(row["metric"])), str(row["key"]), *numbers, noise])
    columns = [("metric", "Metric", ""), ("key", "Key", ""), ("first", "alone", "index")]
    columns += [("total", "with interactions", "index"), ("noise", "Monte Carlo noise", "index")]
    return context.table("sobol", "Share of variance by key (Sobol)", columns, rows)
