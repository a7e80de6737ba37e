"""When the staged opening reaches each user (R-A5)."""

from __future__ import annotations

from sim.compiled import kernel
from sim.draws import Purpose, word
from sim.rows import Table


@kernel
def take_places(users: Table, accounts: Table, seed: int, replication: int) -> None:
    """Write each user's place in the staged opening; accounts of shape (users, products)."""
    for i in range(users.shape[0]):
        for k in range(accounts.shape[1]):
            fate = word(seed, replication, users[i].user, 0, Purpose.ROLLOUT.value)
            accounts[i, k].reach = fate >> 16
