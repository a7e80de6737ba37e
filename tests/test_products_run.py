"""Every product that ships runs with everything that can happen: same bits, books that balance."""

import numpy as np
import pytest
from teeming import TEEMING_FOR_ALL

import sim
from sim.account import Account, fees_to_come
from sim.engines.plain import PlainEngine
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.kinds import Flow
from sim.rows import as_object
from sim.scenario.presets import PRESETS
from sim.simulation import live

USERS, DAYS = 50, 240


def lived(preset, engine, *arguments):
    scenario = sim.Scenario().with_(
        users=USERS,
        days=DAYS,
        **{"product.preset": preset, "behaviour.repaying.early_ppm": 200_000} | TEEMING_FOR_ALL,
    )
    state = start(scenario)
    lives = engine(state, *arguments)
    live(state, lives)
    lives.close()
    return state


@pytest.fixture(scope="module", params=PRESETS)
def state(request):
    return lived(request.param, TableEngine, 1)


def test_plain_python_gives_the_same_bits(state):
    other = lived(state.scenario.product.preset, PlainEngine)
    for name, table in state.arrays().items():
        for column in table.dtype.names or ():
            np.testing.assert_array_equal(table[column], other.arrays()[name][column], column)


def test_the_books_balance_every_day(state):
    """What was owed, what came and what went: principal, interest, penalty and fees."""
    flow = state.totals["flow"].sum(axis=1)
    change = {
        "principal": (Flow.PURCHASES,),
        "interest": (Flow.INTEREST_CHARGED,),
        "penalty": (Flow.PENALTY_CHARGED,),
        "fees": (Flow.FEES_CHARGED,),
    }
    for name, charged in change.items():
        kind = name.upper()
        gone = [Flow[f"{kind}_REPAID"], Flow[f"{kind}_WRITTEN_OFF"]]
        if name == "principal":
            gone += [Flow.REFUNDED, Flow.FRAUD_LOSS, Flow.DISPUTE_LOSS]
        if name in {"interest", "penalty"}:
            gone.append(Flow[f"{kind}_WAIVED"])
        left = flow[:, list(charged)].sum(axis=1) - flow[:, gone].sum(axis=1)
        np.testing.assert_array_equal(left.cumsum(), state.totals[name].sum(axis=1), name)
    assert flow[:, Flow.PURCHASES].sum() > 0
    assert flow[:, Flow.PRINCIPAL_REPAID].sum() > 0


def test_no_account_has_less_than_nothing(state):
    for row in state.accounts[:, 0]:
        account = as_object(Account, row)
        assert sum(account.ring_principal) == account.planned
        assert fees_to_come(account) >= 0
        assert 0 <= account.overdue <= account.carried
        for name in (
            *("planned", "unbilled", "billed", "carried", "interest", "penalty", "fees"),
            *("accrued", "grace_accrued", "penalty_accrued", "statement_due", "minimum_due"),
        ):
            assert getattr(account, name) >= 0, name


def test_what_tells_the_products_apart_shows_in_a_run(state):
    flow = state.totals["flow"].sum(axis=(0, 1))
    preset = state.scenario.product.preset
    assert (flow[Flow.INSTALMENT_FEES] > 0) == (preset not in ("fenfu_public", "weilidai_public"))
    assert flow[Flow.INTEREST_CHARGED] > 0
    assert flow[Flow.PENALTY_CHARGED] > 0
