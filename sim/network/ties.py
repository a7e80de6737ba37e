"""The graph of close ties: communities of one region, ties within and between them (R-F7).

Made anew for each replication from its users and keyed draws. Ties need all users of a run: who is
tied to whom depends on who there is. Traits of users do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sim.draws import Purpose
from sim.network.pairing import draw_ends, pair_off
from sim.rows import Table

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario

Numbers = NDArray[np.int64]
Users = NDArray[np.int32]


class Ties(NamedTuple):
    """Close friends of each user, in compressed rows: friends[start[i] : start[i + 1]], rising."""

    start: Numbers  # shape (users + 1,)
    friends: Users  # shape (2 x ties,)

    @property
    def counts(self) -> Numbers:
        """How many close friends each user has, shape (users,)."""
        return np.diff(self.start)

    def matrix(self) -> sparse.csr_array:
        """Return the ties as a symmetric matrix of ones, shape (users, users)."""
        ones = np.ones(len(self.friends))
        shape = (len(self.start) - 1,) * 2
        return sparse.csr_array((ones, self.friends, self.start), shape=shape)


def ties(scenario: Scenario, users: Table, replication: int = 0) -> Ties:
    """Return the close ties between all users of a run.

    users: User rows in the order of their numbers. Raises ValueError for fewer than all of them.
    """
    if len(users) != scenario.run.users:
        raise ValueError(f"wanted all {scenario.run.users} users (found {len(users)})")
    network, seed = scenario.population.network, scenario.run.seed
    near, far = (np.empty(len(users), dtype=np.int64) for _ in range(2))
    numbers, contacts = (np.ascontiguousarray(users[name]) for name in ("user", "friends"))
    share = (network.close_ties, network.contacts, network.far_ppm)
    draw_ends(numbers, contacts, *share, seed, replication, near, far)
    community = communities(users, scenario.behaviour.applying.community)
    key = (seed, replication)
    pairs = [
        _paired(near, community, *key, Purpose.NEAR_TIE.value),
        _paired(far, users["region"], *key, Purpose.FAR_TIE.value),
    ]
    between = community[pairs[1][0]] != community[pairs[1][1]]
    pairs[1] = pairs[1][:, between]
    return _compressed(np.concatenate(pairs, axis=1), len(users))


def communities(users: Table, size: int) -> Users:
    """Return the number of each user's community, shape (users,).

    A community is `size` users of one region, next to each other there by number: it stays the same
    whatever the number of users. The last of a region may be smaller.
    """
    region = users["region"].astype(np.int64)
    order = np.argsort(region, kind="stable")
    people = np.bincount(region)
    first = np.concatenate([[0], np.cumsum(people)[:-1]])
    place = np.empty(len(users), dtype=np.int64)  # of a user within the region
    place[order] = np.arange(len(users)) - first[region[order]]
    before = np.concatenate([[0], np.cumsum(-(-people // size))[:-1]])
    found: Users = (before[region] + place // size).astype(np.int32)
    return found


def _paired(ends: Numbers, block: NDArray[np.integer], *key: int) -> Users:
    """Return pairs of users within blocks, shape (2, pairs); one end of an odd block is left."""
    order = np.argsort(block, kind="stable").astype(np.int32)
    open_ends = np.repeat(order, ends[order])
    sizes = np.bincount(block, weights=ends).astype(np.int64)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    pair_off(open_ends, bounds, *key)
    firsts = _first_of_pairs(bounds)
    one, other = open_ends[firsts], open_ends[firsts + 1]
    return np.stack([one, other])[:, one != other]


def _first_of_pairs(bounds: Numbers) -> Numbers:
    """Return the place of the first end of each pair: every second one of a block."""
    pairs = np.diff(bounds) // 2
    before = np.cumsum(pairs) - pairs
    within = np.arange(pairs.sum()) - np.repeat(before, pairs)
    found: Numbers = np.repeat(bounds[:-1], pairs) + 2 * within
    return found


def _compressed(pairs: Users, users: int) -> Ties:
    """Return each pair as a tie of both, once."""
    one, other = np.concatenate([pairs, pairs[::-1]], axis=1)
    ones = np.ones(len(one), dtype=np.int8)
    found = sparse.coo_array((ones, (one, other)), shape=(users, users)).tocsr()
    found.sum_duplicates()
    return Ties(found.indptr.astype(np.int64), found.indices.astype(np.int32))
