"""Policies in force: which numbers hold for which user from which day.

Policies start in the order of their dates. A policy for a share of users reaches those whose
keyed word falls under the share; so users fall into arms, one for each combination of partial
policies, and each arm has its own row of numbers.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel, scalar
from sim.draws import Purpose, chance, word
from sim.params import Params, params_of, records_of
from sim.rows import Table
from sim.scenario.policies import applied
from sim.units import PPM

if TYPE_CHECKING:
    from sim.scenario.sections import Policy, Product, Scenario


class Arms(NamedTuple):
    """The numbers of every arm, at every stage (number of policies that have started)."""

    plans: list[tuple[Params, list[Product]]]  # as plain Python, one a row of the tables
    params: Table  # shape (rows,)
    terms: Table  # shape (rows, products)
    starts: list[int]  # simulated day on which each policy starts, in order
    first_row: list[int]  # row of arm 0, by stage
    partial: NDArray[np.int64]  # shape (partial policies, 2): policy number, share in ppm
    partial_at: list[int]  # how many partial policies have started, by stage

    def stage(self, day: int) -> int:
        """Return how many policies have started by a simulated day."""
        return sum(start <= day for start in self.starts)


@scalar
def arm_of(user: int, partial: NDArray[np.int64], started: int, seed: int, replication: int) -> int:
    """Return the arm of a user: bit k is set when partial policy k reaches them."""
    arm = 0
    for k in range(started):
        fate = word(seed, replication, user, 0, Purpose.POLICY.value + partial[k, 0])
        if chance(fate, partial[k, 1]):
            arm += 1 << k
    return arm


@kernel
def fill_arms(
    users: NDArray[np.int32],
    partial: NDArray[np.int64],
    started: int,
    seed: int,
    replication: int,
    arms: NDArray[np.int64],
) -> None:
    """Write the arm of each user, by number, into `arms`."""
    for i in range(users.shape[0]):
        arms[i] = arm_of(users[i], partial, started, seed, replication)


def arms_of(scenario: Scenario, replication: int = 0) -> Arms:
    """Return the numbers of all arms of a scenario."""
    first = scenario.run.start - dt.timedelta(days=scenario.run.burn_in_days)
    policies = scenario.policy
    partial = [(k, p.share_ppm) for k, p in enumerate(policies) if p.share_ppm < PPM]
    plans: list[tuple[Params, list[Product]]] = []
    first_row, partial_at, offered = [], [], scenario.periods_offered
    for stage in range(len(policies) + 1):
        first_row.append(len(plans))
        started = [k for k, _ in partial if k < stage]
        partial_at.append(len(started))
        for arm in range(1 << len(started)):
            reached = {k for bit, k in enumerate(started) if arm >> bit & 1}
            changed = _after(scenario, policies[:stage], reached)
            plans.append((params_of(changed, replication, offered), changed.products))
    return Arms(
        plans,
        records_of([params for params, _ in plans]),
        np.stack([records_of(terms) for _, terms in plans]),
        [(p.date - first).days for p in policies],
        first_row,
        np.array(partial, dtype=np.int64).reshape(-1, 2),
        partial_at,
    )


def _after(scenario: Scenario, policies: list[Policy], reached: set[int]) -> Scenario:
    for k, policy in enumerate(policies):
        if policy.share_ppm == PPM or k in reached:
            scenario = applied(scenario, policy)
    return scenario
