"""What a user buys by the month: a standing order, and now and then a sum as large as the line.

Writes wishes only, on payday, after the everyday ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, principal
from sim.compiled import scalar, seldom
from sim.day import LARGEST_AMOUNT, OWN_MONEY, WISHES, Environment, Wishes
from sim.draws import Purpose, chance, mixed, word
from sim.kinds import Place, Standing
from sim.quantiles import around
from sim.units import PPM, clamp, share
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params


@scalar
def buy_by_the_month(
    user: User, accounts: list[Account], env: Environment, p: Params, wishes: Wishes
) -> None:
    """Add the standing order and the large sum that are due today to what the user wants."""
    if env.day_of_month == user.payday:
        buy_on_payday(user, accounts, env, p, wishes)


@seldom
def buy_on_payday(
    user: User, accounts: list[Account], env: Environment, p: Params, wishes: Wishes
) -> None:
    """Add what is bought by the month, as far as anybody does."""
    if p.behaviour.monthly.order_users_ppm > 0:
        order(user, accounts, p, wishes)
    if p.behaviour.monthly.sum_month_ppm > 0:
        large_sum(user, accounts, env, p, wishes)
    if p.behaviour.monthly.again_ppm > 0:
        draw_again(user, accounts, env, p, wishes)


@scalar
def order(user: User, accounts: list[Account], p: Params, wishes: Wishes) -> None:
    """Add a standing order, of the same amount each month, for those who gave one."""
    m = p.behaviour.monthly
    fate = word(p.seed, p.replication, user.user, 0, Purpose.ORDER.value)
    k = roomiest(accounts)
    if k == OWN_MONEY or not chance(fate, m.order_users_ppm):
        return
    amount = around(m.order_fen, p.tables.order, p.tables.normal, mixed(fate))
    add(Place.BILLS.value, amount, k, wishes)


@scalar
def large_sum(
    user: User, accounts: list[Account], env: Environment, p: Params, wishes: Wishes
) -> None:
    """Add a sum that is wanted whole, or what the line still gives of it."""
    m = p.behaviour.monthly
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.LARGE_SUM.value)
    ppm = share(m.sum_month_ppm, m.sum_full_ppm) if user.full_lean > 0 else m.sum_month_ppm
    if m.sum_quiet_days > 0:
        ppm = share(ppm, min(user.rate * m.sum_quiet_days, PPM))
    if user.strain > 0:
        ppm -= share(ppm, min(user.strain * m.sum_strain_ppm // 1_000, PPM))
    k = roomiest(accounts)
    if k == OWN_MONEY:
        return
    if m.sum_limit_fen > 0:
        ppm = ppm * m.sum_limit_fen // (m.sum_limit_fen + accounts[k].limit)
    if not chance(fate, share(ppm, env.demand)):
        return
    wanted = around(m.sum_fen, p.tables.large_sum, p.tables.normal, mixed(fate))
    add(Place.ONLINE.value, min(wanted, room(accounts[k])), k, wishes)


@scalar
def draw_again(
    user: User, accounts: list[Account], env: Environment, p: Params, wishes: Wishes
) -> None:
    """Add a part of the last bill for who paid it off: debt that was elsewhere for days only."""
    k = roomiest(accounts)
    if k == OWN_MONEY or accounts[k].statement_due > 0:
        return
    bill = accounts[k].statement_total
    use = min(bill * PPM // max(accounts[k].limit, 1), PPM)
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.DRAW_AGAIN.value)
    if chance(fate, share(p.behaviour.monthly.again_ppm, use)):
        part = bill * (mixed(fate) >> 16) >> 16
        add(Place.ONLINE.value, min(part, room(accounts[k])), k, wishes)


@scalar
def room(account: Account) -> int:
    """Return what the line still gives, fen; nothing to who is past due."""
    if account.standing != Standing.OPEN or account.missed_count > 0:
        return 0
    return max(account.limit - principal(account), 0)


@scalar
def roomiest(accounts: list[Account]) -> int:
    """Return the product whose line gives most, OWN_MONEY where none gives anything."""
    found = OWN_MONEY
    most = 0
    for k in range(len(accounts)):
        left = room(accounts[k])
        if left > most:
            most = left
            found = k
    return found


@scalar
def add(place: int, amount: int, means: int, wishes: Wishes) -> None:
    """Add a purchase to the day's wishes, if there is place for one more."""
    at = wishes.count
    if at >= WISHES or amount <= 0:
        return
    wishes.place[at] = place
    wishes.amount[at] = clamp(amount, 1, LARGEST_AMOUNT)
    wishes.means[at] = means
    wishes.otherwise[at] = 0
    wishes.periods[at] = 0
    wishes.count = at + 1
