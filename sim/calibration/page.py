"""A page with every target against what the fit has instead; one file, no script."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calibration.judging import Verdict, root_mean_square
from sim.calibration.reasons import FAR, far_off, misses
from sim.calibration.report import joint_facts, transitions_apart

if TYPE_CHECKING:
    from sim.scenario.calibrations import Reason

_PAGE = Path(__file__).with_name("page.html")


def page(
    name: str,
    verdicts: Sequence[Verdict],
    best: Mapping[str, Any],
    reasons: Sequence[Reason] = (),
    errors: Mapping[str, float] | None = None,
) -> str:
    """Return the page as HTML. reasons: of what is far off; errors: standard, of parameters."""
    from jinja2 import Environment

    judged = [v for v in verdicts if v.target.judged]
    template = Environment(autoescape=True).from_string(_PAGE.read_text(encoding="utf-8"))
    return template.render(
        name=name,
        verdicts=verdicts,
        best=best,
        errors=errors or {},
        judged=len(judged),
        rms=root_mean_square(judged),
        far=len(far_off(verdicts)),
        misses=misses(verdicts, reasons),
        limit=FAR,
        apart=transitions_apart(verdicts),
        facts=joint_facts(verdicts),
        picture=_picture(judged),
    )


def _picture(judged: Sequence[Verdict]) -> str:
    """Return the z of all targets, in their order, as an SVG in base 64."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3), layout="constrained")
    axes = figure.subplots()
    z = np.clip([v.z for v in judged], -15, 15)
    axes.axhspan(-2, 2, color="0.9")
    axes.scatter(np.arange(len(z)), z, s=6)
    axes.set(xlabel="target, in the order of the file", ylabel="z, cut at 15")
    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "fit"}):  # equal pages for equal fits
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return base64.b64encode(buffer.getvalue()).decode()
