"""Who is in the population: joining, growing older, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compiled import scalar
from sim.day import Environment
from sim.draws import Purpose, chance, mixed, word
from sim.kinds import Status
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params

STAYS, LEAVES, DIES = 0, 1, 2


@scalar
def joins_today(user: User, env: Environment) -> bool:
    """Tell whether a user who is not yet here joins on this day."""
    return user.status == Status.NOT_YET and env.day >= user.joins_on


@scalar
def grow_older(user: User, env: Environment) -> None:
    """Add a year on the birthday."""
    if env.day_of_year == user.birthday and user.age < 120:
        user.age += 1


@scalar
def change_gates(user: User, env: Environment, p: Params) -> None:
    """Lose or regain what admission asks for: bank cards, the real-name check; monthly (R-A1)."""
    a = p.behaviour.applying
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.GATES.value)
    if user.cards > 0:
        user.cards = 0 if chance(fate, a.card_lost_month_ppm) else user.cards
    elif chance(fate, a.card_bound_month_ppm):
        user.cards = 1
    again = mixed(fate)
    if user.real_name == 1:
        user.real_name = 0 if chance(again, a.name_lapsed_month_ppm) else 1
    elif chance(again, a.name_renewed_month_ppm):
        user.real_name = 1


@scalar
def departure(user: User, env: Environment, owing: bool, p: Params) -> int:
    """Return STAYS, LEAVES or DIES; asked once a month. Nobody closes an account that owes."""
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.LEAVING.value)
    if chance(fate, p.population.death_month_ppm):
        return DIES
    if not owing and chance(fate, p.population.death_month_ppm + p.population.leave_month_ppm):
        return LEAVES
    return STAYS
