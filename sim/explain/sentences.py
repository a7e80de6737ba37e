"""Events as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.explain.refusals import REASONS
from sim.explain.yuan import percent, plain, yuan

Event = dict[str, Any]

_FLOWS = {
    "purchases": "bought on credit",
    "spent_own": "bought with own money",
    "interest_charged": "interest posted",
    "penalty_charged": "penalty posted",
    "fees_charged": "fee posted",
    "instalment_fees": "of it, for instalments",
    "principal_repaid": "paid towards principal",
    "interest_repaid": "paid towards interest",
    "penalty_repaid": "paid towards penalty",
    "fees_repaid": "paid towards fees",
    "income": "income came into the bank",
    "outgoings": "fixed outgoings left the bank",
    "saved": "put away from the bank",
    "brought": "brought along on joining",
    "taken": "taken along on leaving",
    "refunded": "given back by a merchant, off the principal",
    "refund_cash": "given back by a merchant, into the wallet",
    "yield": "earned by the wallet (R-F4)",
    "recovered": "recovered after charge-off",
    "fraud_loss": "drawn by others, given up on the user's claim",
    "dispute_loss": "given up on a claim",
    "interest_waived": "of interest given up with the principal that it was on",
    "penalty_waived": "of penalty given up with the principal that it was on",
    "suspended": "of interest and penalty, not counted as income",
}

# Of the user's own money, whatever product they are counted with; a wallet's yield is a product's.
_OWN = ("income", "outgoings", "saved", "spent_own", "brought", "taken")


def sentence(event: Event) -> str:
    """Return one event in words."""
    kind = event["kind"]
    number = "   " if event["sequence"] is None else f"{event['sequence']:>3}"
    words = _NOTES[kind](event) if kind in _NOTES else _flow(event)
    which = f"  [{event['product']}]" if "product" in event and kind not in _OWN else ""
    return f"{number}  {words}{which}"


def _flow(event: Event) -> str:
    words = _FLOWS.get(event["kind"], plain(event["kind"]))
    where = f", {plain(event['place'])}" if "place" in event else ""
    how = f", {plain(event['method'])}" if "method" in event else ""
    return f"{yuan(event['amount_fen'])} {words}{where}{how}"


def _refused(event: Event) -> str:
    head = f"{yuan(event['amount_fen'])} refused, {plain(event['place'])}"
    return f"{head}: {REASONS[event['outcome']](event)}"


def _application(event: Event) -> str:
    words = f"application by {event['way']}: {plain(event['step'])}"
    if "milli_points" not in event:
        return words
    points, mark = event["milli_points"] / 1_000, event["pass_mark_points"]
    chance = percent(event["approval_ppm"])
    return f"{words} (score {points:.1f} of {mark} needed, chance of approval {chance})"


def _limit(event: Event) -> str:
    return f"limit set to {yuan(event['amount_fen'])}, because of {plain(event['why'])}"


_NOTES: dict[str, Callable[[Event], str]] = {
    "refused": _refused,
    "unaffordable": lambda e: (
        f"{yuan(e['amount_fen'])} given up, {plain(e['place'])}: "
        f"own money {yuan(e['own_money_fen'])}"
    ),
    "limit": _limit,
    "standing": lambda e: f"the account is now: {plain(e['standing'])}",
    "application": _application,
    "bill": lambda e: f"bill of {yuan(e['amount_fen'])}",
    "missed": lambda e: f"minimum of {yuan(e['amount_fen'])} missed at the end of grace",
    "request": lambda _: "asked for a higher limit (R-L9)",
    "warning": lambda e: f"warning of {plain(e['level'])}: {plain(e['step'])}",
    "dispute": lambda e: f"dispute about {plain(e['claim'])}: {plain(e['step'])}",
    "plan": lambda e: f"{yuan(e['amount_fen'])} put into {e['periods']} instalments",
    "takeover": lambda _: "a thief got hold of the account",
    "proof": lambda e: f"proof of means asked for (R-U8): {plain(e['proof'])}",
    "forbearance": lambda e: f"payment plan agreed over {yuan(e['amount_fen'])}",
}
