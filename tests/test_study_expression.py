"""What a study may write out as arithmetic, and what is refused."""

import numpy as np
import pyarrow as pa
import pytest
from made_records import made_record, small_scenario

from sim.day import Totals
from sim.results.tables import table
from sim.rows import columns, outside_name
from sim.study.expression import Expression
from sim.study.metrics import FIGURES, KEYS, STOCKS, Series, every, metric

VALUES = {"a": 6, "b.c": 4, "policy.0.share_ppm": 250_000}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a / b.c", 1.5),
        ("-a + 2 * (b.c - 1)", 0),
        ("policy.0.share_ppm // 4", 62_500),
        ("a > b.c and b.c <= 4", True),
        ("a > b.c > 5 or not a == 6", False),
        ("7", 7),
    ],
)
def test_arithmetic_over_names(text, value):
    assert Expression(text).value(VALUES.__getitem__) == value


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a +", "open('x')", "a.b()", "a ** 2", "[a]", "a if b else c", "'a'"],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="wanted names, numbers"):
        Expression(text)


@pytest.fixture(scope="module")
def series():
    plan = small_scenario()
    return Series.of_tables([table(made_record(plan, r), "daily") for r in range(3)])


def test_last_total_and_mean_of_a_column(series):
    spent = series.columns["spent_fen"]
    assert spent.shape == (3, 70)
    assert (metric("last.spent_fen").values(series) == spent).all()
    total = metric("total.spent_fen").values(series)
    assert total.dtype.kind == "i"
    assert (total[:, -1] == spent.sum(axis=1)).all()
    assert metric("mean.spent_fen").values(series)[:, -1] == pytest.approx(spent.mean(axis=1))


def test_figures_may_be_parts_of_a_metric(series):
    both = metric("income_fen - loss_fen").values(series)
    assert (both == metric("risk_adjusted_income_fen").values(series)).all()
    one, other = metric("late_31_share").sides(series)
    assert (one == series.columns["principal_late_31_fen"]).all()
    assert (other == series.columns["principal_fen"]).all()
    assert metric("loss_fen").sides(series) is None


def test_every_column_of_daily_is_measured_once(series):
    names = [each.name.partition(".")[2] for each in every(list(series.columns))[len(FIGURES) :]]
    assert sorted(names) == sorted(series.columns)
    assert set(series.columns) >= STOCKS
    declared = [outside_name(column) for column in columns(Totals)]
    assert {*declared[: declared.index("joined")]} - {"warned_1"} == STOCKS
    assert not set(KEYS) & set(series.columns)


@pytest.mark.parametrize("name", ["loss", "last", "min.users"])
def test_unknown_metrics_are_named(name):
    with pytest.raises(ValueError, match="wanted a figure"):
        metric(name)


def test_unknown_columns_are_named():
    told = r"column of daily; did you mean `last.spent_fen`\? \(found last.spent\)"
    with pytest.raises(ValueError, match=told):
        metric("last.spent")
    with pytest.raises(ValueError, match=r"column of daily \(found total.xyz\)"):
        metric("total.xyz")


def test_what_cannot_be_divided_is_nothing():
    daily = pa.table(
        {"replication": [0], "day": [0], "date": [0], "limit_fen": [0], "principal_fen": [0]}
    )
    series = Series.of_tables([daily])
    assert np.isnan(metric("use_of_limits").values(series)).all()
    assert np.isnan(metric("(last.principal_fen + 1) / last.limit_fen").values(series)).all()
