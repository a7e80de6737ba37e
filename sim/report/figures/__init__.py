"""Figures: one function each, which takes a table and returns a matplotlib figure.

Titles state what the numbers show. Colours are those of Okabe and Ito, apart for all kinds of
colour vision; sequences run from light to dark. No function draws on a screen or keeps a state.
"""

from __future__ import annotations

from sim.report.figures.adoption import adoption
from sim.report.figures.bucket_stack import bucket_stack
from sim.report.figures.dots import forest, segment_dots, twins
from sim.report.figures.fan import fan_chart
from sim.report.figures.fit import misses_by_group, posterior, ranks, worst_misses
from sim.report.figures.frontier import frontier
from sim.report.figures.funnel import funnel
from sim.report.figures.heat_map import roll_rate_heat_map, vintage_heat_map
from sim.report.figures.histogram import histogram
from sim.report.figures.loss_curves import loss_curves
from sim.report.figures.loss_histogram import loss_histogram
from sim.report.figures.mix import mix_over_time
from sim.report.figures.paths import paths
from sim.report.figures.rate_steps import rate_steps
from sim.report.figures.sobol import sobol
from sim.report.figures.stresses import breaking_points, stress_paths
from sim.report.figures.style import narrowed, svg
from sim.report.figures.tornado import tornado
from sim.report.figures.vintage_curves import vintage_curves
from sim.report.figures.waterfall import attribution_waterfall, limit_waterfall, pnl_bridge

__all__ = [
    "adoption",
    "attribution_waterfall",
    "breaking_points",
    "bucket_stack",
    "fan_chart",
    "forest",
    "frontier",
    "funnel",
    "histogram",
    "limit_waterfall",
    "loss_curves",
    "loss_histogram",
    "misses_by_group",
    "mix_over_time",
    "narrowed",
    "paths",
    "pnl_bridge",
    "posterior",
    "ranks",
    "rate_steps",
    "roll_rate_heat_map",
    "segment_dots",
    "sobol",
    "stress_paths",
    "svg",
    "tornado",
    "twins",
    "vintage_curves",
    "vintage_heat_map",
    "worst_misses",
]
