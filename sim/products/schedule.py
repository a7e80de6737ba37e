"""Schedules of instalments, made by the rules that the engines spread a purchase or a bill by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.account import Account, begin_cycle
from sim.day import Environment
from sim.dues import accrued_interest
from sim.interest_kinds import InterestFrom
from sim.kinds import Accrual, Cycle, FeeBase, PlanCost, PlanSplit
from sim.plan import fee_part, offer, principal_part
from sim.products.dates import as_date
from sim.products.days import days_from
from sim.rules import billing, interest
from sim.scenario import ScenarioError
from sim.scenario.faults import found
from sim.scenario.terms import terms_of
from sim.scenario.tree import plain
from sim.scenario.words import one_of
from sim.units import MAX_FEN

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.sections import Product

MONTH = 30  # days of a period where no start is given
LONGEST = 360  # periods

Kind = Literal["bill", "purchase"]


def instalments(
    preset: str | Path,
    amount_fen: int,
    periods: int,
    kind: Kind = "bill",
    start: dt.date | str | None = None,
    fee_ppm: int | None = None,
    fee_ppm_per_period: int | None = None,
    rate_ppb: int | None = None,
    terms: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Return a plan as a table: period, date, principal_fen, interest_fen, fee_fen, total_fen.

    preset, terms: as `terms_of` takes them. kind: what is spread. start: the day of the purchase,
    or one on which the bill is open; only with it there is a `date`, the due day of each period,
    and interest runs by actual days; without it a period has 30 days. The price is the product's,
    or one of: fee_ppm (flat on the amount, all periods together), fee_ppm_per_period (of the
    amount, or of what is left, by the product's fee base), rate_ppb (a day, on what is left).

    Raises ScenarioError for what cannot be. Source: R-P3; HB-01 to HB-10 for Huabei's rounding.

    >>> plan = sim.instalments("huabei_public", 1_000_00, 3)
    >>> plan["principal_fen"].tolist(), plan["fee_fen"].tolist()
    ([33334, 33333, 33333], [834, 833, 833])
    """
    product = terms_of(preset, terms)
    first = as_date(start)
    given = {"fee_ppm": fee_ppm, "fee_ppm_per_period": fee_ppm_per_period, "rate_ppb": rate_ppb}
    said = {key: plain(value) for key, value in given.items() if value is not None}
    amount_fen, periods = plain(amount_fen), plain(periods)
    faults = [*_faults(amount_fen, periods, kind, said)]
    if start is not None and first is None:
        faults.append(f"start: wanted a date such as 2024-01-31 (found {found(start)})")
    if faults:
        raise ScenarioError(faults)
    product = _priced(product, said)
    price = next(iter(said.values()), None)
    if price is None or "rate_ppb" in said:
        price = offer(periods, kind == "bill", product)
    if price < 0 and "rate_ppb" not in said:
        raise ScenarioError([_not_offered(product, periods, kind)])
    return _table([*_rows(product, amount_fen, periods, max(price, 0), first)], dated=bool(first))


def _faults(amount: Any, periods: Any, kind: Any, said: dict[str, int]) -> Iterator[str]:
    if type(amount) is not int or not 1 <= amount <= MAX_FEN:
        yield f"amount_fen: wanted a whole number from 1 to {MAX_FEN:,} (found {amount!r})"
    if type(periods) is not int or not 1 <= periods <= LONGEST:
        yield f"periods: wanted a whole number from 1 to {LONGEST} (found {periods!r})"
    if kind not in ("bill", "purchase"):
        yield f'kind: wanted "bill" or "purchase" (found {kind!r})'
    if len(said) > 1:
        yield f"{', '.join(said)}: wanted one price (found {len(said)})"
    for key, value in said.items():
        if type(value) is not int or not 0 <= value <= 10_000_000:
            yield f"{key}: wanted a whole number from 0 to 10,000,000 (found {value!r})"


def _not_offered(product: Product, periods: int, kind: Kind) -> str:
    offered = [n for n in product.instalments.periods if n > 0]
    known = [n for n in offered if offer(n, kind == "bill", product) >= 0]
    wanted = one_of(known) if known else "a price: the product offers no instalments"
    return f"periods: wanted {wanted}, or fee_ppm, fee_ppm_per_period or rate_ppb (found {periods})"


def _priced(product: Product, said: dict[str, int]) -> Product:
    """Return the product with the price given, which may ask for another kind of cost."""
    update: dict[str, Any] = {}
    if "fee_ppm" in said:
        update["cost"] = PlanCost.TOTAL
    elif "fee_ppm_per_period" in said:
        update["cost"] = PlanCost.EACH_PERIOD
    elif "rate_ppb" in said:
        update["cost"] = PlanCost.DAILY
    plan = product.instalments.model_copy(update=update)
    level = plan.cost == PlanCost.EACH_PERIOD and plan.fee_base == FeeBase.DECLINING
    if plan.split == PlanSplit.LEVEL and not level:
        plan = plan.model_copy(update={"split": PlanSplit.REMAINDER_FIRST})
    # What else the account owes bears nothing here, and the plan's interest runs by the day.
    alone: dict[str, Any] = {"accrual": Accrual.DAILY, "interest_from": InterestFrom.DUE_DAY}
    if "rate_ppb" in said:
        alone |= {"rate_ppb": said["rate_ppb"], "yearly_cap_ppm": 10_000_000}
    charges = product.charges.model_copy(update=alone)
    return product.model_copy(update={"instalments": plan, "charges": charges})


def _rows(
    product: Product, amount: int, periods: int, price: int, first: dt.date | None
) -> Iterator[dict[str, Any]]:
    account = Account(planned=amount, due_day=product.billing.due_day_first)
    count = (periods + 2) * 31
    lived = _dated(product, account, first, count) if first else _undated(count)
    left = amount
    for i in range(periods):
        due = next(_until_due(product, account, lived))
        part = principal_part(amount, left, periods, i, price, product)
        fee = fee_part(amount, left, periods, i, price, product)
        interest_fen = accrued_interest(account, product)
        account.accrued = account.accrued_nano = 0
        left -= part
        account.planned = left
        yield {
            "period": i + 1,
            "date": due,
            "principal_fen": part,
            "interest_fen": interest_fen,
            "fee_fen": fee,
            "total_fen": part + interest_fen + fee,
        }


def _until_due(
    product: Product, account: Account, lived: Iterator[tuple[Environment, bool, dt.date | None]]
) -> Iterator[dt.date | None]:
    """Yield the due day of the next statement, after accruing the days before it."""
    for env, tonight, due in lived:
        interest.accrue(account, billing.SHORTEST, 0, tonight, env, product)
        if tonight:
            yield due


def _dated(
    product: Product, account: Account, first: dt.date, count: int
) -> Iterator[tuple[Environment, bool, dt.date | None]]:
    """Yield each day, whether a statement is cut at its close, and when that is due."""
    if product.billing.cycle >= Cycle.OPENING_DAY:
        begin_cycle(account, first.day, product)
    wait = dt.timedelta(days=1 + billing.days_to_due(account, product))
    for number, env in enumerate(days_from(first, count)):
        tonight = billing.statement_tonight(account, env, product)
        yield env, tonight, first + dt.timedelta(days=number) + wait


def _undated(count: int) -> Iterator[tuple[Environment, bool, dt.date | None]]:
    """Yield days in periods of thirty."""
    for number in range(count):
        yield Environment(day=number), number % MONTH == MONTH - 1, None


def _table(rows: list[dict[str, Any]], *, dated: bool) -> pd.DataFrame:
    import pandas as pd

    made = pd.DataFrame(rows)
    if not dated:
        return made.drop(columns="date")
    made["date"] = pd.to_datetime(made["date"])
    return made
