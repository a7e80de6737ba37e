"""What the formulas take, checked; faults are told in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
SUM_TOLERANCE = 1e-6  # of rows that should add up to 1: printed tables are rounded


def numbers(name: str, values: ArrayLike) -> Numbers:
    """Return values as finite floats. Raises ValueError naming what is not one."""
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: wanted numbers (found {values!r})") from None
    if not np.isfinite(found).all():
        raise ValueError(f"{name}: wanted finite numbers (found {found[~np.isfinite(found)][0]})")
    return found


def shares(name: str, values: ArrayLike) -> Numbers:
    """Return values as floats in [0, 1]. Raises ValueError."""
    found = numbers(name, values)
    outside = found[(found < 0) | (found > 1)]
    if outside.size:
        raise ValueError(f"{name}: wanted 0 to 1 (found {outside[0]:g})")
    return found


def share(name: str, value: ArrayLike) -> float:
    """Return a single number in [0, 1]. Raises ValueError, also for several."""
    found = shares(name, value)
    if found.ndim:
        raise ValueError(f"{name}: wanted a single number (found shape {found.shape})")
    return float(found)


def amounts(name: str, values: ArrayLike) -> Numbers:
    """Return values as floats of 0 or more. Raises ValueError."""
    found = numbers(name, values)
    if (found < 0).any():
        raise ValueError(f"{name}: wanted 0 or more (found {found[found < 0][0]:g})")
    return found


def together(**named: Numbers) -> list[Numbers]:
    """Return arrays broadcast to one shape. Raises ValueError that gives the shapes."""
    try:
        return [np.asarray(array) for array in np.broadcast_arrays(*named.values())]
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in named.items())
        wanted = f"{', '.join(named)}: wanted shapes that fit together"
        raise ValueError(f"{wanted} (found {shapes})") from None


def plain(values: Any) -> Any:
    """Return an array as it is, a single number as a float."""
    found = np.asarray(values)
    return found if found.ndim else float(found)


def square(name: str, matrix: ArrayLike) -> Numbers:
    """Return a square matrix of shares whose rows add up to at most 1. Raises ValueError."""
    found = shares(name, matrix)
    if found.ndim != 2 or found.shape[0] != found.shape[1] or not found.size:
        raise ValueError(f"{name}: wanted a square matrix (found shape {found.shape})")
    rows = found.sum(axis=1)
    if (rows > 1 + SUM_TOLERANCE).any():
        row = int(np.argmax(rows))
        raise ValueError(
            f"{name}: wanted rows that add up to at most 1 (found {rows[row]:g} in row {row})"
        )
    return found
