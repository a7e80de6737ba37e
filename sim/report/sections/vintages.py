"""Section 6: cohorts of accounts by months on book."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value
from sim.risk.vintages import AT, curves

UNITS = {"ever_31": "share", "ever_91": "share", "net_loss_fen": "fen"}
LABELS = {
    "ever_31": "ever 31+ days past due",
    "ever_91": "ever 91+ days past due",
    "net_loss_fen": "net loss an account, yuan",
}


def vintages(context: Context) -> Section:
    """Return curves of cohorts and their values at certain ages."""
    title = "Vintages"
    if not context.source.has("vintages"):
        command = "paylater run SCENARIO.toml --days 120; paylater report RUN"
        return context.section(6, title, [context.missing("cohorts of accounts", command)])
    table = context.source.table("vintages")
    if table["months_on_book"].dropna().empty:
        command = context.rerun("--days 120")
        note = context.missing("cohorts opened in the reported days", command)
        return context.section(6, title, [note])
    table = table.assign(cohort=_months(table["cohort"]))
    each, whole = curves(table, by_cohort=True), curves(table)
    return context.section(6, title, [_curves(context, each, whole), _ages(context, whole)])


def _months(cohorts: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(cohorts):
        found: pd.Series = cohorts.dt.strftime("%Y-%m")
        return found
    return cohorts.astype(str).str.slice(0, 7)


def _curves(context: Context, each: pd.DataFrame, whole: pd.DataFrame) -> Block:
    both = pd.concat([each, whole.assign(cohort="")], ignore_index=True)
    lines = both[both["measure"] == "ever_31"]
    rows: list[list[Cell]] = []
    ages = [age for age in AT if age <= lines["months_on_book"].max()] or [1]
    for cohort, lot in lines.groupby("cohort", sort=True):
        by_age = lot.set_index("months_on_book")
        numbers = [
            of_share(by_age.loc[age]) if age in by_age.index else Value(NAN, unit="share")
            for age in ages
        ]
        name = str(cohort) if cohort else context.words("all")
        rows.append([name, *numbers])
    columns = [("cohort", "Opened", "")]
    columns += [(f"month_{age}", f"{age}", "vintage") for age in ages]
    caption = "Ever 31+ by cohort, at months on book"
    table = context.table("vintages_ever_31", caption, columns, rows)
    return Chart("vintages", figures.vintage_curves(lines, context.words), table)


def _ages(context: Context, whole: pd.DataFrame) -> Block:
    rows: list[list[Cell]] = []
    ages = [age for age in AT if age <= whole["months_on_book"].max()] or [1]
    for measure, unit in UNITS.items():
        lot = whole[whole["measure"] == measure].set_index("months_on_book")
        numbers = [
            of_share(lot.loc[age], unit) if age in lot.index else Value(NAN, unit=unit)
            for age in ages
        ]
        rows.append([context.words(LABELS[measure]), *numbers])
    columns = [("measure", "Measure", "")]
    columns += [(f"month_{age}", f"{age}", "age") for age in ages]
    caption = "All cohorts that have reached the age, at months on book"
    return context.table("vintages_at_ages", caption, columns, rows)
