"""How alike a client's months are, and how a client's traits go together."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from sim.calibration.accounts import Accounts, Floats
from sim.calibration.statistics.parts import Found, lags, spearman


def statistics(accounts: Accounts) -> Found:
    """Return correlations over months and over clients."""
    return over_months(accounts) | between(accounts) | joint(accounts)


def over_months(accounts: Accounts) -> Found:
    """Return correlations of a client's months one to five apart."""
    spent = np.maximum(accounts.charge, 0)
    five = accounts.billed.all(axis=1)
    at = "persistence/"
    return (
        lags(f"{at}spend_spearman", accounts.charge, 4, ranks=True)
        | lags(f"{at}spend_pearson_log1p", np.log1p(spent), 4)
        | lags(f"{at}spend_to_limit_pearson_clipped_0_1", _clipped(accounts), 4)
        | lags(f"{at}utilisation_pearson", _used(accounts), 5)
        | lags(f"{at}payment_ratio_pearson_if_billed_5", _ratio(accounts)[five], 4)
        | lags(f"{at}late_indicator_pearson_apr_aug", accounts.late.astype(float), 4)
    )


def between(accounts: Accounts) -> Found:
    """Return the share of variance that lies between clients."""
    at = "persistence/between_client_variance_share"
    five = accounts.billed.all(axis=1)
    return {
        f"{at}/log1p_spend": _between(np.log1p(np.maximum(accounts.charge, 0))),
        f"{at}/utilisation": _between(_used(accounts)),
        f"{at}/payment_ratio": _between(_ratio(accounts)[five]),
        f"{at}/spend_to_limit": _between(_clipped(accounts)),
    }


def joint(accounts: Accounts) -> Found:
    """Return the rank correlations of the traits of clients who were billed at all."""
    known = accounts.billed.any(axis=1)
    traits = {
        "limit": accounts.limit,
        "age": accounts.age,
        "mean_utilisation": accounts.used.mean(axis=1),
        "mean_charge_ratio": accounts.charge_ratio.mean(axis=1),
        "mean_payment_ratio": np.nanmean(_ratio(accounts), axis=1),
        "months_late": accounts.late.sum(axis=1).astype(np.float64),
    }
    return {
        f"joint_spearman/{a}~{b}": spearman(traits[a][known], traits[b][known])
        for a, b in combinations(traits, 2)
    }


def _used(accounts: Accounts) -> Floats:
    return np.clip(accounts.used, 0, 1.5)


def _ratio(accounts: Accounts) -> Floats:
    return np.clip(accounts.ratio, 0, 1.2)


def _clipped(accounts: Accounts) -> Floats:
    return np.clip(accounts.charge_ratio, 0, 1)


def _between(values: Floats) -> float:
    """Return the share of a two-way analysis of variance, clients by months."""
    clients, months = values.shape
    means = values.mean(axis=1)
    rest = values - values.mean(axis=0) - means[:, None] + means.mean()
    within = (rest**2).sum() / ((clients - 1) * (months - 1))
    own = means.var(ddof=1) - within / months
    return float(own / (own + within))
