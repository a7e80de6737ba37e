"""What statistics are made of: quantiles, bands, transitions, correlations."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from sim.calibration.accounts import Codes, Floats

Found = dict[str, float]

LIMIT_BANDS = (0, 3e4, 5e4, 8e4, 1e5, 1.4e5, 1.8e5, 2.1e5, 2.7e5, 3.6e5, 1e6)
USE_BANDS = (0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


def quantiles(prefix: str, values: ArrayLike, percents: Iterable[int]) -> Found:
    """Return percentiles, keyed p05 and so on."""
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    asked = list(percents)
    ends = np.percentile(known, asked) if known.size else np.full(len(asked), np.nan)
    return {f"{prefix}/p{p:02d}": float(v) for p, v in zip(asked, ends, strict=True)}


def bands(edges: Sequence[float], *, below: bool = False, above: bool = False) -> list[str]:
    """Return names of the bands between edges, open below: (a,b]; with <=a and >b if asked."""
    names = [f"({a:g},{b:g}]" for a, b in itertools.pairwise(edges)]
    return [f"<={edges[0]:g}"] * below + names + [f">{edges[-1]:g}"] * above


def band_of(values: Floats, edges: Sequence[float]) -> Codes:
    """Return the number of edges that each value is above; 0 for at most the first."""
    return np.searchsorted(edges, values, side="left")


def shares(prefix: str, codes: Codes, names: Sequence[str], weight: Floats | None = None) -> Found:
    """Return the share of each code, of all that are given."""
    counts = np.bincount(codes.ravel(), None if weight is None else weight.ravel(), len(names))
    return {f"{prefix}/{n}": float(c) for n, c in zip(names, counts / counts.sum(), strict=True)}


def matrix(
    prefix: str, before: Codes, after: Codes, names: Sequence[str], weight: Floats | None = None
) -> Found:
    """Return the shares of transitions, row by row."""
    size = len(names)
    pairs = (before * size + after).ravel()
    counts = np.bincount(pairs, None if weight is None else weight.ravel(), size * size)
    rows = counts.reshape(size, size)
    rows = rows / rows.sum(axis=1, keepdims=True)
    return {
        f"{prefix}/{a}/{b}": float(rows[i, j])
        for i, a in enumerate(names)
        for j, b in enumerate(names)
    }


def lags(prefix: str, values: Floats, most: int, *, ranks: bool = False) -> Found:
    """Return correlations of months 1 .. most apart, each the mean over all such pairs."""
    found = {}
    for lag in range(1, most + 1):
        pairs = zip(values.T, values.T[lag:], strict=False)
        each = [(spearman if ranks else pearson)(a, b) for a, b in pairs]
        found[f"{prefix}/lag{lag}"] = float(np.mean(each))
    return found


def pearson(a: Floats, b: Floats) -> float:
    """Return the correlation of two columns."""
    return float(np.corrcoef(a, b)[0, 1]) if len(a) > 1 else float("nan")


def spearman(a: Floats, b: Floats) -> float:
    """Return the correlation of ranks, ties at their mean rank."""
    return pearson(stats.rankdata(a), stats.rankdata(b))


def mean(values: ArrayLike) -> float:
    """Return a mean; NaN of nothing."""
    return float(np.nanmean(np.asarray(values, dtype=np.float64)))
