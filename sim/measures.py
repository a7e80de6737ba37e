"""What a day's totals tell by name: the columns of `daily`, in files and in a Mesa model alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.day import Totals
from sim.kinds import Flow
from sim.rows import Table, columns, outside_name

FLOWS: dict[Flow, str] = {
    Flow.PURCHASES: "bought on credit",
    Flow.INTEREST_CHARGED: "interest posted to accounts (R-P4, R-P9)",
    Flow.PENALTY_CHARGED: "penalty posted to accounts (R-P7)",
    Flow.FEES_CHARGED: "fees posted to accounts (R-P2)",
    Flow.PRINCIPAL_REPAID: "principal repaid, after all charges (R-P8)",
    Flow.INTEREST_REPAID: "interest repaid",
    Flow.PENALTY_REPAID: "penalty repaid",
    Flow.FEES_REPAID: "fees repaid",
    Flow.PRINCIPAL_WRITTEN_OFF: "principal charged off (R-W6)",
    Flow.INTEREST_WRITTEN_OFF: "interest charged off (R-W6)",
    Flow.PENALTY_WRITTEN_OFF: "penalty charged off (R-W6)",
    Flow.FEES_WRITTEN_OFF: "fees charged off (R-W6)",
    Flow.RECOVERED: "recovered after charge-off (R-W6)",
    Flow.INCOME: "income of users, into the bank",
    Flow.OUTGOINGS: "fixed outgoings of users, out of the bank",
    Flow.SAVED: "put away by users, out of the bank",
    Flow.SPENT_OWN: "bought from wallet and bank",
    Flow.BROUGHT: "wallet and bank of users who joined",
    Flow.TAKEN: "wallet and bank of users who left",
    Flow.INSTALMENT_FEES: "of fees charged, those for instalments (R-P3)",
    Flow.REFUNDED: "principal given back by merchants",
    Flow.REFUND_CASH: "refunds beyond what was owed, into wallets",
    Flow.FRAUD_LOSS: "principal drawn by others and given up (R-W4)",
    Flow.DISPUTE_LOSS: "principal given up on claims that were not right (R-W4)",
    Flow.SUSPENDED: "of interest and penalty charged, past 90 days due: no income yet",
    Flow.SUSPENSE_RELEASED: "of that, paid or cured: income now",
    Flow.SUSPENSE_WRITTEN_OFF: "of that, charged off: never was income",
    Flow.YIELD: "yield paid on wallets (R-F4)",
    Flow.INTEREST_WAIVED: "unpaid interest on principal given up on claims (R-W4)",
    Flow.PENALTY_WAIVED: "unpaid penalty on principal given up on claims (R-W4)",
}
FLOW_NAMES = {flow: f"{flow.name.lower()}_fen" for flow in Flow} | {
    Flow.PURCHASES: "spent_fen",
    Flow.SUSPENDED: "suspended_charged_fen",
}

_REPAID = (Flow.PRINCIPAL_REPAID, Flow.INTEREST_REPAID, Flow.PENALTY_REPAID, Flow.FEES_REPAID)
_WRITTEN_OFF = (
    Flow.PRINCIPAL_WRITTEN_OFF,
    Flow.INTEREST_WRITTEN_OFF,
    Flow.PENALTY_WRITTEN_OFF,
    Flow.FEES_WRITTEN_OFF,
)
# What a reader looks for first; the others follow in the order of their declaration.
_FIRST = [
    "users",
    "candidates",
    "active",
    "utilising",
    "limit_fen",
    "principal_fen",
    "interest_fen",
    "penalty_fen",
    "fees_fen",
    "spent_fen",
    "repaid_fen",
    "interest_charged_fen",
    "fees_charged_fen",
    "penalty_charged_fen",
    "written_off_fen",
    "recovered_fen",
    "refused",
    "late_1",
    "late_31",
    "late_61",
    "late_91",
    "principal_late_1_fen",
    "principal_late_31_fen",
    "principal_late_61_fen",
    "principal_late_91_fen",
    "past_due_fen",
    "warned_1",
    "warned_2",
    "warned_3",
    "disputes_open",
]


class Measure(NamedTuple):
    """One column of `daily`."""

    unit: str
    meaning: str
    values: NDArray[np.int64]  # shape as the totals it was made from


def measures(totals: Table) -> dict[str, Measure]:
    """Return all columns of `daily` by name, in the order of the file.

    totals: Totals rows of any shape; the columns that count by place or method stay out.
    """
    found = {
        outside_name(column): Measure(column.unit.name, column.meaning, totals[column.name])
        for column in columns(Totals)
        if not column.length
    }
    flows = totals["flow"]
    found |= {
        name: Measure("fen", FLOWS[flow], flows[..., flow]) for flow, name in FLOW_NAMES.items()
    }
    repaid = flows[..., _REPAID].sum(axis=-1)
    found["repaid_fen"] = Measure("fen", "repaid: principal, interest, penalty, fees", repaid)
    lost = flows[..., _WRITTEN_OFF].sum(axis=-1)
    found["written_off_fen"] = Measure(
        "fen", "charged off: principal, interest, penalty, fees", lost
    )
    manual = flows[..., Flow.FEES_CHARGED] - flows[..., Flow.INSTALMENT_FEES]
    found["manual_fees_fen"] = Measure(
        "fen", "of fees charged, those on manual repayment (R-P2)", manual
    )
    return {name: found[name] for name in dict.fromkeys([*_FIRST, *found])}
