"""The sections of a report in order, each a function of the context."""

from __future__ import annotations

from collections.abc import Callable

from sim.report.context import Context
from sim.report.page import Section
from sim.report.sections.calibration import calibration
from sim.report.sections.cover import key_figures
from sim.report.sections.customers import cost
from sim.report.sections.delinquency import delinquency
from sim.report.sections.earnings import earnings
from sim.report.sections.exposure import exposure
from sim.report.sections.fairness import fairness
from sim.report.sections.growth import growth
from sim.report.sections.limits import limits
from sim.report.sections.losses import losses
from sim.report.sections.payment import payment
from sim.report.sections.policies import policies
from sim.report.sections.provisions import provisions
from sim.report.sections.sensitivity import sensitivity
from sim.report.sections.stress import stress
from sim.report.sections.vintages import vintages

SECTIONS: tuple[Callable[[Context], Section], ...] = (
    key_figures,
    growth,
    exposure,
    payment,
    delinquency,
    vintages,
    provisions,
    losses,
    earnings,
    cost,
    fairness,
    stress,
    policies,
    sensitivity,
    calibration,
)
LAST = limits
