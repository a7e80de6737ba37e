"""Section 7: stages, the allowance of the books, expected losses, charge-offs and recoveries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share, per_run
from sim.report.expected_losses import can_expect
from sim.report.page import Block, Cell, Chart, Section
from sim.report.sections.expected import expected, term_structure
from sim.report.value import Value, mean_of
from sim.risk.earnings import allowance_roll
from sim.risk.recoveries import recovery_by_age
from sim.risk.stages import STAGE_OF, stage_mix, stage_transfers
from sim.risk.tables import ON_BOOK

ROLL = ("opening_fen", "charge_fen", "written_off_fen", "recovered_fen", "closing_fen")
LABELS = ("opening", "charge", "written off", "recovered", "closing")


def provisions(context: Context) -> Section:
    """Return stages, their transfers, the roll-forward of the allowance, and expected losses."""
    source = context.source
    blocks: list[Block] = []
    if source.has("monthly"):
        blocks.append(_stages(context))
    if source.has("roll_rates", "monthly"):
        blocks.append(_transfers(context))
    if source.has("pnl", "balance_sheet"):
        blocks.append(_roll_forward(context))
    if can_expect(source):
        blocks += [*expected(context), *term_structure(context)]
    lost = source.charge_offs
    if (
        source.has("daily")
        and lost is not None
        and source.table("daily")["written_off_fen"].sum() > 0
    ):
        blocks += _curves(context, lost)
    if not blocks:
        command = "paylater run SCENARIO.toml --days 90; paylater report RUN"
        blocks.append(context.missing("stages and the allowance", command))
    return context.section(7, "Losses and provisions", blocks)


def _stages(context: Context) -> Block:
    monthly = context.source.table("monthly")
    mix = stage_mix(monthly)
    last = mix[mix["month"] == mix["month"].max()]
    held = monthly[(monthly["month"] == mix["month"].max()) & monthly["bucket"].isin(ON_BOOK)]
    held = held.assign(stage=held["bucket"].astype(str).map(STAGE_OF))
    sums = per_run(held, ["stage"], ["accounts", "principal_fen"])
    rows: list[list[Cell]] = [
        [
            f"{context.words('stage')} {row['stage']}",
            mean_of(sums.loc[row["stage"], "accounts"].to_numpy(), "count"),
            mean_of(sums.loc[row["stage"], "principal_fen"].to_numpy(), "fen"),
            of_share(row),
        ]
        for _, row in last.iterrows()
    ]
    columns = [("stage", "Stage", "stage"), ("accounts", "Accounts", "count")]
    columns += [("principal", "Principal, yuan", "money"), ("share", "of principal", "share")]
    return context.table("stages", "Stages at the last month end", columns, rows)


def _roll_forward(context: Context) -> Block:
    source = context.source
    found = allowance_roll(source.table("pnl"), source.table("balance_sheet"))
    rows: list[list[Cell]] = []
    for month, lot in found.groupby("month"):
        numbers = [mean_of(lot[name].to_numpy(), "fen") for name in ROLL]
        rows.append([f"{month:%Y-%m}", *numbers])
    heads = zip(ROLL, LABELS, strict=True)
    columns = [("month", "Month", "")]
    columns += [(name.removesuffix("_fen"), label, "roll_forward") for name, label in heads]
    return context.table("allowance_roll", "Allowance of the books, yuan", columns, rows)


def _transfers(context: Context) -> Block:
    table = context.source.table("roll_rates")
    moves = pd.concat(
        [
            stage_transfers(lot).assign(replication=number)
            for number, lot in table.groupby("replication")
        ]
    )
    sums = per_run(moves, ["from_stage", "to_stage"], ["accounts"])["accounts"]
    groups: Any = sums.groupby(level=["from_stage", "to_stage"])
    counts = {key: lot.to_numpy() for key, lot in groups}
    none = np.zeros(table["replication"].nunique(), dtype=np.int64)
    names = {0: "new or closed", 1: "stage 1", 2: "stage 2", 3: "stage 3"}
    rows: list[list[Cell]] = []
    for start in sorted(set(moves["from_stage"])):
        numbers = [mean_of(counts.get((start, end), none), "count") for end in names]
        rows.append([context.words(names[int(start)]), *numbers])
    columns = [("from", "from", "")]
    columns += [(f"to_{end}", label, "stage") for end, label in names.items()]
    caption = "Accounts that changed stage between month ends, all months, a run"
    return context.table("stage_transfers", caption, columns, rows)


def _curves(context: Context, lost: pd.DataFrame) -> list[Block]:
    """Return charge-offs and recoveries as they add up, and recovery by age of the charge-off."""
    source = context.source
    run = source.scenario.run
    daily = source.table("daily")
    frame = {"date": sorted(daily["date"].unique())}
    for key in ("written_off", "recovered"):
        wide = daily.pivot_table(index="date", columns="replication", values=f"{key}_fen").cumsum()
        ends = [mean_of(row, "fen")[:3] for row in wide.to_numpy()]
        for at, end in enumerate(("", "_low", "_high")):
            frame[f"{key}{end}"] = [value[at] for value in ends]
    last_day = run.burn_in_days + run.days - 1
    ages = recovery_by_age(lost, last_day)
    rows: list[list[Cell]] = []
    runs = source.replications
    for _, row in ages.iterrows():
        totals = [int(row[name]) for name in ("written_off_fen", "recovered_fen")]
        amounts = [Value(t / runs, runs=runs, unit="fen", total=t) for t in totals]
        rows.append([f"{int(row['months'])}", *amounts, of_share(row)])
    columns = [("months", "Months since charge-off", ""), ("lost", "charged off, yuan", "money")]
    columns += [("back", "recovered, yuan", "money"), ("share", "recovered", "recovered")]
    caption = "Recovery by age of the charge-off, last day, a run"
    under = context.table("recovery_by_age", caption, columns, rows)
    drawn = figures.loss_curves(pd.DataFrame(frame), ages, context.words)
    return [Chart("loss_curves", drawn, under)]
