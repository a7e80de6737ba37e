"""Distributions as tables of quantiles: made once a scenario, read with whole numbers only.

A table has five rows of 257 edges: 256 cells over all words; the lowest and the highest cell are
cut again into 256, and the lowest and highest of those again. So a table is exact to 2**-24 far
into both tails, monotone in the word, and the same bits on every platform and in every engine.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.compiled import scalar
from sim.units import PPM, clamp

CELLS = 256
ROWS = 5  # all; low tail, high tail; low tail of the low tail, high tail of the high tail
SIZE = ROWS * (CELLS + 1)
GRID_PER_UNIT = 64  # points of a table over normal scores for each unit of the score
GRID_END = 6  # the score runs from -6 to 6
GRID = 2 * GRID_END * GRID_PER_UNIT + 1
_LAST = 2.0**-25  # the probability beyond the outermost edge, which no word reaches


def _probabilities() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability below each edge, and above it, each exact where it is small."""
    step = np.arange(CELLS + 1) / CELLS
    below = np.concatenate(
        [step, step / 256, 1 - (1 - step) / 256, step / 65536, 1 - (1 - step) / 65536]
    )
    above = np.concatenate(
        [1 - step, 1 - step / 256, (1 - step) / 256, 1 - step / 65536, (1 - step) / 65536]
    )
    return np.clip(below, _LAST, 1 - _LAST), np.clip(above, _LAST, 1 - _LAST)


def table_of(
    quantile: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.int64]:
    """Return the table of a distribution, shape (SIZE,).

    quantile: takes probabilities below and above, returns values in the units wanted; they are
    rounded to whole numbers, so choose units that are small against the spread.
    """
    values = np.rint(quantile(*_probabilities())).astype(np.int64)
    return np.maximum.accumulate(values.reshape(ROWS, CELLS + 1), axis=1).reshape(SIZE)


@scalar
def read(table: list[int], word: int) -> int:
    """Return the value at a word in [0, 2**32): linear inside a cell, which has 24 bits or more.

    Values stay below 2**38 in size, so that a difference of edges times 2**24 fits 63 bits.
    """
    bits = word + 0  # in a kernel: 32 unsigned bits become a 64-bit int, which shifts as Python's
    row = 0
    cell = bits >> 24
    inside = bits & 0xFF_FFFF
    if cell == 0 or cell == 255:
        row = 1 if cell == 0 else 2
        cell = inside >> 16
        inside = (inside & 0xFFFF) << 8
        if (row == 1 and cell == 0) or (row == 2 and cell == 255):
            row += 2
            cell = inside >> 16
            inside = (inside & 0xFF00) << 8
    at = row * 257 + cell
    low = table[at]
    return low + (((table[at + 1] - low) * inside) >> 24)


@scalar
def at_score(grid: list[int], z: float) -> int:
    """Return the value at a normal score from a table of GRID points, straight between them."""
    place = (z + GRID_END) * GRID_PER_UNIT
    cell = clamp(int(place), 0, GRID - 2)
    inside = min(max(place - cell, 0.0), 1.0)
    return grid[cell] + int((grid[cell + 1] - grid[cell]) * inside)


@scalar
def around(median: int, grid: list[int], normal: list[int], word: int) -> int:
    """Return a median times the factor, ppm, that a grid gives for the normal score of a word.

    normal: the table of normal scores, in thousandths.
    """
    return median * at_score(grid, read(normal, word) * 0.001) // PPM
