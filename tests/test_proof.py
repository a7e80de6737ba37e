"""`paylater prove` holds the installation to known answers, and shows what is broken."""

import json
import math
import pkgutil

import numpy as np
import pytest

import sim
from sim.commands import answer
from sim.proof import (
    calibration,
    case,
    chain_draws,
    large_pools,
    random_numbers,
    small_run,
    study_statistics,
)
from sim.proof.listed import absent, case_of, listed
from sim.proof.proof import prove, row_of, shipped
from sim.risk import closed_form

ENTRY = {
    "id": "V1",
    "name": "a quantile",
    "call": "sim.risk.closed_form:loss_quantile",
    "inputs": {"pd": 0.02, "asset_correlation": 0.04, "level": [0.5, 0.99]},
    "expected": [0.01803672, 0.05248363],
    "tolerance": 1e-8,
    "source": "Vasicek",
}


def rows_of(cases):
    return {row.id: row for row in prove(cases).rows}


def test_every_listed_case_holds():
    found = prove(listed())
    assert [row.id for row in found.rows if not row.passed] == []
    assert len(found.rows) > 30


def test_every_simulated_case_holds():
    modules = (large_pools, chain_draws, random_numbers, calibration, study_statistics)
    found = prove([case for module in modules for case in module.cases()])
    assert [row.id for row in found.rows if not row.passed] == []


def test_a_case_has_an_id_of_its_own():
    ids = [case.id for case in shipped()]
    assert len(ids) == len(set(ids))


def test_only_what_the_package_has_not_is_left_out():
    for each in shipped():
        if each.needs is not None:
            with pytest.raises((ImportError, AttributeError)):
                pkgutil.resolve_name(each.needs)
    assert absent("sim.risk.closed_form") is absent("sim.load") is None
    assert absent("sim.nowhere.at_all") == "sim.nowhere.at_all"
    lacking = case_of(ENTRY | {"needs": "sim.no_such_thing"})
    found = prove([lacking, case_of(ENTRY)])
    assert found.absent == {"V1": "sim.no_such_thing"}
    assert "sim.no_such_thing is not in this version" in found.text()


@pytest.mark.parametrize(
    "name",
    [name for name in closed_form.__all__ if name[0].islower()],
)
def test_a_broken_formula_turns_a_row_red(name, monkeypatch):
    """Every formula is held by a case that sees an error of one in a thousand."""
    sound = getattr(closed_form, name)

    def bent(answer):
        if isinstance(answer, tuple):
            return type(answer)(*(bent(part) for part in answer))
        return np.asarray(answer) * 1.001

    monkeypatch.setattr(closed_form, name, lambda *args, **named: bent(sound(*args, **named)))
    assert any(not row_of(case).passed for case in [*listed(), *large_pools.cases()])


def test_a_formula_that_raises_fails_with_its_words(monkeypatch):
    def broken(**_):
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr(closed_form, "psi", broken)
    rows = rows_of(listed())
    assert rows["E8"].fault == "ZeroDivisionError: no such luck"
    assert [name for name, row in rows.items() if not row.passed] == ["E8"]


def test_an_answer_that_is_no_number_or_of_another_size_fails():
    for got in ([math.nan, 0.05248363], [0.01803672], [0.01803672, math.inf]):
        row = row_of(
            case.Case("X", "", {}, "", lambda got=got: case.near(ENTRY["expected"], got, 1e-3))
        )
        assert not row.passed
        json.dumps(row._asdict(), allow_nan=False)


def test_bounds_count_as_inside():
    assert case.near(1.0, 1.5, 0.5).holds
    assert not case.near(1.0, 1.5001, 0.5).holds
    assert case.between([1, 1], [0, 2], 0, 2).holds
    assert not case.between([1, 1], [0, 2.1], 0, 2).holds


def test_a_case_says_what_it_lacks():
    with pytest.raises(ValueError, match="case V1: wanted source, tolerance"):
        case_of({key: value for key, value in ENTRY.items() if key not in ("source", "tolerance")})


def test_no_rows_prove_nothing():
    assert not prove([]).passed


def test_a_wrong_generator_is_found_out(monkeypatch):
    """Draws from a narrower distribution, and two streams that are one."""
    monkeypatch.setattr(random_numbers, "normals", lambda stream, *shape: np.ones(shape))
    assert not rows_of(random_numbers.cases())["C9"].passed
    plain = random_numbers.uniforms
    monkeypatch.setattr(random_numbers, "uniforms", lambda stream, *shape: plain(1, *shape))
    rows = rows_of(random_numbers.cases())
    assert not rows["C4"].passed
    assert not rows["C9b"].passed


def test_an_estimator_that_loses_moves_is_found_out(monkeypatch):
    sound = chain_draws.cohort_matrix

    def lossy(moves, states):
        return sound(moves[moves["to_bucket"] != 2], states)

    monkeypatch.setattr(chain_draws, "cohort_matrix", lossy)
    assert not rows_of(chain_draws.cases())["M5"].passed


def test_the_command_fails_with_1_when_a_row_does(monkeypatch, capsys):
    monkeypatch.setattr("sim.proof.proof.shipped", lambda: [case_of(ENTRY)])
    assert answer(["prove"]) == 0
    assert "PASS  V1" in capsys.readouterr().out
    wrong = case_of(ENTRY | {"expected": [0.018, 0.052]})
    monkeypatch.setattr("sim.proof.proof.shipped", lambda: [wrong])
    assert answer(["prove", "--quiet"]) == 1
    told = capsys.readouterr().out
    assert "FAIL  V1    a quantile" in told
    assert "0 of 1 PASS; FAIL: V1" in told


@pytest.mark.slow
def test_the_whole_proof_holds_within_a_minute(tmp_path, capsys):
    path = tmp_path / "proof.json"
    small_run.state_of(1)  # compiles what has to be, once per version
    code = answer(["prove", "--json", str(path)])
    told = capsys.readouterr().out
    assert code == 0, told
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["passed"]
    assert content["version"] == sim.__version__
    ids = {row["id"] for row in content["rows"]}
    assert {"V1", "V11b", "M5", "M6", "M7", "A10", "E6", "C8", "C10", "C11", "S1", "S4"} <= ids
    assert sum(row["seconds"] for row in content["rows"]) < 60
    for row in content["rows"]:
        assert row["expected"]
        assert row["tolerance"]
        assert row["source"]
        assert row["inputs"]
