"""Expected credit losses (IFRS 9 5.5): of twelve months and lifetime, by chain of roll rates.

A balance is lost when its account is charged off; what of it does not come back is the LGD. The
balance is taken to stay what it is until then. Losses are discounted at the effective rate, to the
month end they fall in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.risk.closed_form.chains import reaching
from sim.risk.closed_form.inputs import Numbers, numbers, shares, square
from sim.risk.migration import cohort_matrix, completed
from sim.risk.stages import STAGE_OF
from sim.risk.tables import ALL, ON_BOOK, columns, of_segment


class Outlook(NamedTuple):
    """A scenario of the economy: how likely it is, and what it does to moves for the worse."""

    weight: float
    worsening: float = 1.0  # factor on every move into a worse bucket


EVEN = {"as observed": Outlook(1.0)}


def expected_losses(
    matrix: ArrayLike,
    lost: ArrayLike,
    lgd: float = 1.0,
    *,
    months: int | None = None,
    rate: float = 0.0,
) -> Numbers:
    """Return the expected loss of one unit of balance, by state.

    matrix: shape (n, n), monthly moves between states; lost: shape (n,), monthly probability of
    charge-off; together at most 1 a row, the rest is closed. months: up to which losses count,
    lifetime if None. rate: effective, a month. Without discount lifetime is LGD x absorption
    probability. Raises ValueError.
    """
    moves, ends = square("matrix", matrix), shares("lost", lost)
    severity, discount = float(shares("lgd", lgd)), 1 / (1 + float(numbers("rate", rate)))
    if ends.shape != (len(moves),) or (moves.sum(axis=1) + ends > 1 + 1e-6).any():
        raise ValueError(f"lost: wanted {len(moves)} shares that fit the rows (found {ends})")
    if months is None:
        # Accounts that can never be lost are left out: their lifetime may have no end.
        some = reaching(moves, ends > 0)
        system = np.eye(int(some.sum())) - discount * moves[np.ix_(some, some)]
        found = np.zeros(len(moves))
        found[some] = np.linalg.solve(system, discount * ends[some])
        return np.asarray(severity * found)
    still, found = np.eye(len(moves)), np.zeros(len(moves))
    for month in range(1, months + 1):
        found += discount**month * (still @ ends)
        still = still @ moves
    return np.asarray(severity * found)


def worsened(matrix: ArrayLike, lost: ArrayLike, factor: float) -> tuple[Numbers, Numbers]:
    """Return a chain with `factor` times as many moves into a worse state, charge-off included.

    States are ordered from best to worst. What is added is taken from all other moves of the row
    alike; a row that would exceed 1 keeps no other moves.
    """
    moves, ends = square("matrix", matrix), shares("lost", lost)
    if factor < 0:
        raise ValueError(f"factor: wanted 0 or more (found {factor:g})")
    worse = np.triu(np.ones_like(moves), 1).astype(bool)
    before = np.where(worse, moves, 0).sum(axis=1) + ends
    after = np.minimum(before * factor, 1.0)
    scale = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    others = np.divide(1 - after, 1 - before, out=np.ones_like(after), where=before < 1)
    found = moves * np.where(worse, scale[:, None], others[:, None])
    return found, np.asarray(ends * scale)


def allowance(
    monthly: pd.DataFrame,
    moves: pd.DataFrame,
    lgd: float,
    *,
    rate: float = 0.0,
    outlooks: Mapping[str, Outlook] | None = None,
    segment: str = ALL,
) -> pd.DataFrame:
    """Return the allowance at the last month end by bucket: 12-month in stage 1, else lifetime.

    monthly, moves: `run.monthly`, `run.roll_rates`. rate: effective, a month. outlooks: scenarios
    whose weights add up to 1; as observed if None. Gaps of the rates are filled as by `completed`.
    Columns: bucket, stage, ead_fen (principal, mean over replications), ecl_12_fen,
    ecl_lifetime_fen, allowance_fen, coverage. Raises ValueError.
    """
    chosen = dict(EVEN if outlooks is None else outlooks)
    total = sum(outlook.weight for outlook in chosen.values())
    if abs(total - 1) > 1e-9:
        raise ValueError(f"outlooks: wanted weights that add up to 1 (found {total:g})")
    whole = completed(cohort_matrix(moves, segment=segment)).loc[ON_BOOK]
    inside = whole[ON_BOOK].to_numpy(dtype=float)
    lost = whole["charged_off"].to_numpy(dtype=float)
    table = pd.DataFrame({"bucket": ON_BOOK, "stage": [STAGE_OF[name] for name in ON_BOOK]})
    table["ead_fen"] = _balances(monthly, segment)
    for name, months in (("ecl_12_fen", 12), ("ecl_lifetime_fen", None)):
        unit: Any = 0.0
        for outlook in chosen.values():
            chain = worsened(inside, lost, outlook.worsening)
            unit = unit + outlook.weight * expected_losses(*chain, lgd, months=months, rate=rate)
        table[name] = table["ead_fen"] * unit
    first = table["stage"] == 1
    table["allowance_fen"] = table["ecl_12_fen"].where(first, table["ecl_lifetime_fen"])
    table["coverage"] = table["allowance_fen"] / table["ead_fen"].replace(0, np.nan)
    return table


def _balances(monthly: pd.DataFrame, segment: str) -> Numbers:
    """Return principal by bucket at the last month end, mean over replications."""
    needed = ("month", "bucket", "principal_fen")
    some = of_segment(columns(monthly, needed, "monthly"), None if segment == ALL else segment)
    last = some[some["month"] == some["month"].max()]
    runs = last["replication"].nunique() if "replication" in last else 1
    sums = last.groupby("bucket", observed=True)["principal_fen"].sum() / runs
    return np.asarray(sums.reindex(ON_BOOK, fill_value=0), dtype=float)
