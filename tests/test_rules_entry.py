"""By which way users come in, and what each way asks of them (R-E1 to R-E4)."""

import math

import numpy as np
import pytest
from scripted_user import STILL, Life, open_account

import sim
from sim.day import Environment, Luck
from sim.draws import Purpose, word
from sim.kinds import STEPS, FunnelStep, Place, Standing, Way
from sim.params import params_of
from sim.rules.admission import may_try
from sim.rules.application import (
    approval_ppm,
    finishes,
    is_invited,
    is_prompted,
    review,
    starts,
)
from sim.scenario.sections import Applying, Behaviour, Product, Run, Scenario, Ways
from sim.units import NEVER
from sim.user import User

TERMS = Product()
USERS = 20_000
P = params_of(Scenario(run=Run()))
HERE = Environment(day=3)


def share_of(decision, users=USERS):
    """Return the share of users of whom a decision is true."""
    return sum(decision(User(user=i)) for i in range(users)) / users


def near(share, expected, users=USERS):
    """Tell whether a share is within 3.3 standard deviations of its chance."""
    return abs(share - expected) < 3.3 * math.sqrt(expected * (1 - expected) / users)


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        pytest.param(Way.WALLET, 0.70, marks=pytest.mark.rule("R-E1")),
        pytest.param(Way.NOTICE, 0.85, marks=pytest.mark.rule("R-E2")),
        pytest.param(Way.CHECKOUT, 0.90, marks=pytest.mark.rule("R-E3")),
    ],
)
def test_so_many_finish_the_form_of_their_way(way, expected):
    share = share_of(lambda user: finishes(user, way.value, HERE, P, TERMS))
    assert near(share, expected)


SURE = {
    "wallet_finish_ppm": 1_000_000,
    "notice_finish_ppm": 1_000_000,
    "checkout_finish_ppm": 1_000_000,
    "wallet_low_ppm": 1_000_000,
    "wallet_high_ppm": 1_000_000,
    "checkout_low_ppm": 1_000_000,
    "checkout_high_ppm": 1_000_000,
}
EAGER = Behaviour(
    applying=Applying(
        wallet_start_ppm=1_000_000, notice_start_ppm=1_000_000, checkout_start_ppm=1_000_000
    )
)
ENOUGH = {"count_bins": [10] * 15, "friends": 300, "occupation_known": 0}


def newcomer(behaviour=EAGER, **ways):
    """Return a user with 60 points and more, whom nothing but the ways in keeps out."""
    terms = Product(ways=Ways(**(SURE | ways)), **STILL)
    return Life(terms, behaviour=behaviour, score=700_000, **ENOUGH)


def steps(today, way):
    return today.funnel[way * STEPS : (way + 1) * STEPS]


NOBODY = Luck(life=0xFFFF, size=2**32 - 1)  # neither prompted nor invited


@pytest.mark.rule("R-E1")
def test_the_wallet_asks_for_the_occupation_and_opens_the_account():
    life = newcomer()
    assert life.live(luck=NOBODY).opened == 0
    today = life.live(apply=1, luck=NOBODY)
    assert steps(today, Way.WALLET) == [1, 1, 1, 1, 0, 0]
    assert (life.account.standing, life.account.way) == (Standing.OPEN, Way.WALLET)
    assert life.user.occupation_known == 1


@pytest.mark.rule("R-E3")
def test_checkout_prompts_while_paying_and_asks_less():
    life = newcomer()
    prompted = Luck(size=2**32 - 1)
    assert life.live(luck=prompted).opened == 0  # nothing was paid for
    today = life.live([(Place.ONLINE, 100, None)], luck=prompted)
    assert steps(today, Way.CHECKOUT) == [1, 1, 1, 1, 0, 0]
    assert (life.account.way, life.user.occupation_known) == (Way.CHECKOUT, 0)


@pytest.mark.rule("R-E3")
def test_15_payments_a_month_are_prompted_and_14_are_not():
    often, less = [3] * 15, [3] * 14 + [2]
    assert is_prompted(User(count_bins=often), Luck(), TERMS)
    assert not is_prompted(User(count_bins=less), Luck(), TERMS)


@pytest.mark.rule("R-E3")
def test_a_prompt_comes_on_one_day_of_fifty():
    often = User(count_bins=[3] * 15)
    words = [word(1, 0, i, 0, Purpose.LUCK_0.value) for i in range(USERS)]
    share = sum(is_prompted(often, Luck(life=fate), TERMS) for fate in words) / USERS
    assert near(share, 0.02)


@pytest.mark.rule("R-E2")
def test_an_invited_user_comes_in_by_the_fast_lane():
    life = newcomer()
    life.days["invitable"] = 100
    today = life.live()  # with all words 0, an invitation comes
    assert steps(today, Way.NOTICE) == [1, 1, 1, 1, 0, 0]
    assert (life.account.way, life.user.occupation_known) == (Way.NOTICE, 0)


@pytest.mark.rule("R-E2")
def test_invitations_of_a_day_are_a_quota_over_the_candidates():
    """100 a day among 100,000 users; of 2,000 candidates one in twenty, of 50 everyone."""
    words = [word(1, 0, i, 0, Purpose.LUCK_0.value) for i in range(USERS)]

    def invited(candidates):
        env = Environment(invitable=candidates)
        return sum(is_invited(Luck(size=fate), env, P, TERMS) for fate in words) / USERS

    assert P.users == 100_000
    assert near(invited(2_000), 0.05)
    assert invited(100) == invited(50) == 1
    assert invited(0) == 0


@pytest.mark.rule("R-E2")
@pytest.mark.parametrize("score", range(60_000, 100_001, 250))
def test_an_invited_user_is_approved_with_exactly_min_1_and_1_4_p(score):
    p = approval_ppm(score, Way.WALLET, 0, TERMS)
    assert approval_ppm(score, Way.NOTICE, 0, TERMS) == min(1_000_000, 14 * p // 10)


@pytest.mark.rule("R-E2")
def test_the_paired_ratio_of_approvals_is_1_4_where_p_leaves_room():
    """Of users with p <= 1 / 1.4 at the same review: the 99.9 % interval of the ratio holds 1.4."""
    luck = np.random.default_rng(4)
    scores = luck.integers(60_000, 100_001, USERS).tolist()
    room = [s for s in scores if 1.4 * approval_ppm(s, Way.WALLET, 0, TERMS) <= 1_000_000]
    assert USERS / 2 < len(room) < USERS
    answers = np.array(
        [
            [
                review(User(user=i), score, way, HERE, P, TERMS) == FunnelStep.APPROVED
                for way in (Way.WALLET, Way.NOTICE)
            ]
            for i, score in enumerate(room)
        ]
    )
    wallet, notice = answers.T.astype(float)
    assert (notice >= wallet).all()  # whom the wallet approves, the fast lane does
    ratio = notice.sum() / wallet.sum()
    error = np.sqrt(((notice - ratio * wallet) ** 2).sum()) / wallet.sum()
    assert error < 0.02
    assert abs(ratio - 1.4) < 3.29 * error


@pytest.mark.rule("R-E4")
def test_each_way_has_a_review_of_its_own():
    chances = {way: approval_ppm(80_000, way, 0, TERMS) for way in Way}
    assert chances == {Way.WALLET: 625_000, Way.NOTICE: 875_000, Way.CHECKOUT: 575_000}
    for way, chance in chances.items():
        share = share_of(lambda u, w=way: review(u, 80_000, w, HERE, P, TERMS) == 3)
        assert near(share, chance / 1_000_000)


@pytest.mark.rule("R-E4")
def test_a_new_try_waits_30_days_after_one_that_failed():
    account = open_account(standing=Standing.NONE.value, tried_on=10)
    assert not may_try(account, Environment(day=39), TERMS)
    assert may_try(account, Environment(day=40), TERMS)
    assert may_try(open_account(standing=0, tried_on=NEVER), Environment(day=0), TERMS)
    assert not may_try(open_account(tried_on=NEVER), Environment(day=40), TERMS)


@pytest.mark.rule("R-E4")
def test_who_is_refused_is_not_seen_again_for_30_days_and_who_gives_up_is():
    life = newcomer(wallet_low_ppm=0, wallet_high_ppm=0)
    buy = [(Place.ONLINE, 100, None)]  # whoever stops paying is no candidate any more
    seen = [steps(life.live(buy, apply=1, luck=NOBODY), Way.WALLET)[0] for _ in range(61)]
    assert [day for day, count in enumerate(seen) if count] == [0, 30, 60]
    given_up = newcomer(wallet_finish_ppm=0)
    seen = [steps(given_up.live(apply=1, luck=NOBODY), Way.WALLET) for _ in range(3)]
    assert seen == [[1, 1, 0, 0, 0, 0]] * 3


@pytest.mark.rule("R-E1", "R-E2", "R-E3")
def test_who_starts_differs_by_way_in():
    for way, expected in zip(Way, (0.6, 0.4, 0.1), strict=True):
        assert near(share_of(lambda user, w=way: starts(user, w.value, HERE, P)), expected)


@pytest.mark.rule("R-E1", "R-E2", "R-E3", "R-E4")
def test_every_way_in_is_used_at_the_default_and_its_quota_kept(repo):
    plan = sim.load(repo / "scenarios" / "seed_article.toml").with_(users=2_000, days=150)
    funnel = sim.run(plan, threads=1).funnel
    whole = funnel.groupby("way")[["seen", "started", "finished", "approved"]].sum()
    assert (whole > 0).all(axis=None)
    notice = funnel[funnel["way"] == "notice"]["seen"]
    # Two invitations a day of 1,000 for a million, binomial among the candidates of the eve.
    assert abs(notice[5:].mean() - 2) < 3.3 * math.sqrt(2 / len(notice[5:]))
