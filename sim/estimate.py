"""What a run will cost in memory and time, before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.day import Totals
from sim.rows import row_dtype
from sim.user import User

if TYPE_CHECKING:
    from sim.scenario import Scenario

FIXED_MB = 350  # interpreter, libraries, machine code
NS_PER_USER_DAY = 90  # one thread; `make bench` measures this machine's
AGENT_US_PER_DAY = 10
AGENT_BYTES = 3_000


def estimate(scenario: Scenario) -> list[str]:
    """Return lines to read: bytes a user, memory of a run, seconds on each engine."""
    run = scenario.run
    users, days = run.users, run.burn_in_days + run.days
    row = row_dtype(User).itemsize + row_dtype(Account).itemsize
    counted = days * len(scenario.population.segments) * row_dtype(Totals).itemsize
    table_mb = FIXED_MB + (users * row + 3 * counted) / 1e6
    user_days = users * days * run.replications
    table_s = user_days * NS_PER_USER_DAY / 1e9
    agents_mb = table_mb + users * AGENT_BYTES / 1e6
    agents_s = user_days * AGENT_US_PER_DAY / 1e6
    size = f"{users:,} users x {days:,} days x {run.replications} replications"
    return [
        f"{size}: {user_days:,} user-days",
        f"{row} bytes a user with one account",
        f"table: about {table_mb:,.0f} MB, {table_s:,.1f} s on one thread",
        f"agents: about {agents_mb:,.0f} MB, {agents_s:,.0f} s",
    ]
