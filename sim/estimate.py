"""What a run will cost in memory and time, before it starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sim.day import Totals
from sim.events import Event
from sim.plan import account_row_of
from sim.rows import often_dtype, row_dtype
from sim.scenario import ScenarioError
from sim.scenario.words import counted
from sim.units import PPM
from sim.user import User

if TYPE_CHECKING:
    from sim.scenario import Scenario

FIXED_MB = 350  # interpreter, libraries, machine code
NS_PER_USER_DAY = 90  # one thread; `make bench` measures this machine's
AGENT_US_PER_DAY = 10
AGENT_BYTES = 3_000
WITH_RARE_PPM = 160_000  # accounts with rare columns, in `mature_book`
EVENTS_A_DAY = 0.66  # of a user of `seed_article`


def row_bytes(scenario: Scenario, accounts: int = 1) -> int:
    """Return about what the state of a user with so many accounts takes at rest (`Accounts`)."""
    row = account_row_of(scenario)
    front = often_dtype(row).itemsize
    rare = (row_dtype(row).itemsize - front) * WITH_RARE_PPM // PPM
    return row_dtype(User).itemsize + accounts * (front + rare)


def event_bytes(scenario: Scenario) -> int:
    """Return about what the events of a user take in memory, twice at the end of a run."""
    run, share = scenario.run, scenario.output.events_ppm / 1e6
    days = run.burn_in_days + run.days
    return round(2 * share * days * EVENTS_A_DAY * row_dtype(Event).itemsize)


def memory_mb(scenario: Scenario) -> float:
    """Return about how much memory a run on the table engine takes."""
    run = scenario.run
    days = run.burn_in_days + run.days
    counted = days * len(scenario.population.segments) * row_dtype(Totals).itemsize
    products = len(scenario.products)
    return FIXED_MB + (run.users * row_bytes(scenario, products) + 3 * products * counted) / 1e6


def check_memory(scenario: Scenario, *, held_events: bool = False) -> None:
    """Raise ScenarioError for a run that this machine's memory cannot hold.

    held_events: all events are in memory until the end, as those of a shard.
    """
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return
    has = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6
    more = event_bytes(scenario) if held_events else 0
    each = row_bytes(scenario, len(scenario.products)) + more
    if memory_mb(scenario) + scenario.run.users * more / 1e6 > has:
        most = max(int((has - FIXED_MB) * 1e6 / each), 1)
        wanted = f"wanted at most about {most:,}, for {has:,.0f} MB of memory"
        raise ScenarioError(
            [f"{scenario.source}: run.users: {wanted} (found {scenario.run.users:,})"]
        )


def estimate(scenario: Scenario) -> list[str]:
    """Return lines to read: bytes a user, memory of a run, seconds on each engine."""
    run = scenario.run
    users, days = run.users, run.burn_in_days + run.days
    table_mb = memory_mb(scenario)
    user_days = users * days * run.replications
    table_s = user_days * NS_PER_USER_DAY / 1e9
    agents_mb = table_mb + users * AGENT_BYTES / 1e6
    agents_s = user_days * AGENT_US_PER_DAY / 1e6
    size = " x ".join(
        [counted(users, "user"), counted(days, "day"), counted(run.replications, "replication")]
    )
    return [
        f"{size}: {user_days:,} user-days",
        f"{row_bytes(scenario)} bytes a user with one account",
        f"table: about {table_mb:,.0f} MB, {table_s:,.1f} s on one thread",
        f"agents: about {agents_mb:,.0f} MB, {agents_s:,.0f} s",
    ]
