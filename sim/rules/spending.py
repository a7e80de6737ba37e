"""What a user wants to buy: how often, where, how much, by what means. Writes wishes only.

Counts are negative binomial: gamma-distributed bursts from day to day around the user's own rate
(which is gamma among users). Source: diary of consumer payments 2019, see the scenario's fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, principal
from sim.compiled import scalar, seldom
from sim.day import DRAWN, LARGEST_AMOUNT, OWN_MONEY, WISHES, Environment, Luck, Wishes
from sim.draws import Purpose, chance, for_product, mixed, word
from sim.kinds import Standing
from sim.offer import accepts, discount_ppm, free_days, is_barred, is_no_purchase, yearly_cost
from sim.quantiles import read
from sim.shocks import spending_factor
from sim.units import PPM, clamp, share
from sim.user import User, funds

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def spend(
    user: User,
    accounts: list[Account],
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    wishes: Wishes,
) -> None:
    """Fill in what the user wants today: applications or more limit, and what to buy."""
    wishes.apply = 0
    wishes.ask = 0
    for k in range(len(accounts)):
        wishes.apply += (1 if looks_at_entry(user, accounts[k], k, luck, p) else 0) << k
        wishes.ask += (1 if wants_more(user, accounts[k], env, p) else 0) << k
    count = purchases(user, luck, env, p)
    wishes.count = count
    for i in range(count):
        if i < DRAWN:
            size = luck.amount[i]
            choice = luck.choice[i]
        else:
            size = word(p.seed, p.replication, user.user, env.day, Purpose.PURCHASE.value + i)
            choice = word(
                p.seed, p.replication, user.user, env.day, Purpose.PURCHASE.value + WISHES + i
            )
        place = p.tables.place[choice >> 22]
        amount = price(user, place, size, p)
        wishes.place[i] = place
        wishes.amount[i] = amount
        choose_means(user, accounts, i, choice, env, p, terms, wishes)
        wishes.periods[i] = 0
        if wishes.means[i] >= 0 and amount >= p.behaviour.borrowing.least_plan_fen:
            wishes.periods[i] = purchase_periods(user, i, env, p, terms[wishes.means[i]])


@scalar
def looks_at_entry(user: User, account: Account, k: int, luck: Luck, p: Params) -> bool:
    """Tell whether a user looks at the wallet's entry today; friends who have it help (R-A3)."""
    if account.standing != Standing.NONE:
        return False
    a = p.behaviour.applying
    wish = a.wish_month_ppm // 30
    if a.friends_weight_ppm > 0:
        wish += wish * a.friends_weight_ppm // PPM * user.friends_good // 100
    return chance(for_product(luck.pay, k), wish)


@scalar
def wants_more(user: User, account: Account, env: Environment, p: Params) -> bool:
    """Tell whether a user asks for a higher limit today: refused for lack of it, often enough."""
    b = p.behaviour.borrowing
    if account.asks_after < b.ask_after or account.standing != Standing.OPEN:
        return False
    return chance(word(p.seed, p.replication, user.user, env.day, Purpose.ASK.value), b.ask_ppm)


@scalar
def purchase_periods(user: User, at: int, env: Environment, p: Params, terms: Terms) -> int:
    """Return in how many instalments a purchase is wished, 0 for none (R-P3)."""
    b = p.behaviour.borrowing
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.SPREAD.value + at)
    ppm = b.purchase_plan_ppm
    if terms.regulation.shows_cost:
        ppm -= share(ppm, p.behaviour.choosing.shown_plan_damp_ppm)
    if not chance(fate, ppm):
        return 0
    return p.tables.periods[mixed(fate) >> 22]


@scalar
def purchases(user: User, luck: Luck, env: Environment, p: Params) -> int:
    """Return how many purchases the user wants: the negative binomial quantile of the luck."""
    demand = env.demand
    if env.shocks != 0:
        demand = share(demand, spending_factor(user, env, p))
    rate = user.rate * user.mood * 1e-12 * (demand * 1e-6)
    if env.day <= user.damped_until:
        rate -= rate * p.behaviour.spending.message_damp_ppm * 1e-6
    shape = p.behaviour.spending.burst_shape
    stay = shape / (shape + rate)
    again = 1.0 - stay
    none = power(stay, shape)
    u = (luck.count + 0.5) * 2.3283064365386963e-10  # 2**-32
    # Four terms without a branch: the processor cannot guess a count, and a wrong guess costs more.
    # They are relative to the chance of none, which is known last.
    ways = p.tables.burst
    square = again * again
    up_to_1 = 1.0 + again * ways[1]
    up_to_2 = up_to_1 + square * ways[2]
    up_to = up_to_2 + square * again * ways[3]
    count = (u >= none) + (u >= none * up_to_1) + (u >= none * up_to_2) + (u >= none * up_to)
    if count == 4:
        term = square * square
        up_to += term * ways[4]
        while u >= none * up_to and count < WISHES:
            count += 1
            term *= again
            up_to += term * ways[count]
    return count


@scalar
def power(value: float, exponent: int) -> float:
    """Return value ** exponent for a whole exponent >= 0, by the same products everywhere."""
    result = 1.0
    left = exponent
    square = value
    while left > 0:
        if left & 1:
            result *= square
        square *= square
        left >>= 1
    return result


@scalar
def price(user: User, place: int, size: int, p: Params) -> int:
    """Return an amount in fen: lognormal with a power tail, on the scale of user and place."""
    scale = user.ticket * p.tables.place_scale[place] // PPM
    return clamp((read(p.tables.ticket, size) * scale) >> 16, 1, LARGEST_AMOUNT)


@scalar
def choose_means(
    user: User,
    accounts: list[Account],
    at: int,
    choice: int,
    env: Environment,
    p: Params,
    terms: list[Terms],
    wishes: Wishes,
) -> None:
    """Fill in by what means purchase `at` is wished, and which products follow a refusal.

    Each product is held against own money, with one noise for all; those that win are tried in
    the order of their appeal: interest-free days, discount, habit, limit left, and a taste.
    """
    wishes.means[at] = OWN_MONEY
    wishes.otherwise[at] = 0
    wanted = 0
    for k in range(len(accounts)):
        if wants(user, accounts[k], k, wishes.place[at], wishes.amount[at], choice, p, terms[k]):
            wanted |= 1 << k
    if len(accounts) == 1:
        wishes.means[at] = 0 if wanted == 1 else OWN_MONEY
        return
    if wanted > 0:
        order_products(accounts, at, choice, wanted, env, p, terms, wishes)


@seldom
def order_products(
    accounts: list[Account],
    at: int,
    choice: int,
    wanted: int,
    env: Environment,
    p: Params,
    terms: list[Terms],
    wishes: Wishes,
) -> None:
    """Put the products that are wanted, a bit each, in the order of their appeal."""
    if is_barred(wishes.place[at]):  # refused by all: one refusal is enough
        wanted &= -wanted
    tried = 0
    while wanted > 0:
        best = OWN_MONEY
        most = 0
        for k in range(len(accounts)):
            if (wanted >> k) & 1:
                pull = appeal(accounts[k], k, wishes.place[at], choice, env, p, terms[k])
                if best == OWN_MONEY or pull > most:
                    best = k
                    most = pull
        wanted ^= 1 << best
        if tried == 0:
            wishes.means[at] = best
        else:
            wishes.otherwise[at] |= (1 + best) << (4 * (tried - 1))
        tried += 1


@scalar
def wants(
    user: User,
    account: Account,
    k: int,
    place: int,
    amount: int,
    choice: int,
    p: Params,
    terms: Terms,
) -> bool:
    """Tell whether a user would pay with a product: a logistic choice of credit or own money."""
    if account.standing == Standing.NONE:
        return False
    if is_no_purchase(place):
        return True
    own = funds(user)
    if own < amount and account.standing == Standing.OPEN:
        return accepts(place, for_product(choice, k + 1), terms)
    s, c = p.behaviour.spending, p.behaviour.choosing
    tight, price_, full = s.tight_weight, s.price_weight, s.full_line_weight
    index = user.credit_lean + s.habit_weight * user.habit // 1_000
    index += tight if own < amount * s.tight_multiple else 0
    index -= price_ if account.carried > 0 else 0
    index -= full if account.limit - principal(account) < amount else 0
    index += c.discount_weight * discount_ppm(place, terms) // 10_000
    if terms.regulation.shows_cost:
        index -= c.shown_cost_weight * yearly_cost(terms)
    if index + read(p.tables.logistic, (choice & 0x3F_FFFF) << 10) <= 0:
        return False
    return accepts(place, for_product(choice, k + 1), terms)


@scalar
def appeal(
    account: Account, k: int, place: int, choice: int, env: Environment, p: Params, terms: Terms
) -> int:
    """Return how a product stands among others for one purchase, in 1e-3 logit."""
    s, c = p.behaviour.spending, p.behaviour.choosing
    pull = c.habit_weight * account.chosen // 1_000
    pull += c.free_day_weight * free_days(account, env, terms)
    pull += c.discount_weight * discount_ppm(place, terms) // 10_000
    pull -= s.price_weight if account.carried > 0 else 0
    pull -= s.full_line_weight if account.standing != Standing.OPEN else 0
    taste = read(p.tables.logistic, mixed(for_product(choice, k + 1)))
    return pull + taste * c.taste_ppm // PPM
