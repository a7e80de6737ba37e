"""Laws of conservation on the small run: opening and flows of every day are its closing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.proof import small_run
from sim.proof.case import Case, Claim, between, near

if TYPE_CHECKING:
    from sim.audit import Audit

CHARGES = ("interest", "penalty", "fees")
LOGGED = 200  # users whose events are kept
_DAYS_BACK = np.int64(-1_000_000)  # before any day of a run


def cases() -> list[Case]:
    """Return the cases on conservation, and that on the day of charge-off."""
    inputs = {"users": small_run.USERS, "days": small_run.DAYS}
    listed = [
        ("L1", "Books: breaks found by the audit, and figures compared", "double entry", books),
        ("L2", "Principal: largest gap of a day, fen; and fen lent", "conservation", principal),
        ("L3", "Interest, penalty, fees: largest gaps of a day, fen", "conservation", charges),
        ("L5", "Wallets and bank accounts of users: largest gap of a day, fen", "cash", cash),
        ("L6", "Lender: largest gaps of profit, of the two sides, of funding, fen", "double entry",
         lender),
        ("E5", "Allowance: largest gap of its roll-forward of a day, fen; written off, recovered",
         "opening + charge - write-off + recovery = closing", allowance),
        ("L7", "Users and accounts: largest gaps of a day", "conservation", population),
    ]  # fmt: skip
    made = [Case(id_, name, inputs, source, work) for id_, name, source, work in listed]
    log = {"users": LOGGED, "days": small_run.DAYS, "events": "all"}
    name = "Event log played again: breaks, and rules beyond those of L1"
    made.append(Case("L8", name, log, "what is replayed is the state", replay))
    given = inputs | {"charge_off.days": "180 (open-end), 120 (closed-end)"}
    source = "FFIEC Uniform Retail Credit Classification, 65 FR 36903; R-W6"
    name = "Days past due at charge-off: fewest and most of each; and accounts"
    return [*made, Case("E4", name, given, source, charge_off)]


def books() -> Claim:
    """Return how many figures of the run's tables break a rule of the audit."""
    found = _audit(small_run.scenario())
    figures = sum(found.checked.values())
    return between([0, 1e5], [len(found.breaks), figures], [0, 1e5], [0, 1e12])


def replay() -> Claim:
    """Return the breaks of a run of which events are kept, and how many rules of the log it met."""
    kept = small_run.scenario(run={"users": LOGGED}, output={"events_ppm": 1_000_000})
    found = _audit(kept)
    more = len(found.checked) - len(_audit(small_run.scenario()).checked)
    return between([0, 5], [len(found.breaks), more], [0, 5], [0, 1e12])


def principal() -> Claim:
    """Hold principal against purchases, refunds, repayments, and what was written off."""
    flows = _sum("spent") - _sum("principal_repaid", "principal_written_off")
    flows -= _sum("refunded", "fraud_loss", "dispute_loss")
    lent = _sum("spent").sum()
    return between([0, 1], [_gap(_sum("principal"), flows), lent], [0, 1], [0, 1e18])


def charges() -> Claim:
    """Hold what is outstanding against what was charged, paid and written off."""
    gaps = []
    for name in CHARGES:
        gone = _sum(f"{name}_repaid", f"{name}_written_off")
        gone = gone + (_sum(f"{name}_waived") if name != "fees" else 0)
        gaps.append(_gap(_sum(name), _sum(f"{name}_charged") - gone))
    return near([0, 0, 0], gaps, 0)


def cash() -> Claim:
    """Hold users' money against income and what they spend, save and repay."""
    plus = _sum("income", "brought", "refund_cash", "yield")
    minus = _sum("outgoings", "saved", "spent_own", "taken", "repaid")
    closing = _sum("wallet", "bank")
    # Users come with money: the first day has no opening in the table.
    return near(0, _gap(closing[1:], (plus - minus)[1:], closing[0]), 0)


def population() -> Claim:
    """Hold users against joiners and leavers, accounts against openings and ends."""
    daily = _daily()
    users = daily["users"].to_numpy()
    flow = (daily["joined"] - daily["left"]).to_numpy()
    accounts = (daily["opened"] - daily["closed"] - daily["charged_off"]).to_numpy()
    gaps = [_gap(users[1:], flow[1:], users[0]), _gap(daily["active"].to_numpy(), accounts)]
    return near([0, 0], gaps, 0)


def lender() -> Claim:
    """Hold equity against profits, assets against who paid for them, and funding against both."""
    books = small_run.run_of()
    closes = books.read("balance_sheet").groupby("day").sum(numeric_only=True)
    profit = books.read("pnl").groupby("day")["profit_fen"].sum().to_numpy()
    retained = closes["retained_fen"].to_numpy()
    paid = closes["funding_fen"] + closes["equity_fen"]
    sides = np.abs(closes["assets_fen"] - paid).max()
    daily = _daily()
    owed = daily[["principal_fen", "interest_fen", "penalty_fen", "fees_fen"]].sum(axis=1)
    held = owed - daily["suspended_fen"]
    net = (closes["allowance_fen"] + paid - closes["cash_fen"]).to_numpy()[1:]
    gaps = [_gap(retained[1:], profit, retained[0]), sides, np.abs(held.to_numpy() - net).max()]
    return near([0, 0, 0], gaps, 0)


def allowance() -> Claim:
    """Hold the allowance of each close against what was charged, written off and recovered."""
    books = small_run.run_of()
    closes = books.read("balance_sheet").groupby("day")["allowance_fen"].sum().to_numpy()
    days = books.read("pnl").groupby("day").sum(numeric_only=True)
    lost, back = days["charge_offs_fen"].to_numpy(), days["recoveries_fen"].to_numpy()
    flows = days["allowance_change_fen"].to_numpy()
    # What losses cost the day's profit, before it is written off against the allowance.
    charge = flows + lost - back
    gap = _gap(closes[1:], charge - lost + back, closes[0])
    return between([0, 1, 1], [gap, lost.sum(), back.sum()], [0, 1, 1], [0, 1e18, 1e18])


def charge_off() -> Claim:
    """Return how old the oldest minimum was at each charge-off, by the state of the eve."""
    found = [_ages(days) for days in (180, 120)]
    got = [number for ages in found for number in (ages.min(), ages.max(), len(ages))]
    wanted = [180, 180, 10, 120, 120, 10]
    return between(wanted, got, wanted, [180, 180, 1e9, 120, 120, 1e9])


def _ages(days: int) -> Any:
    from sim.engines.state import start
    from sim.simulation import engine_of, live

    # Who dies owing is charged off that day, whatever is past due.
    careless = {
        "traits": {"prudence": {"distribution": "constant", "mean": -2_000}},
        "death_month_ppm": 0,
    }
    product = {"charge_off": {"days": days}}
    state = start(small_run.scenario(product=product, population=careless), 0)
    oldest = np.full(state.accounts.shape, _DAYS_BACK)
    ages: list[Any] = []

    def look(_: Any) -> None:
        ended = state.accounts["charged_off_on"] == state.day - 1
        ages.extend(state.day - 1 - oldest[ended])
        late = state.accounts["missed_count"] > 0
        oldest[:] = np.where(late, state.accounts["missed_on"][..., 0], _DAYS_BACK)

    engine = engine_of("table", state, 1)
    try:
        live(state, engine, every=1, longest=1, on_stretch=look)
    finally:
        engine.close()
    return np.asarray(ages)


def _audit(scenario: Any) -> Audit:
    from sim.audit import audit
    from sim.simulation import run

    return audit(run(scenario, threads=1))


@cache
def _daily() -> Any:
    return small_run.run_of().daily


def _sum(*names: str) -> Any:
    return sum(_daily()[f"{name}_fen"].to_numpy() for name in names)


def _gap(closing: Any, flows: Any, opening: int = 0) -> int:
    """Return the largest difference between a day's closing and its opening with its flows."""
    return int(np.abs(np.diff(closing, prepend=opening) - flows).max())
