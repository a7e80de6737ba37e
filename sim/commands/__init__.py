"""The commands of `paylater`, a module for each kind; importing this makes them all known."""

from sim.commands import calibration, inspection, reporting, runs, studies
from sim.commands.line import CHECK_FAILED, INTERRUPTED, WRONG_INPUT, answer, app, main

__all__ = [
    "CHECK_FAILED",
    "INTERRUPTED",
    "WRONG_INPUT",
    "answer",
    "app",
    "calibration",
    "inspection",
    "main",
    "reporting",
    "runs",
    "studies",
]
