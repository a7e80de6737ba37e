"""Disputes: who appeals, and how the review decides within 72 hours (R-W4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import (
    MISSED,
    Account,
    clear_missed,
    days_since_statement,
    give_back,
    kept,
    kept_accrual,
    past_due,
    principal,
)
from sim.compiled import scalar, seldom
from sim.day import Environment, Totals, book
from sim.draws import Purpose, chance, word
from sim.dues import release
from sim.kinds import DISPUTE_STEPS, Claim, DisputeStep, Flow, Note, PastDueFrom
from sim.log import Log, note
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


PROMISED_DAYS = 3  # 72 hours; scenarios may review longer (`appeals.review_days`)


@scalar
def count_dispute(claim: int, step: int, number: int, today: Totals, log: Log) -> None:
    """Count what became of a dispute."""
    today.dispute[claim * DISPUTE_STEPS + step] += number
    if step < DisputeStep.HOURS:
        note(log, Note.DISPUTE.value, 0, 10 * claim + step)


@scalar
def is_rightful(account: Account, claim: int) -> bool:
    """Tell whether the user is right: others bought; or, of a hold, that no thief is about."""
    return account.stolen == 0 if claim == Claim.LOGIN else account.stolen > 0


@seldom
def appeals(
    user: User,
    account: Account,
    claim: int,
    thief: bool,
    env: Environment,
    p: Params,
    today: Totals,
    log: Log,
) -> None:
    """Let a user who was held, marked or robbed decide whether to dispute it (R-W4); one at a time.

    thief: whether others are behind what is disputed.
    """
    if account.claim != 0:
        return
    a = p.risk_control.appeals
    rightful = not thief if claim == Claim.LOGIN else thief
    ppm = a.misjudged_ppm if rightful else a.rightly_ppm
    if claim == Claim.FRAUD:
        ppm = a.stolen_ppm if rightful else a.false_claim_ppm
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.APPEAL.value)
    if not chance(fate, ppm):
        return
    account.claim = 1 + claim
    account.claimed_on = env.day
    count_dispute(claim, DisputeStep.RAISED.value, 1, today, log)
    if rightful:
        count_dispute(claim, DisputeStep.RIGHTFUL.value, 1, today, log)


@scalar
def is_decided(user: User, account: Account, env: Environment, p: Params) -> bool:
    """Tell whether the review of an open dispute ends today: within 72 hours (R-W4)."""
    opened = account.claimed_on
    fate = word(p.seed, p.replication, user.user, opened, Purpose.DECISION.value)
    return env.day - opened > (p.risk_control.appeals.review_days * fate) >> 32


@seldom
def decide(
    user: User, account: Account, env: Environment, p: Params, today: Totals, log: Log
) -> bool:
    """Decide an open dispute, wrongly with the review's error; tell if it is upheld (R-W4)."""
    claim = account.claim - 1
    rightful = is_rightful(account, claim)
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.RULING.value)
    wrong = chance(fate, p.risk_control.appeals.error_ppm)
    upheld = rightful != wrong
    step = DisputeStep.UPHELD.value if upheld else DisputeStep.REJECTED.value
    count_dispute(claim, step, 1, today, log)
    if wrong:
        count_dispute(claim, DisputeStep.WRONG.value, 1, today, log)
    days = env.day - account.claimed_on
    count_dispute(claim, DisputeStep.HOURS.value, 24 * days, today, log)
    if days <= PROMISED_DAYS:
        count_dispute(claim, DisputeStep.IN_TIME.value, 1, today, log)
    account.claim = 0
    return upheld


@scalar
def is_billed(account: Account, claim: int, env: Environment, terms: Terms) -> bool:
    """Tell whether the principal in dispute has been billed; else it is the newest (R-W4).

    That of arrears, of a bill whose minimum was missed on the day of the claim, and of a theft that
    was disputed before the last statement.
    """
    if claim == Claim.OVERDUE:
        return True
    grace = terms.billing.grace_days
    if account.missed_count > 0:
        since = account.missed_on[min(account.missed_count, MISSED) - 1]
        since += grace if terms.billing.past_due_from == PastDueFrom.DUE_DAY else 0
        if since == account.claimed_on:
            return True
    return env.day - account.claimed_on > days_since_statement(account, env, terms)


@seldom
def give_up(account: Account, billed: bool, today: Totals, log: Log) -> None:
    """Take what was drawn by others off the principal; without a thief, what is past due.

    billed: off what has been billed, as far as that goes, else off the newest. Interest and penalty
    on it that are not paid go with it (R-W4).
    """
    robbed = account.stolen > 0
    amount = min(account.stolen if robbed else past_due(account), principal(account))
    waive(account, amount, today, log)
    give_back(account, amount, amount if billed else 0)
    account.stolen = 0
    book(today, log, Flow.FRAUD_LOSS if robbed else Flow.DISPUTE_LOSS, amount)


@seldom
def waive(account: Account, amount: int, today: Totals, log: Log) -> None:
    """Drop the share of unpaid interest and penalty that an amount has in the principal (R-W4).

    Both what was posted and what has accrued; what may be dropped with a bill that is paid goes
    with its principal (`give_back`).
    """
    before = principal(account)
    left = before - amount
    whole, nano = kept_accrual(account.accrued, account.accrued_nano, before, left)
    account.accrued = whole
    account.accrued_nano = nano
    whole, nano = kept_accrual(account.penalty_accrued, account.penalty_nano, before, left)
    account.penalty_accrued = whole
    account.penalty_nano = nano
    interest = account.interest - kept(account.interest, before, left)
    penalty = account.penalty - kept(account.penalty, before, left)
    account.interest -= interest
    account.penalty -= penalty
    book(today, log, Flow.INTEREST_WAIVED, interest)
    book(today, log, Flow.PENALTY_WAIVED, penalty)
    # What was no income yet is taken off neither: the part that is waived was never withheld.
    unearned = min(kept(account.suspended, before, left), account.interest + account.penalty)
    release(account, account.suspended - unearned, today, log)
    waived = interest + penalty
    account.statement_due = max(account.statement_due - waived, 0)
    account.minimum_due = max(account.minimum_due - waived, 0)
    clear_missed(account, waived)
