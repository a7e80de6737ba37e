"""Section 3: receivables, use of limits, changes of limits, concentration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import Value, mean_of, ratio_of
from sim.risk.concentration import concentrations, principal_of
from sim.units import NEVER

QUANTILES = {"q5": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


def exposure(context: Context) -> Section:
    """Return the fan of receivables, limits by their changes, use by score, concentration."""
    source = context.source
    blocks: list[Block] = []
    if source.has("daily"):
        blocks.append(_fan(context))
    else:
        command = "paylater run SCENARIO.toml; paylater report RUN"
        blocks.append(context.missing("receivables by day", command))
    if source.has("cycles", "daily"):
        blocks += [_refreshes(context), _limits(context)]
    if source.has("users", "accounts"):
        blocks += [_use_by_score(context), _concentration(context)]
    elif source.kind != "run":
        note = "limits, use by score and concentration"
        blocks.append(context.missing(note, "paylater run SCENARIO.toml; paylater report RUN"))
    return context.section(3, "Exposure", blocks)


def _fan(context: Context) -> Chart:
    daily = context.source.table("daily")
    wide = daily.pivot_table(index="date", columns="replication", values="principal_fen")
    parts: Any = {name: wide.quantile(level, axis=1) for name, level in QUANTILES.items()}
    frame = pd.DataFrame(parts).reset_index()
    runs = wide.shape[1]
    ends = frame.groupby(frame["date"].dt.to_period("M")).tail(1)
    rows: list[list[Cell]] = []
    for _, row in ends.iterrows():
        values = wide.loc[row["date"]].to_numpy().astype(np.int64)
        numbers = [Value(float(row[name]), runs=runs, unit="fen") for name in QUANTILES]
        rows.append([f"{row['date']:%Y-%m-%d}", mean_of(values, "fen"), *numbers])
    columns = [("date", "Month end", ""), ("mean", "mean", "receivables")]
    columns += [(name, f"{level:.0%}", "receivables") for name, level in QUANTILES.items()]
    table = context.table("receivables", "Receivables over runs, yuan", columns, rows)
    return Chart("fan", figures.fan_chart(frame, context.words), table)


def _refreshes(context: Context) -> Block:
    cycles = context.source.table("cycles")
    cycles = cycles.assign(month=cycles["date"].dt.to_period("M").astype(str))
    rows: list[list[Cell]] = []
    names = ["assessed", "raised", "lowered", "unchanged", "raised_by_fen", "lowered_by_fen"]
    for month, lot in cycles.groupby("month"):
        sums = lot.groupby("replication")[names].sum()
        shares = [ratio_of(sums[name], sums["assessed"]) for name in names[1:4]]
        moved = sums["raised_by_fen"] - sums["lowered_by_fen"]
        mean = ratio_of(moved, sums["assessed"], "fen")
        rows.append([str(month), mean_of(sums["assessed"].to_numpy(), "count"), *shares, mean])
    columns = [("month", "Month", ""), ("assessed", "refreshed", "count")]
    columns += [(name, name, "share") for name in names[1:4]]
    columns.append(("mean_change", "mean change, yuan", "money"))
    return context.table("limit_refreshes", "Limits at the 72-hour refreshes", columns, rows)


def _limits(context: Context) -> Chart:
    daily = context.source.table("daily")
    days = daily.groupby("replication")
    opening = days["limit_fen"].first()
    closing = days["limit_fen"].last()
    later = daily[daily["day"] > daily["day"].min()].groupby("replication")
    names = ["raised_by_fen", "lowered_by_fen", "real_time_raised_by_fen"]
    names += ["real_time_lowered_by_fen", "requests_raised_by_fen", "requests_lowered_by_fen"]
    sums = later[names].sum().reindex(opening.index, fill_value=0)
    steps = {
        "first day": opening,
        "raised": sums["raised_by_fen"],
        "lowered": -sums["lowered_by_fen"],
        "after large purchases": sums["real_time_raised_by_fen"] - sums["real_time_lowered_by_fen"],
        "on request": sums["requests_raised_by_fen"] - sums["requests_lowered_by_fen"],
    }
    steps["opened, less closed and blocked"] = closing - sum(steps.values())
    steps["last day"] = closing
    whole = ("first day", "last day")
    rows: list[list[Cell]] = [
        [context.words(name), mean_of(amount.to_numpy(), "fen")] for name, amount in steps.items()
    ]
    frame = pd.DataFrame(
        {
            "step": list(steps),
            "amount_fen": [float(amount.mean()) for amount in steps.values()],
            "whole": [name in whole for name in steps],
        }
    )
    columns = [("step", "Step", ""), ("amount", "Sum of limits, yuan", "money")]
    table = context.table("limit_steps", "Limits from the first day to the last", columns, rows)
    return Chart("limits", figures.limit_waterfall(frame, context.words), table)


def _use_by_score(context: Context) -> Block:
    users, accounts = (context.source.table(name) for name in ("users", "accounts"))
    held = accounts.assign(principal_fen=principal_of(accounts))
    held = held[(held["opened_on"] != NEVER) & (held["limit_fen"] > 0)]
    keys = ["replication", "user"]
    joined = held.merge(users[[*keys, "score_milli_points"]], on=keys)
    points = joined["score_milli_points"] / 1000
    joined["band"] = (points // 50 * 50).astype(int)
    rows: list[list[Cell]] = []
    for band, lot in joined.groupby("band"):
        sums = lot.groupby("replication")[["limit_fen", "principal_fen"]].sum()
        sums = sums.reindex(sorted(joined["replication"].unique()), fill_value=0)
        count = lot.groupby("replication").size().reindex(sums.index, fill_value=0)
        use = ratio_of(sums["principal_fen"], sums["limit_fen"])
        number = mean_of(count.to_numpy(), "count")
        rows.append([f"{band} to {int(str(band)) + 49}", number, use])
    columns = [("band", "Score", ""), ("accounts", "Accounts", "count")]
    columns.append(("use", "Utilisation", "utilisation"))
    return context.table("use_by_score", "Utilisation by score band", columns, rows)


def _concentration(context: Context) -> Block:
    found = concentrations(context.source.table("accounts"))
    words = {"hhi": "HHI", "gini": "Gini", "top_1": "largest 1 % of users"}
    rows: list[list[Cell]] = []
    if len(found):
        units = {"hhi": "number", "gini": "number", "top_1": "share"}
        rows = [
            [context.words(label), mean_of(found[name].to_numpy(), units[name])]
            for name, label in words.items()
        ]
    columns = [("measure", "Measure", ""), ("value", "Value", "concentration")]
    return context.table("concentration", "Concentration of principal over users", columns, rows)
