"""What is counted at a month end, declared once; whole numbers, so any order of adding is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.units import CountSum, FenSum, Unit

ScoreSum = Annotated[int, Unit("1e-3 point", "i8", 0, 2**62)]  # payment scores of many users


@dataclass(eq=False, kw_only=True)
class BucketTotals:
    """Accounts of one segment in one bucket at a month end; shape (months, segments, BUCKETS)."""

    accounts: Annotated[CountSum, "accounts"] = 0
    principal: Annotated[FenSum, "their principal"] = 0
    past_due: Annotated[FenSum, "of it and of charges, missed amounts"] = 0


@dataclass(eq=False, kw_only=True)
class RollTotals:
    """Accounts that went from one bucket to another; shape (months, segments, BUCKETS, BUCKETS)."""

    accounts: Annotated[CountSum, "accounts"] = 0
    principal: Annotated[FenSum, "their principal at the month end before"] = 0
    principal_after: Annotated[
        FenSum, "their principal now; of those charged off, all that was charged off, ever"
    ] = 0


@dataclass(eq=False, kw_only=True)
class VintageTotals:
    """Accounts opened in one month, as they stand at a month end; shape (months, months)."""

    accounts: Annotated[CountSum, "accounts opened in that month"] = 0
    used: Annotated[CountSum, "of them, ever used"] = 0
    ever_31: Annotated[CountSum, "of them, ever 31 or more days past due"] = 0
    ever_91: Annotated[CountSum, "of them, ever 91 or more days past due"] = 0
    charged_off: Annotated[CountSum, "of them, ever charged off"] = 0
    principal: Annotated[FenSum, "drawn and not repaid"] = 0
    written_off: Annotated[FenSum, "charged off, ever"] = 0
    recovered: Annotated[FenSum, "of it, recovered since"] = 0
    first_defaults: Annotated[CountSum, "accounts whose very first bill was missed"] = 0
    active: Annotated[CountSum, "accounts open, blocked or suspended"] = 0
    limit: Annotated[FenSum, "limits of the active (R-L10)"] = 0
    score: Annotated[ScoreSum, "payment scores of their users, summed (R-L10)"] = 0
    good: Annotated[CountSum, "of the active, those that never missed a bill"] = 0
    good_limit: Annotated[FenSum, "limits of the good (R-L10)"] = 0
    good_first_limit: Annotated[FenSum, "and what they were on opening"] = 0
