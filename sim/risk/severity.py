"""What a default costs: how often it ends in charge-off, what comes back, what is owed by then.

Source of the terms: Basel II, paragraphs 460 (LGD is economic loss) and 474 (EAD of drawn lines and
what is still drawn before default).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.risk.closed_form.chains import absorption
from sim.risk.closed_form.inputs import amounts, numbers, plain, together
from sim.risk.default import IN_DEFAULT, SOUND
from sim.risk.migration import cohort_matrix, completed
from sim.risk.shares import Share, share_of, shares
from sim.risk.tables import ALL, GONE, MOVES, columns, of_segment

RECOVERY_DAYS = 360  # after charge-off; later nothing is collected (R-W6)
LEAST = 30  # accounts whose year of recovery is over, by which alone it is told


def loss_given_default(
    moves: pd.DataFrame,
    accounts: pd.DataFrame,
    last_day: int,
    *,
    segment: str = ALL,
    least: int = LEAST,
) -> pd.DataFrame:
    """Return one row: what share of a defaulted balance is lost, and what that is made of.

    charged_off: share of accounts entering default (`m4`) that is charged off in the end, by the
    chain of roll rates; the rest cure or close. recovered: of the amounts that `seen_through`
    chooses, with its complete. lgd = charged_off x (1 - recovered).
    """
    seen = seen_through(accounts, last_day, least=least)
    back = recovered_share(seen.accounts)
    lost = _ending_in_loss(moves, segment)
    row = {
        "segment": segment,
        "charged_off": lost,
        "recovered": back.share,
        "recovered_se": back.se,
        "complete": seen.complete,
        "accounts": len(seen.accounts),
        "lgd": lost * (1 - back.share),
    }
    return pd.DataFrame([row])


class Seen(NamedTuple):
    """Accounts charged off, by which recovery is told."""

    accounts: pd.DataFrame
    complete: bool  # their year of recovery is over; otherwise more may come back of some


def seen_through(accounts: pd.DataFrame, last_day: int, *, least: int = LEAST) -> Seen:
    """Return the accounts charged off whose year of recovery is over by last_day, if enough are.

    accounts: `run.accounts`, of the close of last_day (simulated days from 0). Where fewer than
    `least` have had their year, all accounts charged off: what is recovered is told too low then.
    A few would tell little, and a young book's first ones are the dead, of whom nothing comes back.
    """
    needed = ("charged_off_on", "written_off_fen", "recovered_fen")
    given_up = columns(accounts, needed, "accounts")
    given_up = given_up[given_up["written_off_fen"] > 0]
    over = given_up["charged_off_on"] + RECOVERY_DAYS <= last_day
    complete = int(over.sum()) >= least
    return Seen(given_up[over] if complete else given_up, complete)


def recovered_share(accounts: pd.DataFrame) -> Share:
    """Return what has come back of amounts charged off, as a share, with its error over runs."""
    sides = ["written_off_fen", "recovered_fen"]
    keys = ["replication"] if "replication" in accounts else []
    sums = accounts.groupby(keys)[sides].sum() if keys else accounts[sides].sum()
    return share_of(sums["recovered_fen"], sums["written_off_fen"], counts=False)


def exposure_growth(moves: pd.DataFrame, *, segment: str = ALL) -> pd.DataFrame:
    """Return how balances grow in the month that ends in default, by bucket before it.

    Columns: from_bucket, principal_after_fen, principal_fen, and those of `Share`: principal then
    (of accounts charged off, all that was charged off) for each fen a month before.
    """
    some = of_segment(columns(moves, (*MOVES, "principal_after_fen"), "moves"), segment)
    falls = some["from_bucket"].isin(SOUND) & some["to_bucket"].isin(IN_DEFAULT)
    fallen = some[falls & (some["accounts"] > 0)]
    ratio = ("principal_after_fen", "principal_fen")
    return shares(fallen, ["from_bucket"], *ratio, counts=False, bounded=False)


def exposure_at_default(drawn: ArrayLike, limit: ArrayLike, conversion: ArrayLike) -> Any:
    """Return drawn + conversion x undrawn, in the unit of the amounts; what is overdrawn stays.

    conversion: share of what is undrawn now that will be drawn by default (CCF).
    """
    held, line, ccf = together(
        drawn=amounts("drawn", drawn),
        limit=amounts("limit", limit),
        conversion=numbers("conversion", conversion),
    )
    return plain(held + ccf * np.maximum(line - held, 0))


def credit_conversion(before: pd.DataFrame, at_default: pd.DataFrame) -> pd.DataFrame:
    """Return the credit conversion factor of accounts that defaulted: one row.

    before: user, principal_fen, limit_fen at a date before default, twelve months as a rule;
    at_default: user, principal_fen. conversion: what was drawn in between over what was undrawn,
    summed; accounts with nothing undrawn do not count.
    """
    pair = columns(before, ("user", "principal_fen", "limit_fen"), "before").merge(
        columns(at_default, ("user", "principal_fen"), "at_default"),
        on="user",
        suffixes=("", "_then"),
    )
    free = (pair["limit_fen"] - pair["principal_fen"]).clip(lower=0)
    more = (pair["principal_fen_then"] - pair["principal_fen"]).where(free > 0, 0)
    found = share_of([more.sum()], [free.sum()], counts=False)
    row = {"accounts": int((free > 0).sum()), "undrawn_fen": free.sum(), "conversion": found.share}
    return pd.DataFrame([row])


def _ending_in_loss(moves: pd.DataFrame, segment: str) -> float:
    """Return the share of accounts in `m4` that is charged off before it is sound again."""
    whole = completed(cohort_matrix(moves, segment=segment))
    late = [name for name in IN_DEFAULT if name not in GONE]
    inside = whole.loc[late, late].to_numpy(dtype=float)
    lost = whole.loc[late, "charged_off"].to_numpy(dtype=float)
    ends = np.column_stack([lost, np.clip(1 - inside.sum(axis=1) - lost, 0, 1)])
    return float(absorption(inside, ends).absorbed[0, 0])
