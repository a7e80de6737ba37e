"""Simulation-based calibration on Beta-Bernoulli, where the posterior is known.

Source: Talts, Betancourt, Simpson, Vehtari and Gelman, arXiv 1804.06788.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv

from sim.calibration import posterior
from sim.proof.case import Case, Claim, Values, between, near
from sim.proof.uniforms import uniforms

PRIOR = (2.0, 38.0)
ACCOUNTS, DRAWS, REPEATS, BINS = 200, 99, 1_000, 20
CHI_SQUARED = 43.82  # 0.1 % of 19 degrees of freedom
OBSERVED = (4, 10, 20)
SIMULATED, KEPT = 8_192, 0.1
FEWEST, MOST = 28, 76  # in a bin of 50, 99 % for all bins at once


def cases() -> list[Case]:
    """Return the cases on calibration."""
    inputs = {
        "prior": f"Beta({PRIOR[0]:g}, {PRIOR[1]:g})",
        "accounts": ACCOUNTS,
        "draws": DRAWS,
        "repeats": REPEATS,
    }
    source = "Talts et al., arXiv 1804.06788"
    return [
        Case("S1", "Ranks of the truth: counts in 20 bins", inputs, source, bins_of_ranks),
        Case("S1b", "Ranks of the truth: chi-squared", inputs, source, chi_squared_of_ranks),
        Case(
            "S4",
            "A posterior of half the variance is found out: chi-squared, outer over inner bins",
            inputs | {"variance": "halved"},
            f"{source}; must be above the 0.1 % bound, with ranks piled up at both ends",
            fault_found,
        ),
        Case(
            "S2",
            "Means of draws by `paylater calibrate` after 4, 10 and 20 defaults, in prior sd",
            inputs | {"defaults": list(OBSERVED), "simulations": SIMULATED},
            "conjugate means (2 + defaults) / 240; at most 5 % of the prior's sd off",
            accepted_means,
        ),
        Case(
            "S2b",
            "Ranks of the truth among draws by `paylater calibrate`: chi-squared",
            inputs | {"simulations": SIMULATED},
            source,
            accepted_ranks,
        ),
    ]


def bins_of_ranks() -> Claim:
    """Hold the counts of ranks by bin against the equal ones."""
    return between([REPEATS / BINS] * BINS, ranked(), FEWEST, MOST)


def chi_squared_of_ranks() -> Claim:
    """Return the chi-squared of the ranks against equal counts."""
    return between(BINS - 1, _chi_squared(ranked()), 0, CHI_SQUARED)


def fault_found() -> Claim:
    """Return the same of a posterior with half the variance, and how far its ends stand out."""
    counts = ranked(variance=0.5)
    ends = (counts[[0, -1]].mean()) / counts[BINS // 4 : -BINS // 4].mean()
    return between([CHI_SQUARED, 1], [_chi_squared(counts), ends], [CHI_SQUARED, 1.5], [1e9, 1e9])


def accepted_means() -> Claim:
    """Return posterior means by acceptance and adjustment, in standard deviations of the prior."""
    a, b = PRIOR
    spread = np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    found = []
    for number in OBSERVED:
        places, weights = _accepted(*_simulated(), number)
        found.append(weights @ betaincinv(a, b, places) / spread)
    wanted = [(a + number) / (a + b + ACCOUNTS) / spread for number in OBSERVED]
    return near(wanted, found, 0.05)


def accepted_ranks() -> Claim:
    """Return the chi-squared of ranks of the truth among draws by acceptance and adjustment."""
    truth = betaincinv(*PRIOR, uniforms(505, REPEATS))
    defaults = (uniforms(506, REPEATS, ACCOUNTS) < truth[:, None]).sum(axis=1)
    chances = uniforms(507, REPEATS, DRAWS)
    simulated, ranks = _simulated(), np.zeros(REPEATS, dtype=np.int64)
    for i, number in enumerate(defaults):
        places, weights = _accepted(*simulated, number)
        below = np.minimum(np.searchsorted(np.cumsum(weights), chances[i]), len(weights) - 1)
        ranks[i] = (betaincinv(*PRIOR, places[below]) < truth[i]).sum()
    counts = np.bincount(ranks * BINS // (DRAWS + 1), minlength=BINS).astype(np.float64)
    return between(BINS - 1, _chi_squared(counts), 0, CHI_SQUARED)


def _simulated() -> tuple[Values, Values]:
    """Return places of the pd in its prior, evenly spread, and defaults simulated from each."""
    places = posterior.spread_over(np.zeros(1), np.ones(1), SIMULATED, 1)
    rates = betaincinv(*PRIOR, places[:, 0])
    defaults = (uniforms(504, SIMULATED, ACCOUNTS) < rates[:, None]).sum(axis=1)
    return places, defaults.astype(np.float64)[:, None]


def _accepted(places: Values, defaults: Values, number: int) -> tuple[Values, Values]:
    found = posterior.accepted(places, defaults, np.asarray([float(number)]), KEPT)
    return found.places[:, 0], found.weights


def ranked(variance: float = 1.0) -> Values:
    """Return how often the true pd ranks in each twentieth of the posterior's draws.

    variance: of the posterior that is drawn from, against the right one.
    """
    prior = uniforms(500, REPEATS)
    truth = betaincinv(*PRIOR, prior)
    defaults = (uniforms(501, REPEATS, ACCOUNTS) < truth[:, None]).sum(axis=1)
    a, b = PRIOR[0] + defaults, PRIOR[1] + ACCOUNTS - defaults
    # Both counts scaled alike keep the mean; the variance is mean (1 - mean) / (a + b + 1).
    scale = ((a + b + 1) / variance - 1) / (a + b)
    draws = betaincinv((a * scale)[:, None], (b * scale)[:, None], uniforms(502, REPEATS, DRAWS))
    ranks = (draws < truth[:, None]).sum(axis=1)
    return np.bincount(ranks * BINS // (DRAWS + 1), minlength=BINS).astype(np.float64)


def _chi_squared(counts: Values) -> float:
    expected = REPEATS / BINS
    return float(((counts - expected) ** 2 / expected).sum())
