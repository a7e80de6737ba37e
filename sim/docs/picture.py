"""The README's picture: `python -m sim.docs.picture` runs what it shows and writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from sim import load, run
from sim.shipped import home_of

USERS = 20_000
BLUE, ORANGE, GREY = "#1f5fa8", "#d9622b", "#8a8f98"
PAID = ("closed", "unused", "current")
LATE = ("m1", "m2", "m3", "m4", "m5", "m6")


def draw(target: Path, users: int = USERS) -> None:
    """Run three scenarios with `users` users each and write the figure to `target`."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    runs = {
        name: run(load(home_of("scenarios") / f"{name}.toml").with_(users=users))
        for name in ("seed_article", "mature_book", "downturn")
    }
    style: Any = {"axes.spines.top": False, "axes.spines.right": False, "font.size": 9}
    with plt.rc_context(style):
        figure, panels = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
        launch(panels[0], runs["seed_article"].daily)
        cure_or_roll(panels[1], runs["mature_book"].roll_rates)
        downturn(panels[2], runs["mature_book"].daily, runs["downturn"].daily)
        figure.savefig(target, dpi=130)
        plt.close(figure)


def launch(axes: Any, daily: pd.DataFrame) -> None:
    """Show the first year of a product: who will not pay is known within months, then gone."""
    colours = {1: "#9db8d8", 31: BLUE, 91: "#12335c"}
    for late, colour in colours.items():
        share = 100 * daily[f"principal_late_{late}_fen"] / daily["principal_fen"]
        axes.plot(daily["date"], share, color=colour, label=f"{late}+ days past due")
    axes.set_title("A launch meets its bad payers", loc="left", fontweight="bold")
    axes.set_ylabel("% of principal")
    axes.set_ylim(0, 14)
    axes.legend(frameon=False, loc="upper right")
    months(axes)


def cure_or_roll(axes: Any, rolls: pd.DataFrame) -> None:
    """Show what became of principal within a month, by how late it was before."""
    late = rolls[rolls["from_bucket"].isin(LATE)]
    moved = late.pivot_table("principal_fen", "from_bucket", "to_bucket", "sum", observed=True)
    share = 100 * moved.div(moved.sum(axis=1), axis=0)
    order = [*PAID, *LATE, "charged_off"]
    for bucket in LATE:
        here = order.index(bucket)
        better = sum(float(share[c][bucket]) for c in order[:here] if c in share)
        same = float(share[bucket][bucket])
        parts = ((better, BLUE), (same, GREY), (100 - better - same, ORANGE))
        bottom = 0.0
        for part, colour in parts:
            axes.bar(bucket.upper(), part, bottom=bottom, color=colour, width=0.72)
            bottom += part
    axes.set_title("The later, the less comes back", loc="left", fontweight="bold")
    axes.set_ylabel("% of principal, one month on")
    words = (("better", BLUE, 30), ("same", GREY, 68), ("later", ORANGE, 90))
    for word, colour, height in words:
        axes.text(5.5, height, word, color=colour, va="center", fontweight="bold")
    axes.set_xlim(-0.6, 6.6)


def downturn(axes: Any, base: pd.DataFrame, bad: pd.DataFrame) -> None:
    """Show the same people and luck with and without unemployment that rises to 9 %."""
    for daily, colour, name in ((bad, ORANGE, "unemployment to 9 %"), (base, BLUE, "baseline")):
        share = 100 * daily["principal_late_31_fen"] / daily["principal_fen"]
        axes.plot(daily["date"], share, color=colour, label=name)
    axes.set_title("Same people, same luck, worse year", loc="left", fontweight="bold")
    axes.set_ylabel("% of principal 31+ days past due")
    axes.set_ylim(0, None)
    axes.legend(frameon=False, loc="lower right")
    months(axes)


def months(axes: Any) -> None:
    """Name every other month under the axis."""
    from matplotlib import dates

    axes.xaxis.set_major_locator(dates.MonthLocator(interval=2))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(dates.DateFormatter("%b"))  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "picture.png")
