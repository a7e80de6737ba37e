"""Vintages: means follow from sums, and all cohorts together are the book of the day."""

from __future__ import annotations

from typing import Any

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
        _nested(part, vintages)
        _days(part, vintages)
        if monthly is not None:
            _buckets(part, vintages, monthly)


def _cohorts(part: Part, table: pd.DataFrame) -> None:
    keys = part.keys(table, "date", "product", "cohort")
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


def _nested(part: Part, table: pd.DataFrame) -> None:
    """See to it that no part of a cohort is larger than the whole."""
    keys = part.keys(table, "date", "product", "cohort")
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


def _days(part: Part, table: pd.DataFrame) -> None:
    """Compare the sums over cohorts with the day, and with the days so far."""
    days = part.days_by_grain
    if days is None:
        return
    grain = ["date", *part.grain]
    summed = table.groupby(grain, sort=False).sum(numeric_only=True)
    by_date = days.set_index(grain)
    at = by_date.loc[summed.index]
    for name in ("principal_fen", "active", "limit_fen"):
        why = f"{name} of the day"
        part.findings.compare("vintages", _dates(part, summed), name, summed[name], at[name], why)
    for name, of in (
        ("written_off_fen", "written_off_fen"),
        ("recovered_fen", "recovered_fen"),
        ("charged_off", "charged_off"),
    ):
        so_far = _so_far(part, by_date[of]).loc[summed.index]
        start = 0 if part.starts_empty else _before(part, summed[name] - so_far)
        why = f"{of} of the days so far"
        part.findings.compare(
            "vintages", _dates(part, summed), name, summed[name], so_far + start, why
        )


def _so_far(part: Part, flow: pd.Series) -> pd.Series:
    """Return what the days add up to so far, for each product where they tell it."""
    return flow.groupby(part.grain).cumsum() if part.grain else flow.cumsum()


def _before(part: Part, gap: pd.Series) -> Any:
    """Return what there was before the first reported day: the first row alone tells it."""
    return gap.groupby(part.grain).transform("first") if part.grain else gap.iloc[0]


def _dates(part: Part, summed: pd.DataFrame | pd.Series) -> pd.DataFrame:
    return part.place(summed.index.to_frame(index=False))


def _buckets(part: Part, table: pd.DataFrame, monthly: pd.DataFrame) -> None:
    """Accounts of all cohorts are those of all buckets, but for those closed and never held."""
    keys = ["date", "product"]
    off = monthly[monthly["bucket"] == "charged_off"]
    for column, some, of in (
        ("charged_off", off, "accounts charged off in monthly"),
        ("accounts", monthly, "accounts of all buckets in monthly"),
    ):
        found = table.groupby(keys, sort=False)[column].sum()
        wanted = some.groupby(keys)["accounts"].sum().reindex(found.index, fill_value=0)
        part.findings.compare("vintages", _dates(part, found), column, found, wanted, of)
