"""Warnings of three levels, holds, disputes and what ends them (R-W1 to R-W6).

Level 3, cure, charge-off and recovery day by day are in test_bills.py.
"""

import datetime as dt
from collections import Counter

import pytest
from scripted_user import STILL, YUAN, Life, open_account, risk_control

import sim
from sim.account import owed, past_due, principal
from sim.day import Environment, Luck, Totals
from sim.kinds import (
    DISPUTE_STEPS,
    OUTCOMES,
    WARNING_STEPS,
    Claim,
    DisputeStep,
    Flow,
    Hold,
    Level,
    Note,
    Outcome,
    Place,
    Standing,
    WarningStep,
)
from sim.log import Log
from sim.params import params_of
from sim.results.event_codes import rule_names
from sim.rules.admission import admission_score
from sim.rules.arrears import may_reopen
from sim.rules.dispute import decide, give_up, is_billed, is_decided
from sim.rules.spending import purchases
from sim.rules.warning import end_week, is_large, spending_jumped, week_ends
from sim.scenario.risk import Message
from sim.scenario.sections import (
    Appeals,
    Applying,
    Behaviour,
    Collection,
    Fraud,
    Login,
    Product,
    Refunds,
    Run,
    Scenario,
    Ways,
)
from sim.units import NEVER
from sim.user import User

ONLINE = Place.ONLINE * OUTCOMES


def numbers(risk=None, **run):
    return params_of(Scenario(run=Run(**run), risk_control=risk or risk_control()))


def warned(today, level, step):
    return today.warning[level * WARNING_STEPS + step]


def disputed(today, claim, step):
    return today.dispute[claim * DISPUTE_STEPS + step]


# 90 yuan a day: 2,700 in each of thirty 72 hours; a week at 30 % more are 819 yuan.
STEADY = [27_000] * 30


@pytest.mark.rule("R-W1")
@pytest.mark.parametrize(("week", "jumped"), [(81_900, False), (81_901, True)])
def test_a_week_30_percent_above_the_90_days_is_no_jump_and_a_fen_more_is(week, jumped):
    literal = numbers(risk_control(message=Message(sigmas_ppm=0)))
    user = User(spend_bins=STEADY, week_now=week)
    assert spending_jumped(user, literal) == jumped


@pytest.mark.rule("R-W1")
@pytest.mark.parametrize(("week", "jumped"), [(82_897, False), (82_898, True)])
def test_the_rise_must_be_three_of_the_user_s_own_weekly_deviations(week, jumped):
    """Thirty 72 hours, half of them 43.42 yuan above and half below the mean of 270.

    Their variance is 43.42 x 43.42, that of a week 7/3 of it, its deviation 66.325 yuan: a week
    must be 198.975 yuan above the mean of 630, and is not a jump with 828.97.
    """
    bins = [27_000 + 4_342, 27_000 - 4_342] * 15
    user = User(spend_bins=bins, week_now=week)
    assert spending_jumped(user, numbers()) == jumped


def message_after(week, day=97, number=0):
    """Return the totals and the user after a week that ends on a day."""
    user, today = User(user=number, spend_bins=STEADY, week_now=week), Totals()
    env = Environment(day=day)
    end_week(user, env, numbers(), today, Log())
    return user, today


@pytest.mark.rule("R-W1")
def test_a_jump_brings_one_message_which_works_for_7_days():
    user, today = message_after(200_000)
    assert (today.warned_1, user.damped_until, user.week_now) == (1, 97 + 7, 0)
    assert warned(today, Level.MESSAGE, WarningStep.RAISED) == 1
    assert warned(today, Level.MESSAGE, WarningStep.FALSE) == 1
    user, today = message_after(60_000)
    assert (today.warned_1, user.damped_until, user.week_now) == (0, -1, 0)


@pytest.mark.rule("R-W1")
def test_a_jump_of_someone_in_trouble_is_a_true_alarm():
    for state in ({"employed": 0}, {"strain": 1_000}):
        user, today = User(spend_bins=STEADY, week_now=200_000, **state), Totals()
        end_week(user, Environment(day=97), numbers(), today, Log())
        assert warned(today, Level.MESSAGE, WarningStep.TRUE) == 1


@pytest.mark.rule("R-W1")
def test_a_user_is_observed_for_90_days_before_the_first_message():
    assert message_after(200_000, day=89)[1].warned_1 == 0
    assert message_after(200_000, day=90)[1].warned_1 == 1


@pytest.mark.rule("R-W1")
def test_weeks_end_once_in_seven_days_on_a_day_of_the_user_s_own():
    for number in range(7):
        ends = [d for d in range(21) if week_ends(User(user=number), Environment(day=d))]
        assert len(ends) == 3
        assert ends[0] == 6 - number
    assert ends[1] - ends[0] == 7


@pytest.mark.rule("R-W1")
def test_a_message_damps_purchases_by_30_percent_to_its_last_day():
    """Of a mean purchases a day; the count's quantiles are those of the damped rate."""
    p = numbers()
    luck = [Luck(count=(2 * n + 1) * 2**32 // 4_000) for n in range(2_000)]

    def mean(day, until):
        user = User(rate=2_000_000, damped_until=until)
        env = Environment(day=day)
        return sum(purchases(user, word, env, p) for word in luck) / len(luck)

    plain = mean(10, -1)
    assert plain == pytest.approx(2, rel=0.01)
    assert mean(10, 10) == pytest.approx(1.4, rel=0.01)
    assert mean(11, 10) == plain


STRANGE = Login(strange_ppm=1_000_000, passed_ppm=0)


def logged_in(**login):
    """Return a life on 2 January of a user with a limit of 7,000 yuan."""
    plain = {"strange_ppm": 1_000_000, "passed_ppm": 0}
    life = Life(risk=risk_control(login=Login(**(plain | login))))
    life.live()
    return life


@pytest.mark.rule("R-W2")
def test_30_percent_of_the_limit_are_large_and_a_fen_less_is_not():
    account = open_account(limit=700_000)
    assert is_large(account, 210_000, numbers())
    assert not is_large(account, 209_999, numbers())


@pytest.mark.rule("R-W2")
def test_a_large_purchase_after_a_strange_login_is_held_and_the_unused_limit_frozen():
    life = logged_in()
    today = life.live([(Place.ONLINE, 209_999), (Place.ONLINE, 210_000), (Place.ONLINE, 1)])
    assert today.outcome[ONLINE + Outcome.APPROVED] == 1
    assert today.outcome[ONLINE + Outcome.SECOND_FACTOR] == 1
    assert today.outcome[ONLINE + Outcome.HELD] == 1
    assert (life.account.hold, today.warned_2) == (Hold.LOGIN, 1)
    assert warned(today, Level.LOGIN, WarningStep.FALSE) == 1


@pytest.mark.rule("R-W2")
def test_a_passed_second_factor_lets_the_purchase_through():
    life = logged_in(passed_ppm=1_000_000)
    today = life.live([(Place.ONLINE, 210_000)])
    assert today.credit[Place.ONLINE] == 210_000
    assert warned(today, Level.LOGIN, WarningStep.PASSED) == 1
    assert life.account.hold == Hold.NONE


@pytest.mark.rule("R-W2")
def test_no_login_is_looked_at_where_none_is_strange():
    life = logged_in(strange_ppm=0)
    assert life.live([(Place.ONLINE, 210_000)]).credit[Place.ONLINE] == 210_000


@pytest.mark.rule("R-W2", "R-W5")
def test_a_hold_lasts_to_the_end_of_the_third_day_after_and_no_longer():
    life = logged_in()
    life.live([(Place.ONLINE, 210_000)])
    held = [life.live([(Place.ONLINE, 1)]) for _ in range(4)]
    assert [day.outcome[ONLINE + Outcome.HELD] for day in held] == [1, 1, 1, 0]
    assert warned(held[3], Level.LOGIN, WarningStep.EXPIRED) == 1
    assert warned(held[3], Level.LOGIN, WarningStep.HOURS) == 96
    assert life.account.hold == Hold.NONE


LATE = 1_000 * YUAN


def suspended(terms=None, risk=None, **more):
    """Return a life on 17 March, the day after level 3 came into force, and that day's totals."""
    life = Life(terms, risk=risk, **more)
    life.until(1, 5)
    life.spend(LATE)
    life.until(3, 15)
    return life, life.live()


@pytest.mark.rule("R-W3")
def test_day_31_brings_limit_0_collection_and_the_bureau_s_mark_and_day_30_does_not():
    life = Life()
    life.until(1, 5)
    life.spend(LATE)
    life.until(3, 14)
    today = life.live()  # 14 March: the 30th day since 13 February
    assert (today.entered_collection, today.marked, life.user.past_overdue) == (0, 0, 0)
    assert life.account.limit > 0
    today = life.live()
    assert (today.entered_collection, today.marked, life.user.past_overdue) == (1, 1, 1)
    assert (life.account.standing, life.account.limit) == (Standing.SUSPENDED, 0)
    assert (today.warned_3, today.in_collection) == (1, 1)
    assert warned(today, Level.OVERDUE, WarningStep.RAISED) == 1


@pytest.mark.rule("R-W3", "R-A2")
def test_the_mark_costs_the_points_of_the_clean_record():
    life, _ = suspended()
    marked = admission_score(life.user, life.terms[0])
    life.user.past_overdue = 0
    assert admission_score(life.user, life.terms[0]) == marked + 5_000


@pytest.mark.rule("R-W3")
def test_180_days_after_full_repayment_a_new_application_is_open_and_needed():
    account = open_account(standing=Standing.SUSPENDED.value, settled_on=100)
    assert not may_reopen(account, Environment(day=279), numbers())
    assert may_reopen(account, Environment(day=280), numbers())
    account.settled_on = NEVER
    assert not may_reopen(account, Environment(day=10_000), numbers())

    sure = Ways(wallet_low_ppm=1_000_000, wallet_high_ppm=1_000_000, wallet_finish_ppm=1_000_000)
    eager = Behaviour(applying=Applying(wallet_start_ppm=1_000_000))
    terms = Product(ways=sure, refunds=Refunds(chance_ppm=0), **STILL)
    shop = [(Place.ONLINE, 100, None)]
    life, _ = suspended(terms, behaviour=eager, account=open_account(), count_bins=[5] * 15)
    life.live(pay=2 * LATE)
    life.until(4, 2)
    life.live(pay=2 * LATE)
    assert owed(life.account) == 0
    paid = life.date - dt.timedelta(days=1)
    seen = []
    while life.date < paid + dt.timedelta(days=190):
        today = life.live(shop, apply=1 if life.date < paid + dt.timedelta(days=185) else 0)
        seen.append((today.closed, today.opened, today.reopened))
    ended = next(day for day, (closed, _, _) in enumerate(seen) if closed)
    assert ended == 179  # lived from the day after repayment on: the 180th day
    assert sum(opened for _, opened, _ in seen) == 1
    assert seen[ended] == (1, 1, 1)  # the application of the very day
    assert life.account.standing == Standing.OPEN


@pytest.mark.rule("R-W3")
def test_nobody_is_let_in_again_without_asking():
    terms = Product(refunds=Refunds(chance_ppm=0), **STILL)
    life, _ = suspended(terms, account=open_account())
    life.live(pay=2 * LATE)
    life.until(4, 2)
    life.live(pay=2 * LATE)
    life.until(12, 31)
    assert life.account.standing == Standing.NONE


@pytest.mark.rule("R-W3")
def test_collection_calls_within_its_capacity_and_agrees_payment_plans():
    busy = risk_control(
        collection=Collection(capacity_ppm=1_000_000, plan_ppm=1_000_000, plan_agreed_ppm=1_000_000)
    )
    life, _ = suspended(risk=busy)
    carried = life.account.carried
    today = life.live()
    assert (today.worked, today.plans_offered, today.plans_agreed) == (1, 1, 1)
    assert (life.account.planned, past_due(life.account)) == (carried, 0)
    idle, _ = suspended(risk=risk_control(collection=Collection(capacity_ppm=0)))
    assert sum(idle.live().worked for _ in range(30)) == 0


def opened_dispute(claim, stolen, number=0, **appeals):
    account = open_account(claim=1 + claim, claimed_on=10, stolen=stolen, billed=50_000)
    p = numbers(risk_control(appeals=Appeals(**appeals)))
    return User(user=number), account, p


@pytest.mark.rule("R-W4")
def test_a_dispute_is_decided_within_72_hours():
    ends = Counter()
    for number in range(3_000):
        user, account, p = opened_dispute(Claim.FRAUD, 100, number)
        days = [d for d in range(10, 15) if is_decided(user, account, Environment(day=d), p)]
        ends[days[0]] += 1
    assert set(ends) == {11, 12, 13}
    assert min(ends.values()) > 850


@pytest.mark.rule("R-W4")
@pytest.mark.parametrize(
    ("claim", "stolen", "rightful"),
    [
        (Claim.LOGIN, 0, True),
        (Claim.LOGIN, 100, False),
        (Claim.FRAUD, 100, True),
        (Claim.FRAUD, 0, False),
        (Claim.OVERDUE, 100, True),
        (Claim.OVERDUE, 0, False),
    ],
)
@pytest.mark.parametrize("error", [0, 1_000_000])
def test_a_review_finds_the_truth_but_for_its_error(claim, stolen, rightful, error):
    user, account, p = opened_dispute(claim, stolen, error_ppm=error)
    today = Totals()
    upheld = decide(user, account, Environment(day=12), p, today, Log())
    assert upheld == (rightful == (error == 0))
    assert disputed(today, claim, DisputeStep.WRONG) == (1 if error else 0)
    assert disputed(today, claim, DisputeStep.HOURS) == 48
    assert account.claim == 0


@pytest.mark.rule("R-W4")
@pytest.mark.parametrize(("day", "in_time"), [(13, 1), (14, 0)])
def test_a_decision_on_the_third_day_is_in_time(day, in_time):
    user, account, p = opened_dispute(Claim.FRAUD, 100, review_days=9)
    today = Totals()
    decide(user, account, Environment(day=day), p, today, Log())
    assert disputed(today, Claim.FRAUD, DisputeStep.IN_TIME) == in_time


@pytest.mark.rule("R-W4")
def test_a_review_errs_in_8_of_100_cases():
    wrong = Totals()
    for number in range(4_000):
        user, account, p = opened_dispute(Claim.FRAUD, 100, number)
        decide(user, account, Environment(day=12), p, wrong, Log())
    found = disputed(wrong, Claim.FRAUD, DisputeStep.WRONG)
    assert abs(found - 320) < 3.3 * (4_000 * 0.08 * 0.92) ** 0.5


THIEVES = {
    "fraud": Fraud(takeover_month_ppm=1_000_000),
    "login": Login(strange_thief_ppm=0, strange_ppm=0),
    "appeals": Appeals(stolen_ppm=1_000_000, error_ppm=0),
}
A_THIEF = Luck(life=1 << 31)  # comes at the lowest word above the middle


@pytest.mark.rule("R-W4")
def test_what_a_thief_bought_is_given_up_on_the_victim_s_claim():
    life = Life(risk=risk_control(**THIEVES))
    life.live()
    today = life.live(luck=A_THIEF)
    stolen = life.account.stolen
    # 35 % of 7,000 yuan, and as often as the limit lets through.
    assert (today.takeovers, stolen) == (1, 2 * 245_000)
    assert disputed(today, Claim.FRAUD, DisputeStep.RAISED) == 1
    assert disputed(today, Claim.FRAUD, DisputeStep.RIGHTFUL) == 1
    days = [life.live() for _ in range(3)]
    assert sum(day.flow[Flow.FRAUD_LOSS] for day in days) == stolen
    assert (owed(life.account), life.account.stolen, life.account.claim) == (0, 0, 0)


@pytest.mark.rule("R-W2", "R-W4")
def test_a_thief_is_held_at_a_strange_login_and_cannot_pass():
    held = risk_control(**THIEVES | {"login": Login(strange_thief_ppm=10**6, passed_thief_ppm=0)})
    life = Life(risk=held)
    life.live()
    today = life.live(luck=A_THIEF)
    assert (life.account.stolen, life.account.hold) == (0, Hold.LOGIN)
    assert warned(today, Level.LOGIN, WarningStep.TRUE) == 1


@pytest.mark.rule("R-W4")
def test_a_misjudged_user_appeals_and_the_hold_ends_with_the_review():
    sure = {"misjudged_ppm": 1_000_000, "error_ppm": 0}
    life = Life(risk=risk_control(login=STRANGE, appeals=Appeals(**sure)))
    life.live()
    today = life.live([(Place.ONLINE, 210_000)])
    assert disputed(today, Claim.LOGIN, DisputeStep.RIGHTFUL) == 1
    days = [life.live() for _ in range(3)]
    assert sum(disputed(day, Claim.LOGIN, DisputeStep.UPHELD) for day in days) == 1
    assert life.account.hold == Hold.NONE


@pytest.mark.rule("R-W4", "R-W3")
def test_level_3_is_lifted_where_the_arrears_were_a_thief_s():
    late = Appeals(misjudged_ppm=1_000_000, stolen_ppm=0, error_ppm=0)  # disputed at level 3 only
    life = Life(risk=risk_control(**THIEVES | {"appeals": late}))
    life.live()
    life.live(luck=A_THIEF)
    life.until(3, 16)
    assert (life.account.standing, life.account.claim) == (Standing.SUSPENDED, 1 + Claim.OVERDUE)
    charged = life.account.interest + life.account.penalty
    assert charged > 0
    days = [life.live() for _ in range(3)]
    assert (life.account.standing, life.user.past_overdue) == (Standing.OPEN, 0)
    assert (life.account.stolen, past_due(life.account)) == (0, 0)
    # Nothing that was drawn by others is left to pay for.
    waived = (Flow.INTEREST_WAIVED, Flow.PENALTY_WAIVED)
    assert sum(day.flow[flow] for day in days for flow in waived) == charged
    assert (owed(life.account), life.account.accrued, life.account.penalty_accrued) == (0, 0, 0)


@pytest.mark.rule("R-W4")
def test_of_what_is_unpaid_the_victim_s_share_stays():
    """200 of 600 yuan were a thief's: a third of interest and penalty, posted or not, goes."""
    account = open_account(
        carried=60_000,
        overdue=30_000,
        stolen=20_000,
        interest=901,
        penalty=300,
        suspended=600,
        accrued=100,
        accrued_nano=500_000_000,
        penalty_accrued=9,
        missed=[30_000, 901, 0, 0, 0, 0, 0],
        missed_count=2,
        statement_due=61_201,
    )
    today = Totals()
    give_up(account, True, today, Log())
    assert principal(account) == 40_000
    assert (account.interest, account.penalty) == (600, 200)  # of 600.67 the part of a fen goes
    assert today.flow[Flow.INTEREST_WAIVED] == 301
    assert today.flow[Flow.PENALTY_WAIVED] == 100
    assert today.flow[Flow.FRAUD_LOSS] == 20_000
    assert (account.suspended, today.flow[Flow.SUSPENSE_RELEASED]) == (400, 200)
    assert (account.accrued, account.accrued_nano, account.penalty_accrued) == (67, 0, 6)
    assert account.statement_due == 61_201 - 401 - 20_000
    assert past_due(account) == 30_901 - 401 - 20_000


@pytest.mark.rule("R-W4")
def test_a_claim_about_a_missed_bill_takes_nothing_of_what_was_bought_since():
    """The bill's 300 yuan were a thief's; 80 yuan bought since stay owed, and nothing is late."""
    account = open_account(
        carried=30_000, overdue=30_000, unbilled=8_000, stolen=30_000, missed_count=1
    )
    account.missed[0] = 3_000
    give_up(account, True, Totals(), Log())
    assert (account.carried, account.unbilled, past_due(account)) == (0, 8_000, 0)


@pytest.mark.rule("R-W4")
def test_a_claim_on_the_day_of_the_theft_takes_what_no_bill_has_asked_for():
    account = open_account(carried=30_000, unbilled=8_000, stolen=7_000)
    give_up(account, False, Totals(), Log())
    assert (account.carried, account.unbilled) == (30_000, 1_000)


@pytest.mark.rule("R-W4")
@pytest.mark.parametrize(
    ("claim", "claimed_on", "missed_on", "billed"),
    [
        (Claim.OVERDUE, 40, 20, True),  # arrears
        (Claim.FRAUD, 40, 40, True),  # claimed when the minimum was missed
        (Claim.FRAUD, 40, 10, False),  # at the theft; another bill is late
        (Claim.FRAUD, 31, None, False),  # on the statement day, 1 February
        (Claim.FRAUD, 30, None, True),  # on the day before: that night's bill asked for it
    ],
)
def test_a_claim_is_about_the_principal_of_its_own_purchase(claim, claimed_on, missed_on, billed):
    account = open_account(claim=1 + claim, claimed_on=claimed_on, stolen=100, billed=50_000)
    if missed_on is not None:
        account.missed_count, account.missed_on[0] = 1, missed_on
    days = {30: (2, 1, 32), 31: (2, 2, 32), 40: (2, 12, 42)}
    month, day_of_month, day = days[claimed_on]
    env = Environment(day=day, month_of_year=month, day_of_month=day_of_month, month_length=29)
    assert is_billed(account, claim, env, Product()) == billed


@pytest.mark.rule("R-W4")
def test_what_is_withheld_is_never_more_than_what_is_unpaid():
    account = open_account(carried=2, stolen=1, interest=1, penalty=1, suspended=2)
    today = Totals()
    give_up(account, True, today, Log())
    assert (account.interest, account.penalty, account.suspended) == (0, 0, 0)
    assert today.flow[Flow.SUSPENSE_RELEASED] == 2


@pytest.mark.rule("R-W5")
def test_levels_rise_with_risk_end_by_rule_and_every_change_is_an_event():
    """Bought, missed, level 3, repaid, ended, opened anew: each change of standing is logged."""
    life = Life()
    changes = []
    for until, pay in (((1, 5), 0), ((4, 1), 0), ((4, 2), 0), ((12, 31), 2 * LATE)):
        while (life.date.month, life.date.day) < until:
            if life.date == dt.date(2024, 1, 4):
                life.spend(LATE)
            else:
                life.live(pay=pay)
            changes += [
                (str(life.date - dt.timedelta(days=1)), Standing(life.log.reason[i]))
                for i in range(life.log.count)
                if life.log.kind[i] == Note.STANDING
            ]
    assert [standing for _, standing in changes] == [
        Standing.OPEN,
        Standing.BLOCKED,
        Standing.SUSPENDED,
        Standing.NONE,
        Standing.OPEN,
    ]
    assert [day for day, _ in changes[:3]] == ["2024-01-01", "2024-02-13", "2024-03-15"]
    texts, at = rule_names()
    for _, standing in changes:
        if standing != Standing.NONE:
            assert "R-" in texts[at[Note.STANDING, standing]]


@pytest.mark.rule("R-W1")
@pytest.mark.parametrize("name", ["seed_article", "mature_book"])
def test_messages_reach_between_a_half_and_three_percent_of_user_weeks(repo, name):
    """At the defaults, in every month after the first 90 days; told with their true share."""
    plan = sim.load(repo / "scenarios" / f"{name}.toml").with_(users=3_000)
    table = sim.run(plan, threads=1).warnings
    messages = table[table["level"] == "message"].iloc[4:]
    assert len(messages) == 8
    assert messages["rate"].between(0.005, 0.03).all()
    assert (messages["true"] + messages["false"] == messages["raised"]).all()
    assert messages["true_share"].between(0.05, 0.95).all()
