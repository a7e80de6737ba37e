"""Section 15 of a calibration: targets against the fit, draws of its parameters, their ranks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from sim.calibration.coverage import BINS, ranks
from sim.calibration.judging import Verdict, root_mean_square
from sim.calibration.reasons import FAR
from sim.calibration.report import MOST_APART, MOST_OFF, joint_facts, transitions_apart
from sim.calibration.targets import Target
from sim.report import figures
from sim.report.context import Context
from sim.report.figures.fit import SURE
from sim.report.page import Block, Cell, Chart, Table, Text
from sim.report.value import NAN, Value, shown

WORST = 16  # misses that are listed
REPEATS = 1_000  # of the known model that draws are ranked by


def fitted(context: Context) -> list[Block]:
    """Return targets against fitted values, misses, the posterior and the ranks of known truths."""
    table = context.source.table("targets")
    table = table.assign(group=table["key"].astype(str).str.split("/").str[0])
    judged = table[table["judged"].astype(bool)]
    blocks: list[Block] = []
    if len(judged):
        blocks += [
            Text(in_short(context, judged)),
            _by_group(context, judged),
            *_worst(context, judged),
        ]
    else:
        blocks.append(context.text("No target of this fit is judged."))
    blocks += [*_facts(context, table), _parameters(context), *_ranks(context)]
    return blocks


def in_short(context: Context, judged: pd.DataFrame) -> str:
    """Return how many of the judged targets are met and missed, in a sentence."""
    off = judged["z"].abs()
    return context.words(
        "Root mean square z {rms} over {count} judged targets: {met} are met, {missed} are "
        "missed by more than 1.96 standard errors, {far} of them by more than {limit}.",
        rms=f"{root_mean_square(_verdicts(judged)):.2f}",
        count=len(judged),
        met=int((off <= SURE).sum()),
        missed=int((~(off <= SURE)).sum()),
        far=int((~(off <= FAR)).sum()),
        limit=f"{FAR:g}",
    )


def _by_group(context: Context, judged: pd.DataFrame) -> Block:
    """Return how far off the targets of each group are, the worst group first."""
    square = (judged["z"].astype(float) ** 2).groupby(judged["group"]).mean()
    ordered = square.fillna(np.inf).sort_values(ascending=False, kind="stable").index
    rows: list[list[Cell]] = []
    for name in ordered:
        z = judged.loc[judged["group"] == name, "z"].astype(float)
        worst = z.loc[z.abs().fillna(np.inf).idxmax()]
        counts = (len(z), int((z.abs() <= SURE).sum()), int((~(z.abs() <= SURE)).sum()))
        numbers: list[Cell] = [Value(float(count), unit="count") for count in counts]
        told = [Value(math.sqrt(float(square[name]))), Value(float(worst))]
        rows.append([context.words.named(str(name)), *numbers, *told])
    columns = [("group", "Group of targets", ""), ("count", "judged", "z"), ("met", "met", "z")]
    columns += [("missed", "missed", "z"), ("rms", "root mean square z", "z")]
    columns.append(("worst", "worst z", "z"))
    under = context.table("fit_by_group", "Targets by group, the worst first", columns, rows)
    whole = pd.concat([judged[judged["group"] == name] for name in ordered])
    return Chart("fit_by_group", figures.misses_by_group(whole, context.words), under)


def _worst(context: Context, judged: pd.DataFrame) -> list[Block]:
    """Return the targets that are missed most, none where all are met."""
    off = judged["z"].abs().fillna(np.inf)
    order = off[off > SURE].sort_values(ascending=False, kind="stable").index[:WORST]
    if not len(order):
        return []
    rows: list[list[Cell]] = []
    dots = []
    for number, (_, row) in enumerate(judged.loc[order].iterrows(), 1):
        value, found, z = (float(row[name]) for name in ("value", "simulated", "z"))
        reach = SURE * float(row["se"])
        error = abs((found - value) / z) if z and math.isfinite(z) else NAN
        target = Value(value, value - reach, value + reach)
        rows.append([str(number), str(row["key"]), target, Value(found), Value(z)])
        if value and math.isfinite(error):
            middle, half = (found - value) / abs(value), SURE * error / abs(value)
            dots.append([str(number), middle, middle - half, middle + half])
    columns = [("number", "Number", ""), ("target", "Target", ""), ("value", "in the data", "z")]
    columns += [("fitted", "fitted", "z"), ("z", "z", "z")]
    under = context.table("fit_worst", "Misses, the largest first", columns, rows)
    if not dots:
        return [under]
    frame = pd.DataFrame(dots, columns=["label", "difference", "low", "high"])
    return [Chart("fit_worst", figures.worst_misses(frame, context.words), under)]


def _facts(context: Context, table: pd.DataFrame) -> list[Block]:
    """Return the joint facts and transitions that a fit must meet; none where it has none."""
    verdicts = _verdicts(table)
    rows: list[list[Cell]] = []
    for fact in joint_facts(verdicts):
        apart = fact.simulated / fact.target.value - 1
        told = context.words("met" if abs(apart) <= MOST_OFF else "a miss")
        values = [Value(fact.target.value), Value(fact.simulated), Value(apart, unit="share")]
        rows.append([fact.target.key, *values, f"± {shown(MOST_OFF, 'share')}", told])
    apart = transitions_apart(verdicts)
    if not math.isnan(apart):
        told = context.words("met" if apart <= MOST_APART else "a miss")
        label = context.words("largest miss of a transition seen more than 1,000 times")
        bound = f"± {shown(MOST_APART, 'share')}"
        rows.append([label, "", "", Value(apart, unit="share"), bound, told])
    if not rows:
        return []
    columns = [("fact", "Joint fact", ""), ("value", "in the data", "z"), ("fitted", "fitted", "z")]
    columns += [("off", "off by", "z"), ("bound", "may be off by", ""), ("verdict", "Verdict", "")]
    caption = "Joint facts of single clients, and transitions"
    return [context.table("fit_facts", caption, columns, rows)]


def _verdicts(table: pd.DataFrame) -> list[Verdict]:
    return [
        Verdict(Target(str(key), float(value), float(se), bool(judged)), float(found), float(z))
        for key, value, se, found, z, judged in table[
            ["key", "value", "se", "simulated", "z", "judged"]
        ].itertuples(index=False)
    ]


def _parameters(context: Context) -> Block:
    """Return fitted parameters with their posterior, where draws were made."""
    best: dict[str, Any] = context.source.made["best"]
    draws = context.source.table("posterior")
    drawn = len(draws) > 0 and all(key in draws for key in best)
    columns = [("key", "Key", ""), ("fitted", "fitted", "draw")]
    if not drawn:
        plain: list[list[Cell]] = [[key, Value(float(value))] for key, value in best.items()]
        return context.table("fit_parameters", "Fitted parameters", columns, plain)
    rows: list[list[Cell]] = []
    for key, value in best.items():
        middle = _draws(draws, key)
        below = float(draws["weight"][draws[key] < float(value)].sum() / draws["weight"].sum())
        inside = context.words("inside" if middle.low <= float(value) <= middle.high else "outside")
        share = Value(below, runs=len(draws), unit="share")
        rows.append([key, Value(float(value)), middle, share, inside])
    columns.append(("posterior", "median of the draws, 95 % of them", "draw"))
    columns += [("below", "draws below the fitted value", "draw"), ("verdict", "Verdict", "")]
    worth = 1 / float((draws["weight"] ** 2).sum())
    said = context.words(
        "Fitted parameters and {draws} draws, worth {worth} of equal weight",
        draws=len(draws),
        worth=f"{worth:.1f}",
    )
    under = context.table("fit_parameters", said, columns, rows)
    frame = draws[[*best, "weight"]]
    return Chart("fit_posterior", figures.posterior(frame, best, context.words), under)


def _draws(draws: pd.DataFrame, key: str) -> Value:
    """Return the weighted median of draws with the bounds of the middle 95 %."""
    ordered = draws.sort_values(key, kind="stable")
    below = np.cumsum(ordered["weight"].to_numpy(dtype=float))
    values = ordered[key].to_numpy(dtype=float)
    at = [np.searchsorted(below, share * below[-1]) for share in (0.5, 0.025, 0.975)]
    middle, low, high = (float(values[min(int(place), len(values) - 1)]) for place in at)
    return Value(middle, low, high, len(draws))


def _ranks(context: Context) -> list[Block]:
    """Return the ranks of truths of a known model among draws of the step that a fit uses."""
    from scipy import stats

    found = ranks(REPEATS)
    low, high = (float(stats.binom.ppf(tail, REPEATS, 1 / BINS)) for tail in (0.025, 0.975))
    rows: list[list[Cell]] = [
        [
            context.words("chi-squared of the ranks, 19 degrees of freedom"),
            Value(found.chi_squared, runs=REPEATS),
            context.words("even" if found.even else "not even: draws are too wide or too narrow"),
        ]
    ]
    for part, count in enumerate(found.counts, 1):
        inside = context.words("inside" if low <= count <= high else "outside")
        rows.append([f"{part} / {BINS}", Value(float(count), runs=REPEATS, unit="count"), inside])
    columns = [("part", "Rank", ""), ("count", "repeats", "sbc"), ("verdict", "Verdict", "")]
    caption = "Ranks of known truths, 95 % of chance: {low:.0f} to {high:.0f} a twentieth"
    said = context.words(caption, low=low, high=high)
    under: Table = context.table("fit_ranks", said, columns, rows)
    note = (
        "Ranks of this fit's own parameters are not stored; these are of the step that makes its "
        "draws, on a model whose answer is known (seed 1)."
    )
    chart = Chart("fit_ranks", figures.ranks(found.counts, low, high, context.words), under)
    return [context.text(note), chart]
