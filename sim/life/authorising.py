"""What the product answers to the wishes of a day, purchases above all; and what a thief gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar, seldom
from sim.day import Environment, Luck, Totals, Wishes
from sim.kinds import (
    Assessed,
    Claim,
    Credit,
    Hold,
    Level,
    Note,
    Outcome,
    Place,
    Proof,
    Standing,
    WarningStep,
)
from sim.life.applying import answer_application, answer_request
from sim.life.opening import reassess
from sim.log import Log, note
from sim.offer import is_free, is_no_purchase, rate_a_day
from sim.plan import offer, periods_taken
from sim.rules import (
    authorisation,
    cost,
    counting,
    dispute,
    fraud,
    instalment,
    limit,
    purchase,
    refund,
    warning,
)
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def authorise(
    user: User,
    accounts: list[Account],
    wishes: Wishes,
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> None:
    """Answer applications, requests, and each purchase in order; then the thief's, if one came."""
    for k in range(len(accounts)):
        log.at = k
        if accounts[k].standing == Standing.NONE:
            answer_application(user, accounts, k, wishes, luck, env, p, terms, today[k], log)
        elif (wishes.ask >> k) & 1:
            answer_request(user, accounts, k, env, p, terms, today[k], log)
    static_today = 0
    for i in range(wishes.count):
        static_today += answer_wish(
            user, accounts, wishes, i, static_today, luck, env, p, terms, today, log
        )
    for k in range(len(accounts)):
        log.at = k
        if fraud.taken_over(accounts[k], luck, p):
            rob(user, accounts[k], env, p, terms[k], today[k], log)
    log.at = 0


@scalar
def answer_wish(
    user: User,
    accounts: list[Account],
    wishes: Wishes,
    at: int,
    static_today: int,
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> int:
    """Answer one purchase: on credit, of the next product after a refusal, or with own money.

    Return fen bought on credit on a static code; the daily limit is on all products together.
    """
    place = wishes.place[at]
    amount = wishes.amount[at]
    k = wishes.means[at]
    purchase.form_habit(user, k >= 0)
    if len(accounts) > 1 and k >= 0:
        purchase.form_choice(accounts, k)
    others = wishes.otherwise[at]
    on_credit = False
    while k >= 0 and not on_credit:
        log.at = k
        on_credit = buy_on_credit(
            user, accounts[k], place, amount, static_today, False, env, p, terms[k], today[k], log
        )
        if not on_credit:
            k = (others & 15) - 1
            others >>= 4
    if on_credit:
        after_purchase(user, accounts[k], wishes, at, luck, env, p, terms[k], today[k], log)
    else:
        log.at = 0
        # Barred trades have no other means; anything else falls back on the user's own money.
        if is_no_purchase(place) or not purchase.pay_own(user, place, amount, today[0], log):
            return 0
    purchase.remember(user, amount, today[max(k, 0)])
    if not on_credit:
        return 0
    if terms[k].limit.dynamic and limit.is_major(accounts[k], amount, terms[k]):
        reassess(user, accounts[k], Assessed.MAJOR_PURCHASE.value, terms[k], today[k], log)
    return amount if place == Place.OFFLINE_STATIC else 0


@scalar
def buy_on_credit(
    user: User,
    account: Account,
    place: int,
    amount: int,
    static_today: int,
    thief: bool,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> bool:
    """Answer a purchase on credit: rules of use, proof of means, level 2; post it, or refuse."""
    answer = authorisation.outcome(user, account, place, amount, static_today, terms)
    if answer == Outcome.YEARLY_CAP and account.proof == Proof.NOT_ASKED:
        given = authorisation.ask_proof(user, account, env, p, terms)
        today.proofs_asked += 1
        today.proofs_given += 1 if given == Proof.PROVIDED else 0
        note(log, Note.PROOF.value, 0, given)
        answer = authorisation.outcome(user, account, place, amount, static_today, terms)
    large = answer == Outcome.APPROVED and warning.is_large(account, amount, p)
    if large and warning.strange_login(user, thief, env, p):
        answer = ask_factor(user, account, thief, env, p, today, log)
    counting.count_wish(account, place, amount, answer, today, log)
    if answer != Outcome.APPROVED:
        return False
    purchase.draw_credit(account, place, amount, env, terms, today, log)
    return True


@seldom
def ask_factor(
    user: User,
    account: Account,
    thief: bool,
    env: Environment,
    p: Params,
    today: Totals,
    log: Log,
) -> int:
    """Ask for a second factor before a large purchase; freeze the unused limit without (R-W2)."""
    if warning.passes_factor(user, thief, env, p):
        warning.raise_warning(Level.LOGIN.value, thief, today, log)
        warning.count_warning(Level.LOGIN.value, WarningStep.PASSED.value, 1, today, log)
        return Outcome.APPROVED.value
    warning.freeze(account, Hold.LOGIN.value, thief, env, today, log)
    dispute.appeals(user, account, Claim.LOGIN.value, thief, env, p, today, log)
    return Outcome.SECOND_FACTOR.value


@scalar
def after_purchase(
    user: User,
    account: Account,
    wishes: Wishes,
    at: int,
    luck: Luck,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Put a purchase into instalments where that was wished, or promise its refund."""
    amount = wishes.amount[at]
    periods = periods_taken(account, wishes.periods[at], terms)
    if periods > 0 and instalment.may_spread(account, amount, periods, False, terms):
        put_into_instalments(account, amount, periods, env, p, terms, today, log)
        return
    if not is_free(account, terms):
        cost.count_daily(Credit.DRAWN.value, amount, rate_a_day(terms), 0, terms, today)
    if refund.will_return(user, at, luck, env, p, terms):
        refund.promise(account, amount, env, terms)


@seldom
def put_into_instalments(
    account: Account,
    amount: int,
    periods: int,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Put a purchase just made into instalments (R-P3)."""
    account.unbilled -= amount
    account.unposted = max(account.unposted - amount, 0)
    fee_ppm = offer(periods, False, terms)
    instalment.spread(account, amount, periods, fee_ppm, env, terms)
    cost.count_plan(False, amount, periods, p, terms, today, log)


@seldom
def rob(
    user: User,
    account: Account,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Let a thief buy what the product lets through; the victim may dispute it at once (R-W4)."""
    today.takeovers += 1
    note(log, Note.TAKEOVER.value, 0, 0)
    amount = fraud.booty(account, p)
    # Not remembered in the trailing means: R-L2 and R-W1 are about what the user spends, and a
    # theft must raise neither the victim's limit nor a message about their habits.
    for _ in range(p.risk_control.fraud.attempts):
        if buy_on_credit(
            user, account, Place.ONLINE.value, amount, 0, True, env, p, terms, today, log
        ):
            account.stolen += amount
            today.purchases += 1
            if terms.limit.dynamic and limit.is_major(account, amount, terms):
                reassess(user, account, Assessed.MAJOR_PURCHASE.value, terms, today, log)
    if account.stolen > 0:
        dispute.appeals(user, account, Claim.FRAUD.value, True, env, p, today, log)
