"""New charges: what was bought or charged in a month, against the limit."""

from __future__ import annotations

import numpy as np

from sim.calibration.accounts import CLASSES, FINANCE_RATE, MONTHS, STATES, Accounts
from sim.calibration.statistics.parts import (
    USE_BANDS,
    Found,
    band_of,
    bands,
    mean,
    quantiles,
)

PERCENTS = (1, 5, 10, 25, 50, 75, 90, 95, 99)


def statistics(accounts: Accounts) -> Found:
    """Return what new charges say."""
    return overall(accounts) | by_month(accounts) | by_bill(accounts) | finance(accounts)


def overall(accounts: Accounts) -> Found:
    """Return the distribution over client-months and over clients."""
    ratio = accounts.charge_ratio
    found = quantiles("new_charge/ratio_to_limit", ratio, PERCENTS)
    found |= quantiles("new_charge/client_mean_ratio", ratio.mean(axis=1), PERCENTS)
    spent = np.log1p(np.maximum(accounts.charge, 0))
    return found | {
        "new_charge/ratio_to_limit/mean": mean(ratio),
        "new_charge/ratio_to_limit/aggregate": float(
            accounts.charge.sum() / (5 * accounts.limit.sum())
        ),
        "new_charge/share_zero": mean(accounts.charge == 0),
        "new_charge/share_negative": mean(accounts.charge < 0),
        "new_charge/share_above_0.25_of_limit": mean(ratio > 0.25),
        "new_charge/share_above_0.5_of_limit": mean(ratio > 0.5),
        "new_charge/sd_within_client_of_log1p": float(np.sqrt(spent.var(axis=1, ddof=1).mean())),
    }


def by_month(accounts: Accounts) -> Found:
    """Return the distribution in each month from May on."""
    found: Found = {}
    for m, month in enumerate(MONTHS[1:]):
        ratio, at = accounts.charge_ratio[:, m], f"new_charge/by_month/{month}"
        found |= quantiles(at, ratio, (25, 50, 75, 90, 99))
        found[f"{at}/mean"] = mean(ratio)
        found[f"{at}/share_zero_or_less"] = mean(ratio <= 0)
    return found


def by_bill(accounts: Accounts) -> Found:
    """Return new charges by status and by use of the line at the bill before."""
    found: Found = {}
    ratio, status = accounts.charge_ratio, accounts.status[:, :5]
    for k, name in enumerate(STATES):
        some, at = ratio[status == k], f"new_charge/by_status_of_previous_bill/{name}"
        found[f"{at}/median"] = _median(some)
        found[f"{at}/mean"] = mean(some)
        found[f"{at}/share_zero_or_less"] = mean(some <= 0)
    band = band_of(accounts.used[:, :5], USE_BANDS)
    for k, name in enumerate(bands(USE_BANDS, below=True, above=True)):
        some, at = ratio[band == k], f"new_charge/by_utilisation_of_previous_bill/{name}"
        found[f"{at}/median"] = _median(some)
        found[f"{at}/mean"] = mean(some)
    return found


def finance(accounts: Accounts) -> Found:
    """Return how many charges look like one month's interest alone, and purchases without it.

    Of months labelled as revolving in which some of the bill was paid.
    """
    bill, charge = accounts.bill[:, :5], accounts.charge
    carried = np.maximum(bill - accounts.payment, 0)
    some = np.isin(accounts.payment_class, [CLASSES.index("minimum"), CLASSES.index("partial")])
    revolves = (accounts.label[:, :5] == 0) & some & (carried > 0)
    share = charge[revolves] / carried[revolves]
    at = "new_charge/finance_charge/revolver_months_with_charge_"
    net = (charge - FINANCE_RATE * carried) / accounts.limit[:, None]
    key = "new_charge/purchases_net_of_finance_charge_ratio_to_limit"
    return quantiles(key, net, (25, 50, 75, 90, 99)) | {
        f"{at}1.4_to_1.8pct_of_carried": mean((share >= 0.014) & (share <= 0.018)),
        f"{at}up_to_2pct_of_carried": mean(share <= 0.02),
        f"{key}/mean": mean(net),
    }


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")
