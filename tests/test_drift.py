"""At baseline the mature book stands still: neither pots nor arrears drift over the reported year.

The acceptance of the model's balance: what comes into wallets and banks goes out again, and what
falls into arrears is cured or charged off, on average over replications with luck of their own.
"""

import numpy as np
import pytest

import sim
from sim.simulation import simulate

USERS, REPLICATIONS = 10_000, 20
MONTHS = np.arange(12) - 5.5


@pytest.fixture(scope="module")
def monthly_means(repo):
    """Return for each measure the means of its days by month, shape (replications, 12)."""
    plan = sim.load(repo / "scenarios" / "mature_book.toml").with_(users=USERS)
    means = [monthly(simulate(plan, replication=k)) for k in range(REPLICATIONS)]
    return {name: np.array([mean[name] for mean in means]) for name in means[0]}


def monthly(state):
    """Return the monthly means of each measure over the reported year."""
    first = state.scenario.run.burn_in_days
    daily = {name: state.totals[name][first:].sum(axis=1) for name in COUNTED}
    month = state.course.days["month"][first:]
    starts = np.flatnonzero(np.diff(month, prepend=-1))
    assert len(starts) == 12
    lengths = np.diff(starts, append=len(month))
    measures = {
        "wallets": daily["wallet"] / daily["users"],
        "bank balances": daily["bank"] / daily["users"],
        "share of principal 90+": daily["principal_late_91"] / daily["principal"],
    }
    return {name: np.add.reduceat(days, starts) / lengths for name, days in measures.items()}


COUNTED = ("users", "wallet", "bank", "principal", "principal_late_91")


def slopes(means):
    """Return the slope of each replication by least squares, a month."""
    return means @ MONTHS / (MONTHS @ MONTHS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wallets", "bank balances", "share of principal 90+"])
def test_nothing_drifts_over_the_reported_year(monthly_means, name):
    """The mean slope over replications is within two standard errors of zero."""
    means = monthly_means[name]
    found = slopes(means)
    error = found.std(ddof=1) / np.sqrt(REPLICATIONS)
    assert abs(found.mean()) < 2 * error, f"{found.mean() / error:+.1f} standard errors"
    # The bound is worth something: a year that changed the level by a tenth would be found.
    assert 12 * 2 * error < 0.1 * means.mean()
