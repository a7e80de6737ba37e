"""How well a score tells bad accounts from good ones. A high score means low risk.

Equal scores count half. A score that ranks the wrong way round has an AUC below one half; that is
told, not turned round.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.risk.closed_form.inputs import Numbers, numbers


def auc(scores: ArrayLike, bads: ArrayLike) -> float:
    """Return the chance that a good account scores above a bad one, ties counted half.

    scores: one number an account, high is good. bads: 1 or True for bad, 0 or False for good.
    Raises ValueError unless there are accounts of both sorts (Mann and Whitney, 1947).
    """
    good, bad = _by_score(scores, bads)
    bad_below = np.cumsum(bad) - bad
    return float((good * (bad_below + bad / 2)).sum() / (good.sum() * bad.sum()))


def gini(scores: ArrayLike, bads: ArrayLike) -> float:
    """Return 2 AUC - 1, the accuracy ratio. Takes and raises as `auc`."""
    return 2 * auc(scores, bads) - 1


def ks(scores: ArrayLike, bads: ArrayLike) -> float:
    """Return the greatest distance between the distributions of score of good and bad accounts.

    Takes and raises as `auc`. Between 0 and 1, whichever sort scores higher.
    """
    good, bad = _by_score(scores, bads)
    apart = np.cumsum(bad) / bad.sum() - np.cumsum(good) / good.sum()
    return float(np.abs(apart).max())


class _ByScore(NamedTuple):
    good: Numbers
    bad: Numbers


def _by_score(scores: ArrayLike, bads: ArrayLike) -> _ByScore:
    """Return how many good and bad accounts have each score, from the lowest up."""
    found = numbers("scores", scores)
    sorts = flags("bads", bads)
    if found.ndim != 1 or found.shape != sorts.shape:
        shapes = f"{found.shape} and {sorts.shape}"
        wanted = "scores, bads: wanted as many bads as scores, in one row each"
        raise ValueError(f"{wanted} (found shapes {shapes})")
    if sorts.all() or not sorts.any():
        number = "one" if sorts.size else "none"
        raise ValueError(f"bads: wanted accounts of both sorts (found {number})")
    levels, at = np.unique(found, return_inverse=True)
    everyone, bad = np.zeros(len(levels)), np.zeros(len(levels))
    np.add.at(everyone, at, 1.0)
    np.add.at(bad, at[sorts], 1.0)
    return _ByScore(everyone - bad, bad)


def flags(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """Return zeros and ones as booleans. Raises ValueError for other numbers."""
    found = numbers(name, values)
    if not np.isin(found, (0, 1)).all():
        raise ValueError(f"{name}: wanted 0 and 1 (found {found[~np.isin(found, (0, 1))][0]:g})")
    return np.asarray(found == 1)
