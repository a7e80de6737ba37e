"""What a section is made of: text, tables, charts with their data, and notes on what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.report.value import Value

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NARROW_COLUMNS, SHORT_ROWS = 4, 12

Cell = str | Value  # every number that was estimated is a Value


@dataclass
class Column:
    """A column of a table. definition: the key of its meaning in the appendix; empty for names."""

    key: str
    label: str
    definition: str = ""


@dataclass
class Table:
    """A table to be read, and the same as rows for a Parquet file of that name."""

    name: str
    caption: str
    columns: list[Column]
    rows: list[list[Cell]]
    kind: str = "table"
    definitions: list[str] = field(default_factory=list)  # of rows, where each has its own

    @property
    def narrow(self) -> bool:
        """Tell whether it takes half of the width at most."""
        return len(self.columns) <= NARROW_COLUMNS

    def numeric(self, at: int) -> bool:
        """Tell whether a column holds numbers."""
        return any(isinstance(row[at], Value) for row in self.rows)

    def frame(self) -> pd.DataFrame:
        """Return the rows with a column each for estimate, low, high and runs of a number."""
        import pandas as pd

        found: dict[str, list[Any]] = {}
        for at, column in enumerate(self.columns):
            cells = [row[at] for row in self.rows]
            numbers = [cell for cell in cells if isinstance(cell, Value)]
            if not numbers:
                found[column.key] = [str(cell) for cell in cells]
                continue
            nothing = Value(float("nan"))
            values = [cell if isinstance(cell, Value) else nothing for cell in cells]
            found[column.key] = [value.estimate for value in values]
            found[f"{column.key}_low"] = [value.low for value in values]
            found[f"{column.key}_high"] = [value.high for value in values]
            found[f"{column.key}_runs"] = [value.runs for value in values]
            found[f"{column.key}_unit"] = [value.unit for value in values]
        return pd.DataFrame(found)


@dataclass
class Chart:
    """A figure with the table that it was drawn from."""

    name: str
    figure: Figure
    table: Table
    kind: str = "chart"

    @property
    def beside(self) -> bool:
        """Tell whether its table is narrow enough to stand beside it."""
        columns, rows = len(self.table.columns), len(self.table.rows)
        return (columns < NARROW_COLUMNS and rows <= 13) or (self.table.narrow and rows <= 8)


@dataclass
class Text:
    """A paragraph; its words are data and are escaped."""

    words: str
    kind: str = "text"


@dataclass
class Missing:
    """What a section cannot show, and the command that would fill it."""

    what: str
    command: str
    kind: str = "missing"


@dataclass
class Names:
    """Many short entries in columns: keys with values, or names with meanings."""

    caption: str
    entries: list[tuple[str, str]]
    kind: str = "names"


Block = Table | Chart | Text | Missing | Names


@dataclass
class Section:
    """A numbered part of the report."""

    number: str
    title: str
    blocks: list[Block]

    def laid(self) -> list[list[Block]]:
        """Return the blocks in lines: two short narrow tables that follow each other share one."""
        lines: list[list[Block]] = []
        for block in self.blocks:
            if _is_half(block) and lines and len(lines[-1]) == 1 and _is_half(lines[-1][0]):
                lines[-1].append(block)
            else:
                lines.append([block])
        return lines

    def tables(self) -> list[Table]:
        """Return all tables, those under charts too."""
        under = [block.table for block in self.blocks if isinstance(block, Chart)]
        return [*(block for block in self.blocks if isinstance(block, Table)), *under]


def _is_half(block: Block) -> bool:
    return isinstance(block, Table) and block.narrow and len(block.rows) <= SHORT_ROWS
