"""Section 10: what credit costs users, how deep they are in debt, and disputes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.report import figures
from sim.report.context import Context, per_run
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value, mean_of, ratio_of
from sim.risk.concentration import principal_of

METHODS = {"missed": "missed bill", "carried": "carried balance"}


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
        words, caps = "Plans above the yearly cap of {cap:.0f} %: {count} a run.", _caps(context)
        if len(caps) > 1:
            words = "Plans above the yearly cap of their own product ({caps} %): {count} a run."
        told = ", ".join(f"{cap:.0f}" for cap in caps)
        blocks.append(context.text(words, cap=caps[0], caps=told, count=count.text))
    if source.has("users", "accounts"):
        blocks.append(_debt(context))
    if source.has("disputes"):
        days = source.scenario.risk_control.appeals.review_days
        blocks.append(_disputes(context))
        words = "A review ends within {hours} hours of the claim, by rule (R-W4; 72 are promised)."
        blocks.append(context.text(words, hours=24 * days))
    return context.section(10, "Customer cost and conduct", blocks)


def _caps(context: Context) -> list[float]:
    """Return the yearly caps of the products that differ, %."""
    products = context.source.scenario.products
    return sorted({product.charges.yearly_cap_ppm / 1e4 for product in products})


def _rates(context: Context) -> Block:
    """Return annual rates of agreements by method and periods, and product where there are more."""
    table = context.source.table("cost")
    products = [product.label for product in context.source.scenario.products]
    by: list[Any] = ["product", "method", "periods"] if len(products) > 1 else ["method", "periods"]
    table = table.assign(method=table["method"].astype(str).replace(METHODS))
    for name in ("nominal", "effective"):
        table = table.assign(**{f"weighted_{name}": table[name] * table["agreements"]})
    names = ["agreements", "above_cap", "weighted_nominal", "weighted_effective"]
    sums = per_run(table, by, names)
    whole = sums["agreements"].groupby(level="replication").sum()
    rows: list[list[Cell]] = []
    for (*product, method, periods), each in sums.groupby(level=by, sort=True, observed=True):
        lot = each.droplevel(by)
        rates = [
            ratio_of(lot[f"weighted_{name}"], lot["agreements"])
            for name in ("nominal", "effective")
        ]
        count = mean_of(lot["agreements"].to_numpy(), "count")
        share = ratio_of(lot["agreements"], whole.reindex(lot.index))
        dear = ratio_of(lot["above_cap"], lot["agreements"])
        number = str(periods) if periods else ""
        named = [*map(str, product), context.words.named(str(method)), number]
        rows.append([*named, count, share, *rates, dear])
    columns = [("product", "Product", "")] if len(products) > 1 else []
    columns += [("method", "Method", ""), ("periods", "Periods", "")]
    columns += [("agreements", "Agreements", "count"), ("share", "of all", "share")]
    columns += [("nominal", "annual rate, nominal", "rate_cost")]
    columns += [
        ("effective", "effective", "rate_cost"),
        ("above_cap", "above the cap", "rate_cost"),
    ]
    caption = "Annual rates by method and periods, a run"
    if len(products) > 1:
        caption = "Annual rates by product, method and periods, a run"
    under = context.table("annual_rates", caption, columns, rows)
    drawn = figures.rate_steps(_spread(table), context.words, cap=_caps(context)[0])
    return Chart("annual_rates", drawn, under)


def _spread(table: pd.DataFrame) -> pd.DataFrame:
    """Return the share of agreements by annual rate, whole points, and method."""
    points = (100 * table["effective"]).round().astype(int)
    sums = table.assign(points=points).groupby(["method", "points"], observed=True)["agreements"]
    found = sums.sum().reset_index()
    found["share"] = found["agreements"] / found["agreements"].sum()
    return found[found["agreements"] > 0]


def _debt(context: Context) -> Block:
    """Return how many of those who owe are deep in debt, by several measures and by segment."""
    users, accounts = (context.source.table(name) for name in ("users", "accounts"))
    keys = ["replication", "user"]
    held = accounts.assign(owed=principal_of(accounts), bill=accounts["statement_due_fen"])
    owed = held.groupby(keys)[["owed", "bill", "carried_fen"]].sum()
    here = users[users["status"] == "here"].join(owed, on=keys).fillna({"owed": 0, "bill": 0})
    here = here[here["owed"] > 0].astype({"segment": str})
    income = here["income_fen"].clip(lower=1)
    everything = here["owed"] + here["debt_elsewhere_fen"]
    measures = {
        "owes more than {n} x monthly income on the line": (1, here["owed"] > income),
        "owes more than {n} x monthly income with all lenders": (6, everything > 6 * income),
        "bill above {n} % of income": (40, here["bill"] > 0.4 * income),
        "bill and fixed outgoings above income": (0, here["bill"] + here["outgoings_fen"] > income),
        "carries a balance past its due day": (0, here["carried_fen"] > 0),
    }
    groups: list[tuple[str, Any]] = [("all", here["segment"] == here["segment"])]
    groups += [(name, here["segment"] == name) for name in sorted(set(here["segment"]))]
    runs = sorted(users["replication"].unique())
    rows: list[list[Cell]] = []
    for label, (number, flag) in measures.items():
        cells: list[Cell] = [context.words(label, n=number)]
        for _, of_group in groups:
            some = here["replication"][of_group]
            size = some.value_counts().reindex(runs, fill_value=0)
            part = some[flag[of_group]].value_counts().reindex(runs, fill_value=0)
            cells.append(ratio_of(part, size) if len(here) else Value(NAN, unit="share"))
        rows.append(cells)
    columns = [("measure", "Of users who owe", "")]
    columns += [(f"share_{name}", context.words.named(name), "debt") for name, _ in groups]
    return context.table("over_indebted", "Over-indebtedness, last day", columns, rows)


def _disputes(context: Context) -> Block:
    table = context.source.table("disputes")
    table = table.assign(decided=table["upheld"] + table["rejected"])
    if "in_time" not in table:  # a run of before it was counted
        table["in_time"] = NAN
    names = ["raised", "upheld", "decided", "wrong", "hours", "in_time"]
    sums = per_run(table, ["claim"], names)
    rows: list[list[Cell]] = []
    for claim, lot in sums.groupby(level="claim", sort=False, observed=True):
        raised = mean_of(lot["raised"].to_numpy(), "count")
        upheld = ratio_of(lot["upheld"], lot["decided"])
        wrong = ratio_of(lot["wrong"], lot["decided"])
        decided = mean_of(lot["decided"].to_numpy(), "count")
        in_time = mean_of(lot["in_time"].to_numpy(), "count")
        hours = ratio_of(lot["hours"], lot["decided"], "hours")
        numbers = [raised, decided, in_time, upheld, wrong, hours]
        rows.append([context.words.named(str(claim)), *numbers])
    columns = [("claim", "Claim", ""), ("raised", "raised", "complaints")]
    columns += [("decided", "decided", "count"), ("in_time", "within 72 hours", "in_time")]
    columns += [("upheld", "upheld", "share"), ("wrong", "decided wrongly", "share")]
    columns.append(("hours", "mean hours (72 promised)", "count"))
    return context.table("disputes_by_claim", "Disputes, a run", columns, rows)
