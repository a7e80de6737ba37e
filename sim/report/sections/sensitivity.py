"""Section 14: which keys move the outcomes, and how much of that is noise."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context
from sim.report.figures.tornado import most_moved
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value, around, shown

NOISY = 0.5  # share of the variance
MOST = 40  # failed runs that are listed
_SHARES = ("first", "total", "between", "noise")


def sensitivity(context: Context) -> Section:
    """Return effects of keys, Sobol indices where the design has them, and runs that failed."""
    source = context.source
    title = "Sensitivity"
    if source.kind != "sweep":
        command = "paylater sweep scenarios/studies/what_matters.toml; paylater report RUN"
        nothing = context.missing("which keys matter, and how much is luck", command)
        return context.section(14, title, [nothing])
    blocks: list[Block] = []
    effects = _effects(source.table("results"), [str(m) for m in source.made["asked"]["metrics"]])
    if len(effects):
        blocks += _tornados(context, effects)
    if source.has("indices"):
        blocks += _indices(context)
    else:
        command = 'design = "indices" and replications = 2 in the sweep; paylater sweep SWEEP.toml'
        note = "shares of variance by key with interactions, and how much is luck"
        blocks.append(context.missing(note, command))
    results = source.table("results")
    counts = results["status"].value_counts()
    told = ", ".join(
        f"{context.words.named(str(name))} {number}" for name, number in counts.items()
    )
    blocks.append(context.text("Runs of the design: {told}.", told=told))
    blocks += _failed(context, results)
    return context.section(14, title, blocks)


def in_short(context: Context) -> list[str]:
    """Return a sentence a metric, of three at most: which key moves it, and how far."""
    source = context.source
    effects = _effects(source.table("results"), [str(m) for m in source.made["asked"]["metrics"]])
    if effects.empty:
        return [context.words("No key of this sweep has two values, so that none can be told.")]
    known = effects.dropna(subset=["low", "high"])
    lots = [lot for _, lot in known.groupby("metric", sort=False)][:3]
    stop = "." if context.words.language == "en" else "。"
    return [f"{most_moved(lot, context.words)}{stop}" for lot in lots]


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
            means = done.groupby(groups)[metric].agg(["mean", "sem", "count"]).sort_values("mean")
            ends = (means.iloc[0], means.iloc[-1])
            line = {"metric": metric, "key": key, "whole": whole}
            for name, end in zip(("low", "high"), ends, strict=True):
                line[name] = (float(end["mean"]) - whole) / abs(whole) if whole else NAN
                line[f"{name}_runs"] = int(end["count"])
                line[f"{name}_se"] = float(end["sem"]) / abs(whole) if whole else NAN
            found.append(line)
    return pd.DataFrame(found)


def _tornados(context: Context, effects: pd.DataFrame) -> list[Block]:
    """Return one chart a metric; a metric that no key moves has a table alone."""
    blocks: list[Block] = []
    for at, (metric, lot) in enumerate(effects.groupby("metric", sort=False)):
        number = f"_{at + 1}" if at else ""
        rows: list[list[Cell]] = []
        for _, row in lot.iterrows():
            rows.append([str(row["key"]), *(_end(row, name) for name in ("low", "high"))])
        columns = [("key", "Key", ""), ("low", "lowest mean, against all", "effect")]
        columns.append(("high", "highest mean", "effect"))
        said = {"metric": context.words.named(str(metric))}
        caption = context.words("How far the values of a key move {metric}", **said)
        under = context.table(f"effects{number}", caption, columns, rows)
        if lot[["low", "high"]].isna().any(axis=None):  # of a mean of 0 there are no shares
            blocks.append(under)
            continue
        blocks.append(Chart(f"tornado{number}", figures.tornado(lot, context.words), under))
    return blocks


def _end(row: pd.Series, name: str) -> Value:
    """Return one end of a bar; no interval from a single run."""
    middle, reach = float(row[name]), 1.96 * float(row[f"{name}_se"])
    return Value(middle, middle - reach, middle + reach, int(row[f"{name}_runs"]), "share")


def _indices(context: Context) -> list[Block]:
    table = context.source.table("indices")
    runs = context.source.replications
    blocks: list[Block] = []
    for at, (metric, lot) in enumerate(table.groupby("metric", sort=False)):
        number = f"_{at + 1}" if at else ""
        rows: list[list[Cell]] = []
        for _, row in lot.iterrows():
            rows.append([str(row["key"]), *(_share(row, name, runs) for name in _SHARES)])
        columns = [("key", "Key", ""), ("first", "alone", "index")]
        columns += [("total", "with interactions", "index"), ("between", "interactions", "index")]
        columns.append(("noise", "Monte Carlo noise", "index"))
        said = {"metric": context.words.named(str(metric))}
        caption = context.words("Share of variance of {metric} by key (Sobol)", **said)
        under = context.table(f"sobol{number}", caption, columns, rows)
        blocks.append(Chart(f"sobol{number}", figures.sobol(lot, context.words), under))
        if float(lot["noise"].iloc[0]) > NOISY:
            told = "Luck makes {noise} of the variance of {metric}: its indices say little. {more}"
            more = context.words("More replications a row, or more users, make it less.")
            noise = shown(float(lot["noise"].iloc[0]), "share")
            blocks.append(context.text(told, noise=noise, more=more, **said))
    return blocks


def _share(row: pd.Series, name: str, runs: int) -> Value:
    if name == "between":  # what a key does only together with others
        return Value(float(row["total"]) - float(row["first"]), runs=runs, unit="share")
    if name == "noise":
        return Value(float(row["noise"]), runs=runs, unit="share")
    return around((float(row[f"{name}{end}"]) for end in ("", "_low", "_high")), runs, "share")


def _failed(context: Context, results: pd.DataFrame) -> list[Block]:
    """Return the runs that failed, each with its error; nothing where all went well."""
    failed = results[results["status"] == "failed"]
    if failed.empty:
        return []
    rows: list[list[Cell]] = [
        [str(row["row"]), str(row["replication"]), str(row["error"])]
        for _, row in failed.head(MOST).iterrows()
    ]
    columns = [("row", "Row of the design", ""), ("replication", "Replication", "")]
    columns.append(("error", "Error", ""))
    caption = context.words("Runs that failed: {count}", count=len(failed))
    return [context.table("failed", caption, columns, rows)]
