"""Accounts at rest: the front of each row, and the rare columns of those that have any.

Instalments, missed bills and the like are two thirds of an account, and zero in most. Such are left
out; rules find zeros in their place, which are kept once they are no longer zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.account import Account
from sim.compiled import any_set, cleared, copied, scalar
from sim.rows import Table, empty_table, often_dtype, rare_dtype

BLOCK = 8_192  # users whose accounts lie together; a thread takes them at a time


@dataclass
class Block:
    """The accounts of some users, in the order of the users."""

    rows: Table  # the columns that are not rare, shape (users, products)
    has: NDArray[np.bool_]  # shape (users, products): whether rare columns are not all zero
    rare: Table  # the rare columns, shape (accounts that have any,)

    @property
    def nbytes(self) -> int:
        """What the block takes."""
        return self.rows.nbytes + self.has.nbytes + self.rare.nbytes


@scalar
def take_out(has: NDArray[np.bool_], rare: Table, at: NDArray[np.int64], own: Table) -> None:
    """Write rare columns of one user's accounts over rows of zeros; at[0] have been read."""
    for k in range(own.shape[0]):
        if has[k]:
            copied(rare, at[0], own, k)
            at[0] += 1


@scalar
def put_away(own: Table, has: NDArray[np.bool_], rare: Table, at: NDArray[np.int64]) -> None:
    """Keep rare columns of one user's accounts, and leave zeros; at[1] have been written."""
    for k in range(own.shape[0]):
        has[k] = any_set(own, k)
        if has[k]:
            copied(own, k, rare, at[1])
            cleared(own, k)
            at[1] += 1


@scalar
def put_down(own: Table, has: NDArray[np.bool_]) -> None:
    """Leave zeros where rare columns were taken out and have not changed."""
    for k in range(own.shape[0]):
        if has[k]:
            cleared(own, k)


def _bytes_of(table: Table) -> NDArray[np.uint8]:
    """Return the rows of a table as bytes in the same memory, shape (rows, bytes of a row)."""
    size = table.dtype.itemsize
    return table.reshape(-1).view(np.uint8).reshape(-1, size)


def first_of(table: Table, number: int) -> Table:
    """Return a copy of the first rows of a table to the bit: numpy copies columns alone."""
    return _bytes_of(table[:number]).copy().view(table.dtype)[:, 0]


def _used(dtype: np.dtype[np.void]) -> NDArray[np.uint8]:
    """Return 255 for the bytes of a row in columns, 0 between them: numpy may leave anything."""
    used = np.zeros(dtype.itemsize, dtype=np.uint8)
    for kind, offset, *_ in (dtype.fields or {}).values():
        used[offset : offset + kind.itemsize] = 255
    return used


def pack(whole: Table, row: type) -> Block:
    """Return whole accounts (users, products) packed. row: what they are rows of."""
    often, rare = often_dtype(row), rare_dtype(row)
    front, back = np.split(_bytes_of(whole), [often.itemsize], axis=1)
    back = back & _used(rare)
    has: NDArray[np.bool_] = np.any(back, axis=1)
    rows = front.copy().view(often).reshape(whole.shape)
    return Block(rows, has.reshape(whole.shape), back[has].view(rare)[:, 0])


def unpack(block: Block, whole: Table) -> None:
    """Write the accounts of a block into whole rows, shape (users, products)."""
    front, back = np.split(_bytes_of(whole), [block.rows.dtype.itemsize], axis=1)
    front[:] = _bytes_of(block.rows)
    back[:] = 0
    back[block.has.reshape(-1)] = _bytes_of(block.rare)


class Accounts:
    """The accounts of a state: packed while a table engine lives them, whole where they are read.

    They are one or the other, never both: what is written into whole rows counts.
    """

    def __init__(self, whole: Table, row: type = Account) -> None:
        self.row = row
        self.shape: tuple[int, ...] = whole.shape  # (users, products)
        self._whole: Table | None = whole
        self._blocks: list[Block] = []

    @classmethod
    def in_blocks(
        cls, shape: tuple[int, int], row: type, made: Callable[[slice], Table]
    ) -> Accounts:
        """Return accounts of which `made` makes those of some users, whole: never all at once."""
        accounts = cls(empty_table(row, 0, shape[1]), row)
        accounts.shape = shape
        accounts._pack(made, BLOCK)
        return accounts

    def _pack(self, rows: Callable[[slice], Table], size: int) -> None:
        starts = range(0, self.shape[0], size)
        self._blocks = [pack(rows(slice(at, at + size)), self.row) for at in starts]
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
            self._whole = empty_table(self.row, *self.shape)
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
        some = empty_table(self.row, len(places), self.shape[1])
        at = 0
        for block in self._blocks:
            mine = np.flatnonzero((places >= at) & (places < at + len(block.has)))
            if len(mine):
                whole = empty_table(self.row, *block.has.shape)
                unpack(block, whole)
                some[mine] = whole[places[mine] - at]
            at += len(block.has)
        return some

    def fronts(self) -> list[Table]:
        """Return their columns that are not rare, block by block, in the order of the users."""
        if self._whole is not None:
            return [self._whole]
        return [block.rows for block in self._blocks]
