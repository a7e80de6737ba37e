"""Machine code on disk is used again, and never after an edit to a rule."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.arms import arms_of
from sim.plan import months_kept
from sim.simulation import simulate, will_compile

PROBE = """
import sim
from sim.engines import table
from sim.simulation import simulate
plan = sim.load("scenarios/seed_article.toml").with_(users=200, days=70)
state = simulate(plan.with_(**{"product.admission": "open_to_all"}), threads=1)
hits = sum(table.live_stretch.stats.cache_hits.values())
print(int(state.totals["flow"].sum()), hits, len(table.live_stretch.signatures))
"""
REPO = Path(sim.__file__).parent.parent


def probe(folder):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(map(int, done.stdout.split()))


@pytest.mark.slow
def test_an_edit_to_a_rule_reaches_the_kernel(tmp_path):
    for name in ("sim", "scenarios"):
        shutil.copytree(REPO / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    first, hits, signatures = probe(tmp_path)
    assert (hits, signatures) == (0, 1)
    assert probe(tmp_path) == (first, 1, 1)

    rule = tmp_path / "sim" / "rules" / "interest.py"
    text = rule.read_text(encoding="utf-8")
    edited = text.replace("bearing * rate", "2 * bearing * rate")
    assert edited != text
    rule.write_text(edited, encoding="utf-8")
    after, hits, _ = probe(tmp_path)
    assert after != first
    assert hits == 0


@pytest.mark.slow
def test_an_edit_to_the_command_line_does_not_recompile(tmp_path):
    for name in ("sim", "scenarios"):
        shutil.copytree(REPO / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    probe(tmp_path)
    command = tmp_path / "sim" / "commands" / "line.py"
    command.write_text(command.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert probe(tmp_path)[1] == 1


def test_one_kernel_serves_all_scenarios(repo):
    """What rules read has one type, whatever is drawn how: else each would be compiled anew."""
    types = set()
    for file in sorted((repo / "scenarios").glob("*.toml")):
        arms = arms_of(sim.load(file).with_(policy=[]))
        types |= {(arms.params.dtype, arms.terms.dtype)}
    constant = {"distribution": "constant", "mean": 1_500}
    plain = sim.Scenario().with_(**{"population.traits.prudence": constant})
    arms = arms_of(plain)
    types |= {(arms.params.dtype, arms.terms.dtype)}
    assert len(types) == 1


RING = "('ring_principal', {'type': NestedArray(int32, (%d,)), 'offset': 0"


@pytest.fixture
def known(monkeypatch):
    """Let the kernel have machine code for some types and no others."""

    def known(*signatures):
        monkeypatch.setattr("sim.compiled.functions._signatures", lambda loop: list(signatures))

    return known


def test_plans_of_more_than_a_year_are_said_to_be_compiled(known):
    year, long = ({"product.instalments.periods": [n, 0, 0, 0]} for n in (12, 18))
    record = RING + ", none"
    known(record % 12)
    assert not will_compile(sim.Scenario().with_(**year))
    assert will_compile(sim.Scenario().with_(**long))
    known(record % 12, record % 24)
    assert not will_compile(sim.Scenario().with_(**long))
    known()
    assert will_compile()


def test_several_products_are_said_to_be_compiled_apart_from_one(known, repo):
    one, three = sim.Scenario(), sim.load(repo / "scenarios" / "compare_three_products.toml")
    months = months_kept(max(three.periods_offered))
    known(RING % 12 + ", none", RING % months + ", none")
    assert not will_compile(one)
    assert will_compile(three)
    known(RING % 12 + ", bool", RING % months + ", bool")
    assert will_compile(one)
    assert not will_compile(three)


def test_the_kernel_calls_its_types_as_it_is_asked_for_them():
    """Lived with a plan of 18 months, the code is known by what `will_compile` looks for."""
    plan = {"users": 5, "days": 2, "product.instalments.periods": [18, 0, 0, 0]}
    simulate(sim.Scenario().with_(**plan))
    assert not will_compile(sim.Scenario().with_(**plan))
    # No test and no shipped scenario has plans of 37 to 48 months, whose code could be on disk.
    assert will_compile(sim.Scenario().with_(**{"product.instalments.periods": [40, 0, 0, 0]}))
