"""The close: standing, warnings, refreshes on the 72-hour clock, and the count of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, days_past_due
from sim.compiled import scalar, seldom
from sim.day import Environment, Totals
from sim.kinds import Assessed, Claim, Level, Standing
from sim.life.opening import reassess
from sim.log import Log
from sim.rules import (
    admission,
    arrears,
    counting,
    dispute,
    grade,
    history,
    limit,
    mood,
    score,
    sharing,
    warning,
)
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def assess(
    user: User,
    accounts: list[Account],
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> None:
    """Standing and charge-off every day; score, grade, limit and mood on the 72-hour clock."""
    user.wallet_now += user.wallet
    for k in range(len(accounts)):
        account = accounts[k]
        log.at = k
        if account.standing == Standing.NONE or account.standing == Standing.CHARGED_OFF:
            continue
        if account.missed_count > 0 or account.standing != Standing.OPEN:
            age(user, account, env, p, terms[k], today[k], log)
    log.at = 0
    if warning.week_ends(user, env):
        warning.end_week(user, env, p, today[0], log)
    clock = limit.clock_of(user, env, terms[0])
    if clock % 3 == 2:
        history.close_bins(user, clock)
        if history.may_have_paused(user, clock, terms[0]):
            history.break_use(user, clock, env, terms[0])
        refresh(user, accounts, clock, env, p, terms, today, log)
        user.mood = mood.mood(user, accounts, env, p)


@seldom
def age(
    user: User,
    account: Account,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Let an account in arrears age by a day: standing, level 3, charge-off."""
    before = account.standing
    arrears.change_standing(user, account, env, p, today, log)
    grade.count_late(account, env)
    if arrears.enters_level_3(account, before):
        warning.raise_warning(Level.OVERDUE.value, account.stolen == 0, today, log)
        robbed = account.stolen > 0
        dispute.appeals(user, account, Claim.OVERDUE.value, robbed, env, p, today, log)
    if days_past_due(account, env.day) >= terms.charge_off.days:
        arrears.charge_off(user, account, env, p, terms, today, log)


@scalar
def refresh(
    user: User,
    accounts: list[Account],
    clock: int,
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> None:
    """Refresh score, grades and limits whose turn has come (R-L6).

    The payment score is one a user, and moves with the first product that the user holds.
    """
    scored = False
    for k in range(len(accounts)):
        account = accounts[k]
        log.at = k
        if account.standing == Standing.NONE or account.standing == Standing.CHARGED_OFF:
            continue
        if clock % grade.LATE_CLOCK == grade.LATE_CLOCK - 1:
            grade.close_late_bins(account)
        first = not scored
        scored = True
        if not limit.is_due(user, clock, terms[k]):
            continue
        if len(accounts) > 1:
            sharing.look_around(user, accounts, k, env, p, terms)
        if first:
            user.score = score.next_score(user, account, terms[k])
        if terms[k].limit.dynamic:
            reassess(user, account, Assessed.CLOCK.value, terms[k], today[k], log)
    log.at = 0


@scalar
def count(
    user: User,
    accounts: list[Account],
    env: Environment,
    terms: list[Terms],
    today: list[Totals],
) -> None:
    """Count the user and the accounts at the close of the day."""
    counting.count_user(user, env, today[0])
    for k in range(len(accounts)):
        invitable = False
        candidate = accounts[k].standing != Standing.NONE
        if not candidate:
            candidate = admission.is_candidate(user, accounts[k], env, terms[k], k)
            invitable = candidate and admission.may_try(accounts[k], env, terms[k])
        counting.count_candidate(candidate, invitable, today[k])
        counting.count_account(accounts[k], env, today[k])
