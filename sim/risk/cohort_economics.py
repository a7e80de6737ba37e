"""What accounts opened in one month have earned and lost: unit economics by cohort.

Losses are a cohort's own. Income and cost of funding are counted by segment, not by cohort: those
of a month are allotted by share of the book's principal, mean of the month end and the one before.
"""

from __future__ import annotations

import pandas as pd

from sim.risk.earnings import INCOME
from sim.risk.shares import shares
from sim.risk.tables import columns

MEASURES = ("income", "funding", "net_losses", "margin")
OLDER = "before"  # the cohort opened before the run


def cohort_economics(vintages: pd.DataFrame, pnl: pd.DataFrame) -> pd.DataFrame:
    """Return one row a cohort, and for all, and measure: fen an account, to the last month end.

    vintages: `run.vintages`; pnl: `run.pnl`. Measures: `income` (interest, penalty, fees),
    `funding`, `net_losses` (charged off less recovered) and `margin` (income less both). Columns:
    measure, cohort, part, whole (accounts opened), and those of `Share`. The parts of all cohorts
    add up to the book's of all months with principal on the book.
    """
    keys = ["replication", "cohort"]
    sums = _allotted(vintages, pnl).groupby(keys)[["income", "funding"]].sum()
    last = _cohorts(vintages).sort_values("month").groupby(keys).last()
    table = sums.join(last[["accounts", "written_off_fen", "recovered_fen"]], how="right").fillna(0)
    table["net_losses"] = table["written_off_fen"] - table["recovered_fen"]
    table["margin"] = table["income"] - table["funding"] - table["net_losses"]
    table = table.reset_index()
    whole = table.groupby("replication").sum(numeric_only=True).reset_index()
    table = pd.concat([table, whole.assign(cohort="all")], ignore_index=True)
    found = []
    for measure in MEASURES:
        lot = shares(table, ["cohort"], measure, "accounts", counts=False, bounded=False)
        lot = lot.rename(columns={measure: "part", "accounts": "whole"})
        found.append(lot.assign(measure=measure))
    return pd.concat(found, ignore_index=True)


def _cohorts(vintages: pd.DataFrame) -> pd.DataFrame:
    """Return one row a replication, month and cohort, all products together."""
    needed = ("replication", "month", "cohort", "accounts", "principal_fen")
    some = columns(vintages, (*needed, "written_off_fen", "recovered_fen"), "vintages")
    month = pd.to_datetime(some["month"]).dt.to_period("M")
    named = pd.to_datetime(some["cohort"]).dt.strftime("%Y-%m").fillna(OLDER)
    some = some.assign(month=month, cohort=named)
    sums: pd.DataFrame = some.groupby(list(needed[:3])).sum(numeric_only=True).reset_index()
    return sums


def _allotted(vintages: pd.DataFrame, pnl: pd.DataFrame) -> pd.DataFrame:
    """Return income and funding by replication, month and cohort."""
    held = _cohorts(vintages)
    before = held.groupby(["replication", "cohort"])["principal_fen"].shift(fill_value=0)
    held["mean_fen"] = (held["principal_fen"] + before) / 2
    by = ["replication", "month"]
    held["share"] = held["mean_fen"] / held.groupby(by)["mean_fen"].transform("sum")
    names = ("replication", "date", *INCOME, "funding_cost_fen")
    days = columns(pnl, names, "pnl").assign(month=lambda t: t["date"].dt.to_period("M"))
    sums = days.groupby(by)[[*INCOME, "funding_cost_fen"]].sum()
    book = pd.DataFrame({"income": sums[list(INCOME)].sum(axis=1)})
    book["funding"] = sums["funding_cost_fen"]
    joined = held.join(book, on=by)
    joined[["income", "funding"]] = joined[["income", "funding"]].mul(joined["share"], axis=0)
    return joined
