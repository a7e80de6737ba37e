"""What is done of a sweep: one small file a run, so that killing it loses the runs under way only.

A run is known by the hash of its scenario and its replication, not by its row: a design may grow,
and no run of it is done twice.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from sim.results.faults import refused
from sim.study.outcome import Outcome


class RunKey(NamedTuple):
    """Which run of a sweep."""

    scenario: str  # hash
    replication: int

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.scenario}-{self.replication:06d}.json"


class Ledger:
    """The folder of outcomes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._names = {path.name for path in folder.glob("*.json")}

    def keep(self, key: RunKey, outcome: Outcome) -> None:
        """Write an outcome; whole or not there."""
        place = self.folder / key.file
        unfinished = place.with_suffix(".unfinished")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(outcome._asdict(), file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(place)
        self._names.add(key.file)

    def has(self, key: RunKey) -> bool:
        """Tell whether a run is done."""
        return key.file in self._names

    def outcome(self, key: RunKey) -> Outcome | None:
        """Return an outcome, None for a run that is not done.

        Raises ScenarioError for a file that was changed since.
        """
        if not self.has(key):
            return None
        place = self.folder / key.file
        try:
            return Outcome(**json.loads(place.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise refused(place, "what a run left, or no file", "something else") from None

    def forget(self, key: RunKey) -> None:
        """Let a run be done again."""
        (self.folder / key.file).unlink(missing_ok=True)
        self._names.discard(key.file)
