"""A policy for a share of users as a trial: what the two arms say, and what is true.

In a simulation the same users also live with the policy for all and for none. The difference of
those twins is the true effect, which the arms of a trial can only estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arms import arms_of, fill_arms
from sim.scenario import Scenario, ScenarioError
from sim.study.difference import differences_apart
from sim.study.interval import LEVEL, NAN, Interval
from sim.study.planner import Plan, plan
from sim.study.swap_set import Standings
from sim.study.work import record_of, scenario_files

if TYPE_CHECKING:
    import pandas as pd

EVERYONE_PPM = 1_000_000
Reached = NDArray[np.bool_]


class Effect(NamedTuple):
    """The effect of a policy on the mean of one outcome a user."""

    treated: int  # users whom the policy reaches
    control: int
    of_treated: float
    of_control: float
    estimate: Interval  # from the two arms, unequal variances (Welch)
    truth: float  # mean over all users of the difference of their twins
    needs: Plan | None  # users that find the truth with a power of 80 %; None for no effect

    @property
    def covers(self) -> bool:
        """Tell whether the interval of the arms holds the truth."""
        return self.estimate.low <= self.truth <= self.estimate.high


def trial(
    scenario: Scenario,
    *,
    policy: int = 0,
    replication: int = 0,
    threads: int | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Return one row an outcome: both arms, the estimate with its interval, and the true effect.

    policy: number of a policy for a share of users; all others are as they are. Users are counted
    by the arm they were drawn into, whatever came of them. Raises ScenarioError where the policy
    reaches all users or none.
    """
    import pandas as pd

    from sim.simulation import usable_cores

    worlds = _worlds(scenario, policy)
    reached = users_reached(scenario, policy, replication)
    each = threads or usable_cores()
    with scenario_files(worlds) as files:
        outcomes = [Standings.of(record_of(file, replication, each)).outcomes for file in files]
    rows = []
    for name in outcomes[0]:
        found = effect(*(world[name] for world in outcomes), reached=reached, level=level)
        rows.append({"outcome": name} | _row(found))
    return pd.DataFrame(rows)


def effect(
    run: ArrayLike, none: ArrayLike, everyone: ArrayLike, *, reached: Reached, level: float = LEVEL
) -> Effect:
    """Return what a trial estimates and what its twins show.

    run, none, everyone: an outcome a user in the trial, with the policy for none, and for all;
    shape (users,). Raises ValueError for an arm of fewer than two users.
    """
    seen = np.asarray(run, dtype=np.float64)
    one, other = seen[reached], seen[~reached]
    if min(len(one), len(other)) < 2:
        raise ValueError(f"wanted two users or more in each arm (found {len(one)}, {len(other)})")
    apart = np.asarray(everyone, dtype=np.float64) - np.asarray(none, dtype=np.float64)
    truth = float(apart.mean())
    spread = float(one.var(ddof=1) + other.var(ddof=1))
    needs = plan(truth, spread, float(apart.var(ddof=1)), level=level) if truth else None
    means = float(one.mean()), float(other.mean())
    return Effect(len(one), len(other), *means, welch(one, other, level), truth, needs)


def welch(one: NDArray[np.float64], other: NDArray[np.float64], level: float = LEVEL) -> Interval:
    """Return the difference of two independent means with its interval (Welch 1947)."""
    found = differences_apart(other[:, None], one[:, None], level)
    apart, half = float(found.difference[0]), float(found.half_width[0])
    return Interval(apart, apart - half, apart + half, level, len(one) + len(other))


def users_reached(scenario: Scenario, policy: int, replication: int = 0) -> Reached:
    """Tell of each user whether a partial policy reaches them, shape (users,)."""
    arms = arms_of(scenario, replication)
    bit = arms.partial[:, 0].tolist().index(policy)
    numbers = np.arange(scenario.run.users, dtype=np.int32)
    found = np.empty(len(numbers), dtype=np.int64)
    fill_arms(numbers, arms.partial, bit + 1, scenario.run.seed, replication, found)
    reached: Reached = (found >> bit & 1).astype(np.bool_)
    return reached


def _worlds(scenario: Scenario, policy: int) -> Sequence[Scenario]:
    """Return the trial, and its twins with the policy for none and for all."""
    if not 0 <= policy < len(scenario.policy):
        words = f"wanted a policy for a share of users (found {len(scenario.policy)} policies)"
        raise ScenarioError([f"{scenario.source}: policy.{policy}: {words}"])
    share = scenario.policy[policy].share_ppm
    if not 0 < share < EVERYONE_PPM:
        words = f"wanted a share of users between none and all (found {share:,})"
        raise ScenarioError([f"{scenario.source}: policy.{policy}.share_ppm: {words}"])
    key = f"policy.{policy}.share_ppm"
    return scenario, scenario.with_(**{key: 0}), scenario.with_(**{key: EVERYONE_PPM})


def _row(found: Effect) -> dict[str, float]:
    needs = found.needs or Plan(0, 0, NAN)
    return {
        "treated": found.treated,
        "control": found.control,
        "of_treated": found.of_treated,
        "of_control": found.of_control,
        "estimate": found.estimate.estimate,
        "low": found.estimate.low,
        "high": found.estimate.high,
        "truth": found.truth,
        "covers": found.covers,
        "users_per_arm": needs.per_arm,  # 0 where there is no effect to be found
        "pairs": needs.pairs,
        "variance_ratio": needs.variance_ratio,
    }
