"""The evening: payments, auto-debit, the end of grace, interest, the statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar, seldom
from sim.day import Environment, Payment, Totals
from sim.kinds import Claim, Credit, Standing
from sim.log import Log
from sim.offer import rate_a_day
from sim.rules import (
    arrears,
    billing,
    cost,
    dispute,
    instalment,
    interest,
    settlement,
    sharing,
)
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def settle(
    user: User,
    accounts: list[Account],
    payments: list[Payment],
    env: Environment,
    p: Params,
    terms: list[Terms],
    today: list[Totals],
    log: Log,
) -> None:
    """Payments, auto-debit, end of grace, ageing, interest on the close, then the statement."""
    for k in range(len(accounts)):
        account = accounts[k]
        log.at = k
        if account.standing == Standing.NONE:
            continue
        if account.standing == Standing.CHARGED_OFF:
            arrears.recover(account, env, terms[k], today[k], log)
            continue
        behind = account.missed_count
        payment = payments[k]
        if payment.amount > 0 or payment.periods > 0 or payment.settle == 1:
            take_payment(user, account, payment, env, p, terms[k], today[k], log)
        since = billing.days_since_due(account, env, terms[k])
        if since <= terms[k].billing.grace_days:
            taken = settlement.auto_debit(user, account, terms[k], today[k], log)
            today[k].retried += 1 if taken and since > 0 else 0
            if since == 0 and terms[k].billing.grace_days > 0 and account.minimum_due > 0:
                today[k].graced += 1
        carried = account.carried
        if since == terms[k].billing.grace_days:
            let_grace_end(user, account, env, p, terms[k], today[k], log)
        arrears.count_cure(account, behind, today[k])
        sharing.remember_spell(account, behind, env)
        tonight = billing.statement_tonight(account, env, terms[k])
        fresh = account.carried - carried if since == 0 else 0
        interest.accrue(account, since, fresh, tonight, env, terms[k])
        if tonight:
            bill(account, env, terms[k], today[k], log)
    log.at = 0


@seldom
def bill(account: Account, env: Environment, terms: Terms, today: Totals, log: Log) -> None:
    """Let the month's instalments fall due, and cut the statement."""
    parts = instalment.fall_due(account, env, terms, today, log)
    billing.cut_statement(account, parts, env, terms, today, log)


@seldom
def take_payment(
    user: User,
    account: Account,
    payment: Payment,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Take what the user wants: the bill in instalments, money by hand, early settlement."""
    if payment.periods > 0:
        amount = instalment.spread_bill(account, payment.periods, env, terms)
        if amount > 0:
            cost.count_plan(True, amount, payment.periods, p, terms, today, log)
    if payment.amount > 0:
        settlement.pay_by_hand(user, account, payment.amount, terms, today, log)
    if payment.settle == 1:
        instalment.settle_early(user, account, env, terms, today, log)


@seldom
def let_grace_end(
    user: User,
    account: Account,
    env: Environment,
    p: Params,
    terms: Terms,
    today: Totals,
    log: Log,
) -> None:
    """Close the bill; whose minimum was missed may claim that its purchases were by others."""
    missed = account.missed_count
    carried = account.carried
    lapses = account.lapses
    back = account.grace_accrued if interest.counts_back(terms) else 0
    billing.end_grace(account, env, terms, today, log)
    if account.carried > carried:
        late = account.lapses > lapses
        rate = interest.late_rate(terms) if late else rate_a_day(terms)
        kind = Credit.MISSED.value if late else Credit.CARRIED.value
        cost.count_daily(kind, account.carried - carried, rate, back, terms, today)
    if account.missed_count > missed:
        robbed = account.stolen > 0
        dispute.appeals(user, account, Claim.FRAUD.value, robbed, env, p, today, log)
