"""The loss of a year over runs, beside the one-factor model with the same mean and spread."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, RED, drawing, styled
from sim.report.words import ENGLISH, Words


@styled
def loss_histogram(
    table: pd.DataFrame, pd_: float, correlation: float, words: Words = ENGLISH
) -> Figure:
    """Return a histogram of net loss rates with the density of the one-factor model over it.

    table: loss_rate, one row a run. pd_, correlation: of the model (`fitted_tail`).
    """
    figure, axes = drawing(height=2.8)
    rates = 100 * table["loss_rate"].to_numpy(dtype=float)
    bins = max(5, min(30, int(np.sqrt(len(rates)) * 2)))
    label = words("runs")
    axes.hist(rates, bins, density=True, color=BLUE, alpha=0.75, edgecolor="white", label=label)
    if 0 < pd_ < 1 and 0 < correlation < 1:
        grid = np.linspace(max(rates.min() * 0.5, 1e-3), rates.max() * 1.4, 240)
        density = _density(grid / 100, pd_, correlation) / 100
        label = words("one-factor model, fitted")
        axes.plot(grid, density, color=RED, lw=1.8, ls="--", label=label)
    axes.plot(rates, np.zeros_like(rates), "|", color="black", ms=10)
    axes.set_title(
        words(
            "Net loss of {mean:.2f} % a year on average; worst of {runs} runs {worst:.2f} %",
            mean=rates.mean(),
            runs=len(rates),
            worst=rates.max(),
        )
    )
    axes.set_xlabel(words("net loss a year, % of mean principal"))
    axes.set_ylabel(words("density"))
    axes.legend()
    return figure


def _density(loss: np.ndarray, pd_: float, correlation: float) -> np.ndarray:
    """Return Vasicek's density of the loss rate (Vasicek, Risk, December 2002)."""
    from scipy.special import ndtri

    root = np.sqrt(1 - correlation)
    inner = root * ndtri(loss) - ndtri(pd_)
    scale = np.sqrt((1 - correlation) / correlation)
    found: np.ndarray = scale * np.exp(ndtri(loss) ** 2 / 2 - inner**2 / (2 * correlation))
    return found
