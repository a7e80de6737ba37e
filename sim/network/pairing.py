"""Tying users at random: each has a number of open ends, and ends are joined in pairs.

Source: the configuration model, Bollobas 1980; Newman, "Networks", chapter 12. Ends that meet their
own user or a friend a second time are let go, a few in a hundred in communities of 512.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.draws import Purpose, word

Numbers = NDArray[np.int64]


@kernel
def draw_ends(
    numbers: NDArray[np.int32],
    contacts: NDArray[np.int16],
    close_ties: int,
    of_contacts: int,
    far_ppm: int,
    seed: int,
    replication: int,
    near: Numbers,
    far: Numbers,
) -> None:
    """Write how many close ties each user is open to, near and far, by number of user.

    They are in proportion to contacts; what is left over is a chance of one more.
    """
    for i in range(numbers.shape[0]):
        luck = word(seed, replication, numbers[i], 0, Purpose.CLOSE_TIES.value)
        ends = (contacts[i] * close_ties * 65_536 // of_contacts + (luck & 0xFFFF)) >> 16
        far[i] = (ends * far_ppm * 65_536 // 1_000_000 + (luck >> 16)) >> 16
        near[i] = ends - far[i]


@kernel
def pair_off(
    ends: NDArray[np.int32], bounds: Numbers, seed: int, replication: int, purpose: int
) -> None:
    """Put ends into an order of luck within each block; neighbours there are the pairs.

    ends: users, a place for each end. bounds: where each block of them starts, and the end.
    """
    for block in range(bounds.shape[0] - 1):
        first = bounds[block]
        for at in range(bounds[block + 1] - 1, first, -1):
            luck = word(seed, replication, at & 0xFFFF_FFFF, at >> 32, purpose)
            other = first + ((luck * (at - first + 1)) >> 32)
            kept = ends[at]
            ends[at] = ends[other]
            ends[other] = kept
