"""Properties of the engines that can be seen in a small run, lived again on this installation.

The run: users without anything that couples them, paying badly, so that every bucket of arrears is
met within 300 days.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.proof.case import Case, Claim, between, near

if TYPE_CHECKING:
    from sim.engines.state import State
    from sim.scenario import Scenario

USERS, DAYS = 1_000, 300
_ODD_ONE = 7
_APART = {"admission": "open_to_all", "ways": {"friends_weight_ppm": 0, "invitations_ppm": 0}}


def cases() -> list[Case]:
    """Return the cases that live a small run."""
    inputs = {"users": USERS, "days": DAYS}
    return [
        Case(
            "M6",
            "Accounts that moved up more than one bucket in a month",
            inputs | {"moves into arrears": "at least 100"},
            "30 days cannot bring more",
            nobody_skips,
        ),
        Case(
            "M7",
            "Opening + in - out = closing: largest gap of a bucket, in accounts and in fen",
            inputs,
            "conservation; month ends against moves between them",
            flows_close,
        ),
        Case(
            "C8",
            "One user made to pay worse: how many others differ in any column, and whether they do",
            inputs | {"changed": f"user {_ODD_ONE}"},
            "users without contagion do not see each other",
            others_untouched,
        ),
        Case(
            "C10",
            "Numbers that differ between 1, 2 and 7 threads",
            inputs,
            "worker invariance: every column of every table of the state",
            same_on_any_threads,
        ),
        Case(
            "C11",
            "Numbers that differ with every event logged and with none",
            inputs,
            "observer effect: every column of every table of the state",
            same_unobserved,
        ),
    ]


def nobody_skips() -> Claim:
    """Count moves that no month can bring, and those into arrears that show it was a test."""
    from sim.risk.conservation import skipped

    moves = run_of().roll_rates
    into = moves[(moves["segment"] == "all") & moves["to_bucket"].str.fullmatch("m[1-6]")]
    met = int(into["accounts"].sum())
    return between([0, 100], [len(skipped(moves)), met], [0, 100], [0, 1e9])


def flows_close() -> Claim:
    """Return the largest gaps between month ends and the moves between them."""
    from sim.risk.conservation import flow_identity

    run = run_of()
    gaps = flow_identity(run.monthly, run.roll_rates)[["gap", "gap_fen"]]
    if gaps.empty:
        raise ValueError("wanted month ends to compare (found none)")
    return near([0, 0], gaps.abs().max().to_numpy(), 0)


def others_untouched() -> Claim:
    """Count users whose state differs when one of them is another."""
    plain, changed = state_of(1), _lived(1, changed=True)
    differ = np.zeros(USERS, dtype=bool)
    for name in ("users", "accounts"):
        one, other = (getattr(state, name).reshape(USERS, -1) for state in (plain, changed))
        differ |= (one != other).any(axis=1)
    odd = bool(differ[_ODD_ONE])
    return near([0, 1], [differ.sum() - odd, odd], 0)


def same_on_any_threads() -> Claim:
    """Count numbers that differ between runs on several numbers of threads."""
    one = state_of(1)
    return near([0, 0], [differing(one, _lived(threads)) for threads in (2, 7)], 0)


def same_unobserved() -> Claim:
    """Count numbers that differ between a run with all events logged and one with none."""
    logged = _lived(1, output={"events_ppm": 1_000_000})
    kept = sum(len(part) for part in getattr(logged.events, "parts", []))
    return between([0, USERS], [differing(state_of(1), logged), kept], [0, USERS], [0, 1e12])


@cache
def state_of(threads: int) -> State:
    """Return the state of the small run after its last day, lived once and not to be changed."""
    return _lived(threads)


def run_of() -> Any:
    """Return the small run with its tables."""
    from sim.results import Run
    from sim.results.record import Record

    return Run.of([Record.of(state_of(1))])


def scenario(**sections: Any) -> Scenario:
    """Return the scenario of the small run, keys of sections in place of its own."""
    from sim.scenario import from_tree

    plan: dict[str, Any] = {
        "run": {"users": USERS, "days": DAYS, "seed": 11},
        "product": _APART,
        "risk_control": {"collection": {"capacity_ppm": 0}},
        "behaviour": {"applying": {"friends_weight_ppm": 0}},
        "population": {"traits": {"prudence": {"distribution": "constant", "mean": 1_500}}},
    }
    for name, section in sections.items():
        own = plan.get(name)
        plan[name] = own | section if isinstance(own, dict) else section
    return from_tree(plan)


def _lived(threads: int, *, changed: bool = False, **sections: Any) -> State:
    """Return the state of the small run after its last day."""
    from sim.barrier import couples
    from sim.engines.state import start
    from sim.events import InMemory
    from sim.simulation import engine_of, live

    state = start(scenario(**sections), 0)
    if couples(state.arms):
        raise ValueError("wanted users whom nothing couples (found some that are)")
    if changed:
        state.users["prudence"][_ODD_ONE] = -5_000
    if state.logging:
        state.events = InMemory()
    engine = engine_of("table", state, threads)
    try:
        live(state, engine)
    finally:
        engine.close()
    return state


def differing(one: State, other: State) -> int:
    """Return how many rows of the state's tables differ."""
    others = other.arrays()
    pairs = [(table, others[name]) for name, table in one.arrays().items()]
    return sum(int((first != second).sum()) for first, second in pairs)
