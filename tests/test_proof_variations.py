"""What closes show, what changes bring, and parameters found again: rows that can turn red."""

import datetime as dt
from itertools import count

import numpy as np
import pytest

import sim
from sim.calibration import posterior
from sim.proof import (
    arrears,
    closes,
    laws,
    living,
    money,
    populations,
    product_rules,
    recovery,
    small_run,
    variations,
)
from sim.proof.listed import listed
from sim.proof.proof import row_of


def row(module, id_):
    return row_of({case.id: case for case in module.cases()}[id_])


@pytest.mark.parametrize("module", [closes, arrears, money, populations, variations, recovery])
def test_every_row_holds(module):
    rows = [row_of(case) for case in module.cases()]
    assert [(each.id, each.fault or each.got) for each in rows if not each.passed] == []


def test_a_fen_over_the_limit_and_a_day_too_many_turn_red(monkeypatch):
    monkeypatch.setattr(closes, "_REVIEW_DAYS", 2)  # of reviews that take three
    assert not row(closes, "L9").passed
    owed, late = closes._principal, arrears._days_past_due
    monkeypatch.setattr(closes, "_principal", lambda accounts: owed(accounts) + 50_000)
    assert not row(closes, "L4").passed
    monkeypatch.setattr(arrears, "_days_past_due", lambda a, day: late(a, day + 15))
    for id_ in ("M6b", "A11g"):
        assert not row(arrears, id_).passed, id_


def test_runs_that_are_not_alike_turn_variations_red(monkeypatch):
    """Every run is of another replication than the one before."""
    numbers = count(1)

    def other(plan, replication=0, **part):
        return living.starting(plan, next(numbers), **part)

    for module, ids in (
        (money, ["R9"]),
        (populations, ["R10", "R12"]),
        (variations, ["R15", "R16"]),
    ):
        monkeypatch.setattr(module, "starting", other)
        for id_ in ids:
            assert not row(module, id_).passed, id_


def test_an_amount_that_is_not_scaled_turns_red(monkeypatch):
    sound = money._times

    def forgetful(value, times, name=""):
        return value if name == "max_fen" else sound(value, times, name)

    monkeypatch.setattr(money, "_times", forgetful)
    assert not row(money, "R9").passed


def test_copies_that_share_their_luck_turn_red(monkeypatch):
    def alike(state):
        state.users["user"] //= 2 * populations.COPIED  # two copies in a row: one key for all
        return living.lived(state)

    monkeypatch.setattr(populations, "lived", alike)
    assert not row(populations, "R11").passed


def test_a_grace_that_costs_and_a_cap_that_is_not_kept_turn_red(monkeypatch):
    sound = variations._late
    monkeypatch.setattr(variations, "_late", lambda days, number: sound(13 - days, number))
    assert not row(variations, "R13").passed
    monkeypatch.setattr(variations, "scenario", lambda **_: small_run.scenario())
    assert not row(variations, "R14").passed


@pytest.mark.parametrize("step", [0.5, -0.5])
def test_draws_that_lie_aside_turn_the_recovery_red(step, monkeypatch):
    sound = posterior.accepted

    def aside(places, statistics, wanted, kept):
        found = sound(places, statistics, wanted, kept)
        spread = found.places.std(axis=0)
        return found._replace(places=found.places + step * spread)

    monkeypatch.setattr(posterior, "accepted", aside)
    assert not row(recovery, "S3").passed


@pytest.mark.parametrize(
    ("id_", "table", "column"),
    [
        ("L6", "pnl", "profit_fen"),
        ("L6", "balance_sheet", "funding_fen"),
        ("E5", "pnl", "allowance_change_fen"),
        ("E5", "balance_sheet", "allowance_fen"),
    ],
)
def test_a_fen_lost_from_the_books_turns_red(id_, table, column, monkeypatch):
    run = small_run.run_of()

    class Bent:
        def read(self, name):
            found = run.read(name)
            if name == table:
                found = found.copy()
                found.loc[100, column] += 1
            return found

    monkeypatch.setattr(laws.small_run, "run_of", Bent)
    monkeypatch.setattr(laws, "_daily", lambda: run.daily)
    assert not row(laws, id_).passed


def test_a_boundary_that_moves_turns_red(monkeypatch):
    cases = {case.id: case for case in listed()}
    sound, replay = product_rules.outcome, sim.replay

    def stricter(user, account, place, amount, static_today, terms):
        return sound(user, account, place, amount + 1, static_today, terms)

    monkeypatch.setattr(product_rules, "outcome", stricter)
    assert not row_of(cases["A11c"]).passed
    assert not row_of(cases["A11d"]).passed

    def turned(user, account, place, amount, static_today, terms):
        account.limit = 1_200_000 - account.limit
        return sound(user, account, place, amount, static_today, terms)

    monkeypatch.setattr(product_rules, "outcome", turned)
    assert not row_of(cases["A11f"]).passed

    def later(preset, steps):
        bought, paid = steps
        return replay(preset, [bought, paid | {"date": paid["date"] + dt.timedelta(1)}])

    monkeypatch.setattr(sim, "replay", later)
    assert not row_of(cases["A11e"]).passed
    assert np.isfinite(row_of(cases["A11e"]).got).all()
