"""The risk grade of an account, by a table of points (R-L5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.account import LATE_BINS, Account, days_past_due, late_days, principal
from sim.compiled import scalar
from sim.day import Environment
from sim.units import PPM
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Terms

LATE_CLOCK = 30  # days of a bin; six of them are the trailing 180


class GradePoints(NamedTuple):
    """What the grade is made of."""

    late: int
    used: int
    debt: int
    pay_down: int


@scalar
def count_late(account: Account, env: Environment) -> None:
    """Count a day past due; every 30 days put the count in place of the oldest."""
    if days_past_due(account, env.day) > 0:
        account.late_now = min(account.late_now + 1, 127)


@scalar
def close_late_bins(account: Account) -> None:
    """Move the counts on by 30 days: the first bin is the latest."""
    for i in range(LATE_BINS - 1):
        account.late_bins[LATE_BINS - 1 - i] = account.late_bins[LATE_BINS - 2 - i]
    account.late_bins[0] = account.late_now
    account.late_now = 0


@scalar
def points_from(part: int, whole: int, steps: list[int], points: list[int]) -> int:
    """Return the points of the highest step that part / whole reaches, 0 below the first."""
    found = 0
    for i in range(len(steps)):
        if part >= steps[i] * whole:
            found = points[i]
    return found


@scalar
def grade_points(user: User, account: Account, terms: Terms) -> GradePoints:
    """Return the points of an account, each from its own table (R-L5).

    Days past due elsewhere count as its own where the lender sees them (R-F2, R-F3).
    """
    g = terms.grades
    late = points_from(max(late_days(account), account.known_late), 1, g.late_days, g.late_points)
    limit, income = max(account.limit, 1), max(user.verified_income, 1)
    used = points_from(principal(account) * PPM, limit, g.used_ppm, g.used_points)
    debt = points_from(user.debt_elsewhere * PPM, income, g.debt_ppm, g.debt_points)
    pay_down = 0
    for i in range(len(g.pay_down_ppm)):
        if account.pay_down * 1_000 < g.pay_down_ppm[i]:
            pay_down = g.pay_down_points[i]
    return GradePoints(late, used, debt, pay_down)


@scalar
def grade(user: User, account: Account, terms: Terms) -> int:
    """Return the risk grade, 0 (best) to 4 (R-L5)."""
    points = grade_points(user, account, terms)
    total = points.late + points.used + points.debt + points.pay_down
    found = 0
    for i in range(len(terms.grades.grade_points)):
        found += 1 if total >= terms.grades.grade_points[i] else 0
    return found
