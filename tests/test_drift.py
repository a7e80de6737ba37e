"""At baseline the mature book stands still: neither pots nor arrears drift over the reported year.

The acceptance of the model's balance: what comes into wallets and banks goes out again, and what
falls into arrears is cured or charged off, on average over replications with luck of their own.
"""

import numpy as np
import pytest

import sim
from sim.simulation import simulate

USERS, REPLICATIONS = 10_000, 20


@pytest.fixture(scope="module")
def reported(repo):
    """Return for each measure its days of the reported year, shape (replications, 365)."""
    plan = sim.load(repo / "scenarios" / "mature_book.toml").with_(users=USERS)
    years = [measured(simulate(plan, replication=k)) for k in range(REPLICATIONS)]
    return {name: np.array([year[name] for year in years]) for name in years[0]}


def measured(state):
    """Return the days of each measure over the reported year."""
    first = state.scenario.run.burn_in_days
    daily = {name: state.totals[name][first:].sum(axis=1) for name in COUNTED}
    return {
        "wallets": daily["wallet"] / daily["users"],
        "bank balances": daily["bank"] / daily["users"],
        "share of principal 90+": daily["principal_late_91"] / daily["principal"],
    }


COUNTED = ("users", "wallet", "bank", "principal", "principal_late_91")


def slopes(years):
    """Return the slope of each replication by least squares, a day.

    Of days, not of months: pots fall after the last payday of a month, so that the means of long
    and short months differ, and 2024 has its long ones late.
    """
    days = np.arange(years.shape[1]) - (years.shape[1] - 1) / 2
    return years @ days / (days @ days)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wallets", "bank balances", "share of principal 90+"])
def test_nothing_drifts_over_the_reported_year(reported, name):
    """The mean slope over replications is within two standard errors of zero."""
    found = slopes(reported[name])
    error = found.std(ddof=1) / np.sqrt(REPLICATIONS)
    assert abs(found.mean()) < 2 * error, f"{found.mean() / error:+.1f} standard errors"
    # The bound is worth something: a year that changed the level by a quarter would be found.
    assert 365 * 2 * error < 0.25 * reported[name].mean()
