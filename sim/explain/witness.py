"""A witness to rules at work: what each was given and what it returned, without a word in them.

Python's profiling hook sees every call. Rules write into users and accounts, so the witness keeps
copies of both as they were when the rule was called.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from sim.account import Account
from sim.log import Log
from sim.user import User


@dataclass
class Call:
    """One call of a rule."""

    rule: str  # the function's name
    day: int  # simulated
    at: int  # events that were noted on that day before the call
    product: int  # number of the product whose turn it was
    within: Call | None  # the watched call that it was made from
    given: dict[str, Any]  # arguments by name
    value: Any = None
    locals: dict[str, Any] = field(default_factory=dict)  # numbers by name, when it returned


class Witness:
    """Watches some rules while others do the work."""

    def __init__(self, rules: list[Callable[..., Any]], log: Log) -> None:
        """Watch `rules`, which must have names of their own; log: of the user who is watched."""
        self.calls: list[Call] = []
        self.day = 0
        self._names: dict[CodeType, str] = {rule.__code__: rule.__name__ for rule in rules}
        self._open: list[Call] = []
        self._log = log

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what runs in this thread; a profiler that is at work waits meanwhile."""
        before = sys.getprofile()
        sys.setprofile(self._see)
        try:
            yield
        finally:
            sys.setprofile(before)
            self._open.clear()

    def of(
        self, rule: Callable[..., Any], day: int | None = None, product: int | None = None
    ) -> list[Call]:
        """Return the calls of a rule in their order; day, product: only those of one."""
        calls = [c for c in self.calls if c.rule == rule.__name__]
        calls = [c for c in calls if product is None or c.product == product]
        return [c for c in calls if day is None or c.day == day]

    def _see(self, frame: FrameType, event: str, value: object) -> None:
        if event not in {"call", "return"} or frame.f_code not in self._names:
            return
        if event == "return":
            done = self._open.pop()
            done.value = value
            bound = frame.f_locals.items()
            done.locals = {name: thing for name, thing in bound if isinstance(thing, int | float)}
            return
        within = self._open[-1] if self._open else None
        given = {name: _kept(thing) for name, thing in frame.f_locals.items()}
        name = self._names[frame.f_code]
        call = Call(name, self.day, self._log.count, self._log.at, within, given)
        self.calls.append(call)
        self._open.append(call)


def _kept(thing: Any) -> Any:
    """Return a copy of what rules write into, and anything else as it is."""
    if not isinstance(thing, User | Account):
        return thing
    kept = copy.copy(thing)
    for name, value in vars(kept).items():
        if isinstance(value, list):
            setattr(kept, name, value.copy())
    return kept
