"""How bills were paid: class of payment, ratio to the bill, round sums."""

from __future__ import annotations

import numpy as np

from sim.calibration.accounts import CLASSES, FINANCE_RATE, MONTHS, Accounts, Floats
from sim.calibration.statistics.parts import (
    LIMIT_BANDS,
    Found,
    band_of,
    bands,
    matrix,
    mean,
    quantiles,
    shares,
)

RATIOS = (0, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.2, 0.5, 0.98, 1.02)
BILLS = (1e3, 5e3, 1.5e4, 3e4, 5e4, 1e5)
REVOLVED = 0  # label


def statistics(accounts: Accounts) -> Found:
    """Return what payments say."""
    return (
        classes(accounts)
        | same_class(accounts)
        | client_types(accounts)
        | ratios(accounts)
        | revolvers(accounts)
        | near_minimum(accounts)
        | heaping(accounts)
    )


def classes(accounts: Accounts) -> Found:
    """Return shares of classes, by month, by balance and by limit, and their transitions."""
    code, billed = accounts.payment_class, accounts.billed
    owed = np.maximum(accounts.bill[:, :5], 0)
    found = shares("payment_class/share_all_months", code, CLASSES)
    found |= shares("payment_class/share_of_billed", code[billed] - 1, CLASSES[1:])
    found |= shares("payment_class/share_of_balance", code[billed] - 1, CLASSES[1:], owed[billed])
    for m, month in enumerate(MONTHS[:5]):
        found |= shares(f"payment_class/by_month_of_bill/{month}", code[:, m], CLASSES)
    found |= matrix("payment_class/transition", code[:, :-1], code[:, 1:], CLASSES)
    full, band = code == 4, band_of(accounts.limit, LIMIT_BANDS)
    for k, name in enumerate(bands(LIMIT_BANDS), start=1):
        key = f"payment_class/by_limit_band_share_full_of_billed/{name}"
        found[key] = mean(full[band == k][billed[band == k]])
    return found


def same_class(accounts: Accounts) -> Found:
    """Return how many clients stay in one class for five months, and what a chain predicts."""
    code, at = accounts.payment_class, "payment_class/same_class_all_5_months"
    stays = (code == code[:, :1]).all(axis=1)
    counts = np.zeros((5, 5))
    np.add.at(counts, (code[:, :-1].ravel(), code[:, 1:].ravel()), 1)
    again = counts.diagonal() / np.maximum(counts.sum(axis=1), 1)
    begins = np.bincount(code[:, 0], minlength=5) / len(code)
    found = {f"{at}/{name}": mean(stays & (code[:, 0] == k)) for k, name in enumerate(CLASSES)}
    found[f"{at}/observed"] = mean(stays)
    found[f"{at}/first_order_markov_predicts"] = float((begins * again**4).sum())
    times = (code == 4)[accounts.billed.all(axis=1)].sum(axis=1)
    names = [str(k) for k in range(6)]
    return found | shares("payment_class/full_payments_out_of_5_if_billed_5", times, names)


def client_types(accounts: Accounts) -> Found:
    """Return shares of clients by how they paid in all five months."""
    code, billed, at = accounts.payment_class, accounts.billed, "payment_class/client_type"
    dormant = ~billed.any(axis=1)
    full = (code == 4).sum(axis=1)
    always = (full == billed.sum(axis=1)) & ~dormant
    never = (full == 0) & ~dormant
    return {
        f"{at}/dormant": mean(dormant),
        f"{at}/always_full": mean(always),
        f"{at}/never_full": mean(never),
        f"{at}/mixed": mean(~(dormant | always | never)),
        f"{at}/no_new_charge_in_5_months": mean((accounts.charge <= 0).all(axis=1)),
        f"{at}/ever_late_apr_aug": mean(accounts.late.any(axis=1)),
    }


def ratios(accounts: Accounts) -> Found:
    """Return the distribution of payment over bill, and the payment rate of all."""
    ratio = accounts.ratio[accounts.billed]
    found = shares(
        "payment_ratio/histogram", band_of(ratio, RATIOS), bands(RATIOS, below=True, above=True)
    )
    found |= quantiles("payment_ratio", ratio, (1, 5, 10, 25, 50, 75, 90, 95, 99))
    for m, month in enumerate(MONTHS[:5]):
        rate = accounts.payment[:, m].sum() / np.maximum(accounts.bill[:, m], 0).sum()
        found[f"payment_ratio/monthly_payment_rate/{month}"] = float(rate)
    return found


def revolvers(accounts: Accounts) -> Found:
    """Return payment over bill of those labelled as revolving, by size of the bill."""
    chosen = (accounts.label[:, :5] == REVOLVED) & accounts.billed
    ratio, band = accounts.ratio[chosen], band_of(accounts.bill[:, :5][chosen], BILLS)
    found: Found = {}
    for k, name in enumerate(bands(BILLS, above=True), start=1):
        at = f"payment_ratio/revolver_by_bill_band/{name}"
        found |= quantiles(at, ratio[band == k], (5, 25, 50, 75, 95))
    return found


def near_minimum(accounts: Accounts) -> Found:
    """Return how many revolvers pay the minimum of a large bill, and the least of small ones."""
    found: Found = {}
    for m, month in enumerate(MONTHS[:5]):
        bill, paid = accounts.bill[:, m], accounts.payment[:, m]
        revolves = accounts.label[:, m] == REVOLVED
        least = np.maximum(1000, 0.02 * bill) + FINANCE_RATE * bill
        near = np.abs(paid / np.maximum(least, 1) - 1) <= 0.05
        at = "payment_ratio/revolver_paid_within_5pct_of_inferred_minimum_bill_above_50000"
        found[f"{at}/{month}"] = mean(near[revolves & (bill > 50_000)])
        small = revolves & (bill > 5_000) & (bill < 20_000)
        at = "payment_ratio/revolver_small_bill_5000_20000_p05_payment"
        found[f"{at}/{month}"] = _twentieth(paid[small])
    return found


def heaping(accounts: Accounts) -> Found:
    """Return how many of the payments made are round sums."""
    made, at = accounts.paid[accounts.paid > 0], "payment_ratio/heaping_of_positive_payments"
    found = {f"{at}/multiple_of_{k}": mean(made % k == 0) for k in (1000, 500, 100)}
    return found | {f"{at}/exactly_{k}": mean(made == k) for k in (1000, 2000, 3000, 5000, 10000)}


def _twentieth(values: Floats) -> float:
    return float(np.percentile(values, 5)) if len(values) else float("nan")
