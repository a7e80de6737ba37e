"""Which users a share of users holds, keyed by user: a larger share only adds users."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.draws import Purpose, chance, word


@kernel
def _choose(
    users: NDArray[np.int32], seed: int, purpose: int, ppm: int, chosen: NDArray[np.bool_]
) -> None:
    for i in range(users.shape[0]):
        chosen[i] = chance(word(seed, 0, users[i], 0, purpose), ppm)


def chosen_users(users: NDArray[np.int32], seed: int, ppm: int) -> NDArray[np.bool_]:
    """Tell of each user number whether it is among `ppm` millionths of all users.

    The same users in every replication, so that their lives can be compared. Shape (users,).
    """
    chosen = np.ones(len(users), dtype=np.bool_)
    if ppm < 1_000_000:
        numbers = np.ascontiguousarray(users, dtype=np.int32)
        _choose(numbers, seed, Purpose.OUTPUT.value, ppm, chosen)
    return chosen
