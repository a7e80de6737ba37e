"""What users share at the 72-hour barriers: counts of the eve, written into the days that follow.

Every third simulated day from day 0 on is a barrier. What follows from a count holds for three
days, so that within them no user waits for another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arms import Arms
from sim.compiled import borrowed, kernel, scalar
from sim.kinds import Admission, Standing, Status
from sim.rows import Table

if TYPE_CHECKING:
    from sim.account import Account
    from sim.user import User

DAYS = 3  # 72 hours
HERE, ACTIVE, GOOD, LATE = 1, 2, 4, 8  # marks of a user as friends see them


def couples(arms: Arms) -> bool:
    """Tell whether anything couples users: invitations, collection, friends."""
    return befriends(arms) or any(
        numbers.risk_control.collection.capacity_ppm > 0
        or (terms.admission == Admission.SCORED and terms.ways.invitations_ppm > 0)
        for numbers, products in arms.plans
        for terms in products
    )


def befriends(arms: Arms) -> bool:
    """Tell whether friends weigh anywhere (R-A3, R-F7)."""
    return any(
        numbers.behaviour.applying.friends_weight_ppm > 0
        or numbers.behaviour.spending.friends_weight_ppm > 0
        or numbers.behaviour.repaying.friends_weight > 0
        or terms.ways.friends_weight_ppm > 0
        for numbers, products in arms.plans
        for terms in products
    )


def by_ties(arms: Arms) -> bool:
    """Tell whether the friends that weigh are close ties of a graph, not circles (R-F7)."""
    return arms.plans[0][0].population.network.close_ties > 0 and befriends(arms)


def meet(days: Table, totals: Table, first: int, count: int) -> None:
    """Write the counts of the eve into days first .. first + count - 1.

    days: Environment rows. totals: Totals, shape (days, segments, products), complete up to
    first - 1.
    """
    for day in range(first, first + count):
        eve = day // DAYS * DAYS - 1
        if eve < 0:
            days["invitable"][day] = days["collected"][day] = days["invitable_beside"][day] = 0
            continue
        waiting = totals["invitable"][eve].sum(axis=0)
        days["invitable"][day] = waiting[0]
        days["invitable_beside"][day, : len(waiting) - 1] = waiting[1:]
        days["collected"][day] = totals["in_collection"][eve].sum()


@kernel
def count_circles(users: Table, accounts: Table, community: int, good: NDArray[np.int64]) -> None:
    """Add up who is here, and who has the line in good standing, circle by circle (R-A3).

    A circle is `community` users with numbers in a row. good: shape (circles, 2).
    """
    for i in range(users.shape[0]):
        if users[i].status == Status.HERE:
            circle = users[i].user // community
            good[circle, 0] += 1
            holds = 0
            behind = 0
            for k in range(accounts.shape[1]):
                holds += 1 if accounts[i, k].standing == Standing.OPEN else 0
                behind += accounts[i, k].missed_count
            good[circle, 1] += 1 if holds > 0 and behind == 0 else 0


@kernel
def look_around(users: Table, community: int, good: NDArray[np.int64]) -> None:
    """Let users see how many of their circle have the line in good standing, of 100 (R-A3)."""
    for i in range(users.shape[0]):
        circle = users[i].user // community
        users[i].friends_good = 100 * good[circle, 1] // max(good[circle, 0], 1)


@scalar
def mark_of(user: User, accounts: list[Account]) -> int:
    """Return how friends see a user: HERE, and with the line ACTIVE, GOOD or LATE (R-F7)."""
    if user.status != Status.HERE:
        return 0
    active = 0
    is_open = 0
    behind = 0
    for k in range(len(accounts)):
        standing = accounts[k].standing
        active |= ACTIVE if standing != Standing.NONE and standing != Standing.CHARGED_OFF else 0
        is_open |= GOOD if standing == Standing.OPEN else 0
        behind |= LATE if accounts[k].missed_count > 0 else 0
    return HERE + active + behind + (is_open if behind == 0 else 0)


@kernel
def mark_all(users: Table, accounts: Table, marks: NDArray[np.uint8]) -> None:
    """Write the mark of each user, shape (users,)."""
    users, accounts = borrowed(users), borrowed(accounts)
    for i in range(users.shape[0]):
        marks[i] = mark_of(users[i], accounts[i])


@kernel
def look_at_friends(
    start: NDArray[np.int64],
    friends: NDArray[np.int32],
    marks: NDArray[np.uint8],
    looks: NDArray[np.int8],
) -> None:
    """Write what each user sees of close friends, of 100 who are here: good, active, late.

    start, friends: see `sim.network.Ties`. looks: shape (users, 3) (R-A3, R-F7).
    """
    for i in range(marks.shape[0]):
        counts = 0  # of those here, active, good and late: 16 bits each
        for at in range(start[i], start[i + 1]):
            mark = int(marks[friends[at]])
            counts += (mark & 1) + ((mark & 2) << 15) + ((mark & 4) << 30) + ((mark & 8) << 45)
        here = max(counts & 0xFFFF, 1)
        looks[i, 0] = 100 * (counts >> 32 & 0xFFFF) // here
        looks[i, 1] = 100 * (counts >> 16 & 0xFFFF) // here
        looks[i, 2] = 100 * (counts >> 48 & 0xFFFF) // here
