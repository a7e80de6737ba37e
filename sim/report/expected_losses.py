"""Expected credit losses of a run, with intervals over its replications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.report.source import Source
from sim.risk.expected_losses import Outlook, allowance
from sim.risk.jackknife import Jackknifed, jackknife
from sim.risk.severity import recovered_share, seen_through

# Assumed: how likely the economies are, and what they do to moves for the worse.
OUTLOOKS = {
    "baseline": Outlook(0.5, 1.0),
    "mild": Outlook(0.3, 1.25),
    "severe": Outlook(0.2, 1.6),
}
NAMES = ("ead_fen", "ecl_12_fen", "ecl_lifetime_fen", "allowance_fen")


def can_expect(source: Source) -> bool:
    """Tell whether a source has all that expected losses are made from."""
    return source.has("roll_rates", "monthly") and source.charge_offs is not None


class Book:
    """Month ends, moves and charge-offs of a run, and what is expected to be lost of them."""

    def __init__(self, source: Source) -> None:
        """Take the last month end, the moves of all months, and what was charged off."""
        run = source.scenario.run
        lost = source.charge_offs
        if lost is None:
            raise ValueError("wanted accounts, or those that were charged off (found neither)")
        monthly = source.table("monthly")
        self.last_day = run.burn_in_days + run.days - 1
        self.rate = source.scenario.product.charges.rate_ppb / 1e9 * 30
        self.charged_off = lost
        self.lost, self.complete = seen_through(lost, self.last_day)
        self.monthly = monthly[monthly["month"] == monthly["month"].max()]
        self.moves = source.moves
        self.segments = [str(name) for name in dict.fromkeys(self.monthly["segment"])]

    def severity(self) -> Jackknifed:
        """Return what does not come back of amounts charged off; all of it where none was."""
        return jackknife(lambda _, lost: _severity(lost), self.moves, self.lost, bounded=True)

    def change(self, before: Book, segment: str, outlooks: Mapping[str, Outlook]) -> Jackknifed:
        """Return the sums that `expected` ends with less those of another book, paired.

        Where only one of the two has enough accounts whose year of recovery is over, recovery is
        told by all that were charged off under both: else the difference would be one of method.
        """
        alike = self.complete == before.complete
        mine, other = (
            (book.monthly, book.moves, book.lost if alike else book.charged_off)
            for book in (self, before)
        )

        def apart(*tables: pd.DataFrame) -> Any:
            one = self._measured(segment, outlooks, *tables[:3])
            return one[-1] - before._measured(segment, outlooks, *tables[3:])[-1]

        return jackknife(apart, *mine, *other)

    def expected(self, segment: str, outlooks: Mapping[str, Outlook]) -> Jackknifed:
        """Return by bucket and, last, in sum: exposure, the three losses, and coverage."""

        def measured(*tables: pd.DataFrame) -> Any:
            return self._measured(segment, outlooks, *tables)

        return jackknife(measured, self.monthly, self.moves, self.lost).floored()

    def _measured(
        self,
        segment: str,
        outlooks: Mapping[str, Outlook],
        monthly: pd.DataFrame,
        moves: pd.DataFrame,
        lost: pd.DataFrame,
    ) -> Any:
        options: Any = {"rate": self.rate, "outlooks": outlooks, "segment": segment}
        table = allowance(monthly, moves, _severity(lost), **options)[list(NAMES)].to_numpy()
        whole = np.vstack([table, table.sum(axis=0)])
        with np.errstate(divide="ignore", invalid="ignore"):
            share = whole[:, 3:] / whole[:, :1]
        return np.hstack([whole, share])


def _severity(lost: pd.DataFrame) -> float:
    back = recovered_share(lost).share
    return float(np.nan_to_num(1 - back, nan=1.0))
