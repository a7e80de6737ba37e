"""A search finds the best row within its bounds, and proposes the same rows at every start."""

import numpy as np
import pytest

from sim.scenario import ScenarioError, from_tree
from sim.scenario.studies import SweepFile, load_study
from sim.study.sweep import Sweep, sweep
from sim.study.workers import Workers

STUDY = """
scenario = "base.toml"
design = "optimise"
replications = 2
metrics = ["use_of_limits"]
[[axis]]
key = "product.limit.fen_per_point"
low = 200
high = 1_000
[[axis]]
key = "product.gates.tenure_days"
low = 0
high = 90
[optimise]
metric = "last.limit_fen"
trials = 36
[[optimise.bounds]]
metric = "last.limit_fen"
most = {most}
"""


@pytest.fixture(scope="module")
def base():
    tree = {"run": {"users": 40, "days": 35, "seed": 5}, "product": {"admission": "open_to_all"}}
    return from_tree(tree)


def study_in(folder, base, most):
    (folder / "base.toml").write_text(base.to_toml())
    (folder / "search.toml").write_text(STUDY.format(most=most))
    return folder / "search.toml"


def test_a_search_comes_near_the_best_that_its_bound_allows(base, tmp_path):
    """Limits grow with fen a point, and tenure is asked of nobody: the best is the bound."""
    most = 20_000_000
    found = sweep(study_in(tmp_path, base, most), tmp_path / "out")
    assert len(found.rows) == 36
    assert found.results["status"].tolist() == ["done"] * 72
    means = found.by_row[found.by_row["metric"] == "last.limit_fen"]["estimate"].to_numpy()
    within = means[means <= most]
    assert len(within) > 10
    assert within.max() > 0.9 * most
    assert means.max() > most  # it also learnt where the bound is
    late, early = (np.abs(part - most).mean() for part in (means[20:], means[:10]))
    assert late < early
    frontier = found.frontier
    assert (frontier["last.limit_fen low"] <= frontier["last.limit_fen"]).all()
    assert set(frontier["within"]) <= {True, False}


def test_a_search_that_was_stopped_proposes_the_same_rows(base, tmp_path):
    file = study_in(tmp_path, base, 20_000_000)
    text = file.read_text().replace("trials = 36", "trials = 14")
    file.write_text(text)
    whole = sweep(file, tmp_path / "whole")
    study = load_study(SweepFile, file)
    for stop_after in (5, 12, 1_000):
        found = Sweep(study, tmp_path / "stopped")
        heard = []
        with Workers() as at:
            ended = found.run(
                workers=at,
                stop=lambda heard=heard, most=stop_after: len(heard) >= most,
                hears=lambda done, _, heard=heard: heard.append(done),
            )
        assert ended == (stop_after == 1_000)
    assert found.results.equals(whole.results)
    assert Sweep(study, tmp_path / "stopped").results.equals(whole.results)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('design = "optimise"', 'design = "lhs"', "only then"),
        ("most = 5\n", "", "wanted a bound, most or least"),
        ("low = 0\nhigh = 90", "values = [1, 2]", "axis: wanted axes with low and high"),
        ('metric = "last.limit_fen"\ntrials', 'metric = "limit"\ntrials', "wanted a figure"),
    ],
)
def test_what_is_wrong_with_a_search_is_told(base, tmp_path, old, new, told):
    file = study_in(tmp_path, base, 5)
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        sweep(file, tmp_path / "out")
    assert told in str(caught.value)
