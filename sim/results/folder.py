"""Where a run may be written: a run folder appears whole or not at all, and replaces nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results import draft, manifest
from sim.results.draft import Draft
from sim.results.faults import refused, room_to_write
from sim.scenario import ScenarioError
from sim.scenario.tree import dotted, leaves
from sim.version import __version__

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario


def partial_of(out: Path) -> Path:
    """Return the folder in which the run folder `out` is made."""
    return out.with_name(f"{out.name}.partial")


def prepare(out: str | Path, scenario: Scenario, *, resume: bool = False) -> Draft | None:
    """Return the draft of the run folder `out`; None if it is there already, of this scenario.

    resume: go on with an unfinished run of this scenario; start if there is none. Raises
    ScenarioError for anything in the way, and writes nothing then.
    """
    out = Path(out)
    if not out.name:
        raise refused(out, "a run folder with a name", "none")
    partial = partial_of(out)
    with room_to_write(out):  # a name may be too long to ask for
        there = out.exists() or out.is_symlink()
    if there:
        _check_finished(out, scenario)
        if (partial / draft.FILE).is_file():
            shutil.rmtree(partial, ignore_errors=True)
        return None
    above = next(folder for folder in out.absolute().parents if folder.exists())
    if not above.is_dir():
        raise refused(out, f"a folder {above} to write into", "a file")
    if not partial.exists() or (partial.is_dir() and _unbegun(partial)):
        return draft.begun(out, partial, scenario)
    _check_unfinished(partial, scenario, resume=resume)
    return Draft(out, partial, scenario)


def _check_finished(out: Path, scenario: Scenario) -> None:
    if not (out / manifest.FILE).is_file():
        raise refused(out, "a new name, or a finished run of this scenario", "something else there")
    found = manifest.read(out)
    # A run that was made to be precise is found again by the scenario that asked for it.
    hashes = (found.get("scenario_hash"), found.get("precision", {}).get("scenario_hash"))
    if scenario.hash not in hashes:
        raise ScenarioError(_differences(out, found, scenario))
    manifest.verify(out, found)


def _unbegun(partial: Path) -> bool:
    """Tell whether a run was killed before it had written what it is."""
    return all(path.name == f"{draft.FILE}.unfinished" for path in partial.iterdir())


def _check_unfinished(partial: Path, scenario: Scenario, *, resume: bool) -> None:
    try:
        found = json.loads((partial / draft.FILE).read_text(encoding="utf-8"))
        stored_hash, version = found["scenario_hash"], found["paylater-sim"]
    except (OSError, ValueError, KeyError, TypeError):
        raise refused(
            partial, "no folder of this name, or an unfinished run", "something else"
        ) from None
    if stored_hash != scenario.hash:
        raise ScenarioError(_differences(partial, found, scenario))
    if not resume:
        raise refused(
            partial, "--resume to continue it, or that it is removed", "an unfinished run"
        )
    if version != __version__:
        wanted = f"paylater-sim {version}, which began this run, or that it is removed"
        raise refused(partial, wanted, __version__)


def _differences(place: Path, found: dict[str, Any], scenario: Scenario) -> list[str]:
    """Return a line for each key in which a stored scenario differs from this one."""
    there, here = (
        {dotted(path): json.dumps(value, ensure_ascii=False) for path, value in leaves(tree)}
        for tree in (found["scenario"], manifest.identity(scenario)["scenario"])
    )
    keys = sorted(key for key in there.keys() | here.keys() if there.get(key) != here.get(key))
    return [
        f"{place}: {key}: wanted {here.get(key, 'nothing')}, as the scenario has it now"
        f" (found {there.get(key, 'nothing')} in the run there)"
        for key in keys
    ] or [f"{place}: wanted a run of this scenario (found one of another version of it)"]
