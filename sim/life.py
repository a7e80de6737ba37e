"""One day of one user: the whole model, in the order in which it happens.

The only file that knows the order. `live_one_day` is the day; the engine of agents calls the same
phases one after the other for all users, with the two decisions, spend and repay, in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, days_past_due, owed
from sim.compiled import scalar
from sim.day import Environment, Luck, Payment, Totals, Wishes, book
from sim.kinds import Flow, Outcome, Place, Standing, Status
from sim.rules import (
    admission,
    arrears,
    authorisation,
    billing,
    counting,
    history,
    income,
    interest,
    limit,
    mood,
    presence,
    purchase,
    repaying,
    score,
    settlement,
    spending,
)
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def live_one_day(
    user: User,
    accounts: list[Account],
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    wishes: Wishes,
    payments: list[Payment],
    today: Totals,
) -> None:
    """Live one day; `wishes` and `payments` are scratch rows."""
    morning(user, accounts, luck, env, p, terms, today)
    if user.status == Status.HERE:
        spending.spend(user, accounts, luck, env, p, wishes)
        authorise(user, accounts, wishes, env, terms, today)
        for k in range(len(accounts)):
            repaying.repay(user, accounts[k], luck, env, p, payments[k])
        settle(user, accounts, payments, env, terms, today)
        assess(user, accounts, env, p, terms, today)
        count(user, accounts, env, terms, today)


@scalar
def morning(
    user: User,
    accounts: list[Account],
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: Totals,
) -> None:
    """Join, grow older, be let in; on payday: stay or leave, work, income, outgoings, strain."""
    if presence.joins_today(user, env):
        user.status = Status.HERE.value
        today.joined += 1
        book(today, Flow.BROUGHT, user.wallet + user.bank)
    if user.status != Status.HERE:
        return
    presence.grow_older(user, env)
    if env.day_of_month == user.payday:
        depart(user, accounts, env, p, terms, today)
        if user.status != Status.HERE:
            return
        income.change_work(user, env, p)
        short = income.receive(user, env, p, today)
        income.save(user, env, p, today)
        income.feel_strain(user, luck, short, p)
    income.top_up(user)
    for k in range(len(accounts)):
        account = accounts[k]
        if arrears.may_reopen(account, env, p):
            admission.close_account(account)
            today.closed += 1
        if account.standing == Standing.NONE and admission.eligible(user, terms[k]):
            admission.open_account(user, account, env, p, terms[k])
            account.limit = limit.assessed_limit(user, account, terms[k])
            account.first_limit = account.limit
            today.opened += 1


@scalar
def depart(
    user: User,
    accounts: list[Account],
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: Totals,
) -> None:
    """Let a user leave: accounts are closed, and charged off where the dead owe."""
    debt = 0
    for k in range(len(accounts)):
        debt += owed(accounts[k]) + accounts[k].accrued
        debt += 1 if arrears.in_recovery(accounts[k], env) else 0
    if presence.departure(user, env, debt > 0, p) == presence.STAYS:
        return
    for k in range(len(accounts)):
        account = accounts[k]
        if owed(account) > 0:
            arrears.charge_off(user, account, env, p, terms[k], today)
        elif account.standing != Standing.NONE and account.standing != Standing.CHARGED_OFF:
            arrears.clear(account)
            admission.close_account(account)
            today.closed += 1
    book(today, Flow.TAKEN, user.wallet + user.bank)
    user.wallet = 0
    user.bank = 0
    user.status = Status.GONE.value
    today.left += 1


@scalar
def authorise(
    user: User,
    accounts: list[Account],
    wishes: Wishes,
    env: Environment,
    terms: list[Terms],
    today: Totals,
) -> None:
    """Answer each wish in order; a major purchase refreshes the limit before the next one."""
    static_today = 0
    for i in range(wishes.count):
        place = wishes.place[i]
        amount = wishes.amount[i]
        on_credit = wishes.means[i] >= 0
        purchase.form_habit(user, on_credit)
        bought = False
        if on_credit:
            k = wishes.means[i]
            account = accounts[k]
            answer = authorisation.outcome(account, place, amount, static_today, terms[k])
            counting.count_wish(account, place, answer, today)
            if answer == Outcome.APPROVED:
                bought = True
                static_today += amount if place == Place.OFFLINE_STATIC else 0
                purchase.draw_credit(account, place, amount, env, today)
        # Barred trades have no other means; anything else falls back on the user's own money.
        if not bought and place < Place.TRANSFER:
            bought = purchase.pay_own(user, place, amount, today)
            on_credit = False
        if bought:
            purchase.remember(user, amount, today)
        if (
            bought
            and on_credit
            and terms[k].limit.dynamic
            and limit.is_major(account, amount, terms[k])
        ):
            before = account.limit
            account.limit = limit.assessed_limit(user, account, terms[k])
            counting.count_refresh(before, account.limit, True, today)


@scalar
def settle(
    user: User,
    accounts: list[Account],
    payments: list[Payment],
    env: Environment,
    terms: list[Terms],
    today: Totals,
) -> None:
    """Payments, auto-debit, end of grace, ageing, interest on the close, then the statement."""
    for k in range(len(accounts)):
        account = accounts[k]
        if account.standing == Standing.NONE:
            continue
        if account.standing == Standing.CHARGED_OFF:
            arrears.recover(account, env, terms[k], today)
            continue
        if payments[k].amount > 0:
            settlement.pay_by_hand(user, account, payments[k].amount, terms[k], today)
        since = billing.days_since_due(account, env)
        if since <= terms[k].billing.grace_days:
            settlement.auto_debit(user, account, today)
            if since == terms[k].billing.grace_days:
                billing.end_grace(account, env, terms[k], today)
        interest.accrue(account, since < terms[k].billing.grace_days, terms[k])
        if billing.statement_tonight(env, terms[k]):
            posted = interest.rounded(account.accrued, account.accrued_nano)
            penalty = interest.rounded(account.penalty_accrued, account.penalty_nano)
            billing.cut_statement(account, posted, penalty, terms[k], today)


@scalar
def assess(
    user: User,
    accounts: list[Account],
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: Totals,
) -> None:
    """Standing and charge-off every day; score, limit and mood on the 72-hour clock."""
    user.wallet_now += user.wallet
    for k in range(len(accounts)):
        account = accounts[k]
        if account.standing == Standing.NONE or account.standing == Standing.CHARGED_OFF:
            continue
        if account.missed_count > 0 or account.standing != Standing.OPEN:
            arrears.change_standing(account, env, p)
            if days_past_due(account, env.day) >= terms[k].charge_off.days:
                arrears.charge_off(user, account, env, p, terms[k], today)
    clock = limit.clock_of(user, env, terms[0])
    if clock % 3 == 2:
        history.close_bins(user, clock)
        refresh(user, accounts, clock, terms, today)
        user.mood = mood.mood(user, accounts, p)


@scalar
def refresh(
    user: User, accounts: list[Account], clock: int, terms: list[Terms], today: Totals
) -> None:
    """Refresh score and limits whose turn has come (R-L6)."""
    for k in range(len(accounts)):
        account = accounts[k]
        if account.standing == Standing.NONE or account.standing == Standing.CHARGED_OFF:
            continue
        if not limit.is_due(user, clock, terms[k]):
            continue
        if k == 0:
            user.score = score.next_score(user, account, terms[k])
        if terms[k].limit.dynamic:
            before = account.limit
            account.limit = limit.assessed_limit(user, account, terms[k])
            counting.count_refresh(before, account.limit, False, today)


@scalar
def count(
    user: User, accounts: list[Account], env: Environment, terms: list[Terms], today: Totals
) -> None:
    """Count the user and the accounts at the close of the day."""
    counting.count_user(user, admission.eligible(user, terms[0]), today)
    for k in range(len(accounts)):
        counting.count_account(accounts[k], env, today)
