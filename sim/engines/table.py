"""The table engine: every user a row, stretches of days compiled, blocks shared by threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arms import arm_of
from sim.barrier import mark_of
from sim.compiled import borrowed, fetched, halves, kernel
from sim.day import Luck, Payment, Totals, Wishes
from sim.engines.months import close_block
from sim.engines.packed import BLOCK, first_of, put_away, take_out
from sim.engines.state import State
from sim.events import Event, keep, ordered
from sim.life import live_one_day
from sim.log import NOTES, Log
from sim.luck import fill_luck
from sim.rows import Table, empty_table, rare_dtype
from sim.stretches import Stretch

TILE_ROWS = 256  # rows of luck filled at a time: they stay in the first cache
EVENT_ROWS = 1 << 18  # of a thread's scratch: a full one is put aside
APART = 64  # spare rows that keep what two threads write out of one cache line


@kernel
def live_stretch(
    users: Table,
    accounts: Table,
    has: NDArray[np.bool_],
    rare: Table,
    days: Table,
    first: int,
    count: int,
    params: Table,
    terms: Table,
    row: int,
    partial: Table,
    started: int,
    keys: NDArray[np.uint64],
    luck: Table,
    wishes: Table,
    payments: Any,
    own_rare: Any,
    grown: Table,
    at: NDArray[np.int64],
    logs: Table,
    several: bool | None,
    totals: Table,
    logged: NDArray[np.uint8],
    events: Table,
    used: NDArray[np.int64],
    marks: NDArray[np.uint8],
    looks: NDArray[np.int8],
    done: int,
) -> int:
    """Let the users of a block from `done` on live `count` days from `first` on.

    accounts, has, rare: a `sim.engines.packed.Block`; what becomes of `rare` goes into `grown`.
    row: of arm 0 in params and terms; partial, started: see `sim.arms`. own_rare: zeros, for the
    rare columns of one user. at: rows of `rare` read, of `grown` written. several: None where
    there is one product, for which the rules are compiled without loops over accounts.
    totals: (days, segments, products). used: rows of `events` that are taken. marks, looks: of
    these users, where friends are close ties: what they see is written into their rows, and how
    they stand after. Returns how many users have lived their days: fewer than there are when
    `events` may not hold the next one's; call again with more room.
    """
    users, accounts, has = borrowed(users), borrowed(accounts), borrowed(has)
    rare, own_rare, grown = borrowed(rare), borrowed(own_rare), borrowed(grown)
    at, days = borrowed(at), borrowed(days)
    params, terms, totals = borrowed(params), borrowed(terms), borrowed(totals)
    luck, wishes, payments = borrowed(luck), borrowed(wishes), borrowed(payments)
    logs, events, logged = borrowed(logs), borrowed(events), borrowed(logged)
    seed = params[row].seed
    replication = params[row].replication
    tile = max(TILE_ROWS // count, 1)
    log = logs[0]
    for start in range(done, users.shape[0], tile):
        some = users[start : start + tile]
        fill_luck(some, first, count, seed, replication, keys, luck)
        for j in range(some.shape[0]):
            # Views are made here, not in the loop over days: each costs an atomic count.
            user = some[j]
            fetched(users, start + j + tile)
            fetched(accounts, start + j + tile)
            log.on = logged[start + j]
            if log.on == 1 and used[0] + count * NOTES > events.shape[0]:
                return start + j
            mine = row + arm_of(user.user, partial, started, seed, replication)
            take_out(has[start + j], rare, at, own_rare)
            own_accounts = halves(accounts[start + j], own_rare, several)
            own_terms = terms[mine]
            if looks.shape[0] > 0:
                user.friends_good = looks[start + j, 0]
                user.friends_active = looks[start + j, 1]
                user.friends_late = looks[start + j, 2]
            for d in range(count):
                live_one_day(
                    user,
                    own_accounts,
                    luck[j * count + d],
                    days[first + d],
                    params[mine],
                    own_terms,
                    wishes[0],
                    payments,
                    totals[first + d, user.segment],
                    log,
                )
                if log.count > NOTES:
                    raise OverflowError("more events on one day than a log holds")
                if log.on == 1:
                    used[0] = keep(log, user.user, first + d, events, used[0])
            if marks.shape[0] > 0:
                marks[start + j] = mark_of(user, own_accounts)
            put_away(own_rare, has[start + j], grown, at)
    return len(users)


class Scratch(NamedTuple):
    """What a thread needs while it lives a block, as `live_stretch` takes it."""

    keys: NDArray[np.uint64]
    luck: Table
    wishes: Table
    payments: Table
    own_rare: Table
    grown: Table
    at: NDArray[np.int64]
    logs: Table
    several: bool | None


def scratch(users: int, products: int, row: type) -> Scratch:
    """Return scratch for blocks of so many users. row: what their accounts are."""
    rare = rare_dtype(row)
    return Scratch(
        np.zeros((2, TILE_ROWS), dtype=np.uint64),
        empty_table(Luck, TILE_ROWS),
        empty_table(Wishes, APART)[:1],
        empty_table(Payment, products + APART)[:products],
        np.zeros(products + APART, dtype=rare)[:products],
        np.empty(users * products, dtype=rare),
        np.zeros(APART, dtype=np.int64)[:2],
        empty_table(Log, 1),
        True if products > 1 else None,
    )


class TableEngine:
    """Lives stretches on a pool of threads; the result does not depend on their number."""

    def __init__(self, state: State, threads: int = 1, block: int = BLOCK) -> None:
        # Compiled code writes through tables marked read-only, and compiles again for them.
        if not (state.users.flags.writeable and state.users.flags.c_contiguous):
            raise ValueError("tables must be writeable and contiguous")
        self.state = state
        self.block = block
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads)
        products = state.held.shape[1]
        room = min(block, len(state.users))
        self._scratch = [scratch(room, products, state.held.row) for _ in range(threads)]
        rows = EVENT_ROWS if state.logging else 0
        self._events = [empty_table(Event, rows) for _ in range(threads)]
        self._totals = [empty_table(Totals, *state.totals_by.shape) for _ in range(threads)]

    def live(self, stretch: Stretch) -> None:
        """Live one stretch, and count the month if it ends one."""
        state = self.state
        stage = state.arms.stage(stretch.first)
        state.meet(stretch.first, stretch.days)
        packed = state.held.packed(self.block)
        blocks = iter(range(len(packed)))
        kept: list[Table] = []

        def work(worker: int) -> None:
            mine = self._scratch[worker]
            used = np.zeros(1, dtype=np.int64)
            for number in blocks:
                block, start = packed[number], number * self.block
                done, some = 0, slice(start, start + self.block)
                here = len(block.has)
                mine.at[:] = 0
                while done < here:
                    done = live_stretch(
                        state.users[some],
                        block.rows,
                        block.has,
                        block.rare,
                        state.course.days,
                        stretch.first,
                        stretch.days,
                        state.arms.params,
                        state.arms.terms,
                        state.arms.first_row[stage],
                        state.arms.partial,
                        state.arms.partial_at[stage],
                        *mine,
                        self._totals[worker],
                        state.logged[some],
                        self._events[worker],
                        used,
                        state.marks[some],
                        state.looks[some],
                        done,
                    )
                    if used[0] > 0:
                        kept.append(self._events[worker][: used[0]].copy())
                        used[0] = 0
                block.rare = first_of(mine.grown, int(mine.at[1]))

        self._share(work)
        state.marked = len(state.marks) > 0
        if state.logging:
            state.events.add(stretch.first, ordered(kept))
        state.day = stretch.first + stretch.days
        self._gather(stretch)
        if stretch.ends_month:
            self._close_month(stretch)

    def _share(self, work: Callable[[int], None]) -> None:
        list(self._pool.map(work, range(self.threads)))

    def _gather(self, stretch: Stretch) -> None:
        """Add up what the threads counted; whole numbers, so their order does not matter."""
        days = slice(stretch.first, stretch.first + stretch.days)
        # Every column is an int64: one sum of numbers takes a tenth of the time of one a column.
        whole = self.state.totals_by[days].view(np.int64)
        for mine in self._totals:
            counted = mine[days].view(np.int64)
            whole += counted
            counted[:] = 0

    def _close_month(self, stretch: Stretch) -> None:
        state = self.state
        day = stretch.first + stretch.days - 1
        month = int(state.course.days["month"][day])
        books = (state.buckets_by[month], state.rolls_by[month], state.vintages_by[month])
        own, at = self._scratch[0].own_rare, self._scratch[0].at
        start = 0
        for block in state.held.packed(self.block):
            users = state.users[start : start + len(block.has)]
            packed = (block.rows, block.has, block.rare)
            at[:] = 0
            close_block(users, *packed, at, own, state.course.days, day, *books)
            start += len(users)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()
