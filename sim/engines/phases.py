"""The phases of a day over the whole table, one compiled call each; for the engine of agents."""

from __future__ import annotations

from sim.arms import arm_of
from sim.compiled import kernel
from sim.kinds import Status
from sim.life import assess, authorise, count, morning, settle
from sim.luck import fill_luck
from sim.rows import Table
from sim.rules.monthly import buy_by_the_month
from sim.rules.repaying import repay
from sim.rules.spending import spend


@kernel
def draw_luck(users: Table, day: int, params: Table, keys: Table, luck: Table) -> None:
    """Fill the luck of every user for one day."""
    fill_luck(users, day, 1, params[0].seed, params[0].replication, keys, luck)


@kernel
def find_rows(
    users: Table, row: int, partial: Table, started: int, params: Table, rows: Table
) -> None:
    """Fill in which row of the numbers holds for each user; row: of arm 0."""
    seed, replication = params[0].seed, params[0].replication
    for i in range(users.shape[0]):
        rows[i] = row + arm_of(users[i].user, partial, started, seed, replication)


@kernel
def morning_of_all(
    users: Table,
    accounts: Table,
    luck: Table,
    days: Table,
    day: int,
    params: Table,
    terms: Table,
    rows: Table,
    totals: Table,
    logs: Table,
) -> None:
    """Let every user have their morning."""
    for i in range(users.shape[0]):
        user = users[i]
        k = rows[i]
        today, log = totals[day, user.segment], logs[i % logs.shape[0]]
        morning(user, accounts[i], luck[i], days[day], params[k], terms[k], today, log)


@kernel
def spend_of_rows(
    users: Table,
    accounts: Table,
    luck: Table,
    days: Table,
    day: int,
    params: Table,
    terms: Table,
    rows: Table,
    wishes: Table,
) -> None:
    """Ask users who are not agents what they want to buy."""
    for i in range(users.shape[0]):
        wishes[i].count = 0
        wishes[i].apply = 0
        wishes[i].ask = 0
        if users[i].status == Status.HERE:
            k = rows[i]
            spend(users[i], accounts[i], luck[i], days[day], params[k], terms[k], wishes[i])
            buy_by_the_month(users[i], accounts[i], days[day], params[k], wishes[i])


@kernel
def authorise_all(
    users: Table,
    accounts: Table,
    wishes: Table,
    luck: Table,
    days: Table,
    day: int,
    params: Table,
    terms: Table,
    rows: Table,
    totals: Table,
    logs: Table,
) -> None:
    """Answer everyone's wishes."""
    for i in range(users.shape[0]):
        user = users[i]
        k = rows[i]
        if user.status == Status.HERE:
            today, log = totals[day, user.segment], logs[i % logs.shape[0]]
            own, wish = accounts[i], wishes[i]
            authorise(user, own, wish, luck[i], days[day], params[k], terms[k], today, log)


@kernel
def repay_of_rows(
    users: Table,
    accounts: Table,
    luck: Table,
    days: Table,
    day: int,
    params: Table,
    terms: Table,  # noqa: ARG001  asked as `spend_of_rows` is
    rows: Table,
    payments: Table,
) -> None:
    """Ask users who are not agents what they want to pay."""
    for i in range(users.shape[0]):
        for k in range(accounts.shape[1]):
            payments[i, k].amount = 0
            payments[i, k].periods = 0
            payments[i, k].settle = 0
            if users[i].status == Status.HERE:
                repay(users[i], accounts[i, k], luck[i], days[day], params[rows[i]], payments[i, k])


@kernel
def settle_all(
    users: Table,
    accounts: Table,
    payments: Table,
    days: Table,
    day: int,
    params: Table,
    terms: Table,
    rows: Table,
    totals: Table,
    logs: Table,
) -> None:
    """Settle everyone's accounts."""
    for i in range(users.shape[0]):
        user = users[i]
        k = rows[i]
        if user.status == Status.HERE:
            today, log = totals[day, user.segment], logs[i % logs.shape[0]]
            settle(user, accounts[i], payments[i], days[day], params[k], terms[k], today, log)


@kernel
def assess_all(
    users: Table,
    accounts: Table,
    days: Table,
    day: int,
    params: Table,
    terms: Table,
    rows: Table,
    totals: Table,
    logs: Table,
) -> None:
    """Assess everyone's standing, score and limit, and count the day."""
    for i in range(users.shape[0]):
        user = users[i]
        k = rows[i]
        if user.status == Status.HERE:
            today, log = totals[day, user.segment], logs[i % logs.shape[0]]
            assess(user, accounts[i], days[day], params[k], terms[k], today, log)
            count(user, accounts[i], days[day], terms[k], today)
