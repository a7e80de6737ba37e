"""One process at a time works on an unfinished run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.results.faults import refused


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for this process until it ends, however it ends.

    Raises ScenarioError if another process holds it. Without effect where files have no locks.
    """
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (folder / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refused(folder, "a run that nobody works on", "one in progress") from None
        yield
