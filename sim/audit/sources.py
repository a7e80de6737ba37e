"""One replication of a run as an audit sees it: its tables, its days, its book."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.audit.findings import Audit
from sim.audit.frames import Tables
from sim.day import Totals
from sim.engines.packed import Accounts
from sim.measures import FLOW_NAMES
from sim.results.record import Record
from sim.rows import columns, empty_table, of_all_products, outside_name

if TYPE_CHECKING:
    from sim.results.run import Run


CELL = ("product", "segment")


class Part:
    """One replication of a run, with what its tables have in common."""

    def __init__(self, run: Run, tables: Tables, number: int, findings: Audit) -> None:
        """Take one replication's rows out of the tables."""
        self.scenario = run.scenario
        self.number = number
        self.findings = findings
        self._tables = tables
        self._broken: set[str] = set()
        self._parts: dict[str, pd.DataFrame] = {}

    def table(self, name: str) -> pd.DataFrame | None:
        """Return the rows of this replication; None where they are absent or their keys broken."""
        whole = self._tables.table(name)
        if whole is None or name in self._broken:
            return None
        if name not in self._parts:
            some = whole[whole["replication"] == self.number]
            self._parts[name] = some.reset_index(drop=True)
        return self._parts[name]

    def drop(self, name: str) -> None:
        """Leave a table out from here on."""
        self._broken.add(name)

    def keys(self, table: pd.DataFrame, *names: str) -> pd.DataFrame:
        """Return key columns that tell a row; the replication only where there are some."""
        several = self.scenario.run.replications > 1
        return self.place(table[[*(["replication"] if several else []), *names]])

    def place(self, keys: pd.DataFrame) -> pd.DataFrame:
        """Return key columns without the product where there is only one."""
        return keys if len(self.products) > 1 else keys.drop(columns="product", errors="ignore")

    def day_keys(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        """Return key columns of `daily` or `daily_by`."""
        return self.keys(table, "day", "date", *(CELL if name == "daily_by" else ()))

    @property
    def segments(self) -> list[str]:
        """Names of the segments."""
        return [segment.name for segment in self.scenario.population.segments]

    @cached_property
    def products(self) -> list[str]:
        """Names of the products."""
        return [product.label for product in self.scenario.products]

    @cached_property
    def cells(self) -> pd.MultiIndex:
        """Product and segment of the rows of a day, in their order."""
        return pd.MultiIndex.from_product([self.products, self.segments], names=CELL)

    @property
    def starts_empty(self) -> bool:
        """Tell whether there are no accounts before the first reported day."""
        people = self.scenario.population
        return self.scenario.run.burn_in_days == 0 and not (people.file or people.from_run)

    @property
    def keeps_all_users(self) -> bool:
        """Tell whether all users are in `users` and `accounts`."""
        return self.scenario.output.users_ppm == 1_000_000

    @cached_property
    def dates(self) -> Any:
        """The reported days, datetime64[D]."""
        run = self.scenario.run
        return np.datetime64(run.start, "D") + np.arange(run.days).astype("m8[D]")

    @property
    def month_ends(self) -> Any:
        """The reported days that are the last of their month."""
        return self.dates[_month(self.dates) != _month(self.dates + np.timedelta64(1, "D"))]

    @property
    def days(self) -> pd.DataFrame | None:
        """`daily`; where it is not there, the sums of `daily_by`."""
        daily, by = self.table("daily"), self.table("daily_by")
        if daily is not None or by is None:
            return daily
        return by.groupby(["replication", "day", "date"], as_index=False).sum(numeric_only=True)

    @cached_property
    def grain(self) -> list[str]:
        """The key by which days can be told apart beside the date: the product, or nothing."""
        known = self.table("daily_by") is not None or len(self.products) == 1
        return ["product"] if known else []

    @cached_property
    def days_by_grain(self) -> pd.DataFrame | None:
        """Sums over segments, by day and `grain`."""
        by, days = self.table("daily_by"), self.days
        if by is not None:
            keys = ["day", "date", "product"]
            return by.groupby(keys, as_index=False, sort=False).sum(numeric_only=True)
        if days is None or not self.grain:
            return days
        return days.assign(product=self.products[0])

    @cached_property
    def record(self) -> Record | None:
        """The reported days as a record, made from `daily_by`; what is not in it is nothing."""
        by = self.table("daily_by")
        if by is None:
            return None
        shape = (self.scenario.run.days, len(self.products), len(self.segments))
        totals = empty_table(Totals, *shape)
        for column in columns(Totals):
            if not column.length:
                totals[column.name] = by[outside_name(column)].to_numpy().reshape(shape)
        for flow, name in FLOW_NAMES.items():
            totals["flow"][..., flow] = by[name].to_numpy().reshape(shape)
        return self._record(np.moveaxis(totals, 1, -1))

    def _record(self, totals: Any) -> Record:
        nothing = empty_table(Totals, 0)
        opening = empty_table(Totals, *totals.shape[1:])
        return Record(
            scenario=self.scenario,
            replication=self.number,
            dates=self.dates,
            burn_in=0,
            users=nothing,
            held=Accounts(nothing),
            opening=of_all_products(opening),
            totals=of_all_products(totals),
            by_product={"opening": opening, "totals": totals},
            buckets=nothing,
            rolls=nothing,
            vintages=nothing,
            months=np.unique(_month(self.dates)),
            months_ended=0,
            days=nothing,
        )

    def by_month(self, *names: str) -> pd.DataFrame | None:
        """Return sums of columns of `daily` over the reported days of each month and `grain`."""
        days = self.days_by_grain
        return None if days is None else self.month_sums(days, "date", *names)

    def month_sums(self, table: pd.DataFrame, date: str, *names: str) -> pd.DataFrame:
        """Return sums of columns by the month of a date and by `grain`."""
        month = table[date].to_numpy().astype("M8[M]").astype("M8[D]")
        return table.assign(month=month).groupby(["month", *self.grain])[list(names)].sum()


def _month(dates: Any) -> Any:
    return dates.astype("M8[M]")
