"""Vintages: means follow from sums, and all cohorts together are the book of the day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.audit.month_ends import mean
from sim.audit.sources import Part


def _means(table: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "mean_limit_fen": _rounded(table["limit_fen"], table["active"]),
        "mean_score": mean(table["score_milli_points"] / 1_000, table["active"]),
        "good_mean_limit_fen": _rounded(table["good_limit_fen"], table["good"]),
    }


def _rounded(amount: pd.Series, count: pd.Series) -> pd.Series:
    return mean(amount, count).round()


def check_vintages(part: Part) -> None:
    """Check `vintages`."""
    vintages, monthly = part.table("vintages"), part.table("monthly")
    if vintages is not None and len(vintages):
        _cohorts(part, vintages)
        if monthly is not None:
            _buckets(part, vintages, monthly)


def _cohorts(part: Part, table: pd.DataFrame) -> None:
    keys = part.keys(table, "date", "cohort")
    for column, wanted in _means(table).items():
        found = table[column]
        part.findings.compare("vintages", keys, column, found, wanted, "the sum over its accounts")
    for column, of in (("good_limit_fen", "good"), ("good_first_limit_fen", "good")):
        nobody = table[of] == 0
        found, why = table[column][nobody], f"no account is {of}"
        part.findings.compare("vintages", keys[nobody], column, found, 0, why)
    months = [table[name].to_numpy().astype("M8[M]") for name in ("date", "cohort")]
    age = np.where(table["cohort"].notna(), (months[0] - months[1]).astype(np.int64), np.nan)
    found, why = table["months_on_book"], "months from cohort to date"
    part.findings.compare("vintages", keys, "months_on_book", found, age, why)
    nested = (
        ("accounts", "used", "ever_31", "ever_91"),
        ("accounts", "active", "good"),
        ("used", "charged_off"),
        ("accounts", "first_defaults"),
        ("written_off_fen", "recovered_fen"),
    )
    for outer, *inner in nested:
        whole = outer
        for column in inner:
            why = f"it contains {column}"
            part.findings.at_least("vintages", keys, whole, table[whole], table[column], why)
            whole = column
    days = part.days
    if days is None:
        return
    summed = table.groupby("date").sum(numeric_only=True)
    by_date = days.set_index("date")
    at = by_date.loc[summed.index]
    for name in ("principal_fen", "active", "limit_fen"):
        why = f"{name} of the day"
        part.findings.compare("vintages", _dates(summed), name, summed[name], at[name], why)
    for name, of in (
        ("written_off_fen", "written_off_fen"),
        ("recovered_fen", "recovered_fen"),
        ("charged_off", "charged_off"),
    ):
        so_far = by_date[of].cumsum().loc[summed.index]
        start = 0 if part.starts_empty else summed[name].iloc[0] - so_far.iloc[0]
        why = f"{of} of the days so far"
        part.findings.compare("vintages", _dates(summed), name, summed[name], so_far + start, why)


def _dates(summed: pd.DataFrame) -> pd.DataFrame:
    return summed.index.to_frame(index=False)


def _buckets(part: Part, table: pd.DataFrame, monthly: pd.DataFrame) -> None:
    """Accounts of all cohorts are those of all buckets, but for those closed and never held."""
    summed = table.groupby("date")[["charged_off"]].sum()
    off = monthly[monthly["bucket"] == "charged_off"].groupby("date")["accounts"].sum()
    wanted, why = off.reindex(summed.index, fill_value=0), "accounts charged off in monthly"
    found = summed["charged_off"]
    part.findings.compare("vintages", _dates(summed), "charged_off", found, wanted, why)
    counted = table.groupby("date")["accounts"].sum()
    held = monthly.groupby("date")["accounts"].sum().reindex(counted.index, fill_value=0)
    why = "accounts of all buckets in monthly"
    part.findings.compare("vintages", _dates(summed), "accounts", counted, held, why)
