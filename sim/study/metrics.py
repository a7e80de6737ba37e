"""What a study measures: figures by name, or an expression over the columns of `daily`.

`last.X` is a column on the day that is looked at, `total.X` its sum from the first reported day to
that day, `mean.X` that sum by the number of days.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.study.expression import Expression

Columns = dict[str, NDArray[np.int64]]  # of `daily` by name, each of shape (replications, days)

KEYS = ("replication", "day", "date")  # of `daily`

# Columns that say how things stand at the close of a day; all others count what happened on it.
STOCKS = frozenset(
    [
        *("users", "candidates", "invitable", "active", "utilising", "limit_fen", "principal_fen"),
        *("interest_fen", "penalty_fen", "fees_fen", "accrued_fen", "past_due_fen"),
        *("late_1", "late_31", "late_61", "late_91", "principal_late_1_fen"),
        *("principal_late_31_fen", "principal_late_61_fen", "principal_late_91_fen"),
        *("warned_2", "warned_3", "disputes_open", "in_collection", "planned_fen"),
        *("suspended_fen", "stolen_fen", "wallet_fen", "bank_fen", "unemployed"),
        *("damped", "marked"),
    ]
)


class Figure(NamedTuple):
    """A metric that has a name of its own."""

    expression: str
    sense: int  # 1 where more is better for the lender, -1 where less is, 0 where neither
    unit: str
    meaning: str


_INCOME = (
    "total.interest_charged_fen + total.penalty_charged_fen + total.fees_charged_fen"
    " - total.suspended_charged_fen + total.suspense_released_fen"
    " - total.interest_waived_fen - total.penalty_waived_fen"
)
_LOSS = (
    "total.written_off_fen - total.suspense_written_off_fen + total.fraud_loss_fen"
    " + total.dispute_loss_fen - total.recovered_fen"
)
FIGURES = {
    "active_accounts": Figure("last.active", 0, "count", "accounts that can be used or are held"),
    "receivables_fen": Figure("last.principal_fen", 0, "fen", "principal drawn and not repaid"),
    "use_of_limits": Figure("last.principal_fen / last.limit_fen", 0, "share", "of all limits"),
    "volume_fen": Figure("total.spent_fen", 1, "fen", "bought on credit"),
    "late_31_share": Figure(
        "last.principal_late_31_fen / last.principal_fen",
        -1,
        "share",
        "principal of accounts 31 or more days past due, of all",
    ),
    "late_91_share": Figure(
        "last.principal_late_91_fen / last.principal_fen",
        -1,
        "share",
        "principal of accounts 91 or more days past due, of all",
    ),
    "income_fen": Figure(
        _INCOME, 1, "fen", "interest, penalty and fees charged and not in suspense"
    ),
    "loss_fen": Figure(
        _LOSS, -1, "fen", "charged off and given up, less recoveries and what was no income"
    ),
    "loss_share_year": Figure(
        "mean.principal_written_off_fen * 365 / mean.principal_fen",
        -1,
        "share",
        "principal charged off a year, of the mean book",
    ),
    "risk_adjusted_income_fen": Figure(
        f"{_INCOME} - ({_LOSS})", 1, "fen", "income less loss; before funding and costs"
    ),
    "refused_purchases": Figure("total.refused", -1, "count", "purchases on credit refused"),
}


class Metric(NamedTuple):
    """What is measured, by the name the study gave it."""

    name: str
    expression: Expression
    sense: int
    unit: str

    def values(self, series: Series) -> NDArray[Any]:
        """Return the metric on every day, shape (replications, days); NaN for a ratio to 0.

        Whole numbers stay whole.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.asarray(self.expression.value(series.of))
        if found.dtype.kind == "f":
            found = np.where(np.isinf(found), np.nan, found)
        return np.broadcast_to(found, series.shape)

    def sides(self, series: Series) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return numerator and denominator of a ratio, each as `values`; None if it is none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = self.expression.quotient(series.of)
        if parts is None:
            return None
        one, other = (np.broadcast_to(np.asarray(part), series.shape) for part in parts)
        return one, other


def metric(name: str) -> Metric:
    """Return the metric that a name or an expression stands for.

    Raises ValueError for a name that is no figure and no column, and for what cannot be read as an
    expression.
    """
    if name in FIGURES:
        figure = FIGURES[name]
        return Metric(name, Expression(figure.expression), figure.sense, figure.unit)
    expression = Expression(name)
    for part in expression.names:
        how, _, column = part.partition(".")
        if part in FIGURES:
            continue
        if how not in ("last", "total", "mean") or not column:
            wanted = f"a figure ({', '.join(FIGURES)}), or last.X, total.X or mean.X"
            raise ValueError(f"wanted {wanted} with a column X of daily (found {part})")
        if column not in known_columns():
            near = get_close_matches(column, known_columns(), n=1)
            meant = f"; did you mean `{how}.{near[0]}`?" if near else ""
            raise ValueError(f"wanted a column of daily{meant} (found {part})")
    return Metric(name, expression, 0, "")


@cache
def known_columns() -> tuple[str, ...]:
    """Return the names of the columns of `daily` that hold numbers."""
    from sim.day import Totals
    from sim.measures import measures
    from sim.rows import empty_table

    return tuple(measures(empty_table(Totals, 0, 0)))


def every(columns: Sequence[str]) -> list[Metric]:
    """Return all figures, and each column of `daily`: as it stands, or as its sum so far."""
    plain = [f"{'last' if name in STOCKS else 'total'}.{name}" for name in columns]
    return [metric(name) for name in (*FIGURES, *plain)]


class Series:
    """The columns of `daily` of some replications, to be measured."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.shape = next(iter(columns.values())).shape

    @classmethod
    def of_tables(cls, tables: Sequence[pa.Table]) -> Series:
        """Return the series of `daily` tables, one a replication, of equally many days."""
        names = [name for name in tables[0].column_names if name not in KEYS]
        return cls({name: np.stack([table[name].to_numpy() for table in tables]) for name in names})

    def of(self, name: str) -> Any:
        """Return what a name stands for on each day. Raises ValueError for an unknown column."""
        if name in FIGURES:
            return Expression(FIGURES[name].expression).value(self.of)
        how, _, column = name.partition(".")
        if column not in self.columns:
            raise ValueError(f"wanted a column of daily (found {column})")
        values = self.columns[column]
        if how == "last":
            return values
        total = values.cumsum(axis=1)
        return total if how == "total" else total / np.arange(1, self.shape[1] + 1)
