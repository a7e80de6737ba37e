"""Rows of a table, plain objects and views hold the same state; none takes what does not fit."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.account import Account
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.month import BucketTotals, RollTotals, VintageTotals
from sim.rows import (
    Columns,
    as_object,
    columns,
    default_table,
    empty_table,
    outside_name,
    row_dtype,
    store,
    view_of,
)
from sim.user import User

ROWS = [
    User,
    Account,
    Luck,
    Environment,
    Wishes,
    Payment,
    Totals,
    BucketTotals,
    RollTotals,
    VintageTotals,
]
ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)


@ROW
def test_columns_are_those_declared_and_each_has_a_meaning(row):
    names = [field.name for field in dataclasses.fields(row)]
    assert [column.name for column in columns(row)] == names
    assert list(row_dtype(row).names) == names
    assert all(column.meaning for column in columns(row))


@ROW
def test_every_column_is_aligned_and_no_byte_is_lost_between_them(row):
    dtype = row_dtype(row)
    used = 0
    widest = 1
    spans = []
    for name, (kind, offset, *_) in dtype.fields.items():
        width = kind.base.itemsize
        assert offset % width == 0, name
        spans.append((offset, offset + kind.itemsize))
        used += kind.itemsize
        widest = max(widest, width)
    spans.sort()
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert dtype.itemsize % widest == 0
    assert dtype.itemsize - used < widest


@ROW
def test_a_default_row_is_what_the_declaration_says(row):
    table = default_table(row, 2)
    plain = row()
    for column in columns(row):
        value = getattr(plain, column.name)
        assert table[column.name][1].tolist() == value


@ROW
def test_outside_names_are_unique(row):
    names = [outside_name(column) for column in columns(row)]
    assert len(set(names)) == len(names)


def test_money_says_so_outside():
    by_name = {column.name: outside_name(column) for column in columns(Account)}
    assert by_name["limit"] == "limit_fen"
    assert by_name["recovery"] == "recovery_ppm"
    assert by_name["standing"] == "standing"


@st.composite
def filled(draw, row):
    thing = row()
    for column in columns(row):
        low, high = column.unit.low, column.unit.high
        one = st.integers(low, high)
        size = column.length
        value = draw(st.lists(one, min_size=size, max_size=size)) if size else draw(one)
        setattr(thing, column.name, value)
    return thing


@given(filled(Account))
def test_an_account_comes_back_from_a_table_as_it_went_in(account):
    table = empty_table(Account, 3, 2)
    store(account, table, (1, 1))
    again = as_object(Account, table[1, 1])
    assert vars(again) == vars(account)
    assert not table[0].tobytes().strip(b"\0")
    assert not table[1, 0].tobytes().strip(b"\0")
    assert not table[2].tobytes().strip(b"\0")


@given(filled(User))
def test_a_user_comes_back_from_a_table_as_they_went_in(user):
    table = empty_table(User, 2)
    store(user, table, 1)
    again = as_object(User, table[1])
    assert vars(again) == vars(user)
    assert all(type(value) in (int, list) for value in vars(again).values())


def test_an_object_goes_its_own_way():
    table = default_table(User, 1)
    user = as_object(User, table[0])
    user.wallet = 5
    user.spend_bins[3] = 7
    assert table["wallet"][0] == 0
    assert table["spend_bins"][0, 3] == 0


@ROW
def test_a_stored_value_must_lie_in_the_bounds_of_its_column(row):
    table = empty_table(row, 1)
    for column in columns(row):
        for wrong in (column.unit.low - 1, column.unit.high + 1):
            thing = row()
            value = getattr(thing, column.name)
            setattr(thing, column.name, [*value[:-1], wrong] if column.length else wrong)
            with pytest.raises(ValueError, match=f"^{column.name}: wanted .*found {wrong}"):
                store(thing, table, 0)


@pytest.mark.parametrize("wrong", [1.0, 1.5, float("nan"), "1", None])
def test_a_stored_value_must_be_whole(wrong):
    table = empty_table(User, 1)
    with pytest.raises(TypeError, match=r"^wallet: wanted a whole number"):
        store(User(wallet=wrong), table, 0)
    with pytest.raises(TypeError, match=r"^spend_bins: wanted a whole number"):
        store(User(spend_bins=[wrong] * 30), table, 0)


def test_a_view_reads_plain_ints_and_writes_through():
    table = default_table(User, 2)
    user = view_of(User)(Columns(table), 1)
    assert type(user.wallet) is int
    user.wallet += 1_234
    user.spend_bins[2] = 99
    assert table["wallet"].tolist() == [0, 1_234]
    assert table["spend_bins"][:, 2].tolist() == [0, 99]
    table["wallet"][1] = 77
    assert user.wallet == 77


def test_a_view_refuses_what_its_column_does_not_hold():
    table = default_table(User, 1)
    user = view_of(User)(Columns(table), 0)
    for name, wrong in [("wallet", 2**31), ("age", 128), ("wallet", -(2**31) - 1)]:
        before = getattr(user, name)
        with pytest.raises((ValueError, OverflowError)):
            setattr(user, name, wrong)
        assert getattr(user, name) == before
    with pytest.raises(TypeError):
        user.wallet = 1.0
    with pytest.raises((ValueError, OverflowError)):
        user.count_bins[0] = 128


def test_wishes_refuse_more_than_a_day_holds_and_amounts_that_are_not_positive():
    wishes = Wishes()
    with pytest.raises(ValueError, match="above 0 fen"):
        wishes.buy(0, 0)
    for _ in range(16):
        wishes.buy(0, 1)
    with pytest.raises(ValueError, match="at most 16"):
        wishes.buy(0, 1)
    assert wishes.count == 16
    assert np.sum(wishes.amount) == 16


def test_totals_are_of_one_width_so_that_threads_add_theirs_as_plain_numbers():
    assert {column.unit.column for column in columns(Totals)} == {"i8"}
