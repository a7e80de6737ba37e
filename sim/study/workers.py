"""Where tasks are done: in this process, or in several that are started for them.

Where a task is done, and in which order tasks end, never shows in the results.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Told = Callable[[int], None]  # hears how many tasks are done

LIVES = 3  # times that processes are started anew after one was lost
AHEAD = 4  # tasks a worker that wait for it: results of more are not held in memory


class Workers:
    """One process alone, or several that live as long as the block.

    `with Workers(2) as workers: results = workers.in_order(function, tasks)`.
    """

    def __init__(self, count: int = 1) -> None:
        """Want so many processes, started anew so that they share nothing; 1 for this one alone."""
        if count < 1:
            raise ValueError(f"wanted at least one worker (found {count})")
        self.count = count
        self._pool: ProcessPoolExecutor | None = None
        self._lives = LIVES

    def __enter__(self) -> Self:
        """Return the workers; processes start with the first tasks."""
        if self.count > 1:
            self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Let the processes go; tasks that have not begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def threads(self, wanted: int | None) -> int:
        """Return the threads of a task: all usable cores for the only worker, else one."""
        from sim.simulation import usable_cores

        return (wanted or usable_cores()) if self.count == 1 else 1

    def each_done(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R]]:
        """Yield number and result of each task as it is done; in order with one worker.

        Function and tasks must be importable by name and plain. What a task raises is raised here.
        """
        if self._pool is None:
            for number, task in enumerate(tasks):
                yield number, function(task)
            return
        left = list(range(len(tasks)))
        waiting: dict[Future[Any], int] = {}
        while left or waiting:
            try:
                while left and len(waiting) < self.count * AHEAD:
                    waiting[self._pool.submit(function, tasks[left[0]])] = left[0]
                    left.pop(0)
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield waiting[future], future.result()
                    del waiting[future]
            except BrokenExecutor:
                left = sorted([*left, *waiting.values()])
                waiting.clear()
                self._start_anew()

    def _start(self) -> None:
        context = get_context("spawn")
        self._pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_quiet)

    def _start_anew(self) -> None:
        """Replace processes of which one was lost; raise BrokenExecutor if that goes on."""
        self._lives -= 1
        if self._lives < 0:
            raise BrokenExecutor(f"{LIVES + 1} workers were lost; is there memory enough?")
        self._start()

    def in_order(
        self, function: Callable[[T], R], tasks: Sequence[T], told: Told | None = None
    ) -> list[R]:
        """Return the results of all tasks in their order."""
        results: dict[int, R] = {}
        for number, result in self.each_done(function, tasks):
            results[number] = result
            if told is not None:
                told(len(results))
        return [results[number] for number in range(len(tasks))]


def _quiet() -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the one that has the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
