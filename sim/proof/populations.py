"""The same users in another order, copied, or in segments that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.proof.case import Case, Claim, near
from sim.proof.living import lived, starting
from sim.proof.small_run import DAYS, USERS, scenario, state_of
from sim.proof.uniforms import uniforms

if TYPE_CHECKING:
    from sim.engines.state import State

COPIES, COPIED, _COPY_DAYS = 400, 50, 100


def cases() -> list[Case]:
    """Return the cases on who stands where in the tables."""
    inputs = {"users": USERS, "days": DAYS}
    return [
        Case(
            "R10",
            "Users in another order, keys carried: users, accounts and totals that differ",
            inputs,
            "the order of rows says nothing",
            permuted,
        ),
        Case(
            "R11",
            "Population copied with new keys: gap of means, se; variance of two over that of one",
            {"copies": COPIES, "users": COPIED, "days": _COPY_DAYS},
            "means within 3 se; the variance halves, 3 se",
            copied,
        ),
        Case(
            "R12",
            "Two segments with equal parameters against one: numbers that differ",
            inputs | {"shares": "40 % and 60 %"},
            "a name changes nothing",
            merged,
        ),
    ]


def permuted() -> Claim:
    """Count what differs when rows stand in another order and every user keeps the key."""
    order = np.argsort(uniforms(700, USERS))
    state, whole = starting(scenario()), state_of(1)
    for name in ("users", "accounts", "logged"):
        setattr(state, name, np.ascontiguousarray(getattr(state, name)[order]))
    lived(state)
    pairs = [(state.users, whole.users[order]), (state.accounts, whole.accounts[order])]
    gaps = [int((one != other).sum()) for one, other in pairs]
    return near([0, 0, 0], [*gaps, int((state.totals != whole.totals).sum())], 0)


def copied() -> Claim:
    """Return how far means of two halves of all copies lie apart, and how variances compare."""
    plan = scenario(run={"users": COPIES * COPIED, "days": _COPY_DAYS})
    state = starting(plan)
    for name in ("users", "accounts"):
        table = getattr(state, name)
        setattr(state, name, np.tile(table[:COPIED], (COPIES, *[1] * (table.ndim - 1))).reshape(
            table.shape
        ))  # fmt: skip
    state.users["user"] = np.arange(len(state.users))
    lived(state)
    spent = state.accounts["bought_this_year"].astype(np.float64)
    means = spent.reshape(COPIES, -1).sum(axis=1) / COPIED
    first, last = means[::2], means[1::2]
    apart = (first.mean() - last.mean()) / np.sqrt((first.var() + last.var()) / len(first))
    ratio = ((first + last) / 2).var() / means.var()
    # The ratio is (1 + r) / 2 of a correlation r whose standard error is one over the root of n.
    return near([0, 0.5], [apart, ratio], [3, 1.5 / np.sqrt(len(first))])


def merged() -> Claim:
    """Count what differs between a population in one segment and the same in two alike."""
    two = [{"name": "a", "share_ppm": 400_000}, {"name": "b", "share_ppm": 600_000}]
    one, many = (_of_segments(parts) for parts in (two[:1], two))
    names = [name for name in one.users.dtype.fields or () if name != "segment"]
    users = sum(int((one.users[name] != many.users[name]).sum()) for name in names)
    accounts = int((one.accounts != many.accounts).sum())
    sums = [
        int((one.totals[name].sum(axis=1) != many.totals[name].sum(axis=1)).sum())
        for name in one.totals.dtype.fields or ()
    ]
    return near([0, 0, 0], [users, accounts, sum(sums)], 0)


def _of_segments(segments: list[dict[str, Any]]) -> State:
    whole = [segments[0] | {"share_ppm": 1_000_000}] if len(segments) == 1 else segments
    traits = {"prudence": {"distribution": "constant", "mean": 1_500}}
    return lived(starting(scenario(population={"traits": traits, "segments": whole})))
