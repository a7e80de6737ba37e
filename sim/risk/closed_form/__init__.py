"""Formulas of credit risk with known answers; `paylater prove` holds them to published values.

Rates and probabilities are shares of 1. Wrong input raises ValueError that says what was wanted.
"""

from __future__ import annotations

from sim.risk.closed_form.capital import retail_correlation, risk_weight
from sim.risk.closed_form.chains import (
    Absorption,
    QuasiStationary,
    absorption,
    quasi_stationary,
    replenished,
)
from sim.risk.closed_form.pool import finite_pool
from sim.risk.closed_form.portfolio import (
    conditional_pd,
    default_correlation,
    expected_shortfall,
    implied_correlation,
    loss_cdf,
    loss_quantile,
    loss_sd,
)
from sim.risk.closed_form.provisions import expected_loss, provision_matrix
from sim.risk.closed_form.separation import auc, gini, ks
from sim.risk.closed_form.stability import psi

__all__ = [
    "Absorption",
    "QuasiStationary",
    "absorption",
    "auc",
    "conditional_pd",
    "default_correlation",
    "expected_loss",
    "expected_shortfall",
    "finite_pool",
    "gini",
    "implied_correlation",
    "ks",
    "loss_cdf",
    "loss_quantile",
    "loss_sd",
    "provision_matrix",
    "psi",
    "quasi_stationary",
    "replenished",
    "retail_correlation",
    "risk_weight",
]
