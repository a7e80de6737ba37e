"""Who may have the line: gates, score, friends, pool and staged opening (R-A1 to R-A5)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_user import STILL, YUAN, Life, open_account

from sim.account import Account
from sim.day import Environment, Luck
from sim.environment import course
from sim.kinds import OUTCOMES, Admission, FunnelStep, Grading, Outcome, Place, Standing, Way
from sim.params import params_of
from sim.population import accounts_at_start, population
from sim.rules.admission import admission_score, in_pool, is_candidate, may_see, passes_gates
from sim.rules.application import approval_ppm, review
from sim.rules.authorisation import outcome
from sim.rules.history import break_use, may_have_paused
from sim.rules.spending import looks_at_entry
from sim.scenario.economy import Step
from sim.scenario.sections import Applying, Behaviour, Gates, Product, Refunds, Run, Scenario, Ways
from sim.user import User

TERMS = Product()
ITEMS = {  # what is just enough for each item, one step less, and what the item weighs
    "score": (600_000, 599_999, 35),
    "count_bins": ([3] * 15, [3] * 14 + [2], 25),  # 45 payments in 90 days are 15 a month
    "wallet_bins": ([150_000] * 10, [150_000] * 9 + [149_999], 20),  # 500.00 yuan over 30 days
    "friends": (200, 199, 15),
    "past_overdue": (0, 1, 5),
}


def candidate(**changes):
    """Return a user who has just enough of everything."""
    enough = {name: just for name, (just, _, _) in ITEMS.items()}
    return User(**(enough | {"age": 18, "real_name": 1, "cards": 1} | changes))


@pytest.mark.rule("R-A1")
@pytest.mark.parametrize(
    ("changes", "open_"),
    [({}, True), ({"age": 17}, False), ({"real_name": 0}, False), ({"cards": 0}, False)],
)
def test_the_gates_are_real_name_18_years_and_a_bound_card(changes, open_):
    assert passes_gates(candidate(**changes), TERMS) == open_


@pytest.mark.rule("R-A1")
@pytest.mark.parametrize("lost", [{"cards": 0}, {"real_name": 0}])
def test_a_gate_lost_later_blocks_purchases_and_not_repayment(lost):
    plain = Product(refunds=Refunds(chance_ppm=0), **STILL)
    life = Life(plain, account=open_account())
    life.until(1, 5)
    life.spend(100 * YUAN)
    life.until(2, 10)
    for name, value in lost.items():
        setattr(life.user, name, value)
    today = life.live([(Place.ONLINE, 100)], pay=100 * YUAN)
    assert today.outcome[Place.ONLINE * OUTCOMES + Outcome.GATE] == 1
    assert sum(today.paid) == 100 * YUAN
    for name in lost:
        setattr(life.user, name, 1)
    assert sum(life.live([(Place.ONLINE, 100)]).credit) == 100


@pytest.mark.rule("R-A1")
def test_a_gate_is_asked_of_the_user_as_they_are():
    for changes, answer in (({}, Outcome.APPROVED), ({"cards": 0}, Outcome.GATE)):
        user = candidate(**changes)
        assert outcome(user, open_account(), Place.ONLINE, 1, 0, TERMS) == answer


@pytest.mark.rule("R-A2")
@pytest.mark.parametrize("item", ITEMS)
def test_each_item_counts_wholly_from_its_threshold_and_not_a_step_before(item):
    _, short, weight = ITEMS[item]
    assert admission_score(candidate(), TERMS) == 100_000
    assert admission_score(candidate(**{item: short}), TERMS) == 100_000 - weight * 1_000


@pytest.mark.rule("R-A2")
def test_499_99_yuan_kept_are_not_500():
    """Of whole yuan and fen: 30 days at 499.99 yuan are short of 500."""
    kept = [3 * 49_999] * 10
    assert admission_score(candidate(wallet_bins=kept), TERMS) == 80_000
    assert admission_score(candidate(score=599_000), TERMS) == 65_000


@pytest.mark.rule("R-A2")
def test_graded_items_count_in_proportion():
    graded = Product(gates=Gates(grading=Grading.GRADED))
    half = {"score": 300_000, "wallet_bins": [75_000] * 10, "friends": 100}
    assert admission_score(candidate(**half), graded) == 100_000 - (35 + 20 + 15) * 500
    assert admission_score(candidate(**half), TERMS) == 30_000


def env_of(**values):
    return Environment(**values)


def numbers(**sections):
    return params_of(Scenario(run=Run(), **sections))


@pytest.mark.rule("R-A2")
def test_60_points_reach_the_review_and_a_thousandth_less_does_not():
    sure = Product(ways=Ways(wallet_low_ppm=1_000_000, wallet_high_ppm=1_000_000))
    p = numbers()
    asked = [review(User(), score, Way.WALLET, env_of(), p, sure) for score in (60_000, 59_999)]
    assert asked == [FunnelStep.APPROVED, FunnelStep.REFUSED_SCORE]


@pytest.mark.rule("R-A2")
def test_a_review_approves_the_more_often_the_higher_the_score():
    for way in Way:
        chances = [approval_ppm(score, way, 0, TERMS) for score in range(60_000, 100_001, 500)]
        assert chances == sorted(chances)
        assert chances[0] < chances[-1]
    assert approval_ppm(60_000, Way.WALLET, 0, TERMS) == 400_000
    assert approval_ppm(100_000, Way.WALLET, 0, TERMS) == 850_000


@pytest.mark.rule("R-A3")
def test_friends_in_good_standing_raise_the_score_of_the_review():
    """A fifth more for a whole circle: 80 points with half of it are seen as 88."""
    close = Product(ways=Ways(friends_weight_ppm=200_000))
    assert approval_ppm(80_000, Way.WALLET, 50, close) == approval_ppm(88_000, Way.WALLET, 0, TERMS)
    assert approval_ppm(80_000, Way.WALLET, 0, close) == approval_ppm(80_000, Way.WALLET, 0, TERMS)
    whole = approval_ppm(90_000, Way.WALLET, 100, close)
    assert whole == approval_ppm(100_000, Way.WALLET, 0, TERMS)  # 108 are no more than 100
    assert approval_ppm(80_000, Way.WALLET, 100, TERMS) == approval_ppm(
        80_000, Way.WALLET, 0, TERMS
    )


@pytest.mark.rule("R-A3")
def test_friends_in_good_standing_raise_the_wish_to_apply():
    """150,000 ppm a month are 5,000 a day; by a whole circle of weight 1 it doubles."""
    p = numbers(behaviour=Behaviour(applying=Applying(friends_weight_ppm=1_000_000)))

    def looks(ppm, friends_good):
        luck = Luck(pay=ppm * 2**32 // 1_000_000)
        none = open_account(standing=Standing.NONE.value)
        return looks_at_entry(User(friends_good=friends_good), none, 0, luck, p)

    assert looks(4_999, 0)
    assert not looks(5_001, 0)
    assert looks(7_499, 50)
    assert not looks(7_501, 50)
    assert looks(9_999, 100)
    assert not looks(10_001, 100)


@pytest.mark.rule("R-A4")
def test_90_days_of_use_make_a_candidate_and_89_do_not():
    user = candidate(used_since=-60, longest_gap=30)
    assert not in_pool(user, env_of(day=29), TERMS)
    assert in_pool(user, env_of(day=30), TERMS)


@pytest.mark.rule("R-A4")
def test_a_gap_of_30_days_breaks_nothing_and_one_of_31_does_until_it_is_90_days_past():
    assert in_pool(candidate(longest_gap=30), env_of(day=0), TERMS)
    gone = candidate(longest_gap=31)
    assert not in_pool(gone, env_of(day=0), TERMS)
    assert not in_pool(gone, env_of(day=89), TERMS)
    assert in_pool(gone, env_of(day=90), TERMS)


@pytest.mark.rule("R-A4")
@pytest.mark.parametrize(("days", "broken"), [(30, False), (33, True)])
def test_whoever_stops_paying_for_more_than_30_days_begins_anew(days, broken):
    """A gap is counted in whole 72 hours: ten of them are 30 days, eleven are 33."""
    life = Life(Product(**STILL), user=1, used_since=-400)
    for _ in range(3):
        life.live([(Place.ONLINE, 100, None)])
    for _ in range(days):
        life.live()
    assert (life.user.used_since > 0) == broken
    life.live([(Place.ONLINE, 100, None)])
    env = env_of(day=life.day)
    assert in_pool(life.user, env, TERMS) != broken
    assert in_pool(life.user, env_of(day=life.user.used_since + 90), TERMS)


@pytest.mark.rule("R-A4")
@given(st.integers(0, 30), st.integers(-4, 4), st.integers(90, 500), st.integers(91, 400))
def test_no_gap_that_is_too_long_is_passed_over(paused, room, clock, day):
    """A look at three of its 72 hours comes first: whose use would break must not be left out."""
    most = max(3 * paused + room, 0)
    clock += 2 - clock % 3
    bins = [100] * 30
    for back in range(paused):
        bins[(clock // 3 - back) % 30] = 0
    user = User(used_since=-400, joins_on=-400, spend_bins=bins)
    terms = Product(gates=Gates(longest_gap_days=most))
    break_use(user, clock, env_of(day=day), terms)
    assert (user.used_since > 0) == (3 * paused > most)
    assert may_have_paused(user, clock, terms) or user.used_since < 0


@pytest.mark.rule("R-A4", "R-E1")
def test_users_age_into_the_pool():
    sure = Ways(wallet_low_ppm=1_000_000, wallet_high_ppm=1_000_000, wallet_finish_ppm=1_000_000)
    eager = Behaviour(applying=Applying(wallet_start_ppm=1_000_000))
    enough = {name: just for name, (just, _, _) in ITEMS.items()} | {"wallet": 100_000}
    life = Life(Product(ways=sure, **STILL), behaviour=eager, **enough, used_since=-60)
    buy = [(Place.ONLINE, 100, None)]
    days = [life.live(buy, apply=1).opened for _ in range(32)]
    assert [day for day, opened in enumerate(days) if opened] == [30]


@pytest.mark.rule("R-A5")
def test_the_opening_reaches_more_users_step_by_step_and_nobody_is_sent_back():
    plan = Scenario(run=Run(users=4_000))
    accounts = accounts_at_start(plan, population(plan))[:, 0]
    places = [Account(reach=int(reach)) for reach in accounts["reach"]]

    def reached_by(**today):
        return {i for i in range(4_000) if may_see(places[i], env_of(**today))}

    reached = [reached_by(rollout=share) for share in (0, 100_000, 400_000, 1_000_000)]
    assert not reached[0]
    assert reached[0] <= reached[1] <= reached[2] <= reached[3]
    assert len(reached[3]) == 4_000
    # 400 and 1,600 of 4,000, within 3.3 standard deviations.
    assert abs(len(reached[1]) - 400) < 3.3 * (4_000 * 0.1 * 0.9) ** 0.5
    assert abs(len(reached[2]) - 1_600) < 3.3 * (4_000 * 0.4 * 0.6) ** 0.5
    assert reached_by(rollout=100_000, day=99) == reached[1]


@pytest.mark.rule("R-A5")
def test_a_step_of_the_opening_holds_from_its_date_on():
    steps = [
        Step(date=dt.date(2024, 1, 10), value_ppm=100_000),
        Step(date=dt.date(2024, 2, 1), value_ppm=1_000_000),
    ]
    plan = Scenario(
        run=Run(start=dt.date(2024, 1, 1), days=60),
        product=Product(admission=Admission.SCORED, rollout=steps),
    )
    shares = course(plan).days["rollout"]
    assert list(shares[[8, 9, 30, 31, 59]]) == [0, 100_000, 100_000, 1_000_000, 1_000_000]


@pytest.mark.rule("R-A1", "R-A4", "R-A5")
def test_a_candidate_passes_gates_pool_and_opening():
    here = env_of(day=0, rollout=1_000_000)
    assert is_candidate(candidate(), Account(), here, TERMS)
    for short in ({"age": 17}, {"used_since": -89}, {"longest_gap": 31}):
        assert not is_candidate(candidate(**short), Account(), here, TERMS)
    assert not is_candidate(candidate(), Account(), env_of(day=0, rollout=0), TERMS)
