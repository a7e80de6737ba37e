"""A page with every target against what the fit has instead; one file, no script."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calibration.judging import Verdict, root_mean_square
from sim.calibration.reasons import FAR, far_off, misses
from sim.calibration.report import joint_facts, transitions_apart

if TYPE_CHECKING:
    from sim.scenario.calibrations import Reason

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ name }}: targets and fit</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: 13px }
td, th { border-bottom: 1px solid #ddd; padding: 2px 8px; text-align: right }
td:first-child, th:first-child { text-align: left }
tr.far { background: #fdecea }
tr.why td { padding-top: 1em; font-style: italic }
</style></head><body>
<h1>{{ name }}: targets and fit</h1>
<p>Root mean square z over {{ judged }} targets: {{ "%.2f"|format(rms) }};
{{ far }} beyond {{ limit }} standard errors. Largest miss of a transition with more than 1,000
observations: {{ "%.3f"|format(apart) }}.</p>
<img alt="z of every target" src="data:image/svg+xml;base64,{{ picture }}">
<h2>Parameters</h2>
<table><tr><th>key</th><th>value</th></tr>
{% for key, value in best.items() %}<tr><td>{{ key }}</td><td>{{ value }}</td></tr>
{% endfor %}</table>
<h2>Joint facts</h2>
<table><tr><th>fact</th><th>target</th><th>fit</th></tr>
{% for one in facts %}<tr><td>{{ one.target.key }}</td>
<td>{{ "%.4g"|format(one.target.value) }}</td><td>{{ "%.4g"|format(one.simulated) }}</td></tr>
{% endfor %}</table>
<h2>Beyond {{ limit }} standard errors, and why</h2>
<table><tr><th>target</th><th>value</th><th>fit</th><th>z</th></tr>
{% for miss in misses %}<tr class="why"><td colspan="4">{{ miss.because }}</td></tr>
{% for one in miss.verdicts %}<tr><td>{{ one.target.key }}</td>
<td>{{ "%.5g"|format(one.target.value) }}</td>
<td>{{ "%.5g"|format(one.simulated) }}</td><td>{{ "%.1f"|format(one.z) }}</td></tr>
{% endfor %}{% endfor %}</table>
<h2>All targets</h2>
<table><tr><th>target</th><th>value</th><th>se</th><th>fit</th><th>z</th></tr>
{% for one in verdicts %}<tr{% if one.z|abs > limit and one.target.judged %} class="far"{% endif %}>
<td>{{ one.target.key }}{% if not one.target.judged %} (not judged){% endif %}</td>
<td>{{ "%.5g"|format(one.target.value) }}</td><td>{{ "%.3g"|format(one.target.error) }}</td>
<td>{{ "%.5g"|format(one.simulated) }}</td><td>{{ "%.1f"|format(one.z) }}</td></tr>
{% endfor %}</table>
</body></html>
"""


def page(
    name: str,
    verdicts: Sequence[Verdict],
    best: Mapping[str, Any],
    reasons: Sequence[Reason] = (),
) -> str:
    """Return the page as HTML. reasons: of what is far off."""
    from jinja2 import Environment

    judged = [v for v in verdicts if v.target.judged]
    template = Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        name=name,
        verdicts=verdicts,
        best=best,
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
