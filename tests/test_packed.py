"""Accounts at rest take little, and come back to the bit."""

import numpy as np
import pytest

import sim
from sim.account import Account
from sim.compiled import halves, kernel
from sim.engines.packed import Accounts, pack, put_away, take_out, unpack
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.plan import account_row
from sim.rows import columns, default_table, empty_table, often_dtype, rare_dtype, row_dtype
from sim.simulation import live

USERS, PRODUCTS = 50, 2
RARE_NAMES = [column.name for column in columns(Account) if column.rare]


def some_accounts(seed=1, products=PRODUCTS):
    """Return accounts of any bytes at all; of two thirds, the rare columns are zero."""
    luck = np.random.default_rng(seed)
    whole = empty_table(Account, USERS, products)
    for column in columns(Account):
        kind = np.iinfo(column.unit.column)
        shape = whole[column.name].shape
        whole[column.name] = luck.integers(kind.min, kind.max, shape, dtype=kind.dtype)
    bare = luck.random((USERS, products)) < 2 / 3
    for name in RARE_NAMES:
        whole[name][bare] = 0
    return whole


def test_an_account_without_instalments_and_misses_takes_at_most_200_bytes():
    block = pack(default_table(Account, USERS, PRODUCTS), Account)
    assert block.nbytes / (USERS * PRODUCTS) <= 200
    assert len(block.rare) == 0


def test_packed_accounts_come_back_to_the_bit():
    whole, again = some_accounts(), empty_table(Account, USERS, PRODUCTS)
    again["missed"] = 7  # what stood there before must go
    block = pack(whole, Account)
    unpack(block, again)
    assert again.tobytes() == whole.tobytes()
    assert 0 < len(block.rare) == block.has.sum() < USERS * PRODUCTS


@pytest.mark.parametrize("column", RARE_NAMES)
def test_an_account_with_any_rare_column_keeps_it(column):
    whole = default_table(Account, 3, 1)
    whole[column].reshape(3, -1)[1, -1] = 1
    block = pack(whole, Account)
    assert block.has[:, 0].tolist() == [0, 1, 0]


def test_other_columns_can_be_read_and_written_where_they_are():
    whole = some_accounts()
    block = pack(whole, Account)
    for name in often_dtype(Account).names:
        np.testing.assert_array_equal(block.rows[name], whole[name])
    block.rows["limit"][4, 1] = 12_345
    unpack(block, whole)
    assert whole["limit"][4, 1] == 12_345


def test_what_lies_between_columns_does_not_count():
    whole = default_table(Account, USERS, PRODUCTS)
    bytes_of = whole.view(np.uint8).reshape(USERS, PRODUCTS, -1)
    end = max(row_dtype(Account).fields[name][1] + whole[name][0, 0].nbytes for name in RARE_NAMES)
    assert end < bytes_of.shape[-1]
    bytes_of[..., end:] = 7
    assert len(pack(whole, Account).rare) == 0


def test_both_halves_of_an_account_hold_all_of_its_columns_once():
    front, back = often_dtype(Account).names, rare_dtype(Account).names
    assert sorted(front + back) == sorted(column.name for column in columns(Account))
    assert (
        often_dtype(Account).itemsize + rare_dtype(Account).itemsize == row_dtype(Account).itemsize
    )


@kernel
def shift(rows, has, rare, own, grown, at, several):
    """Let kernels see halves as one row: move money about, as rules do."""
    for i in range(rows.shape[0]):
        take_out(has[i], rare, at, own)
        accounts = halves(rows[i], own, several)
        for k in range(len(accounts)):
            account = accounts[k]
            account.limit += account.fees  # front from back
            account.fees = account.carried - account.carried // 2 if k == 1 else 0
            account.missed[6] = account.late_bins[5]
            account.late_bins[0] = 1
        put_away(own, has[i], grown, at)


@pytest.mark.parametrize("products", [PRODUCTS, 1])
def test_rules_read_and_write_the_halves_as_they_would_a_whole_row(products):
    """Where there is one product, the loop over products is none once compiled."""
    whole = some_accounts(products=products)
    for name in ("limit", "fees", "carried"):
        whole[name] //= 4
    whole["late_bins"][::2, :, 5] = 0
    block = pack(whole, Account)
    own = np.zeros(products, dtype=rare_dtype(Account))
    grown = np.empty(USERS * products, dtype=rare_dtype(Account))
    at = np.zeros(2, dtype=np.int64)
    shift(block.rows, block.has, block.rare, own, grown, at, True if products > 1 else None)
    assert at.tolist() == [len(block.rare), block.has.sum()]
    block.rare = grown[: at[1]]
    moved = empty_table(Account, USERS, products)
    unpack(block, moved)
    whole["limit"] += whole["fees"]
    whole["fees"][:, 0] = 0
    whole["fees"][:, 1:] = whole["carried"][:, 1:] - whole["carried"][:, 1:] // 2
    whole["missed"][..., 6] = whole["late_bins"][..., 5]
    whole["late_bins"][..., 0] = 1
    assert moved.tobytes() == whole.tobytes()
    assert not any(own.tobytes())  # ready for the next user


def test_accounts_with_room_for_longer_plans_are_packed_alike():
    row = account_row(24)
    whole = default_table(row, 3, 1)
    assert rare_dtype(row).itemsize == rare_dtype(Account).itemsize + 2 * 12 * 4
    whole["ring_fee"][1, 0, 23] = 5
    block, again = pack(whole, row), empty_table(row, 3, 1)
    assert block.has[:, 0].tolist() == [0, 1, 0]
    unpack(block, again)
    assert (again == whole).all()


@pytest.mark.parametrize("column", RARE_NAMES)
def test_rare_columns_are_zero_in_a_new_account(column):
    assert not np.any(default_table(Account, 1)[column])


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


@pytest.mark.parametrize("which", [slice(3, 41), slice(0, 0), np.array([49, 0, 17, 16, 15])])
def test_whole_rows_of_some_users_can_be_had_while_the_others_rest(which):
    whole, accounts = some_accounts(), Accounts(some_accounts())
    assert (accounts.rows(which) == whole[which]).all()
    accounts.packed(16)
    packed = accounts.nbytes
    assert (accounts.rows(which) == whole[which]).all()
    assert accounts.nbytes == packed


def test_accounts_are_made_a_block_at_a_time():
    asked = []

    def made(some):
        asked.append(some)
        rows = default_table(Account, len(range(*some.indices(10_000))), 1)
        rows["limit"][:, 0] = np.arange(*some.indices(10_000))
        return rows

    accounts = Accounts.in_blocks((10_000, 1), Account, made)
    assert len(asked) == 2
    assert accounts.nbytes < 10_000 * 200
    np.testing.assert_array_equal(accounts.whole()["limit"][:, 0], np.arange(10_000))


def test_accounts_of_nobody_can_be_packed():
    accounts = Accounts(empty_table(Account, 0, 2))
    assert accounts.packed(16) == []
    assert accounts.whole().shape == (0, 2)
    assert accounts.packed(16) == []


def test_accounts_that_owe_nothing_rare_any_more_take_no_room_for_it(repo):
    """What numpy leaves between columns must not look like a column for ever."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml").with_(users=2_000, days=120)
    state = start(plan)
    engine = TableEngine(state, 1)
    live(state, engine)
    engine.close()
    (block,) = state.held.packed()
    some = [block.rare[name].reshape(len(block.rare), -1) != 0 for name in RARE_NAMES]
    assert len(block.rare) > 0
    assert np.concatenate(some, axis=1).any(axis=1).all()
