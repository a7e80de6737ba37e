"""The benchmark measures what it says: every figure is there, and figures agree with each other."""

import json
import subprocess
import sys

import pytest

from sim.account import Account
from sim.bench import TARGETS, Measure, Target
from sim.rows import often_dtype, row_dtype
from sim.user import User


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Return what a quick benchmark printed, and its figures by name."""
    target = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "-m", "sim.bench", "--quick", "--json", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout, json.loads(target.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_figure_is_measured_printed_and_written(quick):
    printed, written = quick
    figures = {measure["name"]: measure["value"] for measure in written["measures"]}
    assert written["quick"] is True
    assert all(value > 0 for value in figures.values())
    assert all(name in printed for name in figures)
    assert figures["state of a user"] == row_dtype(User).itemsize
    front, whole = often_dtype(Account).itemsize, row_dtype(Account).itemsize
    assert front + 1 < figures["state of an account"] < whole  # of some, instalments are to come
    assert figures["first run of a version"] > 2 * figures["later runs"]  # it compiled
    one, two = figures["table, 1 thread"], figures["table, 2 threads"]
    assert figures["table, 2 threads against 1"] == pytest.approx(one / two)


@pytest.mark.slow
def test_every_target_but_that_of_the_full_size_is_of_a_figure(quick):
    names = {measure["name"] for measure in quick[1]["measures"]}
    assert set(TARGETS) - names == {"a year of 1,000,000 users"}


@pytest.mark.parametrize(
    ("target", "found", "met"),
    [(Target(60), 60.0, True), (Target(60), 60.1, False), (Target(1.8, at_least=True), 1.7, False)],
)
def test_a_line_tells_whether_its_target_is_met(target, found, met):
    assert target.met(found) is met


def test_a_figure_beyond_its_target_is_printed_as_missed():
    assert "at most 60: missed" in Measure("table, 1 thread", 61.0, "ns a user-day").line()
    assert "at most 60: met" in Measure("table, 1 thread", 59.0, "ns a user-day").line()
