"""The rules of the product on one user, as plain Python, for cases worked by hand. Money in fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.account import Account
from sim.kinds import Admission, Outcome, Place, Standing
from sim.proof.uniforms import uniforms
from sim.rules.admission import admission_score, passes_gates
from sim.rules.authorisation import outcome
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


def online_purchases(amounts_fen: Sequence[int]) -> list[bool]:
    """Return for each amount whether an online purchase of it is let through."""
    return [_let_through(amount, User(), Account()) for amount in amounts_fen]


def yearly_purchases(income_fen: int, bought_fen: int, amounts_fen: Sequence[int]) -> list[bool]:
    """Return for each amount whether it may be bought by who bought some of the year's income.

    income_fen: verified, a year.
    """
    bought = [Account(bought_this_year=bought_fen) for _ in amounts_fen]
    user = User(verified_income=income_fen)
    some = zip(amounts_fen, bought, strict=True)
    return [_let_through(amount, user, account) for amount, account in some]


def bill_missed(paid_on: Sequence[dt.date]) -> list[bool]:
    """Return whether a bill due on 10 February was missed, by the day of its payment."""
    replay = import_module("sim").replay
    bought = {"date": dt.date(2024, 1, 5), "purchase_fen": 100_000}
    lives = [replay("seed_article", [bought, {"date": date, "repay": "due"}]) for date in paid_on]
    return [bool((life.days["past_due_fen"] > 0).any()) for life in lives]


def steps_above(limits_fen: Sequence[int], wishes: int) -> list[int]:
    """Return, of each limit and the lower one after it, the wishes after which that owes more."""
    amounts = [int(amount) for amount in uniforms(41, wishes) * 50_000]
    owed = [_owed_after_each(amounts, limit) for limit in limits_fen]
    return [sum(b > a for a, b in zip(*two, strict=True)) for two in pairwise(owed)]


def _owed_after_each(amounts: Sequence[int], limit_fen: int) -> list[int]:
    account, owed = Account(limit=limit_fen), []
    for amount in amounts:
        account.limit = limit_fen
        if _let_through(amount, User(), account):
            account.unbilled += amount
        owed.append(account.unbilled)
    return owed


def _let_through(amount_fen: int, user: User, account: Account) -> bool:
    account.standing = Standing.OPEN.value
    account.limit = account.limit or 10_000_000
    found = outcome(user, account, Place.ONLINE.value, amount_fen, 0, _terms())
    return found == Outcome.APPROVED


def _terms(**sections: Any) -> Terms:
    """Return the article's terms, with sections of one's own."""
    return Product(**sections)
