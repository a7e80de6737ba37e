"""What month ends and the moves between them must agree on, whatever the scenario."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.risk.tables import ALL, IN_ARREARS, MOVES, ON_BOOK, columns, of_segment


def skipped(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the moves that no month can bring: more than one bucket further into arrears.

    Charge-off is left out: a death brings it from any bucket. Empty for sound books.
    """
    some = columns(moves, (*MOVES, "accounts"), "moves")
    path = {"unused": 0, "current": 0} | {name: at + 1 for at, name in enumerate(IN_ARREARS)}
    start, end = (some[name].astype(str).map(path) for name in MOVES)
    # The oldest debt of an account that owed nothing late can be 30 days old at most, or 31 where
    # it fell due on the first day of the longest months.
    return some[(end > start + 1) & (some["accounts"] > 0)]


def flow_identity(monthly: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Return opening + in - out = closing for each month end and bucket, in accounts and money.

    One row a replication, month end and bucket on the books; of money, accounts that stay add what
    changed. The gaps are 0 for sound books: opening is what `monthly` counted a month before,
    closing what it counts now; what is between them comes from `moves`. The first month has no
    opening and is left out.
    """
    keys = ["replication", "month", "bucket"]
    some = of_segment(moves, ALL).astype(dict.fromkeys(MOVES, str))
    stays = some["from_bucket"] == some["to_bucket"]
    grown = some["principal_after_fen"] - some["principal_fen"]
    sums = {
        "in": _summed(some[~stays], "to_bucket", "accounts"),
        "out": _summed(some[~stays], "from_bucket", "accounts"),
        "in_fen": _summed(some[~stays], "to_bucket", "principal_after_fen"),
        "out_fen": _summed(some[~stays], "from_bucket", "principal_fen"),
        "grown_fen": _summed(some[stays].assign(grown=grown[stays]), "to_bucket", "grown"),
    }
    held = monthly[monthly["bucket"].isin(ON_BOOK)].astype({"bucket": str}).groupby(keys)
    table = held[["accounts", "principal_fen"]].sum().set_axis(["closing", "closing_fen"], axis=1)
    before = table.groupby(level=["replication", "bucket"]).shift()
    table = table.assign(opening=before["closing"], opening_fen=before["closing_fen"])
    table = table.join(pd.DataFrame(sums).rename_axis(keys), how="left")
    table = table[table["opening"].notna()].fillna(0).astype(np.int64)
    table["gap"] = table["opening"] + table["in"] - table["out"] - table["closing"]
    moved = table["in_fen"] - table["out_fen"] + table["grown_fen"]
    table["gap_fen"] = table["opening_fen"] + moved - table["closing_fen"]
    return table.reset_index()


def _summed(some: pd.DataFrame, bucket: str, column: str) -> pd.Series:
    summed: pd.Series = some.groupby(["replication", "month", bucket])[column].sum()
    return summed.rename_axis(["replication", "month", "bucket"])
