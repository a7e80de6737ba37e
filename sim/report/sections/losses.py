"""Section 8: the distribution of the loss over runs, its tail, and the worst of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.report import figures
from sim.report.context import Context
from sim.report.key_figures import fitted_values
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value, around
from sim.risk import loss_distribution

LEVELS = (0.5, 0.9, 0.95, 0.99, 0.999)


def losses(context: Context) -> Section:
    """Return the histogram with the fitted model over it, quantiles, and the worst run."""
    title = "Loss distribution"
    source = context.source
    if not source.has("daily"):
        command = "paylater run SCENARIO.toml --replications 1000; paylater report RUN"
        return context.section(8, title, [context.missing("losses of many runs", command)])
    table = loss_distribution.losses(source.table("daily"))
    known = table.dropna(subset=["loss_rate"])
    rates = known["loss_rate"].to_numpy(dtype=float)
    if len(rates) < 2:
        command = context.rerun("--replications 1000")
        return context.section(8, title, [context.missing("losses of many runs", command)])
    fitted = None
    if (rates >= 0).all() and (rates <= 1).all():
        fitted = fitted_values(rates, LEVELS)
    pair = (0.0, 0.0)
    if fitted is not None:
        pair = (fitted["pd"].estimate, fitted["asset_correlation"].estimate)
    rows: list[list[Cell]] = []
    for _, row in known.iterrows():
        amounts = [
            Value(float(row[name]), unit="fen", total=int(row[name]))
            for name in ("written_off_fen", "recovered_fen", "net_loss_fen")
        ]
        rate = Value(float(row["loss_rate"]), unit="share")
        rows.append([str(int(row["replication"])), *amounts, rate])
    rows = rows[:40]
    columns = [("replication", "Run", ""), ("written_off", "Principal charged off, yuan", "money")]
    columns += [("recovered", "recovered", "money"), ("net_loss", "net loss", "money")]
    columns.append(("loss_rate", "net loss rate a year", "net_loss"))
    under = context.table(
        "losses_by_run", "Loss of each run (at most 40 are printed)", columns, rows
    )
    drawn = figures.loss_histogram(known, *pair, context.words)
    blocks: list[Block] = [Chart("losses", drawn, under), _tails(context, rates, fitted)]
    if fitted is not None:
        blocks.append(_implied(context, fitted))
    blocks.append(_worst(context))
    return context.section(8, title, blocks)


def _tails(context: Context, rates: np.ndarray, fitted: Any) -> Block:
    seen: Any = loss_distribution.value_at_risk(rates, LEVELS).set_index("level")
    runs = len(rates)
    unsaid = context.words("not estimable with {runs} runs", runs=runs)
    rows: list[list[Cell]] = []
    for level in LEVELS:
        row = seen.loc[level]
        numbers: list[Cell] = []
        for kind in ("var", "es"):
            ends = (row[f"{kind}{end}"] for end in ("", "_low", "_high"))
            numbers.append(unsaid if row["note"] else around(ends, runs, "share"))
        for kind in ("var", "es"):
            nothing = Value(NAN, runs=runs, unit="share")
            numbers.append(nothing if fitted is None else fitted[kind, level])
        rows.append([f"{100 * level:g} %", *numbers])
    columns = [("level", "Level", ""), ("var", "VaR of the runs", "var_99")]
    columns += [("es", "shortfall of the runs", "es_99")]
    columns += [
        ("var_model", "VaR, fitted model", "var_99"),
        ("es_model", "shortfall, fitted", "es_99"),
    ]
    return context.table("loss_tail", "Tail of the net loss rate a year", columns, rows)


def _implied(context: Context, fitted: Any) -> Block:
    rho = fitted["asset_correlation"]
    rows: list[list[Cell]] = [
        [context.words("mean net loss rate a year"), fitted["pd"]],
        [context.words("implied asset correlation"), around(rho[:3], rho.runs, "number")],
    ]
    columns = [("measure", "Fitted one-factor model", ""), ("value", "Value", "implied")]
    return context.table("implied", "What the spread of the runs implies", columns, rows)


def _worst(context: Context) -> Block:
    daily = context.source.table("daily")
    table = loss_distribution.losses(daily).dropna(subset=["loss_rate"]).set_index("replication")
    count = max(1, int(np.ceil(len(table) / 100)))
    worst = table["loss_rate"].nlargest(count).index
    last = daily[daily["day"] == daily["day"].max()].set_index("replication")
    share = last["principal_late_31_fen"] / last["principal_fen"]
    return context.text(
        "The worst {count} of {runs} runs (number {number}): net loss rate {rate:.2f} % against "
        "{mean:.2f} % on average, 30+ days past due {late:.2f} % against {usual:.2f} %, out "
        "of work {jobs:,.0f} people against {jobless:,.0f}.",
        count=count,
        runs=len(table),
        number=int(worst[0]),
        rate=100 * float(table.loc[worst, "loss_rate"].mean()),
        mean=100 * float(table["loss_rate"].mean()),
        late=100 * float(share.loc[worst].mean()),
        usual=100 * float(share.mean()),
        jobs=float(last.loc[worst, "unemployed"].mean()),
        jobless=float(last["unemployed"].mean()),
    )
