"""The few figures that say at a glance what became of a run, beside what public books show."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.units import NEVER

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.run import Run

YEAR = 365  # days
NAN = float("nan")


class Band(NamedTuple):
    """Between what bounds a figure of public pay-later books lies, and how to show them."""

    low: float
    high: float
    text: str


class Headline(NamedTuple):
    """One figure. Counts and money of several replications are means over them."""

    figure: str
    value: float  # a count, a share, or yuan; NaN where nothing can be said
    text: str  # the same, to be read
    band: str  # empty where none is known
    inside: bool | None  # None without a band or a value


# Public books of Chinese pay-later and consumer loans, 2018-2025. The two means are of Huabei and
# known roughly: half to one and a half times counts as inside.
LATE_31 = Band(0.011, 0.030, "1.1 to 3.0 %")
LATE_91 = Band(0.007, 0.022, "0.7 to 2.2 %")
BALANCE = Band(1_000, 3_000, "about 2,000 yuan")
NO_FEE = Band(0.70, 1.0, "more than 70 %")
TICKET = Band(120, 360, "about 240 yuan")


def headlines(run: Run) -> list[Headline]:
    """Return the headline figures of a run, from `daily` and `scenes` where it has them."""
    has = run.tables
    return [
        *(_of_days(run.daily) if "daily" in has else []),
        *(_of_scenes(run.scenes) if "scenes" in has else []),
        *(_of_accounts(run) if "accounts" in has else []),
    ]


def _of_accounts(run: Run) -> list[Headline]:
    """Return the share of accounts ever used that never paid interest, a penalty or a fee."""
    accounts = run.read("accounts", ["first_used_on", "paid_charges"])
    used = accounts["first_used_on"] > NEVER
    free = used & (accounts["paid_charges"] == 0)
    return [_share("never paid interest, penalty or fee", free.sum(), used.sum(), NO_FEE)]


def _of_days(daily: pd.DataFrame) -> list[Headline]:
    runs = int(daily["replication"].nunique())
    days = int(daily["day"].max()) + 1
    last = daily[daily["day"] == days - 1].sum(numeric_only=True) / runs
    total = daily.sum(numeric_only=True) / runs
    charged = (
        total["interest_charged_fen"] + total["penalty_charged_fen"] + total["fees_charged_fen"]
    )
    lost = total["principal_written_off_fen"] / days * YEAR
    held = last["principal_fen"]
    return [
        _count("users, last day", last["users"]),
        _count("active accounts", last["active"]),
        _share("use of limits", held, last["limit_fen"]),
        _yuan("principal", held),
        _share("principal 30+ days past due", last["principal_late_31_fen"], held, LATE_31),
        _share("principal 90+ days past due", last["principal_late_91_fen"], held, LATE_91),
        _mean_yuan("mean balance of those who owe", held, last["utilising"], BALANCE),
        _yuan("spent on credit", total["spent_fen"]),
        _yuan("interest, penalty and fees charged", charged),
        _share("principal charged off a year", lost, total["principal_fen"] / days),
        _count("purchases refused", total["refused"]),
    ]


def _of_scenes(scenes: pd.DataFrame) -> list[Headline]:
    total = scenes.sum(numeric_only=True)
    return [
        _share("wishes on credit approved", total["approved"], total["wishes"]),
        _mean_yuan("mean purchase on credit", total["credit_fen"], total["approved"], TICKET),
    ]


def _count(figure: str, value: float) -> Headline:
    return Headline(figure, value, f"{value:,.0f}", "", None)


def _yuan(figure: str, fen: float) -> Headline:
    return Headline(figure, fen / 100, f"{fen / 100:,.0f} yuan", "", None)


def _mean_yuan(figure: str, fen: float, number: float, band: Band) -> Headline:
    value = fen / 100 / number if number else NAN
    return _judged(figure, value, f"{value:,.0f} yuan", band)


def _share(figure: str, part: float, whole: float, band: Band | None = None) -> Headline:
    value = part / whole if whole else NAN
    return _judged(figure, value, f"{value:.2%}".replace("%", " %"), band)


def _judged(figure: str, value: float, text: str, band: Band | None) -> Headline:
    known = value == value  # noqa: PLR0124  NaN is not equal to itself
    if band is None:
        return Headline(figure, value, text if known else "none", "", None)
    inside = bool(band.low <= value <= band.high) if known else None
    return Headline(figure, value, text if known else "none", band.text, inside)
