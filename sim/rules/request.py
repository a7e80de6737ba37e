"""Requests for a higher limit, and the review of those who ask too often (R-L9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar
from sim.day import Environment
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.params import Terms

WINDOW = 32  # days that are kept, a bit each


@scalar
def requests_in_window(account: Account, env: Environment, terms: Terms) -> int:
    """Return the requests of the trailing window, today's included; one a day counts."""
    if account.asked_on == NEVER:
        return 0
    ago = env.day - account.asked_on
    window = terms.requests.window_days
    asked = account.asked + 0  # in a kernel: 64 bits, which shift as Python's
    count = 0
    for i in range(WINDOW):
        if i + ago < window and (asked >> i) & 1 == 1:
            count += 1
    return count


@scalar
def remember_request(account: Account, env: Environment) -> None:
    """Write today's request down: bit i stands for i days before the last one."""
    kept = 0
    if account.asked_on != NEVER:
        ago = env.day - account.asked_on
        if ago < WINDOW:
            kept = ((account.asked + 0) << ago) & 0xFFFF_FFFF
    account.asked = kept | 1
    account.asked_on = env.day
    account.asks_after = 0
