"""The terms of the limit's formula with what they are made of (R-L1 to R-L5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.account import Account, late_days, principal
from sim.rules import grade, limit
from sim.units import share
from sim.user import User, mean_wallet, payments_a_quarter, quarter_spending

if TYPE_CHECKING:
    from sim.scenario.sections import Product


def base_term(
    user: User, account: Account, parts: limit.LimitTerms, terms: Product
) -> dict[str, Any]:
    """Return the base and its factor (R-L1, R-L4)."""
    return {
        "score_milli_points": user.score,
        "fen_per_point": terms.limit.fen_per_point,
        "fen": parts.base,
        "on_time_bills": account.on_time_periods,
        "on_time_bills_needed": terms.factors.on_time_periods,
        "lapse_days": account.lapse_days,
        "lapse_days_allowed": terms.factors.lapse_days,
        "factor_ppm": parts.base_factor,
        "with_factor_fen": limit.moved(parts.base, parts.base_factor),
    }


def spending_term(user: User, parts: limit.LimitTerms, terms: Product) -> dict[str, Any]:
    """Return the spending term and its factor (R-L2, R-L4)."""
    return {
        "spent_90_days_fen": quarter_spending(user),
        "rate_ppm": terms.limit.spending_ppm,
        "fen": parts.spending,
        "payments_90_days": payments_a_quarter(user),
        "active_above_payments_a_month": terms.factors.active_payments,
        "quiet_below_payments_a_month": terms.factors.quiet_payments,
        "factor_ppm": parts.spending_factor,
        "with_factor_fen": limit.moved(parts.spending, parts.spending_factor),
    }


def deposit_term(user: User, parts: limit.LimitTerms, terms: Product) -> dict[str, Any]:
    """Return the deposit term, before and after its cap (R-L3)."""
    return {
        "wallet_mean_fen": mean_wallet(user),
        "rate_ppm": terms.limit.deposit_ppm,
        "uncapped_fen": share(mean_wallet(user), terms.limit.deposit_ppm),
        "cap_fen": parts.base if terms.limit.deposit_capped else None,
        "fen": parts.deposit,
    }


def grading(
    user: User, account: Account, parts: limit.LimitTerms, terms: Product
) -> dict[str, Any]:
    """Return the risk grade with its points, item by item, and the haircut (R-L5)."""
    points = grade.grade_points(user, account, terms)
    return {
        "late_days_of_180": late_days(account),
        "late_points": points.late,
        "principal_fen": principal(account),
        "of_limit_fen": account.limit,
        "used_points": points.used,
        "debt_elsewhere_fen": user.debt_elsewhere,
        "verified_income_year_fen": user.verified_income,
        "debt_points": points.debt,
        "paid_of_bills_per_mille": account.pay_down,
        "pay_down_points": points.pay_down,
        "points": sum(points),
        "grade_from_points": list(terms.grades.grade_points),
        "grade": account.grade,
        "haircut_ppm": parts.haircut,
    }
