"""Whether trouble clusters among friends beyond chance: Moran's I over the graph of close ties.

Source: Moran, "Notes on continuous stochastic phenomena", Biometrika 37, 1950. What chance alone
would give is found by shuffling who is in trouble: Besag and Diggle, Applied Statistics 26, 1977.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sim.draws import WORDS, Purpose, fill_words

LEVEL = 0.95
AT_ONCE = 64  # shuffles


class Clustering(NamedTuple):
    """How alike friends are, beside what shuffling leaves."""

    moran: float  # Moran's I: 1 for alike, about 0 for chance
    low: float  # of shuffled users
    high: float
    p_value: float  # share of shuffles at least as clustered, this one counted in
    users: int
    ties: int

    @property
    def is_beyond_chance(self) -> bool:
        """Tell whether friends are more alike than the interval of shuffled users allows."""
        return self.moran > self.high


def clustering(
    ties: sparse.csr_array,
    values: ArrayLike,
    *,
    among: ArrayLike | None = None,
    shuffles: int = 999,
    seed: int = 1,
    level: float = LEVEL,
) -> Clustering:
    """Return Moran's I of a value of each user over ties, with the interval of chance.

    ties: symmetric, shape (users, users): `sim.network.ties(...).matrix()`. values: such as 1 for
    past due; shape (users,). among: which users to look at, such as those with the line, so that
    who took it up does not count as clustering; all if None. Raises ValueError where all values are
    equal or nobody is tied.
    """
    chosen = slice(None) if among is None else np.flatnonzero(np.asarray(among))
    seen = np.asarray(values, dtype=np.float64)[chosen]
    rows: Any = ties.tocsr()
    matrix = rows[chosen][:, chosen]
    apart = seen - seen.mean()
    if matrix.nnz == 0 or not apart.any():
        raise ValueError("wanted ties, and values that differ (found none)")
    scale = len(seen) / (matrix.sum() * float(apart @ apart))
    moran = scale * float(apart @ (matrix @ apart))
    chance = scale * _shuffled(matrix, apart, shuffles, seed)
    low, high = np.quantile(chance, [(1 - level) / 2, (1 + level) / 2])
    p_value = (1 + int((chance >= moran).sum())) / (1 + shuffles)
    return Clustering(moran, float(low), float(high), p_value, len(seen), matrix.nnz // 2)


def _shuffled(
    matrix: sparse.csr_array, apart: NDArray[np.float64], shuffles: int, seed: int
) -> NDArray[np.float64]:
    """Return the sum over ties of products, for values in so many orders of luck."""
    found = []
    for first in range(0, shuffles, AT_ONCE):
        count = min(AT_ONCE, shuffles - first)
        words = np.empty(count * len(apart), dtype=np.int64)
        # Numbers of their own for each shuffle: they wrap round far beyond any population.
        fill_words(seed, first * len(apart) % WORDS, Purpose.SHUFFLE.value, words)
        orders = np.argsort(words.reshape(count, len(apart)), axis=1, kind="stable")
        some = apart[orders].T
        found.append((some * (matrix @ some)).sum(axis=0))
    return np.concatenate(found)
