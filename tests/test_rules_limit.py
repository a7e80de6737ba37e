"""What moves a limit besides its three terms: factors, grades, requests (R-L1, R-L4, R-L5, R-L9).

The terms themselves, the maximum and the clocks are in test_limit.py.
"""

import pytest
from scripted_user import YUAN, Life, open_account, product

from sim.day import Environment
from sim.kinds import OUTCOMES, WARNING_STEPS, Hold, Level, Outcome, Place, Standing, WarningStep
from sim.rules.grade import grade, grade_points
from sim.rules.limit import assessed_limit, base_factor, spending_factor
from sim.rules.request import remember_request, requests_in_window
from sim.rules.score import next_score
from sim.scenario.sections import Factors, Grades, Product, Score
from sim.user import User

TERMS = Product()
FACTORED = product(factors=Factors())
GRADED = product(grades=Grades())


@pytest.mark.rule("R-L4")
@pytest.mark.parametrize(
    ("state", "yuan"),
    [
        ({"on_time_periods": 5}, 7_000),
        ({"on_time_periods": 6}, 8_050),  # +15 %
        ({"lapse_days": 3}, 7_000),
        ({"lapse_days": 4}, 5_600),  # -20 %
        ({"lapse_days": 4, "on_time_periods": 6}, 5_600),
    ],
)
def test_six_bills_in_time_raise_the_base_and_a_lapse_of_more_than_3_days_lowers_it(state, yuan):
    user = User(score=700_000, count_bins=[3] * 15)
    assert assessed_limit(user, open_account(**state), FACTORED) == yuan * YUAN


@pytest.mark.rule("R-L4")
@pytest.mark.parametrize(
    ("quarter", "yuan"),
    [(45, 320), (46, 336), (15, 320), (14, 288)],  # 15 a month and above, 5 and below
)
def test_more_than_15_payments_a_month_raise_the_spending_term_and_fewer_than_5_lower_it(
    quarter, yuan
):
    user = User(
        score=0,
        count_bins=[quarter - 14 * (quarter // 15)] + [quarter // 15] * 14,
        spend_bins=[400 * YUAN] * 30,  # 4,000 yuan a month
    )
    assert assessed_limit(user, open_account(), FACTORED) == yuan * YUAN


@pytest.mark.rule("R-L4")
def test_without_a_reason_no_factor_moves_anything():
    assert base_factor(open_account(), TERMS) == 0
    assert spending_factor(User(count_bins=[2] * 15), TERMS) == 0


@pytest.mark.rule("R-L4")
@pytest.mark.parametrize(("paid_on", "lapsed"), [(16, False), (17, True)])
def test_a_lapse_lasts_to_the_day_it_is_paid(paid_on, lapsed):
    """Past due since the end of grace on 13 February: on the 16th three days."""
    life = Life(FACTORED)
    life.until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(2, paid_on + 1)
    life.live(pay=1_000 * YUAN)
    assert (base_factor(life.account, FACTORED) < 0) == lapsed


@pytest.mark.rule("R-L4")
def test_a_lapse_is_forgiven_after_six_bills_in_time():
    life = Life(FACTORED, auto_debit=2)
    life.live()
    life.account.lapse_days = 30
    factors = []
    for month in range(2, 9):
        life.spend(100 * YUAN)
        life.until(month, 15)
        factors.append(base_factor(life.account, FACTORED))
    assert factors == [-200_000] * 5 + [150_000] * 2


@pytest.mark.rule("R-L5")
@pytest.mark.parametrize(
    ("grade_", "yuan"), [(0, 7_000), (1, 6_300), (2, 5_250), (3, 3_500), (4, 0)]
)
def test_each_grade_takes_its_part_off_the_whole_sum(grade_, yuan):
    account = open_account(grade=grade_)
    assert assessed_limit(User(score=700_000), account, GRADED) == yuan * YUAN


@pytest.mark.rule("R-L5")
@pytest.mark.parametrize(
    ("late", "points"),
    [(0, 0), (1, 10), (3, 10), (4, 25), (10, 25), (11, 45), (30, 45), (31, 70), (180, 70)],
)
def test_late_days_of_180_count_from_their_steps_on(late, points):
    account = open_account(late_bins=[min(late, 30), *[max(late - 30, 0) // 5] * 5])
    account.late_now = late - sum(account.late_bins)
    assert grade_points(User(), account, TERMS).late == points


@pytest.mark.rule("R-L5")
@pytest.mark.parametrize(
    ("used", "points"),
    [(49_999, 0), (50_000, 3), (79_999, 3), (80_000, 10), (94_999, 10), (95_000, 15)],
)
def test_the_share_of_the_limit_used_counts_from_its_steps_on(used, points):
    account = open_account(limit=100_000, billed=used)
    assert grade_points(User(), account, TERMS).used == points


@pytest.mark.rule("R-L5")
@pytest.mark.parametrize(
    ("debt", "points"), [(29_999, 0), (30_000, 3), (60_000, 8), (99_999, 8), (100_000, 15)]
)
def test_debt_to_others_counts_against_the_verified_income(debt, points):
    user = User(debt_elsewhere=debt, verified_income=100_000)
    assert grade_points(user, open_account(), TERMS).debt == points


@pytest.mark.rule("R-L5")
@pytest.mark.parametrize(("paid", "points"), [(800, 0), (799, 5), (300, 5), (299, 10)])
def test_who_pays_little_of_their_bills_collects_points(paid, points):
    assert grade_points(User(), open_account(pay_down=paid), TERMS).pay_down == points


@pytest.mark.rule("R-L5")
@pytest.mark.parametrize(
    ("points", "expected"),
    [(19, 0), (20, 1), (34, 1), (35, 2), (54, 2), (55, 3), (79, 3), (80, 4)],
)
def test_points_make_a_grade_from_their_steps_on(points, expected):
    terms = product(grades=Grades(used_points=[points, points, points]))
    account = open_account(limit=100_000, billed=100_000)
    assert grade(User(), account, terms) == expected


def asked(*days, today):
    """Return the requests of the window on a day, after requests on some days."""
    account = open_account()
    for day in days:
        remember_request(account, Environment(day=day))
    return requests_in_window(account, Environment(day=today), TERMS)


@pytest.mark.rule("R-L9")
def test_a_request_leaves_the_window_after_30_days():
    assert asked(10, 20, 30, today=39) == 3
    assert asked(10, 20, 30, today=40) == 2
    assert asked(10, 10, today=10) == 1  # one a day counts
    assert asked(today=5) == 0


def held(day):
    return day.outcome[Place.ONLINE * OUTCOMES + Outcome.HELD]


def asking(times, gap=1):
    """Return a life after requests that are `gap` days apart, and the last of those days."""
    life = Life()
    life.live()
    for n in range(times):
        today = life.live(ask=1)
        for _ in range(gap - 1 if n < times - 1 else 0):
            life.live()
    return life, today


@pytest.mark.rule("R-L9")
def test_three_requests_in_30_days_pass_and_a_fourth_freezes_the_unused_limit():
    life, today = asking(3)
    assert (today.requests, life.account.hold) == (1, Hold.NONE)
    assert held(life.live([(Place.ONLINE, 1)])) == 0
    life, today = asking(4)
    assert life.account.hold == Hold.REQUESTS
    assert today.warning[Level.REQUESTS * WARNING_STEPS + WarningStep.RAISED] == 1


@pytest.mark.rule("R-L9")
@pytest.mark.parametrize(("gap", "frozen"), [(9, True), (10, False)])
def test_four_requests_over_28_days_are_too_many_and_over_31_are_not(gap, frozen):
    life, _ = asking(4, gap)
    assert (life.account.hold == Hold.REQUESTS) == frozen


@pytest.mark.rule("R-L9", "R-W5")
@pytest.mark.parametrize("number", range(12))
def test_a_review_of_requests_ends_within_72_hours(number):
    life = Life(user=number)
    life.live()
    for _ in range(4):
        life.live(ask=1)
    before = life.account.limit
    answers = [life.live([(Place.ONLINE, 1)]) for _ in range(4)]
    refused = [held(day) for day in answers]
    ended = refused.index(0)
    assert refused[:ended] == [1] * ended
    assert refused[3] == 0  # a hold of day d is over on d + 4 at the latest
    assert life.account.limit >= before
    assert life.account.hold == Hold.NONE


@pytest.mark.rule("R-L9")
def test_a_request_is_answered_by_an_assessment_at_once():
    life = Life()
    life.live()
    life.live([(Place.ONLINE, 300_000, None)], ask=0)
    assert life.account.limit == 7_000 * YUAN
    today = life.live(ask=1)  # 3,000 yuan spent: a third of it x 8 %
    assert life.account.limit == 7_080 * YUAN
    assert (today.requests, today.requests_assessed) == (1, 1)
    assert (today.requests_raised, today.requests_raised_by) == (1, 8_000)
    assert (today.requests_lowered, today.requests_lowered_by) == (0, 0)


@pytest.mark.rule("R-L1")
def test_the_score_steps_towards_activity_periods_and_lapses():
    """650 + 20 x 15/30 + 5 x 4 = 680, and 6 % of the way from 650 is 1.8 points."""
    user = User(score=650_000, score_anchor=650, count_bins=[3] * 15)
    account = open_account(on_time_periods=4)
    assert next_score(user, account, TERMS) == 651_800
    late = open_account(lapses=1, missed_count=1, missed=[100, 0, 0, 0, 0, 0, 0])
    # 650 + 10 - 2 x 60 = 540, 110 below: 6.6 points down.
    assert next_score(user, late, TERMS) == 643_400


@pytest.mark.rule("R-L1")
def test_the_score_stays_between_350_and_850():
    high = User(score=850_000, score_anchor=900, count_bins=[6] * 15)
    assert next_score(high, open_account(on_time_periods=12), TERMS) == 850_000
    low = User(score=350_000, score_anchor=350)
    assert next_score(low, open_account(lapses=3, missed_count=1), TERMS) == 350_000
    still = Product(score=Score(step_ppm=0))
    assert next_score(high, open_account(), still) == 850_000


@pytest.mark.rule("R-W5", "R-L6")
def test_a_frozen_account_may_lose_limit_but_not_gain_any():
    account = open_account(hold=Hold.LOGIN.value, limit=5_000 * YUAN)
    assert assessed_limit(User(score=700_000), account, product()) == 5_000 * YUAN
    assert assessed_limit(User(score=400_000), account, product()) == 4_000 * YUAN
    assert account.standing == Standing.OPEN
