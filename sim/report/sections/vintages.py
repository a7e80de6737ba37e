"""Section 6: cohorts of accounts by months on book."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value
from sim.risk.fairness import LEAST
from sim.risk.score_cohorts import BAND_POINTS, score_cohorts
from sim.risk.shares import shares
from sim.risk.vintages import AT, curves

UNITS = {"ever_31": "share", "ever_91": "share", "net_loss_fen": "fen"}
SHORT = {"ever_31": "31+", "ever_91": "91+", "net_loss_fen": "loss, yuan"}
ENDS = [0.02, 0.98]  # of accounts by score; bands beyond are added to the next


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
    blocks: list[Block] = [_curves(context, each, whole)]
    if context.source.has("users", "accounts"):
        blocks += _by_score(context)
    return context.section(6, title, blocks)


def _months(cohorts: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(cohorts):
        found: pd.Series = cohorts.dt.strftime("%Y-%m")
        return found
    return cohorts.astype(str).str.slice(0, 7)


def _curves(context: Context, each: pd.DataFrame, whole: pd.DataFrame) -> Block:
    """Return the curves, with the values of each cohort and of all at certain ages."""
    lines = pd.concat([each, whole.assign(cohort="")], ignore_index=True)
    lines = lines[lines["measure"].isin(list(UNITS))]
    ages = [age for age in AT if age <= lines["months_on_book"].max()] or [1]
    values = {
        (str(row["cohort"]), str(row["measure"]), int(row["months_on_book"])): of_share(
            row, UNITS[str(row["measure"])]
        )
        for _, row in lines[lines["months_on_book"].isin(ages)].iterrows()
    }
    rows: list[list[Cell]] = []
    for cohort in sorted(set(lines["cohort"])):
        numbers = [
            values.get((cohort, measure, age), Value(NAN, unit=unit))
            for measure, unit in UNITS.items()
            for age in ages
        ]
        rows.append([cohort or context.words("all"), *numbers])
    columns = [("cohort", "Opened", "")]
    columns += [
        (
            f"{measure}_{age}",
            context.words("{measure}, month {age}", measure=context.words(label), age=age),
            "vintage",
        )
        for measure, label in SHORT.items()
        for age in ages
    ]
    caption = "Cohorts at months on book; later ages once a cohort reaches them"
    table = context.table("vintages_at_ages", caption, columns, rows)
    return Chart("vintages", figures.vintage_curves(lines, context.words), table)


def _by_score(context: Context) -> list[Block]:
    """Return the share ever 31+ days past due by month of opening and score."""
    source = context.source
    run = source.scenario.run
    first = run.start - dt.timedelta(days=run.burn_in_days)
    found = score_cohorts(source.table("accounts"), source.table("users"), first)
    found = found[found["cohort"] >= f"{run.start:%Y-%m}"]
    if found.empty:
        return []
    each = np.repeat(found["band"].to_numpy(), found["accounts"].to_numpy())
    least, most = np.quantile(each, ENDS)
    found["band"] = (found["band"].clip(least, most) // BAND_POINTS * BAND_POINTS).astype(int)
    bands = sorted(found["band"].unique())
    table = shares(found, ["cohort", "band"], "ever_31", "accounts")
    cells = {(row["cohort"], row["band"]): row for _, row in table.iterrows()}
    said = "{low} to {high}"
    names = [context.words(said, low=low, high=low + BAND_POINTS - 1) for low in bands]
    rows: list[list[Cell]] = []
    drawn = pd.DataFrame(index=sorted(found["cohort"].unique()), columns=names, dtype=float)
    for cohort in drawn.index:
        numbers: list[Cell] = []
        for band, name in zip(bands, names, strict=True):
            cell = cells.get((cohort, band))
            enough = cell is not None and cell["accounts"] >= LEAST
            numbers.append(of_share(cell) if enough else Value(NAN, unit="share"))
            if cell is not None and enough:
                drawn.loc[cohort, name] = cell["share"]
        rows.append([str(cohort), *numbers])
    columns = [("cohort", "Opened", "")]
    columns += [(f"from_{band}", name, "vintage") for band, name in zip(bands, names, strict=True)]
    caption = context.words(
        "Ever 31+ by month of opening and score; cells of fewer than {least} accounts are left out",
        least=LEAST,
    )
    under = context.table("vintages_by_score", caption, columns, rows)
    return [Chart("vintage_scores", figures.vintage_heat_map(drawn, context.words), under)]
