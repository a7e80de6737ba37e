"""Where two runs part: the first day, user, table and column that differ."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario.words import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.run import Run

KEYS = (
    *("replication", "day", "month", "date", "user", "product", "segment", "cohort"),
    *("bucket", "from_bucket", "to_bucket", "place", "method", "way", "level", "claim"),
    *("periods", "circle", "opened"),
)


class Divergence(NamedTuple):
    """How one table of two runs differs."""

    table: str
    rows_of_one: int  # rows whose keys only one of the runs has
    columns: list[str]  # that differ, in order
    keys: dict[str, Any]  # of the first row that differs; empty where only rows are missing
    column: str  # its first column that differs
    first: Any
    second: Any

    def text(self) -> str:
        """Return it in words."""
        lone = self.rows_of_one
        rows = f"{counted(lone, 'row')} in one run only" if lone else ""
        if not self.columns:
            return f"{self.table}: {rows}"
        where = ", ".join(f"{key} {value}" for key, value in self.keys.items())
        what = f"{self.column} {self.first} against {self.second}"
        more = f"; differs in {counted(len(self.columns), 'column')}: {', '.join(self.columns)}"
        return f"{self.table}: first at {where}: {what}{more}" + (f"; {rows}" if rows else "")


def divergences(a: Run, b: Run) -> list[Divergence | str]:
    """Return where two runs differ, table by table; empty where they do not.

    A table that only one of them has is told by a sentence.
    """
    found: list[Divergence | str] = []
    for name in sorted({*a.tables, *b.tables}):
        if name not in a.tables or name not in b.tables:
            found.append(f"{name}: in the {'first' if name in a.tables else 'second'} run only")
            continue
        parting = _parting(name, a.read(name), b.read(name))
        if parting is not None:
            found.append(parting)
    return found


def _parting(name: str, one: pd.DataFrame, other: pd.DataFrame) -> Divergence | None:
    # Keys come first: further on a bucket or a count of accounts opened is what may differ.
    keys = [*takewhile(KEYS.__contains__, one.columns)]
    one, other = (_comparable(frame, keys) for frame in (one, other))
    both = one.index.intersection(other.index, sort=False)
    lonely = len(one) + len(other) - 2 * len(both)
    one, other = one.loc[both], other.loc[both]
    columns = [column for column in one.columns if column in other.columns]
    unlike = one[columns].ne(other[columns]) & ~(one[columns].isna() & other[columns].isna())
    apart = [column for column in columns if unlike[column].any()]
    missing = [column for column in (*one, *other) if column not in columns]
    if not apart:
        return Divergence(name, lonely, missing, {}, "", "", "") if lonely or missing else None
    at = int(unlike[apart].any(axis=1).to_numpy().argmax())
    column = next(column for column in apart if unlike[column].iloc[at])
    where = both[at] if isinstance(both[at], tuple) else (both[at],)
    values = one[column].iloc[at], other[column].iloc[at]
    told = dict(zip(keys, where, strict=True))
    return Divergence(name, lonely, [*apart, *missing], told, column, *values)


def _comparable(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a table by its keys; lists as text, which can be compared."""
    lists = [c for c in frame.columns if frame[c].dtype == object and c not in keys]
    words = {column: frame[column].map(str) for column in lists}
    return frame.assign(
        **words, **{key: frame[key].map(_day) for key in keys if key in {"date", "month", "cohort"}}
    ).set_index(keys)


def _day(value: Any) -> str:
    return str(value).removesuffix(" 00:00:00")
