"""Scenarios and notebooks that come with the package, and copying them out of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.scenario import ScenarioError

FOLDERS = ("scenarios", "notebooks")
SHIPPED = {".toml", ".json", ".ipynb", ".csv"}


def home_of(folder: str) -> Path:
    """Return where a shipped folder lies: inside an installation, or beside a source checkout."""
    package = Path(__file__).parent
    inside = package / "shipped" / folder
    return inside if inside.is_dir() else package.parent / folder


def copy_out(target: Path) -> list[Path]:
    """Copy the shipped folders into `target` and return what was written.

    Raises ScenarioError, before anything is written, if a file is there already, and where the
    installation holds none.
    """
    pairs = [
        (path, target / folder / path.relative_to(home_of(folder)))
        for folder in FOLDERS
        for path in sorted(home_of(folder).rglob("*"))
        if path.suffix in SHIPPED and ".ipynb_checkpoints" not in path.parts
    ]
    if not pairs:
        homes = " or ".join(str(home_of(folder)) for folder in FOLDERS)
        raise ScenarioError([f"{homes}: wanted the files that ship (found none)"])
    taken = [copy for _, copy in pairs if copy.exists()]
    if taken:
        raise ScenarioError([f"{copy}: wanted no file of this name (found one)" for copy in taken])
    try:
        for path, copy in pairs:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    except OSError as error:
        words = f"wanted a place that can be written to (found {error.strerror})"
        raise ScenarioError([f"{target}: {words}"]) from None
    return [copy for _, copy in pairs]
