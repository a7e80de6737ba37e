"""Markov chains of accounts that move between buckets month by month.

Sources: Kemeny and Snell, "Finite Markov Chains", 1960, chapter 3; Darroch and Seneta, "On
quasi-stationary distributions in absorbing discrete-time finite Markov chains", Journal of Applied
Probability 2, 1965; Cyert, Davidson and Thompson, "Estimation of the allowance for doubtful
accounts by Markov chains", Management Science 8, 1962.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components

from sim.risk.closed_form.inputs import SUM_TOLERANCE, Numbers, shares, square

_NOTHING = 1e-9
_SEVERAL = "wanted one mix (found several; it depends on the start)"


class Absorption(NamedTuple):
    """What becomes of accounts in the end."""

    fundamental: Numbers  # [i, j]: months that an account now in i will spend in j
    absorbed: Numbers  # [i, k]: probability that it ends in absorbing state k

    @property
    def steps(self) -> Numbers:
        """Months until an account is absorbed, by the state it is in now."""
        return np.asarray(self.fundamental.sum(axis=1))


class QuasiStationary(NamedTuple):
    """The mix that a book without newcomers comes to, as it shrinks."""

    eigenvalue: float  # share of the book that is left a month later
    mix: Numbers  # by state; adds up to 1

    @property
    def leaving(self) -> float:
        """Share of the book that is absorbed a month."""
        return 1 - self.eigenvalue


def absorption(transient: ArrayLike, absorbing: ArrayLike) -> Absorption:
    """Return the fundamental matrix (I - T)^-1 and the absorption probabilities.

    transient: shape (n, n), monthly probabilities between states that are left in the end.
    absorbing: shape (n, m), or (n,) for a single state; rows of both add up to 1. Raises
    ValueError, also where some state can never be left for good.
    """
    moves = square("transient", transient)
    ends = shares("absorbing", absorbing)
    if ends.ndim not in (1, 2) or len(ends) != len(moves):
        wanted = f"wanted {len(moves)} rows, as transient has (found shape {ends.shape})"
        raise ValueError(f"absorbing: {wanted}")
    leaving = ends if ends.ndim == 1 else ends.sum(axis=1)
    rows = moves.sum(axis=1) + leaving
    if (np.abs(rows - 1) > SUM_TOLERANCE).any():
        row = int(np.argmax(np.abs(rows - 1)))
        wanted = "transient, absorbing: wanted rows that add up to 1"
        raise ValueError(f"{wanted} (found {rows[row]:g} in row {row})")
    # A row of 1 in `transient` is never left, even where printed figures add up to a little more.
    ending = (leaving > 0) & (moves.sum(axis=1) < 1)
    stuck = np.flatnonzero(~reaching(moves, ending))
    if stuck.size:
        raise ValueError(f"transient: state {stuck[0]} never reaches an absorbing state")
    months: Numbers = np.asarray(np.linalg.inv(np.eye(len(moves)) - moves), dtype=float)
    # Everyone ends somewhere. Where that takes ages, this puts right what the inverse lost.
    fundamental = months / (months @ leaving)[:, None]
    return Absorption(fundamental, fundamental @ ends)


def quasi_stationary(matrix: ArrayLike) -> QuasiStationary:
    """Return the largest eigenvalue of a chain's transient part and its mix of states.

    matrix: shape (n, n), rows add up to at most 1; what is missing is absorbed. Raises ValueError
    where the mix depends on the start (more than one class of states lasts longest).
    """
    moves = square("matrix", matrix)
    gone = np.eye(len(moves)) - moves  # exact where an account mostly stays
    scale = np.abs(gone).max()
    if scale == 0 and len(moves) > 1:
        raise ValueError(f"matrix: {_SEVERAL}")
    gone = gone / (scale or 1.0)
    values = np.linalg.eigvals(gone)
    least = float(values[np.argmin(values.real)].real)
    if least * scale >= 1 - _NOTHING:
        raise ValueError("matrix: wanted a chain that is not absorbed at once (eigenvalue 0)")
    left, sizes, _ = np.linalg.svd(gone - least * np.eye(len(moves)))
    if (sizes < _NOTHING).sum() > 1:
        raise ValueError(f"matrix: {_SEVERAL}")
    return QuasiStationary(1 - least * float(scale), _normed(left[:, -1]))


def replenished(matrix: ArrayLike, entry: ArrayLike | None = None) -> Numbers:
    """Return the stationary mix of an open book: whoever is absorbed is replaced by a newcomer.

    matrix: shape (n, n), rows add up to at most 1; what is missing is absorbed, and as many new
    accounts enter that month. entry: shares of newcomers by state, shape (n,), adding up to 1; all
    in state 0 if None. Shape (n,), adds up to 1. Raises ValueError, also where the mix depends on
    the start.
    """
    moves = square("matrix", matrix)
    size = len(moves)
    new = np.eye(size)[0] if entry is None else shares("entry", entry)
    if new.shape != (size,) or abs(new.sum() - 1) > SUM_TOLERANCE:
        raise ValueError(f"entry: wanted {size} shares that add up to 1 (found {new.tolist()})")
    missing = np.maximum(1 - moves.sum(axis=1), 0.0)
    missing[missing < 8 * size * np.finfo(float).eps] = 0  # that rows of printed shares leave
    closed = moves + np.outer(missing, new)
    count, group = connected_components(closed > 0, connection="strong")
    lasting = [k for k in range(count) if not (closed[group == k][:, group != k] > 0).any()]
    if len(lasting) > 1:
        raise ValueError(f"matrix: {_SEVERAL}")
    mix, stays = np.zeros(size), group == lasting[0]
    mix[stays] = _stationary(closed[np.ix_(stays, stays)])
    return mix


def _stationary(matrix: Numbers) -> Numbers:
    """Return the stationary mix of a chain without way out; no difference of near numbers.

    Grassmann, Taksar and Heyman, "Regenerative analysis and steady state distributions for Markov
    chains", Operations Research 33, 1985.
    """
    left = matrix.copy()
    for k in range(len(left) - 1, 0, -1):
        left[:k, k] /= left[k, :k].sum()
        left[:k, :k] += np.outer(left[:k, k], left[k, :k])
    mix = np.ones(len(left))
    for k in range(1, len(left)):
        mix[k] = mix[:k] @ left[:k, k]
    return np.asarray(mix / mix.sum())


def _normed(mix: NDArray[np.float64]) -> Numbers:
    """Return a mix of one sign that adds up to 1, rounding below 0 taken off."""
    found = np.maximum(mix / mix.sum(), 0.0)
    return np.asarray(found / found.sum())


def reaching(moves: Numbers, reached: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which states are reached, or can come to one that is."""
    for _ in range(len(moves)):
        reached = reached | ((moves > 0) @ reached)
    return reached
