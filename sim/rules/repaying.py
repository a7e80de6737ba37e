"""Whether and how much a user repays by hand. Writes the payment only.

A decision is made on the user's own day for bills, on the due day, on payday and on reminders
while past due. It is nothing, the minimum, a round sum, or all: prudence against strain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, days_past_due, owed, past_due, payable, principal
from sim.compiled import scalar, seldom
from sim.day import Environment, Luck, Payment
from sim.draws import Purpose, chance, for_product, mixed, word
from sim.kinds import AutoDebit
from sim.quantiles import around, at_score, read
from sim.units import PPM, share
from sim.user import User, funds

if TYPE_CHECKING:
    from sim.params import Params


@scalar
def repay(
    user: User, account: Account, luck: Luck, env: Environment, p: Params, payment: Payment
) -> None:
    """Fill in what the user wants to pay into one account today, in fen."""
    payment.amount = 0
    payment.periods = 0
    payment.settle = 0
    if owed(account) == 0:
        return
    late = account.missed_count > 0
    on_payday = env.day_of_month == user.payday
    if late:
        reminded = days_past_due(account, env.day) % p.behaviour.repaying.reminder_days == 0
        if on_payday or reminded or account.worked == 1:
            least = means_to_pay(user, account, p)
            payment.amount = bill_payment(user, account, luck, least, env, p)
    elif account.statement_due > 0 and user.auto_debit == AutoDebit.OFF:
        if env.day_of_month == user.pays_on or env.day_of_month == account.due_day:
            payment.amount = bill_payment(user, account, luck, account.minimum_due, env, p)
    elif on_payday and chance(luck.pay, p.behaviour.repaying.early_ppm):
        payment.amount = min(payable(account), spare(user, p))
    if late:
        return
    if account.statement_due > 0 and env.day_of_month == user.pays_on:
        payment.periods = bill_periods(user, account, payment.amount, env, p)
        payment.amount = 0 if payment.periods > 0 else payment.amount
    if account.planned > 0 and on_payday:
        payment.settle = 1 if settles(user, account, env, p) else 0


@seldom
def bill_periods(user: User, account: Account, paying: int, env: Environment, p: Params) -> int:
    """Return in how many instalments the user wants the open bill, 0 for none (R-P3)."""
    b = p.behaviour.borrowing
    if paying >= account.statement_due:
        return 0
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.BILL_PLAN.value)
    if not chance(fate, b.bill_plan_ppm):
        return 0
    return p.tables.periods[mixed(fate) >> 22]


@seldom
def settles(user: User, account: Account, env: Environment, p: Params) -> bool:
    """Tell whether a user wants to settle all instalments early, and has the money (R-P6)."""
    if spare(user, p) < account.planned:
        return False
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.SETTLE.value)
    return chance(fate, p.behaviour.borrowing.settle_month_ppm)


@scalar
def spare(user: User, p: Params) -> int:
    """Return the money that may go into bills, in fen."""
    return max(funds(user) - share(user.income, p.behaviour.repaying.reserve_ppm), 0)


@scalar
def means_to_pay(user: User, account: Account, p: Params) -> int:
    """Return the least that counts for who is past due: what was missed, or all that is asked.

    A user is of one kind or the other for good: who pays what was missed alone stays behind.
    """
    fate = word(p.seed, p.replication, user.user, 0, Purpose.CATCH_UP.value)
    missed = past_due(account)
    if chance(fate, p.behaviour.repaying.catch_up_ppm):
        return max(missed, account.minimum_due)
    return missed


@scalar
def beyond_minimum(user: User, least: int, whole: int, env: Environment, p: Params) -> int:
    """Return what is paid of a bill not paid in full: some multiple of the least, often round.

    The multiple is lognormal: the user's own for good, times a new one for every bill.
    """
    r = p.behaviour.repaying
    fixed = fixed_sum(user, p) if r.fixed_users_ppm > 0 else 0
    if fixed > 0:
        return min(round_up(max(fixed, least), 10 * r.round_fen), whole)
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.BEYOND.value)
    own = read(p.tables.normal, word(p.seed, p.replication, user.user, 0, Purpose.GENEROUS.value))
    z = own * p.tables.beyond_own + read(p.tables.normal, fate) * p.tables.beyond_new
    amount = max(least, least * at_score(p.tables.beyond, z) // PPM)
    second = mixed(fate)
    if chance(mixed(second), r.short_ppm):
        return least * (second >> 16) >> 16
    if chance(second, r.round_up_ppm):
        third = for_product(second, 1)
        step = 5 * r.round_fen if chance(for_product(third, 2), r.round_middle_ppm) else r.round_fen
        step = 10 * r.round_fen if chance(third, r.round_coarse_ppm) else step
        if amount > 20 * r.round_fen and chance(mixed(third), r.round_coarse_ppm // 2):
            step = 50 * r.round_fen
        amount = round_up(amount, step)
    return min(amount, whole)


@scalar
def round_up(amount: int, step: int) -> int:
    """Return the least multiple of a step that is at least an amount."""
    return (amount + step - 1) // step * step


@scalar
def fixed_sum(user: User, p: Params) -> int:
    """Return what a user pays of every bill not paid in full, fen; 0 for who has no such habit."""
    r = p.behaviour.repaying
    fate = word(p.seed, p.replication, user.user, 0, Purpose.FIXED_SUM.value)
    if not chance(fate, r.fixed_users_ppm):
        return 0
    return around(r.fixed_fen, p.tables.fixed, p.tables.normal, mixed(fate))


@seldom
def bill_payment(
    user: User, account: Account, luck: Luck, least: int, env: Environment, p: Params
) -> int:
    """Return what is paid of an open bill: nothing, `least`, a round sum, or all of it."""
    r = p.behaviour.repaying
    money = spare(user, p)
    if money < least or not willing(user, account, luck, p):
        return 0
    lean = user.full_lean - user.strain * r.full_strain_weight_ppm // PPM
    lean += read(p.tables.logistic, luck.size)
    if r.full_use_weight > 0:
        lean -= (
            r.full_use_weight * min(principal(account), 2 * account.limit) // max(account.limit, 1)
        )
    if r.full_limit_weight > 0:
        lean += r.full_limit_weight * min(account.limit, r.full_limit_fen) // r.full_limit_fen
    whole = max(account.statement_due, least)
    if lean > 0 or (r.windfall_ppm > 0 and windfall(account, luck, p)):
        if r.all_owed_ppm > 0 and chance(for_product(luck.size, 1), r.all_owed_ppm):
            whole = max(payable(account), least)
        return whole if money >= whole else max(least, money // r.round_fen * r.round_fen)
    if lean > -r.round_band and least > 0:
        between = least + (whole - least) * (lean + r.round_band) // r.round_band
        return min(max(least, between // r.round_fen * r.round_fen), money)
    if r.beyond_sigma_ppm > 0:
        return min(beyond_minimum(user, least, whole, env, p), money)
    return least


@scalar
def windfall(account: Account, luck: Luck, p: Params) -> bool:
    """Tell whether money from elsewhere pays a bill off; the larger, the likelier."""
    if account.missed_count > 0:
        return False
    use = min(principal(account) * PPM // max(account.limit, 1), PPM)
    return chance(for_product(luck.size, 2), share(p.behaviour.repaying.windfall_ppm, use))


@scalar
def willing(user: User, account: Account, luck: Luck, p: Params) -> bool:
    """Tell whether the user gets round to paying at all; friends past due hold back (R-F7)."""
    r = p.behaviour.repaying
    index = user.prudence - user.strain * r.strain_weight_ppm // PPM
    if account.missed_count > 0:
        index -= r.late_weight
    if principal(account) * 10 > account.limit * 9:
        index -= r.full_line_weight
    if r.friends_weight > 0:
        index -= r.friends_weight * user.friends_late // 100
    if account.worked == 1:
        index += p.risk_control.collection.weight
    return index + read(p.tables.logistic, luck.pay) > 0
