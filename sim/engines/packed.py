"""Accounts at rest: the front of each row, and the rare columns of those that have any.

Instalments, missed bills and the like are two thirds of an account, and hold their defaults in
most. Such are left out; rules find them in a row of defaults, which is kept once they change it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.account import Account
from sim.compiled import borrowed, kernel, scalar
from sim.rows import Table, default_table, empty_table, often_dtype, rare_dtype

WORD = 4  # bytes; rows are copied a word at a time
OFTEN = often_dtype(Account).itemsize // WORD  # words of a row before its rare columns
RARE = rare_dtype(Account).itemsize // WORD

BLOCK = 8_192  # users whose accounts lie together; a thread takes them at a time

Words = NDArray[np.uint32]

NOTHING: Words = default_table(Account, 1).view(np.uint32)[OFTEN:].copy()  # rare columns of most


def _bits_of_columns() -> Words:
    """Return rare columns with every bit set, and none between columns: numpy may leave any."""
    row = np.zeros(1, dtype=rare_dtype(Account))
    for name in row.dtype.names or ():
        ones = np.full(row[name].nbytes, 255, dtype=np.uint8)
        row[name] = ones.view(row[name].dtype).reshape(row[name].shape)
    return row.view(np.uint32)


USED = _bits_of_columns()


@dataclass
class Block:
    """The accounts of some users, in the order of the users."""

    rows: Table  # the columns that are not rare, shape (users, products)
    has: NDArray[np.uint8]  # shape (users, products): 1 where rare columns are not all NOTHING
    rare: Words  # shape (accounts of which `has` is 1, RARE)

    @property
    def nbytes(self) -> int:
        """What the block takes."""
        return self.rows.nbytes + self.has.nbytes + self.rare.nbytes


@scalar
def take_out(has: NDArray[np.uint8], rare: Words, at: NDArray[np.int64], own: Words) -> None:
    """Write rare columns of one user's accounts over rows of NOTHING; at[0] have been read."""
    # Bounds are constants: an index that might be negative keeps a loop from being a vector's.
    for k in range(own.shape[0]):
        if has[k] == 1:
            row = at[0]
            for w in range(RARE):
                own[k, w] = rare[row, w]
            at[0] = row + 1


@scalar
def put_away(own: Words, has: NDArray[np.uint8], rare: Words, at: NDArray[np.int64]) -> None:
    """Keep rare columns of one user's accounts, and leave NOTHING; at[1] have been written."""
    for k in range(own.shape[0]):
        any_rare = own[k, 0] ^ NOTHING[0]
        for w in range(1, RARE):
            any_rare |= own[k, w] ^ NOTHING[w]
        has[k] = 1 if any_rare != 0 else 0
        if any_rare != 0:
            row = at[1]
            for w in range(RARE):
                rare[row, w] = own[k, w]
                own[k, w] = NOTHING[w]
            at[1] = row + 1


@scalar
def put_down(own: Words, has: NDArray[np.uint8]) -> None:
    """Leave NOTHING where rare columns were taken out and have not changed."""
    for k in range(own.shape[0]):
        if has[k] == 1:
            for w in range(RARE):
                own[k, w] = NOTHING[w]


@kernel
def _pack(
    words: NDArray[np.uint32],
    often: Words,
    has: NDArray[np.uint8],
    rare: Words,
    at: NDArray[np.int64],
) -> None:
    words, often, has = borrowed(words), borrowed(often), borrowed(has)
    for i in range(words.shape[0]):
        for k in range(words.shape[1]):
            any_rare = np.uint32(0)
            for w in range(RARE):
                any_rare |= (words[i, k, OFTEN + w] ^ NOTHING[w]) & USED[w]
            has[i, k] = 1 if any_rare != 0 else 0
            for w in range(OFTEN):
                often[i, k, w] = words[i, k, w]
            if any_rare != 0:
                for w in range(RARE):
                    rare[at[1], w] = words[i, k, OFTEN + w] & USED[w]
                at[1] += 1


@kernel
def _unpack(
    often: Words,
    has: NDArray[np.uint8],
    rare: Words,
    words: NDArray[np.uint32],
) -> None:
    words, often, has = borrowed(words), borrowed(often), borrowed(has)
    at = 0
    for i in range(words.shape[0]):
        for k in range(words.shape[1]):
            for w in range(OFTEN):
                words[i, k, w] = often[i, k, w]
            for w in range(RARE):
                words[i, k, OFTEN + w] = rare[at, w] if has[i, k] == 1 else NOTHING[w]
            at += has[i, k]


def words_of(rows: Table) -> Words:
    """Return rows as words, in the same memory: one more axis."""
    words: Words = rows.view(np.uint32).reshape(*rows.shape, -1)
    return words


def rows_of_nothing(rows: int) -> Words:
    """Return rare columns of so many accounts that have none, shape (rows, RARE)."""
    return np.tile(NOTHING, (rows, 1))


def room_for(users: int, products: int) -> Words:
    """Return room for the rare columns of so many users, shape (accounts, RARE)."""
    return np.empty((users * products, RARE), dtype=np.uint32)


def pack(whole: Table, room: Words) -> Block:
    """Return whole accounts (users, products) packed. room: scratch, for the rare columns."""
    rows = np.empty(whole.shape, dtype=often_dtype(Account))
    has = np.empty(whole.shape, dtype=np.uint8)
    at = np.zeros(2, dtype=np.int64)
    _pack(words_of(whole), words_of(rows), has, room, at)
    return Block(rows, has, room[: at[1]].copy())


def unpack(block: Block, whole: Table) -> None:
    """Write the accounts of a block into whole rows, shape (users, products)."""
    _unpack(words_of(block.rows), block.has, block.rare, words_of(whole))


class Accounts:
    """The accounts of a state: packed while a table engine lives them, whole where they are read.

    They are one or the other, never both: what is written into whole rows counts.
    """

    def __init__(self, whole: Table) -> None:
        self._whole: Table | None = whole
        self._blocks: list[Block] = []
        self.shape: tuple[int, ...] = whole.shape  # (users, products)

    @classmethod
    def in_blocks(cls, users: int, products: int, made: Callable[[slice], Table]) -> Accounts:
        """Return accounts of which `made` makes those of some users, whole: never all at once."""
        accounts = cls(empty_table(Account, 0, products))
        accounts.shape = (users, products)
        accounts._pack(made, BLOCK)
        return accounts

    def _pack(self, rows: Callable[[slice], Table], size: int) -> None:
        users, products = self.shape
        room = room_for(min(size, users), products)
        starts = range(0, users, size)
        self._blocks = [pack(rows(slice(at, at + size)), room) for at in starts]
        self._whole = None

    @property
    def nbytes(self) -> int:
        """What they take as they are."""
        if self._whole is not None:
            return self._whole.nbytes
        return sum(block.nbytes for block in self._blocks)

    def packed(self, size: int = BLOCK) -> list[Block]:
        """Return them in blocks of `size` users; whole rows handed out before count no more."""
        if self._blocks and len(self._blocks[0].has) != min(size, self.shape[0]):
            self.whole()
        if self._whole is not None:
            self._pack(self._whole.__getitem__, size)
        return self._blocks

    def whole(self) -> Table:
        """Return them as whole rows, shape (users, products)."""
        if self._whole is None:
            self._whole = empty_table(Account, *self.shape)
            at = 0
            # Blocks go one by one: the peak of memory is one table, not two.
            self._blocks.reverse()
            while self._blocks:
                block = self._blocks.pop()
                unpack(block, self._whole[at : at + len(block.has)])
                at += len(block.has)
        return self._whole

    def rows(self, which: Any) -> Table:
        """Return whole rows of some users, a slice or their places; the others stay as they are."""
        if self._whole is not None:
            chosen: Table = self._whole[which]
            return chosen
        places = np.arange(self.shape[0])[which]
        some = empty_table(Account, len(places), self.shape[1])
        at = 0
        for block in self._blocks:
            mine = np.flatnonzero((places >= at) & (places < at + len(block.has)))
            if len(mine):
                whole = empty_table(Account, *block.has.shape)
                unpack(block, whole)
                some[mine] = whole[places[mine] - at]
            at += len(block.has)
        return some

    def fronts(self) -> list[Table]:
        """Return their columns that are not rare, block by block, in the order of the users."""
        if self._whole is not None:
            return [self._whole]
        return [block.rows for block in self._blocks]
