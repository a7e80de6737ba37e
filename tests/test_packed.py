"""Accounts at rest take little, and come back to the bit."""

import numpy as np
import pytest

from sim.account import Account
from sim.engines.packed import Accounts, pack, room_for, unpack
from sim.rows import columns, default_table, empty_table, often_dtype, row_dtype

USERS, PRODUCTS = 50, 2
RARE = [column.name for column in columns(Account) if column.rare]


def some_accounts(seed=1):
    """Return accounts of any bytes at all; of two thirds, the rare columns are zero."""
    luck = np.random.default_rng(seed)
    whole = empty_table(Account, USERS, PRODUCTS)
    size = row_dtype(Account).itemsize
    whole.view(np.uint8).reshape(USERS, PRODUCTS, size)[:] = luck.integers(
        0, 256, (USERS, PRODUCTS, size), dtype=np.uint8
    )
    bare = luck.random((USERS, PRODUCTS)) < 2 / 3
    for name in RARE:
        whole[name][bare] = 0
    end = max(row_dtype(Account).fields[name][1] + whole[name][0, 0].nbytes for name in RARE)
    whole.view(np.uint8).reshape(USERS, PRODUCTS, size)[..., end:] = 0  # no column is there
    return whole


def test_an_account_without_instalments_and_misses_takes_at_most_200_bytes():
    block = pack(default_table(Account, USERS, PRODUCTS), room_for(USERS, PRODUCTS))
    assert block.nbytes / (USERS * PRODUCTS) <= 200
    assert len(block.rare) == 0


def test_packed_accounts_come_back_to_the_bit():
    whole, again = some_accounts(), empty_table(Account, USERS, PRODUCTS)
    again["missed"] = 7  # what stood there before must go
    block = pack(whole, room_for(USERS, PRODUCTS))
    unpack(block, again)
    assert again.tobytes() == whole.tobytes()
    assert 0 < len(block.rare) == block.has.sum() < USERS * PRODUCTS


@pytest.mark.parametrize("column", RARE)
def test_an_account_with_any_rare_column_keeps_it(column):
    whole = default_table(Account, 3, 1)
    whole[column][1, 0, -1] = 1
    block = pack(whole, room_for(3, 1))
    assert block.has[:, 0].tolist() == [0, 1, 0]


def test_other_columns_can_be_read_and_written_where_they_are():
    whole = some_accounts()
    block = pack(whole, room_for(USERS, PRODUCTS))
    for name in often_dtype(Account).names:
        np.testing.assert_array_equal(block.rows[name], whole[name])
    block.rows["limit"][4, 1] = 12_345
    unpack(block, whole)
    assert whole["limit"][4, 1] == 12_345


@pytest.mark.parametrize("size", [1, 7, 50, 8_192])
def test_blocks_of_any_size_hold_the_same_accounts(size):
    wanted = some_accounts().tobytes()
    accounts = Accounts(some_accounts())
    for blocks in (16, size):  # and one size after another
        held = accounts.packed(blocks)
        assert sum(len(block.has) for block in held) == USERS
        assert all(len(block.has) <= blocks for block in held)
    assert accounts.nbytes < len(wanted)
    assert accounts.whole().tobytes() == wanted
    assert accounts.nbytes == len(wanted)


def test_accounts_of_nobody_can_be_packed():
    accounts = Accounts(empty_table(Account, 0, 2))
    assert accounts.packed(16) == []
    assert accounts.whole().shape == (0, 2)
    assert accounts.packed(16) == []
