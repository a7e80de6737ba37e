"""Allowances for expected credit losses by plain products."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.risk.closed_form.inputs import amounts, numbers, plain, shares, together


def expected_loss(exposure: ArrayLike, pd: ArrayLike, lgd: ArrayLike) -> Any:
    """Return exposure x pd x lgd: 12-month ECL when pd is of twelve months (IFRS 9 5.5.5).

    Scalars or arrays that broadcast; a float for scalars, in the unit of the exposure.
    """
    ead, pd_, lgd_ = together(
        exposure=numbers("exposure", exposure), pd=shares("pd", pd), lgd=shares("lgd", lgd)
    )
    return plain(ead * pd_ * lgd_)


def provision_matrix(balances: ArrayLike, rates: ArrayLike) -> float:
    """Return the allowance of a provision matrix: balances by bucket times their loss rates, added.

    balances: gross carrying amounts by bucket of days past due, shape (buckets,), or (groups,
    buckets); rates: shares of 1 by bucket, or for each group. In the unit of the balances
    (IFRS 9 B5.5.35 and Illustrative Example 12). Raises ValueError where the numbers do not match.
    """
    held, lost = amounts("balances", balances), shares("rates", rates)
    if held.shape != lost.shape and (held.ndim < 1 or held.shape[-1:] != lost.shape):
        raise ValueError(
            f"rates: wanted one for each balance, shape {held.shape} (found {lost.shape})"
        )
    return float(np.sum(held * lost))
