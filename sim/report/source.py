"""What a report is made from: the folder of a run, a comparison, a sweep or a calibration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.account import PRINCIPAL
from sim.results import manifest, open_run
from sim.results.faults import refused
from sim.results.run import Run
from sim.scenario import Scenario, ScenarioError, load
from sim.study.folder import opened
from sim.study.metrics import KEYS, Series
from sim.study.outcomes import CHARGE_OFFS, LOST
from sim.study.work import BOOKS

if TYPE_CHECKING:
    import pandas as pd

OF_EACH = ("daily", *BOOKS)  # tables of a comparison that hold each scenario's own
FIT = "fit.json"  # what a calibration leaves last
STUDIES = ("comparison", "sweep", "trial")
SUBJECT, CHAMPION = "b", "a"  # of a comparison: what is reported on, and what it is held against


class Source:
    """The tables of one folder, and of the run that it is held against where there is one."""

    def __init__(
        self,
        place: Path,
        kind: str,
        made: Mapping[str, Any],
        scenarios: Mapping[str, Scenario],
        tables: Mapping[str, Any],
        run: Run | None = None,
        baseline: Run | None = None,
    ) -> None:
        """Keep what was read; see `opened_source`."""
        self.place = place
        self.kind = kind
        self.made = dict(made)
        self.scenarios = dict(scenarios)
        self.run = run
        self.baseline = baseline
        self._tables = tables
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def scenario(self) -> Scenario:
        """The scenario that is reported on; of a sweep the one that its rows vary."""
        first = next(iter(self.scenarios.values()))
        return self.scenarios.get(SUBJECT, first) if self.kind == "comparison" else first

    def has(self, *names: str) -> bool:
        """Tell whether all these tables are there and have rows."""
        return all(name in self.names and len(self.table(name)) for name in names)

    @property
    def names(self) -> list[str]:
        """Names of the tables."""
        return self.run.tables if self.run is not None else list(self._tables)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; of a comparison's days those of the scenario reported on."""
        if self.run is not None:
            whole = ("users", "accounts")
            found: pd.DataFrame = (
                self.some(name, _FINAL[name]) if name in whole else getattr(self.run, name)
            )
            return found
        if name not in self._frames:
            frame = self._tables[name].to_pandas(date_as_object=False)
            if name in OF_EACH and "scenario" in frame:
                frame = frame[frame["scenario"] == SUBJECT].drop(columns="scenario")
            self._frames[name] = frame
        return self._frames[name]

    def some(self, name: str, columns: list[str]) -> pd.DataFrame:
        """Return some columns of a large table of a run, read once."""
        assert self.run is not None  # noqa: S101  only runs have large tables
        if name not in self._frames:
            self._frames[name] = self.run.read(name, columns)
        return self._frames[name]

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Roll rates with their months added up: by replication, segment, and both buckets."""
        keys = ["replication", "segment", "from_bucket", "to_bucket"]
        sums = self.table("roll_rates").groupby(keys, observed=True, sort=False)
        return sums[["accounts", "principal_fen", "principal_after_fen"]].sum().reset_index()

    @property
    def replications(self) -> int:
        """How many replications stand behind a number; of a sweep those of a row."""
        if self.kind == "sweep":
            return int(self.table("rows")["runs"].max())
        return int(self.table("daily")["replication"].nunique()) if self.has("daily") else 1

    @cached_property
    def series(self) -> Series | None:
        """The days of all replications; None where they were not kept."""
        return _series(self.table("daily")) if self.has("daily") else None

    @cached_property
    def base_series(self) -> Series | None:
        """The days of what it is held against, on the same luck; None where there is nothing."""
        if self.baseline is not None:
            return _series(self.baseline.daily)
        if self.kind != "comparison" or not self.paired(SUBJECT):
            return None
        return self.arm(CHAMPION)

    def base_table(self, name: str) -> pd.DataFrame | None:
        """Return a table of what it is held against; None where there is nothing that pairs."""
        if self.baseline is not None:
            return self.baseline.read(name) if name in self.baseline.tables else None
        if self.kind != "comparison" or not self.paired(SUBJECT) or name not in self._tables:
            return None
        rows = self._tables[name].to_pandas(date_as_object=False)
        found: pd.DataFrame = rows[rows["scenario"] == CHAMPION].drop(columns="scenario")
        return found

    @property
    def charge_offs(self) -> pd.DataFrame | None:
        """Accounts of which anything was charged off; None where no accounts were kept."""
        if CHARGE_OFFS in self.names:  # of a comparison
            return self.table(CHARGE_OFFS)
        if not self.has("accounts"):
            return None
        accounts = self.table("accounts")
        return accounts.loc[accounts["written_off_fen"] > 0, ["replication", *LOST]]

    @cached_property
    def base_source(self) -> Source | None:
        """What it is held against as a source, where that pairs; None where there is none."""
        run = self.baseline
        if run is not None and run.folder is not None:
            return Source(run.folder, "run", {}, {"run": run.scenario}, {}, run)
        if self.kind != "comparison" or not self.paired(SUBJECT):
            return None
        scenarios = {SUBJECT: self.scenarios[CHAMPION]}
        tables = {
            name: _of_one(self._tables[name], CHAMPION) for name in self.names if name in OF_EACH
        }
        return Source(self.place, self.kind, {}, scenarios, tables)

    def paired(self, label: str) -> bool:
        """Tell whether a scenario of a comparison shares its luck with the baseline."""
        return bool(self.made.get("asked", {}).get("pairs", {}).get(label, 1))

    def arm(self, label: str) -> Series:
        """Return the days of one scenario of a comparison."""
        days = self._tables["daily"].to_pandas(date_as_object=False)
        return _series(days[days["scenario"] == label].drop(columns="scenario"))


_FINAL = {
    "users": [
        *("replication", "user", "status", "segment", "score_milli_points"),
        *("sex", "score_anchor_points", "income_fen", "outgoings_fen", "debt_elsewhere_fen"),
    ],
    "accounts": [
        *("replication", "user", "standing", "opened_on", "first_used_on", "limit_fen"),
        *(f"{name}_fen" for name in PRINCIPAL),
        "worst_days",
        *("charged_off_on", "written_off_fen", "recovered_fen"),
        *("on_time_periods", "missed_count", "statement_due_fen", "bucket"),
    ],
}


def _of_one(table: Any, label: str) -> Any:
    """Return the rows of one scenario of a comparison's table, as if there were no other."""
    import pyarrow.compute as pc

    chosen = pc.equal(table["scenario"], label)
    return table.filter(chosen).drop_columns(["scenario"])


def opened_source(place: Path, baseline: Path | None = None) -> Source:
    """Return the source in a folder, its files checked against their digests.

    baseline: a run folder of the same users, days and seed, for paired changes. Raises
    ScenarioError for a folder that is none of these, and for runs that do not pair.
    """
    if (place / FIT).is_file() and not (place / manifest.FILE).exists():
        if baseline is not None:
            raise refused(baseline, "no --baseline beside a study", "one")
        return _calibration(place)
    made = manifest.read(place)
    kind = str(made.get("kind", "run"))
    if kind == "run":
        run = open_run(place)
        other = _paired(run, baseline) if baseline is not None else None
        return Source(place, "run", made, {"run": run.scenario}, {}, run, other)
    if kind not in STUDIES:
        wanted = "the folder of a run, a comparison, a sweep, a trial or a calibration"
        raise refused(place, wanted, kind)
    if baseline is not None:
        raise refused(baseline, "no --baseline beside a study", "one")
    found, tables = opened(place, kind)
    scenarios = {name: load(place / f"{name}.toml") for name in found["scenarios"]}
    return Source(place, kind, found, scenarios, tables)


def _calibration(place: Path) -> Source:
    """Return the source in the folder of a calibration; `fit.json` stands for a manifest."""
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("targets", "posterior")
    files = [f"{name}.parquet" for name in names]
    lacking = [name for name in (*files, "fitted.toml") if not (place / name).is_file()]
    if lacking:
        raise refused(place, "a finished calibration", f"no {', '.join(lacking)}")
    try:
        found = json.loads((place / FIT).read_text("utf-8"))
        told = {key: found[key] for key in ("best", "loss", "rms")}
        tables = {
            name: pq.read_table(place / file) for name, file in zip(names, files, strict=True)
        }
    except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
        words = f"files that do not read: {error}"
        raise refused(place, "a finished calibration", words) from None
    wanted = {"key", "value", "se", "simulated", "z", "judged"}
    if not wanted <= set(tables["targets"].column_names) or not isinstance(told["best"], dict):
        raise refused(place, "a finished calibration", "other columns in targets.parquet")
    if "files" in found:  # fits of earlier versions have no digests
        manifest.verify(place, found)
    known = manifest.files_in(place)
    told |= {"kind": "calibration", "files": {name: known[name] for name in files}}
    told |= {name: found[name] for name in ("versions", "scenario_hash") if name in found}
    return Source(place, "calibration", told, {"fitted": load(place / "fitted.toml")}, tables)


def _paired(run: Run, place: Path) -> Run:
    from sim.study.levers import check_pairs

    other = open_run(place)
    check_pairs(other.scenario, run.scenario)
    if other.scenario.run.replications != run.scenario.run.replications:
        wanted, found = run.scenario.run.replications, other.scenario.run.replications
        words = f"{place}: run.replications: wanted {wanted}, as the run has (found {found})"
        raise ScenarioError([words])
    return other


def _series(daily: pd.DataFrame) -> Series:
    ordered = daily.sort_values(["replication", "day"], kind="stable")
    runs = ordered["replication"].nunique()
    numbers = [str(name) for name in ordered if name not in KEYS]
    return Series({name: np.asarray(ordered[name]).reshape(runs, -1) for name in numbers})
