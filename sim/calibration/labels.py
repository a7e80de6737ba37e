"""The status labels that the bank of UCI data set 350 would put on simulated accounts.

Labels are not clean (the data's README, warnings 3 to 5): a first miss shows as 2, a third of the
inactive have paid a bill in full, small misses often do not count. So a label is drawn from what
the bank made of the label before, of how the bill was paid and how large it was; the shares are
those of the data. The next bill counts too: of late clients who pay part of a bill 99 % stay late
if they then miss one, and 15 to 20 % if they do not. Where the data have fifteen such months,
shares are by how the next bill was paid as well. Behaviour does not see labels; they are how it is
looked at.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calibration.accounts import CLASSES, Codes, Floats

LABELS = (-2, -1, 0, 1, 2, 3, 4)
NO_BILL, NONE, MINIMUM, PARTIAL, FULL = range(len(CLASSES))
BEFORE = ("-2", "-1", "0", "2", "3", "4")  # a 1 is treated as a 2
SIZES = (500.0, 2_000.0, 10_000.0, 50_000.0)  # edges of a bill that was not paid at all, NT$
RATIOS = (0.015, 0.02, 0.03, 0.05)  # edges of payment over bill, of payments near the minimum


class Month(NamedTuple):
    """What the bank looks at when it labels a month."""

    paid_as: Codes  # index into CLASSES
    bill: Floats  # in whole NT$
    paid: Floats  # of it
    paid_next: Codes  # how the next bill was paid: without a bill the label looks ahead
    floor: bool  # whether the minimum has its floor, from the July bill on (warning 7)
    ahead: bool = False  # whether how the next bill was paid is known


def circumstance(before: Codes, month: Month) -> Codes:
    """Return in which row of the table of shares each client is; before: label of last month."""
    paid_as = month.paid_as
    state = np.select([before <= 0, before <= 2], [before + 2, 3], np.minimum(before + 1, 5))
    size = np.searchsorted(SIZES, month.bill)
    ratio = np.searchsorted(RATIOS, month.paid / np.maximum(month.bill, 1))
    kinds = [paid_as == NO_BILL, paid_as == NONE, paid_as == MINIMUM]
    detail = np.select(kinds, [month.paid_next, size, ratio], 0)
    rows_before = rows() // 2 if month.floor else 0
    return rows_before + (state * len(CLASSES) + paid_as) * 5 + detail


def circumstance_ahead(before: Codes, month: Month) -> Codes:
    """Return the row of each client where the next bill's payment counts, after all plain rows."""
    return rows() * (1 + month.paid_next) + circumstance(before, month)


def rows() -> int:
    """Return how many circumstances there are, with and without the floor."""
    return 2 * len(BEFORE) * len(CLASSES) * 5


@cache
def shares() -> NDArray[np.float64]:
    """Return the running shares of LABELS in each circumstance, shape (rows, 7)."""
    words = (files("sim") / "data" / "labels_taiwan_2005.csv").read_text(encoding="utf-8")
    lines = [line for line in words.splitlines() if line and not line.startswith("#")]
    table = np.array([[float(x) for x in line.split(",")] for line in lines[1:]])
    found = np.zeros((rows() * (1 + len(CLASSES)), len(LABELS)))
    found[table[:, 0].astype(int)] = table[:, 1:]
    return np.asarray(np.cumsum(found, axis=1) / np.maximum(found.sum(axis=1, keepdims=True), 1))


def next_labels(before: Codes, month: Month, luck: Floats) -> Codes:
    """Return the labels of a month; luck: one uniform number a client."""
    upto = shares()[circumstance(before, month)]
    if month.ahead:
        ahead = shares()[circumstance_ahead(before, month)]
        upto = np.where(ahead[:, -1:] > 0, ahead, upto)
    known = upto[:, -1] > 0
    drawn = np.array(LABELS)[np.minimum((luck[:, None] >= upto).sum(axis=1), len(LABELS) - 1)]
    return np.where(known, drawn, plain_label(before, month.paid_as))


def plain_label(before: Codes, paid_as: Codes) -> Codes:
    """Return the label that the data's author describes, for what the data never show."""
    late = np.where(before > 0, np.minimum(before + 1, 8), 2)
    told = [np.full_like(before, -2), late, np.maximum(before, 0), np.maximum(before, 0)]
    return np.choose(paid_as, [*told, np.where(before == -2, -2, -1)])
