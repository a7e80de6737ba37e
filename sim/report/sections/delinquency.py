"""Section 5: how much is how late, where it goes, and what warnings did."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share, per_run
from sim.report.page import Block, Cell, Chart, Section, Table
from sim.report.value import NAN, Value, around, mean_of, ratio_of
from sim.risk.half_width import Z
from sim.risk.jackknife import jackknife
from sim.risk.migration import cohort_matrix, roll_rates
from sim.risk.outcomes import cure_rates, flow_to_loss
from sim.risk.shares import shares
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
    if source.has("daily") and "graced" in source.table("daily"):
        blocks.append(_grace(context))
    if source.has("warnings"):
        blocks += _warnings(context)
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
    moves = context.source.moves
    cures = cure_rates(moves).set_index("bucket")
    names = ["forward", "forward_principal", "lost"]
    found = jackknife(
        lambda some: flow_to_loss(some).set_index("bucket")[names], moves, bounded=True
    )
    buckets = list(flow_to_loss(moves)["bucket"])
    runs = context.source.replications
    rows: list[list[Cell]] = []
    for bucket in IN_ARREARS:
        rate, reach = float(cures["rate"][bucket]), Z * float(cures["rate_se"][bucket])
        cured = Value(rate, max(rate - reach, 0.0), min(rate + reach, 1.0), runs, "share")
        at = buckets.index(bucket)
        others = [around((end[at, k] for end in found[:3]), runs, "share") for k in range(3)]
        rows.append([bucket.upper(), cured, *others])
    columns = [("bucket", "Bucket", ""), ("cured", "cured in a month", "cure")]
    columns += [("forward", "rolls on, accounts", "roll_rate")]
    columns += [("forward_money", "rolls on, money", "roll_rate")]
    columns += [("lost", "charged off in the end", "flow")]
    return context.table("flow_to_loss", "Cure and flow to loss by bucket", columns, rows)


def _steady(context: Context) -> Block:
    runs = context.source.replications
    tables = (context.source.moves, context.source.table("monthly"))
    names = ["observed", "steady"]
    found = jackknife(lambda *some: steady_state(*some)[names], *tables, bounded=True)
    rows: list[list[Cell]] = []
    for at, bucket in enumerate(steady_state(*tables)["bucket"]):
        numbers = [around((end[at, k] for end in found[:3]), runs, "share") for k in range(2)]
        rows.append([context.words.named(str(bucket)), *numbers])
    columns = [("bucket", "Bucket", ""), ("observed", "last month end", "share")]
    columns.append(("steady", "steady state", "steady"))
    return context.table("steady_state", "Where the roll rates lead", columns, rows)


def _grace(context: Context) -> Block:
    """Return how many bills run into grace, and how they leave it (R-P5)."""
    daily = context.source.table("daily")
    sums = daily.groupby("replication")[["graced", "retried", "missed"]].sum()
    paid = (sums["graced"] - sums["missed"]).clip(lower=0)
    rows: list[list[Cell]] = []
    for label, count in (
        ("minimum unpaid as grace begins", sums["graced"]),
        ("of these, paid within grace", paid),
        ("auto-debits that succeeded within grace", sums["retried"]),
        ("minimum missed at the end of grace", sums["missed"]),
    ):
        share = ratio_of(count, sums["graced"])
        rows.append([context.words(label), mean_of(count.to_numpy(), "count"), share])
    columns = [("use", "Bills", ""), ("bills", "a run", "graced"), ("share", "of them", "graced")]
    return context.table("grace", "Use of the days of grace", columns, rows)


ACTIONS = {
    "message": "message; spending damped",
    "login": "held until a second factor or a review",
    "overdue": "line frozen, collection",
    "requests": "requests held for review",
}


def _warnings(context: Context) -> list[Block]:
    """Return warnings by level: what was done, whether rightly, and how it ended."""
    table = context.source.table("warnings")
    names = ["raised", "true", "passed", "expired", "hours"]
    sums = per_run(table.fillna(dict.fromkeys(names, 0)), ["level"], names)
    rows: list[list[Cell]] = []
    for level, lot in sums.groupby(level="level", sort=False, observed=True):
        ended = lot["passed"] + lot["expired"]
        endless = str(level) not in ("login", "requests")
        outcomes: list[Cell] = [
            ratio_of(lot["passed"], lot["raised"]),
            ratio_of(lot["expired"], lot["raised"]),
            ratio_of(lot["hours"], ended, "hours"),
        ]
        rows.append(
            [
                context.words.named(str(level)),
                context.words(ACTIONS[str(level)]),
                mean_of(lot["raised"].to_numpy(), "count"),
                ratio_of(lot["true"], lot["raised"]),
                *(["", "", ""] if endless else outcomes),
            ]
        )
    columns = [("level", "Level", ""), ("action", "Action", ""), ("raised", "raised", "count")]
    columns += [
        ("true_share", "true, of raised", "share"),
        ("passed", "ended by the user", "share"),
    ]
    columns += [("expired", "by review or term", "share"), ("hours", "mean hours held", "count")]
    blocks: list[Block] = [
        context.table("warning_levels", "Warnings by level, a run", columns, rows)
    ]
    if context.source.has("collection"):
        blocks.append(_collected(context))
    return blocks


def _collected(context: Context) -> Block:
    """Return what became of accounts under level 3 (R-W3)."""
    names = ["entered", "worked", "cured", "cured_worked", "plans_offered", "plans_agreed"]
    sums = context.source.table("collection").groupby("replication")[names].sum()
    whole = {"cured_worked": "worked", "plans_agreed": "plans_offered"}
    labels = {
        "entered": "accounts that came under level 3",
        "worked": "calls",
        "cured_worked": "calls after which nothing was past due",
        "plans_offered": "payment plans offered",
        "plans_agreed": "payment plans agreed",
        "cured": "accounts cured, in collection or before",
    }
    rows: list[list[Cell]] = []
    for name, label in labels.items():
        share = ratio_of(sums[name], sums[whole[name]]) if name in whole else ""
        rows.append([context.words(label), mean_of(sums[name].to_numpy(), "count"), share])
    columns = [("what", "Level 3", ""), ("count", "a run", "count"), ("share", "of them", "share")]
    return context.table("collection_outcomes", "What collection came to", columns, rows)
