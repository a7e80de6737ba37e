"""One replication of a run as an audit sees it: its tables, its days, its book."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.audit.findings import Audit
from sim.audit.frames import Tables
from sim.day import Totals
from sim.results.daily import FLOW_NAMES
from sim.results.record import Record
from sim.rows import columns, empty_table, outside_name

if TYPE_CHECKING:
    from sim.results.run import Run


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
        return table[[*(["replication"] if several else []), *names]]

    @property
    def segments(self) -> list[str]:
        """Names of the segments."""
        return [segment.name for segment in self.scenario.population.segments]

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
    def record(self) -> Record | None:
        """The reported days as a record, made from `daily_by`; what is not in it is nothing."""
        by = self.table("daily_by")
        if by is None:
            return None
        shape = (self.scenario.run.days, len(self.segments))
        totals = empty_table(Totals, *shape)
        for column in columns(Totals):
            if not column.length:
                totals[column.name] = by[outside_name(column)].to_numpy().reshape(shape)
        for flow, name in FLOW_NAMES.items():
            totals["flow"][..., flow] = by[name].to_numpy().reshape(shape)
        return self._record(totals)

    def _record(self, totals: Any) -> Record:
        nothing = empty_table(Totals, 0)
        return Record(
            scenario=self.scenario,
            replication=self.number,
            dates=self.dates,
            burn_in=0,
            users=nothing,
            accounts=nothing,
            opening=empty_table(Totals, len(self.segments)),
            totals=totals,
            buckets=nothing,
            rolls=nothing,
            vintages=nothing,
            months=np.unique(_month(self.dates)),
            months_ended=0,
            days=nothing,
        )

    def by_month(self, *names: str) -> pd.DataFrame | None:
        """Return sums of columns of `daily` over the reported days of each month."""
        days = self.days
        if days is None:
            return None
        return days.groupby(days["date"].to_numpy().astype("M8[M]"))[list(names)].sum()


def _month(dates: Any) -> Any:
    return dates.astype("M8[M]")
