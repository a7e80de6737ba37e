"""A run to look at: its tables as pandas frames, read when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results import folder, manifest
from sim.results.stores import FolderStore, RecordStore, Store
from sim.scenario import load
from sim.scenario.words import counted

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.audit import Audit
    from sim.explain import Explainer, Explanation
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
        self._explainers: dict[int, Explainer] = {}

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
        frame: pd.DataFrame = self.arrow(name, columns).to_pandas(date_as_object=False)
        return frame

    def arrow(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table, or some of its columns, with units and descriptions; see `read`."""
        if name not in self.tables:
            has = ", ".join(self.tables) or "none"
            raise AttributeError(f"{name}: wanted a table of this run: {has}; see output.tables")
        return self._store.table(name, list(columns) if columns is not None else None)

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
    def funnel(self) -> pd.DataFrame:
        """One row a reported day and way in: how far applications came (R-E1 to R-E4)."""
        return self.read("funnel")

    @cached_property
    def warnings(self) -> pd.DataFrame:
        """One row a month and level of warning (R-W1, R-W2, R-W3, R-L9)."""
        return self.read("warnings")

    @cached_property
    def disputes(self) -> pd.DataFrame:
        """One row a month and claim (R-W4)."""
        return self.read("disputes")

    @cached_property
    def collection(self) -> pd.DataFrame:
        """One row a month: level 3, calls, cures, payment plans, first-payment defaults."""
        return self.read("collection")

    @cached_property
    def pnl(self) -> pd.DataFrame:
        """One row a reported day and segment: income, expenses, profit (`sim.ledger`)."""
        return self.read("pnl")

    @cached_property
    def balance_sheet(self) -> pd.DataFrame:
        """One row a day and segment: assets, funding, equity; from the eve of the first day on."""
        return self.read("balance_sheet")

    @cached_property
    def cost(self) -> pd.DataFrame:
        """One row a month, segment, method and number of periods: annual rates of agreements."""
        return self.read("cost")

    @cached_property
    def environment(self) -> pd.DataFrame:
        """One row a simulated day, of a burn-in too: what all users shared."""
        return self.read("environment")

    @cached_property
    def circles(self) -> pd.DataFrame:
        """One row each 72 hours and circle of friends, where friends weigh (R-A3)."""
        return self.read("circles")

    @cached_property
    def friends(self) -> pd.DataFrame:
        """One row a user: what they saw of close friends; kept by `output.friends` (R-F7)."""
        return self.read("friends")

    @cached_property
    def users(self) -> pd.DataFrame:
        """One row a user, after the last day; `read` takes fewer columns of very many users."""
        return self.read("users")

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """One row a user and product, after the last day."""
        return self.read("accounts")

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row an event of the users who are logged, all at once; see `sim.results.events`.

        Raises AttributeError for a run that kept none.
        """
        return self.events_of(None)

    def events_of(self, user: int | None) -> pd.DataFrame:
        """Return the events of one user, of all who are logged for None.

        Raises AttributeError for a run that kept none.
        """
        log = self._store.events(user)
        if log is None:
            raise AttributeError("events: wanted a run with output.events_ppm above 0 (found 0)")
        frame: pd.DataFrame = log.to_pandas(date_as_object=False)
        return frame

    def event_parts(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield the event log a part at a time, with the name of its table; none if not kept."""
        for name, part in self._store.event_parts():
            yield name, part.to_pandas(date_as_object=False)

    def opening(self) -> pd.DataFrame:
        """Return what logged users held before the first simulated day, by user and product.

        Raises AttributeError for a run that kept no events.
        """
        if self._store.events(-1) is None:
            raise AttributeError("opening: wanted a run with output.events_ppm above 0 (found 0)")
        frame: pd.DataFrame = self._store.opening().to_pandas()
        return frame

    def audit(self) -> Audit:
        """Return whether the tables of this run agree with each other to the fen.

        See `sim.audit`; true where nothing breaks.
        """
        from sim.audit import audit

        return audit(self)

    def state(self, user: int, day: int, *, replication: int = 0) -> pd.Series:
        """Return what a logged user held and owed at the close of a reported day, from events.

        See `sim.results.events.rebuilt`. Raises ScenarioError for a user who is not logged and a
        day that was not simulated, AttributeError for a run that kept no events.
        """
        from sim.results.events import state_of

        log = self.events_of(user)
        return state_of(self.scenario.run, log, self.opening(), user, day, replication)

    def summary(self) -> pd.DataFrame:
        """Return headline figures with the bands that public books lie in; see `headlines`."""
        import pandas as pd

        from sim.results.headlines import Headline, headlines

        return pd.DataFrame(headlines(self), columns=list(Headline._fields)).set_index("figure")

    def explain(
        self, user: int, day: int, *, replication: int = 0, product: str | None = None
    ) -> Explanation:
        """Return what lay behind a user's limit and decisions at the close of a reported day.

        day: from 0; days of a burn-in are below 0. product: by name, of several. Print it, or take
        its `values` or `json()`. Raises ScenarioError for a user, a day or a product that the run
        has not, and where a table is missing that tells what users shared.
        """
        from sim.explain import Explainer

        if replication not in self._explainers:
            record = self._store.record(replication)
            self._explainers[replication] = Explainer.of(self, replication, record)
        return self._explainers[replication].explain(user, day, product)

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
        what = f"{counted(run.users, 'user')}, {counted(run.days, 'day')}, seed {run.seed}"
        what = f"{self.scenario.name}: {what}"
        more = f", {run.replications} replications" if run.replications > 1 else ""
        return f"<Run {what}{more}, {self.folder or 'in memory'}>"


def open_run(path: str | Path) -> Run:
    """Return the run in a folder, after a check of every file against the manifest.

    Raises ScenarioError that names what is missing or changed.

    >>> scenario = sim.load("scenarios/seed_article.toml").with_(users=500, days=60)
    >>> folder = sim.run(scenario).save("runs/small")
    >>> sim.open(folder).daily.equals(sim.run(scenario).daily)
    True
    """
    place = Path(path)
    made = manifest.of_run(place)
    manifest.verify(place, made)
    scenario = load(place / manifest.SCENARIO).called(str(made.get("name", "")))
    return Run(scenario, made, FolderStore(place))
