"""Section 1, and the verdict of the cover: what is lost, how sure that is, who bears it."""

from __future__ import annotations

from sim.report.context import Context
from sim.report.definitions import definitions
from sim.report.key_figures import KeyFigure
from sim.report.key_figures import key_figures as figures_of
from sim.report.page import Block, Cell, Section
from sim.report.sections.arms import arms
from sim.report.sections.precision import precision
from sim.report.sections.sensitivity import in_short
from sim.report.value import Value, shown
from sim.risk import default

LIGHTS = {"kept": "●", "close": "▲", "broken": "■", "": ""}


def key_figures(context: Context) -> Section:
    """Return the table of key figures with lights."""
    say = context.words
    found = figures_of(context.source)
    if not found:
        command = context.rerun("--set output.tables='[\"daily\"]'")
        return context.section(1, "Key figures", [context.missing("key figures", command)])
    columns = [
        ("figure", "Figure", ""),
        ("value", "Value and 95 % interval", "interval"),
        ("appetite", "Appetite", "light"),
        ("light", "Light", "light"),
    ]
    paired = context.source.base_series is not None
    if paired:
        columns.insert(2, ("change", "Change vs baseline (paired)", "difference"))
    rows: list[list[Cell]] = []
    for figure in found:
        limit = "" if figure.limit is None else f"≤ {shown(figure.limit, 'share')}"
        name = definitions()[figure.key].said(say.language)
        told = f"{LIGHTS[figure.light]} {say(figure.light)}" if figure.light else ""
        changed: list[Cell] = [figure.change or ""] if paired else []
        rows.append([name, figure.value, *changed, limit, told])
    keys = [figure.key for figure in found]
    blocks: list[Block] = [
        context.table("key_figures", "Key figures, amounts in yuan", columns, rows, keys)
    ]
    for note in dict.fromkeys(each.note for each in found if each.note):
        named = [definitions()[each.key].said(say.language) for each in found if each.note == note]
        blocks.append(context.text("{name}: {note}.", name=", ".join(named), note=say(note)))
    blocks += [*arms(context), *precision(context)]
    if context.source.base_series is None:
        lacking = "paired changes against a baseline"
        blocks.append(
            context.missing(lacking, "paylater compare A.toml B.toml; paylater report A-B")
        )
    return context.section(1, "Key figures", blocks)


def verdict(context: Context, found: list[KeyFigure]) -> list[str]:
    """Return three sentences made of numbers: loss, certainty, and what changed or who bears it."""
    say = context.words
    if context.source.kind == "calibration":
        return _fit(context)
    if context.source.kind == "trial":
        return [_trial(context)]
    if context.source.kind == "sweep":
        return in_short(context)
    by_key = {figure.key: figure for figure in found}
    if "net_loss" not in by_key:
        return [say("This folder keeps no days, so that no loss can be told.")]
    loss, late = by_key["net_loss"].value, by_key["late_31"].value
    lines = [
        say(
            "The book loses {loss} of its mean principal a year, and {late} of principal is "
            "more than 30 days past due on the last day.",
            loss=_with_bounds(loss),
            late=_with_bounds(late),
        ),
        _certainty(context, loss, found),
    ]
    change = by_key["net_loss"].change
    if change is not None:
        lines.append(
            say(
                "Against the baseline the loss rate changes by {change} on the same people with "
                "the same luck.",
                change=_with_bounds(change),
            )
        )
    elif context.source.has("roll_rates"):
        lines.append(_bearers(context))
    return lines


def _trial(context: Context) -> str:
    effects = context.source.table("effects")
    met = (effects["truth"] != 0) | (effects["high"] > effects["low"])
    effects = effects[met]  # of what befell nobody there is nothing to hold
    return context.words(
        "{held} of {all} intervals of the arms hold the true effect of the policy, which twins of "
        "all users show (section 13).",
        held=int(effects["covers"].sum()),
        all=len(effects),
    )


def _fit(context: Context) -> list[str]:
    """Return how near a fit comes to its targets, where it is worst, and how sure it is."""
    from sim.report.sections.fitted import in_short

    table = context.source.table("targets")
    judged = table[table["judged"].astype(bool)]
    if judged.empty:
        return [context.words("No target of this fit is judged.")]
    off = judged["z"].abs().fillna(float("inf")).to_numpy(dtype=float)
    worst = judged.iloc[int(off.argmax())]
    return [
        in_short(context, judged),
        context.words(
            "The largest miss is {key}: {fitted} for {value}, z {z}.",
            key=worst["key"],
            fitted=shown(float(worst["simulated"]), "number"),
            value=shown(float(worst["value"]), "number"),
            z=shown(float(worst["z"]), "number"),
        ),
        context.words("Parameters and the spread of their draws stand in section 15."),
    ]


def _with_bounds(value: Value) -> str:
    return f"{value.text} ({value.bounds})" if value.bounds else value.text


def _certainty(context: Context, loss: Value, found: list[KeyFigure]) -> str:
    say = context.words
    broken = sum(figure.light == "broken" for figure in found)
    close = sum(figure.light == "close" for figure in found)
    held = sum(bool(figure.light) for figure in found)
    lights = {"broken": broken, "close": close, "held": held}
    if not loss.bounds:
        return say(
            "This is one run, which has no interval: of {held} appetite limits {broken} are broken "
            "and {close} come close.",
            **lights,
        )
    if not loss.estimate:
        return say(
            "None of {runs} runs lost anything, so how sure that is cannot be told; of {held} "
            "appetite limits {broken} are broken and {close} come close.",
            runs=loss.runs,
            **lights,
        )
    wide = (loss.high - loss.low) / 2 / abs(loss.estimate)
    return say(
        "{runs} runs put the loss rate within ± {wide} of its value (95 %); of {held} "
        "appetite limits {broken} are broken and {close} come close.",
        runs=loss.runs,
        wide=f"{100 * wide:.0f} %",
        **lights,
    )


def _bearers(context: Context) -> str:
    rates = default.default_rates(context.source.table("roll_rates"))
    rates = rates[(rates["segment"] != "all") & rates["share"].notna()]
    if rates.empty:
        return context.words("No account fell into default.")
    ordered = rates.sort_values("share", kind="stable")
    worst, least = ordered.iloc[-1], ordered.iloc[0]
    return context.words(
        "Default falls hardest on the segment {worst}, at {high} a month "
        "against {low} for {least}.",
        worst=context.words.named(str(worst["segment"])),
        least=context.words.named(str(least["segment"])),
        high=shown(float(worst["share"]), "share"),
        low=shown(float(least["share"]), "share"),
    )
