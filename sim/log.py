"""What happened to one user on one day, in order: rows of the event log before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from sim.compiled import scalar
from sim.units import Code, Count, Flag, Length, Unit

NOTES = 120  # events of one user on one day: sixteen purchases make at most five each

Kinds = Annotated[list[int], Unit("code", "i1", 0, 127), Length(NOTES)]
Amounts = Annotated[list[int], Unit("fen", "i4", -(2**31), 2**31 - 1), Length(NOTES)]


@dataclass(eq=False, kw_only=True)
class Log:
    """The events of one user on one day; stays empty for users who are not logged."""

    on: Annotated[Flag, "1 when this user is logged"] = 0
    at: Annotated[Code, "product whose events are written down now"] = 0
    count: Annotated[Count, "how many events; beyond NOTES they are only counted"] = 0
    kind: Annotated[Kinds, "what happened (Flow, or Note)"] = field(
        default_factory=lambda: [0] * NOTES
    )
    reason: Annotated[Kinds, "why, or where; what it is depends on the kind"] = field(
        default_factory=lambda: [0] * NOTES
    )
    product: Annotated[Kinds, "of which product; 0 for what is none's"] = field(
        default_factory=lambda: [0] * NOTES
    )
    amount: Annotated[Amounts, "how much, fen"] = field(default_factory=lambda: [0] * NOTES)


@scalar
def note(log: Log, kind: int, amount: int, reason: int) -> None:
    """Write down an event, if the user is logged."""
    if log.on == 0:
        return
    if log.count < NOTES:
        log.kind[log.count] = kind
        log.amount[log.count] = amount
        log.reason[log.count] = reason
        log.product[log.count] = log.at
    log.count += 1
