"""Roll rates, where they lead, and what must add up: small books worked by hand."""

import numpy as np
import pandas as pd
import pytest

from sim.risk import conservation, migration, outcomes, steady_state
from sim.risk.tables import BUCKETS, ON_BOOK

JANUARY, FEBRUARY = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")


def moves_of(*rows, month=FEBRUARY, replication=0, segment="all"):
    """Return a table of moves: (from, to, accounts, fen before, fen after)."""
    names = ["from_bucket", "to_bucket", "accounts", "principal_fen", "principal_after_fen"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(replication=replication, month=month, segment=segment)


BOOK = moves_of(
    ("unused", "unused", 5, 0, 0),
    ("unused", "current", 5, 0, 500),
    ("current", "unused", 8, 800, 0),
    ("current", "current", 80, 8_000, 9_000),
    ("current", "m1", 10, 1_000, 1_000),
    ("current", "closed", 2, 200, 0),
    ("m1", "current", 6, 600, 300),
    ("m1", "m2", 4, 900, 900),
    ("m2", "m2", 1, 100, 100),
    ("m2", "charged_off", 1, 300, 300),
    ("closed", "current", 3, 0, 300),
    ("closed", "unused", 1, 0, 0),
)


def monthly_of(counts, month, replication=0):
    rows = [(bucket, accounts, fen) for bucket, (accounts, fen) in counts.items()]
    table = pd.DataFrame(rows, columns=["bucket", "accounts", "principal_fen"])
    return table.assign(month=month, replication=replication, segment="employee")


def test_the_cohort_matrix_is_moves_over_those_that_left():
    matrix = migration.cohort_matrix(BOOK)
    assert list(matrix.index) == BUCKETS
    assert matrix.loc["current", ["unused", "current", "m1", "closed"]].tolist() == [
        0.08,
        0.8,
        0.1,
        0.02,
    ]
    assert matrix.loc["m1", "m2"] == 0.4
    assert matrix.loc["m3"].isna().all()
    assert matrix.dropna().sum(axis=1).to_numpy() == pytest.approx(1)
    money = migration.cohort_matrix(BOOK, weight="principal_fen")
    assert money.loc["m1", "m2"] == 0.6


def test_months_and_replications_are_added_before_they_are_divided():
    more = moves_of(("m1", "m2", 90, 0, 0), month=JANUARY, replication=1)
    assert migration.cohort_matrix(pd.concat([BOOK, more])).loc["m1", "m2"] == 0.94


def test_one_segment_is_taken_from_a_table_of_several():
    students = moves_of(("m1", "m2", 1, 10, 10), segment="student")
    both = pd.concat([BOOK, students])
    assert migration.cohort_matrix(both, segment="student").loc["m1", "m2"] == 1
    assert migration.cohort_matrix(both).loc["m1", "m2"] == 0.4
    with pytest.raises(ValueError, match=r"segment: wanted one of all, student .found 'gig'"):
        migration.cohort_matrix(both, segment="gig")


def test_columns_and_states_that_are_missing_are_named():
    with pytest.raises(ValueError, match="moves: wanted columns to_bucket"):
        migration.cohort_matrix(BOOK.drop(columns="to_bucket"))
    with pytest.raises(ValueError, match="states: wanted"):
        migration.cohort_matrix(BOOK, ["current", "m1"])


def test_roll_rates_carry_their_errors():
    table = migration.roll_rates(BOOK).set_index(["from_bucket", "to_bucket"])
    row = table.loc[("m1", "m2")]
    assert (row["accounts"], row["rate"], row["rate_principal"]) == (4, 0.4, 0.6)
    assert row["rate_se"] == pytest.approx(np.sqrt(0.4 * 0.6 / 10))
    assert np.isnan(row["rate_principal_se"])
    # By hand: 60 of 100 and 20 of 100 a month; the ratio is .4, both months .2 off.
    two = [moves_of(("m1", "m2", 1, a, a), ("m1", "m1", 1, b, b), month=month)
           for month, a, b in ((JANUARY, 60, 40), (FEBRUARY, 20, 80))]  # fmt: skip
    table = migration.roll_rates(pd.concat(two)).set_index(["from_bucket", "to_bucket"])
    found = table.loc[("m1", "m2"), ["rate_principal", "rate_principal_se"]].tolist()
    assert found == pytest.approx([0.4, np.sqrt(2 * 2 * 20**2) / 200])


def test_the_steady_mix_stands_still_with_newcomers_where_they_came():
    moves = moves_of(
        ("current", "current", 90, 0, 0),
        ("current", "m1", 10, 0, 0),
        ("m1", "charged_off", 5, 0, 0),
        ("m1", "m1", 5, 0, 0),
        ("closed", "current", 7, 0, 0),
    )
    mix = steady_state.steady_state(moves).set_index("bucket")["steady"]
    # .1 x = .5 y among those who move; nobody is ever unused, or further past due.
    assert mix.drop(["current", "m1"]).tolist() == pytest.approx([0] * 6)
    assert mix[["current", "m1"]].tolist() == pytest.approx([5 / 6, 1 / 6])


def test_the_steady_mix_of_a_real_matrix_is_kept_by_it():
    table = steady_state.steady_state(_recovering())
    matrix = migration.cohort_matrix(_recovering())
    inside = matrix.loc[ON_BOOK, ON_BOOK].fillna(0).to_numpy()
    mix = table["steady"].to_numpy()
    entry = np.array([1 / 4, 3 / 4, *[0] * 6])
    assert mix @ inside + (1 - (mix @ inside).sum()) * entry == pytest.approx(mix, abs=1e-12)
    left = table["shrinking"].to_numpy() @ inside
    assert left / left.sum() == pytest.approx(table["shrinking"].to_numpy(), abs=1e-9)


def test_few_moves_that_leave_nobody_on_the_books_have_no_shrinking_mix():
    gone = moves_of(("current", "closed", 5, 0, 0), ("closed", "current", 2, 0, 0))
    table = steady_state.steady_state(gone)
    assert table["shrinking"].isna().all()
    assert table["steady"].sum() == pytest.approx(1)


def test_the_observed_mix_is_that_of_the_last_month_end():
    monthly = pd.concat(
        [
            monthly_of({"current": (50, 0), "m1": (50, 0)}, JANUARY),
            monthly_of({"current": (30, 0), "m1": (10, 0), "charged_off": (9, 0)}, FEBRUARY),
        ]
    )
    table = steady_state.steady_state(_recovering(), monthly).set_index("bucket")
    assert table.loc[["current", "m1", "m2"], "observed"].tolist() == [0.75, 0.25, 0]


def test_flow_to_loss_and_cures_by_hand():
    flow = outcomes.flow_to_loss(_recovering()).set_index("bucket")
    assert flow.loc["m1", ["forward", "forward_principal"]].tolist() == [0.4, 0.6]
    assert flow.loc["m6", "lost"] == 1
    # m2: half flows on; m3 to m6 all do: straight from m1 is .4 x .5.
    assert flow.loc["m1", "straight"] == pytest.approx(0.2)
    assert flow["lost"].is_monotonic_increasing
    cures = outcomes.cure_rates(_recovering()).set_index("bucket")
    assert cures.loc["m1", ["accounts", "cured", "rate"]].tolist() == [10, 6, 0.6]
    assert cures.loc["m1", "rate_se"] == pytest.approx(np.sqrt(0.24 / 10))
    assert cures.loc["m3", "rate"] == 0


def test_what_nobody_left_rolls_on_to_the_next():
    whole = migration.completed(migration.cohort_matrix(BOOK))
    assert whole.loc["m3", "m4"] == 1
    assert whole.loc["m6", "charged_off"] == 1
    assert whole.loc["m1", "m2"] == 0.4
    assert whole.loc["charged_off"].isna().all()


def test_a_book_in_which_nothing_ends_says_nothing_of_the_end():
    endless = moves_of(("current", "m1", 1, 0, 0), ("m1", "current", 1, 0, 0))
    assert outcomes.flow_to_loss(endless)["forward"].isna().sum() == 5
    assert outcomes.flow_to_loss(endless)["lost"].isna().all()


def test_skipping_a_bucket_is_seen():
    assert conservation.skipped(BOOK).empty
    jump = moves_of(("current", "m2", 1, 10, 10), ("m1", "m3", 2, 10, 10), ("m4", "m1", 1, 1, 1))
    assert conservation.skipped(jump)["accounts"].tolist() == [1, 2]
    dead = moves_of(("current", "charged_off", 1, 10, 10), ("m1", "m3", 0, 0, 0))
    assert conservation.skipped(dead).empty


def test_flows_close_and_a_lost_account_or_fen_is_seen():
    before = monthly_of(
        {"unused": (10, 0), "current": (100, 10_000), "m1": (10, 1_500), "m2": (2, 400)}, JANUARY
    )
    counts = {"unused": (14, 0), "current": (94, 10_100), "m1": (10, 1_000), "m2": (5, 1_000)}
    table = conservation.flow_identity(pd.concat([before, monthly_of(counts, FEBRUARY)]), BOOK)
    assert table["gap"].tolist() == [0] * 4
    assert table["gap_fen"].tolist() == [0] * 4
    row = table.set_index("bucket").loc["current"]
    assert row[["opening", "in", "out", "closing"]].tolist() == [100, 14, 20, 94]
    lost = counts | {"m1": (9, 1_000), "m2": (5, 999)}
    table = conservation.flow_identity(pd.concat([before, monthly_of(lost, FEBRUARY)]), BOOK)
    assert table.set_index("bucket").loc[["m1", "m2"], "gap"].tolist() == [1, 0]
    assert table.set_index("bucket").loc[["m1", "m2"], "gap_fen"].tolist() == [0, 1]


def _recovering():
    """Return a book in which every bucket flows on."""
    rest = [(f"m{n}", f"m{n + 1}", 2, 2, 2) for n in (3, 4, 5)]
    more = moves_of(("m2", "m3", 2, 400, 400), *rest, ("m6", "charged_off", 2, 2, 2))
    book = BOOK[~((BOOK["from_bucket"] == "m2") & (BOOK["to_bucket"] == "charged_off"))]
    start = book["from_bucket"] == "m2"
    book = book.assign(accounts=book["accounts"].where(~start, 2))
    return pd.concat([book, more], ignore_index=True)
