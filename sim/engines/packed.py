"""Accounts at rest: the front of each row, and the rare columns of those that have any.

Instalments and missed bills are 42 % of an account, and nothing in most. What is nothing is left
out here; rules see whole rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.account import Account
from sim.compiled import borrowed, kernel, scalar
from sim.rows import Table, empty_table, often_dtype, row_dtype

WORD = 4  # bytes; rows are copied a word at a time
WORDS = row_dtype(Account).itemsize // WORD
OFTEN = often_dtype(Account).itemsize // WORD  # of them, before the rare columns
RARE = WORDS - OFTEN

Words = NDArray[np.uint32]


@dataclass
class Block:
    """The accounts of some users, in the order of the users."""

    often: Words  # shape (users, products, OFTEN)
    has: NDArray[np.uint8]  # shape (users, products): 1 where rare columns are not all zero
    rare: Words  # shape (accounts of which `has` is 1, RARE)

    @property
    def rows(self) -> Table:
        """The columns that are not rare, shape (users, products)."""
        return self.often.view(often_dtype(Account))[..., 0]

    @property
    def nbytes(self) -> int:
        """What the block takes."""
        return self.often.nbytes + self.has.nbytes + self.rare.nbytes


@scalar
def unpack_user(
    often: Words, has: NDArray[np.uint8], rare: Words, at: NDArray[np.int64], words: Words
) -> None:
    """Write one user's accounts into whole rows; at[0] of `rare` have been read."""
    # Bounds are constants: an index that might be negative keeps a loop from being a vector's.
    for k in range(words.shape[0]):
        for w in range(OFTEN):
            words[k, w] = often[k, w]
        if has[k] == 1:
            row = at[0]
            for w in range(RARE):
                words[k, OFTEN + w] = rare[row, w]
            at[0] = row + 1
        else:
            for w in range(RARE):
                words[k, OFTEN + w] = 0


@scalar
def pack_user(
    words: Words, often: Words, has: NDArray[np.uint8], rare: Words, at: NDArray[np.int64]
) -> None:
    """Take one user's accounts from whole rows; at[1] of `rare` have been written."""
    for k in range(words.shape[0]):
        for w in range(OFTEN):
            often[k, w] = words[k, w]
        any_rare = words[k, OFTEN]
        for w in range(1, RARE):
            any_rare |= words[k, OFTEN + w]
        has[k] = 1 if any_rare != 0 else 0
        if any_rare != 0:
            row = at[1]
            for w in range(RARE):
                rare[row, w] = words[k, OFTEN + w]
            at[1] = row + 1


@scalar
def put_back(words: Words, often: Words) -> None:
    """Take the columns that are not rare from one user's whole rows."""
    for k in range(words.shape[0]):
        for w in range(OFTEN):
            often[k, w] = words[k, w]


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
        pack_user(words[i], often[i], has[i], rare, at)


@kernel
def _unpack(
    often: Words,
    has: NDArray[np.uint8],
    rare: Words,
    at: NDArray[np.int64],
    words: NDArray[np.uint32],
) -> None:
    words, often, has = borrowed(words), borrowed(often), borrowed(has)
    for i in range(words.shape[0]):
        unpack_user(often[i], has[i], rare, at, words[i])


def words_of(whole: Table) -> Words:
    """Return whole accounts as words, in the same memory: one more axis, of WORDS."""
    words: Words = whole.view(np.uint32).reshape(*whole.shape, WORDS)
    return words


def room_for(users: int, products: int) -> Words:
    """Return room for the rare columns of so many users, shape (accounts, RARE)."""
    return np.empty((users * products, RARE), dtype=np.uint32)


def pack(whole: Table, room: Words) -> Block:
    """Return whole accounts (users, products) packed. room: scratch, for the rare columns."""
    often = np.empty((*whole.shape, OFTEN), dtype=np.uint32)
    has = np.empty(whole.shape, dtype=np.uint8)
    at = np.zeros(2, dtype=np.int64)
    _pack(words_of(whole), often, has, room, at)
    return Block(often, has, room[: at[1]].copy())


def unpack(block: Block, whole: Table) -> None:
    """Write the accounts of a block into whole rows, shape (users, products)."""
    _unpack(block.often, block.has, block.rare, np.zeros(2, dtype=np.int64), words_of(whole))


class Accounts:
    """The accounts of a state: packed while a table engine lives them, whole where they are read.

    They are one or the other, never both: what is written into whole rows counts.
    """

    def __init__(self, whole: Table) -> None:
        self._whole: Table | None = whole
        self._blocks: list[Block] = []
        self._shape = whole.shape

    @property
    def nbytes(self) -> int:
        """What they take as they are."""
        if self._whole is not None:
            return self._whole.nbytes
        return sum(block.nbytes for block in self._blocks)

    def packed(self, size: int) -> list[Block]:
        """Return them in blocks of `size` users; whole rows handed out before count no more."""
        users, products = self._shape
        if self._blocks and len(self._blocks[0].has) != min(size, users):
            self.whole()
        if self._whole is not None:
            room = room_for(min(size, users), products)
            starts = range(0, users, size)
            self._blocks = [pack(self._whole[at : at + size], room) for at in starts]
            self._whole = None
        return self._blocks

    def whole(self) -> Table:
        """Return them as whole rows, shape (users, products)."""
        if self._whole is None:
            self._whole = empty_table(Account, *self._shape)
            at = 0
            # Blocks go one by one: the peak of memory is one table, not two.
            self._blocks.reverse()
            while self._blocks:
                block = self._blocks.pop()
                unpack(block, self._whole[at : at + len(block.has)])
                at += len(block.has)
        return self._whole

    def fronts(self) -> list[Table]:
        """Return their columns that are not rare, block by block, in the order of the users."""
        if self._whole is not None:
            return [self._whole]
        return [block.rows for block in self._blocks]
