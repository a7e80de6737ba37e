"""Where the line can be used, and for how much (R-U1 to R-U6). A limit reached is inside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_user import YUAN, Life, open_account, product

from sim.kinds import OUTCOMES, Outcome, Place, Standing
from sim.rules.authorisation import outcome
from sim.user import User

MOST = 500_000
SUPPORTED = [
    Place.ONLINE,
    Place.OFFLINE_STATIC,
    Place.OFFLINE_DYNAMIC,
    Place.BILLS,
    Place.CROSS_BORDER_LISTED,
    Place.MINI_PROGRAM,
]
NEVER = {
    Place.CROSS_BORDER_UNLISTED: Outcome.UNLISTED_MERCHANT,
    Place.TRANSFER: Outcome.NOT_SUPPORTED,
    Place.CASH_OUT: Outcome.NOT_SUPPORTED,
    Place.VIRTUAL_CURRENCY: Outcome.EXCLUDED_TRADE,
    Place.INVESTMENT: Outcome.EXCLUDED_TRADE,
}


def answer(place, fen, static_today=0, **state):
    return outcome(User(), open_account(**state), place, fen, static_today, product())


@pytest.mark.rule("R-U1", "R-U2", "R-U4", "R-U5")
@pytest.mark.parametrize(
    "place", [Place.ONLINE, Place.OFFLINE_DYNAMIC, Place.BILLS, Place.CROSS_BORDER_LISTED]
)
def test_a_transaction_of_exactly_5_000_yuan_passes_and_a_fen_more_does_not(place):
    assert answer(place, MOST) == Outcome.APPROVED
    assert answer(place, MOST + 1) == Outcome.TRANSACTION_LIMIT


@pytest.mark.rule("R-U2")
def test_a_static_code_takes_500_yuan_a_day_in_any_number_of_purchases():
    place = Place.OFFLINE_STATIC
    assert answer(place, 50_000) == Outcome.APPROVED
    assert answer(place, 50_001) == Outcome.DAILY_LIMIT
    assert answer(place, 20_000, static_today=30_000) == Outcome.APPROVED
    assert answer(place, 20_001, static_today=30_000) == Outcome.DAILY_LIMIT
    assert answer(Place.OFFLINE_DYNAMIC, MOST, static_today=50_000) == Outcome.APPROVED


@pytest.mark.rule("R-U2")
def test_static_codes_are_counted_anew_every_day_and_only_what_was_bought_counts():
    life = Life()
    life.live()
    static = Place.OFFLINE_STATIC
    day = [(static, 30_000), (static, 20_001), (static, 20_000), (static, 1)]
    for _ in range(2):
        today = life.live(day)
        assert today.credit[static] == 50_000
        assert today.outcome[static * OUTCOMES + Outcome.DAILY_LIMIT] == 2
    # What was bought with one's own money at the counter does not use the day up.
    today = life.live([(static, 40_000, None), (static, 50_000)])
    assert today.credit[static] == 50_000


@pytest.mark.rule("R-U3", "R-U5", "R-U6")
@pytest.mark.parametrize(("place", "reason"), NEVER.items())
def test_some_places_are_refused_whatever_the_amount_and_the_limit(place, reason):
    assert answer(place, 1) == reason
    assert answer(place, 10**9) == reason
    assert answer(place, 1, standing=Standing.BLOCKED.value) == reason


@pytest.mark.rule("R-W3", "R-W5")
@pytest.mark.parametrize("place", SUPPORTED)
@pytest.mark.parametrize("standing", [Standing.BLOCKED, Standing.SUSPENDED, Standing.CHARGED_OFF])
def test_an_account_in_trouble_draws_nothing(place, standing):
    assert answer(place, 1, standing=standing.value) == Outcome.STANDING


@pytest.mark.parametrize("place", SUPPORTED)
def test_without_an_account_there_is_no_line(place):
    assert answer(place, 1, standing=Standing.NONE.value) == Outcome.NO_ACCOUNT


def test_a_limit_used_up_exactly_is_still_inside_it():
    drawn = {"limit": 100_000, "unbilled": 30_000, "billed": 20_000, "carried": 10_000}
    assert answer(Place.ONLINE, 40_000, **drawn) == Outcome.APPROVED
    assert answer(Place.ONLINE, 40_001, **drawn) == Outcome.NO_LIMIT_LEFT


def test_charges_do_not_use_the_limit_up():
    state = {"limit": 100_000, "interest": 5_000, "penalty": 5_000, "fees": 5_000}
    assert answer(Place.ONLINE, 100_000, **state) == Outcome.APPROVED


def test_a_limit_below_what_is_drawn_lets_nothing_through():
    assert answer(Place.ONLINE, 1, limit=0, carried=5_000) == Outcome.NO_LIMIT_LEFT


@given(st.sampled_from(list(Place)), st.integers(1, 10**8), st.integers(0, 10**6))
def test_what_passes_is_inside_every_limit(place, fen, static_today):
    account = open_account(limit=600_000, billed=200_000)
    if outcome(User(), account, place, fen, static_today, product()) == Outcome.APPROVED:
        assert place in SUPPORTED
        assert fen <= 400_000
        if place == Place.OFFLINE_STATIC:
            assert static_today + fen <= 50_000


@given(st.sampled_from(SUPPORTED), st.integers(2, 10**6), st.integers(0, 60_000))
def test_a_smaller_purchase_passes_where_a_larger_one_does(place, fen, static_today):
    terms, account = product(), open_account(limit=600_000, billed=200_000)
    if outcome(User(), account, place, fen, static_today, terms) == Outcome.APPROVED:
        assert outcome(User(), account, place, fen - 1, static_today, terms) == Outcome.APPROVED


@pytest.mark.rule("R-U1", "R-U3", "R-U6")
def test_refusals_are_counted_by_place_and_reason():
    life = Life()
    life.live()
    wishes = [
        (Place.TRANSFER, 100),
        (Place.CASH_OUT, 100),
        (Place.VIRTUAL_CURRENCY, 100),
        (Place.INVESTMENT, 100),
        (Place.CROSS_BORDER_UNLISTED, 100),
        (Place.ONLINE, MOST + 1),
        (Place.OFFLINE_STATIC, 50_001),
        (Place.ONLINE, MOST),
        (Place.BILLS, 300_000),
    ]
    today = life.live(wishes)
    counted = {
        (Place(i // OUTCOMES), Outcome(i % OUTCOMES)): n for i, n in enumerate(today.outcome) if n
    }
    assert counted == {
        **dict.fromkeys(NEVER.items(), 1),
        (Place.ONLINE, Outcome.TRANSACTION_LIMIT): 1,
        (Place.OFFLINE_STATIC, Outcome.DAILY_LIMIT): 1,
        (Place.ONLINE, Outcome.APPROVED): 1,
        (Place.BILLS, Outcome.NO_LIMIT_LEFT): 1,
    }
    assert today.refused == 8
    assert life.account.attempts_refused == 1
    assert sum(today.credit) == MOST == life.account.unbilled


def test_what_credit_refuses_is_bought_with_own_money_but_for_what_no_shop_sells():
    life = Life(wallet=1_000 * YUAN, bank=0)
    life.live()
    today = life.live([(Place.CROSS_BORDER_UNLISTED, 40_000), (Place.CASH_OUT, 40_000)])
    assert today.own[Place.CROSS_BORDER_UNLISTED] == 40_000
    assert life.user.wallet == 60_000
    assert today.purchases == 1
    today = life.live([(Place.CROSS_BORDER_UNLISTED, 60_001)])
    assert today.unaffordable == 1
    assert life.user.wallet == 60_000


@pytest.mark.rule("R-A1")
def test_under_age_there_is_no_account():
    life = Life(age=17, birthday=3)
    assert life.live([(Place.ONLINE, 100)]).outcome[Place.ONLINE * OUTCOMES + Outcome.NO_ACCOUNT]
    assert life.account.standing == Standing.NONE
    life.live()
    assert life.live().opened == 1  # 3 January: the eighteenth birthday
    assert life.account.standing == Standing.OPEN
