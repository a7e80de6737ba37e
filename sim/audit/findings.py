"""What an audit finds: how many figures were told twice, and each place where the two differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.scenario.words import counted

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10  # breaks of one column against one rule


class Break(NamedTuple):
    """A figure that is not what the other files say."""

    table: str
    place: str  # day, segment, user ...
    column: str
    wanted: str
    found: str
    why: str  # what the wanted figure follows from

    def __str__(self) -> str:
        """Say where, what, and by how much."""
        at = ": ".join(part for part in (self.table, self.place, self.column) if part)
        return f"{at}: wanted {self.wanted}, {self.why} (found {self.found}{self._apart()})"

    def _apart(self) -> str:
        try:
            apart = int(self.found.replace(",", "")) - int(self.wanted.split()[-1].replace(",", ""))
        except ValueError:
            return ""
        return f", {apart:+,}"


@dataclass
class Audit:
    """The outcome of an audit; true where nothing breaks."""

    breaks: list[Break] = field(default_factory=list)
    unsaid: int = 0  # breaks beyond those shown
    checked: Counter[str] = field(default_factory=Counter)  # figures compared, by rule
    notes: list[str] = field(default_factory=list)  # what could not be checked, and why

    def __bool__(self) -> bool:
        """Tell whether everything holds."""
        return not self.breaks

    def compare(
        self, table: str, keys: pd.DataFrame, column: str, found: Any, wanted: Any, why: str
    ) -> None:
        """Compare a column with what it should be; two missing values are equal."""
        there = np.asarray(found)
        right = np.broadcast_to(np.asarray(wanted), there.shape)
        unequal = (there != right) & ~((there != there) & (right != right))  # noqa: PLR0124  NaN
        said = [_said(value) for value in right[unequal][:SHOWN]]
        self._take(table, keys, column, there, said, unequal, why)

    def at_least(
        self, table: str, keys: pd.DataFrame, column: str, found: Any, least: Any, why: str
    ) -> None:
        """See to it that a column is not below what it should be."""
        there, low = np.asarray(found), np.broadcast_to(np.asarray(least), np.shape(found))
        wanted = [f"at least {_said(value)}" for value in low[there < low][:SHOWN]]
        self._take(table, keys, column, there, wanted, there < low, why)

    def fault(self, table: str, place: str, column: str, wanted: Any, found: Any, why: str) -> None:
        """Write down one break."""
        self.breaks.append(Break(table, place, column, _said(wanted), _said(found), why))

    def _take(
        self,
        table: str,
        keys: pd.DataFrame,
        column: str,
        found: Any,
        wanted: Sequence[str],
        wrong: Any,
        why: str,
    ) -> None:
        self.checked[why] += len(found)
        rows = np.flatnonzero(wrong)
        self.unsaid += max(len(rows) - SHOWN, 0)
        for row, right in zip(rows[:SHOWN], wanted, strict=False):
            place = place_of(keys, int(row))
            self.breaks.append(Break(table, place, column, right, _said(found[row]), why))

    def text(self) -> str:
        """Return the outcome to be read: every break shown, what was checked, what could not be."""
        lines = [str(each) for each in self.breaks]
        if self.unsaid:
            lines.append(f"... and {self.unsaid:,} more places")
        figures = sum(self.checked.values())
        said = (
            f"{figures:,} figures agree with what follows from others, by {len(self.checked)} rules"
        )
        broken = f"Books are broken: {counted(len(lines), 'line')} above."
        lines += [*self.notes, broken if lines else said]
        return "\n".join(lines)


def place_of(keys: pd.DataFrame, row: int) -> str:
    """Return the keys of a row as words, such as `day 17, 2024-01-18, segment students`."""
    words = []
    for name in keys:
        value = keys[name].iloc[row]
        if isinstance(value, np.datetime64) or hasattr(value, "date"):
            words.append(str(value)[:10] if name == "date" else f"{name} {str(value)[:10]}")
        else:
            words.append(f"{name} {value}")
    return ", ".join(words)


def _said(value: Any) -> str:
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
