"""The cap of a calendar year and the proof of means (R-U7, R-U8); places are in test_use.py."""

import datetime as dt

import pytest
from scripted_user import YUAN, Life, open_account, product

from sim.kinds import OUTCOMES, Outcome, Place, Proof
from sim.params import params_of
from sim.rules.authorisation import outcome, yearly_cap
from sim.scenario.sections import PlaceMix, Refunds, Run, Scenario, Yearly
from sim.tickets import place_shares_ppm
from sim.user import User

INCOME = 60_000 * YUAN
UNPROVEN = product(yearly=Yearly(proof_ppm=0))
PROVEN = product(yearly=Yearly(proof_ppm=1_000_000))


def answer(fen, bought, proof=Proof.NONE):
    account = open_account(limit=10**9, bought_this_year=bought, proof=proof.value)
    return outcome(User(verified_income=INCOME), account, Place.ONLINE, fen, 0, UNPROVEN)


@pytest.mark.rule("R-U7")
def test_a_year_s_purchases_may_reach_the_verified_income_and_not_a_fen_more():
    assert answer(100, INCOME - 100) == Outcome.APPROVED
    assert answer(101, INCOME - 100) == Outcome.YEARLY_CAP
    assert answer(1, INCOME) == Outcome.YEARLY_CAP


@pytest.mark.rule("R-U8")
def test_proof_of_means_raises_the_cap_by_half():
    half = INCOME // 2
    assert answer(100, INCOME + half - 100, Proof.PROVIDED) == Outcome.APPROVED
    assert answer(101, INCOME + half - 100, Proof.PROVIDED) == Outcome.YEARLY_CAP
    account = open_account(proof=Proof.PROVIDED.value)
    assert yearly_cap(User(verified_income=INCOME), account, UNPROVEN) == INCOME + half


def spent(terms, fen=3_000 * YUAN, income=3_000 * YUAN, **more):
    """Return a life that has bought so much on credit, with a small verified income."""
    life = Life(terms, verified_income=income, **more)
    life.live()
    life.spend(fen)
    return life


def refused(today):
    return today.outcome[Place.ONLINE * OUTCOMES + Outcome.YEARLY_CAP]


@pytest.mark.rule("R-U8")
def test_the_excess_needs_proof_which_is_asked_for_once_a_year():
    life = spent(UNPROVEN)
    today = life.live([(Place.ONLINE, 1), (Place.ONLINE, 1)])
    assert (refused(today), today.proofs_asked, today.proofs_given) == (2, 1, 0)
    assert life.account.proof == Proof.NONE
    given = spent(PROVEN)
    today = given.live([(Place.ONLINE, 150_000), (Place.ONLINE, 1)])
    assert (today.credit[Place.ONLINE], refused(today)) == (150_000, 1)
    assert (today.proofs_asked, today.proofs_given) == (1, 1)


@pytest.mark.rule("R-U8")
def test_half_of_the_users_prove_more():
    terms = product()
    life = [spent(terms, 10_000, 10_000, user=number) for number in range(400)]
    given = sum(one.live([(Place.ONLINE, 1)]).proofs_given for one in life)
    assert abs(given - 200) < 3.3 * 10  # standard deviation: sqrt(400 / 4)


@pytest.mark.rule("R-U7")
def test_a_refund_comes_off_the_year_s_total():
    """Five days after the purchase the refund is there."""
    terms = product(yearly=Yearly(proof_ppm=0), refunds=Refunds(chance_ppm=1_000_000))
    life = spent(terms)
    assert refused(life.live([(Place.ONLINE, 1)])) == 1
    while life.account.refund > 0:
        assert life.account.bought_this_year == 3_000 * YUAN
        life.live()
    assert life.account.bought_this_year == 0
    assert life.live([(Place.ONLINE, 1)]).credit[Place.ONLINE] == 1


@pytest.mark.rule("R-U7", "R-U8")
def test_a_calendar_year_begins_anew():
    life = spent(UNPROVEN, auto_debit=2)
    assert refused(life.live([(Place.ONLINE, 1)])) == 1
    life.until(12, 31)
    assert refused(life.live([(Place.ONLINE, 1)])) == 1
    today = life.live([(Place.ONLINE, 100)])  # 1 January
    assert (refused(today), life.account.bought_this_year) == (0, 100)
    assert life.account.proof == Proof.NOT_ASKED


@pytest.mark.rule("R-U7")
def test_purchases_with_own_money_do_not_use_the_cap_up():
    life = Life(UNPROVEN, verified_income=3_000 * YUAN)
    life.live()
    life.live([(Place.ONLINE, 3_000 * YUAN, None)])
    assert life.account.bought_this_year == 0
    assert refused(life.live([(Place.ONLINE, 3_000 * YUAN)])) == 0


@pytest.mark.rule("R-U5")
def test_60_percent_of_attempts_abroad_are_at_listed_merchants():
    shares = place_shares_ppm(PlaceMix())
    listed, unlisted = shares[Place.CROSS_BORDER_LISTED], shares[Place.CROSS_BORDER_UNLISTED]
    assert (listed, unlisted) == (9_000, 6_000)
    cells = params_of(Scenario(run=Run())).tables.place
    found = cells.count(Place.CROSS_BORDER_LISTED), cells.count(Place.CROSS_BORDER_UNLISTED)
    assert found == (9, 6)  # of 1,024


@pytest.mark.rule("R-U7")
@pytest.mark.parametrize(("back_on", "left"), [(6, 50_000), (7, 40_000)])
def test_a_refund_comes_off_the_year_of_its_purchase(back_on, left):
    """Given back after five days, on 5 January what was bought on 31 December, on the 6th new."""
    account = open_account(refund=10_000, refund_on=back_on, unbilled=10_000)
    life = Life(product(), start=dt.date(2024, 12, 30), account=account)
    life.until(1, 1, 2025)
    life.spend(50_000)
    life.until(1, 8, 2025)
    assert life.account.refund == 0
    assert life.account.bought_this_year == left
