"""paylater-sim: the users of a pay-later credit line, simulated one by one.

>>> import sim
>>> scenario = sim.load("scenarios/seed_article.toml").with_(users=10_000)
>>> run = sim.run(scenario, threads=2)
>>> run.daily[["date", "active", "principal_fen"]].tail()

Nothing is computed on import, and what a name needs is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim.calibration.fit import calibrate
    from sim.day import Environment, Luck, Payment, Wishes
    from sim.engines.agents import CreditModel, UserAgent
    from sim.kinds import Place, Standing
    from sim.products.annual_rate import annual_rate
    from sim.products.replay import replay
    from sim.products.schedule import instalments
    from sim.results import Run
    from sim.results import open_run as open  # noqa: A004  sim.open reads as what it does
    from sim.scenario import Scenario, ScenarioError, load
    from sim.study.comparison import Comparison, compare
    from sim.study.contract import run
    from sim.study.replicates import Replicates, replicate
    from sim.study.sweep import Sweep, sweep

_HOMES = {
    "Comparison": "sim.study.comparison",
    "CreditModel": "sim.engines.agents",
    "Environment": "sim.day",
    "Luck": "sim.day",
    "Payment": "sim.day",
    "Place": "sim.kinds",
    "Replicates": "sim.study.replicates",
    "Run": "sim.results",
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.scenario",
    "Standing": "sim.kinds",
    "Sweep": "sim.study.sweep",
    "UserAgent": "sim.engines.agents",
    "Wishes": "sim.day",
    "annual_rate": "sim.products.annual_rate",
    "calibrate": "sim.calibration.fit",
    "compare": "sim.study.comparison",
    "instalments": "sim.products.schedule",
    "load": "sim.scenario",
    "open": "sim.results",
    "replay": "sim.products.replay",
    "replicate": "sim.study.replicates",
    "run": "sim.study.contract",
    "sweep": "sim.study.sweep",
}
_NAMES = {"open": "open_run"}  # where the home calls it something else

__all__ = [
    "Comparison",
    "CreditModel",
    "Environment",
    "Luck",
    "Payment",
    "Place",
    "Replicates",
    "Run",
    "Scenario",
    "ScenarioError",
    "Standing",
    "Sweep",
    "UserAgent",
    "Wishes",
    "__version__",
    "annual_rate",
    "calibrate",
    "compare",
    "instalments",
    "load",
    "open",
    "replay",
    "replicate",
    "run",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), _NAMES.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
