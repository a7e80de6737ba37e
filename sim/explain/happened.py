"""What happened to a user on a day, in order: the event log in words, with the numbers behind it.

Sequence numbers are those of the event log. What the log leaves out has none.
"""

from __future__ import annotations

from typing import Any

from sim.explain.behind import behind
from sim.explain.relived import Relived
from sim.explain.who import lower
from sim.explain.witness import Call
from sim.kinds import (
    Assessed,
    Claim,
    DisputeStep,
    Flow,
    FunnelStep,
    Level,
    Method,
    Note,
    Outcome,
    Place,
    Proof,
    Standing,
    WarningStep,
    Way,
)
from sim.log import NOTES
from sim.rules import purchase
from sim.user import funds

_PLACED = {Flow.PURCHASES, Flow.SPENT_OWN}
_PAID = {
    Flow.PRINCIPAL_REPAID,
    Flow.INTEREST_REPAID,
    Flow.PENALTY_REPAID,
    Flow.FEES_REPAID,
}
_ONE = {
    Note.REFUSED: ("outcome", Outcome),
    Note.LIMIT: ("why", Assessed),
    Note.STANDING: ("standing", Standing),
    Note.PROOF: ("proof", Proof),
}
_TWO = {
    Note.APPLICATION: ("way", Way, FunnelStep),
    Note.WARNING: ("level", Level, WarningStep),
    Note.DISPUTE: ("claim", Claim, DisputeStep),
}


def happened(life: Relived) -> list[dict[str, Any]]:
    """Return the events of the day: kind, amount, what the reason means, and numbers behind it."""
    log = life.log
    events: list[dict[str, Any]] = []
    unnoted = [call for call in life.witness.of(purchase.pay_own, life.day) if not call.value]
    for at in range(min(log.count, NOTES)):
        while unnoted and unnoted[0].at <= at:
            events.append(_unaffordable(unnoted.pop(0)))
        event = {"sequence": at} | _decoded(log.kind[at], log.amount[at], log.reason[at])
        if len(life.names) > 1:
            event["product"] = life.names[log.product[at]]
        events.append(event | behind(life, at, log.kind[at]))
    return events + [_unaffordable(call) for call in unnoted]


def _decoded(kind: int, amount: int, reason: int) -> dict[str, Any]:
    if kind < Note.REFUSED:
        event: dict[str, Any] = {"kind": lower(Flow, kind), "amount_fen": amount}
        if kind in _PLACED:
            event["place"] = lower(Place, reason)
        elif kind in _PAID:
            event["method"] = lower(Method, reason)
        return event
    event = {"kind": lower(Note, kind), "amount_fen": amount}
    if kind in _ONE:
        name, meaning = _ONE[Note(kind)]
        event[name] = lower(meaning, reason)
    elif kind in _TWO:
        name, first, second = _TWO[Note(kind)]
        event[name] = lower(first, reason // 10)
        event["step"] = lower(second, reason % 10)
    elif kind == Note.PLAN:
        event["periods"] = reason
    return event


def _unaffordable(call: Call) -> dict[str, Any]:
    return {
        "sequence": None,
        "kind": "unaffordable",
        "amount_fen": call.given["amount"],
        "place": lower(Place, call.given["place"]),
        "own_money_fen": funds(call.given["user"]),
    }
