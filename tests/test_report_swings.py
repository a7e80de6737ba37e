"""Intervals of what a key does in a sweep: they know that rows share their luck."""

import itertools

import numpy as np
import pandas as pd
import pytest

from sim.report.swings import swings


def grid(effect, luck, runs=6, seed=3):
    """Return a grid of two keys; luck moves all rows of a replication alike, own a little each."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, luck, runs)
    lines = []
    for row, (x, y) in enumerate(itertools.product([1, 2], [10, 20, 30])):
        for run in range(runs):
            value = 100 + effect * x + y + shared[run] + rng.normal(0, 0.1)
            lines.append((row, run, "done", "", x, y, 20 * x, value))
    names = ["row", "replication", "status", "error", "x", "y", "follows_x", "m"]
    return pd.DataFrame(lines, columns=names)


def test_luck_that_all_rows_share_does_not_blur_a_key():
    """x moves m by 1 of about 121; luck of 20 and y's effect of 20 are no noise to it."""
    found = swings(grid(effect=1, luck=20), ["m"]).set_index("key")
    x = found.loc["x"]
    half = 0.5 / grid(1, 20)["m"].mean()
    assert x.low == pytest.approx(-half, rel=0.2)
    assert x.high == pytest.approx(half, rel=0.2)
    assert 0 < x.width_reach < x.high - x.low
    assert found.loc["follows_x"].width_reach == x.width_reach


def test_a_key_that_does_nothing_stays_within_its_interval():
    idle = [swings(grid(0, 20, seed=seed), ["m"]).set_index("key").loc["x"] for seed in range(40)]
    beyond = sum(one.high - one.low > one.width_reach for one in idle)
    assert beyond <= 6  # of 40 at 5 %: more in one of 1,000


def test_one_run_a_row_tells_no_luck():
    one = swings(grid(1, 20, runs=1), ["m"]).set_index("key").loc["x"]
    assert np.isnan([one.low_reach, one.high_reach, one.width_reach]).all()


def test_rows_drawn_at_random_are_a_sample_however_often_each_is_run():
    """Of 24 drawn rows each run 1 or 30 times without luck, the means are as unsure as 24 rows."""
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0, 1, (2, 24))
    reaches = []
    for runs in (1, 30):
        lines = [
            (row, run, "done", "", x[row], y[row], 5 + x[row] + 9 * y[row])
            for row, run in itertools.product(range(24), range(runs))
        ]
        names = ["row", "replication", "status", "error", "x", "y", "m"]
        found = swings(pd.DataFrame(lines, columns=names), ["m"]).set_index("key")
        reaches.append(found.loc["x"].width_reach)
    assert reaches[0] > 0
    assert reaches[1] == pytest.approx(reaches[0])
