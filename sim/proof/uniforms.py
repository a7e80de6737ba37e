"""Uniform numbers for simulated cases, from the package's own generator.

The counter's second word is 1 here and 0 in every run, so that no case shares a draw with one.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from scipy.special import ndtri

from sim.draws import philox
from sim.proof.case import Values

SEED = 20_240_101
_WORDS = 2.0**32


def uniforms(stream: int, *shape: int) -> Values:
    """Return uniforms in (0, 1) of a shape; each stream is independent of the others."""
    size = int(np.prod(shape))
    counters = np.arange(-(-size // 4), dtype=np.uint64)
    zero, one = np.uint64(0), np.uint64(1)
    # The rounds are the same on whole arrays; compiled for numbers, they are plain Python here.
    rounds = cast("Any", philox).py_func
    words = rounds((counters, one, np.uint64(stream), zero), (np.uint64(SEED), zero))
    drawn = np.stack([np.asarray(word, dtype=np.float64) for word in words], axis=-1)
    return np.asarray((drawn.reshape(-1)[:size].reshape(shape) + 0.5) / _WORDS)


def normals(stream: int, *shape: int) -> Values:
    """Return standard normals of a shape, by inversion."""
    return np.asarray(ndtri(uniforms(stream, *shape)))
