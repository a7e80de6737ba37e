"""The tables of a run as an audit reads them; one that cannot be read is a break, and absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.audit.findings import Audit

if TYPE_CHECKING:
    from sim.results.run import Run


class Tables:
    """All tables of a run; what cannot be read is a break and then absent."""

    def __init__(self, run: Run, findings: Audit) -> None:
        """Read nothing yet."""
        self._run = run
        self._findings = findings
        self._read: dict[str, pd.DataFrame | None] = {}

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table of all replications, None where there is none that can be read."""
        if name not in self._read:
            self._read[name] = self._frame(name) if name in self._run.tables else None
        return self._read[name]

    def _frame(self, name: str) -> pd.DataFrame | None:
        try:
            frame = self._run.read(name)
        except (OSError, ValueError) as error:  # pyarrow's own are among them
            words = str(error).splitlines()[0]
            self._findings.fault(name, "the file", "", "a Parquet file", words, "as all tables are")
            return None
        for column in frame.select_dtypes("category"):
            frame[column] = frame[column].astype(object)
        return frame
