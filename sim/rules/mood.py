"""How much of their usual purchases users feel like making; made anew every 72 hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import LATE_DAYS, Account, late_days, principal
from sim.compiled import scalar
from sim.day import Environment
from sim.draws import Purpose, word
from sim.kinds import Standing
from sim.quantiles import at_score, read
from sim.units import PPM, clamp
from sim.user import User, funds

if TYPE_CHECKING:
    from sim.params import Params

SPELL_MONTHS = 8
SPELL_SCALE = 0.001 * 0.35355339059327373  # a sum of thousandths to a normal score: 1 / sqrt(8)


@scalar
def usual_spending(user: User, p: Params) -> int:
    """Return what the user spends on a mean day at neutral mood, in fen."""
    return user.rate * user.ticket // PPM * p.tables.mean_amount // PPM


@scalar
def spell(user: User, env: Environment, p: Params) -> int:
    """Return how much more or less than usual this month's spell is, ppm, 1e6 in the median.

    The normal score of a month is the sum of SPELL_MONTHS monthly draws, so that months k apart
    share a correlation of 1 - k / SPELL_MONTHS; no state is kept.
    """
    total = 0
    for k in range(SPELL_MONTHS):
        month = env.month + k
        total += read(
            p.tables.normal, word(p.seed, p.replication, user.user, month, Purpose.SPELL.value)
        )
    return at_score(p.tables.spell, total * SPELL_SCALE)


@scalar
def mood(user: User, accounts: list[Account], env: Environment, p: Params) -> int:
    """Return the multiplier of purchases, ppm: limit, money, friends (R-F7), strain, line."""
    s = p.behaviour.spending
    level = PPM
    money = funds(user)
    limits = 0
    used = 0
    first_limits = 0
    for k in range(len(accounts)):
        account = accounts[k]
        if account.standing == Standing.OPEN:
            money += max(account.limit - principal(account), 0)
            limits += account.limit
            used += principal(account)
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
    strain = max(user.strain, 0)
    level -= level * min(s.strain_damp_ppm * strain // 1_000, 900_000) // PPM
    if s.fill_damp_ppm > 0 and limits > 0:
        level -= level * (min(used * PPM // limits, PPM) * s.fill_damp_ppm // PPM) // PPM
    level = when_late(level, accounts, p)
    if s.spell_sigma_ppm > 0:
        level = level * spell(user, env, p) // PPM
    return level


@scalar
def when_late(level: int, accounts: list[Account], p: Params) -> int:
    """Return a level less what bills past due take off it, now and over the last 180 days."""
    s = p.behaviour.spending
    for k in range(len(accounts)):
        account = accounts[k]
        for _ in range(account.missed_count):
            level -= level * s.late_damp_ppm // PPM
        if s.late_past_damp_ppm > 0:
            fall = s.late_past_damp_ppm * late_days(account) // LATE_DAYS
            level -= level * min(fall, PPM) // PPM
    return level
