"""Bills from purchase to charge-off, worked by hand on one user's real days of 2024 (R-P, R-W).

Terms: statement on the 1st, due on the 10th, three days of grace; 0.05 % a day; minimum a tenth.
"""

import datetime as dt

import pytest
from scripted_user import YUAN, Life

from sim.account import charges, days_past_due, owed, past_due, principal
from sim.kinds import AutoDebit, Flow, Method, Outcome, Place, Standing

BILL = 1_000 * YUAN
MINIMUM = 100 * YUAN


def billed(fen=BILL, **user):
    """Return a life on 1 February with a bill for what was bought on 5 January."""
    life = Life(**user)
    life.until(1, 5)
    life.spend(fen)
    return life.until(2, 1)


def money(life):
    return life.user.wallet + life.user.bank


@pytest.mark.rule("R-P10")
def test_a_statement_bills_what_was_drawn_before_the_first():
    account = billed().account
    assert (account.billed, account.unbilled) == (BILL, 0)
    assert (account.statement_due, account.minimum_due) == (BILL, MINIMUM)


@pytest.mark.rule("R-P4")
@pytest.mark.parametrize(("fen", "minimum"), [(10_000, 10_000), (10_001, 1_000), (10_005, 1_000)])
def test_a_bill_of_100_yuan_or_less_is_its_own_minimum(fen, minimum):
    """A tenth of 100.01 and 100.05 yuan is 10.00 to the fen: 1,000.1 and, half-even, 1,000.5."""
    assert billed(fen).account.minimum_due == minimum


@pytest.mark.rule("R-P2")
def test_a_manual_payment_costs_a_thousandth_and_counts_at_once():
    life = billed().until(2, 10)
    before = money(life)
    today = life.live(pay=BILL)
    assert before - money(life) == BILL + 100
    assert today.paid[Method.MANUAL_BILL] == BILL
    assert today.flow[Flow.FEES_CHARGED] == today.flow[Flow.FEES_REPAID] == 100
    assert owed(life.account) == 0


@pytest.mark.rule("R-P5", "R-P9")
@pytest.mark.parametrize("day", [2, 10, 13])
def test_a_bill_paid_in_full_by_the_end_of_grace_bears_no_interest(day):
    life = billed().until(2, day)
    life.live(pay=BILL)
    life.until(3, 15)
    assert life.account.interest + life.account.accrued == 0
    assert life.account.on_time_periods == 1
    assert life.account.lapses == 0
    assert life.account.standing == Standing.OPEN


@pytest.mark.rule("R-P5", "R-W5")
def test_a_day_after_grace_is_too_late():
    life = billed().until(2, 14)
    assert life.account.lapses == 1
    assert life.account.standing == Standing.BLOCKED
    assert past_due(life.account) == MINIMUM
    assert days_past_due(life.account, life.day - 1) == 0  # at the close of the 13th
    life.live(pay=BILL)
    assert life.account.standing == Standing.OPEN
    assert life.account.interest + life.account.accrued > 0


@pytest.mark.rule("R-P4", "R-P9")
def test_who_pays_the_minimum_bears_interest_on_the_rest_from_the_due_day():
    """900 yuan at 0.05 % are 45 fen a day, from 10 to 29 February: 20 days, 900 fen."""
    life = billed().until(2, 10)
    life.live(pay=MINIMUM)
    life.until(3, 1)
    assert life.account.interest == 900
    assert life.account.lapses == 0
    # March: the new minimum is a tenth of 900 yuan and the interest.
    assert life.account.minimum_due == 9_000 + 900


@pytest.mark.rule("R-P7")
def test_who_pays_nothing_bears_interest_and_a_penalty_within_24_percent_a_year():
    """Grace on trial: 3 x 50 fen. From the 13th 17 days: 900 yuan x 0.05 % = 45 fen, and on the
    missed 100 yuan not 0.075 % but what 24 % a year leaves: 0.0657534 %, 6.57534 fen a day.
    """
    life = billed().until(3, 1)
    assert life.account.interest == 3 * 50 + 17 * 45
    assert life.account.penalty == 112  # 17 x 6.57534 = 111.78
    assert life.account.overdue == MINIMUM
    assert principal(life.account) == BILL


@pytest.mark.rule("R-P10", "R-W5")
def test_a_cure_needs_only_what_is_past_due():
    life = billed().until(2, 20)
    short = life.live(pay=MINIMUM - 1)
    assert short.paid[Method.MANUAL_LATE] == MINIMUM - 1
    assert life.account.standing == Standing.BLOCKED
    life.live(pay=1)
    assert life.account.standing == Standing.OPEN
    assert past_due(life.account) == 0
    assert life.account.overdue == 0


@pytest.mark.rule("R-W5")
def test_a_blocked_account_draws_nothing_until_cured():
    life = billed().until(2, 14)
    today = life.live([(Place.ONLINE, 1)])
    assert today.outcome[Place.ONLINE * len(Outcome) + Outcome.STANDING] == 1
    life.live(pay=MINIMUM)
    assert sum(life.live([(Place.ONLINE, 1)]).credit) == 1


@pytest.mark.rule("R-W3")
def test_above_30_days_the_limit_is_gone_and_a_cure_does_not_bring_it_back():
    """Past due from 13 February: 30 days on 14 March, 31 on 15 March."""
    life = billed().until(3, 15)
    assert days_past_due(life.account, life.day - 1) == 30
    assert life.account.standing == Standing.BLOCKED
    life.live()
    assert days_past_due(life.account, life.day - 1) == 31
    assert (life.account.standing, life.account.limit) == (Standing.SUSPENDED, 0)
    life.live(pay=2 * BILL)
    assert owed(life.account) == 0
    assert life.account.standing == Standing.SUSPENDED


@pytest.mark.rule("R-W3")
def test_a_suspended_user_may_come_back_180_days_after_full_repayment():
    """The rest of what had accrued is posted on 1 April and paid on the 2nd."""
    life = billed().until(3, 16)
    life.live(pay=2 * BILL)
    life.until(4, 2)
    life.live(pay=2 * BILL)
    paid = life.date - dt.timedelta(days=1)
    back = paid + dt.timedelta(days=180)
    life.until(back.month, back.day)
    assert life.account.standing == Standing.SUSPENDED
    life.live()
    assert life.account.standing == Standing.OPEN
    assert life.account.limit > 0


@pytest.mark.rule("R-P8")
def test_a_payment_goes_to_penalty_then_interest_then_principal():
    life = billed().until(3, 1)
    penalty, interest = life.account.penalty, life.account.interest
    today = life.live(pay=penalty + interest + 5)
    assert today.flow[Flow.PENALTY_REPAID] == penalty
    assert today.flow[Flow.INTEREST_REPAID] == interest
    assert today.flow[Flow.PRINCIPAL_REPAID] == 5
    assert charges(life.account) == 0


@pytest.mark.rule("R-W6")
def test_charge_off_comes_at_180_days_and_takes_all_that_is_owed():
    """13 February and 180 days: 11 August."""
    life = billed().until(8, 11)
    assert days_past_due(life.account, life.day - 1) == 179
    due = (principal(life.account), life.account.interest, life.account.penalty)
    today = life.live()
    assert life.account.standing == Standing.CHARGED_OFF
    assert today.charged_off == 1
    assert today.flow[Flow.PRINCIPAL_WRITTEN_OFF] == due[0] == BILL
    assert today.flow[Flow.INTEREST_WRITTEN_OFF] == due[1]
    assert today.flow[Flow.PENALTY_WRITTEN_OFF] == due[2]
    assert life.account.written_off == sum(due)
    assert owed(life.account) == 0


@pytest.mark.rule("R-W6")
def test_a_tenth_to_a_quarter_comes_back_within_a_year_of_charge_off():
    life = billed().until(8, 12)
    lost = life.account.written_off
    back = [life.live().flow[Flow.RECOVERED] for _ in range(400)]
    assert 0.10 * lost <= sum(back) <= 0.25 * lost
    assert sum(back) == life.account.recovered
    assert [day for day, fen in enumerate(back) if fen] == list(range(29, 360, 30))


@pytest.mark.rule("R-P1")
@pytest.mark.parametrize(
    ("auto", "wallet", "bank", "cards", "taken"),
    [
        (AutoDebit.FULL, BILL, 0, 1, BILL),
        (AutoDebit.FULL, 40_000, 60_000, 1, BILL),
        (AutoDebit.FULL, 40_000, 59_999, 1, MINIMUM),  # not enough for all of it
        (AutoDebit.FULL, 40_000, 60_000, 0, MINIMUM),  # the bank is not bound
        (AutoDebit.FULL, 9_999, 0, 1, 0),
        (AutoDebit.MINIMUM, BILL, BILL, 1, MINIMUM),
        (AutoDebit.OFF, BILL, BILL, 1, 0),
    ],
)
def test_auto_debit_takes_the_bill_or_its_minimum_free_of_charge(auto, wallet, bank, cards, taken):
    life = billed(auto_debit=auto.value, cards=cards).until(2, 10)
    life.user.wallet, life.user.bank = wallet, bank
    before = money(life)
    today = life.live()
    assert before - money(life) == taken
    assert today.paid[Method.AUTO_WALLET] + today.paid[Method.AUTO_CARD] == taken
    assert today.flow[Flow.FEES_CHARGED] == 0
    assert life.user.wallet == max(wallet - taken, 0)


@pytest.mark.rule("R-P1", "R-P5")
def test_auto_debit_tries_again_on_each_day_of_grace():
    life = billed(auto_debit=AutoDebit.FULL.value).until(2, 10)
    life.user.wallet, life.user.bank = 0, 0
    life.until(2, 13)
    life.user.wallet = BILL
    life.live()
    assert owed(life.account) == 0
    assert life.account.lapses == 0
