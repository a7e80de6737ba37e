"""What can be wrong with a folder that is written to or read from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.scenario import ScenarioError


def refused(path: Path, wanted: str, found: str) -> ScenarioError:
    """Return the error for a folder or file that cannot be used."""
    return ScenarioError([f"{path}: wanted {wanted} (found {found})"])


@contextmanager
def room_to_write(out: Path) -> Iterator[None]:
    """Turn what the disk refuses into a ScenarioError about `out`."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise refused(out, "a place that can be written to", reason) from error
