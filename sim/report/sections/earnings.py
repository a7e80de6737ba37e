"""Section 9: profit and loss from the books, margins by segment, and bridges."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import Value, around, mean_of, ratio_of
from sim.risk.cohort_economics import MEASURES as COHORT_MEASURES
from sim.risk.cohort_economics import cohort_economics
from sim.risk.earnings import EXPENSES, INCOME, margins
from sim.study.difference import paired

INCOMES = (*INCOME, "recoveries_fen")
LINES = (*INCOMES, *EXPENSES)
MEASURES = {
    "income": "income",
    "funding": "funding",
    "net_losses": "net losses",
    "risk_adjusted_margin": "risk-adjusted margin",
    "profit": "profit",
}


def earnings(context: Context) -> Section:
    """Return the P&L, its bridge, and the margins of the segments."""
    source = context.source
    title = "Earnings"
    if not source.has("pnl"):
        command = "paylater run SCENARIO.toml; paylater report RUN"
        return context.section(9, title, [context.missing("profit and loss", command)])
    blocks: list[Block] = [_pnl(context)]
    before = source.base_table("pnl")
    if before is not None:
        blocks.append(_bridge(context, before))
    else:
        command = f"paylater report {source.place.name} --baseline OTHER-RUN"
        blocks.append(context.missing("the bridge to a baseline", command))
    if source.has("daily_by"):
        blocks.append(_segments(context))
    if source.has("vintages"):
        blocks += _cohorts(context)
    return context.section(9, title, blocks)


def _sums(table: pd.DataFrame) -> pd.DataFrame:
    found: pd.DataFrame = table.groupby("replication")[[*LINES, "profit_fen"]].sum()
    return found


def _pnl(context: Context) -> Chart:
    sums = _sums(context.source.table("pnl"))
    rows: list[list[Cell]] = []
    steps = []
    income = sums[list(INCOMES)].sum(axis=1)
    for name in (*LINES, "profit_fen"):
        amount = sums[name] if name in (*INCOMES, "profit_fen") else -sums[name]
        label = name.removesuffix("_fen")
        share = ratio_of(amount, income)
        rows.append([context.words(label), mean_of(amount.to_numpy(), "fen"), share])
        if amount.any() or name == "profit_fen":
            whole = name == "profit_fen"
            steps.append({"step": label, "amount_fen": float(amount.mean()), "whole": whole})
    columns = [("line", "Line", ""), ("amount", "Amount a run, yuan", "pnl_line")]
    columns.append(("of_income", "of all income", "share"))
    caption = "Profit and loss of all days; expenses below 0"
    under = context.table("profit_and_loss", caption, columns, rows)
    return Chart("pnl", figures.pnl_bridge(pd.DataFrame(steps), context.words), under)


def _bridge(context: Context, baseline: pd.DataFrame) -> Chart:
    after, before = _sums(context.source.table("pnl")), _sums(baseline)
    rows: list[list[Cell]] = []
    steps = [
        {
            "step": "profit of the baseline",
            "amount_fen": float(before["profit_fen"].mean()),
            "whole": True,
        }
    ]
    for name in LINES:
        sign = 1 if name in INCOMES else -1
        found = paired(sign * before[name], sign * after[name]).interval
        label = name.removesuffix("_fen")
        rows.append([context.words(label), around(found[:3], found.runs, "fen")])
        if found.estimate:
            steps.append({"step": label, "amount_fen": found.estimate, "whole": False})
    profit = float(after["profit_fen"].mean())
    steps.append({"step": "profit of this run", "amount_fen": profit, "whole": True})
    columns = [("line", "Line", ""), ("change", "Change of profit, yuan", "difference")]
    caption = "Bridge from the baseline's profit to this run's"
    under = context.table("profit_bridge", caption, columns, rows)
    return Chart("bridge", figures.pnl_bridge(pd.DataFrame(steps), context.words), under)


def _segments(context: Context) -> Block:
    source = context.source
    found = margins(source.table("pnl"), source.table("daily_by"))
    rows: list[list[Cell]] = []
    for segment, lot in found.groupby("segment", sort=False):
        by_name = lot.set_index("measure")
        numbers = [of_share(by_name.loc[name]) for name in MEASURES]
        each = of_share(by_name.loc["profit_per_account"], "fen")
        rows.append([context.words.named(str(segment)), *numbers, each])
    columns = [("segment", "Segment", "")]
    columns += [(name, label, "margin") for name, label in MEASURES.items()]
    columns.append(("profit_per_account", "profit an account, yuan", "money"))
    caption = "Unit economics by segment: a year, of mean principal"
    return context.table("margins", caption, columns, rows)


def _cohorts(context: Context) -> list[Block]:
    """Return what accounts opened in each month have earned and lost since."""
    source = context.source
    found = cohort_economics(source.table("vintages"), source.table("pnl"))
    runs = max(source.replications, 1)
    rows: list[list[Cell]] = []
    for cohort, lot in found.groupby("cohort", sort=False):
        by_name = lot.set_index("measure")
        opened = float(by_name["whole"].iloc[0])
        count = Value(opened / runs, runs=runs, unit="count", total=int(opened))
        cells: list[Cell] = [of_share(by_name.loc[name], "fen") for name in COHORT_MEASURES]
        rows.append([context.words.named(str(cohort)), count, *cells])
    columns = [("cohort", "Opened", ""), ("accounts", "Accounts", "count")]
    columns += [(name, MEASURES.get(name, "margin"), "cohort") for name in COHORT_MEASURES]
    caption = "Unit economics by month of opening: yuan an account, up to the last month end"
    told = (
        "Losses are a cohort's own. Income and funding of a month are allotted by share of the "
        "book's principal; they are counted by segment, not by cohort."
    )
    return [context.table("cohort_economics", caption, columns, rows), context.text(told)]
