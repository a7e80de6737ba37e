"""Relations between runs that need no known answer: what must change, and what must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.proof.case import Case, Claim, between, near
from sim.proof.living import daily_of, lived, starting
from sim.proof.small_run import DAYS, USERS, differing, scenario, state_of

if TYPE_CHECKING:
    from sim.engines.state import State

SPLIT, HALF = 137, 500_000
_RUNS = 3
_CHANGE = {"product.charges.manual_fee_ppm": 9_000}


def cases() -> list[Case]:
    """Return the cases on relations between runs."""
    inputs = {"users": USERS, "days": DAYS}
    policy = {"manual_fee_ppm": "1,000 to 9,000 on day 10"}
    listed: list[tuple[str, str, dict[str, Any], str, Any]] = [
        ("R1", "Split at a day and taken up again: numbers that differ", {"day": SPLIT},
         "checkpoint", split),
        ("R2", "Users lived in two parts, the last first: users that differ",
         {"parts": [400, 600]}, "order of users", apart),
        ("R3", "Empty policy for half of the users: numbers that differ", {}, "neutral", empty),
        ("R4", "A policy for a share of 0: numbers that differ", policy, "neutral", nobody),
        ("R5", "A policy for a share of 1 and for all: users that differ; of those without it",
         policy, "equal arms", everybody),
        ("R6", "Fee for manual repayment 0: fee income, fen, and with the fee", {},
         "no fee, no income", without_fee),
        ("R7", "Users who pay worse: replications with a lower loss; with a higher one",
         {"prudence": "1,500 to -2,000", "replications": _RUNS}, "common random numbers", worse),
        ("R8", "Champion and challenger swapped: sums of the two effects and their bounds",
         {"replications": _RUNS}, "sign only", swapped),
    ]  # fmt: skip
    return [
        Case(id_, name, inputs | more, source, work) for id_, name, more, source, work in listed
    ]


def split() -> Claim:
    """Count what differs when a run is taken up again from its arrays."""
    from sim.engines.state import restored

    kept: dict[str, Any] = {}

    def keep(state: State) -> None:
        if state.day == SPLIT:
            kept.update({name: table.copy() for name, table in state.arrays().items()})

    lived(starting(scenario()), every=SPLIT, on_stretch=keep)
    again = lived(restored(scenario(), 0, SPLIT, kept))
    return near(0, differing(state_of(1), again), 0)


def apart() -> Claim:
    """Count users who live another life when others are lived before them."""
    last = lived(starting(scenario(), first=400, count=USERS - 400))
    first = lived(starting(scenario(), first=0, count=400))
    users = np.concatenate([first.users, last.users])
    accounts = np.concatenate([first.accounts, last.accounts])
    whole = state_of(1)
    gaps = (users != whole.users).sum() + (accounts != whole.accounts).sum()
    return near(0, gaps, 0)


def empty() -> Claim:
    """Count what differs under a policy that sets nothing."""
    return near(0, differing(_under(HALF, {}), state_of(1)), 0)


def nobody() -> Claim:
    """Count what differs under a policy that reaches no one."""
    return near(0, differing(_under(0, _CHANGE), state_of(1)), 0)


def everybody() -> Claim:
    """Count what differs between a policy for all by share, by no share, and none."""
    by_share, by_default = _under(1_000_000, _CHANGE), _under(None, _CHANGE)
    got = [differing(by_share, by_default), differing(by_share, state_of(1))]
    return between([0, 1], got, [0, 1], [0, 1e12])


def without_fee() -> Claim:
    """Return the fees for manual repayment of all days, of none and of some."""
    free = lived(starting(scenario(product={"charges": {"manual_fee_ppm": 0}})))
    fees = [int(daily_of(state)["manual_fees_fen"].sum()) for state in (free, state_of(1))]
    return between([0, 1], fees, [0, 1], [0, 1e12])


def worse() -> Claim:
    """Count replications in which users who pay worse cost the lender less, and more."""
    good, bad = _losses(1_500), _losses(-2_000)
    return between([0, _RUNS], [(bad < good).sum(), (bad > good).sum()], [0, 1], [0, _RUNS])


def swapped() -> Claim:
    """Return what effects and bounds of A against B and of B against A add up to."""
    from sim.study.difference import paired

    a, b = _losses(1_500), _losses(-2_000)
    one, other = paired(a, b).interval, paired(b, a).interval
    sums = [one.estimate + other.estimate, one.low + other.high, one.high + other.low]
    return near([0, 0, 0], sums, 1e-6)


def _losses(prudence: int) -> Any:
    """Return what is written off or past due at the end, by replication."""
    people = {"traits": {"prudence": {"distribution": "constant", "mean": prudence}}}
    plan = scenario(population=people)
    lost = []
    for number in range(_RUNS):
        daily = daily_of(lived(starting(plan, replication=number)))
        lost.append(daily["written_off_fen"].sum() + daily["past_due_fen"].iloc[-1])
    return np.asarray(lost, dtype=np.float64)


def _under(share_ppm: int | None, change: dict[str, Any]) -> State:
    policy = {"name": "other", "date": scenario().run.start + _days(10), "set": change}
    if share_ppm is not None:
        policy["share_ppm"] = share_ppm
    return lived(starting(scenario(policy=[policy])))


def _days(number: int) -> Any:
    import datetime as dt

    return dt.timedelta(days=number)
