"""The asymptotic single risk factor model: losses of a very large pool of equal accounts.

An account defaults when sqrt(rho) Z + sqrt(1 - rho) e falls below its threshold; Z is shared. The
loss is the share of accounts in default; multiply by LGD for money.

Sources: Vasicek, "The distribution of loan portfolio value", Risk 15(12), 2002; Genz, "Numerical
computation of rectangular bivariate and trivariate normal and t probabilities", Statistics and
Computing 14, 2004, for the integrals.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp, owens_t

from sim.risk.closed_form.inputs import Numbers, numbers, plain, shares, together

NODES, WEIGHTS = np.polynomial.legendre.leggauss(128)
_SMALL = 1e-6  # chances below which joint ones lose digits to the difference of larger numbers
_FAR = 60.0  # e^-60 of a chance is nothing beside it


def conditional_pd(pd: ArrayLike, asset_correlation: ArrayLike, factor: ArrayLike) -> Any:
    """Return the probability of default once the shared factor Z is known; high Z is good.

    Scalars or arrays that broadcast; a float for scalars. At a correlation of 1 all accounts
    default together, when Z is at or below the threshold.
    """
    pd_, rho, z = together(
        pd=shares("pd", pd),
        asset_correlation=shares("asset_correlation", asset_correlation),
        factor=np.asarray(factor, dtype=np.float64),
    )
    if np.isnan(z).any():
        raise ValueError("factor: wanted numbers (found nan)")
    return plain(_conditional(pd_, rho, z))


def loss_quantile(pd: ArrayLike, asset_correlation: ArrayLike, level: ArrayLike) -> Any:
    """Return the loss that is not exceeded with probability `level`, as a share of accounts.

    Scalars or arrays that broadcast; a float for scalars. Correlation 0 gives pd at every level,
    correlation 1 gives 0 up to level 1 - pd and 1 above. Raises ValueError outside [0, 1].
    """
    pd_, rho, alpha = _three(pd, asset_correlation, level)
    certain = (pd_ == 0) | (pd_ == 1) | (rho == 0)
    together_ = ~certain & (rho == 1)
    found = _conditional(pd_, rho, -ndtri(alpha))
    return plain(
        np.where(certain, pd_, np.where(together_, (alpha > 1 - pd_) | (alpha == 1), found))
    )


def loss_cdf(pd: ArrayLike, asset_correlation: ArrayLike, loss: ArrayLike) -> Any:
    """Return the probability that the loss is at most `loss`, a share of accounts in [0, 1]."""
    pd_, rho, x = together(
        pd=shares("pd", pd),
        asset_correlation=shares("asset_correlation", asset_correlation),
        loss=shares("loss", loss),
    )
    certain = (pd_ == 0) | (pd_ == 1) | (rho == 0)
    safe = np.where(certain, 0.5, rho)
    with np.errstate(invalid="ignore"):
        found = ndtr((np.sqrt(1 - safe) * ndtri(x) - ndtri(pd_)) / np.sqrt(safe))
    found = np.where(rho == 1, np.where(x < 1, 1 - pd_, 1.0), found)
    return plain(np.where(certain, (x >= pd_).astype(float), found))


def loss_sd(pd: ArrayLike, asset_correlation: ArrayLike) -> Any:
    """Return the standard deviation of the loss of an infinite pool, as a share of accounts.

    Scalars or arrays that broadcast; a float for scalars.
    """
    pd_, rho = together(
        pd=shares("pd", pd), asset_correlation=shares("asset_correlation", asset_correlation)
    )
    return plain(np.sqrt(_variance(pd_, rho)))


def default_correlation(pd: ArrayLike, asset_correlation: ArrayLike) -> Any:
    """Return the correlation of two accounts' defaults; pd must lie strictly between 0 and 1."""
    pd_, rho = together(
        pd=shares("pd", pd), asset_correlation=shares("asset_correlation", asset_correlation)
    )
    if ((pd_ == 0) | (pd_ == 1)).any():
        raise ValueError("pd: wanted more than 0 and less than 1 (no default or all vary not)")
    return plain(_variance(pd_, rho) / (pd_ * (1 - pd_)))


def expected_shortfall(pd: ArrayLike, asset_correlation: ArrayLike, level: ArrayLike) -> Any:
    """Return the mean loss of the worst 1 - level of outcomes, as a share of accounts.

    Scalars or arrays that broadcast; a float for scalars. Level 0 gives pd, level 1 the greatest
    loss. Where outcomes are lumps (correlation 1), the worst share is cut out of the lump: the
    mean of the quantiles above the level (Acerbi and Tasche, 2002).
    """
    pd_, rho, alpha = _three(pd, asset_correlation, level)
    certain = (pd_ == 0) | (pd_ == 1) | (rho == 0) | (alpha == 0)
    tail = np.where(alpha == 1, 1.0, 1 - alpha)
    # In the middle of the ranges where the answer is known, so that nothing there overflows.
    middle = certain | (alpha == 1) | (rho == 1)
    safe_pd, safe_tail = np.where(middle, 0.5, pd_), np.where(middle, 0.5, tail)
    joint = _both_below(safe_pd, safe_tail, np.where(middle, 0.5, rho))
    found = np.where(rho == 1, np.minimum(pd_, tail), joint) / tail
    found = np.where(alpha == 1, 1.0, np.clip(found, pd_, 1.0))
    return plain(np.where(certain, pd_, found))


def implied_correlation(pd: float, sd: float) -> float:
    """Return the asset correlation at which an infinite pool has this standard deviation of loss.

    pd: mean loss, strictly between 0 and 1. Raises ValueError where no correlation does: sd must
    lie between 0 and sqrt(pd (1 - pd)).
    """
    from scipy.optimize import brentq

    mean, spread = float(shares("pd", pd)), float(numbers("sd", sd))
    most = np.sqrt(mean * (1 - mean))
    if not 0 <= spread <= most * (1 + 1e-12) or most == 0:
        raise ValueError(f"sd: wanted 0 to sqrt(pd (1 - pd)), {most:g} (found {spread:g})")
    if spread >= most:
        return 1.0
    return float(brentq(lambda rho: loss_sd(mean, rho) - spread, 0.0, 1.0, xtol=1e-12))


def _both_below(first: Numbers, second: Numbers, rho: Numbers) -> Numbers:
    """Return the probability of two events of these chances, whose normals correlate sqrt(rho).

    By Owen's T, to 1e-15; that is too much off for small chances, which are integrated.
    """
    found = both_below(ndtri(first), ndtri(second), np.sqrt(rho))
    small = np.minimum(first, second) < _SMALL
    if small.any():
        large = np.maximum(first, second)
        rare = _rare(np.minimum(first, second)[small], large[small], rho[small])
        found[small] = np.atleast_1d(rare)
    return found


@np.vectorize
def _rare(small: float, large: float, rho: float) -> float:
    """Return the same by the mean over the rare event of the chance of the other; all above 0."""
    from scipy.integrate import quad

    bound, root, width = ndtri(large), np.sqrt(rho), np.sqrt(1 - rho)

    def chance(t: float) -> float:
        return float(np.exp(-t) * ndtr((bound - root * ndtri_exp(np.log(small) - t)) / width))

    # Where the correlation is near 1 the chance is a step, here.
    step = float(np.log(small) - log_ndtr(bound / root))
    cuts = [step + k * width * 10 for k in (-1, 0, 1)]
    edges = [0.0, *(min(max(cut, 0.0), _FAR) for cut in cuts), _FAR]
    parts = [quad(chance, a, b, epsabs=0, epsrel=1e-12, limit=200)[0] for a, b in pairwise(edges)]
    return float(small * sum(parts))


def both_below(first: Numbers, second: Numbers, correlation: Numbers) -> Numbers:
    """Return the probability that two standard normals are below two finite bounds.

    correlation: strictly between -1 and 1. By Owen's T function (Owen, 1956), to 1e-15.
    """
    h, k, r = np.broadcast_arrays(first, second, correlation)
    root = np.sqrt((1 - r) * (1 + r))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_h = (k / h - r) / root
        slope_k = (h / k - r) / root
    # A bound of 0: the slope is infinite with the sign of the other bound, and T(0, a) odd in a.
    slope_h = np.where(h == 0, np.where(k >= 0, np.inf, -np.inf), slope_h)
    slope_k = np.where(k == 0, np.where(h >= 0, np.inf, -np.inf), slope_k)
    apart = np.where((h * k > 0) | ((h * k == 0) & (h + k >= 0)), 0.0, 0.5)
    found = (ndtr(h) + ndtr(k)) / 2 - owens_t(h, slope_h) - owens_t(k, slope_k) - apart
    both_zero = 0.25 + np.arcsin(r) / (2 * np.pi)
    return np.asarray(np.where((h == 0) & (k == 0), both_zero, np.maximum(found, 0.0)))


def _three(pd: ArrayLike, asset_correlation: ArrayLike, level: ArrayLike) -> list[Numbers]:
    return together(
        pd=shares("pd", pd),
        asset_correlation=shares("asset_correlation", asset_correlation),
        level=shares("level", level),
    )


def _conditional(pd: Numbers, rho: Numbers, z: Numbers) -> Numbers:
    threshold = ndtri(pd)
    certain = (pd == 0) | (pd == 1) | (rho == 0)
    one = ~certain & (rho == 1)
    safe = np.where(certain | one, 0.5, rho)
    bound = np.where(certain | one, 0.0, threshold)
    found = ndtr((bound - np.sqrt(safe) * z) / np.sqrt(1 - safe))
    return np.asarray(np.where(certain, pd, np.where(one, z <= threshold, found)), dtype=float)


def _variance(pd: Numbers, rho: Numbers) -> Numbers:
    """Return the joint default probability less pd squared: the integral of the density over rho.

    Every term is positive (no difference of near numbers), so small variances keep their digits.
    """
    bound = ndtri(pd)[..., None] ** 2
    top = np.arcsin(rho)[..., None] / 2
    angles = top * (NODES + 1)
    return np.asarray((np.exp(-bound / (1 + np.sin(angles))) * WEIGHTS * top).sum(-1) / (2 * np.pi))
