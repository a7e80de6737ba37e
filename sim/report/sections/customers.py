"""Sections 10 and 11: what credit costs users, disputes, and how segments fare."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share, per_run
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value, around, mean_of, ratio_of
from sim.risk import default
from sim.risk.fairness import LEAST, approvals
from sim.risk.fairness import fairness as compared

HOURS = 72


def cost(context: Context) -> Section:
    """Return annual rates by method, debt against income, and disputes."""
    source = context.source
    blocks: list[Block] = []
    if source.has("cost"):
        blocks.append(_rates(context))
    else:
        note = "annual rates by method (table `cost`)"
        blocks.append(context.missing(note, "paylater run SCENARIO.toml; paylater report RUN"))
    if source.has("daily"):
        sums = source.table("daily").groupby("replication")["plans_above_cap"].sum()
        count = mean_of(sums.to_numpy(), "count")
        words = "Plans above the yearly cap of {cap:.0f} %: {count} a run."
        cap = source.scenario.product.charges.yearly_cap_ppm / 1e4
        blocks.append(context.text(words, cap=cap, count=count.text))
    if source.has("users", "accounts"):
        blocks.append(_debt(context))
    if source.has("disputes"):
        blocks.append(_disputes(context))
    return context.section(10, "Customer cost and conduct", blocks)


def _rates(context: Context) -> Block:
    table = context.source.table("cost")
    table = table.assign(weighted=table["nominal"] * table["agreements"])
    names = ["agreements", "amount_fen", "above_cap", "weighted"]
    several = len(table["product"].unique()) > 1
    keys = ["product", "method"] if several else ["method"]
    sums = per_run(table, keys, names)
    rows: list[list[Cell]] = []
    for key, lot in sums.groupby(level=keys, sort=False, observed=True):
        *products, method = key if isinstance(key, tuple) else (key,)
        nominal = ratio_of(lot["weighted"], lot["agreements"])
        dear = ratio_of(lot["above_cap"], lot["agreements"])
        count = mean_of(lot["agreements"].to_numpy(), "count")
        named = ": ".join([*map(str, products), context.words.named(str(method))])
        rows.append([named, count, nominal, dear])
    columns = [("method", "Method", ""), ("agreements", "Agreements", "count")]
    columns += [("nominal", "annual rate, nominal", "rate_cost")]
    columns.append(("above_cap", "above the cap", "rate_cost"))
    return context.table("annual_rates", "Annual rates by method, a run", columns, rows)


def _debt(context: Context) -> Block:
    from sim.risk.concentration import principal_of

    users, accounts = (context.source.table(name) for name in ("users", "accounts"))
    keys = ["replication", "user"]
    owed = principal_of(accounts).groupby([accounts[key] for key in keys]).sum()
    here = users[users["status"] == "here"].set_index(keys)
    here = here.join(owed.rename("owed"), how="left").fillna({"owed": 0})
    here = here[here["owed"] > 0]
    burden = here["owed"] / here["income_fen"].clip(lower=1)
    rows: list[list[Cell]] = []
    size = burden.groupby(level="replication").size()
    for times in (1, 3, 6):
        part = (burden > times).groupby(level="replication").sum()
        value = ratio_of(part, size) if len(size) else Value(NAN, unit="share")
        rows.append([context.words("owes more than {n} months of income", n=times), value])
    columns = [("measure", "Of users who owe", ""), ("share", "Share", "share")]
    return context.table("over_indebted", "Debt on the line against monthly income", columns, rows)


def _disputes(context: Context) -> Block:
    table = context.source.table("disputes")
    table = table.assign(decided=table["upheld"] + table["rejected"])
    names = ["raised", "rightful", "upheld", "decided", "wrong", "hours"]
    sums = per_run(table, ["claim"], names)
    rows: list[list[Cell]] = []
    for claim, lot in sums.groupby(level="claim", sort=False, observed=True):
        raised = mean_of(lot["raised"].to_numpy(), "count")
        upheld = ratio_of(lot["upheld"], lot["decided"])
        wrong = ratio_of(lot["wrong"], lot["decided"])
        hours = ratio_of(lot["hours"], lot["decided"], "hours")
        rows.append([context.words.named(str(claim)), raised, upheld, wrong, hours])
    columns = [("claim", "Claim", ""), ("raised", "raised", "complaints")]
    columns += [("upheld", "upheld", "share"), ("wrong", "decided wrongly", "share")]
    columns.append(("hours", "mean hours (72 promised)", "count"))
    return context.table("disputes_by_claim", "Disputes, a run", columns, rows)


def fairness(context: Context) -> Section:
    """Return how often segments are let in and default, beside a reference segment."""
    source = context.source
    title = "Segments and fairness"
    if not source.has("users", "accounts"):
        command = "paylater run SCENARIO.toml; paylater report RUN"
        return context.section(11, title, [context.missing("outcomes by segment", command)])
    blocks: list[Block] = []
    counts = approvals(source.table("users"), source.table("accounts"))
    try:
        found = compared(counts, "segment", "approved", "users")
    except ValueError as error:
        blocks.append(context.text("Segments cannot be compared: {why}.", why=str(error)))
    else:
        blocks.append(_approved(context, found))
    if source.has("roll_rates"):
        blocks.append(_defaults(context))
    note = "The same at equal risk: no rule reads sex, region or student status (sim/docs/odd.md)."
    blocks.append(context.text(note))
    return context.section(11, title, blocks)


def _approved(context: Context, found: pd.DataFrame) -> Chart:
    runs = context.source.replications
    rows: list[list[Cell]] = []
    for _, row in found.iterrows():
        ends = tuple(float(row[name]) for name in ("ratio", "ratio_low", "ratio_high"))
        flag = context.words("below four fifths") if row["adverse"] else ""
        if not row["enough"]:
            flag = context.words("fewer than {least}", least=LEAST)
        count = Value(float(row["users"]) / runs, runs=runs, unit="count", total=int(row["users"]))
        ratio = around(ends, runs, "number")
        rows.append([context.words.named(str(row["segment"])), count, of_share(row), ratio, flag])
    columns = [("segment", "Segment", ""), ("users", "Users", "count")]
    columns += [
        ("approved", "with an account", "share"),
        ("ratio", "ratio to the highest", "fairness"),
    ]
    columns.append(("flag", "Flag", "fairness"))
    table = context.table("fairness", "Users ever let in, by segment", columns, rows)
    drawn = found.rename(columns={"segment": "label", "share": "difference"})
    return Chart("segments", figures.segment_dots(drawn, context.words), table)


def _defaults(context: Context) -> Block:
    found = default.default_rates(context.source.table("roll_rates"))
    rows: list[list[Cell]] = [
        [context.words.named(str(row["segment"])), of_share(row)] for _, row in found.iterrows()
    ]
    columns = [("segment", "Segment", ""), ("rate", "Default rate a month", "roll_rate")]
    caption = "Default (90 days past due or charged off) by segment"
    return context.table("default_rates", caption, columns, rows)
