"""What tables a function takes, checked: columns that are missing are told by name."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sim.kinds import Bucket

BUCKETS = [bucket.name.lower() for bucket in Bucket]  # from best to worst, then closed
IN_ARREARS = [name for name in BUCKETS if name.startswith("m")]
ON_BOOK = ["unused", "current", *IN_ARREARS]  # accounts that can still move
GONE = ["charged_off", "closed"]
MOVES = ("from_bucket", "to_bucket")  # of `roll_rates`
ALL = "all"  # the name of all segments together in `roll_rates`


def columns(table: pd.DataFrame, names: Iterable[str], what: str) -> pd.DataFrame:
    """Return a table that has these columns. Raises ValueError naming those it has not."""
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ValueError(f"{what}: wanted columns {', '.join(missing)} (found {list(table)})")
    return table


def of_segment(table: pd.DataFrame, segment: str | None) -> pd.DataFrame:
    """Return the rows of one segment; of a table without segments, or for None, all.

    Raises ValueError for a segment that the table has not, unless it has no rows at all.
    """
    if segment is None or "segment" not in table.columns:
        return table
    some = table[table["segment"] == segment]
    if some.empty and len(table):
        known = ", ".join(map(str, dict.fromkeys(table["segment"])))
        raise ValueError(f"segment: wanted one of {known} (found {segment!r})")
    return some
