"""Files against the digests that the run left in its manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.audit.findings import Audit
from sim.results import checkpoint, manifest
from sim.results.draft import KEPT
from sim.scenario import Scenario, ScenarioError, from_tree, load
from sim.scenario.resolved import tree_of, values
from sim.scenario.tree import dotted, leaves

WHY = "the digest in manifest.json"


def check_files(folder: Path, made: dict[str, Any], findings: Audit) -> None:
    """Compare each file of a run folder with its digest, and see whether any is missing or new."""
    listed = made["files"]
    _check_scenario(folder, made, findings)
    for name, entry in listed.items():
        path = folder / name
        findings.checked[WHY] += 1
        if not path.is_file():
            findings.fault(name, "the file", "", "the file that the run left", "nothing", WHY)
        elif (digest := manifest.sha256(path)) != entry["sha256"]:
            findings.fault(name, "the file", "sha256", entry["sha256"][:16], digest[:16], WHY)
    _check_states(folder, findings)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    there = {name for name in there if not name.startswith(f"{KEPT}/")}
    for name in sorted(there - set(listed) - {manifest.FILE}):
        findings.fault(name, "the file", "", "no other files", "one more", WHY)


def stored_scenario(folder: Path, made: dict[str, Any], findings: Audit) -> Scenario | None:
    """Return the scenario of a run folder; where its file is lost or spoilt, the manifest's copy.

    None where neither can be read; each that cannot is a break.
    """
    try:
        return load(folder / manifest.SCENARIO)
    except ScenarioError as error:
        if (folder / manifest.SCENARIO).is_file():  # if not, that is told with the other files
            findings.fault(manifest.SCENARIO, "the file", "", "a scenario", error.lines[0], WHY)
    try:
        plan = from_tree(tree_of(made["scenario"]), source=manifest.FILE)
        found, wanted = plan.hash, made["scenario_hash"]
    except (KeyError, AttributeError, ValueError) as error:
        words = str(error).splitlines()[0]
        findings.fault(manifest.FILE, "scenario", "", "a scenario", words, "as every run has")
        return None
    if found != wanted:
        why = "the digest beside it"
        findings.fault(manifest.FILE, "scenario", "", wanted[:16], found[:16], why)
    return plan


def _check_states(folder: Path, findings: Audit) -> None:
    """See to it that the states kept in the run folder are as they were saved."""
    for place in sorted((folder / KEPT).glob("*/*")):
        name, why = place.relative_to(folder).as_posix(), "the checksums in checkpoint.json"
        findings.checked[why] += 1
        try:
            checkpoint.read(place)
        except ScenarioError as error:
            findings.fault(name, "the state", "", "as it was saved", error.lines[0], why)


def _check_scenario(folder: Path, made: dict[str, Any], findings: Audit) -> None:
    """Compare the scenario with its digest, and what the manifest repeats of it with itself."""
    try:
        plan = load(folder / manifest.SCENARIO)
    except ScenarioError:  # `stored_scenario` has said so
        return
    found, wanted = plan.hash, made.get("scenario_hash", "")
    findings.checked[WHY] += 1
    if found != wanted:
        why = "the scenario in manifest.json"
        findings.fault(manifest.SCENARIO, "the values", "", wanted[:16], found[:16], why)
        return
    why = "as in scenario.toml"
    findings.checked[why] += 2
    if made.get("seed") != plan.run.seed:
        findings.fault(manifest.FILE, "seed", "", plan.run.seed, made.get("seed"), why)
    right, told = (dict(leaves(tree)) for tree in (values(plan), made.get("scenario", {})))
    for path in sorted(right.keys() | told.keys(), key=str):
        if right.get(path) != told.get(path):
            place = f"scenario.{dotted(path)}"
            findings.fault(manifest.FILE, place, "", right.get(path), told.get(path), why)
