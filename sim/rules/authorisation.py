"""Whether a purchase on credit is let through: places, amounts, standing, limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, principal
from sim.compiled import scalar
from sim.day import Environment
from sim.draws import Purpose, chance, word
from sim.kinds import Admission, Hold, Outcome, Place, Proof, Standing
from sim.offer import is_barred
from sim.units import share
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


NO_CAP_PPM = 1_000_000_000
NO_CAP_FEN = 1 << 62


@scalar
def outcome(  # noqa: PLR0911  a list of reasons, in their order
    user: User, account: Account, place: int, amount: int, static_today: int, terms: Terms
) -> int:
    """Return what becomes of a wish (Outcome). A limit reached exactly is still inside it.

    static_today: fen already bought on static codes on this day. A gate of admission that was
    lost since blocks purchases, never repayment (R-A1).
    Source: R-U1 to R-U7, R-W2, R-W3, R-W5, R-L9.
    """
    if is_barred(place):
        return barred(place)
    if account.standing == Standing.NONE:
        return Outcome.NO_ACCOUNT.value
    if account.standing != Standing.OPEN:
        return Outcome.STANDING.value
    if lost_gate(user, terms):
        return Outcome.GATE.value
    if account.hold != Hold.NONE:
        return Outcome.HELD.value
    on_static = place == Place.OFFLINE_STATIC
    if amount + (static_today if on_static else 0) > transaction_limit(place, terms):
        return Outcome.DAILY_LIMIT.value if on_static else Outcome.TRANSACTION_LIMIT.value
    if account.bought_this_year + amount > yearly_cap(user, account, terms):
        return Outcome.YEARLY_CAP.value
    if principal(account) + amount > account.limit:
        return Outcome.NO_LIMIT_LEFT.value
    return Outcome.APPROVED.value


@scalar
def lost_gate(user: User, terms: Terms) -> bool:
    """Tell whether a hard gate that can be lost is closed, or students are barred (R-A1, R-F6)."""
    if terms.regulation.bars_students and user.student == 1:
        return True
    if terms.admission == Admission.OPEN_TO_ALL:
        return False
    return user.cards < terms.gates.cards or (terms.gates.real_name and user.real_name == 0)


@scalar
def yearly_cap(user: User, account: Account, terms: Terms) -> int:
    """Return what may be bought in this calendar year, fen: verified income, more with proof.

    A thousand times the income stands for no cap at all. Source: R-U7, R-U8.
    """
    if terms.yearly.cap_ppm >= NO_CAP_PPM:
        return NO_CAP_FEN
    cap = share(user.verified_income, terms.yearly.cap_ppm)
    if account.proof == Proof.PROVIDED:
        cap += share(cap, terms.yearly.proof_raise_ppm)
    return cap


@scalar
def ask_proof(user: User, account: Account, env: Environment, p: Params, terms: Terms) -> int:
    """Ask once a year for proof of means beyond the cap, and return the answer (R-U8)."""
    if account.proof == Proof.NOT_ASKED:
        fate = word(p.seed, p.replication, user.user, env.year, Purpose.PROOF.value)
        gives = chance(fate, terms.yearly.proof_ppm)
        account.proof = Proof.PROVIDED.value if gives else Proof.NONE.value
    return account.proof


@scalar
def new_year(account: Account) -> None:
    """Begin a calendar year: nothing bought, no proof asked for."""
    account.bought_this_year = 0
    account.proof = Proof.NOT_ASKED.value


@scalar
def barred(place: int) -> int:
    """Return why the line cannot be used at a place where nobody's can (R-U3, R-U5, R-U6)."""
    if place == Place.CROSS_BORDER_UNLISTED:
        return Outcome.UNLISTED_MERCHANT.value
    if place == Place.TRANSFER or place == Place.CASH_OUT:
        return Outcome.NOT_SUPPORTED.value
    return Outcome.EXCLUDED_TRADE.value


@scalar
def transaction_limit(place: int, terms: Terms) -> int:
    """Return the most for one purchase, on a static code for one day, in fen.

    Source: R-U1, R-U2, R-U4, R-U5, R-F1.

    All limits are read before one is chosen: a processor cannot guess the place.
    """
    scenes = terms.scenes
    static, dynamic = scenes.static_day_fen, scenes.dynamic_fen
    bills, abroad = scenes.bills_fen, scenes.cross_border_fen
    mini = scenes.mini_program_fen
    most = scenes.online_fen
    most = static if place == Place.OFFLINE_STATIC else most
    most = dynamic if place == Place.OFFLINE_DYNAMIC else most
    most = bills if place == Place.BILLS else most
    most = mini if place == Place.MINI_PROGRAM else most
    return abroad if place == Place.CROSS_BORDER_LISTED else most
