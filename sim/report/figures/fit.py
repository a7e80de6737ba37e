"""A fit against its targets: misses by group, the worst of them, draws of the posterior, ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, DARK, GREY, RED, SKY, drawing, headed, styled
from sim.report.words import ENGLISH, Words

SURE = 1.96  # standard errors: beyond them a target is missed
WIDEST = 15.0  # standard errors that are drawn
PANELS = 3  # beside each other


@styled
def misses_by_group(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return every judged target by how far off it is, a line a group.

    table: group, z; one row a target, in the order of the groups from the top down.
    """
    names = list(dict.fromkeys(table["group"]))
    figure, axes = drawing(height=0.9 + 0.21 * len(names))
    axes.axvspan(-SURE, SURE, color="0.92")
    for place, name in enumerate(reversed(names)):
        z = table.loc[table["group"] == name, "z"].to_numpy(dtype=float)
        z = np.sort(np.clip(np.nan_to_num(z, nan=WIDEST, posinf=WIDEST), -WIDEST, WIDEST))
        apart = (np.arange(len(z)) % 5 - 2) * 0.11  # so that equal ones do not hide each other
        colours = [RED if abs(each) > SURE else BLUE for each in z]
        axes.scatter(z, place + apart, s=6, c=colours, lw=0)
    axes.set_yticks(range(len(names)), [words.named(name) for name in reversed(names)])
    axes.set_xlabel(words("fitted less target, standard errors (cut at 15); grey: within 1.96"))
    met = int((table["z"].abs() <= SURE).sum())
    axes.set_title(
        words("{met} of {all} targets are met, {off} are missed", **_split(met, len(table)))
    )
    return figure


@styled
def worst_misses(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return the targets that are missed most, the fitted value as a share of the target's.

    table: label, difference, low, high, all shares of the target's value.
    """
    figure, axes = drawing(height=0.9 + 0.15 * len(table))
    for place, (_, row) in enumerate(table.iloc[::-1].iterrows()):
        middle, low, high = (100 * float(row[name]) for name in ("difference", "low", "high"))
        colour = GREY if low <= 0 <= high else RED
        axes.plot([low, high], [place, place], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot([middle], [place], "o", color=colour, ms=4.5)
    axes.axvline(0, color="0.3", lw=0.8)
    axes.set_yticks(range(len(table)), list(table["label"].iloc[::-1]))
    axes.set_xlabel(words("fitted less target, % of the target; 95 % interval"))
    first = table.iloc[0]
    axes.set_title(
        words(
            "Missed most: target {number}, {off:+.0f} %",
            number=str(first["label"]),
            off=100 * float(first["difference"]),
        )
    )
    return figure


@styled
def posterior(draws: pd.DataFrame, best: dict[str, float], words: Words = ENGLISH) -> Figure:
    """Return a small histogram of the draws of each parameter, the fitted value marked.

    draws: a column a parameter, and weight. best: value of each parameter.
    """
    names = [str(name) for name in draws if name != "weight"]
    rows = -(-len(names) // PANELS)
    figure, panels = drawing(rows, PANELS, height=0.5 + 1.7 * rows, squeeze=False)
    weights = draws["weight"].to_numpy(dtype=float)
    for axes, name in zip(panels.flat, names, strict=False):
        values = draws[name].to_numpy(dtype=float)
        bins = max(5, min(20, round(np.sqrt(len(values)) * 1.5)))
        axes.hist(values, bins, weights=weights, color=SKY, edgecolor="white", lw=0.5)
        axes.axvline(float(best[name]), color=RED, lw=1.5)
        axes.set_xlabel("\n".join(_folded(name)), fontsize=7)
        axes.set_ylabel(words("weight"), fontsize=7)
        axes.locator_params(axis="x", nbins=4)
    for axes in panels.flat[len(names) :]:
        axes.remove()
    title = words("{draws} draws of the posterior; the line is the fitted value", draws=len(draws))
    headed(figure, title)
    return figure


@styled
def ranks(counts: np.ndarray, low: float, high: float, words: Words = ENGLISH) -> Figure:
    """Return how often the truth ranks in each part of the draws, between the bounds of chance."""
    figure, axes = drawing(height=2.4)
    axes.axhspan(low, high, color="0.9")
    axes.axhline(float(np.mean(counts)), color=DARK, lw=0.8, ls="--")
    out = (counts < low) | (counts > high)
    axes.bar(np.arange(1, len(counts) + 1), counts, 0.85, color=np.where(out, RED, BLUE))
    axes.set_xlabel(words("rank of the truth among the draws, twentieths"))
    axes.set_xticks(range(1, len(counts) + 1))
    axes.set_ylabel(words("repeats"))
    inside = int((~out).sum())
    axes.set_title(
        words("{inside} of {all} ranks lie within chance (95 %)", inside=inside, all=len(counts))
    )
    return figure


def _split(met: int, whole: int) -> dict[str, int]:
    return {"met": met, "all": whole, "off": whole - met}


def _folded(name: str) -> list[str]:
    """Return a key on two lines, the last part below."""
    head, _, last = name.rpartition(".")
    return [f"{head}.", last] if head else [last]
