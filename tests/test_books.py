"""The books of a run add up to the fen, from its Parquet files alone (G4).

Every test holds for launches and for the book after two years: the first have the whole past of
their accounts in the tables, the second has recoveries, joiners and accounts opened anew.
"""

import datetime as dt
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
from teeming import TEEMING, TEEMING_FOR_ALL

import sim
from sim.results import tables

KINDS = ("principal", "interest", "penalty", "fees")
OPEN = ("open", "blocked", "suspended")
LATE = {"late_1": 2, "late_31": 3, "late_61": 4, "late_91": 5}  # from the bucket of this number on
BUCKETS = ("unused", "current", "m1", "m2", "m3", "m4", "m5", "m6", "charged_off", "closed")


class Books:
    """The tables of a run folder, each read from its file when it is first asked for."""

    def __init__(self, folder, burn_in):
        self.folder = folder
        self.burn_in = burn_in

    def __getattr__(self, name):
        table = pq.read_table(self.folder / f"{name}.parquet").to_pandas(date_as_object=False)
        setattr(self, name, table)
        return table

    def by(self, column):
        """Return a column of `daily_by`, or a sum of some, as a table of days and segments."""
        names = [column] if isinstance(column, str) else list(column)
        return sum(self.daily_by.pivot_table(name, "day", "segment", "sum") for name in names)


# Applications from the first day on.
EARLY = {"product.rollout": [], "behaviour.applying.wish_month_ppm": 900_000}

# Arrears from the last days of a month are 30, 60 and 90 days old at month ends to come.
LATE_BILLS = {
    "product.billing.statement_day": 5,
    "product.billing.due_day_first": 28,
    "product.billing.due_day_last": 28,
}


@pytest.fixture(
    scope="module",
    params=[
        ("seed_article", TEEMING_FOR_ALL),
        ("seed_article", LATE_BILLS | TEEMING_FOR_ALL),
        ("mature_book", TEEMING_FOR_ALL),
        ("seed_article", TEEMING | EARLY),
    ],
    ids=["launch", "bills due on the 28th", "mature book", "by application"],
)
def books(request, repo, tmp_path_factory):
    name, changes = request.param
    plan = sim.load(repo / "scenarios" / f"{name}.toml").with_(users=2_000, days=200, **changes)
    out = tmp_path_factory.mktemp("books") / "run"
    return Books(sim.run(plan).save(out), plan.run.burn_in_days)


@pytest.fixture(scope="module")
def launch(repo):
    return sim.load(repo / "scenarios" / "seed_article.toml").with_(users=2_000, days=200)


def assert_closes(closing, flows):
    """Opening plus flows is closing on every day but the first, whose opening is not in a table."""
    assert (closing.diff()[1:] == flows[1:]).all(axis=None)


def test_the_runs_are_worth_checking(books):
    """Every flow happens in one of the two; else an identity says little."""
    daily, mature = books.daily, books.burn_in > 0
    few = daily.active.max() < daily.users.min()  # not everyone has the line
    for name in [name for name in daily if name.endswith("_fen")]:
        if name.startswith(("fees_written", "fees_fen", "yield")):
            continue  # fees are paid as they are charged; no wallet earns (R-F4)
        rare = ("brought", "recovered", "interest_wr", "penalty_wr", "suspen")
        rare += ("real_time_", "requests_")  # refreshes out of turn: few among few users
        if not mature and name.startswith((*rare, "principal_late_91")):
            continue
        if few and "written_off" in name:
            continue
        assert (daily[name] > 0).any(), name
    assert daily.left.sum() > 0
    assert few or daily.charged_off.sum() > 0
    if mature:
        assert daily.joined.sum() > 0


# Days.


@pytest.mark.parametrize("kind", KINDS)
def test_opening_plus_charged_less_repaid_and_written_off_is_closing(books, kind):
    charged = "spent_fen" if kind == "principal" else f"{kind}_charged_fen"
    flows = books.by(charged) - books.by(f"{kind}_repaid_fen") - books.by(f"{kind}_written_off_fen")
    if kind == "principal":
        flows = flows - books.by(["refunded_fen", "fraud_loss_fen", "dispute_loss_fen"])
    if kind in {"interest", "penalty"}:
        flows = flows - books.by(f"{kind}_waived_fen")
    closing = books.by(f"{kind}_fen")
    assert_closes(closing, flows)
    if not books.burn_in:  # a launch starts with empty books
        assert (closing.loc[0] == flows.loc[0]).all()


def test_what_is_suspended_closes_too(books):
    flows = books.by("suspended_charged_fen") - books.by("suspense_released_fen")
    assert_closes(books.by("suspended_fen"), flows - books.by("suspense_written_off_fen"))


def test_money_of_users_comes_from_income_and_goes_where_it_is_counted(books):
    plus = books.by(["income_fen", "brought_fen", "refund_cash_fen", "yield_fen"])
    minus = books.by(["outgoings_fen", "saved_fen", "spent_own_fen", "taken_fen", "repaid_fen"])
    assert_closes(books.by(["wallet_fen", "bank_fen"]), plus - minus)


def test_users_and_accounts_are_as_many_as_came_less_those_that_went(books):
    assert_closes(books.by("users"), books.by("joined") - books.by("left"))
    gone = books.by(["closed", "charged_off"])
    assert_closes(books.by("active"), books.by("opened") - gone)


def test_sums_are_those_of_their_parts(books):
    for table in (books.daily, books.daily_by):
        for name in ("repaid", "written_off"):
            parts = sum(table[f"{kind}_{name}_fen"] for kind in KINDS)
            assert (table[f"{name}_fen"] == parts).all()
    numbers = [name for name in books.daily if name not in {"replication", "day", "date"}]
    summed = books.daily_by.groupby("day")[numbers].sum()
    assert (summed == books.daily.set_index("day")[numbers]).all(axis=None)


def test_counts_of_a_day_are_nested(books):
    for table in (books.daily, books.daily_by):
        for names in (
            ("users", "active", "utilising", *LATE),
            ("users", "candidates"),
            ("users", "unemployed"),
            ("principal_fen", *(f"principal_{name}_fen" for name in LATE)),
            ("active", "warned_3", "late_31"),
        ):
            held = table[list(names)].to_numpy()
            assert (np.diff(held, axis=1) <= 0).all(), names
        assert (table[[name for name in table if name.endswith("_fen")]] >= 0).all(axis=None)


# Months: scenes, repayments, buckets.


def by_month(books, columns):
    """Return sums of columns of `daily` over the reported days of each month."""
    return books.daily.groupby(books.daily.date.dt.to_period("M"))[columns].sum()


def test_days_add_up_to_the_scenes_of_their_month(books):
    daily = by_month(books, ["spent_fen", "spent_own_fen", "refused", "purchases"])
    scenes = books.scenes
    refused = scenes[[name for name in scenes if name.startswith("refused_")]].sum(axis=1)
    assert (scenes.wishes == scenes.approved + refused).all()
    scenes = scenes.assign(refused=refused, bought=scenes.approved + scenes.own_count)
    monthly = scenes.groupby(scenes.month.dt.to_period("M")).sum(numeric_only=True)
    assert (monthly.credit_fen == daily.spent_fen).all()
    assert (monthly.own_fen == daily.spent_own_fen).all()
    assert (monthly.refused == daily.refused).all()
    assert (monthly.bought == daily.purchases).all()
    assert (refused > 0).any()
    barred = scenes.place.isin(["transfer", "cash_out", "virtual_currency", "investment"])
    assert (scenes[barred][["approved", "own_count"]] == 0).all(axis=None)
    assert (scenes[barred].wishes > 0).any()


def test_days_add_up_to_the_repayments_of_their_month(books):
    daily = by_month(books, ["repaid_fen", "manual_fees_fen", "recovered_fen", "refunded_fen"])
    paid = books.repayments.assign(month=books.repayments.month.dt.to_period("M"))
    paid = paid.pivot_table("amount_fen", "month", "method", "sum")
    # Amounts are without the fee of R-P2, which is charged and repaid with the payment.
    assert (
        paid.drop(columns=["recovery", "refund"]).sum(axis=1) + daily.manual_fees_fen
        == daily.repaid_fen
    ).all()
    assert (paid.refund == daily.refunded_fen).all()
    assert (paid.recovery == daily.recovered_fen).all()
    assert (paid.drop(columns="recovery") > 0).any().all()
    assert ((books.repayments["count"] > 0) == (books.repayments.amount_fen > 0)).all()


def monthly_wide(books, column):
    """Return a column of `monthly` as a table of (month end, segment) and buckets."""
    return books.monthly.pivot_table(column, ["date", "segment"], "bucket", "sum")[list(BUCKETS)]


def test_buckets_at_a_month_end_are_those_of_that_day(books):
    day = books.daily_by.set_index(["date", "segment"])
    accounts, money = monthly_wide(books, "accounts"), monthly_wide(books, "principal_fen")
    day = day.loc[accounts.index]
    assert len(accounts) == 6 * 4  # January to June, whole
    owing = list(BUCKETS[1:8])
    assert (accounts[["unused", *owing]].sum(axis=1) == day.active).all()
    assert (accounts[owing].sum(axis=1) == day.utilising).all()
    assert (money.sum(axis=1) == day.principal_fen).all()
    assert (monthly_wide(books, "past_due_fen").sum(axis=1) == day.past_due_fen).all()
    for name, first in LATE.items():
        assert (accounts[list(BUCKETS[first:8])].sum(axis=1) == day[name]).all(), name
        late = money[list(BUCKETS[first:8])].sum(axis=1)
        assert (late == day[f"principal_{name}_fen"]).all(), name
    assert (money[["unused", "charged_off", "closed"]] == 0).all(axis=None)
    assert (accounts[list(BUCKETS[1:5])] > 0).any().all()


def test_every_account_that_is_charged_off_stays_in_its_bucket(books):
    in_bucket = books.monthly[books.monthly.bucket == "charged_off"]
    accounts = in_bucket.pivot_table("accounts", "date", "segment", "sum")
    written = books.by("charged_off").cumsum()
    days = books.daily.set_index("date").loc[accounts.index].day
    at_ends = written.loc[days].set_axis(accounts.index)
    before = accounts - at_ends  # in burn-in: the same at every month end
    assert (before == before.iloc[0]).all(axis=None)
    if not books.burn_in:
        assert (before == 0).all(axis=None)


# Months: roll rates and vintages.


def rolls_wide(books, column, side):
    """Return `roll_rates` summed to the bucket left or reached, as `monthly_wide` has buckets."""
    some = books.roll_rates[books.roll_rates.segment != "all"]
    wide = some.pivot_table(column, ["date", "segment"], side, aggfunc="sum", fill_value=0)
    return wide.reindex(columns=list(BUCKETS), fill_value=0)


def test_every_account_of_a_month_end_is_reached_by_a_roll(books):
    """Accounts and their money: nobody is lost between two month ends, and nobody appears."""
    held = monthly_wide(books, "accounts")
    assert (rolls_wide(books, "accounts", "to_bucket") == held).all(axis=None)
    money = rolls_wide(books, "principal_after_fen", "to_bucket").drop(columns="charged_off")
    there = monthly_wide(books, "principal_fen").drop(columns="charged_off")
    assert (money == there).all(axis=None)


def test_every_account_of_a_month_end_is_left_by_a_roll(books):
    """Out of `closed` come accounts opened since, too: there it is at least as many."""
    ends = books.monthly.date.unique()
    held = monthly_wide(books, "accounts")
    left = rolls_wide(books, "accounts", "from_bucket")
    money = rolls_wide(books, "principal_fen", "from_bucket")
    there = monthly_wide(books, "principal_fen")
    for before, after in pairwise(ends):
        difference = left.loc[after] - held.loc[before]
        assert (difference.drop(columns="closed") == 0).all(axis=None), after
        assert (difference.closed >= 0).all()
        assert (money.loc[after] == there.loc[before]).all(axis=None), after


def test_rolls_of_all_are_those_of_the_segments_and_rates_add_up_to_one(books):
    keys = ["date", "from_bucket", "to_bucket"]
    numbers = ["accounts", "principal_fen", "principal_after_fen"]
    rolls = books.roll_rates
    whole = rolls[rolls.segment == "all"].set_index(keys)[numbers]
    parts = rolls[rolls.segment != "all"].groupby(keys)[numbers].sum()
    assert (whole == parts.reindex(whole.index, fill_value=0)).all(axis=None)
    assert whole.accounts.sum() == parts.accounts.sum()
    bucket = [rolls.date, rolls.segment, rolls.from_bucket]
    assert rolls.rate.groupby(bucket).sum().round(12).eq(1).all()
    # Without money in a bucket its rates by money have no value.
    by_money = rolls.rate_principal.groupby(bucket).sum(min_count=1).dropna()
    assert by_money.round(12).eq(1).all()
    assert len(by_money) > 0


def test_nobody_rolls_further_than_a_month_can_carry(books):
    """Nor does anyone come back from a charge-off; a cure may lead anywhere below."""
    rolls = books.roll_rates[books.roll_rates.segment == "all"]
    late = {name: place for place, name in enumerate(BUCKETS[1:8])}  # current is 0, m1 is 1
    both = rolls[rolls.from_bucket.isin(late) & rolls.to_bucket.isin(late)]
    # A month of 31 days is a bucket and a day.
    steps = both.to_bucket.map(late) - both.from_bucket.map(late)
    assert steps[both.accounts > 0].max() <= 2
    off = rolls[(rolls.from_bucket == "charged_off") & (rolls.accounts > 0)]
    assert (off.to_bucket == "charged_off").all()


EVER = ("accounts", "used", "ever_31", "ever_91", "charged_off", "written_off_fen", "recovered_fen")


@pytest.mark.parametrize("name", EVER)
def test_what_a_vintage_has_ever_been_it_stays(books, name):
    known = books.vintages[books.vintages.cohort.notna()]
    wide = known.pivot_table(name, "date", "cohort")
    assert (wide.diff() < 0).sum().sum() == 0


def test_vintages_are_nested_and_hold_all_money(books):
    vintages = books.vintages
    held = vintages[["accounts", "used", "ever_31", "ever_91"]].to_numpy()
    assert (np.diff(held, axis=1) <= 0).all()
    assert (vintages.charged_off <= vintages.used).all()
    assert (vintages.recovered_fen <= vintages.written_off_fen).all()
    months = vintages.cohort.dt.to_period("M")
    age = (vintages.month.dt.to_period("M") - months).dropna().map(lambda step: step.n)
    assert (age == vintages.months_on_book.loc[age.index]).all()
    assert vintages.ever_31.max() > 0
    days = books.daily.set_index("date")
    summed = vintages.groupby("date").sum(numeric_only=True)
    at = days.loc[summed.index]
    assert (summed.principal_fen == at.principal_fen).all()
    for name in ("written_off_fen", "recovered_fen"):
        before = summed[name] - days[name].cumsum().loc[summed.index]
        assert (before == before.iloc[0]).all(), name
        if not books.burn_in:
            assert (before == 0).all(), name


def test_a_vintage_starts_with_the_accounts_opened_in_its_month(books):
    opened = by_month(books, ["opened"]).opened
    first = books.vintages[books.vintages.months_on_book == 0]
    seen = first.set_index(first.cohort.dt.to_period("M")).accounts
    opened = opened.loc[seen.index]
    assert len(seen) == 6
    assert seen.sum() > 0
    if not books.burn_in:
        assert (seen == opened).all()
    else:  # an account opened anew may count to the month in which it was first opened
        assert (seen <= opened).all()


# The last day, and the 72-hour refreshes.


def test_users_after_the_last_day_are_those_of_its_books(books):
    last = books.daily_by[books.daily_by.day == books.daily_by.day.max()].set_index("segment")
    here = books.users[books.users.status == "here"]
    owned = here.groupby("segment", observed=True)
    for name in ("wallet_fen", "bank_fen"):
        assert (owned[name].sum() == last[name]).all()
    assert (owned.size() == last.users).all()
    assert ((1 - here.employed).groupby(here.segment, observed=True).sum() == last.unemployed).all()
    gone = books.users[books.users.status == "gone"]
    assert (gone[["wallet_fen", "bank_fen"]] == 0).all(axis=None)
    assert len(gone) > 0


def test_accounts_after_the_last_day_are_those_of_its_books(books):
    last = books.daily_by[books.daily_by.day == books.daily_by.day.max()].set_index("segment")
    segment = books.users.set_index("user").segment.astype(str)
    accounts = books.accounts.assign(segment=books.accounts.user.map(segment))
    held = accounts[accounts.standing.isin(OPEN)]
    places = ["planned_fen", "unbilled_fen", "billed_fen", "carried_fen"]
    owing = held.assign(principal_fen=held[places].sum(axis=1))
    summed = owing.groupby("segment").sum(numeric_only=True).loc[last.index]
    for name in ("principal_fen", "limit_fen", *(f"{kind}_fen" for kind in KINDS[1:])):
        assert (summed[name] == last[name]).all(), name
    counts = owing.pivot_table("user", "segment", "standing", "count", fill_value=0, observed=True)
    counts = counts.loc[last.index]
    assert (counts.sum(axis=1) == last.active).all()
    assert (counts.suspended == last.warned_3).all()
    assert last.warned_3.sum() > 0
    others = accounts[~accounts.standing.isin(OPEN)]
    nothing = ["unbilled_fen", "billed_fen", "carried_fen", "interest_fen", "limit_fen"]
    assert (others[nothing] == 0).all(axis=None)


def test_what_has_accrued_is_that_of_all_accounts(books):
    """Also of those that owe nothing else: they paid all, and the statement will post the rest."""
    last = books.daily.iloc[-1]
    held = books.accounts[books.accounts.standing.isin(OPEN)]
    assert (held.accrued_fen + held.penalty_accrued_fen).sum() == last.accrued_fen


def test_limits_of_all_accounts_are_refreshed_every_72_hours(books):
    cycles, daily = books.cycles.set_index("day"), books.daily.set_index("day")
    due = [day for day in range(200) if (books.burn_in + day) % 3 == 2]
    assert cycles.index.tolist() == due
    days = daily.loc[due]
    assert (cycles.assessed == days.active).all()
    assert (cycles.assessed == cycles.raised + cycles.lowered + cycles.unchanged).all()
    for name in ("assessed", "raised", "lowered", "raised_by_fen", "lowered_by_fen"):
        assert (cycles[name] == days[name]).all(), name
        assert (daily[name].drop(due) == 0).all(), name
    for name in ("raised", "lowered"):
        assert ((cycles[name] > 0) == (cycles[f"{name}_by_fen"] > 0)).all()
        assert np.allclose(cycles[f"{name}_share"], cycles[name] / cycles.assessed)
    # The first row of a burnt-in run looks back past the first reported day.
    since = daily.real_time.cumsum().loc[due].diff()
    assert (cycles.real_time[1:] == since[1:]).all()
    assert cycles.real_time.sum() > 0


# What must not change a byte.


def test_a_policy_that_changes_nothing_leaves_the_same_files(launch, tmp_path):
    small = launch.with_(users=300, days=70)
    neutral = {
        "name": "none",
        "date": dt.date(2024, 2, 20),
        "set": {"product.limit.fen_per_point": small.product.limit.fen_per_point},
    }
    one = sim.run(small).save(tmp_path / "one")
    other = sim.run(small.with_(policy=[neutral])).save(tmp_path / "other")
    files = sorted(path.name for path in one.glob("*.parquet"))
    assert {name.removesuffix(".parquet") for name in files} == {*tables.NAMES} - {
        "circles",
        "friends",
    }
    for name in files:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
