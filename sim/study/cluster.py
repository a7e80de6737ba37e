"""Workers of a Dask cluster: one that is there, or one of processes on this machine.

A worker that is lost has its tasks done again by others. What users of a scenario come from files
of their own (`population.file`) must lie where all workers see it; scenarios are sent along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Self

from sim.scenario import ScenarioError
from sim.study.extras import library
from sim.study.sending import carried_out, packed
from sim.study.work import Task
from sim.study.workers import AHEAD, R, T, Workers

LOCAL = "local:"  # and the number of processes
WAIT_SECONDS = 30


class Cluster(Workers):
    """Workers at the address of a scheduler, or `local:N` for N processes on this machine."""

    def __init__(self, address: str) -> None:
        """Want the workers at an address. Raises ScenarioError for one that is none."""
        super().__init__()
        self.address = address
        number = address.removeprefix(LOCAL)
        if address.startswith(LOCAL):
            if not number.isdecimal() or int(number) < 1:
                raise ScenarioError([f"--cluster: wanted local:2 or the like (found {address})"])
            self.count = int(number)
        elif "://" not in address:
            wanted = "wanted tcp://host:port of a scheduler, or local:2"
            raise ScenarioError([f"--cluster: {wanted} (found {address})"])
        self._client: Any = None
        self._local: Any = None

    @property
    def dashboard(self) -> str:
        """Address of the page that shows what the workers do."""
        return str(self._client.dashboard_link)

    def __enter__(self) -> Self:
        """Reach the scheduler. Raises ScenarioError where it does not answer."""
        distributed = library("distributed", "cluster")
        if self.address.startswith(LOCAL):
            self._local = distributed.LocalCluster(
                n_workers=self.count, threads_per_worker=1, dashboard_address="127.0.0.1:0"
            )
        try:
            address = self._local or self.address
            self._client = distributed.Client(address, timeout=WAIT_SECONDS)
        except (OSError, TimeoutError) as error:
            words = f"wanted a scheduler at {self.address} (found none: {error})"
            raise ScenarioError([f"--cluster: {words}"]) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Let the scheduler go; processes of our own end."""
        for held in (self._client, self._local):
            if held is not None:
                held.close()

    def threads(self, wanted: int | None) -> int:
        """Return the threads of a task: one, unless more are wanted."""
        return wanted or 1

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return the future of a call, whose arguments may be futures."""
        return self._client.submit(function, *arguments, pure=False, retries=2)

    def each_done(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R]]:
        """Yield number and result of each task as it is done."""
        as_completed = library("distributed", "cluster").as_completed
        ahead = max(sum(self._client.nthreads().values()), self.count, 1) * AHEAD
        left = iter(range(len(tasks)))
        waiting: dict[Any, int] = {}

        def send() -> Any:
            number = next(left, None)
            if number is None:
                return None
            asked = tasks[number]
            sent = packed(asked) if isinstance(asked, Task) else asked
            future = self._client.submit(carried_out, function, sent, pure=False, retries=2)
            waiting[future.key] = number
            return future

        futures = [future for _ in range(ahead) if (future := send()) is not None]
        done = as_completed(futures)
        for future in done:
            yield waiting.pop(future.key), future.result()
            more = send()
            if more is not None:
                done.add(more)


def workers_at(count: int | Workers, address: str | None) -> AbstractContextManager[Workers]:
    """Return so many workers on this machine, or those at an address; those that are given stay."""
    if isinstance(count, Workers):
        return nullcontext(count)
    return Workers(count) if address is None else Cluster(address)
