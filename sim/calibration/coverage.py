"""Whether posterior draws are as wide as they should be: simulation-based calibration.

A small model whose answer is known: accounts that default with a chance drawn from a prior. Truths
are drawn, data made of each, and the truth ranked among the draws that the fit's own rejection and
regression step gives. Sound draws have even ranks; draws too narrow pile ranks up at both ends
(Talts, Betancourt, Simpson, Vehtari and Gelman, arXiv 1804.06788).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.calibration.posterior import accepted
from sim.draws import WORDS, Purpose, fill_words

PRIOR = (2.0, 38.0)  # of a beta: S1 of the closed forms
ACCOUNTS = 200
DRAWS = 99
BINS = 20
MOST = 43.82  # chi-squared of 19 degrees of freedom, 0.1 %
SIMULATED, KEPT = 4_000, 0.15
LOW, HIGH = 1e-4, 0.35  # the range of the chance that parameters are places of


class Ranks(NamedTuple):
    """How often the truth ranks in each twentieth of the draws."""

    counts: NDArray[np.int64]  # shape (BINS,)

    @property
    def chi_squared(self) -> float:
        """Chi-squared against equal counts."""
        expected = self.counts.sum() / BINS
        return float(((self.counts - expected) ** 2 / expected).sum())

    @property
    def even(self) -> bool:
        """Tell whether the ranks are even, at 0.1 %."""
        return self.chi_squared < MOST


def ranks(repeats: int = 1_000, seed: int = 1, *, width: float = 1.0) -> Ranks:
    """Return the ranks of true chances among draws of the posterior.

    width: what draws are stretched by around their mean; other than 1 is a deliberate fault.
    """
    from scipy import stats

    luck = _Luck(seed)
    chances = np.clip(special.betaincinv(*PRIOR, luck.numbers(SIMULATED)), LOW, HIGH)
    defaults = stats.binom.ppf(luck.numbers(SIMULATED), ACCOUNTS, chances)
    truths = np.clip(special.betaincinv(*PRIOR, luck.numbers(repeats)), LOW, HIGH)
    seen: NDArray[np.float64] = np.asarray(stats.binom.ppf(luck.numbers(repeats), ACCOUNTS, truths))
    places = ((chances - LOW) / (HIGH - LOW))[:, None]
    found = []
    for truth, count in zip(truths, seen, strict=True):
        # Half a count either way stands for the jitter that whole numbers need.
        apart = _root(defaults + luck.numbers(SIMULATED) - 0.5)
        wanted = _root(count + luck.numbers(1) - 0.5)
        posterior = accepted(places, apart[:, None], wanted, KEPT)
        below = np.cumsum(posterior.weights)
        at = np.searchsorted(below, luck.numbers(DRAWS) * below[-1])
        drawn = posterior.places[at, 0]
        centre = float(posterior.weights @ posterior.places[:, 0])
        drawn = centre + width * (drawn - centre)
        found.append(int((drawn < (truth - LOW) / (HIGH - LOW)).sum()))
    bins = np.array(found) * BINS // (DRAWS + 1)
    return Ranks(np.bincount(bins, minlength=BINS))


class _Luck:
    """Numbers in (0, 1), one after another, by key."""

    def __init__(self, seed: int) -> None:
        self.seed, self.used = seed, 0

    def numbers(self, count: int) -> NDArray[np.float64]:
        """Return the next numbers, shape (count,)."""
        words = np.empty(count, dtype=np.int64)
        fill_words(self.seed, self.used, Purpose.COVERAGE.value, words)
        self.used += count
        return (words + 0.5) / WORDS


def _root(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return counts on the scale where their errors are alike."""
    return np.sign(counts) * np.sqrt(np.abs(counts))
