"""The evening: payments, auto-debit, the end of grace, interest, the statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar
from sim.day import Environment, Payment, Totals
from sim.kinds import Claim, Standing
from sim.log import Log
from sim.rules import arrears, billing, dispute, instalment, interest, settlement
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
    today: Totals,
    log: Log,
) -> None:
    """Payments, auto-debit, end of grace, ageing, interest on the close, then the statement."""
    for k in range(len(accounts)):
        account = accounts[k]
        if account.standing == Standing.NONE:
            continue
        if account.standing == Standing.CHARGED_OFF:
            arrears.recover(account, env, terms[k], today, log)
            continue
        behind = account.missed_count
        if payments[k].periods > 0:
            instalment.spread_bill(account, payments[k].periods, env, terms[k], today, log)
        if payments[k].amount > 0:
            settlement.pay_by_hand(user, account, payments[k].amount, terms[k], today, log)
        if payments[k].settle == 1:
            instalment.settle_early(user, account, env, terms[k], today, log)
        since = billing.days_since_due(account, env)
        if since <= terms[k].billing.grace_days:
            settlement.auto_debit(user, account, today, log)
            if since == terms[k].billing.grace_days:
                missed = account.missed_count
                billing.end_grace(account, env, terms[k], today, log)
                if account.missed_count > missed:
                    dispute.appeals(
                        user, account, Claim.FRAUD.value, account.stolen > 0, env, p, today, log
                    )
        arrears.count_cure(account, behind, today)
        interest.accrue(account, since < terms[k].billing.grace_days, terms[k])
        if billing.statement_tonight(env, terms[k]):
            parts = instalment.fall_due(account, env, terms[k], today, log)
            posted = interest.rounded(account.accrued, account.accrued_nano)
            penalty = interest.rounded(account.penalty_accrued, account.penalty_nano)
            billing.cut_statement(account, posted, penalty, parts, env, terms[k], today, log)
