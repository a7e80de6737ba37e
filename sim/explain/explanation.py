"""An explanation: the same numbers as values, as JSON, and as text for people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sim.explain import limit_sheet, sentences, sheets


@dataclass(frozen=True)
class Explanation:
    """What lay behind one user's limit and decisions on one day.

    `values` has the keys run, who, account, gates, admission_score (None where nobody is scored),
    limit, statement, warnings and events. Amounts are in fen, days are reported days, shares ppm.
    """

    values: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        """Return one part of the values."""
        return self.values[key]

    def json(self) -> str:
        """Return the values as JSON."""
        return json.dumps(self.values, indent=2, ensure_ascii=False)

    def text(self) -> str:
        """Return the explanation in words; money in yuan."""
        values = self.values
        parts = {
            "": sheets.head(values),
            "Gates of admission": sheets.gates(values["gates"]),
            "Admission score (R-A2)": sheets.score(values["admission_score"]),
            "Limit": limit_sheet.limit(values["limit"]),
            "Statement": sheets.statement(values["statement"]),
            "Warnings": sheets.warnings(values["warnings"]),
            "That day, in order": [sentences.sentence(event) for event in values["events"]]
            or ["nothing happened"],
        }
        lines: list[str] = []
        for title, part in parts.items():
            if part:
                lines += [title, *(f"  {line}" for line in part), ""] if title else [*part, ""]
        return "\n".join(lines)

    def __str__(self) -> str:
        """Return the text."""
        return self.text()
