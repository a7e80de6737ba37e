"""The morning: who is here, payday, and what ends today: holds, disputes, waiting times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, fees_to_come, owed
from sim.compiled import scalar, seldom
from sim.day import Environment, Luck, Totals, book
from sim.kinds import Admission, Claim, Flow, Hold, Standing, Status, WarningStep, Way
from sim.life.opening import admit
from sim.log import Log
from sim.rules import (
    admission,
    arrears,
    authorisation,
    collection,
    dispute,
    income,
    instalment,
    presence,
    refund,
    sharing,
    warning,
)
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def morning(
    user: User,
    accounts: list[Account],
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> None:
    """Join, grow older; on payday stay or leave, work, income, outgoings, strain; then accounts."""
    if presence.joins_today(user, env):
        user.status = Status.HERE.value
        today[0].joined += 1
        book(today[0], log, Flow.BROUGHT, user.wallet + user.bank)
    if user.status != Status.HERE:
        return
    presence.grow_older(user, env)
    if env.day_of_month == user.payday:
        live_payday(user, accounts, luck, env, p, terms, today, log)
        if user.status != Status.HERE:
            return
    income.top_up(user)
    earning = plus_of(accounts, terms)
    if earning >= 0:
        log.at = earning
        earn(user, env, terms[earning], today[earning], log)
    for k in range(len(accounts)):
        log.at = k
        open_the_day(user, accounts, k, env, p, terms, today[k], log)
    log.at = 0


@seldom
def live_payday(
    user: User,
    accounts: list[Account],
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> None:
    """Leave, or live what comes once a month: gates, work, income, outgoings, strain."""
    depart(user, accounts, env, p, terms, today, log)
    if user.status != Status.HERE:
        return
    presence.change_gates(user, env, p)
    income.change_work(user, env, p)
    short = income.receive(user, env, p, today[0], log)
    income.save(user, env, p, today[0], log)
    income.feel_strain(user, luck, short, p)
    income.feel_the_times(user, env, p)


@scalar
def plus_of(accounts: list[Account], terms: list[Terms]) -> int:
    """Return the first open product on whose wallet a yield is paid, -1 for none (R-F4)."""
    for k in range(len(accounts)):
        if terms[k].plus.yield_ppb > 0 and accounts[k].standing == Standing.OPEN:
            return k
    return -1


@seldom
def earn(user: User, env: Environment, terms: Terms, today: Totals, log: Log) -> None:
    """Pay a day's yield on the wallet, on payday after moving money into it (R-F4)."""
    if env.day_of_month == user.payday:
        income.move_into_plus(user, terms.plus.moved_ppm)
    income.earn(user, terms.plus.yield_ppb, today, log)


@scalar
def open_the_day(
    user: User,
    accounts: list[Account],
    k: int,
    env: Environment,
    p: Params,
    products: list[Terms],
    today: Totals,
    log: Log,
) -> None:
    """Begin the day of account k: a new year, what ends today, opening without asking, refunds."""
    account = accounts[k]
    terms = products[k]
    if env.day_of_year == 1:
        authorisation.new_year(account)
    calm = account.standing == Standing.OPEN or account.standing == Standing.NONE
    if not calm or account.hold != Hold.NONE or account.claim != 0:
        wake(user, account, env, p, terms, today, log)
    unasked = account.standing == Standing.NONE and terms.admission == Admission.OPEN_TO_ALL
    if unasked and admission.passes_gates(user, terms):
        open_unasked(user, accounts, k, env, p, products, today, log)
    if account.refund > 0 and env.day >= account.refund_on:
        refund.receive_refund(user, account, env, terms, today, log)


@seldom
def open_unasked(
    user: User,
    accounts: list[Account],
    k: int,
    env: Environment,
    p: Params,
    products: list[Terms],
    today: Totals,
    log: Log,
) -> None:
    """Open account k of a product that everybody has."""
    sharing.look_around(user, accounts, k, env, p, products)
    admit(user, accounts[k], Way.WALLET.value, env, p, products[k], today, log)


@seldom
def wake(
    user: User,
    account: Account,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Begin the day of an account with a hold, a dispute or arrears: reviews that end, calls."""
    if account.hold != Hold.NONE:
        warning.review_hold(user, account, env, p, terms, today, log)
    if account.claim != 0 and dispute.is_decided(user, account, env, p):
        claim = account.claim - 1
        if dispute.decide(user, account, env, p, today, log):
            relieve(user, account, claim, env, terms, today, log)
    account.worked = 0
    if collection.in_collection(account) and collection.calls_today(user, env, p):
        account.worked = 1
        today.worked += 1
        if collection.plan_agreed(user, account, env, p, today):
            amount = collection.forbear(account, today, log)
            instalment.spread(
                account, amount, p.risk_control.collection.plan_periods, 0, env, terms
            )
    if arrears.may_reopen(account, env, p):
        admission.close_account(account, log)
        today.closed += 1


@scalar
def relieve(
    user: User,
    account: Account,
    claim: int,
    env: Environment,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Carry out a dispute that was upheld: end the hold, or give up what was not the user's."""
    if claim == Claim.LOGIN:
        if account.hold == Hold.LOGIN:
            warning.thaw(account, WarningStep.EXPIRED.value, env, today, log)
        return
    dispute.give_up(account, dispute.is_billed(account, claim, env, terms), today, log)
    if claim == Claim.OVERDUE:
        arrears.lift_level_3(user, account, log)


@scalar
def depart(
    user: User,
    accounts: list[Account],
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> None:
    """Let a user leave: accounts are closed, and charged off where the dead owe."""
    debt = 0
    for k in range(len(accounts)):
        debt += owed(accounts[k]) + accounts[k].accrued + accounts[k].refund
        debt += fees_to_come(accounts[k])
        debt += 1 if arrears.in_recovery(accounts[k], env) else 0
    if presence.departure(user, env, debt > 0, p) == presence.STAYS:
        return
    for k in range(len(accounts)):
        account = accounts[k]
        log.at = k
        if owed(account) > 0:
            arrears.charge_off(user, account, env, p, terms[k], today[k], log)
        elif account.standing != Standing.NONE and account.standing != Standing.CHARGED_OFF:
            arrears.clear(account)
            admission.close_account(account, log)
            today[k].closed += 1
    log.at = 0
    book(today[0], log, Flow.TAKEN, user.wallet + user.bank)
    user.wallet = 0
    user.bank = 0
    user.status = Status.GONE.value
    today[0].left += 1
