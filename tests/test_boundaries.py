"""The article's thresholds flip exactly at their numbers; one that is reached is inside (A11)."""

import pytest
from scripted_user import YUAN, Life, open_account

from sim.kinds import OUTCOMES, Outcome, Place, Standing
from sim.rules import admission, arrears, authorisation
from sim.scenario.terms import terms_of
from sim.user import User

TERMS = terms_of("seed_article")


@pytest.mark.parametrize(("age", "passes"), [(17, False), (18, True)])
def test_age(age, passes):
    assert admission.passes_gates(User(age=age), TERMS) is passes


def score_of(**traits):
    user = User(score=0, friends=0, past_overdue=1)
    for name, value in traits.items():
        setattr(user, name, value)
    return admission.admission_score(user, TERMS)


@pytest.mark.parametrize(
    ("below", "at", "points"),
    [
        ({"score": 599_999}, {"score": 600_000}, 35),
        ({"count_bins": [44, *[0] * 14]}, {"count_bins": [45, *[0] * 14]}, 25),  # 15 a month
        ({"wallet_bins": [1_499_970, *[0] * 9]}, {"wallet_bins": [1_500_000, *[0] * 9]}, 20),
        ({"friends": 199}, {"friends": 200}, 15),
        ({"past_overdue": 1}, {"past_overdue": 0}, 5),
    ],
    ids=["score", "payments", "balance", "friends", "no overdue"],
)
def test_items_of_the_admission_score(below, at, points):
    assert score_of(**below) == 0
    assert score_of(**at) == points * 1_000


@pytest.mark.parametrize(
    ("fen", "outcome"),
    [(5_000 * YUAN, Outcome.APPROVED), (5_000 * YUAN + 1, Outcome.TRANSACTION_LIMIT)],
)
def test_one_online_purchase(fen, outcome):
    life = Life(account=open_account())
    today = life.live([(Place.ONLINE, fen)])
    assert today.outcome[Place.ONLINE * OUTCOMES + outcome] == 1


@pytest.mark.parametrize(
    ("fen", "outcome"), [(1_000 * YUAN, Outcome.APPROVED), (1_000 * YUAN + 1, Outcome.YEARLY_CAP)]
)
def test_a_years_purchases_against_the_income(fen, outcome):
    user = User(verified_income=3_000 * YUAN)
    account = open_account(bought_this_year=2_000 * YUAN)
    found = authorisation.outcome(user, account, Place.ONLINE, fen, 0, TERMS)
    assert found == outcome


@pytest.mark.parametrize(("day", "lapses"), [(13, 0), (14, 1)])
def test_grace_of_72_hours(day, lapses):
    """Due on 10 February; three dated days of grace."""
    life = Life().until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(2, day)
    life.live(pay=1_000 * YUAN)
    assert life.account.lapses == lapses


@pytest.mark.parametrize(("late", "level_3"), [(30, False), (31, True)])
def test_overdue_days_of_level_3(late, level_3):
    life = Life(account=open_account(missed_count=1, missed=[100, *[0] * 6], carried=100))
    for _ in range(late):
        life.live()
    before = Standing.BLOCKED
    life.live()
    assert arrears.enters_level_3(life.account, before) is level_3
    assert (life.account.limit == 0) is level_3
