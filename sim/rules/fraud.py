"""Accounts that are taken over: when, and what a thief tries to buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar
from sim.day import Luck
from sim.kinds import Standing
from sim.units import share

if TYPE_CHECKING:
    from sim.params import Params

MIDDLE = 1 << 31  # words from here on: those of the tails belong to the month's strain


@scalar
def taken_over(account: Account, luck: Luck, p: Params) -> bool:
    """Tell whether a thief gets hold of an open account today."""
    if account.standing != Standing.OPEN or account.stolen > 0:
        return False
    above = luck.life - MIDDLE
    return above >= 0 and above * 30_000_000 < p.risk_control.fraud.takeover_month_ppm << 32


@scalar
def booty(account: Account, p: Params) -> int:
    """Return what a thief wants with one purchase, in fen."""
    return max(share(account.limit, p.risk_control.fraud.attempt_ppm), 1)
