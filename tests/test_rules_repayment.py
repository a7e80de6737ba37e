"""Instalments, early settlement, penalty, and what bills ask for (R-P1 to R-P10).

Bills from purchase to charge-off are in test_bills.py.
"""

from fractions import Fraction

import pytest
from scripted_user import STILL, YUAN, Life, open_account, product

from sim.account import Account, owed, principal
from sim.day import Environment, Totals
from sim.interest_kinds import InterestFree, InterestFrom
from sim.kinds import (
    Admission,
    AutoDebit,
    EarlySettlement,
    FeeBase,
    Flow,
    Method,
    PenaltyStacking,
    Place,
    PlanSplit,
)
from sim.log import Log
from sim.plan import rate_of_plan, split_part
from sim.rules.instalment import may_spread, spread
from sim.rules.interest import accrue, penalty_rate
from sim.rules.settlement import apply_payment
from sim.scenario.sections import Billing, Charges, Instalments, Product, Refunds
from sim.units import share

TERMS = product()


def bought(periods=12, fen=120_000, terms=None, **user):
    """Return a life on 6 January, the day after a purchase in instalments."""
    life = Life(terms, **user)
    life.until(1, 5)
    life.live([(Place.ONLINE, fen, 0, periods)])
    return life


def instalment_terms(**changes):
    return product(instalments=Instalments(**changes))


@pytest.mark.rule("R-P2")
@pytest.mark.parametrize(
    ("repaid", "fee"),
    [(123_456, 123), (122_500, 122), (123_500, 124), (122_501, 123), (500, 0), (1_500, 2)],
)
def test_a_thousandth_is_rounded_half_even_to_the_fen(repaid, fee):
    """Of 1,234.56 yuan 1.23; halves go to the even fen: 1.225 to 1.22, 1.235 to 1.24."""
    assert share(repaid, 1_000) == fee
    life = Life(wallet=10_000 * YUAN)
    life.until(1, 5)
    life.spend(repaid)
    before = life.user.wallet + life.user.bank
    today = life.live(pay=repaid)
    assert today.flow[Flow.FEES_CHARGED] == fee
    assert before - life.user.wallet - life.user.bank == repaid + fee
    assert principal(life.account) == 0


@pytest.mark.rule("R-P3")
def test_1_200_yuan_over_12_months_are_100_yuan_and_18_of_fee_each():
    """1.5 % of the original amount a month, whatever has been paid."""
    life = bought()
    assert (life.account.planned, life.account.unbilled) == (120_000, 0)
    fees, parts = [], []
    for month in (*range(2, 13), 13):
        year, month_ = (2025, 1) if month == 13 else (2024, month)
        life.until(month_, 1, year)
        parts.append(life.account.billed)
        fees.append(life.account.fees)
        life.live(pay=parts[-1] + fees[-1])
    assert parts == [10_000] * 12
    assert fees == [1_800] * 12
    assert owed(life.account) == 0
    life.until(3, 1, 2025)
    assert (life.account.statement_due, life.account.interest) == (0, 0)


@pytest.mark.rule("R-P3")
def test_a_declining_fee_is_a_share_of_what_is_left():
    terms = instalment_terms(fee_base=FeeBase.DECLINING)
    account = open_account()
    spread(account, 30_000, 3, 15_000, Environment(day_of_month=5), terms)
    assert account.ring_fee[1:4] == [450, 300, 150]
    original = open_account()
    spread(original, 30_000, 3, 15_000, Environment(day_of_month=5), TERMS)
    assert original.ring_fee[1:4] == [450, 450, 450]


@pytest.mark.rule("R-P3")
@pytest.mark.parametrize("amount", [30_000, 100_001, 99_999, 123_457])
@pytest.mark.parametrize("periods", [3, 6, 12])
def test_parts_are_equal_whole_fen_and_the_first_takes_the_rest(amount, periods):
    parts = [split_part(amount, periods, i, PlanSplit.REMAINDER_FIRST) for i in range(periods)]
    assert sum(parts) == amount
    assert set(parts[1:]) == {amount // periods}
    assert 0 <= parts[0] - parts[1] < periods


@pytest.mark.rule("R-P3")
def test_only_3_6_or_12_months_from_300_yuan_are_offered():
    offered = [n for n in range(1, 25) if may_spread(Account(), 100_000, n, False, TERMS)]
    assert offered == [3, 6, 12]
    assert may_spread(Account(), 30_000, 3, False, TERMS)
    assert not may_spread(Account(), 29_999, 3, False, TERMS)


@pytest.mark.rule("R-P3")
def test_the_open_bill_can_be_put_into_instalments():
    life = Life()
    life.until(1, 5)
    life.spend(60_000)
    life.until(2, 3)
    today = life.live(spread=6)
    assert today.instalment_plans == 1
    assert (life.account.planned, life.account.billed, life.account.statement_due) == (60_000, 0, 0)
    life.until(3, 1)
    assert (life.account.billed, life.account.fees) == (10_000, 900)
    assert life.account.lapses == 0


@pytest.mark.rule("R-P3", "R-P4")
def test_instalments_due_are_wholly_in_the_minimum():
    """10 % of 600 yuan bought, and all of the instalment of 100 yuan with its fee of 18."""
    life = bought()
    life.live([(Place.ONLINE, 60_000)])
    life.until(2, 1)
    assert life.account.statement_due == 60_000 + 10_000 + 1_800
    assert life.account.minimum_due == 6_000 + 10_000 + 1_800


@pytest.mark.rule("R-P6")
def test_settled_early_the_full_fee_stays_due_on_its_schedule():
    life = bought()
    today = life.live(settle=1)
    assert today.settled_early == 1
    assert today.paid[Method.EARLY_SETTLEMENT] == 120_000
    assert (principal(life.account), life.account.planned) == (0, 0)
    fees = []
    for month in range(2, 13):
        life.until(month, 1)
        fees.append(life.account.fees)
        life.live(pay=fees[-1])
    life.until(1, 1, 2025)
    assert [*fees, life.account.fees] == [1_800] * 12


@pytest.mark.rule("R-P6")
@pytest.mark.parametrize(
    ("how", "fee"),
    [
        (EarlySettlement.ALL_AT_ONCE, 12 * 1_800),
        (EarlySettlement.TO_DATE, 1_800),
        (EarlySettlement.DAY_RATE, 1_800 * 6 // 30),  # 1 to 6 January
        (EarlySettlement.FREE, 0),
    ],
)
def test_other_products_take_other_fees_for_early_settlement(how, fee):
    life = bought(terms=instalment_terms(early_settlement=how))
    today = life.live(settle=1)
    assert today.flow[Flow.FEES_CHARGED] == today.flow[Flow.FEES_REPAID] == fee
    assert sum(life.account.ring_fee) == 0
    life.until(3, 15)
    assert owed(life.account) == 0


@pytest.mark.rule("R-P6")
@pytest.mark.parametrize(("short", "settled"), [(0, 1), (1, 0)])
def test_who_is_a_fen_short_settles_nothing(short, settled):
    life = bought()
    life.user.wallet, life.user.bank = 0, 120_000 - short
    assert life.live(settle=1).settled_early == settled


@pytest.mark.rule("R-P6", "R-W4")
def test_what_a_thief_drew_is_never_more_than_is_owed_after_early_settlement():
    life = bought()
    life.account.stolen = 50_000
    life.live(settle=1)
    assert (principal(life.account), life.account.stolen) == (0, 0)


@pytest.mark.rule("R-P7")
def test_the_penalty_is_1_5_times_the_rate_trimmed_at_24_percent_a_year():
    """24 % a year are 657,534 ppb a day, below 1.5 x 500,000; at 28 % nothing is trimmed."""
    assert penalty_rate(TERMS) == 657_534
    assert penalty_rate(product(charges=Charges(yearly_cap_ppm=280_000))) == 750_000
    on_top = {"penalty_stacking": PenaltyStacking.ON_TOP}
    assert penalty_rate(product(charges=Charges(**on_top))) == 657_534 - 500_000
    free = product(charges=Charges(yearly_cap_ppm=0))
    assert penalty_rate(free) == 0


@pytest.mark.rule("R-P7", "R-P9")
@pytest.mark.parametrize("stacking", list(PenaltyStacking))
def test_interest_and_penalty_together_stay_within_the_yearly_cap(stacking):
    terms = product(charges=Charges(penalty_stacking=stacking))
    account = open_account(carried=1_000_000, overdue=400_000)
    for _ in range(365):
        accrue(account, 20, 0, False, Environment(), terms)
    assert account.penalty_accrued > 0
    charged = account.accrued + account.penalty_accrued
    assert charged <= 240_000
    interest = Fraction(1_000_000 - 400_000 * (stacking == PenaltyStacking.INSTEAD)) * 365 / 2_000
    assert account.accrued == int(interest)


@pytest.mark.rule("R-P7")
@pytest.mark.parametrize(("fee_ppm", "above"), [(20_010, True), (19_990, False)])
def test_a_plan_that_costs_more_than_24_percent_a_year_is_told_apart(fee_ppm, above):
    """2 % a month of what is left are 24 % a year, to the payment."""
    terms = instalment_terms(fee_base=FeeBase.DECLINING)
    assert (rate_of_plan(10_000_000, 12, fee_ppm, terms) > 240_000) == above


@pytest.mark.rule("R-P7")
def test_flat_fees_of_1_5_percent_are_above_24_percent_a_year_and_reported():
    """1.5 % a month on the original amount cost 27 % a year over 3 months, 32 % over 12."""
    for periods in (3, 6, 12):
        assert rate_of_plan(120_000, periods, 15_000, TERMS) > 240_000
    assert rate_of_plan(120_000, 12, 0, TERMS) == 0
    life = Life()
    life.until(1, 5)
    today = life.live([(Place.ONLINE, 120_000, 0, 12), (Place.ONLINE, 60_000)])
    assert (today.instalment_plans, today.plans_above_cap) == (1, 1)
    cheap = Life(instalment_terms(fee_ppm=5_000))
    cheap.until(1, 5)
    today = cheap.live([(Place.ONLINE, 120_000, 0, 12)])
    assert (today.instalment_plans, today.plans_above_cap) == (1, 0)


@pytest.mark.rule("R-P7", "R-P5")
def test_the_penalty_begins_when_grace_ends():
    life = Life()
    life.until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(2, 13)
    assert (life.account.overdue, life.account.penalty_accrued) == (0, 0)
    life.live()  # 13 February, the last day of grace
    assert life.account.overdue == 100 * YUAN
    assert life.account.penalty_nano > 0


@pytest.mark.rule("R-P8")
@pytest.mark.parametrize(
    ("paid", "left"),
    [
        (100, (0, 200, 300, 400, 500, 600)),
        (250, (0, 50, 300, 400, 500, 600)),
        (601, (0, 0, 0, 399, 500, 600)),
        (1_001, (0, 0, 0, 0, 499, 600)),
        (1_501, (0, 0, 0, 0, 0, 599)),
    ],
)
def test_a_payment_goes_to_penalty_fees_interest_and_the_oldest_principal(paid, left):
    account = open_account(
        penalty=100, fees=200, interest=300, carried=400, billed=500, unbilled=600
    )
    apply_payment(account, paid, Method.MANUAL_BILL.value, TERMS, Totals(), Log())
    found = (account.penalty, account.fees, account.interest)
    assert (*found, account.carried, account.billed, account.unbilled) == left


@pytest.mark.rule("R-P8")
def test_the_oldest_missed_minimum_is_cleared_first():
    state = {"missed": [100, 200, 0, 0, 0, 0, 0], "missed_on": [5, 35, 0, 0, 0, 0, 0]}
    account = open_account(carried=1_000, overdue=300, missed_count=2, **state)
    apply_payment(account, 150, Method.MANUAL_LATE.value, TERMS, Totals(), Log())
    assert (account.missed_count, account.missed[0], account.missed_on[0]) == (1, 150, 35)


@pytest.mark.rule("R-P1", "R-P5")
@pytest.mark.parametrize(("day", "tried"), [(10, 0), (11, 1), (12, 1), (13, 1), (14, None)])
def test_auto_debit_is_tried_on_the_due_day_and_each_day_of_grace(day, tried):
    """A success within grace is counted as a retry; on the day after, nothing is tried."""
    life = Life(auto_debit=AutoDebit.FULL.value)
    life.until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(2, 10)
    life.user.wallet = life.user.bank = 0
    life.until(2, day)
    life.user.wallet = 1_000 * YUAN
    today = life.live()
    assert today.bounced == 0
    assert today.paid_count[Method.AUTO_WALLET] == (0 if tried is None else 1)
    assert today.retried == (tried or 0)
    assert (owed(life.account) == 0) == (tried is not None)


@pytest.mark.rule("R-P1")
@pytest.mark.parametrize(("wallet", "bounced"), [(0, 1), (99, 1), (100, 0), (1_000, 0)])
def test_an_auto_debit_that_finds_less_than_the_minimum_is_counted_and_takes_nothing(
    wallet, bounced
):
    """The bill is 1,000 yuan, its minimum 100."""
    life = Life(auto_debit=AutoDebit.FULL.value)
    life.until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(2, 10)
    life.user.bank, life.user.wallet = 0, wallet * YUAN
    today = life.live()
    assert today.bounced == bounced
    assert (owed(life.account) == 1_000 * YUAN) == (bounced == 1)


@pytest.mark.rule("R-P1")
def test_an_auto_debit_that_has_no_minimum_left_to_take_has_not_failed():
    """100 yuan of a bill of 1,000 are paid by hand: the minimum is met, the rest carried."""
    life = Life(auto_debit=AutoDebit.FULL.value)
    life.until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(2, 10)
    life.user.bank, life.user.wallet = 0, 101 * YUAN
    today = life.live(pay=100 * YUAN)
    assert today.paid_count[Method.MANUAL_BILL] == 1
    assert today.bounced == 0


@pytest.mark.rule("R-P5")
@pytest.mark.parametrize(("paid", "graced"), [(0, 1), (99, 1), (100, 0), (1_000, 0)])
def test_grace_is_used_by_whoever_has_not_paid_the_minimum_on_the_due_day(paid, graced):
    """The minimum of a bill of 1,000 yuan is 100: it is looked at once, at the close of day 10."""
    life = Life()
    life.until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(2, 10)
    assert life.live(pay=paid * YUAN).graced == graced
    assert life.live().graced == 0


@pytest.mark.rule("R-P9")
def test_from_the_spending_day_on_interest_counts_that_day_and_not_the_day_of_repayment():
    """1,000 yuan on 5 January, repaid on 15 January: ten days of 50 fen."""
    terms = product(
        charges=Charges(interest_from=InterestFrom.SPENDING_DAY, interest_free=InterestFree.NEVER)
    )
    life = Life(terms)
    life.until(1, 5)
    life.spend(1_000 * YUAN)
    life.until(1, 15)
    life.live(pay=1_000 * YUAN)
    life.until(2, 1)
    assert life.account.interest == 500


@pytest.mark.rule("R-P10")
def test_each_user_has_a_due_day_of_their_own_within_the_bounds():
    terms = Product(
        admission=Admission.OPEN_TO_ALL,
        billing=Billing(due_day_first=8, due_day_last=20),
        refunds=Refunds(chance_ppm=0),
        **STILL,
    )
    found = set()
    for number in range(200):
        life = Life(terms, user=number)
        life.live()
        found.add(life.account.due_day)
    assert found == set(range(8, 21))
