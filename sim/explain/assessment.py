"""Where a limit is from: its last assessment, term by term, and what came of it since (R-L11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.account import Account
from sim.explain import formula_terms
from sim.explain.prepared import Prepared
from sim.explain.relived import Relived
from sim.explain.who import Dates, lower
from sim.explain.witness import Call
from sim.kinds import Assessed, Hold, Standing
from sim.rules import limit
from sim.units import NEVER, share
from sim.user import User

if TYPE_CHECKING:
    from sim.scenario.sections import Product


def limit_of(prepared: Prepared, life: Relived) -> dict[str, Any]:
    """Return the limit, what set it, and the last assessment (R-L11).

    `set_by` is "assessment", or why there is none: "no_account", "charged_off", "level_3",
    "closed", or "given" for a limit that the user began the run with.
    """
    dates, account = Dates(prepared), life.accounts[0]
    calls = life.witness.of(limit.assessed_limit, product=life.product)
    found: dict[str, Any] = {"limit_fen": account.limit, "first_limit_fen": account.first_limit}
    last = calls[-1] if calls else None
    set_by, day = _set_by(life, last)
    found |= {"set_by": set_by, "set_day": dates.day(day), "set_date": dates.date(day)}
    return found | {"assessment": None if last is None else _assessment(dates, last)}


def _set_by(life: Relived, last: Call | None) -> tuple[str, int]:
    """Return what set the limit, and on which simulated day."""
    account = life.accounts[0]
    if account.standing == Standing.CHARGED_OFF:
        return "charged_off", account.charged_off_on
    since = (last.day, last.at) if last else (NEVER, 0)
    ended = [
        (day, why)
        for day, place, why, _ in life.limits
        if (day, place) >= since and why in {Assessed.LEVEL_3, Assessed.CLOSED}
    ]
    if ended:
        return lower(Assessed, ended[-1][1]), ended[-1][0]
    if account.standing == Standing.NONE:
        return "no_account", NEVER
    return ("given", NEVER) if last is None else ("assessment", last.day)


def _why(call: Call) -> str:
    """Return why an assessment was made: a refresh says so, an opening is one."""
    within = call.within
    reason = within.given.get("why", Assessed.OPENING) if within else Assessed.OPENING
    return lower(Assessed, reason)


def _assessment(dates: Dates, call: Call) -> dict[str, Any]:
    user: User = call.given["user"]
    account: Account = call.given["account"]
    terms: Product = call.given["terms"]
    parts = limit.limit_terms(user, account, terms)
    formula = limit.formula(parts, terms)
    blocked = account.standing == Standing.BLOCKED or account.hold != Hold.NONE
    return {
        "day": dates.day(call.day),
        "date": dates.date(call.day),
        "why": _why(call),
        "standing": lower(Standing, account.standing),
        "hold": lower(Hold, account.hold),
        "limit_before_fen": account.limit,
        "base": formula_terms.base_term(user, account, parts, terms),
        "spending": formula_terms.spending_term(user, parts, terms),
        "deposit": formula_terms.deposit_term(user, parts, terms),
        "grade": formula_terms.grading(user, account, parts, terms),
        "maximum_fen": min(terms.limit.max_fen, terms.regulation.limit_cap_fen),
        "formula_fen": formula,
        "sisters_fen": share(account.known_debt, terms.joint.exposure_ppm),
        "no_increase": blocked,
        "result_fen": call.value,
    }
