"""Files against the digests that the run left in its manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.audit.findings import Audit
from sim.results import manifest
from sim.scenario import load

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
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - set(listed) - {manifest.FILE}):
        findings.fault(name, "the file", "", "no other files", "one more", WHY)


def _check_scenario(folder: Path, made: dict[str, Any], findings: Audit) -> None:
    found, wanted = load(folder / "scenario.toml").hash, made.get("scenario_hash", "")
    findings.checked[WHY] += 1
    if found != wanted:
        why = "the scenario in manifest.json"
        findings.fault("scenario.toml", "the values", "", wanted[:16], found[:16], why)
