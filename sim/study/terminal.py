"""What studies print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from sim.scenario.words import counted
from sim.study.comparison import called
from sim.study.metrics import FIGURES

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.comparison import Comparison
    from sim.study.planning import Answer
    from sim.study.stress import StressTest
    from sim.study.sweep import Count, Sweep

MOST_LINES = 5  # of a kind that are printed unless all are asked for


def show_comparison(found: Comparison) -> None:
    """Print the figures on the last day, the swap sets and the attribution."""
    plans = found.study.scenarios
    told = found.study.asked.get("names") or called(list(plans.values()))
    names = dict(zip(plans, told, strict=True))
    summary = found.summary()
    console = Console()
    for label in [label for label in names if label != "a"]:
        part = summary[summary["scenario"] == label]
        title = f"{names[label]} against {names['a']}: {_counted(part)}"
        console.print(_differences(part, title, found.study.asked["level"]))
        swap_sets = found.swap_sets
        if swap_sets is not None and (swap_sets["scenario"] == label).any():
            console.print(_swaps(swap_sets, label))
    for note in found.notes:
        console.print(f"Note: {note}.")
    if found.attribution is not None:
        console.print(_waterfall(found.attribution))


def show_replicates(summary: pd.DataFrame) -> None:
    """Print a summary of replications."""
    runs, level = summary["runs"].iloc[0], summary["level"].iloc[0]
    parts = ["luck_sd", "parameter_sd"] if "luck_sd" in summary else []
    names = ["luck", "parameters"][: len(parts)]
    title = counted(runs, "replication") + ("; luck, parameters: sd of a run" if parts else "")
    table = _table(title, "figure", "estimate", f"{level:.0%} interval", *names)
    for row in summary.to_dict("records"):
        kind = FIGURES[row["metric"]].unit if row["metric"] in FIGURES else ""
        known = not math.isnan(row["low"])
        ends = f"{_text(row['low'], kind)} to {_text(row['high'], kind)}" if known else "none"
        more = [_text(row[part], kind) for part in parts]
        table.add_row(_name(row["metric"]), _text(row["estimate"], kind), ends, *more)
    Console().print(table)


def show_precision(told: dict[str, Any]) -> None:
    """Print what a precision asked for and what was reached, as the manifest has it."""
    runs = told["aims"][0]["runs"]
    title = f"Precision after {counted(runs, 'replication')}: {told['ended']}"
    table = _table(title, "metric", "estimate", f"{told['level']:.0%} +-", "wanted +-", "")
    for aim in told["aims"]:
        unit = FIGURES[aim["metric"]].unit if aim["metric"] in FIGURES else ""
        texts = [_exact(aim[name], unit) for name in ("estimate", "half_width", "wanted")]
        table.add_row(_name(aim["metric"]), *texts, "holds" if aim["holds"] else "does not hold")
    Console().print(table)


def show_plan(answer: Answer, file: str) -> None:
    """Print a plan."""
    sizes, words = answer.plan, {"fen": " yuan"}.get(answer.unit, "")
    told = _exact if answer.unit == "share" else _text
    effect = f"{told(answer.effect, answer.unit)}{words} in {_name(answer.metric)}"
    print(f"{file}: to find a difference of {effect}")
    print(f"in {answer.power:.0%} of studies, with intervals of {answer.level:.0%}:")
    print(f"  unpaired  {counted(sizes.per_arm, answer.counts)} per arm")
    print(f"  paired    {counted(sizes.pairs, answer.counts)}, each under both")
    print(f"  pairing saves a factor of {sizes.variance_ratio:.4g}")
    if answer.pilot:
        print(f"  variances from a pilot of {counted(answer.pilot, 'pair')} of runs")
    if answer.pilot and sizes.per_arm == 1:
        print("  one run of so many users does; fewer users a run may do as well")


def show_trial(rows: pd.DataFrame, level: float) -> None:
    """Print a trial: a user's mean in each arm, the estimate, and the truth."""
    first = rows.iloc[0]
    title = f"{first['treated']:,} users treated, {first['control']:,} not; means of a user"
    interval = f"{level:.0%} interval"
    table = _table(title, "outcome", "treated", "control", "effect", interval, "truth", "pairs")
    for row in rows.to_dict("records"):
        unit = "fen" if row["outcome"].endswith("_fen") else "share"
        names = ("of_treated", "of_control", "estimate")
        ends = f"{_text(row['low'], unit)} to {_text(row['high'], unit)}"
        told = [_text(row[name], unit) for name in names]
        needs = f"{row['pairs']:,}" if row["pairs"] else "none"
        name = row["outcome"].removesuffix("_fen").replace("_", " ")
        table.add_row(name, *told, ends, _text(row["truth"], unit), needs)
    table.caption = "in yuan; pairs: twins that show the true effect with a power of 80 %"
    table.caption_justify = "left"
    Console().print(table)


def show_sweep(found: Sweep, counts: list[Count], *, every_row: bool) -> None:
    """Print how far a sweep is, and its rows with their metrics."""
    done, failed = sum(c.done for c in counts), sum(c.failed for c in counts)
    excluded, waiting = sum(c.excluded for c in counts), sum(c.waiting for c in counts)
    told = f"{counted(done, 'run')} done, {failed} failed, {excluded} left out, {waiting} wait"
    print(f"{found.out}: {counted(len(counts), 'row')}; {told}")
    wrong = [count for count in counts if count.failed]
    for count in wrong[: None if every_row else MOST_LINES]:
        outcome = found.outcome(count.row, 0)
        print(f"  row {count.row.number}: {outcome.error if outcome else count.row.error}")
    if found.study.precision is not None:
        _reached(found)
    if found.study.optimise is not None and found.rows:
        print("Rows that none beats in both the metric and the first bound:")
        print(found.frontier.to_string(index=False))
    if every_row:
        _rows(found, counts)


def _reached(found: Sweep) -> None:
    """Print in how many rows the aims of precision hold, and the first ones where they do not."""
    lines = found.by_row.dropna(subset=["wanted"])
    short = lines[~lines["reached"].astype(bool)]
    rows = lines["row"].nunique()
    print(f"Precision holds in {rows - short['row'].nunique()} of {counted(rows, 'row')}.")
    for line in short.to_dict("records")[:MOST_LINES]:
        half = (line["high"] - line["low"]) / 2
        told = (
            f"{line['metric']} +- {half:.3g} after {line['runs']} runs, wanted {line['wanted']:g}"
        )
        print(f"  row {line['row']}: {told}")


def _rows(found: Sweep, counts: list[Count]) -> None:
    """Print the design with the means of each row; wide, and never cut."""
    import pandas as pd

    means = found.by_row.pivot_table(index="row", columns="metric", values="estimate")
    units = {one.name: one.unit for one in found.metrics}
    lines = []
    for count in counts:
        line = {key.rpartition(".")[2]: value for key, value in count.row.settings.items()}
        line |= {"done": f"{count.done}/{sum(count[1:])}"}
        known: Any = means.loc[count.row.number] if count.row.number in means.index else {}
        line |= {_name(name): _text(known.get(name, math.nan), units[name]) for name in units}
        lines.append(line)
    print(pd.DataFrame(lines).rename_axis("row").to_string())


def _counted(part: pd.DataFrame) -> str:
    """Return how many replications were compared, and whether they pair."""
    runs, paired = int(part["runs"].iloc[0]), part["paired"].iloc[0]
    if paired:
        return counted(runs, "paired replication")
    return f"{counted(runs, 'replication')} that do not pair"


def _differences(part: pd.DataFrame, title: str, level: float) -> Table:
    table = _table(title, "figure", "A", "B", "B - A", f"+- {level:.0%}", "ratio", "better")
    for row in part.to_dict("records"):
        unit = row["unit"]
        table.add_row(
            _name(row["metric"]),
            _text(row["of_a"], unit),
            _text(row["of_b"], unit),
            _text(row["difference"], unit),
            _text((row["high"] - row["low"]) / 2, unit),
            _text(row["variance_ratio"], "ratio"),
            _odds(row),
        )
    paired = bool(part["paired"].iloc[0])
    ratio = "ratio: independent runs that a pair is worth" if paired else "without pairs no ratio"
    of = "replications" if paired else "pairs of a run of A and one of B"
    table.caption = f"in yuan; {ratio};\nbetter: of 100 {of}, B better : worse for the lender"
    table.caption_justify = "left"
    return table


def _odds(row: dict[Any, Any]) -> str:
    """Return in how many of a hundred replications B is better, and worse; ties are the rest."""
    if math.isnan(row["better"]):
        return ""
    worse = row["higher"] + row["lower"] - row["better"]
    return f"{100 * row['better']:.0f} : {100 * worse:.0f}"


def _swaps(swap_sets: pd.DataFrame, label: str) -> Table:
    """Return the swap sets as means over replications, each side where it let them in."""
    rows = swap_sets[swap_sets["scenario"] == label].drop(columns=["scenario", "replication"])
    means = rows.groupby("group", observed=True).mean()
    table = _table(
        "Users let in, mean of replications", "by", "users", "late 31+", "charged off", "lost"
    )
    for group, side in (("both", "a"), ("both", "b"), ("only_a", "a"), ("only_b", "b")):
        row = means.loc[group]
        lost = row[f"{side}_written_off_fen"] - row[f"{side}_recovered_fen"]
        name = f"both, under {side.upper()}" if group == "both" else f"{side.upper()} only"
        table.add_row(
            name,
            f"{row['users']:,.1f}",
            f"{row[f'{side}_late_31']:,.1f}",
            f"{row[f'{side}_charged_off']:,.1f}",
            _text(lost, "fen"),
        )
    return table


def _waterfall(attribution: pd.DataFrame) -> Table:
    table = _table("What each changed key contributes, a run", "metric", "key", "part", "interval")
    for row in attribution.to_dict("records"):
        unit = FIGURES[row["metric"]].unit if row["metric"] in FIGURES else ""
        ends = f"{_text(row['low'], unit)} to {_text(row['high'], unit)}"
        table.add_row(_name(row["metric"]), row["lever"], _text(row["mean"], unit), ends)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        # A long name is folded, so that no number is cut.
        table.add_column(column, justify="right" if number else "left", no_wrap=number > 0)
    return table


def _name(metric: str) -> str:
    """Return a metric's name as printed."""
    return metric.removesuffix("_fen").replace("_", " ") if metric in FIGURES else metric


def _text(value: Any, unit: str) -> str:
    """Return a number as people read it: yuan, shares of a hundred, counts."""
    if value is None or math.isnan(value):
        return "none"
    if math.isinf(value):
        return "no noise"
    if unit == "share":
        return f"{100 * value:.2f} %"
    return _short(value / 100 if unit == "fen" else value)


def _exact(value: float | None, unit: str) -> str:
    """Return a number with four digits that count, so that half-widths can be compared."""
    if value is None:
        return "none"
    told = {"share": (100 * value, " %"), "fen": (value / 100, "")}.get(unit, (value, ""))
    return f"{told[0]:,.4g}{told[1]}"


def _short(value: float) -> str:
    """Return a number in few characters: thousands k, millions M."""
    if abs(value) >= 1e7:
        return f"{value / 1e6:,.1f} M"
    if abs(value) >= 1e5:
        return f"{value / 1e3:,.0f} k"
    return f"{value:,.0f}" if abs(value) >= 100 or value == 0 else f"{value:,.1f}"


def show_stress(found: StressTest) -> None:
    """Print the measures of each stress, and the mildest that breaks each limit."""
    from sim.study.stressed import MEASURES

    shown = [name for name in MEASURES if name not in ("undrawn", "profit")]
    asked = found.study.asked
    sums = found.outcomes.groupby(["scenario", "strength"], sort=False).sum(numeric_only=True)
    size = f"{counted(asked['users'], 'user')}, {counted(asked['replications'], 'replication')}"
    table = _table(f"{size}, on the same luck", "stress", *(_name(name) for name in shown))
    for row in sums.reset_index().to_dict("records"):
        if row["scenario"] != "reverse":
            measures = [MEASURES[each] for each in shown]
            shares = [row[one.part] / max(row[one.whole], 1) for one in measures]
            table.add_row(row["scenario"], *(_text(share, "share") for share in shares))
    console = Console()
    console.print(table)
    for breach in found.breaches.to_dict("records"):
        limit = f"{_name(breach['measure'])} above {breach['limit_ppm'] / 10_000:.2f} %"
        if breach["broken"]:
            print(f"{limit}: from {breach['strength']:.2f} times the severe shock on")
        else:
            print(f"{limit}: at no strength that was tried")
