"""What a change of a term, of a shock or of the calendar must bring, and what it must leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from sim.proof.case import Case, Claim, between, near
from sim.proof.living import daily_of, lived, starting
from sim.proof.small_run import DAYS, USERS, differing, scenario, state_of

_RUNS = 3
_CAP_FEN = 300_000


def cases() -> list[Case]:
    """Return the cases on changes to a scenario."""
    listed: list[tuple[str, str, dict[str, Any], str, Any]] = [
        ("R13", "Longer grace: replications with more late days, misses, penalty; with less",
         {"grace_days": "3 to 10", "replications": _RUNS}, "common random numbers",
         longer_grace),
        ("R14", "Lower maximum limit: accounts above it; days with more limit; exposure, ratio",
         {"max_fen": "20,000,000 to 300,000"},
         "exposure is told only: behaviour answers to limits; A11f has it frozen", capped),
        ("R15", "A shock of size 0: numbers that differ", {}, "neutral", no_shock),
        ("R16", "Calendar shifted by 1,461 weeks (28 years): numbers that differ",
         {"holidays, festivals": "off"},
         "the same weekdays and lengths of months; a shift by 7 days moves statements", shifted),
    ]  # fmt: skip
    inputs = {"users": USERS, "days": DAYS}
    return [
        Case(id_, name, inputs | more, source, work) for id_, name, more, source, work in listed
    ]


def longer_grace() -> Claim:
    """Count replications in which a longer grace brings more of what it spares, and less."""
    found = [[_late(grace, number) for number in range(_RUNS)] for grace in (3, 10)]
    short, long = np.asarray(found)
    got = [*(long > short).sum(axis=0), int((long < short).all(axis=1).sum())]
    return between([0, 0, 0, _RUNS], got, [0, 0, 0, 1], [0, 0, 0, _RUNS])


def capped() -> Claim:
    """Count accounts and days above what a lower maximum allows; tell what it does to exposure."""
    low = lived(starting(scenario(product={"limit": {"max_fen": _CAP_FEN}})))
    above = int((low.accounts["limit"] > _CAP_FEN).sum())
    free, cut = daily_of(state_of(1)), daily_of(low)
    days = int((cut["limit_fen"] > free["limit_fen"]).sum())
    ratio = cut["principal_fen"].mean() / free["principal_fen"].mean()
    return between([0, 0, 1], [above, days, ratio], 0, [0, 0, 1e9])


def no_shock() -> Claim:
    """Count what differs under a shock that takes nothing from anyone."""
    first = scenario().run.start
    shock = {"name": "none", "date": first + dt.timedelta(50), "until": first + dt.timedelta(200)}
    shocked = lived(starting(scenario(environment={"shocks": [shock]})))
    return near(0, differing(shocked, state_of(1)), 0)


def shifted() -> Claim:
    """Count what differs when the same days are lived under a later date."""
    plain = {"holidays": False, "festivals": False}
    later = scenario().run.start + dt.timedelta(weeks=1_461)
    now = lived(starting(scenario(environment=plain)))
    then = lived(starting(scenario(environment=plain, run={"start": later})))
    return near(0, differing(now, then), 0)


def _late(grace_days: int, replication: int) -> list[int]:
    """Return account-days past due, minimums missed, and penalty charged, in fen."""
    plan = scenario(product={"billing": {"grace_days": grace_days}})
    daily = daily_of(lived(starting(plan, replication)))
    return [int(daily[name].sum()) for name in ("late_1", "missed", "penalty_charged_fen")]
