"""What is said of verdicts: the far ones, the transition matrix, the joint facts; as text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.calibration.judging import Verdict, root_mean_square
from sim.calibration.reasons import FAR, far_off, misses

if TYPE_CHECKING:
    from sim.scenario.calibrations import Reason

MOST_APART = 0.03  # of a transition
MOST_OFF = 0.15  # of a joint fact, of its value
OBSERVATIONS = {  # cells of the six states from April to August with more than 1,000, of the data
    "-2": ("-2", "-1"),
    "-1": ("-2", "-1", "0"),
    "0": ("-1", "0", "1-2"),
    "1-2": ("0", "1-2"),
}
FACTS = (
    "payment_class/same_class_all_5_months/observed",
    "payment_class/same_class_all_5_months/first_order_markov_predicts",
    "delinquency/late_next_given_history/not_late_not_late",
    "delinquency/late_next_given_history/not_late_then_late",
    "delinquency/late_next_given_history/late_late",
    "joint_spearman/limit~mean_utilisation",
)
_MATRIX = "delinquency/transition_apr_aug_6_state"


def transitions_apart(verdicts: Sequence[Verdict]) -> float:
    """Return the largest miss of a transition that the data have more than 1,000 of."""
    cells = {f"{_MATRIX}/{a}/{b}" for a, many in OBSERVATIONS.items() for b in many}
    apart = [abs(v.simulated - v.target.value) for v in verdicts if v.target.key in cells]
    return max(apart, default=math.nan)


def joint_facts(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts on the joint facts, in their order."""
    known = {v.target.key: v for v in verdicts}
    return [known[key] for key in FACTS if key in known]


def lines(verdicts: Sequence[Verdict], reasons: Sequence[Reason] = ()) -> Iterator[str]:
    """Yield every target with its value, the simulated one and z, then what it comes to.

    reasons: of what is far off, as the file of the study states them.
    """
    yield f"{'target':<95}{'value':>12}{'se':>11}{'simulated':>12}{'z':>8}"
    for v in verdicts:
        mark = "" if v.target.judged else "  not judged"
        numbers = f"{v.target.value:>12.5g}{v.target.error:>11.3g}{v.simulated:>12.5g}{v.z:>8.1f}"
        yield f"{v.target.key:<95}{numbers}{mark}"
    yield ""
    yield from summary(verdicts, reasons)


def summary(verdicts: Sequence[Verdict], reasons: Sequence[Reason] = ()) -> Iterator[str]:
    """Yield what the verdicts come to, and what is far off under its reason."""
    judged = [v for v in verdicts if v.target.judged]
    yield f"root mean square z over {len(judged)} targets: {root_mean_square(judged):.2f}"
    apart = transitions_apart(verdicts)
    if not math.isnan(apart):
        within = "within" if apart <= MOST_APART else "not within"
        told = f"{apart:.3f}, {within} {MOST_APART:g}"
        yield f"largest miss of a transition with more than 1,000 observations: {told}"
    for v in joint_facts(verdicts):
        off = v.simulated / v.target.value - 1
        within = "within" if abs(off) <= MOST_OFF else "not within"
        told = f"{v.simulated:.3f} for {v.target.value:.3f}, {off:+.0%}, {within} 15 %"
        yield f"{v.target.key}: {told}"
    count = len(far_off(verdicts))
    yield f"{count} of them beyond {FAR:g} standard errors" + (", by reason:" if count else "")
    for miss in misses(verdicts, reasons):
        yield f"  {miss.because}"
        for v in miss.verdicts:
            yield f"  {v.z:>7.1f}  {v.target.key}: {v.simulated:.5g} for {v.target.value:.5g}"


def parameters(best: Mapping[str, Any], errors: Mapping[str, float]) -> Iterator[str]:
    """Yield each fitted parameter with its standard error; nothing where there are no errors."""
    if not errors:
        return
    yield f"{'parameter':<50}{'value':>14}{'standard error':>16}"
    for key, error in errors.items():
        yield f"{key:<50}{best[key]:>14.6g}{error:>16.2g}"
    yield "Standard errors: a linear approximation around the fit, targets taken as independent."
