"""Default, by one definition: how often, when, and how long accounts last.

An account is in default from 90 days past due on, or once charged off (IFRS 9 B5.5.37; Basel II,
paragraph 452). Month-end buckets show it from the 91st day: `m4` and above.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.risk.closed_form.chains import absorption
from sim.risk.migration import cohort_matrix, completed
from sim.risk.shares import shares
from sim.risk.tables import ALL, MOVES, columns

DEFAULT_DAYS = 90
SOUND = ["unused", "current", "m1", "m2", "m3"]
IN_DEFAULT = ["m4", "m5", "m6", "charged_off"]


def default_rates(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the monthly rate of default of each segment, and of all, with its interval.

    moves: `run.roll_rates`. Columns: segment, defaulted, accounts (without default a month before,
    counted each month), and those of `Share`.
    """
    some = columns(moves, (*MOVES, "segment", "accounts"), "moves")
    some = some[some["from_bucket"].isin(SOUND)]
    falls = some["to_bucket"].isin(IN_DEFAULT)
    return shares(
        some.assign(defaulted=some["accounts"].where(falls, 0)),
        ["segment"],
        "defaulted",
        "accounts",
    )


def term_structure(moves: pd.DataFrame, months: int = 36, *, segment: str = ALL) -> pd.DataFrame:
    """Return when accounts default that are in a bucket now, month by month.

    One row a bucket without default and month from 1 on. marginal: probability of default in that
    month; cumulative: up to its end; surviving: neither in default nor closed at its end. By the
    chain of roll rates (gaps filled as by `completed`), in which default and closing are final.
    """
    if months < 1:
        raise ValueError(f"months: wanted at least 1 (found {months})")
    inside, falls = _chain(moves, segment)
    alive = np.eye(len(SOUND))
    found = []
    for month in range(1, months + 1):
        marginal = alive @ falls
        alive = alive @ inside
        found.append(
            pd.DataFrame(
                {
                    "bucket": SOUND,
                    "month": month,
                    "marginal": marginal,
                    "surviving": alive.sum(axis=1),
                }
            )
        )
    table = pd.concat(found, ignore_index=True)
    table["cumulative"] = table.groupby("bucket", sort=False)["marginal"].cumsum()
    return table[["bucket", "month", "marginal", "cumulative", "surviving"]]


def twelve_month_pd(moves: pd.DataFrame, *, segment: str = ALL) -> pd.Series:
    """Return the probability of default within twelve months, by bucket without default."""
    table = term_structure(moves, 12, segment=segment)
    last: pd.Series = table[table["month"] == 12].set_index("bucket")["cumulative"]
    return last.rename("pd_12")


def behavioural_life(moves: pd.DataFrame, *, segment: str = ALL) -> pd.Series:
    """Return months until default or closing, by bucket: how long a revolving line is lived with.

    A revolving line has no contractual end that bounds losses (IFRS 9 5.5.20). Raises ValueError
    where some bucket is never left for either.
    """
    inside, falls = _chain(moves, segment)
    ends = np.column_stack([falls, np.clip(1 - inside.sum(axis=1) - falls, 0, 1)])
    return pd.Series(absorption(inside, ends).steps, SOUND, name="months")


def _chain(moves: pd.DataFrame, segment: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the moves among buckets without default, and from each into default."""
    whole = completed(cohort_matrix(moves, segment=segment)).loc[SOUND]
    falls = whole[IN_DEFAULT].sum(axis=1).to_numpy(dtype=float)
    return whole[SOUND].to_numpy(dtype=float), falls
