"""What users share at the 72-hour barriers: counts of the eve, written into the days that follow.

Every third simulated day from day 0 on is a barrier. What follows from a count holds for three
days, so that within them no user waits for another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arms import Arms
from sim.compiled import kernel
from sim.kinds import Admission, Standing, Status
from sim.rows import Table

DAYS = 3  # 72 hours


def couples(arms: Arms) -> bool:
    """Tell whether anything couples users: invitations, collection, circles of friends."""
    return befriends(arms) or any(
        numbers.risk_control.collection.capacity_ppm > 0
        or (terms.admission == Admission.SCORED and terms.ways.invitations_ppm > 0)
        for numbers, products in arms.plans
        for terms in products
    )


def befriends(arms: Arms) -> bool:
    """Tell whether friends weigh anywhere (R-A3)."""
    return any(
        numbers.behaviour.applying.friends_weight_ppm > 0 or terms.ways.friends_weight_ppm > 0
        for numbers, products in arms.plans
        for terms in products
    )


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
def look_around(users: Table, accounts: Table, community: int, good: NDArray[np.int64]) -> None:
    """Let users see how many of their circle have the line in good standing, of 100 (R-A3).

    A circle is `community` users with numbers in a row. good: scratch, shape (circles, 2).
    """
    good[:] = 0
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
    for i in range(users.shape[0]):
        circle = users[i].user // community
        users[i].friends_good = 100 * good[circle, 1] // max(good[circle, 0], 1)
