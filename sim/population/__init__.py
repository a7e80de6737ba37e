"""Who the users are: traits drawn from the scenario, a file of one's own, or an earlier run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.paths import check_files
from sim.plan import account_row_of
from sim.population.draw import drawn_users
from sim.population.given import given_accounts, given_users
from sim.population.opening import take_places
from sim.population.plan import Plan, plan_of
from sim.rows import Table, default_table

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario

__all__ = ["accounts_at_start", "check_inputs", "population"]


def population(
    scenario: Scenario,
    *,
    first: int = 0,
    count: int | None = None,
    replication: int = 0,
    plan: Plan | None = None,
) -> Table:
    """Return users first .. first + count - 1 before the first day, shape (count,).

    User i is the same whatever the number of users, and whichever others are asked for. plan: the
    scenario's, where it is at hand already. Raises ScenarioError for a file, a run or a copula that
    cannot be used.
    """
    number = scenario.run.users - first if count is None else count
    users = drawn_users(plan or plan_of(scenario), first, number, replication)
    given_users(scenario, users)
    return users


def has_accounts(scenario: Scenario) -> bool:
    """Tell whether anybody may hold an account before the first day: from a file, or a run."""
    return bool(scenario.population.from_run or scenario.population.file)


def accounts_at_start(scenario: Scenario, users: Table, *, replication: int = 0) -> Table:
    """Return the accounts of users before the first day, shape (users, products)."""
    accounts = default_table(account_row_of(scenario), len(users), len(scenario.products))
    given_accounts(scenario, users, accounts)
    take_places(users, accounts, scenario.run.seed, replication)
    return accounts


def check_inputs(scenario: Scenario) -> None:
    """Raise ScenarioError for whatever would keep the population from being made."""
    check_files(scenario)
    few = population(scenario, count=min(scenario.run.users, 10))
    accounts_at_start(scenario, few)
