"""Laws of conservation and relations between runs are rows of the proof that can turn red."""

import numpy as np
import pytest

from sim.calibration import posterior
from sim.proof import calibration, laws, relations, small_run, study_statistics
from sim.proof.proof import row_of


def row(module, id_):
    return row_of({case.id: case for case in module.cases()}[id_])


@pytest.mark.parametrize("module", [laws, relations])
def test_every_law_and_relation_holds(module):
    rows = [row_of(case) for case in module.cases()]
    assert [(each.id, each.fault or each.got) for each in rows if not each.passed] == []


@pytest.mark.parametrize(
    ("id_", "column"),
    [
        ("L2", "principal_repaid_fen"),
        ("L3", "penalty_fen"),
        ("L3", "fees_charged_fen"),
        ("L5", "wallet_fen"),
        ("L7", "left"),
        ("L7", "opened"),
    ],
)
def test_a_fen_or_a_user_lost_on_one_day_turns_a_law_red(id_, column, monkeypatch):
    daily = small_run.run_of().daily.copy()
    daily.loc[100, column] += 1
    monkeypatch.setattr(laws, "_daily", lambda: daily)
    assert not row(laws, id_).passed


def test_books_that_do_not_agree_turn_the_audit_red(monkeypatch):
    from sim.audit import auditor

    def broken(part):
        part.findings.fault("daily", "day 1", "users", 1, 2, "a test")

    monkeypatch.setattr(auditor, "_CHECKS", (*auditor._CHECKS, broken))
    assert not row(laws, "L1").passed


@pytest.mark.parametrize("days", [179, 181])
def test_a_charge_off_a_day_early_or_late_turns_red(days, monkeypatch):
    sound = laws._ages
    monkeypatch.setattr(laws, "_ages", lambda wanted: sound(days if wanted == 180 else wanted))
    assert not row(laws, "E4").passed


def test_runs_that_are_not_alike_turn_relations_red(monkeypatch):
    """Every run that is started here is of another replication than the one it is held against."""
    from sim.engines import state

    sound = state.start
    monkeypatch.setattr(
        relations,
        "starting",
        lambda plan, replication=0, **part: sound(plan, replication + 1, **part),
    )
    for id_ in ("R1", "R2", "R3", "R4"):
        assert not row(relations, id_).passed, id_


def test_a_policy_without_effect_and_a_fee_that_stays_turn_red(monkeypatch):
    monkeypatch.setattr(relations, "_under", lambda share_ppm, change: small_run.state_of(1))
    assert not row(relations, "R5").passed
    monkeypatch.setattr(relations, "lived", lambda state, **_: small_run.state_of(1))
    assert not row(relations, "R6").passed


def test_a_loss_that_falls_and_effects_that_lean_turn_red(monkeypatch):
    from sim.study import difference

    monkeypatch.setattr(relations, "_losses", lambda prudence: np.array([3.0, 5, 4]) * prudence)
    assert not row(relations, "R7").passed
    assert row(relations, "R8").passed
    sound = difference.paired
    monkeypatch.setattr(difference, "paired", lambda a, b: sound(a, b + 1))
    assert not row(relations, "R8").passed


def test_a_posterior_that_is_not_adjusted_or_too_narrow_is_found_out(monkeypatch):
    sound = posterior.accepted

    def narrow(places, statistics, wanted, kept):
        found = sound(places, statistics, wanted, kept)
        middle = found.weights @ found.places
        return found._replace(places=middle + (found.places - middle) / 2)

    monkeypatch.setattr(posterior, "accepted", narrow)
    assert not row(calibration, "S2b").passed

    def aside(places, statistics, wanted, kept):
        return sound(places, statistics, wanted + 2, kept)

    monkeypatch.setattr(posterior, "accepted", aside)
    assert not row(calibration, "S2").passed


def test_an_index_that_finds_something_in_noise_turns_red(monkeypatch):
    sound = study_statistics.normals
    monkeypatch.setattr(
        study_statistics,
        "normals",
        lambda stream, rows, runs: sound(stream, rows, 1) + np.zeros(runs),
    )
    assert not row(study_statistics, "C13").passed
