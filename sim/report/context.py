"""What every section is made from: the source, the words, and short ways to make tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.report.page import Block, Cell, Column, Missing, Section, Table, Text
from sim.report.source import Source
from sim.report.value import Value, around
from sim.report.words import Words
from sim.results.manifest import SCENARIO


class Context:
    """The source and the words of one report."""

    def __init__(self, source: Source, words: Words) -> None:
        """Keep both."""
        self.source = source
        self.words = words

    def table(
        self,
        name: str,
        caption: str,
        columns: Sequence[tuple[str, str, str]],
        rows: Sequence[Sequence[Cell]],
        definitions: Sequence[str] = (),
    ) -> Table:
        """Return a table; columns are (key, label, definition), the words are said here."""
        say = self.words
        heads = [Column(key, say(label), definition) for key, label, definition in columns]
        body = [list(row) for row in rows]
        return Table(name, say(caption), heads, body, definitions=list(definitions))

    def section(self, number: int | str, title: str, blocks: Sequence[Block]) -> Section:
        """Return a section with its title said."""
        return Section(str(number), self.words(title), list(blocks))

    def text(self, said: str, /, **values: Any) -> Text:
        """Return a paragraph, said."""
        return Text(self.words(said, **values))

    def missing(self, what: str, command: str) -> Missing:
        """Return a note on what cannot be shown; `RUN` in the command stands for this folder."""
        return Missing(self.words(what), command)

    def rerun(self, change: str = "") -> str:
        """Return the command that runs the scenario of this report again, with a change."""
        name = self.source.place.name
        files = {"comparison": "b.toml", "sweep": "base.toml", "calibration": "fitted.toml"}
        file = files.get(self.source.kind, SCENARIO)
        words = f"paylater run {name}/{file} {change}".strip()
        return f"{words} --out {name}-again"


def of_share(row: Any, unit: str = "share") -> Value:
    """Return the value of a row that has the columns of `sim.risk.shares.Share`."""
    numbers = (float(row["share"]), float(row["low"]), float(row["high"]))
    return around(numbers, int(row["replications"]), unit)


def per_run(table: pd.DataFrame, by: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Return sums by keys and replication, with 0 where a replication has no row for a key."""
    sums = table.groupby([*by, "replication"], observed=True, sort=False)[list(columns)].sum()
    runs = sorted(table["replication"].unique())
    index: Any = sums.index
    keys = index.droplevel("replication").unique()
    names = [*by, "replication"]
    tuples = [(*(key if isinstance(key, tuple) else (key,)), run) for key in keys for run in runs]
    whole = pd.MultiIndex.from_tuples(tuples, names=names)
    filled: pd.DataFrame = sums.reindex(whole, fill_value=0)
    return filled
