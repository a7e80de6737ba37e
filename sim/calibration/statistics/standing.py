"""Limits, utilisation, status and the portfolio as a whole."""

from __future__ import annotations

import numpy as np

from sim.calibration.accounts import MONTHS, STATES, Accounts
from sim.calibration.statistics.parts import (
    LIMIT_BANDS,
    Found,
    band_of,
    bands,
    mean,
    quantiles,
    shares,
    spearman,
)

TENTHS = range(10, 100, 10)
LABELS = ("-2", "-1", "0", "1", "2", "3", "4+")


def statistics(accounts: Accounts) -> Found:
    """Return what bills and labels say of single months."""
    return limits(accounts) | utilisation(accounts) | status(accounts) | portfolio(accounts)


def limits(accounts: Accounts) -> Found:
    """Return the distribution of limits."""
    limit = np.sort(accounts.limit)
    place = 2 * np.arange(1, len(limit) + 1) - len(limit) - 1
    return quantiles("limit", limit, TENTHS) | {
        "limit/mean": mean(limit),
        "limit/log_mean": mean(np.log(limit)),
        "limit/log_sd": float(np.log(limit).std(ddof=1)),
        "limit/gini": float((place * limit).sum() / (len(limit) * limit.sum())),
        "limit/spearman_with_age": spearman(accounts.limit, accounts.age),
    }


def utilisation(accounts: Accounts) -> Found:
    """Return bills over limits, by month, client and band of limit."""
    found: Found = {}
    for m, month in enumerate(MONTHS):
        used, at = accounts.used[:, m], f"utilisation/by_month/{month}"
        found |= quantiles(at, np.maximum(used, 0), TENTHS)
        found[f"{at}/mean"] = mean(used)
        found[f"{at}/aggregate"] = float(accounts.bill[:, m].sum() / accounts.limit.sum())
        found[f"{at}/share_no_bill"] = mean(used <= 0)
        found[f"{at}/share_above_0.9"] = mean(used > 0.9)
        found[f"{at}/share_over_limit"] = mean(used > 1)
    each = accounts.used.mean(axis=1)
    found |= quantiles("utilisation/client_mean", each, (1, 5, 10, 25, 50, 75, 90, 95, 99))
    band = band_of(accounts.limit, LIMIT_BANDS)
    for k, name in enumerate(bands(LIMIT_BANDS), start=1):
        found[f"utilisation/mean_by_limit_band/{name}"] = mean(each[band == k])
    return found


def status(accounts: Accounts) -> Found:
    """Return the shares of labels, and of states over the five months coded alike."""
    found: Found = {}
    codes = np.minimum(accounts.label, 4) + 2
    for m, month in enumerate(MONTHS):
        found |= shares(f"status_share/by_month/{month}", codes[:, m], LABELS)
    return found | shares("status_share/pooled_apr_aug", accounts.status[:, :5], STATES)


def portfolio(accounts: Accounts) -> Found:
    """Return sums and means over all clients."""
    found: Found = {}
    bills = accounts.bill.mean(axis=0)
    for m, month in enumerate(MONTHS):
        owed = np.maximum(accounts.bill[:, m], 0)
        late = accounts.label[:, m] > 0
        found[f"portfolio/mean_bill/{month}"] = float(bills[m])
        found[f"portfolio/mean_payment/{month}"] = mean(accounts.paid[:, m])
        found[f"portfolio/late_share_of_balance/{month}"] = float(owed[late].sum() / owed.sum())
        if m > 0:
            found[f"portfolio/mean_new_charge/{month}"] = mean(accounts.charge[:, m - 1])
    found["portfolio/bill_growth_per_month"] = float((bills[5] / bills[0]) ** 0.2 - 1)
    last = np.sort(np.maximum(accounts.bill[:, 5], 0))[::-1]
    found["portfolio/lorenz_top_decile_share_of_bill_sep"] = float(
        last[: len(last) // 10].sum() / last.sum()
    )
    return found
