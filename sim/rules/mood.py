"""How much of their usual purchases users feel like making; made anew every 72 hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, principal
from sim.compiled import scalar
from sim.kinds import Standing
from sim.units import PPM, clamp
from sim.user import User, funds

if TYPE_CHECKING:
    from sim.params import Params


@scalar
def usual_spending(user: User, p: Params) -> int:
    """Return what the user spends on a mean day at neutral mood, in fen."""
    return user.rate * user.ticket // PPM * p.tables.mean_amount // PPM


@scalar
def mood(user: User, accounts: list[Account], p: Params) -> int:
    """Return the multiplier of purchases, ppm: limit, money, friends (R-F7), strain."""
    s = p.behaviour.spending
    level = PPM
    money = funds(user)
    limits = 0
    first_limits = 0
    for k in range(len(accounts)):
        account = accounts[k]
        if account.standing == Standing.OPEN:
            money += max(account.limit - principal(account), 0)
            limits += account.limit
            first_limits += account.first_limit
    if first_limits > 0 and limits != first_limits:
        rise = (limits - first_limits) * PPM // first_limits
        level += s.limit_elasticity_ppm * clamp(rise, -PPM, 2 * PPM) // PPM
    needed = usual_spending(user, p) * s.tight_days
    if money < needed:
        floor = s.tight_floor_ppm
        level = level * (floor + (PPM - floor) * money // needed) // PPM
    if s.friends_weight_ppm > 0:
        level += level * s.friends_weight_ppm // PPM * user.friends_active // 100
    if user.strain > 0:
        level -= level * min(s.strain_damp_ppm * user.strain // 1_000, 900_000) // PPM
    return level
