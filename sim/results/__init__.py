"""What a run leaves: tables, the folder they lie in, and reading them back."""

from __future__ import annotations

from sim.results.run import Run, open_run

__all__ = ["Run", "open_run"]
