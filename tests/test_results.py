"""What the tables say: reported days only, sums that agree, a unit for every column."""

import numpy as np
import pytest
from made_records import made_record, small_scenario

from sim.day import Totals
from sim.engines.packed import Accounts
from sim.kinds import BUCKETS, Bucket, Flow, Method, Outcome, Place, Standing, Status
from sim.measures import FLOWS
from sim.results import tables
from sim.results.usage import _WHY
from sim.rows import columns, outside_name

FIRST_COLUMNS = [
    "replication",
    "day",
    "date",
    "users",
    "candidates",
    "active",
    "utilising",
    "limit_fen",
    "principal_fen",
    "interest_fen",
    "penalty_fen",
    "fees_fen",
    "spent_fen",
    "repaid_fen",
    "interest_charged_fen",
    "fees_charged_fen",
    "penalty_charged_fen",
    "written_off_fen",
    "recovered_fen",
    "refused",
    "late_1",
    "late_31",
    "late_61",
    "late_91",
    "principal_late_1_fen",
    "principal_late_31_fen",
    "principal_late_61_fen",
    "principal_late_91_fen",
    "past_due_fen",
    "warned_1",
    "warned_2",
    "warned_3",
    "disputes_open",
]


@pytest.fixture(scope="module")
def record():
    return made_record(small_scenario())


@pytest.fixture(scope="module")
def frames(record):
    return {
        name: tables.table(record, name).to_pandas(date_as_object=False) for name in tables.NAMES
    }


@pytest.mark.parametrize("name", tables.NAMES)
def test_every_column_has_a_unit_and_a_description(record, name):
    schema = tables.table(record, name).schema
    assert schema.names[0] == "replication"
    for field in schema:
        assert field.metadata[b"unit"], field.name
        assert field.metadata[b"description"], field.name
        # What is declared in fen says so in its name, and the other way round.
        in_fen = field.metadata[b"unit"] in (b"fen", b"1e-9 fen")
        assert in_fen == field.name.endswith("_fen"), field.name


def test_burn_in_is_not_reported(record, frames):
    daily = frames["daily"]
    assert list(daily["day"]) == list(range(record.scenario.run.days))
    assert daily["date"].iloc[0] == np.datetime64("2024-01-20")
    reported = record.totals[record.burn_in :]
    assert daily["principal_fen"].sum() == reported["principal"].sum()
    assert frames["scenes"]["wishes"].sum() == reported["outcome"].sum()
    assert frames["repayments"]["amount_fen"].sum() == reported["paid"].sum()
    assert frames["cycles"]["assessed"].sum() == reported["assessed"].sum()
    # December ended in the burn-in, March had not ended on the last day, 29 March.
    assert record.dates[-1] == np.datetime64("2024-03-29")
    for name in ("monthly", "roll_rates", "vintages"):
        assert sorted(set(frames[name]["date"].astype(str))) == ["2024-01-31", "2024-02-29"], name


def test_daily_has_the_columns_of_the_contract_then_all_the_others(frames):
    names = list(frames["daily"])
    assert names[: len(FIRST_COLUMNS)] == FIRST_COLUMNS
    counted = {outside_name(column) for column in columns(Totals) if not column.length}
    renamed = {Flow.PURCHASES: "spent_fen", Flow.SUSPENDED: "suspended_charged_fen"}
    moved = {renamed.get(flow, f"{flow.name.lower()}_fen") for flow in Flow}
    made = {"replication", "day", "date", "repaid_fen", "written_off_fen", "manual_fees_fen"}
    assert set(names) == counted | moved | made
    assert set(FLOWS) == set(Flow)


def test_segments_add_up_to_daily(record, frames):
    parts = frames["daily_by"].drop(columns=["segment", "date"]).groupby("day").sum()
    whole = frames["daily"].drop(columns="date").set_index("day")
    assert set(frames["daily_by"]["segment"]) == set(record.segments)
    assert (
        parts[whole.columns].drop(columns="replication") == whole.drop(columns="replication")
    ).all(axis=None)


def test_repaid_and_written_off_are_the_sums_of_their_parts(frames):
    daily = frames["daily"]
    for whole, ending in (("repaid_fen", "_repaid_fen"), ("written_off_fen", "_written_off_fen")):
        memo = "suspense_written_off_fen"  # of interest and penalty, counted among them
        parts = [name for name in daily if name.endswith(ending) and name != memo]
        assert len(parts) == 4
        assert (daily[parts].sum(axis=1) == daily[whole]).all()


def test_a_cycle_counts_real_time_refreshes_since_the_one_before(record):
    record = made_record(small_scenario())
    for name in ("assessed", "raised", "lowered", "real_time"):
        record.totals[name] = 0
    record.totals["assessed"][[20, 28, 31], 0] = 4, 5, 8
    record.totals["raised"][[28, 31], 0] = 2, 4
    record.totals["lowered"][[28, 31], 0] = 3, 2
    record.totals["real_time"][[20, 21, 28, 29, 40], 0] = 100, 1, 2, 7, 9
    cycles = tables.table(record, "cycles").to_pydict()
    assert cycles["day"] == [3, 6]  # the first reported day is simulated day 25
    assert cycles["unchanged"] == [0, 2]
    assert cycles["raised_share"] == [0.4, 0.5]
    assert cycles["real_time"] == [3, 7]


def test_the_buckets_of_monthly_are_those_counted(record, frames):
    february = frames["monthly"][frames["monthly"]["date"] == "2024-02-29"]
    assert len(february) == len(record.segments) * BUCKETS
    m2 = february.query("bucket == 'm2'")
    assert list(m2["segment"]) == record.segments
    assert list(m2["principal_fen"]) == list(record.buckets["principal"][2, :, Bucket.M2])


def test_roll_rates_out_of_a_bucket_add_up_to_one():
    record = made_record(small_scenario())
    record.rolls["accounts"][:, :, Bucket.M4] = 0
    record.rolls["accounts"][:, :, Bucket.M1, Bucket.M2] = 0
    rates = tables.table(record, "roll_rates").to_pandas(date_as_object=False)
    assert set(rates["segment"]) == {"all", *record.segments}
    sums = rates.groupby(["month", "segment", "from_bucket"])[["rate", "rate_principal"]].sum()
    assert np.allclose(sums, 1)
    assert "m4" not in set(rates["from_bucket"])
    assert set(rates.query("from_bucket == 'm1' and to_bucket == 'm2'")["rate"]) == {0.0}
    whole = rates.query("segment == 'all'")["accounts"].sum()
    assert whole == record.rolls["accounts"][1:3].sum()


def test_vintages_hold_cohorts_up_to_the_month_and_the_older_ones(record, frames):
    vintages = frames["vintages"]
    ages = vintages.groupby("date")["months_on_book"].apply(list)
    assert [sorted(a for a in age if not np.isnan(a)) for age in ages] == [[0, 1], [0, 1, 2]]
    older = vintages[vintages["cohort"].isna()]
    assert list(older["accounts"]) == list(record.vintages["accounts"][1:3, -1])


def test_every_outcome_of_a_wish_has_a_column(frames):
    scenes = frames["scenes"]
    assert set(_WHY) == set(Outcome) - {Outcome.APPROVED}
    refused = [name for name in scenes if name.startswith("refused_")]
    assert (scenes["approved"] + scenes[refused].sum(axis=1) == scenes["wishes"]).all()
    assert list(scenes["place"][: len(Place)]) == [place.name.lower() for place in Place]
    assert set(frames["repayments"]["method"]) == {method.name.lower() for method in Method}


def test_users_and_accounts_hold_the_final_state(record, frames):
    users, accounts = frames["users"], frames["accounts"]
    assert (users["wallet_fen"] == record.users["wallet"]).all()
    assert list(users["status"]) == [Status(code).name.lower() for code in record.users["status"]]
    assert np.array_equal(np.stack(users["spend_bins_fen"]), record.users["spend_bins"])
    regions = np.array(record.scenario.population.regions)
    assert (users["region"] == regions[record.users["region"]]).all()
    standings = [Standing(code).name.lower() for code in record.accounts["standing"][:, 0]]
    assert list(accounts["standing"]) == standings
    assert list(accounts["user"]) == list(record.users["user"])
    assert set(accounts["product"]) == {record.scenario.product.preset}


def test_the_order_of_users_does_not_show(record):
    shuffled = made_record(small_scenario())
    order = np.random.default_rng(1).permutation(len(shuffled.users))
    shuffled.users = shuffled.users[order]
    shuffled.held = Accounts(shuffled.accounts[order])
    for name in ("users", "accounts"):
        assert tables.table(shuffled, name).equals(tables.table(record, name))


def test_a_share_of_users_is_the_same_in_every_replication_and_grows():
    few = small_scenario(users=2_000).with_(**{"output.users_ppm": 100_000})
    more = few.with_(**{"output.users_ppm": 300_000})
    shown = [
        set(tables.table(made_record(scenario, replication), "users")["user"].to_pylist())
        for scenario, replication in ((few, 0), (few, 1), (more, 0))
    ]
    assert shown[0] == shown[1]
    assert shown[0] < shown[2]
    # 2,000 x 10 % +- 4 standard deviations of 13.4.
    assert 146 <= len(shown[0]) <= 254
    accounts = tables.table(made_record(few), "accounts")
    assert set(accounts["user"].to_pylist()) == shown[0]
