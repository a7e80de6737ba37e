"""How far a distribution has moved from the one it is held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.risk.closed_form.inputs import Numbers, amounts


def psi(expected: ArrayLike, actual: ArrayLike) -> float:
    """Return the population stability index: sum of (a - e) ln(a / e) over bins.

    expected, actual: counts or shares by bin, one row each; either is scaled to add up to 1. A bin
    that is empty in both adds nothing; one that is empty in one of them makes the index infinite.
    Raises ValueError. Custom: below 0.1 stable, above 0.25 moved.
    """
    return float(psi_parts(expected, actual).sum())


def psi_parts(expected: ArrayLike, actual: ArrayLike) -> Numbers:
    """Return what each bin adds to the index, shape (bins,). Takes and raises as `psi`."""
    before, after = _shares("expected", expected), _shares("actual", actual)
    if before.shape != after.shape:
        found = f"{before.size} and {after.size}"
        raise ValueError(f"expected, actual: wanted the same bins in both (found {found})")
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(before == after, 0.0, (after - before) * np.log(after / before))
    return np.asarray(parts)


def _shares(name: str, counts: ArrayLike) -> Numbers:
    found = amounts(name, counts)
    if found.ndim != 1 or not (found > 0).any():
        raise ValueError(f"{name}: wanted one row of bins, not all empty (found {found.tolist()})")
    found = found / found.max()  # or the sum of the largest numbers runs over
    return np.asarray(found / found.sum())
