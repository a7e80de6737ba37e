"""Defaults in a pool of finitely many equal accounts under one shared factor."""

from __future__ import annotations

from operator import index

import numpy as np
from scipy.special import betaln, log_ndtr, ndtr, ndtri

from sim.risk.closed_form.inputs import Numbers, share

_FAR = 9.0  # standard deviations of the factor; beyond lie 2e-19 of all outcomes
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_MOST = 1_000_000  # accounts; there it takes minutes, and far beyond no memory holds the answer
_CHUNK = 512  # counts of defaults that are worked out at a time


def finite_pool(pd: float, asset_correlation: float, n: int) -> Numbers:
    """Return the probabilities of 0 .. n defaults among n accounts, shape (n + 1,); they add to 1.

    Given the factor, defaults are binomial; the factor is integrated out by Gauss-Legendre on
    panels as fine as the binomial is narrow. To 1e-10 up to n = 100,000 (a few seconds there).
    Raises ValueError outside [0, 1] and for an n that is no whole number from 0 to 1,000,000.
    """
    mean, rho = share("pd", pd), share("asset_correlation", asset_correlation)
    accounts = _whole(n)
    if accounts == 0:
        return np.ones(1)
    if mean in (0.0, 1.0) or rho == 1:
        certain = np.zeros(accounts + 1)
        certain[0], certain[-1] = 1 - mean, mean
        return certain
    if rho == 0:
        point: Numbers = np.asarray([ndtri(mean)])
        return _mixed(accounts, point, np.ones(1))
    return _mixed(accounts, *_factor(mean, rho, accounts))


def _whole(n: int) -> int:
    try:
        accounts = index(n)
    except TypeError:
        raise ValueError(f"n: wanted a whole number (found {n!r})") from None
    if accounts < 0:
        raise ValueError(f"n: wanted 0 or more (found {accounts})")
    if accounts > _MOST:
        raise ValueError(f"n: wanted at most {_MOST:,} (found {accounts:,}); see loss_quantile")
    return accounts


def _factor(pd: float, rho: float, n: int) -> tuple[Numbers, Numbers]:
    """Return probits of the conditional default rate and how likely they are.

    A probit is normal with mean c / sqrt(1 - rho) and spread sqrt(rho / (1 - rho)). Beyond 9 on
    either side all or no accounts default, whatever the factor.
    """
    middle, spread = ndtri(pd) / np.sqrt(1 - rho), np.sqrt(rho / (1 - rho))
    low = np.clip(middle - _FAR * spread, -_FAR, _FAR)
    high = np.clip(middle + _FAR * spread, -_FAR, _FAR)
    # The binomial is narrowest, in probits, at a rate of one half: 1.25 / sqrt(n).
    width = 3 * min(spread, 1.25 / np.sqrt(n), 1.0)
    panels = max(int(np.ceil((high - low) / width)), 1)
    edges = np.linspace(low, high, panels + 1)
    half = np.diff(edges)[:, None] / 2
    probits = (edges[:-1, None] + half * (1 + _NODES)).reshape(-1)
    density = np.exp(-(((probits - middle) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
    weights = density * (half * _WEIGHTS).reshape(-1)
    below, above = ndtr((low - middle) / spread), ndtr((middle - high) / spread)
    return np.concatenate([[low], probits, [high]]), np.concatenate([[below], weights, [above]])


def _mixed(n: int, probits: Numbers, weights: Numbers) -> Numbers:
    """Return binomial probabilities of 0 .. n, mixed over probits that rise."""
    found = np.empty(n + 1)
    rates = ndtr(probits)
    log_bad, log_good = log_ndtr(probits), log_ndtr(-probits)
    reach = 5 / np.sqrt(n)  # Hoeffding: a rate further off adds less than 2 exp(-50)
    for start in range(0, n + 1, _CHUNK):
        k = np.arange(start, min(start + _CHUNK, n + 1))
        first = np.searchsorted(rates, k[0] / n - reach)
        last = np.searchsorted(rates, k[-1] / n + reach, side="right")
        part = slice(int(first), int(last))
        ways = -betaln(1 + n - k, 1 + k) - np.log(n + 1)
        logs = ways[:, None] + np.outer(k, log_bad[part]) + np.outer(n - k, log_good[part])
        found[k] = np.exp(logs) @ weights[part]
    return found
