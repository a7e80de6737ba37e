"""`manifest.json`: what a run folder holds, what made it, and how to tell that it is unchanged."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results.faults import refused
from sim.scenario import ScenarioError
from sim.scenario.resolved import values
from sim.version import __version__

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario

FORMAT_VERSION = 1
FILE = "manifest.json"
SCENARIO = "scenario.toml"  # beside it, in a run folder

_LIBRARIES = ("numpy", "pandas", "numba", "mesa", "pyarrow")


def versions() -> dict[str, str]:
    """Return the versions of all that can touch a number or a byte."""
    found = {"paylater-sim": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _LIBRARIES}


def identity(scenario: Scenario) -> dict[str, Any]:
    """Return what tells one run from another: the same values give the same files."""
    return {
        "format_version": FORMAT_VERSION,
        "paylater-sim": __version__,
        "scenario_hash": scenario.hash,
        "scenario": values(scenario),
    }


def described(scenario: Scenario, made: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest of a run without its files.

    made: what the caller knows of the making, such as engine, threads and timings.
    """
    head = identity(scenario) | {"name": scenario.name, "seed": scenario.run.seed}
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return head | made | {"versions": versions(), "finished": now}


def files_in(folder: Path) -> dict[str, dict[str, Any]]:
    """Return bytes and sha256 of each file in a folder and below, and the rows of each table."""
    import pyarrow.parquet as pq

    files: dict[str, dict[str, Any]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        files[name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        if path.suffix == ".parquet":
            files[name]["rows"] = pq.read_metadata(path).num_rows
    return files


def sha256(path: Path) -> str:
    """Return the digest of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest in a run folder.

    Raises ScenarioError where there is none, or one of another format.
    """
    path = folder / FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["format_version"]
    except OSError as error:
        raise refused(
            folder, f"a finished run, with {FILE}", error.strerror or str(error)
        ) from None
    except (ValueError, KeyError, TypeError):
        raise refused(path, "the manifest of a run", "something else") from None
    if version != FORMAT_VERSION:
        raise refused(path, _wanted(folder, version), str(version))
    return dict(manifest)


def of_run(folder: Path) -> dict[str, Any]:
    """Return the manifest in a run folder; raises as `read`, and for the folder of a study."""
    found = read(folder)
    if "kind" in found:
        raise refused(folder, "the folder of a run", f"a {found['kind']}")
    return found


def verify(folder: Path, manifest: dict[str, Any]) -> None:
    """Compare every file with its digest. Raises ScenarioError naming all that do not match."""
    lines = []
    for name, entry in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            lines.append(f"{path}: wanted the file that the run left (found nothing)")
        elif path.stat().st_size != entry["bytes"] or sha256(path) != entry["sha256"]:
            lines.append(f"{path}: wanted the file as the run left it (found it changed)")
    if lines:
        raise ScenarioError(lines)


def _wanted(folder: Path, version: Any) -> str:
    if isinstance(version, int) and version < FORMAT_VERSION:
        again = f"paylater run {folder / 'scenario.toml'} --out NEW"
        return f"format_version {FORMAT_VERSION}; convert by running it again: {again}"
    return f"format_version {FORMAT_VERSION}, or a newer paylater-sim"
