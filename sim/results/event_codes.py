"""How events are told outside: the name of each kind, what its reason means, its rule's number."""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kinds import (
    MOST_PERIODS,
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

CODES = 128  # kinds, and reasons of a kind

KINDS: dict[int, str] = {kind.value: kind.name.lower() for kind in (*Flow, *Note)}

_REPAID = (Flow.PRINCIPAL_REPAID, Flow.INTEREST_REPAID, Flow.PENALTY_REPAID, Flow.FEES_REPAID)
_PLAIN: dict[int, type[IntEnum]] = {
    Flow.PURCHASES: Place,
    Flow.SPENT_OWN: Place,
    **dict.fromkeys(_REPAID, Method),
    Note.REFUSED: Outcome,
    Note.LIMIT: Assessed,
    Note.STANDING: Standing,
    Note.PROOF: Proof,
}
_PAIRS: dict[int, tuple[type[IntEnum], type[IntEnum]]] = {
    Note.APPLICATION: (Way, FunnelStep),
    Note.WARNING: (Level, WarningStep),
    Note.DISPUTE: (Claim, DisputeStep),
}
_PERIODS = tuple(str(n) for n in range(1, MOST_PERIODS + 1))  # of a plan

_RULE_OF_KIND: dict[int, str] = {
    Flow.INTEREST_CHARGED: "R-P9",
    Flow.PENALTY_CHARGED: "R-P7",
    Flow.FEES_CHARGED: "R-P2, R-P3",
    Flow.INSTALMENT_FEES: "R-P3",
    Flow.PRINCIPAL_WRITTEN_OFF: "R-W6",
    Flow.INTEREST_WRITTEN_OFF: "R-W6",
    Flow.PENALTY_WRITTEN_OFF: "R-W6",
    Flow.FEES_WRITTEN_OFF: "R-W6",
    Flow.RECOVERED: "R-W6",
    Flow.REFUNDED: "R-U7",
    Flow.REFUND_CASH: "R-U7",
    Flow.FRAUD_LOSS: "R-W4",
    Flow.DISPUTE_LOSS: "R-W4",
    Flow.YIELD: "R-F4",
    Flow.INTEREST_WAIVED: "R-W4",
    Flow.PENALTY_WAIVED: "R-W4",
    Note.BILL: "R-P10",
    Note.MISSED: "R-P5",
    Note.REQUEST: "R-L9",
    Note.DISPUTE: "R-W4",
    Note.PLAN: "R-P3",
    Note.PROOF: "R-U8",
    Note.FORBEARANCE: "R-W3",
}
_PLACES: dict[int, str] = {
    Place.ONLINE: "R-U1",
    Place.OFFLINE_STATIC: "R-U2",
    Place.OFFLINE_DYNAMIC: "R-U2",
    Place.BILLS: "R-U4",
    Place.CROSS_BORDER_LISTED: "R-U5",
    Place.MINI_PROGRAM: "R-F1",
}
_METHODS: dict[int, str] = {
    Method.MANUAL_EARLY: "R-P2",
    Method.MANUAL_BILL: "R-P2",
    Method.MANUAL_LATE: "R-P2",
    Method.AUTO_WALLET: "R-P1",
    Method.AUTO_CARD: "R-P1",
    Method.EARLY_SETTLEMENT: "R-P6",
}
_RULE_OF_REASON: dict[int, dict[int, str]] = {
    Flow.PURCHASES: _PLACES,
    **dict.fromkeys(_REPAID, _METHODS),
    Note.REFUSED: {
        Outcome.NOT_SUPPORTED: "R-U3",
        Outcome.EXCLUDED_TRADE: "R-U6",
        Outcome.UNLISTED_MERCHANT: "R-U5",
        Outcome.TRANSACTION_LIMIT: "R-U1, R-U2, R-U4, R-U5",
        Outcome.DAILY_LIMIT: "R-U2",
        Outcome.STANDING: "R-W3, R-W5, R-W6",
        Outcome.NO_LIMIT_LEFT: "R-L1, R-L2, R-L3",
        Outcome.GATE: "R-A1",
        Outcome.YEARLY_CAP: "R-U7",
        Outcome.SECOND_FACTOR: "R-W2",
        Outcome.HELD: "R-L9, R-W2",
    },
    Note.LIMIT: {
        Assessed.OPENING: "R-L1",
        Assessed.CLOCK: "R-L6",
        Assessed.MAJOR_PURCHASE: "R-L7",
        Assessed.REQUEST: "R-L9",
        Assessed.LEVEL_3: "R-W3",
    },
    Note.STANDING: {
        Standing.OPEN: "R-E4, R-W4, R-W5",
        Standing.BLOCKED: "R-W5",
        Standing.SUSPENDED: "R-W3",
        Standing.CHARGED_OFF: "R-W6",
    },
    Note.APPLICATION: {
        10 * way + step: rule
        for way, rule_of_way in zip(Way, ("R-E1", "R-E2", "R-E3"), strict=True)
        for step, rule in {
            FunnelStep.SEEN: rule_of_way,
            FunnelStep.STARTED: rule_of_way,
            FunnelStep.FINISHED: rule_of_way,
            FunnelStep.APPROVED: "R-E4",
            FunnelStep.REFUSED_SCORE: "R-A2",
            FunnelStep.REFUSED_REVIEW: "R-E4",
        }.items()
    },
    Note.WARNING: {
        10 * level + step: rule
        for level, rule in zip(Level, ("R-W1", "R-W2", "R-W3", "R-L9"), strict=True)
        for step in WarningStep
    },
}


class Names(NamedTuple):
    """Texts, and where each pair of codes finds its own."""

    texts: list[str]
    at: NDArray[np.int16]  # shape (CODES, CODES), by kind and reason; -1 for none


@cache
def kind_names() -> Names:
    """Return the names of kinds."""
    return _named({(kind, reason): name for kind, name in KINDS.items() for reason in range(CODES)})


@cache
def reason_names() -> Names:
    """Return what reasons mean: a place, a method, `wallet:approved`, the periods of a plan."""
    told = {
        (kind, member.value): member.name.lower()
        for kind, members in _PLAIN.items()
        for member in members
    }
    told |= {
        (kind, 10 * one.value + other.value): f"{one.name}:{other.name}".lower()
        for kind, (ones, others) in _PAIRS.items()
        for one in ones
        for other in others
    }
    return _named(told | {(Note.PLAN.value, int(periods)): periods for periods in _PERIODS})


@cache
def rule_names() -> Names:
    """Return the numbers of the rules under which things happen; none where the article has none.

    More than one where the kind and the reason leave it open.
    """
    told = {(kind, reason): rule for kind, rule in _RULE_OF_KIND.items() for reason in range(CODES)}
    return _named(
        told
        | {
            (kind, reason): rule
            for kind, rules in _RULE_OF_REASON.items()
            for reason, rule in rules.items()
        }
    )


def _named(told: dict[tuple[int, int], str]) -> Names:
    texts = list(dict.fromkeys(told.values()))
    at = np.full((CODES, CODES), -1, dtype=np.int16)
    for (kind, reason), text in told.items():
        at[kind, reason] = texts.index(text)
    return Names(texts, at)
