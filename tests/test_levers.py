"""Every lever with a neutral value changes nothing when set to it; the tests follow the schema.

A lever stands for a mechanism. That it "changes nothing" means here: at its neutral value the
mechanism's result is the same whatever the mechanism works on is, or as if it were not there. Each
lever has a probe which returns such results, plain or with what the mechanism works on varied:
they must be equal at the neutral value, and must differ at another one, so that no probe is blind.
"""

import datetime as dt
from functools import cache

import pytest
from scripted_user import open_account
from test_docs import models_in

import sim
from sim import offer
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.engines.state import start
from sim.environment import course
from sim.kinds import (
    Claim,
    EarlySettlement,
    FunnelStep,
    Place,
    Proof,
    Standing,
    Status,
    Way,
)
from sim.log import Log
from sim.network import ties
from sim.params import params_of
from sim.quantiles import read
from sim.rules import (
    admission,
    application,
    authorisation,
    billing,
    collection,
    dispute,
    fraud,
    history,
    income,
    instalment,
    interest,
    limit,
    monthly,
    mood,
    presence,
    refund,
    repaying,
    score,
    settlement,
    sharing,
    spending,
    warning,
)
from sim.scenario import ScenarioError, from_tree
from sim.scenario.sections import Scenario
from sim.simulation import simulate
from sim.user import User

WORDS = [n * 2**32 // 61 for n in range(61)]
MANY = range(400)
RICH = {"wallet": 10**8, "bank": 10**9}
HERE = Environment(day=40, invitable=50)


def levers(model=Scenario, at=""):
    """Yield each key with a neutral value, and that value.

    Of products beside the first the levers are those of the first.
    """
    for name, field in model.model_fields.items():
        if model is Scenario and name == "beside":
            continue
        extra = field.json_schema_extra or {}
        if "neutral" in extra:
            yield at + name, extra["neutral"]
        for inner in models_in(field.annotation):
            yield from levers(inner, f"{at}{name}.")


NEUTRAL = dict(levers())


@cache
def plan_of(*changes):
    tree = from_tree({"run": {"users": 60, "days": 40, "seed": 3}})
    return tree.with_(**dict(changes))


def numbers(plan):
    return params_of(plan)


PROBES = {}


def probe(lever, awake, **others):
    """Register a probe: awake is a value at which the mechanism works; others: keys it needs."""

    def register(function):
        assert lever not in PROBES
        PROBES[lever] = (awake, {k.replace("__", "."): v for k, v in others.items()}, function)
        return function

    return register


# ---- population -----------------------------------------------------------------------------


def drawn(plan, **changes):
    return start(plan.with_(**{"run.users": 400} | changes)).users


@probe("population.traits.past_overdue_link", 0.6)
def marks_whatever_the_prudence(plan, varied):
    pair = {"first": "income_fen", "second": "prudence", "correlation": 0.9 * varied}
    users = drawn(plan, **{"population.copula.pairs": [pair], "population.score_auc": 0.5})
    return users["past_overdue"].tolist()


@probe("population.score_auc", 0.72)
def scores_whatever_prudence_is_worth(plan, varied):
    bad = 100_000 if varied else 30_000
    return drawn(plan, **{"population.score_auc_bad_ppm": bad}).tobytes()


@probe("population.copula.pairs.correlation", 0.4)
def a_pair_or_none(plan, varied):
    pair = {"first": "age", "second": "friends", "correlation": plan["correlation"]}
    pairs = [] if varied else [pair]
    return drawn(plan_of(), **{"population.copula.pairs": pairs}).tobytes()


def leavers(plan, varied):
    state = simulate(plan.with_(**{"run.users": 300, "run.days": 150}))
    gone = int((state.users["status"] == Status.GONE).sum())
    return 0 if varied else gone


probe("population.leave_month_ppm", 30_000, population__death_month_ppm=0)(leavers)
probe("population.death_month_ppm", 30_000, population__leave_month_ppm=0)(leavers)


@probe("population.network.close_ties", 10)
def friends_or_nobody(plan, varied):
    users = drawn(plan)
    found = ties(plan.with_(**{"run.users": 400}), users)
    return [0] * len(users) if varied else found.counts.tolist()


# ---- behaviour ------------------------------------------------------------------------------


@probe("behaviour.spending.limit_elasticity_ppm", 100_000)
def moods_whatever_the_limit_rose_by(plan, varied):
    user = User(**RICH)
    accounts = [open_account(first_limit=1_000_000 if varied else 2_000_000)]
    return mood.mood(user, accounts, HERE, numbers(plan))


def mood_of(plan, user=None, **account):
    return mood.mood(User(**RICH, **(user or {})), [open_account(**account)], HERE, numbers(plan))


@probe("behaviour.spending.strain_damp_ppm", 150_000)
def moods_whatever_the_strain(plan, varied):
    return mood_of(plan, {"strain": 3_000 * varied})


@probe("behaviour.spending.late_damp_ppm", 500_000)
def moods_whatever_is_past_due(plan, varied):
    return mood_of(plan, missed_count=int(varied))


@probe("behaviour.spending.late_past_damp_ppm", 500_000)
def moods_whatever_was_past_due(plan, varied):
    return mood_of(plan, late_bins=[30 * varied] * 6)


@probe("behaviour.spending.fill_damp_ppm", 500_000)
def moods_whatever_is_used_of_the_line(plan, varied):
    return mood_of(plan, unbilled=1_500_000 * varied)


@probe("behaviour.spending.spell_sigma_ppm", 700_000)
def moods_in_a_spell_or_none(plan, varied):
    return 1_000_000 if varied else mood_of(plan)


@probe("behaviour.spending.message_damp_ppm", 300_000)
def purchases_whatever_the_message(plan, varied):
    user = User(damped_until=HERE.day if varied else -1)
    p = numbers(plan)
    return [spending.purchases(user, Luck(count=w), HERE, p) for w in WORDS]


def choices(plan, user, account, amount=30_000):
    p = numbers(plan)
    where = (0, Place.ONLINE, amount)
    return [spending.wants(user, account, *where, w, p, plan.product) for w in WORDS]


@probe("behaviour.spending.habit_weight", 1_500)
def means_whatever_the_habit(plan, varied):
    return choices(plan, User(**RICH, habit=1_000 * varied), open_account())


@probe("behaviour.spending.price_weight", 1_200)
def means_whatever_balance_bears_interest(plan, varied):
    return choices(plan, User(**RICH), open_account(carried=10_000 * varied))


@probe("behaviour.spending.tight_weight", 1_500)
def means_whatever_part_of_ones_money_it_is(plan, varied):
    return choices(plan, User(wallet=40_000 if varied else 4_000_000), open_account())


@probe("behaviour.spending.tight_multiple", 6)
def means_whatever_a_large_part_weighs(plan, varied):
    weighed = plan.with_(**{"behaviour.spending.tight_weight": 9_000 if varied else 100})
    return choices(weighed, User(wallet=40_000), open_account())


@probe("behaviour.spending.full_line_weight", 2_500)
def means_whatever_is_left_of_the_limit(plan, varied):
    return choices(plan, User(**RICH), open_account(billed=1_990_000 * varied))


@probe("behaviour.scale.online_ppm", 700_000)
def online_amounts_are_the_users_own_scale(plan, varied):
    p, user = numbers(plan), User(ticket=7_919)
    if varied:
        return [max((read(p.tables.ticket, w) * user.ticket) >> 16, 1) for w in WORDS]
    return [spending.price(user, Place.ONLINE, w, p) for w in WORDS]


def bought_by_the_month(plan, account=None, **user):
    """Return what many users want on payday beside everyday purchases."""
    p, line, found = numbers(plan), account or {}, []
    for n in MANY:
        wishes, payday = Wishes(), Environment(day=40, day_of_month=10)
        monthly.buy_by_the_month(User(user=n, **user), [open_account(**line)], payday, p, wishes)
        found.append(wishes.amount[: wishes.count])
    return found


@probe("behaviour.monthly.order_users_ppm", 300_000)
def standing_orders_or_none(plan, varied):
    return [[]] * len(MANY) if varied else bought_by_the_month(plan)


@probe("behaviour.monthly.sum_month_ppm", 300_000)
def large_sums_or_none(plan, varied):
    return [[]] * len(MANY) if varied else bought_by_the_month(plan)


@probe("behaviour.monthly.sum_strain_ppm", 400_000, behaviour__monthly__sum_month_ppm=500_000)
def large_sums_whatever_the_strain(plan, varied):
    return bought_by_the_month(plan, strain=2_000 * varied)


@probe("behaviour.monthly.sum_quiet_days", 90, behaviour__monthly__sum_month_ppm=500_000)
def large_sums_whatever_is_bought_else(plan, varied):
    return bought_by_the_month(plan, rate=1_000 if varied else 900_000)


@probe("behaviour.monthly.sum_limit_fen", 10**6, behaviour__monthly__sum_month_ppm=500_000)
def large_sums_whatever_the_limit(plan, varied):
    many = bought_by_the_month(plan, {"limit": 10**9 if varied else 10**7})
    return [bool(amounts) for amounts in many]


@probe("behaviour.monthly.again_ppm", 500_000)
def nothing_drawn_again_of_a_bill_or_none(plan, varied):
    return bought_by_the_month(plan, {"statement_total": 1_900_000 * varied})


def strains(plan, **changes):
    found = []
    for w in WORDS:
        user = User(strain=500, employed=changes.get("employed", 1))
        luck = Luck(life=w if changes.get("luck", 1) else 2**31)
        income.feel_strain(user, luck, changes.get("short", 0), numbers(plan))
        found.append(user.strain)
    return found


@probe("behaviour.money.strain_shock", 700)
def strain_whatever_the_month_brings(plan, varied):
    return strains(plan, luck=not varied)


@probe("behaviour.money.strain_no_job", 2_500)
def strain_whatever_the_work(plan, varied):
    return strains(plan, employed=0 if varied else 1)


@probe("behaviour.money.strain_short", 600)
def strain_whatever_was_not_paid(plan, varied):
    return strains(plan, short=10_000 * varied)


@probe("behaviour.spending.friends_weight_ppm", 300_000, population__network__close_ties=5)
def moods_whatever_the_friends_have(plan, varied):
    return mood.mood(
        User(**RICH, friends_active=80 * varied), [open_account()], HERE, numbers(plan)
    )


def payers(plan, user, account):
    p = numbers(plan)
    return [repaying.willing(user, account, Luck(pay=w), p) for w in WORDS]


@probe("behaviour.repaying.strain_weight_ppm", 1_000_000)
def paying_whatever_the_strain(plan, varied):
    return payers(plan, User(prudence=1_000, strain=3_000 * varied), open_account(billed=1))


@probe("behaviour.repaying.late_weight", 3_300)
def paying_whatever_is_past_due(plan, varied):
    return payers(plan, User(prudence=1_000), open_account(billed=1, missed_count=int(varied)))


@probe("behaviour.repaying.friends_weight", 5_000, population__network__close_ties=5)
def paying_whatever_the_friends_owe(plan, varied):
    return payers(plan, User(prudence=1_000, friends_late=60 * varied), open_account(billed=1))


@probe("behaviour.repaying.full_line_weight", 1_000)
def paying_whatever_is_used_of_the_line(plan, varied):
    return payers(plan, User(prudence=1_000), open_account(billed=1_900_000 * varied))


def amounts(plan, user, money=10**9):
    p, rich = numbers(plan), {"wallet": money, "prudence": 30_000}
    user = User(**rich, **user)
    account = open_account(billed=987_654, statement_due=987_654, minimum_due=98_765)
    return [repaying.bill_payment(user, account, Luck(size=w), 98_765, HERE, p) for w in WORDS]


@probe("behaviour.repaying.full_use_weight", 8_000)
def paying_in_full_whatever_the_limit(plan, varied):
    p, user = numbers(plan), User(wallet=10**9, prudence=30_000, full_lean=1_000)
    account = open_account(limit=10**7 if varied else 10**6, billed=987_654, statement_due=987_654)
    return [repaying.bill_payment(user, account, Luck(size=w), 98_765, HERE, p) for w in WORDS]


@probe("behaviour.repaying.full_limit_weight", 4_000)
def paying_in_full_whatever_the_line(plan, varied):
    p, user = numbers(plan), User(wallet=10**9, prudence=30_000, full_lean=-2_000)
    account = open_account(limit=2 * 10**7 if varied else 10**6, statement_due=987_654)
    return [repaying.bill_payment(user, account, Luck(size=w), 98_765, HERE, p) for w in WORDS]


@probe("behaviour.repaying.windfall_ppm", 300_000, behaviour__repaying__round_band=0)
def minimums_or_a_windfall(plan, varied):
    p, user = numbers(plan), User(wallet=10**9, prudence=30_000, full_lean=-30_000)
    account = open_account(billed=987_654, statement_due=987_654)
    paid = [repaying.bill_payment(user, account, Luck(size=w), 98_765, HERE, p) for w in WORDS]
    return [98_765] * len(WORDS) if varied else paid


@probe("behaviour.repaying.all_owed_ppm", 500_000)
def paying_whatever_is_not_billed(plan, varied):
    p, user = numbers(plan), User(wallet=10**9, prudence=30_000, full_lean=30_000)
    owed = {"billed": 987_654, "statement_due": 987_654, "unbilled": 5_000 * varied}
    account = open_account(**owed)
    return [repaying.bill_payment(user, account, Luck(size=w), 98_765, HERE, p) for w in WORDS]


def parts_of_bills(plan, least=98_765):
    """Return what many users pay who do not mean to pay in full."""
    p, found = numbers(plan), []
    for number in MANY:
        user = User(user=number, wallet=10**9, prudence=30_000, full_lean=-30_000)
        account = open_account(billed=987_654, statement_due=987_654, minimum_due=least)
        found.append(repaying.bill_payment(user, account, Luck(), least, HERE, p))
    return found


BEYOND = {"behaviour__repaying__beyond_sigma_ppm": 600_000, "behaviour__repaying__round_band": 0}


@probe("behaviour.repaying.beyond_sigma_ppm", 600_000)
def minimums_or_what_is_beyond(plan, varied):
    return [98_765] * len(MANY) if varied else parts_of_bills(plan)


@probe("behaviour.repaying.round_up_ppm", 600_000, **BEYOND)
def parts_whatever_a_round_sum_is(plan, varied):
    round_fen = 77_700 if varied else 10_000
    return parts_of_bills(plan.with_(**{"behaviour.repaying.round_fen": round_fen}))


@probe(
    "behaviour.repaying.round_coarse_ppm",
    600_000,
    behaviour__repaying__round_up_ppm=1_000_000,
    **BEYOND,
)
def mostly_fine_sums_or_not(plan, varied):
    amounts = [a for a in parts_of_bills(plan) if 100_000 < a < 987_654]
    return True if varied else sum(a % 100_000 != 0 for a in amounts) > 0.8 * len(amounts)


@probe(
    "behaviour.repaying.round_middle_ppm",
    600_000,
    behaviour__repaying__round_up_ppm=1_000_000,
    **BEYOND,
)
def mostly_sums_of_no_middle_size_or_not(plan, varied):
    amounts = [a for a in parts_of_bills(plan) if 100_000 < a < 987_654]
    return True if varied else sum(a % 50_000 != 0 for a in amounts) > 0.7 * len(amounts)


@probe("behaviour.repaying.fixed_users_ppm", 600_000, **BEYOND)
def parts_whatever_a_fixed_sum_is(plan, varied):
    return parts_of_bills(
        plan.with_(**{"behaviour.repaying.fixed_fen": 200_000 if varied else 700_000})
    )


@probe("behaviour.repaying.short_ppm", 300_000, **BEYOND)
def at_least_the_minimum_or_not(plan, varied):
    return True if varied else min(parts_of_bills(plan)) >= 98_765


@probe("behaviour.repaying.catch_up_ppm", 500_000)
def meaning_to_pay_whatever_is_asked(plan, varied):
    account = open_account(missed_count=1, minimum_due=500 if varied else 200)
    account.missed[0] = 100
    p = numbers(plan)
    return [repaying.means_to_pay(User(user=n), account, p) for n in MANY]


@probe("behaviour.repaying.full_strain_weight_ppm", 700_000)
def paying_in_full_whatever_the_strain(plan, varied):
    return amounts(plan, {"strain": 2_000 * varied})


@probe("behaviour.repaying.round_band", 900)
def amounts_whatever_a_round_sum_is(plan, varied):
    round_fen = 77_700 if varied else 10_000
    return amounts(plan.with_(**{"behaviour.repaying.round_fen": round_fen}), {})


@probe("behaviour.repaying.early_ppm", 500_000)
def early_payments_or_none(plan, varied):
    if varied:
        return [0] * len(WORDS)
    p, found = numbers(plan), []
    for w in WORDS:
        payment, user = Payment(), User(**RICH, payday=1)
        repaying.repay(user, open_account(unbilled=10_000), Luck(pay=w), HERE, p, payment)
        found.append(payment.amount)
    return found


def lookers(plan, user):
    p, none = numbers(plan), open_account(standing=Standing.NONE.value)
    return [spending.looks_at_entry(user, none, 0, Luck(pay=w // 64), p) for w in WORDS]


@probe("behaviour.applying.wish_month_ppm", 150_000)
def looks_at_the_entry_or_none(plan, varied):
    return [False] * len(WORDS) if varied else lookers(plan, User(friends_good=50))


@probe("behaviour.applying.friends_weight_ppm", 900_000)
def looks_whatever_the_friends(plan, varied):
    return lookers(plan, User(friends_good=100 * varied))


def gates_after_a_month(plan):
    p, found = numbers(plan), []
    for number in range(3_000):
        user = User(user=number, cards=1, real_name=1)
        presence.change_gates(user, HERE, p)
        found.append((user.cards, user.real_name))
    return found


@probe(
    "behaviour.applying.card_lost_month_ppm", 20_000, behaviour__applying__name_lapsed_month_ppm=0
)
def cards_kept(plan, varied):
    return [(1, 1)] * 3_000 if varied else gates_after_a_month(plan)


@probe(
    "behaviour.applying.name_lapsed_month_ppm", 20_000, behaviour__applying__card_lost_month_ppm=0
)
def names_kept(plan, varied):
    return [(1, 1)] * 3_000 if varied else gates_after_a_month(plan)


def shares_of_plans(plan, varied):
    most = {"periods_3_ppm": 0, "periods_6_ppm": 0} if varied else {}
    return numbers(plan.with_(**{f"behaviour.borrowing.{k}": v for k, v in most.items()}))


@probe("behaviour.borrowing.periods_24_ppm", 200_000)
def plans_of_two_years_or_none(plan, varied):
    return 0 if varied else numbers(plan).tables.periods.count(24)


@probe("behaviour.borrowing.purchase_plan_ppm", 300_000)
def purchases_in_instalments_or_none(plan, varied):
    p = shares_of_plans(plan, varied)
    return [spending.purchase_periods(User(user=n), 0, HERE, p, plan.product) for n in MANY]


@probe("behaviour.borrowing.bill_plan_ppm", 300_000)
def bills_in_instalments_or_none(plan, varied):
    p, account = shares_of_plans(plan, varied), open_account(statement_due=90_000)
    return [repaying.bill_periods(User(user=n), account, 0, HERE, p) for n in MANY]


@probe("behaviour.borrowing.settle_month_ppm", 300_000)
def settles_early_or_never(plan, varied):
    p, account = numbers(plan), open_account(planned=1_000)
    if varied:
        return [False] * len(MANY)
    return [repaying.settles(User(user=n, **RICH), account, HERE, p) for n in MANY]


@probe("behaviour.borrowing.ask_ppm", 300_000)
def asks_whatever_was_refused(plan, varied):
    p, account = numbers(plan), open_account(asks_after=9 * varied)
    return [spending.wants_more(User(user=n), account, HERE, p) for n in MANY]


# ---- product --------------------------------------------------------------------------------


@probe("product.billing.minimum_floor_fen", 50_000)
def minimums_whatever_the_floor(plan, varied):
    least = billing.minimum(open_account(billed=300_000), 300_000, 300_000, 0, plan.product)
    return 30_000 if varied else least


@probe("product.gates.cards", 1)
def gates_whatever_the_cards(plan, varied):
    user, terms = User(cards=0 if varied else 3), plan.product
    return admission.passes_gates(user, terms), authorisation.lost_gate(user, terms)


@probe("product.gates.tenure_days", 90)
def pool_whatever_the_use_so_far(plan, varied):
    user = User(used_since=HERE.day if varied else -900)
    return admission.in_pool(user, HERE, plan.product)


@probe("product.gates.longest_gap_days", 30)
def pool_whatever_the_gaps(plan, varied):
    user = User(longest_gap=255 if varied else 0, spend_bins=[0 if varied else 1] * 30)
    history.break_use(user, 5, Environment(day=300), plan.product)
    return admission.in_pool(user, HERE, plan.product), user.used_since


@probe("product.gates.pass_mark", 60)
def refused_by_score_or_never(plan, varied):
    if varied:
        return [False] * 101
    p, terms = numbers(plan), plan.product
    return [
        application.review(User(), 1_000 * s, Way.WALLET.value, HERE, p, terms)
        == FunnelStep.REFUSED_SCORE
        for s in range(101)
    ]


@probe("product.ways.notice_factor_ppm", 1_400_000)
def approval_of_the_invited_or_by_the_wallet(plan, varied):
    way = (Way.WALLET if varied else Way.NOTICE).value
    scores = range(60_000, 100_001, 500)
    return [application.approval_ppm(s, way, 0, plan.product) for s in scores]


@probe("product.ways.invitations_ppm", 100_000)
def invited_or_nobody(plan, varied):
    p, terms = numbers(plan), plan.product
    if varied:
        return [False] * len(WORDS)
    return [application.is_invited(Luck(size=w), HERE, p, terms) for w in WORDS]


@probe("product.ways.prompt_ppm", 500_000)
def prompted_whoever_pays_often(plan, varied):
    user, terms = User(count_bins=[9 * varied] * 15), plan.product
    words = [w >> 16 for w in WORDS]
    return [application.is_prompted(user, Luck(life=w), terms) for w in words]


@probe("product.ways.friends_weight_ppm", 500_000)
def approval_whatever_the_friends(plan, varied):
    friends, terms = 100 * varied, plan.product
    return [application.approval_ppm(s, Way.WALLET, friends, terms) for s in (65_000, 80_000)]


def limits(plan, account=None, **user):
    plain = {"spend_bins": [50_000] * 30, "wallet_bins": [900_000] * 10, "count_bins": [3] * 15}
    return limit.assessed_limit(User(**(plain | user)), account or open_account(), plan.product)


@probe("product.limit.spending_ppm", 80_000)
def limits_whatever_was_spent(plan, varied):
    return limits(plan, spend_bins=[900_000 * varied] * 30)


@probe("product.limit.deposit_ppm", 50_000)
def limits_whatever_was_kept(plan, varied):
    return limits(plan, wallet_bins=[900_000 * varied] * 10)


@probe("product.factors.on_time_ppm", 150_000)
def limits_whatever_was_paid_in_time(plan, varied):
    return limits(plan, open_account(on_time_periods=12 * varied))


@probe("product.factors.lapse_ppm", 200_000)
def limits_whatever_lapsed(plan, varied):
    return limits(plan, open_account(lapse_days=20 * varied))


@probe("product.factors.active_ppm", 50_000)
def limits_whatever_many_payments_are(plan, varied):
    often = {"product.factors.active_payments": 1 if varied else 400}
    return limits(plan.with_(**often))


@probe("product.factors.quiet_ppm", 100_000)
def limits_whatever_few_payments_are(plan, varied):
    few = {"product.factors.quiet_payments": 400 if varied else 0}
    return limits(plan.with_(**few | {"product.factors.active_payments": 500}))


def scores(plan, account=None, **user):
    made = User(**({"score": 600_000, "score_anchor": 640} | user))
    return score.next_score(made, account or open_account(), plan.product)


@probe("product.score.step_ppm", 60_000)
def scores_whatever_their_target(plan, varied):
    return scores(plan, score_anchor=800 if varied else 500)


@probe("product.score.activity_points", 20)
def scores_whatever_the_payments(plan, varied):
    return scores(plan, count_bins=[6 * varied] * 15)


@probe("product.score.on_time_points", 5)
def scores_whatever_the_bills_in_time(plan, varied):
    return scores(plan, open_account(on_time_periods=9 * varied))


@probe("product.score.lapse_points", 60)
def scores_whatever_the_lapses(plan, varied):
    return scores(plan, open_account(lapses=3 * varied, missed_count=int(varied)))


@probe("product.charges.rate_ppb", 500_000)
def charges_whatever_is_carried(plan, varied):
    account = open_account(carried=700_000 * varied, overdue=70_000 * varied)
    for _ in range(40):
        interest.accrue(account, 20, 0, False, HERE, plan.product)
    return account.accrued, account.accrued_nano, account.penalty_accrued, account.penalty_nano


@probe("product.charges.penalty_floor_fen", 100)
def penalties_of_a_day_whatever_is_least(plan, varied):
    terms, some = plan.product, (1, 1_000, 1_000_000)
    if varied:
        return [base * interest.penalty_rate(terms) for base in some]
    return [interest.penalty_of_day(base, terms) for base in some]


@probe("product.billing.carried_whole_fen", 50_000, product__billing__minimum_rule="by_record")
def minimums_whatever_is_little(plan, varied):
    """A share of what is carried, as by the rule that looks at no record."""
    other = {"product.billing.minimum_rule": "share_of_not_overdue"} if varied else {}
    terms, some = plan.with_(**other).product, (20_000, 40_000, 900_000)
    return [billing.minimum(open_account(carried=c), c, 0, 0, terms) for c in some]


@probe("product.charges.manual_fee_ppm", 1_000)
def money_paid_by_hand_and_nothing_more(plan, varied):
    user, account, today = User(**RICH), open_account(billed=500_000), Totals()
    settlement.pay_by_hand(user, account, 500_000, plan.product, today, Log())
    whole = RICH["wallet"] + RICH["bank"]
    return 500_000 if varied else whole - user.wallet - user.bank


@probe("product.instalments.fee_ppm", 15_000)
def fees_whatever_they_are_a_share_of(plan, varied):
    kinds = {"product.instalments.fee_base": "declining" if varied else "original"}
    at_once = EarlySettlement.ALL_AT_ONCE.name.lower()
    terms = plan.with_(**kinds, **{"product.instalments.early_settlement": at_once}).product
    account = open_account()
    instalment.spread(account, 90_000, 6, terms.instalments.fee_ppm, HERE, terms)
    return account.ring_fee, instalment.early_fee(account, HERE, terms)


@probe("product.instalments.early_rate_ppb", 300_000)
def costs_to_date_whatever_is_planned(plan, varied):
    """The scenario refuses costs to date at a rate of 0, so that there they are off."""
    at_a_rate = plan.product.instalments.early_rate_ppb > 0
    to_date = {"product.instalments.early_settlement": "daily_to_date"} if at_a_rate else {}
    terms, account = plan.with_(**to_date).product, open_account(planned=900_000 * varied)
    for _ in range(40):
        interest.accrue(account, 20, 0, False, HERE, terms)
    return account.plan_cost, account.plan_nano, account.accrued


@probe("product.yearly.cap_ppm", 1_000_000)
def answers_whatever_was_bought_this_year(plan, varied):
    account = open_account(bought_this_year=1_999_000_000 * varied, proof=Proof.NONE.value)
    user = User(verified_income=0 if varied else 8_000_000)
    return authorisation.outcome(user, account, Place.ONLINE, 500, 0, plan.product)


@probe("product.yearly.proof_ppm", 500_000)
def caps_whatever_proof_is_worth(plan, varied):
    terms = plan.with_(**{"product.yearly.proof_raise_ppm": 900_000 if varied else 1}).product
    p, found = numbers(plan), []
    for n in MANY:
        user, account = User(user=n), open_account()
        authorisation.ask_proof(user, account, HERE, p, terms)
        found.append(authorisation.yearly_cap(user, account, terms))
    return found


@probe("product.yearly.proof_raise_ppm", 500_000)
def caps_whatever_was_proven(plan, varied):
    proof = (Proof.PROVIDED if varied else Proof.NONE).value
    return authorisation.yearly_cap(User(), open_account(proof=proof), plan.product)


@probe("product.refunds.chance_ppm", 300_000)
def refunds_or_none(plan, varied):
    if varied:
        return [False] * len(WORDS)
    p, terms = numbers(plan), plan.product
    lucks = [Luck(amount=[w >> 16] * 4) for w in WORDS]
    return [refund.will_return(User(), 0, luck, HERE, p, terms) for luck in lucks]


# ---- several products, the outlook ------------------------------------------------------------


def taken(plan, place, varied, always):
    terms = plan.product
    return [always if varied else offer.accepts(place, w, terms) for w in WORDS]


@probe("product.acceptance.online_ppm", 500_000)
def taken_online_or_everywhere(plan, varied):
    return taken(plan, Place.ONLINE, varied, True)


@probe("product.acceptance.offline_ppm", 500_000)
def taken_in_shops_or_everywhere(plan, varied):
    places = (Place.OFFLINE_STATIC, Place.OFFLINE_DYNAMIC)
    return [taken(plan, place, varied, True) for place in places]


@probe("product.acceptance.bills_ppm", 500_000)
def taken_for_bills_or_everywhere(plan, varied):
    return taken(plan, Place.BILLS, varied, True)


@probe("product.acceptance.cross_border_ppm", 500_000)
def taken_abroad_or_everywhere(plan, varied):
    return taken(plan, Place.CROSS_BORDER_LISTED, varied, True)


@probe("product.acceptance.mini_program_ppm", 500_000)
def taken_in_mini_programs_or_nowhere(plan, varied):
    return taken(plan, Place.MINI_PROGRAM, varied, False)


@probe("product.joint.exposure_ppm", 1_000_000)
def limits_whatever_is_owed_to_sisters(plan, varied):
    return limits(plan, open_account(known_debt=100_000 * varied))


@probe("product.shared_data.coverage_ppm", 500_000)
def on_the_ledger_or_nobody(plan, varied):
    p, terms = numbers(plan), plan.product
    return [not varied and sharing.on_ledger(User(user=n), 1, p, terms) for n in MANY]


@probe("product.plus.yield_ppb", 50_000)
def wallets_that_earn_or_stay(plan, varied):
    user = User(**RICH)
    if not varied:
        income.earn(user, plan.product.plus.yield_ppb, Totals(), Log())
    return user.wallet


@probe("product.plus.moved_ppm", 300_000)
def wallets_that_are_filled_or_stay(plan, varied):
    user = User(**RICH)
    if not varied:
        income.move_into_plus(user, plan.product.plus.moved_ppm)
    return user.wallet, user.bank


@probe("product.regulation.rate_cap_ppm", 100_000)
def costs_whatever_the_regulator_says(plan, varied):
    charges, fee = plan.product.charges, plan.product.instalments.fee_ppm
    if varied:
        return min(charges.rate_ppb, charges.yearly_cap_ppm * 1_000 // 365), fee
    return offer.rate_a_day(plan.product), offer.fee_within_cap(fee, 12, plan.product)


@probe("product.regulation.limit_cap_fen", 1_000_000)
def highest_limits_whatever_the_regulator_says(plan, varied):
    much = limit.LimitTerms(10**12, 0, 0, 0, 0, 0)
    return plan.product.limit.max_fen if varied else limit.formula(much, plan.product)


def appeals(plan, account=None, words=WORDS, **today):
    p, account = numbers(plan), account or open_account()
    now = Environment(**{"day": 40, "day_of_month": 10, "month_length": 30} | today)
    return [spending.appeal(account, 0, Place.ONLINE, w, now, p, plan.product) for w in words]


@probe("behaviour.choosing.habit_weight", 1_500)
def appeal_whatever_was_chosen(plan, varied):
    return appeals(plan, open_account(chosen=1_000 * varied))


@probe("behaviour.choosing.free_day_weight", 20)
def appeal_whatever_days_are_free(plan, varied):
    return appeals(plan, day_of_month=25 if varied else 5)


@probe("behaviour.choosing.discount_weight", 300)
def choices_whatever_the_discount(plan, varied):
    cheap = plan.with_(**{"product.discount_ppm": [90_000 * varied] * 6})
    return appeals(cheap), choices(cheap, User(**RICH), open_account())


@probe("behaviour.choosing.taste_ppm", 500_000)
def appeal_whatever_the_taste(plan, varied):
    return appeals(plan, words=[*reversed(WORDS)] if varied else WORDS)


@probe("behaviour.choosing.shown_cost_weight", 40, product__regulation__shows_cost=True)
def choices_whatever_cost_is_shown(plan, varied):
    costs = {"product.charges.rate_ppb": 600_000 if varied else 0, "product.instalments.fee_ppm": 0}
    dear = plan.with_(**costs)
    return choices(dear, User(**RICH), open_account())


# ---- risk control, environment, policies ------------------------------------------------------


@probe("risk_control.message.sigmas_ppm", 3_000_000)
def jumps_whatever_the_spread(plan, varied):
    swing = 26_000 * varied
    user = User(spend_bins=[27_000 + swing, 27_000 - swing] * 15, week_now=90_000)
    return warning.spending_jumped(user, numbers(plan))


@probe("risk_control.login.strange_ppm", 300_000)
def strange_logins_or_none(plan, varied):
    if varied:
        return [False] * len(MANY)
    p = numbers(plan)
    return [warning.strange_login(User(user=n), False, HERE, p) for n in MANY]


@probe("risk_control.fraud.takeover_month_ppm", 900_000)
def thieves_or_none(plan, varied):
    if varied:
        return [False] * len(WORDS)
    p = numbers(plan)
    lucks = [Luck(life=2**31 + (w >> 8)) for w in WORDS]
    return [fraud.taken_over(open_account(), luck, p) for luck in lucks]


@probe("risk_control.appeals.error_ppm", 300_000)
def reviews_find_the_truth(plan, varied):
    if varied:
        return [True] * len(MANY)
    p, found = numbers(plan), []
    for n in MANY:
        account = open_account(claim=1 + Claim.FRAUD, claimed_on=38, stolen=10, billed=10)
        found.append(dispute.decide(User(user=n), account, HERE, p, Totals(), Log()))
    return found


@probe("risk_control.collection.capacity_ppm", 500)
def called_or_nobody(plan, varied):
    if varied:
        return [False] * len(MANY)
    p = numbers(plan.with_(**{"run.users": 100_000}))
    return [collection.calls_today(User(user=n), Environment(collected=90), p) for n in MANY]


@probe("risk_control.collection.weight", 800)
def paying_whatever_collection_says(plan, varied):
    return payers(plan, User(prudence=0), open_account(billed=1, worked=int(varied)))


@probe("risk_control.collection.plan_ppm", 500_000)
def payment_plans_or_none(plan, varied):
    agreed = {"risk_control.collection.plan_agreed_ppm": 900_000 if varied else 0}
    p, today = numbers(plan.with_(**agreed)), Totals()
    lent = open_account()
    return [collection.plan_agreed(User(user=n), lent, HERE, p, today) for n in MANY]


@probe("environment.income_growth_ppm", 50_000)
def incomes_whatever_the_day(plan, varied):
    level = course(plan).days["income"].tolist()
    return level[:1] * len(level) if varied else level


def given(plan, varied):
    return course(plan.with_(**{"environment.factor.value": 2.0 if varied else -2.0})).days


@probe("environment.factor.loading_ppm", 40_000)
def work_lost_whatever_the_factor(plan, varied):
    return given(plan, varied)["job_loss"].tolist()


@probe("environment.factor.strain", 500)
def pressure_whatever_the_factor(plan, varied):
    return given(plan, varied)["pressure"].tolist()


def under_shock(plan, varied):
    """Return what a shock does to users, or what none does; plan: the shock's own keys."""
    shock = [{"date": dt.date(2024, 1, 1)} | plan]
    p = numbers(plan_of().with_(**{"environment.shocks": shock}))
    env = Environment(day=40, shocks=0 if varied else 1)
    found = []
    for n in MANY:
        user, luck = User(user=n, income=600_000), Luck(count=n * 2**32 // 400)
        income.change_work(user, env, p)
        income.feel_the_times(user, env, p)
        bought = spending.purchases(user, luck, env, p)
        found.append((income.earned_in_work(user, env, p), user.employed, user.strain, bought))
    return found


probe("environment.shocks.income_ppm", 500_000)(under_shock)
probe("environment.shocks.job_loss_ppm", 200_000)(under_shock)
probe("environment.shocks.spending_ppm", 2_000_000)(under_shock)
probe("environment.shocks.strain", 900)(under_shock)


@probe("environment.dates.demand_ppm", 2_000_000)
def demand_whatever_the_dates(plan, varied):
    own = {"date": dt.date(2024, 1, 9 if varied else 19), "demand_ppm": plan["demand_ppm"]}
    return course(plan_of().with_(**{"environment.dates": [own]})).days["demand"].tolist()


@probe("policy.share_ppm", 500_000)
def limits_whatever_a_policy_says(plan, varied):
    points = 1 if varied else 2_000
    policy = {"name": "x", "date": dt.date(2024, 1, 5), "share_ppm": plan["share_ppm"]}
    policy["set"] = {"product.limit.fen_per_point": points}
    open_ = {"product.admission": "open_to_all", "policy": [policy]}
    return simulate(plan_of().with_(**open_)).accounts.tobytes()


@probe("run.burn_in_days", 20)
def days_before_the_first_reported_or_none(plan, varied):
    return plan.run.days if varied else len(course(plan).days)


@probe("output.events_ppm", 1_000_000)
def events_or_none(plan, varied):
    open_ = plan.with_(**{"product.admission": "open_to_all"})
    return 0 if varied else len(simulate(open_).events.all())


# What no rule of a day reads: it belongs to the books that are kept from a run's flows.
BOOKS = {key for key in NEUTRAL if key.startswith("product.accounting.")}
# Levers within lists: a probe puts the value into an item of its own.
WITHIN = {"population.copula.pairs.correlation", "environment.dates.demand_ppm", "policy.share_ppm"}
WITHIN |= {key for key in NEUTRAL if key.startswith("environment.shocks.")}


def found(lever, value, varied):
    _, others, function = PROBES[lever]
    if lever in WITHIN:
        return function({lever.rsplit(".", 1)[1]: value}, varied)
    return function(plan_of(*{**others, lever: value}.items()), varied)


def test_every_lever_with_a_neutral_value_has_a_probe():
    assert set(PROBES) == set(NEUTRAL) - BOOKS
    assert len(NEUTRAL) > 60


@pytest.mark.parametrize("lever", sorted(PROBES))
def test_at_its_neutral_value_a_lever_changes_nothing(lever):
    assert found(lever, NEUTRAL[lever], False) == found(lever, NEUTRAL[lever], True)


@pytest.mark.parametrize("lever", sorted(PROBES))
def test_at_another_value_it_does(lever):
    awake = PROBES[lever][0]
    assert found(lever, awake, False) != found(lever, awake, True)


SECTIONS = {"product", "behaviour", "risk_control"}
CHANGEABLE = [key for key in sorted(set(NEUTRAL) - BOOKS) if key.split(".")[0] in SECTIONS]


@pytest.mark.parametrize("lever", CHANGEABLE)
def test_a_neutral_value_set_again_by_a_policy_changes_nothing(lever, repo):
    """Set in the file, and set once more by a policy for half of the users on a later day."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    plan = plan.with_(users=80, days=50, **{"product.rollout": [], lever: NEUTRAL[lever]})
    again = {"name": "again", "date": dt.date(2024, 1, 20), "share_ppm": 500_000}
    again["set"] = {lever: NEUTRAL[lever]}
    one, other = simulate(plan), simulate(plan.with_(policy=[again]))
    for name in ("totals", "users", "accounts"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


@pytest.mark.parametrize("lever", sorted(BOOKS))
def test_a_policy_may_not_change_how_the_books_are_kept(lever):
    policy = {"name": "x", "date": dt.date(2024, 1, 5), "set": {lever: NEUTRAL[lever]}}
    with pytest.raises(ScenarioError, match="books are kept by one rule"):
        plan_of().with_(policy=[policy])


@pytest.mark.parametrize("lever", sorted(BOOKS))
def test_what_the_books_assume_moves_no_user(lever):
    plan = plan_of().with_(**{"product.admission": "open_to_all"})
    one, other = simulate(plan), simulate(plan.with_(**{lever: NEUTRAL[lever]}))
    for name in ("totals", "users", "accounts"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
