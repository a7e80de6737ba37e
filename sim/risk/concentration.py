"""How unevenly exposure is spread over accounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.account import PRINCIPAL
from sim.risk.closed_form.inputs import amounts
from sim.risk.tables import columns

TOP = (0.01, 0.05, 0.1)
_PRINCIPAL = [f"{name}_fen" for name in PRINCIPAL]


def principal_of(accounts: pd.DataFrame) -> pd.Series:
    """Return the principal of each account of `run.accounts`, in fen."""
    held: pd.Series = columns(accounts, _PRINCIPAL, "accounts")[_PRINCIPAL].sum(axis=1)
    return held.rename("principal_fen")


def concentration(exposures: ArrayLike, top: Sequence[float] = TOP) -> pd.Series:
    """Return measures of concentration of exposures, one number each.

    exposures: amounts by account, 0 or more; those of 0 do not count. accounts; hhi: sum of squared
    shares (Herfindahl, Hirschman), 1 for a single account; effective: 1 / hhi; gini: 0 for equal
    amounts; top_1 and so on: share of the largest 1 %, of whole accounts rounded up. Raises
    ValueError.
    """
    found = amounts("exposures", exposures).reshape(-1)
    held = np.sort(found[found > 0])
    if not held.size:
        raise ValueError("exposures: wanted at least one above 0 (found none)")
    share = held / held.sum()
    ranks = np.arange(1, held.size + 1)
    measures = {
        "accounts": held.size,
        "hhi": (share**2).sum(),
        "effective": 1 / (share**2).sum(),
        "gini": (2 * ranks - held.size - 1) @ share / held.size,
    }
    for part in top:
        if not 0 < part <= 1:
            raise ValueError(f"top: wanted more than 0 and at most 1 (found {part:g})")
        number = int(np.ceil(round(part * held.size, 9)))
        measures[f"top_{part * 100:g}"] = share[-number:].sum()
    return pd.Series(measures, dtype=float)


def concentrations(accounts: pd.DataFrame, top: Sequence[float] = TOP) -> pd.DataFrame:
    """Return concentration of principal over users, one row a replication.

    accounts: `run.accounts`; what a user owes on several products is one exposure.
    """
    some = columns(accounts, ("replication", "user"), "accounts")
    some = some[["replication", "user"]].assign(principal_fen=principal_of(accounts))
    owed = some.groupby(["replication", "user"])["principal_fen"].sum()
    rows = [
        {"replication": number} | concentration(lot.to_numpy(), top).to_dict()
        for number, lot in owed.groupby(level="replication")
        if lot.sum() > 0
    ]
    return pd.DataFrame(rows)
