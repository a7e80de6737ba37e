"""What a preset file must say, and what it must not say together, with the rule that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

from sim.scenario.faults import found
from sim.scenario.keys import keys_of, located, nearest
from sim.scenario.presets import Preset
from sim.scenario.sections import Product
from sim.scenario.tree import dotted
from sim.scenario.words import one_of

# What a product must say by itself, and the rule that cannot do without it.
NEEDED = {
    "limit.max_fen": "limit.assessed_limit()",
    "billing.cycle": "billing.statement_tonight()",
    "billing.grace_days": "billing.end_grace()",
    "billing.asks": "billing.asked_of_unbilled()",
    "billing.minimum_rule": "billing.minimum()",
    "billing.minimum_ppm": "billing.minimum()",
    "billing.minimum_whole_fen": "billing.minimum()",
    "billing.rounding": "units.rounded()",
    "charges.rate_ppb": "interest.accrue()",
    "charges.interest_from": "interest.accrue_on_trial()",
    "charges.interest_free": "offer.is_free()",
    "charges.accrual": "interest.days_at_month_end()",
    "charges.posted_with": "settlement.post_reached()",
    "charges.penalty_ppm": "interest.penalty_rate()",
    "charges.penalty_base": "interest.penalty_base()",
    "charges.penalty_stacking": "interest.penalty_rate()",
    "charges.penalty_rounded": "interest.penalty_of_day()",
    "charges.penalty_floor_fen": "interest.penalty_of_day()",
    "charges.yearly_cap_ppm": "interest.cap_a_day()",
    "charges.manual_fee_ppm": "settlement.pay_by_hand()",
    "instalments.periods": "plan.offer()",
    "instalments.cost": "plan.fee_part()",
    "instalments.split": "plan.split_part()",
    "instalments.early_settlement": "instalment.early_fee()",
}


class Reader(NamedTuple):
    """A rule that reads a term only where another term is of some kinds."""

    term: str
    rule: str
    kind: str
    kinds: tuple[str, ...]
    only: bool = True  # elsewhere it is a contradiction; False: a term that a variant may read


_CYCLE, _COST = "billing.cycle", "instalments.cost"
_OWN_DAY = ("opening_day", "order", "first_drawing")
_EARLY = "instalments.early_settlement"
READERS = (
    Reader("billing.statement_day", "account.statement_day()", _CYCLE, ("calendar", "offset")),
    Reader("billing.due_day_first", "billing.days_to_due()", _CYCLE, ("calendar",)),
    Reader("billing.due_day_last", "admission.open_account()", _CYCLE, ("calendar",)),
    Reader("billing.due_offset_days", "billing.days_to_due()", _CYCLE, ("offset", "opening_day")),
    Reader("billing.day_beyond_28", "account.begin_cycle()", _CYCLE, _OWN_DAY, only=False),
    Reader(
        "billing.carried_whole_fen", "billing.minimum()", "billing.minimum_rule", ("by_record",)
    ),
    Reader("instalments.bill_total_ppm", "plan.offer()", _COST, ("total",)),
    Reader("instalments.purchase_total_ppm", "plan.offer()", _COST, ("total",)),
    Reader("instalments.fee_rounding", "plan.fee_part()", _COST, ("total",)),
    Reader("instalments.fee_ppm", "plan.offer()", _COST, ("each_period",)),
    Reader("instalments.fee_base", "plan.fee_part()", _COST, ("each_period",)),
    Reader("instalments.early_rate_ppb", "interest.accrue()", _EARLY, ("daily_to_date",)),
)


def preset_faults(chosen: Preset, laid_over: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a line for each field that is missing, contradictory, or without a source.

    laid_over: terms of a preset that a variant laid its own over; they stay where no rule reads
    them any more.
    """
    said: dict[str, Any] = {}
    known = {dotted(path) for path, _ in keys_of(Product)}
    for term in chosen.terms:
        if term.key not in known:
            meant = nearest(Product, located(Product, tuple(term.key.split("."))))
            words = f"wanted a known key; {meant} (found {found(term.value)})"
            yield f"{chosen.label}: {term.key}: {words}"
        if term.key in said and said[term.key] != term.value:
            both = f"{found(said[term.key])} and {found(term.value)}"
            rule = f"; sim.rules {NEEDED[term.key]} needs one" if term.key in NEEDED else ""
            yield f"{chosen.label}: {term.key}: wanted one value{rule} (found {both})"
        said[term.key] = term.value
        if not term.source:
            yield f'{chosen.label}: {term.key}: wanted a source, or "assumed" (found none)'
    for key, rule in NEEDED.items():
        if said.get(key) is None:
            words = f"wanted {_wanted(key)}; {rule} needs it (found nothing)"
            yield f"{chosen.label}: {key}: {words}"
    for line in _by_kind(said, laid_over):
        yield f"{chosen.label}: {line}"


def _by_kind(said: dict[str, Any], laid_over: frozenset[str]) -> Iterator[str]:
    """Yield a line for each term that another's kind needs and is not said, or makes useless."""
    periods = said.get("instalments.periods")
    spread = isinstance(periods, list) and any(periods)
    for term, rule, kind, kinds, only in READERS:
        if said.get(kind) is None or (term.startswith("instalments.") and not spread):
            continue
        reads = said[kind] in kinds
        if reads and said.get(term) is None:
            with_it = f"{kind} = {found(said[kind])}"
            yield f"{term}: wanted {_wanted(term)}; {rule} needs it with {with_it} (found nothing)"
        elif (
            not reads
            and only
            and term not in laid_over
            and said.get(term) not in (None, _default(term))
            and _is_kind(kind, said)
        ):
            why = f"{rule} reads it only with {kind} = {one_of(kinds)}"
            here = f"{found(said[term])} with {found(said[kind])}"
            yield f"{term}: wanted it left out, or another {kind}: {why} (found {here})"


def _wanted(key: str) -> str:
    return located(Product, tuple(key.split("."))).wanted


def _unsaid(key: str) -> Any:
    """Return what a term is where nobody says it."""
    value: Any = Product()
    for name in key.split("."):
        value = getattr(value, name)
    return value


def _default(key: str) -> Any:
    """Return what a term is where nobody says it, as a file writes it."""
    value = _unsaid(key)
    return value.name.lower() if isinstance(value, IntEnum) else value


def _is_kind(key: str, said: dict[str, Any]) -> bool:
    """Tell whether a kind is one that there is: of one that is not, its own message tells."""
    return said[key] in [member.name.lower() for member in type(_unsaid(key))]
