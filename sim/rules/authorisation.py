"""Whether a purchase on credit is let through: places, amounts, standing, limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, principal
from sim.compiled import scalar
from sim.kinds import Outcome, Place, Standing

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def outcome(account: Account, place: int, amount: int, static_today: int, terms: Terms) -> int:
    """Return what becomes of a wish (Outcome). A limit reached exactly is still inside it.

    static_today: fen already bought on static codes on this day.
    Source: R-U1 to R-U6, R-W3, R-W5.
    """
    if place >= Place.CROSS_BORDER_UNLISTED:
        return barred(place)
    if account.standing == Standing.NONE:
        return Outcome.NO_ACCOUNT.value
    if account.standing != Standing.OPEN:
        return Outcome.STANDING.value
    on_static = place == Place.OFFLINE_STATIC
    if amount + (static_today if on_static else 0) > transaction_limit(place, terms):
        return Outcome.DAILY_LIMIT.value if on_static else Outcome.TRANSACTION_LIMIT.value
    if principal(account) + amount > account.limit:
        return Outcome.NO_LIMIT_LEFT.value
    return Outcome.APPROVED.value


@scalar
def barred(place: int) -> int:
    """Return why the line cannot be used at a place where nobody's can (Outcome)."""
    if place == Place.CROSS_BORDER_UNLISTED:
        return Outcome.UNLISTED_MERCHANT.value
    if place == Place.TRANSFER or place == Place.CASH_OUT:
        return Outcome.NOT_SUPPORTED.value
    return Outcome.EXCLUDED_TRADE.value


@scalar
def transaction_limit(place: int, terms: Terms) -> int:
    """Return the most for one purchase, on a static code for one day, in fen.

    All limits are read before one is chosen: a processor cannot guess the place.
    """
    scenes = terms.scenes
    static, dynamic = scenes.static_day_fen, scenes.dynamic_fen
    bills, abroad = scenes.bills_fen, scenes.cross_border_fen
    most = scenes.online_fen
    most = static if place == Place.OFFLINE_STATIC else most
    most = dynamic if place == Place.OFFLINE_DYNAMIC else most
    most = bills if place == Place.BILLS else most
    return abroad if place == Place.CROSS_BORDER_LISTED else most
