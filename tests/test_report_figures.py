"""Figures: each takes a table, states what it shows, names its units, and is the same each time."""

import numpy as np
import pandas as pd
import pytest

from sim.report import figures
from sim.report.key_figures import light
from sim.report.value import Value, mean_of, ratio_of, shown
from sim.study import interval

DAYS = pd.date_range("2024-01-01", periods=60)
MONTHS = pd.date_range("2024-01-01", periods=3, freq="MS")
STEPS = pd.DataFrame(
    {
        "step": ["first day", "raised", "lowered", "last day"],
        "amount_fen": [100e6, 50e6, -30e6, 120e6],
        "whole": [True, False, False, True],
    }
)
INTERVALS = pd.DataFrame(
    {
        "label": ["income_fen", "loss_fen"],
        "difference": [0.1, -0.2],
        "low": [0.05, -0.5],
        "high": [0.15, 0.1],
    }
)
BUCKETS = ["unused", "current", "m1", "m2", "m3", "m4", "m5", "m6", "charged_off"]

TOTALS = ("total", "total_low", "total_high")


def drawn():
    fan = pd.DataFrame(
        {"date": DAYS} | {f"q{q}": np.arange(60.0) * 1e6 + q for q in (5, 25, 50, 75, 95)}
    )
    shares = {f"{a}{b}": 0.3 for a in ("active", "utilising") for b in ("", "_low", "_high")}
    stack = pd.DataFrame(
        [(m, b, 0.01) for m in MONTHS for b in ("m1", "m4")], columns=["month", "bucket", "share"]
    )
    matrix = pd.DataFrame(np.eye(9), BUCKETS, BUCKETS)
    matrix.loc["m1"] = [0, 0.4, 0.2, 0.4, 0, 0, 0, 0, 0]
    ways = pd.DataFrame(
        {
            "way": ["wallet"],
            "seen": [200.0],
            "not_started": [110.0],
            "abandoned": [10.0],
            "refused_score": [20.0],
            "refused_review": [10.0],
            "approved": [50.0],
        }
    )
    bins = pd.DataFrame(
        {
            "what": ["score", "score", "limit", "limit"],
            "low": [400, 500, 0, 1e6],
            "high": [500, 600, 1e6, 2e6],
            "accounts": [5.0, 9.0, 3.0, 11.0],
        }
    )
    ages = pd.DataFrame(
        {
            "measure": "ever_31",
            "cohort": ["2024-01"] * 3 + [""] * 3,
            "months_on_book": [1, 2, 3] * 2,
            "share": [0.0, 0.01, 0.02] * 2,
            "low": 0.0,
            "high": 0.05,
        }
    )
    mix = pd.DataFrame(
        [(m, k, s) for m in MONTHS for k, s in (("manual_bill", 0.7), ("refund", 0.3))],
        columns=["month", "method", "share"],
    )
    path = pd.DataFrame({"date": DAYS, "job_loss_ppm": np.linspace(100, 250, 60)})
    swing = pd.DataFrame(
        {"metric": "loss_fen", "key": ["a.b", "c.d"], "low": [-0.1, -0.3], "high": [0.1, 0.5]}
    )
    designs = pd.DataFrame(
        {
            "row": [0, 1],
            "loss": [1e5, 2e5],
            "loss_low": [9e4, np.nan],
            "loss_high": [2e5, np.nan],
            "gain": [3e5, 2e5],
            "gain_low": [1e5, np.nan],
            "gain_high": [4e5, np.nan],
            "efficient": [True, False],
        }
    )
    young = pd.concat(  # two more cohorts, of two months
        [ages[:2].assign(cohort="2024-02"), ages[:2].assign(cohort="2024-03")]
    )
    arms_and_truth = pd.DataFrame(
        [("limit_fen", -0.4, -0.5, -0.3, -0.45), ("late_31", 0.1, 0.05, 0.2, 0.3)],
        columns=["label", "difference", "low", "high", "truth"],
    )
    by_score = pd.DataFrame(
        {"low": [0.02, 0.06, 0.04], "high": [0.0, np.nan, 0.0]},
        index=["2024-01", "2024-02", "all"],
    )
    far = np.arange(60.0) * 30_000 / 59
    curves = pd.DataFrame(
        {"date": DAYS}
        | {f"written_off{end}": far for end in ("", "_low", "_high")}
        | {f"recovered{end}": far / 10 for end in ("", "_low", "_high")}
    )
    ages_of_loss = pd.DataFrame(
        {"months": [0, 1], "share": [0.0, 0.1], "low": [np.nan, 0.05], "high": [np.nan, 0.2]}
    )
    rates = pd.DataFrame(
        {"method": ["carried", "bill_plan"], "points": [20, 31], "share": [0.6, 0.4]}
    )
    stressed = pd.concat(
        [
            pd.DataFrame(
                {"scenario": name, "date": DAYS, "unemployed": out}
                | dict.fromkeys(("job_loss", "income", "purchases"), 1.0)
            )
            for name, out in (("baseline", 0.05), ("severe", 0.09))
        ]
    )
    strengths = pd.DataFrame(
        {
            "measure": ["late_31"] * 2 + ["late_91"] * 2,
            "strength": [0.0, 1.0] * 2,
            "of_limit": [0.2, 1.2, 0.5, 1.5],
            "broken_at": [0.8, 0.8, 0.5, 0.5],
        }
    )
    shares_of_variance = pd.DataFrame(
        [
            ("loss_fen", "a.b", *(0.1, 0.0, 0.2) * 2, 0.1),
            ("loss_fen", "c.d", *(0.7, 0.5, 0.9) * 2, 0.1),
        ],
        columns=["metric", "key", "first", "first_low", "first_high", *TOTALS, "noise"],
    )
    misses = pd.DataFrame({"group": list("aabb"), "z": [1.0, -3.0, 1.9, np.inf]})
    draws = pd.DataFrame(
        {"a.b": [1.0, 2.0, 3.0], "c.d": [3.0, 3.0, 4.0], "weight": [0.2, 0.5, 0.3]}
    )
    losses = pd.DataFrame({"loss_rate": [0.01, 0.02, 0.025, 0.05]})
    return {
        "fan": (figures.fan_chart(fan), "Receivables end at 590 thousand yuan"),
        "adoption": (
            figures.adoption(pd.DataFrame({"date": DAYS} | shares)),
            "30.0 % of users hold",
        ),
        "stack": (figures.bucket_stack(stack), "2.00 % of principal is past due"),
        "rolls": (figures.roll_rate_heat_map(matrix), "Of M1 40 % of accounts roll on"),
        "funnel": (figures.funnel(ways), "got an account; the largest loss: not started"),
        # Of 14 accounts the seventh is 2 of 9 into the bin from 500, and 4 of 11 from 10,000 yuan.
        "histogram": (figures.histogram(bins), "above 522 points and have more than 13,636"),
        "scores": (
            figures.vintage_heat_map(by_score),
            "low points go 31+ days past due most (4.0 %)",
        ),
        "no_lateness": (
            figures.vintage_heat_map(by_score * 0),
            "No account of these was ever 31+ days past due",
        ),
        "same_lateness": (
            figures.vintage_heat_map(by_score * 0 + 0.02),
            "2.0 % of accounts were ever 31+ days past due, at every score",
        ),
        "twins": (
            figures.twins(arms_and_truth),
            "1 of 2 intervals of the arms hold the true effect",
        ),
        "loss_curves": (
            figures.loss_curves(curves, ages_of_loss),
            "300 yuan charged off by the last day, 10.0 % of it recovered",
        ),
        "rates": (figures.rate_steps(rates), "60 % of agreements cost up to 24 % a year"),
        "stress_paths": (
            figures.stress_paths(stressed),
            "Under severe 9.0 % are out of work at the end, against 5.0 % without",
        ),
        "breaking": (
            figures.breaking_points(strengths),
            "late 91 breaks its limit first, at 0.50 times the severe shock",
        ),
        "holding": (
            figures.breaking_points(strengths.assign(broken_at=np.nan)),
            "All limits hold up to 1.0 times the severe shock",
        ),
        "vintages": (figures.vintage_curves(ages), "2.0 % of accounts were ever 31+"),
        "young_vintages": (
            figures.vintage_curves(pd.concat([ages, young])),
            "1.0 % of accounts were ever 31+ days past due by month 2 on book",
        ),
        "limits": (figures.limit_waterfall(STEPS), "raised limits by 0.5 and cut 0.3 million"),
        "bridge": (figures.pnl_bridge(STEPS), "the largest step is raised (+0.5)"),
        "attribution": (figures.attribution_waterfall(STEPS), "raised makes most"),
        "mix": (figures.mix_over_time(mix), "Most money comes by manual bill: 70 %"),
        "paths": (figures.paths(path), "job loss ppm reaches 2.4"),
        "forest": (figures.forest(INTERVALS), "1 of 2 differences are told from 0"),
        "dots": (figures.segment_dots(INTERVALS), "income are let in most (10.0 %)"),
        "no_tornado": (
            figures.tornado(swing.assign(low_reach=0.5, high_reach=0.5, width_reach=0.9)),
            "No key is told from luck in loss",
        ),
        "tornado": (figures.tornado(swing), "c.d moves loss most: from -30.0 to +50.0 %"),
        "frontier": (figures.frontier(designs), "1 of 2 designs are beaten by none"),
        "sobol": (
            figures.sobol(shares_of_variance),
            "c.d makes most of the variance of loss; 10 % of it is luck",
        ),
        "luck": (
            figures.sobol(shares_of_variance.assign(total_low=-0.1)),
            "No key is told from luck in loss",
        ),
        "groups": (figures.misses_by_group(misses), "2 of 4 targets are met, 2 are missed"),
        "worst": (figures.worst_misses(INTERVALS), "Missed most: target "),
        "posterior": (figures.posterior(draws, {"a.b": 2, "c.d": 3}), "3 draws of the posterior"),
        "ranks": (
            figures.ranks(np.array([40, 50, 80]), 37, 64),
            "2 of 3 ranks lie within chance",
        ),
        "losses": (
            figures.loss_histogram(losses, 0.026, 0.05),
            "2.62 % a year on average; worst of 4",
        ),
    }


@pytest.fixture(scope="module")
def all_drawn():
    return drawn()


def test_every_title_states_what_the_numbers_show(all_drawn):
    for name, (figure, words) in all_drawn.items():
        assert words in (figure.get_suptitle() or figure.axes[0].get_title(loc="left")), name


def test_every_figure_names_the_unit_of_an_axis(all_drawn):
    for name, (figure, _) in all_drawn.items():
        for axes in figure.axes:
            assert axes.get_ylabel() or axes.get_xlabel(), name


def test_figures_are_the_same_text_each_time_with_ids_of_their_own(all_drawn):
    again = drawn()
    seen = set()
    for name, (figure, _) in all_drawn.items():
        text = figures.svg(figure, name)
        assert text == figures.svg(again[name][0], name)
        assert text.startswith("<svg")
        ids = {part.split('"')[0] for part in text.split(' id="')[1:]}
        assert not ids & seen
        assert all(each.startswith(f"{name}-") for each in ids)
        used = {part.split(")")[0] for part in text.split("url(#")[1:]}
        used |= {part.split('"')[0] for part in text.split('xlink:href="#')[1:]}
        assert used <= ids
        seen |= ids


def test_no_style_of_the_caller_changes_a_figure():
    import matplotlib as mpl

    plain = figures.svg(figures.forest(INTERVALS), "one")
    with mpl.rc_context({"font.size": 30, "axes.titlesize": 40, "axes.spines.top": True}):
        assert figures.svg(figures.forest(INTERVALS), "one") == plain


def test_lights_at_their_boundaries():
    assert light(Value(0.03, 0.03, 0.03), 0.03) == "close"
    assert light(Value(0.0301, 0.02, 0.04), 0.03) == "broken"
    assert light(Value(0.02, 0.01, 0.031), 0.03) == "close"
    assert light(Value(0.02, 0.01, 0.03), 0.03) == "kept"
    assert light(Value(0.02), 0.03) == "kept"
    assert light(Value(0.0271), 0.03) == "close"


def test_numbers_are_shown_in_the_unit_that_is_read():
    assert shown(123_456_789_00, "fen") == "123,456,789"
    assert shown(12_34, "fen") == "12.34"
    assert shown(-0.1, "fen") == "0.00"
    assert shown(0.01234, "share") == "1.23 %"
    assert shown(float("nan"), "share") == "-"
    assert shown(float("inf"), "number") == "∞"
    assert shown(0.4, "count") == "0.4"


def test_values_keep_exact_sums_and_shares_stay_within_their_bounds():
    assert mean_of([1, 2, 4], "fen").total == 7
    assert mean_of([1.0, 2.0], "fen").total is None
    found = ratio_of([0, 0, 1], [10, 10, 10])
    assert found.estimate == pytest.approx(1 / 30)
    assert found.low == 0.0
    below = ratio_of([-5, 1, 1], [10, 10, 10])
    assert below.low < 0


def test_the_interval_of_what_is_never_below_nothing_is_not_either():
    rare = np.array([0, 0, 0, 5])
    assert interval.mean(rare).low < 0
    assert mean_of(rare, "count").low == 0
    assert mean_of(rare - 1, "fen").low == interval.mean(rare - 1).low < 0  # such as a profit
    assert ratio_of(rare, np.array([2, 2, 2, 2]), "hours").low == 0
