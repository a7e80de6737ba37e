"""Libraries that studies need and a plain installation lacks."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sim.scenario import ScenarioError


def library(name: str, extra: str) -> Any:
    """Return a module of an extra. Raises ScenarioError, saying how to install it."""
    try:
        return import_module(name)
    except ImportError as error:
        words = f"wanted pip install 'paylater-sim[{extra}]' (found no {error.name})"
        raise ScenarioError([f"{name.partition('.')[0]}: {words}"]) from None
