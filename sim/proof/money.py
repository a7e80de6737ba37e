"""All money times a hundred, thresholds too: the same run in another unit of account."""

from __future__ import annotations

from typing import Any

from sim.proof.case import Case, Claim, near
from sim.proof.living import daily_of, lived, starting
from sim.proof.small_run import DAYS, USERS, scenario

TIMES = 100
_FIGURES = ("principal", "spent", "repaid", "interest_charged", "penalty_charged", "written_off")
_COUNTS = ["late_1", "late_31", "late_61", "late_91", "charged_off"]
_NO_BOUND = 1_000_000_000  # fen, where a limit stands for none


def cases() -> list[Case]:
    """Return the case on the unit of account."""
    return [
        Case(
            "R9",
            "All money times 100: days with other counts of late accounts; amounts over 100",
            {"users": USERS, "days": DAYS, "amounts": list(_FIGURES)},
            "one unit of account is as good as another; 1 %, as all is rounded to the fen",
            scaled,
        )
    ]


def scaled() -> Claim:
    """Return days whose counts differ, and amounts of a run with all money scaled over its own."""
    own, other = (daily_of(lived(starting(_priced(times)))) for times in (1, TIMES))
    days = int((own[_COUNTS] != other[_COUNTS]).any(axis=1).sum())
    sums = [f"{name}_fen" for name in _FIGURES]
    ratios = other[sums].sum() / own[sums].sum() / TIMES
    return near([0, *[1] * len(sums)], [days, *ratios], [0, *[0.01] * len(sums)])


def _priced(times: int) -> Any:
    """Return the small run with every amount of money of its scenario so many times as large.

    Incomes end where the largest amounts that columns hold are still far.
    """
    from sim.scenario import from_tree

    incomes = {"distribution": "lognormal", "sigma": 0.4, "median": 620_000}
    bounds = {"low": 50_000, "high": 1_500_000}
    people = {
        "traits": {
            "prudence": {"distribution": "constant", "mean": 1_500},
            "income_fen": incomes | bounds,
        },
        "segments": [{"name": "all", "share_ppm": 1_000_000}],
    }
    limit = {"limit": {"max_fen": 10_000_000}}
    return from_tree(_times(scenario(product=limit, population=people).tree(), times))


def _times(value: Any, times: int, name: str = "") -> Any:
    """Return a part of a scenario with its amounts scaled; what stands for no bound stays."""
    if isinstance(value, dict):
        shape = ("distribution", "sigma", "shape", "source")
        amounts = name == "income_fen"
        return {
            key: part if amounts and key in shape else _times(part, times, name if amounts else key)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_times(part, times, name) for part in value]
    money = name.endswith("_fen") or name == "fen_per_point"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value * times if money and number and value < _NO_BOUND else value
