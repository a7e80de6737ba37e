"""The rules of the product on one user, as plain Python, for cases worked by hand. Money in fen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.account import Account
from sim.kinds import Admission, Standing
from sim.rules.admission import admission_score, passes_gates
from sim.rules.limit import formula, limit_terms
from sim.scenario.sections import Factors, Grades, Product
from sim.units import share
from sim.user import BINS, COUNT_BINS, WALLET_BINS, User

if TYPE_CHECKING:
    from sim.params import Terms


def manual_fee(amount_fen: int) -> int:
    """Return the fee on a payment by hand (R-P2)."""
    return share(amount_fen, _terms().charges.manual_fee_ppm)


def limit_parts(score: int, spending_fen: int, balance_fen: int) -> list[int]:
    """Return base, spending and deposit term and the limit, before factors and haircuts.

    score: points. spending_fen: mean of a month. balance_fen: mean of the wallet.
    """
    still = {
        "factors": Factors(on_time_ppm=0, lapse_ppm=0, active_ppm=0, quiet_ppm=0),
        "grades": Grades(haircut_ppm=[0] * 5),
    }
    user = User(
        score=score * 1_000,
        spend_bins=[spending_fen * 3 // BINS] * BINS,
        wallet_bins=[balance_fen * 30 // WALLET_BINS] * WALLET_BINS,
    )
    terms = _terms(**still)
    parts = limit_terms(user, Account(standing=Standing.OPEN.value), terms)
    return [parts.base, parts.spending, parts.deposit, formula(parts, terms)]


def age_gate(ages: Sequence[int]) -> list[bool]:
    """Return for each age whether the gates are open to someone with nothing else in the way."""
    terms = _terms(admission=Admission.SCORED)
    return [passes_gates(User(age=age, real_name=1, cards=100), terms) for age in ages]


def score_flips(
    score: Sequence[int], payments: Sequence[int], kept_fen: Sequence[int], friends: Sequence[int]
) -> list[bool]:
    """Return for each value of each item whether it earns points on its own (R-A2)."""
    users: list[dict[str, Any]] = [
        *({"score": value * 1_000} for value in score),
        *({"count_bins": [value * 3] + [0] * (COUNT_BINS - 1)} for value in payments),
        *({"wallet_bins": [value * 30 // WALLET_BINS] * WALLET_BINS} for value in kept_fen),
        *({"friends": value} for value in friends),
    ]
    nothing: dict[str, Any] = {"score": 0, "friends": 0, "past_overdue": 1}
    terms = _terms()
    return [admission_score(User(**(nothing | user)), terms) > 0 for user in users]


def _terms(**sections: Any) -> Terms:
    """Return the article's terms, with sections of one's own."""
    return Product(**sections)
