"""Runs shard by shard, here or on a cluster, as the commands start them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.results.draft import Draft
    from sim.scenario import Scenario
    from sim.study.workers import Workers


def check_shards(
    plan: Scenario,
    cluster: str | None,
    shard_users: int | None,
    engine: str,
    checkpoint_every: int,
) -> None:
    """Raise ScenarioError for options that a run by shards has not, and shards beyond memory."""
    from sim.estimate import check_memory
    from sim.study.shards import USERS, shards_of

    lines = []
    if engine != "table":
        lines.append(f"--engine: wanted table, for a run by shards (found {engine})")
    if checkpoint_every:
        words = "wanted 0: a state that is kept holds all users at once"
        lines.append(f"--checkpoint-every: {words} (found {checkpoint_every}, with shards)")
    if lines:
        raise ScenarioError(lines)
    one = plan.with_(replications=1) if plan.precision is None else plan
    size = shard_users or USERS
    largest = max(one.users for one in shards_of(one, size, meeting=cluster is not None))
    try:
        check_memory(plan.with_(users=largest), held_events=True)
    except ScenarioError as error:
        if largest <= size:
            raise
        words = "wanted users who share nothing, or --cluster; else they are one shard"
        more = f"{plan.source}: --shard-users: {words} (found {largest:,} in one)"
        raise ScenarioError([*error.lines, more]) from None


def live_shards(
    draft: Draft,
    cluster: str | None,
    users: int | None,
    threads: int | None,
    stop: Callable[[], bool],
    *,
    quiet: bool,
) -> bool:
    """Run a draft shard by shard with progress shown; tell whether it got to its end."""
    from sim.progress import Progress
    from sim.study.cluster import workers_at
    from sim.study.shards import USERS, run_shards

    run = draft.scenario.run
    total = (run.burn_in_days + run.days) * run.users * run.replications
    with Progress(draft.scenario.name, total, quiet=quiet) as bar, workers_at(1, cluster) as at:
        say_where(at, quiet=quiet)
        return run_shards(
            draft, at, users=users or USERS, threads=threads, stop=stop, hears=bar.reach
        )


def say_where(workers: Workers, *, quiet: bool) -> None:
    """Say where a cluster shows what it does."""
    from sim.study.cluster import Cluster

    if isinstance(workers, Cluster) and not quiet:
        print(f"The cluster shows its work at {workers.dashboard}", file=sys.stderr)
