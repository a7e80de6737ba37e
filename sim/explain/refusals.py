"""Why a purchase was refused, in words, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.explain.yuan import plain, yuan

Event = dict[str, Any]


def _left(event: Event) -> str:
    limit, drawn = yuan(event["limit_fen"]), yuan(event["principal_fen"])
    return f"only {yuan(max(event['left_fen'], 0))} left (limit {limit} less {drawn} drawn)"


def _cap(event: Event) -> str:
    bought, cap = yuan(event["bought_this_year_fen"]), yuan(event["yearly_cap_fen"])
    return f"{bought} bought this year, of {cap} that verified income allows (R-U7)"


def _static(event: Event) -> str:
    done, most = yuan(event["on_static_codes_today_fen"]), yuan(event["most_fen"])
    return f"{done} on static codes today already, of {most} a day (R-U2)"


def _gate(event: Event) -> str:
    name = "yes" if event["real_name"] else "no"
    return f"a gate was lost (R-A1): {event['cards']} bank cards bound, real name verified: {name}"


REASONS: dict[str, Callable[[Event], str]] = {
    "no_account": lambda _: "the user has no account",
    "not_supported": lambda _: "transfers and cash are not supported (R-U3)",
    "excluded_trade": lambda _: "an excluded trade (R-U6)",
    "unlisted_merchant": lambda _: "the merchant abroad is not listed (R-U5)",
    "transaction_limit": lambda e: f"above {yuan(e['most_fen'])} for one purchase",
    "daily_limit": _static,
    "standing": lambda e: f"the account is {plain(e['standing'])}",
    "no_limit_left": _left,
    "gate": _gate,
    "yearly_cap": _cap,
    "second_factor": lambda _: "large, after a strange login; second factor not passed (R-W2)",
    "held": lambda e: f"the unused limit is frozen, because of {plain(e['hold'])}",
}
