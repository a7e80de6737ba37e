"""Section 5: how much is how late, where it goes, and what warnings did."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share, per_run
from sim.report.page import Block, Cell, Chart, Section, Table
from sim.report.value import NAN, Value, mean_of, ratio_of
from sim.risk.migration import cohort_matrix, roll_rates
from sim.risk.outcomes import cure_rates, flow_to_loss
from sim.risk.shares import Z, shares
from sim.risk.steady_state import steady_state
from sim.risk.tables import BUCKETS, IN_ARREARS, ON_BOOK


def delinquency(context: Context) -> Section:
    """Return buckets, roll rates by accounts and money, their steady state, and warnings."""
    source = context.source
    blocks: list[Block] = []
    if source.has("monthly") and source.table("monthly")["principal_fen"].sum() > 0:
        blocks.append(_stack(context))
    if source.has("roll_rates"):
        blocks += [*_rolls(context), _ends(context)]
    if source.has("roll_rates", "monthly"):
        blocks.append(_steady(context))
    if source.has("warnings"):
        blocks.append(_warnings(context))
    if not blocks:
        command = "paylater run SCENARIO.toml --days 90; paylater report RUN"
        blocks.append(context.missing("month ends and the moves between them", command))
    return context.section(5, "Delinquency", blocks)


def _stack(context: Context) -> Chart:
    monthly = context.source.table("monthly")
    sums = per_run(monthly, ["month", "bucket"], ["principal_fen"]).reset_index()
    on_book = sums[sums["bucket"].isin(ON_BOOK)].astype({"bucket": str})
    keys = ["month", "replication"]
    on_book["whole_fen"] = on_book.groupby(keys)["principal_fen"].transform("sum")
    part = on_book[on_book["bucket"].isin(IN_ARREARS)]
    found = shares(part, ["month", "bucket"], "principal_fen", "whole_fen", counts=False)
    rows: list[list[Cell]] = []
    for month, lot in found.groupby("month"):
        values = {str(row["bucket"]): of_share(row) for _, row in lot.iterrows()}
        numbers = [values.get(name, Value(NAN, unit="share")) for name in IN_ARREARS]
        rows.append([f"{month:%Y-%m}", *numbers])
    columns = [("month", "Month", ""), *((name, name.upper(), "share") for name in IN_ARREARS)]
    table = context.table("buckets", "Principal past due by bucket, of all", columns, rows)
    return Chart("buckets", figures.bucket_stack(found, context.words), table)


def _rolls(context: Context) -> list[Block]:
    moves = context.source.table("roll_rates")
    matrix = cohort_matrix(moves).reindex(index=ON_BOOK)
    seen = [name for name in BUCKETS if name != "closed" or matrix[name].sum() > 0]
    matrix = matrix[seen]
    rates = roll_rates(moves)
    tables = [
        _matrix(context, rates, seen, kind)
        for kind in (
            ("accounts", "rate", "rate_se"),
            ("money", "rate_principal", "rate_principal_se"),
        )
    ]
    return [Chart("rolls", figures.roll_rate_heat_map(matrix, context.words), tables[0]), tables[1]]


def _matrix(
    context: Context, rates: pd.DataFrame, seen: list[str], kind: tuple[str, str, str]
) -> Table:
    name, rate, error = kind
    runs = context.source.replications
    cells = {}
    for _, row in rates.iterrows():
        if not row["accounts"]:
            continue
        reach = Z * float(row[error])
        value = float(row[rate])
        ends = (max(value - reach, 0.0), min(value + reach, 1.0))
        cells[str(row["from_bucket"]), str(row["to_bucket"])] = Value(value, *ends, runs, "share")
    nothing = Value(NAN, unit="share")
    rows: list[list[Cell]] = []
    for start in ON_BOOK:
        numbers = [cells.get((start, end), nothing) for end in seen]
        rows.append([context.words(start), *numbers])
    columns = [("from_bucket", "from", ""), *((end, end, "roll_rate") for end in seen)]
    caption = {"accounts": "Roll rates of accounts", "money": "Roll rates of principal"}[name]
    return context.table(f"roll_rates_{name}", caption, columns, rows)


def _ends(context: Context) -> Block:
    moves = context.source.table("roll_rates")
    flows = flow_to_loss(moves).set_index("bucket")
    cures = cure_rates(moves).set_index("bucket")
    runs = context.source.replications
    rows: list[list[Cell]] = []
    for bucket in IN_ARREARS:
        rate, reach = float(cures["rate"][bucket]), Z * float(cures["rate_se"][bucket])
        cured = Value(rate, max(rate - reach, 0.0), min(rate + reach, 1.0), runs, "share")
        others = [
            Value(float(flows[name][bucket]), runs=runs, unit="share")
            for name in ("forward", "forward_principal", "lost")
        ]
        rows.append([bucket.upper(), cured, *others])
    columns = [("bucket", "Bucket", ""), ("cured", "cured in a month", "cure")]
    columns += [("forward", "rolls on, accounts", "roll_rate")]
    columns += [("forward_money", "rolls on, money", "roll_rate")]
    columns += [("lost", "charged off in the end", "flow")]
    return context.table("flow_to_loss", "Cure and flow to loss by bucket", columns, rows)


def _steady(context: Context) -> Block:
    runs = context.source.replications
    found = steady_state(context.source.table("roll_rates"), context.source.table("monthly"))
    rows: list[list[Cell]] = []
    for _, row in found.iterrows():
        numbers = [Value(float(row[n]), runs=runs, unit="share") for n in ("observed", "steady")]
        rows.append([context.words.named(str(row["bucket"])), *numbers])
    columns = [("bucket", "Bucket", ""), ("observed", "last month end", "share")]
    columns.append(("steady", "steady state", "steady"))
    return context.table("steady_state", "Where the roll rates lead", columns, rows)


def _warnings(context: Context) -> Block:
    names = ["raised", "true", "false"]
    sums = per_run(context.source.table("warnings"), ["level"], names)
    rows: list[list[Cell]] = []
    for level, lot in sums.groupby(level="level", sort=False, observed=True):
        counts = [mean_of(lot[name].to_numpy(), "count") for name in names]
        rows.append(
            [context.words.named(str(level)), *counts, ratio_of(lot["true"], lot["raised"])]
        )
    columns = [("level", "Level", ""), ("raised", "raised", "count"), ("true", "true", "count")]
    columns += [("false", "false", "count"), ("true_share", "true, of raised", "share")]
    return context.table("warning_levels", "Warnings by level, a run", columns, rows)
