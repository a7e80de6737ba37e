"""Interest back to the day of purchase where an interest-free bill is not paid in full (R-P9).

Amounts by hand: 1,000 yuan bought on 5 January 2023, billed on 1 February, due on the 10th; 0.05 %
a day, so 50 fen a day on all of it and 45 on the 900 that a payment of 100 leaves.
"""

import pytest

import sim
from sim.interest_kinds import InterestFree, InterestFrom
from sim.scenario.terms import terms_of

BOUGHT = {"date": "2023-01-05", "purchase_fen": 100_000}
SOME = {"date": "2023-02-10", "repay_fen": 10_000}
BACK = {
    "charges.interest_from": "spending_day",
    "charges.manual_fee_ppm": 0,
    "billing.grace_days": 0,
}


def billed_interest(steps, terms, until="2023-03-01", preset="seed_article"):
    made = sim.replay(preset, steps, until, terms=terms)
    return made.statements.due_interest_fen.tolist()


@pytest.mark.rule("R-P9")
@pytest.mark.parametrize(
    ("terms", "wanted"),
    [
        # 36 days of all of it to 9 February, 19 days of 900 to the 28th.
        ({}, 36 * 50 + 19 * 45),
        # Posted on the 6th: a day less.
        ({"charges.interest_from": "posting_day"}, 35 * 50 + 19 * 45),
        # On what was not paid alone.
        ({"charges.back_interest": "unpaid_part"}, 36 * 45 + 19 * 45),
        ({"charges.interest_from": "due_day"}, 19 * 45),
        ({"charges.interest_from": "day_after_due"}, 18 * 45),
        # In grace the payment counts from its day, and the bill ends with the grace.
        ({"billing.grace_days": 3}, 36 * 50 + 19 * 45),
    ],
)
def test_a_bill_not_paid_in_full_bears_interest_from_the_day_that_the_terms_say(terms, wanted):
    assert billed_interest([BOUGHT, SOME], BACK | terms) == [0, wanted]


@pytest.mark.rule("R-P9")
@pytest.mark.parametrize("kind", ["spending_day", "posting_day"])
@pytest.mark.parametrize("free", ["bill_paid", "nothing_carried"])
@pytest.mark.parametrize(("day", "grace"), [(10, 0), (13, 3), (3, 0)])
def test_a_bill_paid_in_full_bears_none(kind, free, day, grace):
    terms = BACK | {
        "charges.interest_from": kind,
        "charges.interest_free": free,
        "billing.grace_days": grace,
    }
    steps = [BOUGHT, {"date": f"2023-02-{day:02}", "repay": "due"}]
    made = sim.replay("seed_article", steps, "2023-03-01", terms=terms)
    assert made.days.interest_charged_fen.sum() == 0
    assert made.days.interest_accrued_fen.iloc[-1] == 0
    on_trial = made.days.set_index("date").interest_on_trial_fen
    assert on_trial["2023-01-07"] == (150 if kind == "spending_day" else 100)


@pytest.mark.rule("R-P9")
@pytest.mark.parametrize(
    ("free", "wanted"),
    # New purchases of 1,000 on 15 February: free while their own bill may be paid, or 14 days.
    [("bill_paid", 0), ("nothing_carried", 14 * 50)],
)
def test_purchases_while_something_is_carried(free, wanted):
    new = {"date": "2023-02-15", "purchase_fen": 100_000}
    terms = BACK | {"charges.interest_free": free}
    assert billed_interest([BOUGHT, SOME, new], terms) == [0, 36 * 50 + 19 * 45 + wanted]


@pytest.mark.rule("R-P9")
def test_what_is_paid_before_it_is_billed_takes_its_interest_with_it():
    """400 of 1,000 repaid on 20 January: the bill of 600 bears 30 fen a day from the 5th."""
    steps = [BOUGHT, {"date": "2023-01-20", "repay_fen": 40_000}]
    made = sim.replay("seed_article", steps, "2023-02-09", terms=BACK)
    assert made.days.interest_on_trial_fen.iloc[-1] == 36 * 30


@pytest.mark.rule("R-P9")
def test_interest_that_is_rounded_each_day():
    """888.88 yuan: 44.444 fen a day; 25 days of it are 11.11 yuan in one sum, 11.00 by the day."""
    steps = [{"date": "2023-06-01", "purchase_fen": 88_888}, {"date": "2023-06-26", "repay": "all"}]
    terms = {"charges.rate_ppb": 500_000, "billing.due_day_first": 28, "billing.due_day_last": 28}
    for how, wanted in (("finally", 1_111), ("daily", 1_100)):
        made = sim.replay("fenfu_public", steps, terms=terms | {"charges.interest_rounded": how})
        assert made.days.paid_interest_fen.iloc[-1] == wanted


def test_the_page_of_2025_on_baitiao():
    """(bill - paid) from the purchase: 900 at 0.05 % from 5 January to 28 February, 55 days."""
    assert billed_interest([BOUGHT, SOME], {}, preset="baitiao_public/from_purchase") == [
        0,
        55 * 45,
    ]


@pytest.mark.parametrize(
    ("preset", "terms", "key"),
    [
        ("huabei_public", {"charges.interest_free": "never"}, "charges.interest_free"),
        ("fenfu_public", {"charges.interest_free": "bill_paid"}, "charges.interest_free"),
        ("weilidai_public", {"charges.interest_free": "bill_paid"}, "charges.interest_free"),
        ("huabei_public", {"charges.back_interest": "unpaid_part"}, "charges.back_interest"),
    ],
)
def test_kinds_that_contradict_each_other_are_named_with_the_choices(preset, terms, key):
    with pytest.raises(sim.ScenarioError, match=rf"{key}: wanted .*; else|{key}: wanted") as error:
        terms_of(preset, terms)
    assert '"' in str(error.value)


def test_only_fenfu_and_weilidai_have_no_days_without_interest():
    never = [
        n
        for n in ("seed_article", "fenfu_public", "huabei_public", "weilidai_public")
        if terms_of(n).charges.interest_free == InterestFree.NEVER
    ]
    assert never == ["fenfu_public", "weilidai_public"]
    assert terms_of("seed_article").charges.interest_from == InterestFrom.DUE_DAY
