"""A month of the card book simulated, and its matrix estimated again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.proof.case import Case, Claim, near
from sim.proof.uniforms import uniforms
from sim.risk.migration import cohort_matrix

CARD_BOOK = np.array(
    [
        [0.97, 0.03, 0.00, 0.00, 0.00, 0.00],
        [0.60, 0.15, 0.25, 0.00, 0.00, 0.00],
        [0.30, 0.10, 0.10, 0.50, 0.00, 0.00],
        [0.15, 0.05, 0.05, 0.05, 0.70, 0.00],
        [0.08, 0.02, 0.02, 0.03, 0.05, 0.80],
        [0.05, 0.01, 0.01, 0.01, 0.02, 0.05],
    ]
)
LOST = len(CARD_BOOK)  # the state of what is charged off
_ACCOUNTS = 1_000_000


def cases() -> list[Case]:
    """Return the cases on chains that simulate."""
    return [
        Case(
            "M5",
            "Card book simulated for a month, and its matrix estimated",
            {"accounts": _ACCOUNTS, "matrix": "that of M2"},
            "cohort estimator; 4 multinomial standard errors for each of 42 cells",
            estimated,
        )
    ]


def estimated() -> Claim:
    """Hold the estimate from a million simulated moves against the matrix they were drawn from."""
    whole = np.column_stack([CARD_BOOK, 1 - CARD_BOOK.sum(axis=1)])
    start = np.arange(_ACCOUNTS) % LOST
    below = np.cumsum(whole, axis=1)[:, :-1]
    reached = (uniforms(40, _ACCOUNTS)[:, None] >= below[start]).sum(axis=1)
    moves = pd.DataFrame({"from_bucket": start, "to_bucket": reached, "accounts": 1})
    states = list(range(LOST + 1))
    found = cohort_matrix(moves, states).loc[: LOST - 1].to_numpy()
    counted = np.bincount(start)[:, None]
    return near(whole, found, 4 * np.sqrt(whole * (1 - whole) / counted))
