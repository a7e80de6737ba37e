"""The lender's books: every flow has two accounts, assets are funded, costs lose no fraction."""

from fractions import Fraction

import numpy as np
import pytest
from teeming import TEEMING_FOR_ALL

import sim
from sim.kinds import FLOWS, Flow
from sim.ledger import CLOSING, POSTINGS, RESULT, SIDES, Close, Ledger, Side
from sim.results import books
from sim.results.books import HELD, LATE, Days, Opening, allowance, kept
from sim.results.pnl import balance_sheet
from sim.scenario import ScenarioError
from sim.scenario.sections import Accounting, Coverage


def test_every_flow_has_a_debit_and_a_credit():
    assert set(POSTINGS) == set(Flow)
    assert set(CLOSING) == set(Close)
    assert set(SIDES) == set(Ledger)
    for posting in (*POSTINGS.values(), *CLOSING.values()):
        assert posting.debit != posting.credit
        memo = {SIDES[ledger] == Side.MEMO for ledger in posting}
        assert len(memo) == 1, "users' own money is none of the lender's"
    posted = {ledger for posting in (*POSTINGS.values(), *CLOSING.values()) for ledger in posting}
    assert posted == set(Ledger)


def some_days(principal, active, dates):
    """Return days of one segment on which principal is drawn and repaid, and nothing else."""
    days = len(principal)
    flows = np.zeros((days, 1, FLOWS), dtype=np.int64)
    moved = np.diff(principal, prepend=0)
    flows[:, 0, Flow.PURCHASES] = np.maximum(moved, 0)
    flows[:, 0, Flow.PRINCIPAL_REPAID] = np.maximum(-moved, 0)
    held = np.zeros((days, 1, len(HELD)), dtype=np.int64)
    late = np.zeros((days, 1, len(LATE)), dtype=np.int64)
    held[:, 0, 0] = late[:, 0, 0] = principal
    return Days(dates, flows, held, late, np.asarray(active)[:, None])


NOTHING = Opening(np.zeros((1, len(HELD)), dtype=np.int64), np.zeros(1, dtype=np.int64))
DATES = np.datetime64("2024-01-01") + np.arange(400).astype("m8[D]")


def test_two_days_by_hand():
    """1,000 yuan drawn, and a night."""
    day = some_days(np.array([100_000, 100_000]), [3, 3], DATES[:2])
    found = kept(day, NOTHING, Accounting(account_month_fen=310))
    closing = found.balances[:, 0]
    # 1 % allowance; of the 99,000 left a tenth is equity; 3 accounts cost 10 fen a day each.
    assert closing[1, Ledger.ALLOWANCE] == -1_000
    assert closing[1, Ledger.FUNDING] == -89_100
    assert closing[1, RESULT].sum() == 1_000 + 30
    assert closing[1, Ledger.CAPITAL] == -(9_900 + 1_030)
    # The night: 89,100 x 3 % / 365 is 7.32 fen.
    assert closing[2, Ledger.FUNDING_COST] == 7
    assert closing[2, RESULT].sum() == 1_030 + 30 + 7
    assert closing[2, Ledger.CASH] == 0


def test_costs_accrue_exactly_and_lose_no_fraction():
    """After any number of days what was booked is within half a fen of what accrued."""
    luck = np.random.default_rng(3)
    principal, active = luck.integers(0, 10**7, 400), luck.integers(0, 50, 400)
    accounting = Accounting(account_month_fen=97, funding_year_ppm=31_415)
    found = kept(some_days(principal, active, DATES), NOTHING, accounting).balances[:, 0]
    funded = operated = Fraction(0)
    for day in range(400):
        funded += Fraction(-int(found[day, Ledger.FUNDING]) * 31_415, 365 * 10**6)
        month = DATES[day].astype("M8[M]")
        end = (month + np.timedelta64(1, "M")).astype("M8[D]")
        length = (end - month.astype("M8[D]")).astype(int)
        operated += Fraction(97 * int(active[day]), int(length))
        assert abs(int(found[day + 1, Ledger.FUNDING_COST]) - funded) <= Fraction(1, 2)
        assert abs(int(found[day + 1, Ledger.OPERATING_COST]) - operated) <= Fraction(1, 2)
    assert funded > 100


def test_costs_of_a_very_large_book_do_not_overflow():
    principal = np.full(3, 4 * 10**15)
    found = kept(some_days(principal, [10**9] * 3, DATES[:3]), NOTHING, Accounting())
    assert found.balances[3, 0, Ledger.FUNDING_COST] == pytest.approx(
        2 * 4e15 * 0.99 * 0.9 * 0.03 / 365
    )


def test_allowance_takes_each_day_class_at_its_own_coverage():
    c = Coverage(current_ppm=10_000, m1_ppm=100_000, m2_ppm=200_000, m3_ppm=300_000, m4_ppm=900_000)
    accounting = Accounting(coverage=c)
    late = np.array([[1_000, 500, 250, 120, 20]])  # with those beyond
    assert allowance(late, accounting) == (5 + 25 + 26 + 30 + 18)
    assert allowance(np.array([[50, 0, 0, 0, 0]]), accounting) == 0  # half a fen, half-even
    assert allowance(np.array([[150, 0, 0, 0, 0]]), accounting) == 2


@pytest.fixture(scope="module")
def mature(repo):
    plan = sim.load(repo / "scenarios" / "mature_book.toml")
    changes = TEEMING_FOR_ALL | {"run.burn_in_days": 300}
    return sim.run(plan.with_(users=800, days=120, **changes), threads=1)


def test_assets_are_funding_and_equity_every_day_in_every_segment(mature):
    sheet = mature.balance_sheet
    assert (sheet.assets_fen == sheet.funding_fen + sheet.equity_fen).all()
    assert (sheet.cash_fen == 0).all()
    assert (sheet.funding_fen > 0).all()
    assert sheet.day.min() == -1
    assert len(sheet) == 121 * 4


def test_profit_is_what_equity_gained_beyond_what_was_paid_in(mature):
    pnl, sheet = mature.pnl, mature.balance_sheet
    income = ["interest_fen", "penalty_fen", "withheld_fen", "manual_fees_fen"]
    income += ["instalment_fees_fen", "recoveries_fen"]
    costs = ["funding_cost_fen", "charge_offs_fen", "allowance_change_fen", "fraud_loss_fen"]
    costs += ["dispute_loss_fen", "operating_cost_fen"]
    for name in (*income, *costs):
        assert (pnl[name] != 0).any(), name
    assert (pnl.profit_fen == pnl[income].sum(axis=1) - pnl[costs].sum(axis=1)).all()
    ends = sheet[sheet.day >= 0].set_index(["day", "segment"])
    start = sheet[sheet.day == -1].set_index("segment").capital_fen
    paid = ends.capital_fen - start.reindex(ends.index, level="segment")
    gained = ends.equity_fen - start.reindex(ends.index, level="segment") - paid
    earned = pnl.set_index(["day", "segment"]).profit_fen.groupby("segment").cumsum()
    assert (gained == earned.loc[gained.index]).all()


def test_interest_charged_past_90_days_is_no_income_until_paid_and_no_loss_when_given_up(mature):
    daily, pnl = mature.daily, mature.pnl.groupby("day").sum(numeric_only=True)
    charged = daily.interest_charged_fen + daily.penalty_charged_fen
    counted = charged - daily.suspended_charged_fen + daily.suspense_released_fen
    counted = counted - daily.interest_waived_fen - daily.penalty_waived_fen
    income = pnl.interest_fen + pnl.penalty_fen + pnl.withheld_fen
    assert (income == counted).all()
    assert (daily.suspended_charged_fen > 0).any()
    assert (pnl.charge_offs_fen == daily.written_off_fen - daily.suspense_written_off_fen).all()
    assert (daily.suspense_written_off_fen > 0).any()


def test_a_flow_that_is_not_posted_does_not_balance(mature, monkeypatch):
    fewer = {flow: posting for flow, posting in POSTINGS.items() if flow != Flow.FRAUD_LOSS}
    monkeypatch.setattr(books, "POSTINGS", fewer)
    sheet = balance_sheet(mature._store.record(0)).to_pandas()
    apart = sheet.assets_fen - sheet.funding_fen - sheet.equity_fen
    lost = mature.daily_by.groupby("segment").fraud_loss_fen.sum()
    last = sheet[sheet.day == sheet.day.max()].set_index("segment").index
    assert (apart[sheet.day == sheet.day.max()].to_numpy() == -lost.loc[last].to_numpy()).all()
    assert lost.sum() > 0


def test_books_of_a_run_from_an_earlier_one_open_with_what_that_closed(repo, tmp_path):
    plan = sim.load(repo / "scenarios" / "seed_article.toml").with_(
        users=300, days=130, **TEEMING_FOR_ALL
    )
    earlier = sim.run(plan, threads=1)
    earlier.save(tmp_path / "earlier")
    later = plan.with_(days=20, **{"population.from_run": str(tmp_path / "earlier")})
    sheet = sim.run(later, threads=1).balance_sheet
    closed = earlier.balance_sheet[earlier.balance_sheet.day == 129].set_index("segment")
    opened = sheet[sheet.day == -1].set_index("segment")
    for name in ("principal_fen", "interest_fen", "penalty_fen", "fees_fen", "allowance_fen"):
        assert (opened[name] == closed[name]).all(), name
    assert opened.principal_fen.sum() > 0
    assert (opened.retained_fen == 0).all()
    assert (sheet.assets_fen == sheet.funding_fen + sheet.equity_fen).all()


def test_books_are_kept_by_one_rule_through_a_run(repo):
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    policy = {
        "name": "dearer",
        "date": plan.run.start,
        "set": {"product.accounting.funding_year_ppm": 90_000},
    }
    with pytest.raises(ScenarioError, match="books are kept by one rule"):
        plan.with_(policy=[policy])
