"""The limit is what the article's formula says, when it says so (R-L1 to R-L3, R-L6 to R-L8)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_user import YUAN, Life, open_account, product

from sim.kinds import OUTCOMES, AutoDebit, Outcome, Place, Standing
from sim.rules.limit import assessed_limit, clock_of, is_due, is_major, limit_terms
from sim.scenario.sections import Limit
from sim.user import User


def user_of(points=700, month_yuan=0, balance_yuan=0):
    """Return a user with a score, a mean monthly spending and a mean balance of the wallet."""
    return User(
        score=points * 1_000,
        spend_bins=[month_yuan * YUAN // 10] * 30,
        wallet_bins=[balance_yuan * YUAN * 3] * 10,
    )


@pytest.mark.rule("R-L1", "R-L2", "R-L3")
# A10 of the validation plan: the seed article's own examples.
@pytest.mark.parametrize(
    ("score", "spend", "balance", "parts", "limit"),
    [
        (700, 4_000, 20_000, (7_000, 320, 1_000), 8_320),
        (650, 3_000, 10_000, (6_500, 240, 500), 7_240),
        (700, 0, 0, (7_000, 0, 0), 7_000),
    ],
)
def test_the_worked_limits_of_the_article(score, spend, balance, parts, limit):
    user = user_of(score, spend, balance)
    made = limit_terms(user, open_account(), product())
    assert (made.base, made.spending, made.deposit) == tuple(part * YUAN for part in parts)
    assert assessed_limit(user, open_account(), product()) == limit * YUAN


@pytest.mark.rule("R-L1")
def test_a_part_of_a_point_is_no_point():
    whole, nearly = User(score=700_000), User(score=700_999)
    assert (
        limit_terms(whole, open_account(), product()).base
        == limit_terms(nearly, open_account(), product()).base
    )


@pytest.mark.rule("R-L2")
def test_spending_is_the_mean_of_three_months_whatever_its_days():
    bins = [0] * 30
    bins[4] = 9_000 * YUAN
    bins[29] = 3_000 * YUAN
    assert limit_terms(User(spend_bins=bins), open_account(), product()).spending == 320 * YUAN


@pytest.mark.rule("R-L3")
def test_the_deposit_term_is_capped_at_the_base_term():
    rich = user_of(600, 0, 10_000_000 // YUAN)
    assert limit_terms(rich, open_account(), product()).deposit == 5_000 * YUAN
    richer = user_of(600, 0, 140_000)
    assert limit_terms(richer, open_account(), product()).deposit == 6_000 * YUAN
    free = product(limit=Limit(deposit_capped=False))
    assert limit_terms(richer, open_account(), free).deposit == 7_000 * YUAN


@pytest.mark.rule("R-L8")
@pytest.mark.parametrize(
    ("month", "limit"), [(2_412_500, 200_000), (2_412_487, 199_998.96), (2_600_000, 200_000)]
)
def test_no_limit_is_above_200_000_yuan(month, limit):
    user = User(score=700_000, spend_bins=[month * YUAN // 10] * 30)
    expected = round(limit * YUAN)
    assert assessed_limit(user, open_account(), product()) == expected


@given(st.integers(0, 850), st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_limit_never_falls_when_score_spending_or_balance_rise(points, spent, kept):
    def limit(points, spent, kept):
        user = User(score=points * 1_000, spend_bins=[spent] * 30, wallet_bins=[kept] * 10)
        return assessed_limit(user, open_account(), product())

    here = limit(points, spent, kept)
    assert 0 <= here <= 20_000_000
    assert limit(points + 1, spent, kept) >= here
    assert limit(points, spent + 1_000, kept) >= here
    assert limit(points, spent, kept + 1_000) >= here


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.CHARGED_OFF, Standing.NONE])
def test_an_account_that_is_not_in_use_is_assessed_at_nothing(standing):
    account = open_account(standing=standing.value)
    assert assessed_limit(user_of(850, 10_000, 10_000), account, product()) == 0


@pytest.mark.rule("R-W5")
def test_a_blocked_account_may_lose_limit_but_not_gain_any():
    user = user_of(700)
    low = open_account(standing=Standing.BLOCKED.value, limit=5_000 * YUAN)
    high = open_account(standing=Standing.BLOCKED.value, limit=9_000 * YUAN)
    assert assessed_limit(user, low, product()) == 5_000 * YUAN
    assert assessed_limit(user, high, product()) == 7_000 * YUAN


@pytest.mark.rule("R-L7")
def test_a_purchase_of_exactly_half_the_limit_is_a_major_one():
    account = open_account(limit=8_000 * YUAN)
    assert is_major(account, 4_000 * YUAN, product())
    assert not is_major(account, 4_000 * YUAN - 1, product())


@pytest.mark.rule("R-L7")
def test_a_major_purchase_refreshes_the_limit_before_the_next_purchase_of_the_day():
    # 7,000 yuan of base; 3,500 of spending adds 3,500 / 3 x 8 % = 93.33 yuan at once.
    life = Life()
    life.live()
    assert life.account.limit == 7_000 * YUAN
    today = life.live([(Place.ONLINE, 350_000), (Place.ONLINE, 350_001 + 9_300)])
    assert (today.real_time, today.real_time_raised, today.real_time_lowered) == (2, 2, 0)
    assert (today.real_time_raised_by, today.real_time_lowered_by) == (18_915, 0)
    assert today.outcome[Place.ONLINE * OUTCOMES + Outcome.APPROVED] == 2
    # 7,093.01 / 3 x 8 % = 189.1469..., rounded once
    assert life.account.limit == 700_000 + 18_915


@pytest.mark.rule("R-L7")
def test_a_purchase_below_half_the_limit_waits_for_the_clock():
    life = Life()
    life.live()
    today = life.live([(Place.ONLINE, 349_999), (Place.ONLINE, 350_002)])
    assert today.real_time == 0
    assert today.outcome[Place.ONLINE * OUTCOMES + Outcome.NO_LIMIT_LEFT] == 1
    assert life.account.limit == 7_000 * YUAN


def test_a_major_purchase_with_own_money_refreshes_nothing():
    life = Life()
    life.live()
    today = life.live([(Place.ONLINE, 400_000, None)])
    assert today.own[Place.ONLINE] == 400_000
    assert today.real_time == 0


def test_a_fixed_limit_is_never_refreshed():
    life = Life(product(limit=Limit(dynamic=False)))
    for _ in range(12):
        today = life.live([(Place.ONLINE, 20_000, None)])
        assert today.assessed == 0
    assert life.account.limit == 7_000 * YUAN


@pytest.mark.rule("R-L6")
def test_one_clock_refreshes_all_at_the_close_of_every_third_day():
    for number in range(5):
        life = Life(user=number)
        assert [life.live().assessed for _ in range(9)] == [0, 0, 1] * 3


@pytest.mark.rule("R-L6")
def test_a_staggered_clock_refreshes_a_third_of_the_users_a_day():
    terms = product(limit=Limit(stagger=True))
    patterns = [[Life(terms, user=n).live().assessed] for n in range(6)]
    assert sum(first for (first,) in patterns) == 2
    for number in range(6):
        life = Life(terms, user=number)
        days = [day for day in range(9) if life.live().assessed]
        assert len(days) == 3
        assert {day % 3 for day in days} == {(2 - number) % 3}


@pytest.mark.parametrize("stagger", [False, True])
@pytest.mark.parametrize("every", [3, 9, 30])
def test_a_slower_clock_refreshes_each_user_once_in_its_days(every, stagger):
    terms = product(limit=Limit(refresh_days=every, stagger=stagger))
    due_days = set()
    for number in range(every):
        user = User(user=number)
        due = []
        for day in range(3 * every):
            clock = clock_of(user, type("Env", (), {"day": day}), terms)
            if clock % 3 == 2 and is_due(user, clock, terms):
                due.append(day)
        assert len(due) == 3
        assert {b - a for a, b in pairwise(due)} == {every}
        due_days.add(due[0])
    assert len(due_days) == (every if stagger else 1)


@pytest.mark.rule("R-L2")
def test_what_was_spent_90_days_ago_no_longer_counts():
    life = Life(auto_debit=AutoDebit.OFF.value)
    life.live([(Place.ONLINE, 300_000, None)])
    life.live()
    life.live()
    assert life.account.limit == 7_000 * YUAN + 8_000
    while life.day < 90:
        life.live()
        assert life.account.limit == 7_000 * YUAN + 8_000
    for _ in range(3):
        life.live()
    assert life.account.limit == 7_000 * YUAN


@pytest.mark.rule("R-L3")
def test_the_balance_kept_is_the_mean_of_the_last_30_closes():
    life = Life(wallet=3_000 * YUAN)
    for _ in range(15):
        life.live()
    # Half of the thirty closes so far held 3,000 yuan: 5 % of 1,500.
    assert life.account.limit == (7_000 + 75) * YUAN
    for _ in range(15):
        life.live()
    assert life.account.limit == (7_000 + 150) * YUAN
    for _ in range(30):
        life.live()
    assert life.account.limit == (7_000 + 150) * YUAN
