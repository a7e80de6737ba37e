"""What agreements cost a year: each is counted with its annual rate, and against the cap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compiled import scalar, seldom
from sim.day import Totals
from sim.kinds import CREDITS, LENGTHS, Credit, Note
from sim.log import Log, note
from sim.plan import offer, rate_of_plan
from sim.units import PPM

if TYPE_CHECKING:
    from sim.params import Params, Terms


@seldom
def count_plan(
    on_bill: bool, amount: int, periods: int, p: Params, terms: Terms, today: Totals, log: Log
) -> None:
    """Count a plan with the annual rate of its payments (R-P3), and whether that is above the cap.

    The cap trims interest and penalty, not these fees; that they go beyond it is reported (R-P7).
    """
    today.instalment_plans += 1
    note(log, Note.PLAN.value, amount, periods)
    fee_ppm = offer(periods, on_bill, terms)
    kind = Credit.BILL_PLAN.value if on_bill else Credit.PURCHASE_PLAN.value
    rate_ppm = rate_of_plan(amount, periods, fee_ppm, terms)
    today.plans_above_cap += 1 if rate_ppm > terms.charges.yearly_cap_ppm else 0
    at = CREDITS + kind * LENGTHS + p.tables.length[periods]
    count_agreement(at, amount, rate_ppm, terms, today)


@scalar
def count_daily(
    kind: int, amount: int, rate_ppb: int, back: int, terms: Terms, today: Totals
) -> None:
    """Count what bears a daily rate, with 365 days of it (R-P4, R-P7).

    back: interest that came with it, for the days before, fen: it is a cost of the first year.
    """
    rate_ppm = rate_ppb * 365 // 1_000 + back * PPM // max(amount, 1)
    count_agreement(kind, amount, rate_ppm, terms, today)


@scalar
def count_agreement(at: int, amount: int, rate_ppm: int, terms: Terms, today: Totals) -> None:
    """Count an agreement; at: its slot, of AGREEMENTS."""
    today.agreed[at] += 1
    today.agreed_fen[at] += amount
    today.agreed_ppm[at] += rate_ppm
    today.agreed_dear[at] += 1 if rate_ppm > terms.charges.yearly_cap_ppm else 0
