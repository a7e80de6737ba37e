"""What a study leaves: Parquet tables, the scenarios, a manifest; whole or not there at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from sim.results import manifest
from sim.results.disk import sync
from sim.results.faults import refused, room_to_write
from sim.results.parquet import ParquetFile
from sim.scenario import Scenario, load


class Study(NamedTuple):
    """What is kept of a study."""

    kind: str  # "replicates", "comparison", "sweep", ...
    asked: Mapping[str, Any]  # plain values; the same gives the same tables
    scenarios: Mapping[str, Scenario]  # by name
    tables: Mapping[str, pa.Table]  # by name

    @property
    def hash(self) -> str:
        """Sha256 of all that the tables depend on."""
        hashes = {name: scenario.hash for name, scenario in self.scenarios.items()}
        return asked_hash(self.kind, self.asked, hashes)


def asked_hash(kind: str, asked: Mapping[str, Any], scenarios: Mapping[str, str]) -> str:
    """Return the sha256 of a study's question: its kind, what was asked, hashes of scenarios."""
    told = {"kind": kind, "asked": dict(asked), "scenarios": dict(scenarios)}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def is_there(out: Path, kind: str, wanted_hash: str) -> bool:
    """Tell whether a folder holds this very study. Raises ScenarioError for anything else there."""
    if not (out.exists() or out.is_symlink()):
        return False
    if not (out / manifest.FILE).is_file():
        raise refused(out, f"a new name, or this {kind} as it was left", "something else there")
    found = manifest.read(out)
    if found.get("study_hash") != wanted_hash:
        raise refused(out, f"a new name, or this {kind}", "another study or run")
    manifest.verify(out, found)
    return True


def save(study: Study, out: str | Path) -> Path:
    """Write a study's folder and return it; one that is there already is left alone.

    Raises ScenarioError for anything else in the way, and where the disk refuses.
    """
    place = Path(out)
    if not place.name:
        raise refused(place, "a folder with a name", "none")
    if is_there(place, study.kind, study.hash):
        return place
    partial = place.with_name(f".{place.name}.unfinished")
    with room_to_write(place):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            write_into(study, partial)
            partial.rename(place)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync(place.parent)
    return place


def write_into(study: Study, folder: Path) -> None:
    """Write tables, scenarios and, last, the manifest into a folder."""
    for name, table in study.tables.items():
        with ParquetFile(folder / f"{name}.parquet", table.schema) as file:
            file.add(table)
    for name, scenario in study.scenarios.items():
        (folder / f"{name}.toml").write_text(scenario.to_toml(), encoding="utf-8")
    hashes = {name: scenario.hash for name, scenario in study.scenarios.items()}
    names = [*(f"{name}.parquet" for name in study.tables), *(f"{name}.toml" for name in hashes)]
    content = {
        "format_version": manifest.FORMAT_VERSION,
        "kind": study.kind,
        "study_hash": study.hash,
        "asked": dict(study.asked),
        "scenarios": hashes,
        "names": {name: scenario.name for name, scenario in study.scenarios.items()},
        "versions": manifest.versions(),
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "files": {n: e for n, e in manifest.files_in(folder).items() if n in names},
    }
    (folder / manifest.FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
    sync(*(folder / name for name in (*names, manifest.FILE)), folder)


def opened(folder: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Return manifest and tables of a study's folder, checked against their digests.

    Raises ScenarioError for a folder that holds no study of this kind, or a changed one.
    """
    place = Path(folder)
    found = manifest.read(place)
    if found.get("kind") != kind:
        raise refused(place, f"the folder of a {kind}", str(found.get("kind", "a run")))
    manifest.verify(place, found)
    names = [name for name in found["files"] if name.endswith(".parquet") and "/" not in name]
    return found, {Path(name).stem: pq.read_table(place / name) for name in names}


def scenarios_in(folder: str | Path, told: dict[str, Any]) -> dict[str, Scenario]:
    """Return the scenarios of an opened study, under the names that they went by."""
    called = told.get("names", {})  # studies of earlier versions have none
    return {
        name: load(Path(folder) / f"{name}.toml").called(str(called.get(name, "")))
        for name in told["scenarios"]
    }
