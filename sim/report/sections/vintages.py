"""Section 6: cohorts of accounts by months on book."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share
from sim.report.page import Block, Cell, Chart, Section, Table
from sim.report.value import NAN, Value
from sim.risk.fairness import LEAST
from sim.risk.score_cohorts import BAND_POINTS, score_cohorts
from sim.risk.shares import shares
from sim.risk.vintages import AT, curves

UNITS = {"ever_31": "share", "ever_91": "share", "net_loss_fen": "fen"}
SHORT = {"ever_31": "31+", "ever_91": "91+", "net_loss_fen": "loss, yuan"}
MOST_COHORTS = 14  # rows of a table, and of the map
MOST_AGES = 3  # that one table has room for
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
    table = table.dropna(subset=["months_on_book"])
    table = table.assign(cohort=_grouped(table["cohort"]))
    each, whole = curves(table, by_cohort=True), curves(table)
    blocks: list[Block] = _curves(context, each, whole)
    if context.source.has("users", "accounts"):
        blocks += _by_score(context)
    return context.section(6, title, blocks)


def _grouped(cohorts: pd.Series) -> pd.Series:
    """Return cohorts as they are told: months such as 2024-03; quarters or years if many."""
    months = cohorts.astype(str).str.slice(0, 7)
    if months.nunique() <= MOST_COHORTS:
        return months
    dates = pd.to_datetime(months, format="%Y-%m")
    quarters = dates.dt.strftime("%Y") + " Q" + dates.dt.quarter.astype(str)
    found: pd.Series = quarters if quarters.nunique() <= MOST_COHORTS else dates.dt.strftime("%Y")
    return found


def _curves(context: Context, each: pd.DataFrame, whole: pd.DataFrame) -> list[Block]:
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
    groups = [list(SHORT)] if len(ages) <= MOST_AGES else [[measure] for measure in SHORT]
    tables = [_at_ages(context, values, ages, measures) for measures in groups]
    drawn = figures.vintage_curves(lines, context.words)
    return [Chart("vintages", drawn, tables[0]), *tables[1:]]


def _at_ages(
    context: Context,
    values: dict[tuple[str, str, int], Value],
    ages: list[int],
    measures: list[str],
) -> Table:
    """Return some measures of each cohort, and of all, at certain months on book."""
    rows: list[list[Cell]] = []
    for cohort in sorted({key[0] for key in values}):
        numbers = [
            values.get((cohort, measure, age), Value(NAN, unit=UNITS[measure]))
            for measure in measures
            for age in ages
        ]
        rows.append([cohort or context.words("all"), *numbers])
    said = "{measure}, month {age}"
    columns = [("cohort", "Opened", "")]
    columns += [
        (
            f"{measure}_{age}",
            context.words(said, measure=context.words(SHORT[measure]), age=age),
            "vintage",
        )
        for measure in measures
        for age in ages
    ]
    caption = "Cohorts at months on book; later ages once a cohort reaches them"
    name = "_".join(["vintages", "at_ages" if len(measures) > 1 else measures[0]])
    return context.table(name, caption, columns, rows)


def _by_score(context: Context) -> list[Block]:
    """Return the share ever 31+ days past due by opening and score."""
    found = _banded(context)
    if found.empty:
        return []
    whole = context.words("all")
    found = pd.concat([found, found.assign(cohort=whole)], ignore_index=True)
    table = shares(found, ["cohort", "band"], "ever_31", "accounts")
    cells = {(row["cohort"], row["band"]): row for _, row in table.iterrows()}
    bands, said = sorted(found["band"].unique()), "{low} to {high}"
    names = [context.words(said, low=low, high=low + BAND_POINTS - 1) for low in bands]
    rows: list[list[Cell]] = []
    months = sorted(set(found["cohort"]) - {whole})
    drawn = pd.DataFrame(index=[*months, whole], columns=names, dtype=float)
    for cohort in drawn.index:
        numbers: list[Cell] = []
        for band, name in zip(bands, names, strict=True):
            cell = cells.get((cohort, band))
            enough = cell is not None and cell["accounts"] >= LEAST
            numbers.append(of_share(cell) if enough else Value(NAN, unit="share"))
            if cell is not None and enough:
                drawn.loc[cohort, name] = cell["share"]
        rows.append([str(cohort), *numbers])
    drawn = drawn[drawn.notna().any(axis=1)]
    if drawn.empty:
        return [context.text("No cohort has {least} accounts of one band.", least=LEAST)]
    columns = [("cohort", "Opened", "")]
    columns += [(f"from_{band}", name, "vintage") for band, name in zip(bands, names, strict=True)]
    said = "Ever 31+ by opening and score; cells of fewer than {least} accounts are left out"
    under = context.table("vintages_by_score", context.words(said, least=LEAST), columns, rows)
    return [Chart("vintage_scores", figures.vintage_heat_map(drawn, context.words), under)]


def _banded(context: Context) -> pd.DataFrame:
    """Return accounts by cohort and band; bands with few accounts are added to the next."""
    source = context.source
    run = source.scenario.run
    first = run.start - dt.timedelta(days=run.burn_in_days)
    found = score_cohorts(source.table("accounts"), source.table("users"), first)
    if found.empty:
        return found
    each = np.repeat(found["band"].to_numpy(), found["accounts"].to_numpy())
    least, most = np.quantile(each, ENDS)
    bands = (found["band"].clip(least, most) // BAND_POINTS * BAND_POINTS).astype(int)
    return found.assign(cohort=_grouped(found["cohort"]), band=bands)
