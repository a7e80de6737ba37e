"""All statistics of accounts under the keys of the target file."""

from __future__ import annotations

import warnings

from sim.calibration.accounts import Accounts
from sim.calibration.statistics import charges, delinquency, payments, persistence, standing
from sim.calibration.statistics.parts import Found


def statistics(accounts: Accounts) -> Found:
    """Return every statistic of accounts by its key, parts joined by /.

    A statistic that nobody bears on (no client in a band) is NaN.
    """
    found: Found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing
        for part in (standing, payments, delinquency, persistence, charges):
            found |= part.statistics(accounts)
    return found
