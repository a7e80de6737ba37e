"""How well a score ranks accounts, and how its bands turn out. A high score means low risk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.risk.closed_form.inputs import numbers
from sim.risk.closed_form.separation import auc, flags, ks
from sim.risk.closed_form.stability import psi_parts
from sim.risk.default import DEFAULT_DAYS
from sim.risk.half_width import Z
from sim.risk.shares import shares
from sim.risk.tables import columns
from sim.units import NEVER


def performance(scores: ArrayLike, bads: ArrayLike) -> pd.Series:
    """Return AUC with error and interval, Gini, KS, and how many accounts are good and bad.

    Error by Hanley and McNeil (Radiology 143, 1982). Raises ValueError unless there are both.
    """
    area = auc(scores, bads)
    bad = int(flags("bads", bads).sum())
    good = np.size(bads) - bad
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (bad - 1) * (one - area**2) + (good - 1) * (two - area**2)
    error = float(np.sqrt(max(variance, 0.0) / (bad * good)))
    return pd.Series(
        {
            "good": good,
            "bad": bad,
            "auc": area,
            "auc_se": error,
            "auc_low": max(area - Z * error, 0.0),
            "auc_high": min(area + Z * error, 1.0),
            "gini": 2 * area - 1,
            "ks": ks(scores, bads),
        }
    )


def calibration(
    scores: ArrayLike,
    bads: ArrayLike,
    bands: int = 10,
    *,
    predicted: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return one row a band of score, from the lowest: accounts, bads, their share and interval.

    bands: of equally many accounts, as far as equal scores allow (one score is one band).
    predicted: probabilities of bad; then their mean by band is there, and inside tells whether it
    lies in the interval. Columns: band, score_from, score_to, bad, accounts, those of `Share`.
    """
    found, sorts = numbers("scores", scores), flags("bads", bads)
    if found.ndim != 1 or found.shape != sorts.shape or bands < 1:
        raise ValueError(
            f"wanted as many bads as scores, and a band (found {found.shape}, {bands})"
        )
    edges = _edges(found, bands)
    table = pd.DataFrame({"score": found, "bad": sorts.astype(int), "accounts": 1})
    table["band"] = np.searchsorted(edges, found, side="left") + 1
    whole = shares(table.sort_values("band"), ["band"], "bad", "accounts")
    ends = table.groupby("band")["score"].agg(score_from="min", score_to="max").reset_index()
    whole = whole.merge(ends, on="band")
    if predicted is not None:
        table["predicted"] = numbers("predicted", predicted)
        means = table.groupby("band")["predicted"].mean()
        whole["predicted"] = whole["band"].map(means)
        whole["inside"] = whole["predicted"].between(whole["low"], whole["high"])
    return whole


def stability(before: ArrayLike, after: ArrayLike, bands: int = 10) -> pd.DataFrame:
    """Return the shares of scores by band before and after, and what each adds to the PSI.

    bands: of equally many scores before, as far as equal scores allow. The column psi adds up to
    the index; it is infinite where a band is empty on one side.
    """
    first, second = numbers("before", before), numbers("after", after)
    edges = _edges(first, bands)
    counts = [
        np.bincount(np.searchsorted(edges, scores, side="left"), minlength=len(edges) + 1)
        for scores in (first, second)
    ]
    old, new = (count / count.sum() for count in counts)
    table = pd.DataFrame({"band": np.arange(1, len(edges) + 2), "before": old, "after": new})
    return table.assign(psi=psi_parts(old, new))


def outcomes(
    users: pd.DataFrame, accounts: pd.DataFrame, score: str = "score_anchor_points"
) -> pd.DataFrame:
    """Return accounts that were used, with their user's score and whether they went bad.

    users, accounts: `run.users`, `run.accounts`. Bad: ever 90 or more days past due, or charged
    off. score: a column of users; the anchor is their score without activity, drawn before the
    run, where the score at the end knows the outcome. Columns: replication, user, segment, score,
    bad.
    """
    keys = ["replication", "user"]
    held = columns(accounts, (*keys, "first_used_on", "worst_days", "charged_off_on"), "accounts")
    held = held[held["first_used_on"] != NEVER]
    bad = (held["worst_days"] >= DEFAULT_DAYS) | (held["charged_off_on"] != NEVER)
    some = held[keys].assign(bad=bad.astype(int)).groupby(keys, as_index=False)["bad"].max()
    with_score = columns(users, (*keys, "segment", score), "users")[[*keys, "segment", score]]
    joined: pd.DataFrame = some.merge(with_score.rename(columns={score: "score"}), on=keys)
    return joined


def by_replication(
    table: pd.DataFrame, names: Sequence[str] = ("auc", "gini", "ks")
) -> pd.DataFrame:
    """Return the measures of each replication of `outcomes`; none where all are of one sort."""
    rows = [
        {"replication": number} | performance(lot["score"], lot["bad"])[list(names)].to_dict()
        for number, lot in table.groupby("replication")
        if lot["bad"].nunique() == 2
    ]
    return pd.DataFrame(rows, columns=["replication", *names])


def _edges(scores: NDArray[np.float64], bands: int) -> NDArray[np.float64]:
    """Return the highest scores of all bands but the last, of equally many scores each."""
    shares_below = np.arange(1, bands) / bands
    return np.unique(np.quantile(scores, shares_below, method="inverted_cdf"))
