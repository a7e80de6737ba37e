"""A run to look at: its tables as pandas frames, read when they are first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results import folder, manifest
from sim.results.stores import FolderStore, RecordStore, Store
from sim.scenario import load

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.record import Record
    from sim.scenario.sections import Scenario


class Run:
    """The outcome of a scenario, in memory or in a run folder.

    Amounts are whole fen. A table that `output.tables` leaves out is no attribute.
    """

    def __init__(self, scenario: Scenario, made: dict[str, Any], store: Store) -> None:
        """Show the tables of a store; see `Run.of` and `open_run`."""
        self.scenario = scenario
        self.manifest = made
        self._store = store

    @classmethod
    def of(cls, records: Sequence[Record], **made: Any) -> Run:
        """Return a run held in memory, from the records of its replications.

        made: for the manifest, such as `engine="table", threads=2, timings={}`.
        """
        scenario = records[0].scenario
        return cls(scenario, manifest.described(scenario, made), RecordStore(records, made))

    @property
    def folder(self) -> Path | None:
        """Where the run lies; None in memory."""
        return self._store.folder

    @property
    def tables(self) -> list[str]:
        """Names of the tables that this run has."""
        return self._store.names

    def read(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table, or some of its columns. Raises AttributeError if the run has it not."""
        if name not in self.tables:
            has = ", ".join(self.tables) or "none"
            raise AttributeError(f"{name}: wanted a table of this run: {has}; see output.tables")
        table = self._store.table(name, list(columns) if columns is not None else None)
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
        return frame

    @cached_property
    def daily(self) -> pd.DataFrame:
        """One row a reported day and replication."""
        return self.read("daily")

    @cached_property
    def daily_by(self) -> pd.DataFrame:
        """One row a reported day and segment, with the columns of `daily`."""
        return self.read("daily_by")

    @cached_property
    def cycles(self) -> pd.DataFrame:
        """One row a day on which limits were refreshed on the 72-hour clock (R-L6)."""
        return self.read("cycles")

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """One row a month end, segment and bucket of arrears."""
        return self.read("monthly")

    @cached_property
    def roll_rates(self) -> pd.DataFrame:
        """One row a month end, segment (or `all`), bucket left and bucket reached."""
        return self.read("roll_rates")

    @cached_property
    def vintages(self) -> pd.DataFrame:
        """One row a month end and month of opening."""
        return self.read("vintages")

    @cached_property
    def scenes(self) -> pd.DataFrame:
        """One row a month and place of use."""
        return self.read("scenes")

    @cached_property
    def repayments(self) -> pd.DataFrame:
        """One row a month and method of repayment."""
        return self.read("repayments")

    @cached_property
    def users(self) -> pd.DataFrame:
        """One row a user, after the last day; `read` takes fewer columns of very many users."""
        return self.read("users")

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """One row a user and product, after the last day."""
        return self.read("accounts")

    def summary(self) -> pd.DataFrame:
        """Return headline figures with the bands that public books lie in; see `headlines`."""
        import pandas as pd

        from sim.results.headlines import Headline, headlines

        return pd.DataFrame(headlines(self), columns=list(Headline._fields)).set_index("figure")

    def save(self, out: str | Path) -> Path:
        """Write the run folder `out`, whole or not at all, and return it.

        A finished run of the same scenario is left alone. Raises ScenarioError for anything else
        in the way, and where the disk refuses.
        """
        draft = folder.prepare(out, self.scenario)
        return Path(out) if draft is None else self._store.write(draft)

    def __repr__(self) -> str:
        """Say what was run and where it lies."""
        run = self.scenario.run
        what = f"{self.scenario.name}: {run.users:,} users, {run.days:,} days, seed {run.seed}"
        more = f", {run.replications} replications" if run.replications > 1 else ""
        return f"<Run {what}{more}, {self.folder or 'in memory'}>"


def open_run(path: str | Path) -> Run:
    """Return the run in a folder, after a check of every file against the manifest.

    Raises ScenarioError that names what is missing or changed.
    """
    place = Path(path)
    made = manifest.read(place)
    manifest.verify(place, made)
    return Run(load(place / "scenario.toml"), made, FolderStore(place))
