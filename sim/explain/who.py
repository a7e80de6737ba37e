"""Who a user is, and where their account stands."""

from __future__ import annotations

import datetime as dt
from enum import IntEnum
from typing import Any

from sim.account import Account, principal
from sim.engines.state import LOOKS
from sim.explain.prepared import Prepared
from sim.explain.relived import Relived
from sim.kinds import Hold, Standing, Status, Way
from sim.units import NEVER, PPM
from sim.user import User


def lower(kind: type[IntEnum], code: int) -> str:
    """Return the name of a member of a kind, as it stands in files."""
    return kind(code).name.lower()


class Dates:
    """Turns simulated days into reported ones, and into dates."""

    def __init__(self, prepared: Prepared) -> None:
        self._first = prepared.course.first
        self._burn_in = prepared.scenario.run.burn_in_days

    def day(self, simulated: int) -> int | None:
        """Return the reported day, negative before the first; None for NEVER."""
        return None if simulated == NEVER else simulated - self._burn_in

    def date(self, simulated: int) -> str | None:
        """Return the date as year-month-day; None for NEVER."""
        return None if simulated == NEVER else str(self._first + dt.timedelta(days=simulated))


def who(prepared: Prepared, life: Relived) -> dict[str, Any]:
    """Return the user, the date, and the policies that reach them."""
    dates, user = Dates(prepared), life.user
    people = prepared.scenario.population
    return {
        "user": user.user,
        "replication": prepared.replication,
        "day": dates.day(life.day),
        "date": dates.date(life.day),
        "status": lower(Status, user.status),
        "age_years": user.age,
        "segment": people.segments[user.segment].name,
        "region": people.regions[user.region],
        "employed": user.employed == 1,
        "wallet_fen": user.wallet,
        "bank_fen": user.bank,
        "policies": _policies(prepared, user.user, life.day),
    } | _friends(prepared, user)


def _friends(prepared: Prepared, user: User) -> dict[str, int]:
    """Return what the user last saw of friends, of 100 (R-A3, R-F7); nothing where none weigh.

    Of a circle only who is in good standing is seen; of close ties who has the line and who is
    late too.
    """
    if not prepared.befriended:
        return {}
    names = LOOKS if prepared.shared.ties is not None else LOOKS[:1]
    return {f"{name}_percent": int(getattr(user, name)) for name in names}


def account_of(prepared: Prepared, life: Relived) -> dict[str, Any]:
    """Return where the account stands, and what is left of the limit."""
    dates, account = Dates(prepared), life.accounts[0]
    several = {"product": life.names[life.product]} if len(life.names) > 1 else {}
    return several | {
        "standing": lower(Standing, account.standing),
        "opened_day": dates.day(account.opened_on),
        "opened_date": dates.date(account.opened_on),
        "way_in": None if account.opened_on == NEVER else lower(Way, account.way),
        "limit_fen": account.limit,
        "principal_fen": principal(account),
        "left_fen": max(account.limit - principal(account), 0),
        "hold": lower(Hold, account.hold),
        "held_since_day": _held_since(dates, account),
        "charged_off_day": dates.day(account.charged_off_on),
        "in_dispute": account.claim != 0,
    }


def _held_since(dates: Dates, account: Account) -> int | None:
    return None if account.hold == Hold.NONE else dates.day(account.held_on)


def _policies(prepared: Prepared, number: int, day: int) -> list[str]:
    """Return the policies in force for a user: those for all, and the partial ones of their arm."""
    policies = prepared.scenario.policy
    started = policies[: prepared.arms.stage(day)]
    arm = prepared.arm(number, day)
    found, bit = [], 0
    for place, policy in enumerate(started):
        reached = policy.share_ppm == PPM or arm >> bit & 1 == 1
        bit += policy.share_ppm < PPM
        if reached:
            found.append(policy.name or f"policy {place}")
    return found
