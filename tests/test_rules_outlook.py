"""Where the article says it goes: new scenes, sister products, shared data, yields, regulation."""

import datetime as dt

import numpy as np
import pytest
from scripted_user import YUAN, open_account, product
from shopper import Shopper, named

import sim
from sim.account import owed
from sim.day import Environment, Luck
from sim.draws import Purpose, chance, word
from sim.kinds import Flow, Outcome, Place, Standing
from sim.offer import fee_within_cap, rate_a_day, yearly_cost
from sim.plan import offer
from sim.rules.admission import admission_score, passes_gates
from sim.rules.authorisation import outcome
from sim.rules.grade import grade_points
from sim.rules.sharing import late_as_of
from sim.rules.spending import purchase_periods, wants
from sim.scenario.outlook import Joint, Plus, Regulation, SharedData
from sim.scenario.sections import (
    Acceptance,
    Behaviour,
    Borrowing,
    Charges,
    Instalments,
    Limit,
    Scenes,
)
from sim.simulation import simulate
from sim.units import NEVER
from sim.user import User

MINI = Place.MINI_PROGRAM
JOINT = Joint(on=True)


@pytest.fixture(scope="module")
def launch(repo):
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    first, second = (
        {"name": name, "admission": "open_to_all", "rollout": []} for name in ("one", "two")
    )
    return plan.with_(users=400, days=75, product=[first, second])


OFF = {
    "R-F1": {
        "product.acceptance.mini_program_ppm": 1_000_000,
        "product.scenes.mini_program_fen": 1,
        "product.discount_ppm": [0, 0, 0, 0, 0, 900_000],
        "behaviour.scale.mini_program_ppm": 9_000_000,
    },
    "R-F2": {"product.joint.on": True, "product.1.joint.exposure_ppm": 5_000_000},
    "R-F3": {"product.1.shared_data.delay_days": 0, "product.shared_data.reads": False},
    "R-F4": {"product.plus.moved_ppm": 900_000},
    "R-F6": {
        "product.regulation.rate_cap_ppm": 10_000_000,
        "behaviour.choosing.shown_cost_weight": 9_000,
        "behaviour.choosing.shown_plan_damp_ppm": 1_000_000,
    },
}
ON = {
    "R-F2": {"product.1.joint.on": True},
    "R-F3": {"product.1.shared_data.coverage_ppm": 1_000_000, "product.shared_data.reads": True},
    "R-F4": {"product.plus.yield_ppb": 50_000},
    "R-F6": {"product.regulation.shows_cost": True},
    "R-F1": {
        "behaviour.places.online_ppm": 320_000,
        "behaviour.places.mini_program_ppm": 100_000,
    },
}


@pytest.fixture(scope="module")
def reference(launch):
    return simulate(launch, threads=1)


@pytest.mark.parametrize("rule", OFF)
def test_what_is_off_changes_no_byte_and_what_is_on_does(launch, reference, rule):
    """Whatever its other numbers are; two accounts a user, one of which the other may look at."""
    off = launch.with_(**OFF[rule])
    state = simulate(off, threads=1)
    for name, table in state.arrays().items():
        assert table.tobytes() == reference.arrays()[name].tobytes(), name
    on = simulate(off.with_(**ON[rule]), threads=1)
    assert on.accounts.tobytes() != reference.accounts.tobytes()


# R-F1: a new scene.


@pytest.mark.rule("R-F1")
def test_mini_programs_are_a_scene_from_their_date_on_with_a_limit_of_their_own(launch):
    opened = dt.date(2024, 2, 10)
    mix = {"behaviour.places.online_ppm": 320_000, "behaviour.places.mini_program_ppm": 100_000}
    taken = {"product.acceptance.mini_program_ppm": 1_000_000}
    least = {"product.scenes.mini_program_fen": 40_00}
    policy = {"name": "opened", "date": opened, "set": mix | taken | least}
    run = sim.run(launch.with_(policy=[policy], **{"output.events_ppm": 1_000_000}), threads=1)
    there = run.events[(run.events.kind == "purchases") & (run.events.reason == "mini_program")]
    assert len(there) > 50
    assert there.date.min() >= np.datetime64(opened)
    assert set(there["product"]) == {"one"}  # the other product is not accepted there
    assert there.amount_fen.max() <= 40_00
    scene = run.scenes[run.scenes.place == "mini_program"].set_index(["month", "product"])
    assert scene.loc[("2024-01-01", "one")].wishes == 0 < scene.loc[("2024-02-01", "one")].wishes
    assert scene.refused_transaction_limit.sum() > 0
    assert (scene.xs("two", level="product").wishes == 0).all()


@pytest.mark.rule("R-F1")
def test_a_mini_program_takes_its_limit_to_the_fen():
    terms = product(scenes=Scenes(mini_program_fen=30_000))
    assert outcome(User(), open_account(), MINI, 30_000, 0, terms) == Outcome.APPROVED
    assert outcome(User(), open_account(), MINI, 30_001, 0, terms) == Outcome.TRANSACTION_LIMIT


# R-F2: joint assessment.


@pytest.mark.rule("R-F2")
def test_what_is_owed_to_the_sister_is_taken_off_the_limit_of_both():
    """7,000 yuan by the score; 1,000 owed to one leave 6,000 of the other; both ways round."""
    shopper = Shopper(named("one", joint=JOINT), named("two", joint=JOINT))
    shopper.live([(Place.ONLINE, 1_000 * YUAN, 0), (Place.ONLINE, 500 * YUAN, 1)])
    for _ in range(2):
        shopper.live()
    one, two = shopper.accounts
    assert (one.known_debt, two.known_debt) == (500 * YUAN, 1_000 * YUAN)
    apart = Shopper(named("one"), named("two"))
    apart.live([(Place.ONLINE, 1_000 * YUAN, 0), (Place.ONLINE, 500 * YUAN, 1)])
    for _ in range(2):
        apart.live()
    free_one, free_two = apart.accounts
    assert free_one.known_debt == 0
    assert one.limit == free_one.limit - 500 * YUAN
    assert two.limit == free_two.limit - 1_000 * YUAN


@pytest.mark.rule("R-F2")
def test_a_product_outside_joint_assessment_neither_sees_nor_is_seen():
    shopper = Shopper(named("one", joint=JOINT), named("two"), named("three", joint=JOINT))
    shopper.live([(Place.ONLINE, 100 * YUAN, 0), (Place.ONLINE, 200 * YUAN, 1)])
    for _ in range(2):
        shopper.live()
    assert [account.known_debt for account in shopper.accounts] == [0, 0, 100 * YUAN]


@pytest.mark.rule("R-F2")
def test_arrears_at_the_sister_cost_points_of_score_and_of_grade():
    """A bill of 1 January is missed on 13 February with the first; the second sees it from then."""
    shopper = Shopper(named("one", joint=JOINT), named("two", joint=JOINT))
    shopper.live([(Place.ONLINE, 1_000 * YUAN, 0)])
    shopper.until(2, 20)
    one, two = shopper.accounts
    assert one.missed_count == 1
    assert two.missed_count == 0
    assert two.known_late >= 4
    late = grade_points(shopper.user, two, shopper.terms[1]).late
    assert late == 25  # from four days on
    assert grade_points(shopper.user, open_account(), shopper.terms[1]).late == 0
    clean = admission_score(shopper.user, shopper.terms[1])
    assert admission_score(shopper.user, shopper.terms[1], two.known_late) == clean - 5_000


# R-F3: shared data.


@pytest.mark.rule("R-F3")
@pytest.mark.parametrize("delay", [0, 7, 30])
def test_arrears_show_on_the_ledger_after_its_delay_and_go_after_it(delay):
    """Missed on 13 February, paid on the 25th; seen so much later, at the next 72 hours.

    The interest that is billed after that is paid in time.
    """
    terms = [named(name, shared_data=SharedData(coverage_ppm=1_000_000, delay_days=delay))
             for name in ("one", "two")]  # fmt: skip
    shopper = Shopper(*terms)
    shopper.live([(Place.ONLINE, 1_000 * YUAN, 0)])
    seen = {}
    while shopper.date < dt.date(2024, 4, 20):
        date = shopper.date
        paying = date in {dt.date(2024, 2, 25), dt.date(2024, 3, 5)}
        shopper.live(pay=[2_000 * YUAN if paying else 0])
        seen[date] = shopper.accounts[1].known_late > 0
    assert owed(shopper.accounts[0]) == 0
    dates = [date for date, late in seen.items() if late]
    first, last = dt.date(2024, 2, 14), dt.date(2024, 2, 24)
    assert 0 <= (min(dates) - first).days - delay < 3
    assert -3 < (max(dates) - last).days - delay < 3
    assert len(dates) == (max(dates) - min(dates)).days + 1


@pytest.mark.rule("R-F3")
def test_coverage_is_a_share_of_users_keyed_by_user_and_product():
    def covered(k, ppm, users=20_000):
        fates = (word(1, 0, user, 0, Purpose.LEDGER.value + k) for user in range(users))
        return {user for user, fate in enumerate(fates) if chance(fate, ppm)}

    few, more = covered(1, 300_000), covered(1, 600_000)
    assert few < more
    assert abs(len(more) - 12_000) < 4 * (20_000 * 0.6 * 0.4) ** 0.5
    assert covered(0, 300_000) != few


@pytest.mark.rule("R-F3")
def test_who_does_not_read_the_ledger_does_not_know():
    reporting = SharedData(coverage_ppm=1_000_000, delay_days=0)
    blind = SharedData(coverage_ppm=1_000_000, delay_days=0, reads=False)
    shopper = Shopper(named("one", shared_data=reporting), named("two", shared_data=blind))
    shopper.live([(Place.ONLINE, 1_000 * YUAN, 0), (Place.ONLINE, 1_000 * YUAN, 1)])
    shopper.until(3, 1)
    one, two = shopper.accounts
    assert one.known_late > 0
    assert two.known_late == 0


@pytest.mark.rule("R-F3")
def test_an_account_that_was_charged_off_stays_late_on_the_ledger():
    account = open_account(standing=Standing.CHARGED_OFF.value, charged_off_on=100)
    assert late_as_of(account, 99, 180) == 0
    assert late_as_of(account, 110, 180) == 190
    assert late_as_of(open_account(late_since=NEVER), 110, 180) == 0


# R-F4: balances that earn.


@pytest.mark.rule("R-F4")
def test_a_wallet_earns_whole_fen_a_day_and_counts_as_a_deposit():
    """10,000 yuan at 0.5 parts in 10,000 a day earn 50 fen; a lower balance earns a fen less."""
    shopper = Shopper(named("yielding", plus=Plus(yield_ppb=50_000)), wallet=10_000 * YUAN, bank=0)
    today = shopper.live()
    assert today[0].flow[Flow.YIELD] == 50
    assert shopper.user.wallet == 10_000 * YUAN + 50
    low = Shopper(named("yielding", plus=Plus(yield_ppb=50_000)), wallet=999_999, bank=0)
    assert low.live()[0].flow[Flow.YIELD] == 49
    none = Shopper(named("plain"), wallet=10_000 * YUAN, bank=0)
    assert none.live()[0].flow[Flow.YIELD] == 0


@pytest.mark.rule("R-F4")
def test_money_is_moved_into_a_wallet_that_earns_and_raises_the_deposit_term(launch):
    """The limit follows: 5 % of the mean balance of 30 days (R-L3)."""
    plan = launch.with_(product={"admission": "open_to_all", "rollout": []}, days=90)
    plus = {"product.plus.yield_ppb": 50_000, "product.plus.moved_ppm": 500_000}
    usual, earning = (simulate(each, threads=1) for each in (plan, plan.with_(**plus)))
    assert earning.totals["wallet"][-1].sum() > 1.5 * usual.totals["wallet"][-1].sum()
    assert earning.totals["limit"][-1].sum() > usual.totals["limit"][-1].sum()
    assert earning.totals["flow"][:, :, Flow.YIELD].sum() > 0


# R-F6: regulation.


@pytest.mark.rule("R-F6")
def test_a_rate_cap_trims_the_rate_and_the_fee_of_instalments():
    """At 15.6 % a year 1.5 % a month flat over 12 months, 26.6 % a year, falls to 0.67 %."""
    regulation = Regulation(rate_cap_ppm=156_000)
    terms = product(regulation=regulation)
    assert rate_a_day(terms) == 156_000 * 1_000 // 365
    assert rate_a_day(product()) == 500_000
    fee = offer(12, False, terms)
    assert offer(12, False, product()) == 15_000
    for one, kept in ((fee, True), (fee + 1, False)):
        payment = 1 / 12 + one / 1e6
        worth = sum(payment / (1 + 0.156 / 12) ** k for k in range(1, 13))
        assert (worth <= 1) == kept
    assert fee_within_cap(1_000, 12, terms) == 1_000


@pytest.mark.rule("R-F6")
def test_a_rate_cap_holds_for_one_fee_and_for_fees_on_what_is_left():
    from sim.kinds import FeeBase, PlanCost

    regulation = Regulation(rate_cap_ppm=120_000)
    left = product(regulation=regulation, instalments=Instalments(fee_base=FeeBase.DECLINING))
    assert abs(offer(12, False, left) - 10_000) <= 1  # a twelfth of it a month
    whole = Instalments(cost=PlanCost.TOTAL, bill_total_ppm=[90_000] * 4)
    flat = product(regulation=regulation, instalments=Instalments())
    assert abs(offer(6, True, product(regulation=regulation, instalments=whole)) - 6 * offer(
        6, True, flat)) <= 6  # fmt: skip


@pytest.mark.rule("R-F6")
def test_a_limit_cap_holds_at_the_next_refresh():
    shopper = Shopper(named("one", regulation=Regulation(limit_cap_fen=3_000 * YUAN)))
    for _ in range(3):
        shopper.live()
    assert shopper.accounts[0].limit == 3_000 * YUAN


@pytest.mark.rule("R-F6")
def test_students_are_barred_from_accounts_and_from_drawings_but_repay():
    terms = named("one", regulation=Regulation(bars_students=True))
    student = User(student=1)
    assert not passes_gates(student, terms)
    assert passes_gates(User(), terms)
    assert outcome(student, open_account(), Place.ONLINE, 100, 0, terms) == Outcome.GATE
    assert outcome(student, open_account(), Place.ONLINE, 100, 0, product()) == Outcome.APPROVED
    account = open_account(unbilled=500 * YUAN)
    shopper = Shopper(terms, accounts=[account], student=1)
    shopper.live(pay=[500 * YUAN])
    assert owed(account) == 0


@pytest.mark.rule("R-F6")
def test_a_cost_that_is_shown_damps_use_and_instalments():
    """Of 4,000 purchases and plans; the dearer product more. Nothing where no cost is shown."""
    shown = Regulation(shows_cost=True)
    dear, cheap = Charges(rate_ppb=600_000), Charges(rate_ppb=100_000)
    plain = Instalments(fee_ppm=5_000)
    shopper = Shopper(product())
    user = User(credit_lean=-500, bank=10_000_000)

    def used(**sections):
        terms = product(**sections)
        words = ((i * 2_654_435_761) % 2**32 for i in range(4_000))
        args = (Place.ONLINE, 100 * YUAN)
        return sum(wants(user, open_account(), 0, *args, i, shopper.p, terms) for i in words)

    hidden = used(instalments=plain)
    assert used(charges=dear, instalments=plain) == hidden
    less, least = (
        used(charges=each, instalments=plain, regulation=shown) for each in (cheap, dear)
    )
    assert hidden > less + 100
    assert less > least + 100
    assert yearly_cost(product(charges=dear, instalments=plain)) == 21

    eager = Behaviour(borrowing=Borrowing(purchase_plan_ppm=500_000))
    shopper = Shopper(product(), behaviour=eager)
    env = Environment()

    def plans(terms):
        users = (User(user=i) for i in range(2_000))
        return sum(purchase_periods(each, 0, env, shopper.p, terms) > 0 for each in users)

    assert plans(product()) > 1.3 * plans(product(regulation=shown))


# Several products: what is chosen, and what follows a refusal.


def test_a_refusal_by_one_falls_to_the_next_before_own_money():
    shopper = Shopper(named("one"), named("two"), named("three"))
    shopper.accounts[0].limit = 100 * YUAN
    shopper.accounts[2].limit = 100 * YUAN
    today = shopper.live([(Place.ONLINE, 500 * YUAN, 0, 0, (2, 1))])
    assert [one.refused for one in today] == [1, 0, 1]
    assert [one.flow[Flow.PURCHASES] for one in today] == [0, 500 * YUAN, 0]
    assert today[0].flow[Flow.SPENT_OWN] == 0
    shopper.accounts[1].limit = 100 * YUAN
    today = shopper.live([(Place.ONLINE, 500 * YUAN, 0, 0, (2, 1))])
    assert [one.refused for one in today] == [1, 1, 1]
    assert today[0].flow[Flow.SPENT_OWN] == 500 * YUAN


def choices(*products, place=Place.ONLINE, day=0, accounts=None, number=2_000, **user):
    """Return how many of many purchases are wished with each product first; own money last."""
    from sim.day import Wishes
    from sim.rows import as_object
    from sim.rules.spending import choose_means

    shopper = Shopper(*products, accounts=accounts)
    env = as_object(Environment, shopper.days[day])
    found = [0] * (len(products) + 1)
    wishes = Wishes(count=1)
    wishes.place[0], wishes.amount[0] = place.value, 100 * YUAN
    person = User(**({"credit_lean": 1_000, "bank": 10_000_000} | user))
    for i in range(number):
        choice = (i * 2_654_435_761 + 12_345) % 2**32
        choose_means(person, shopper.accounts, 0, choice, env, shopper.p, shopper.terms, wishes)
        found[wishes.means[0]] += 1
    return found


def test_equal_products_are_chosen_alike_and_more_of_them_make_no_more_credit():
    single, *_ = choices(named("one"))
    one, two, _ = choices(named("one"), named("two"))
    assert one + two == single
    assert abs(one - two) < 4 * single**0.5


@pytest.mark.parametrize(
    "better",
    [
        {"discount_ppm": [50_000, 0, 0, 0, 0, 0]},
        {"acceptance": Acceptance()},
    ],
    ids=["discount", "acceptance"],
)
def test_the_better_offer_is_chosen_more(better):
    plain = {"acceptance": Acceptance(online_ppm=400_000)} if "acceptance" in better else {}
    one, two, _ = choices(named("one", **plain), named("two", **better))
    assert two > 1.5 * one


def test_a_product_is_not_wished_where_it_is_not_taken():
    nowhere = Acceptance(online_ppm=0)
    assert choices(named("one", acceptance=nowhere), named("two"))[0] == 0
    one, two, own = choices(
        named("one", acceptance=nowhere), named("two", acceptance=nowhere), bank=0
    )
    assert (one, two, own) == (0, 0, 2_000)


def test_days_without_interest_and_habit_draw_to_a_product():
    """Late in the month a bill of the 1st is near; the other's, of the 15th, has just been cut."""
    from sim.scenario.sections import Billing

    later = Billing(statement_day=15, due_day_first=25, due_day_last=25)
    accounts = [open_account(due_day=10), open_account(due_day=25)]
    one, two, _ = choices(named("one"), named("two", billing=later), day=24, accounts=accounts)
    assert two > 1.15 * one
    accounts = [open_account(), open_account(chosen=1_000)]
    one, two, _ = choices(named("one"), named("two"), accounts=accounts)
    assert two > 1.5 * one


def test_a_line_that_carries_a_balance_or_is_blocked_comes_last():
    for state in ({"carried": 100}, {"standing": Standing.BLOCKED.value}):
        one, two, _ = choices(
            named("one"), named("two"), accounts=[open_account(**state), open_account()]
        )
        assert two > 1.5 * one, state


def test_an_account_of_one_product_says_nothing_of_the_limit_of_another():
    shopper = Shopper(named("one", limit=Limit(dynamic=False)), named("two"))
    before = shopper.accounts[1].limit
    shopper.live([(Place.ONLINE, 5_000 * YUAN, 0)], luck=Luck())
    assert shopper.accounts[0].unbilled == 5_000 * YUAN
    assert (shopper.accounts[1].unbilled, shopper.accounts[1].limit) == (0, before)
