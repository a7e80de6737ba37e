"""Section 7: stages, the allowance of the books, and expected losses beside it."""

from __future__ import annotations

import numpy as np

from sim.report.context import Context, of_share
from sim.report.page import Block, Cell, Section
from sim.report.value import NAN, Value, mean_of
from sim.risk.earnings import allowance_roll
from sim.risk.expected_losses import Outlook
from sim.risk.expected_losses import allowance as expected
from sim.risk.severity import loss_given_default
from sim.risk.stages import stage_mix, stage_transfers

# Assumed: how likely the economies are, and what they do to moves for the worse.
OUTLOOKS = {
    "baseline": Outlook(0.5, 1.0),
    "mild": Outlook(0.3, 1.25),
    "severe": Outlook(0.2, 1.6),
}
ROLL = ("opening_fen", "charge_fen", "written_off_fen", "recovered_fen", "closing_fen")
LABELS = ("opening", "charge", "written off", "recovered", "closing")


def provisions(context: Context) -> Section:
    """Return stages, their transfers, the roll-forward of the allowance, and expected losses."""
    source = context.source
    blocks: list[Block] = []
    if source.has("monthly"):
        blocks.append(_stages(context))
    if source.has("pnl", "balance_sheet"):
        blocks.append(_roll_forward(context))
    if source.has("roll_rates", "monthly"):
        blocks += [_transfers(context), *_expected(context)]
    if not blocks:
        command = "paylater run SCENARIO.toml --days 90; paylater report RUN"
        blocks.append(context.missing("stages and the allowance", command))
    return context.section(7, "Losses and provisions", blocks)


def _stages(context: Context) -> Block:
    mix = stage_mix(context.source.table("monthly"))
    last = mix[mix["month"] == mix["month"].max()]
    runs = context.source.replications
    rows: list[list[Cell]] = [
        [
            f"{context.words('stage')} {row['stage']}",
            Value(
                float(row["accounts"]) / runs, runs=runs, unit="count", total=int(row["accounts"])
            ),
            Value(
                float(row["principal_fen"]) / runs,
                runs=runs,
                unit="fen",
                total=int(row["principal_fen"]),
            ),
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
    moves = stage_transfers(context.source.table("roll_rates"))
    sums = moves.groupby(["from_stage", "to_stage"])["accounts"].sum().unstack(fill_value=0)
    runs = context.source.replications
    names = {0: "new or closed", 1: "stage 1", 2: "stage 2", 3: "stage 3"}
    rows: list[list[Cell]] = []
    for start in sums.index:
        numbers = [
            Value(float(sums.loc[start].get(end, 0)) / runs, runs=runs, unit="count")
            for end in names
        ]
        rows.append([context.words(names[int(start)]), *numbers])
    columns = [("from", "from", "")]
    columns += [(f"to_{end}", label, "stage") for end, label in names.items()]
    caption = "Accounts that changed stage between month ends, all months, a run"
    return context.table("stage_transfers", caption, columns, rows)


def _expected(context: Context) -> list[Block]:
    source = context.source
    if not source.has("accounts"):
        return []
    moves, monthly = source.table("roll_rates"), source.table("monthly")
    run = source.scenario.run
    last_day = run.burn_in_days + run.days - 1
    try:
        severity = loss_given_default(moves, source.table("accounts"), last_day).iloc[0]
        lgd = float(np.nan_to_num(1 - severity["recovered"], nan=1.0))
        rate = source.scenario.product.charges.rate_ppb / 1e9 * 30
        table = expected(monthly, moves, lgd, rate=rate, outlooks=OUTLOOKS)
    except (ValueError, np.linalg.LinAlgError) as error:
        return [context.text("Expected losses cannot be told: {why}.", why=str(error))]
    names = ("ead_fen", "ecl_12_fen", "ecl_lifetime_fen", "allowance_fen")
    runs = source.replications
    rows: list[list[Cell]] = []
    for _, row in table.iterrows():
        numbers = [Value(float(row[name]), runs=runs, unit="fen") for name in names]
        share = Value(float(row["coverage"]), runs=runs, unit="share")
        bucket = context.words.named(str(row["bucket"]))
        rows.append([bucket, str(row["stage"]), *numbers, share])
    sums = table[list(names)].sum()
    whole = [Value(float(sums[name]), runs=runs, unit="fen") for name in names]
    held = float(sums["ead_fen"])
    share = Value(float(sums["allowance_fen"]) / held if held else NAN, runs=runs, unit="share")
    rows.append([context.words("all"), "", *whole, share])
    columns = [("bucket", "Bucket", ""), ("stage", "Stage", "stage")]
    columns += [("ead", "Exposure, yuan", "money"), ("ecl_12", "12-month ECL", "ecl")]
    columns += [("ecl_lifetime", "lifetime ECL", "ecl"), ("allowance", "by stage", "ecl")]
    columns.append(("coverage", "of exposure", "coverage"))
    caption = "Expected credit loss at the last month end, weighted over three economies"
    note = context.text(
        "Loss of what is charged off: {lgd:.1f} % ({accounts} accounts charged off). Economies and "
        "weights are assumed: baseline 50 %; mild 30 %, moves for the worse x 1.25; severe 20 %, "
        "x 1.6.",
        lgd=100 * lgd,
        accounts=int(severity["accounts"]),
    )
    return [context.table("expected_losses", caption, columns, rows), note]
