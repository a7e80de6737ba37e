"""How accounts move between labels, and what lateness follows."""

from __future__ import annotations

import numpy as np

from sim.calibration.accounts import CLASSES, MONTHS, STATES, Accounts
from sim.calibration.statistics.parts import (
    LIMIT_BANDS,
    USE_BANDS,
    Found,
    band_of,
    bands,
    matrix,
    mean,
    shares,
)

SIX = ("-2", "-1", "0", "1-2", "3", "4+")
SEVEN = ("-2", "-1", "0", "1", "2", "3", "4+")
INACTIVE, TRANSACTOR, REVOLVER, LATE, DEEP = range(5)
RATIOS = (0, 0.015, 0.02, 0.03, 0.04, 0.05, 0.1)


def statistics(accounts: Accounts) -> Found:
    """Return transitions of labels and the lateness behind them."""
    return (
        transitions(accounts)
        | flows(accounts)
        | memory(accounts)
        | what_follows(accounts)
        | by_payment(accounts)
        | counts(accounts)
    )


def transitions(accounts: Accounts) -> Found:
    """Return the transition matrices of April to August, and that into September."""
    label, state = accounts.label, accounts.status
    six = np.searchsorted([-1, 0, 1, 3, 4], label, side="right")
    seven = np.minimum(label, 4) + 2
    owed = np.maximum(accounts.bill[:, :4], 0)
    at = "delinquency/transition_"
    return (
        matrix(f"{at}apr_aug_6_state", six[:, :4], six[:, 1:5], SIX)
        | matrix(f"{at}apr_aug_5_state", state[:, :4], state[:, 1:5], STATES)
        | matrix(f"{at}apr_aug_5_state_balance_weighted", state[:, :4], state[:, 1:5], STATES, owed)
        | matrix(f"{at}aug_sep_7_state", seven[:, 4], seven[:, 5], SEVEN)
    )


def flows(accounts: Accounts) -> Found:
    """Return the flows into and out of lateness, month by month."""
    found: Found = {}
    for m in range(4):
        at = f"delinquency/by_month/{MONTHS[m]}>{MONTHS[m + 1]}"
        before, after = accounts.status[:, m], accounts.status[:, m + 1]
        found[f"{at}/revolver_to_late"] = mean(after[before == REVOLVER] == LATE)
        found[f"{at}/transactor_to_late"] = mean(after[before == TRANSACTOR] == LATE)
        found[f"{at}/late_to_not_late"] = mean(after[before >= LATE] < LATE)
        found[f"{at}/late_to_deep"] = mean(after[before == LATE] == DEEP)
        found[f"{at}/deep_to_deep"] = mean(after[before == DEEP] == DEEP)
    return found


def memory(accounts: Accounts) -> Found:
    """Return how many are late next month, by the two months before."""
    at, late = "delinquency/late_next_given_history", accounts.late
    first, second, third = late[:, :3], late[:, 1:4], late[:, 2:5]
    return {
        f"{at}/not_late_not_late": mean(third[~first & ~second]),
        f"{at}/late_then_not_late": mean(third[first & ~second]),
        f"{at}/not_late_then_late": mean(third[~first & second]),
        f"{at}/late_late": mean(third[first & second]),
    }


def what_follows(accounts: Accounts) -> Found:
    """Return how many revolvers come to be late, by the use of the line."""
    revolves = accounts.status[:, :4] == REVOLVER
    after, used = accounts.status[:, 1:5], accounts.used[:, :4]
    band = band_of(used, USE_BANDS)
    return {
        f"delinquency/revolver_to_late_by_utilisation/{name}": mean(
            after[revolves & (band == k)] >= LATE
        )
        for k, name in enumerate(bands(USE_BANDS, above=True), start=1)
    }


def by_payment(accounts: Accounts) -> Found:
    """Return the label that a payment earned, by its class and by its ratio to the bill."""
    found: Found = {}
    before, after = accounts.status[:, :4], accounts.status[:, 1:5]
    code, ratio = accounts.payment_class[:, 1:5], accounts.ratio[:, 1:5]
    for name, state in (("revolver", REVOLVER), ("late", LATE)):
        for k, kind in enumerate(CLASSES):
            chosen = after[(before == state) & (code == k)]
            at = f"delinquency/status_given_payment_class_if_was_{name}/{kind}"
            found |= shares(at, chosen, STATES)
    large = (before == REVOLVER) & (accounts.bill[:, 1:5] > 30_000)
    band = band_of(ratio, RATIOS)
    at = "delinquency/late_given_payment_ratio_if_was_revolver_bill_above_30000"
    for k, kind in enumerate(bands(RATIOS, below=True, above=True)):
        found[f"{at}/{kind}"] = mean(after[large & (band == k)] >= LATE)
    return found


def counts(accounts: Accounts) -> Found:
    """Return how many of five months clients are late, and the share of late months by limit."""
    times = accounts.late.sum(axis=1)
    found = shares("delinquency/months_late_apr_aug", times, [str(k) for k in range(6)])
    band = band_of(accounts.limit, LIMIT_BANDS)
    for k, name in enumerate(bands(LIMIT_BANDS), start=1):
        found[f"delinquency/late_share_by_limit_band/{name}"] = mean(accounts.late[band == k])
    return found
