"""From each rule of the article one finds its function, its test and its output."""

import re
from pathlib import Path

import pytest

from sim.docs import rules
from sim.docs.statements import STATEMENTS

TESTS = Path(__file__).parent
WANTED = {"A": 5, "E": 4, "L": 11, "P": 10, "U": 8, "W": 6}


@pytest.fixture(scope="module")
def traces():
    return rules.traces(TESTS)


def test_all_44_rules_of_the_sections_are_told():
    numbers = [f"R-{letter}{n}" for letter, most in WANTED.items() for n in range(1, most + 1)]
    assert len(numbers) == 44
    assert list(STATEMENTS) == [*numbers, "R-F1", "R-F2", "R-F3", "R-F4", "R-F6"]


@pytest.mark.parametrize("rule", STATEMENTS)
def test_a_rule_has_a_function_a_test_and_a_column(traces, rule):
    found = traces[rule]
    assert found.functions, "no docstring of a function names it"
    assert found.tests, "no test is marked with it"
    assert found.columns, "no column says it in its description"


def test_the_page_is_not_stale():
    page = rules.PAGE.read_text(encoding="utf-8")
    assert page == rules.page(TESTS), "run `python -m sim.docs.rules`"


def test_a_range_of_rules_names_each_of_them():
    assert rules.numbers_in("R-L1 to R-L3, R-W6") == {"R-L1", "R-L2", "R-L3", "R-W6"}


def test_a_mark_names_rules_of_the_article():
    for path in TESTS.glob("test_*.py"):
        for mark in re.findall(r"pytest\.mark\.rule\(([^)]*)\)", path.read_text(encoding="utf-8")):
            known = set(STATEMENTS) | rules.numbers_in("R-C1 to R-C2, R-F1 to R-F7")
            assert rules.numbers_in(mark) <= known, f"{path.name}: {mark}"
