"""Whether a purchase on credit is let through: places, amounts, standing, limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, principal
from sim.compiled import scalar
from sim.kinds import Outcome, Place, Standing

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def outcome(  # noqa: PLR0911  a return for each reason to refuse
    account: Account, place: int, amount: int, static_today: int, terms: Terms
) -> int:
    """Return what becomes of a wish (Outcome). A limit reached exactly is still inside it.

    static_today: fen already bought on static codes on this day.
    Source: R-U1 to R-U6, R-W3, R-W5.
    """
    if place == Place.TRANSFER or place == Place.CASH_OUT:
        return Outcome.NOT_SUPPORTED.value
    if place == Place.VIRTUAL_CURRENCY or place == Place.INVESTMENT:
        return Outcome.EXCLUDED_TRADE.value
    if place == Place.CROSS_BORDER_UNLISTED:
        return Outcome.UNLISTED_MERCHANT.value
    if account.standing == Standing.NONE:
        return Outcome.NO_ACCOUNT.value
    if account.standing != Standing.OPEN:
        return Outcome.STANDING.value
    if place == Place.OFFLINE_STATIC and static_today + amount > terms.scenes.static_day_fen:
        return Outcome.DAILY_LIMIT.value
    if amount > transaction_limit(place, terms):
        return Outcome.TRANSACTION_LIMIT.value
    if principal(account) + amount > account.limit:
        return Outcome.NO_LIMIT_LEFT.value
    return Outcome.APPROVED.value


@scalar
def transaction_limit(place: int, terms: Terms) -> int:
    """Return the most for one purchase at a place where the line can be used, in fen."""
    if place == Place.ONLINE:
        return terms.scenes.online_fen
    if place == Place.OFFLINE_STATIC:
        return terms.scenes.static_day_fen
    if place == Place.OFFLINE_DYNAMIC:
        return terms.scenes.dynamic_fen
    if place == Place.BILLS:
        return terms.scenes.bills_fen
    return terms.scenes.cross_border_fen
