"""A scripted account, day by day, through the very phases of a day that the engines run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.account import Account, begin_cycle, past_due, principal
from sim.day import Luck, Payment, Totals, Wishes
from sim.dues import accrued_interest, due_with_bill, payable_now
from sim.kinds import OUTCOMES, Asks, AutoDebit, Cycle, Outcome, Place, Standing
from sim.life import assess, authorise, count, morning, settle
from sim.log import Log
from sim.params import params_of
from sim.plan import account_row
from sim.products.day_rows import day_row
from sim.products.days import days_from
from sim.products.replayed import Replay
from sim.products.script import Script, Step, script_of
from sim.rules import billing, interest
from sim.scenario import ScenarioError
from sim.scenario.sections import (
    Appeals,
    Collection,
    Fraud,
    Login,
    Product,
    Refunds,
    RiskControl,
    Scenario,
    Scenes,
    Yearly,
)
from sim.scenario.terms import terms_of
from sim.units import MAX_FEN
from sim.user import User

AHEAD = 62  # days that are known beyond the last: a bill shows interest up to its due day
_LARGE = 1_000_000_000


def replay(
    preset: str | Path,
    steps: Sequence[Mapping[str, Any]] | str | Path,
    until: dt.date | str | None = None,
    limit_fen: int | None = None,
    terms: Mapping[str, Any] | None = None,
    start: dt.date | str | None = None,
) -> Replay:
    """Return the days and statements of an account that buys and pays as a script says.

    preset, terms: as `terms_of` takes them. steps: dicts, or a file, each with `date` and one of
    `purchase_fen`, `repay_fen`, `repay` ("due", "minimum" or "all"), `instalments` (of the last
    purchase of that date before it, else of the open bill; it may also stand with a purchase),
    `settle_instalments`, which "all" includes where every drawing is a loan, and `refund_fen`, of
    what was bought before: it comes in the morning, goes off the principal, the newest first, and
    what is not owed is cash. A payment takes no more than can be paid: interest that has accrued
    since the last statement cannot be, unless `charges.posted_with` = payment, so that after "all"
    it comes with the next bill. until: the last day, that of
    the last step if absent; start: that of the first. limit_fen: the product's maximum if absent.

    `.days`: a row a day; `.statements`: a row a bill; see `Replay`. Amounts in fen. The account
    has no luck: no fraud, disputes or changes of its limit. With cycle = order each order
    is an account of its own, and they share the limit. Raises ScenarioError for wrong input, and
    for a step that the product refuses, with the reason.

    >>> steps = [{"date": "2024-03-05", "purchase_fen": 100_00}]
    >>> found = sim.replay("huabei_public", steps, until="2024-04-30")
    >>> bill = found.statements.iloc[0]
    >>> f"{bill.due_date:%d %B}: {bill.due_total_fen} fen, at least {bill.minimum_fen}"
    '10 April: 10000 fen, at least 1000'
    """
    script = script_of(steps, until, limit_fen, terms, start, preset=preset)
    return _Life(terms_of(preset, script.terms), script).lived()


class _Life:
    """One user with a scripted account, or one for each order."""

    def __init__(self, product: Product, script: Script) -> None:
        self.script = script
        self.product = product.model_copy(
            update={
                "limit": product.limit.model_copy(update={"dynamic": False}),
                "scenes": Scenes(**dict.fromkeys(Scenes.model_fields, _LARGE)),
                "yearly": Yearly(cap_ppm=_LARGE),
                "refunds": Refunds(chance_ppm=0),
            }
        )
        self.limit = product.limit.max_fen if script.limit_fen is None else script.limit_fen
        plan = params_of(Scenario(product=self.product, risk_control=_without_luck()))
        people = plan.population.model_copy(update={"leave_month_ppm": 0, "death_month_ppm": 0})
        self.p = replace(plan, population=people)
        # Paid on no day of a month: nothing but the script moves money.
        self.user = User(payday=0, bank=MAX_FEN // 2, auto_debit=AutoDebit.OFF.value)
        self.user.wallet_habit = 0
        self.user.verified_income = MAX_FEN
        self.apart = self.product.billing.cycle == Cycle.ORDER
        self.accounts: list[Account] = [] if self.apart else [self._opened()]
        self.bought = [0] * len(self.accounts)  # with each, and not given back
        self.days: list[dict[str, Any]] = []
        self.statements: list[dict[str, Any]] = []

    def _opened(self) -> Account:
        """Return an open account with nothing owed."""
        longest = max(
            *self.product.instalments.periods, *(s.instalments for s in self.script.steps)
        )
        billing_ = self.product.billing
        account: Account = account_row(longest)(
            standing=Standing.OPEN.value,
            opened_on=0,
            due_day=billing_.due_day_first,
            limit=self.limit,
            first_limit=self.limit,
        )
        if billing_.cycle == Cycle.OFFSET:
            account.due_day = billing_.statement_day + billing_.due_offset_days
        elif billing_.cycle == Cycle.OPENING_DAY:
            begin_cycle(account, self.script.start.day, self.product)
        return account

    def lived(self) -> Replay:
        """Live all days; return what they came to."""
        count_ = (self.script.until - self.script.start).days + 1
        self.calendar = [*days_from(self.script.start, count_ + AHEAD)]
        for day in range(count_):
            self._live(day, self.script.start + dt.timedelta(days=day))
        return Replay.of(self.product, self.days, self.statements, self.accounts)

    def _live(self, day: int, date: dt.date) -> None:
        env, today, steps = self.calendar[day], Totals(), self.script.on(date)
        wishes, bought = self._wishes(steps)
        terms = [self.product] * len(self.accounts)
        log, luck = Log(), Luck()
        self._give_back(steps, day, date)
        if not self.accounts and not wishes.count:
            self._note_day(date, day, today)
            return
        counts = [today] * len(self.accounts)  # of all accounts together
        rest = (env, self.p, terms, counts, log)
        morning(self.user, self.accounts, luck, *rest)
        for account in self.accounts:
            others = sum(principal(each) for each in self.accounts) - principal(account)
            account.limit = self.limit - others if account.limit > 0 else 0
        authorise(self.user, self.accounts, wishes, luck, *rest)
        self._check(bought, wishes, today, date)
        for i in range(wishes.count):
            self.bought[wishes.means[i]] += wishes.amount[i]
        payments = self._payments(steps, bought)
        plans = today.instalment_plans
        settle(self.user, self.accounts, payments, *rest)
        if today.instalment_plans == plans and any(p.periods for p in payments):
            step = next(s for s in steps if s.instalments)
            words = "wanted an open bill that can be spread over so many periods (found none)"
            raise self._refused(step, "instalments", words, date)
        for k, account in enumerate(self.accounts):
            if billing.statement_tonight(account, env, self.product) and account.bill_open:
                self._note_statement(k, account, day, date)
        assess(self.user, self.accounts, *rest)
        count(self.user, self.accounts, env, terms, counts)
        self._note_day(date, day, today)

    def _wishes(self, steps: list[Step]) -> tuple[Wishes, list[Step]]:
        """Return the day's purchases as wishes, and the steps they are from."""
        wishes, bought = Wishes(), []
        for step in steps:
            if step.purchase_fen > 0:
                if self.apart:
                    self.accounts.append(self._opened())
                    self.bought.append(0)
                k = len(self.accounts) - 1
                wishes.buy(Place.ONLINE, step.purchase_fen, k, step.instalments)
                bought.append(step)
            elif step.instalments > 0 and bought:
                wishes.periods[wishes.count - 1] = step.instalments
        return wishes, bought

    def _give_back(self, steps: list[Step], day: int, date: dt.date) -> None:
        """Promise the day's refunds, of the newest orders first. Raises ScenarioError."""
        for step in steps:
            left = step.refund_fen
            if left > sum(self.bought):
                words = f"wanted at most {sum(self.bought):,}, bought before and not given back"
                line = f"step.{step.number}.refund_fen: {words} (found {left:,})"
                raise ScenarioError([f"{date}: {line}"])
            for k in reversed(range(len(self.accounts))):
                part = min(left, self.bought[k])
                self.accounts[k].refund += part
                self.accounts[k].refund_on = day
                self.bought[k] -= part
                left -= part

    def _check(self, bought: list[Step], wishes: Wishes, today: Totals, date: dt.date) -> None:
        """Raise ScenarioError for a purchase that was refused, or was not spread as wished."""
        if today.refused > 0:
            at = Place.ONLINE * OUTCOMES
            why = next(o for o in Outcome if o and today.outcome[at + o] > 0)
            left = self.limit - sum(principal(account) for account in self.accounts)
            words = f"wanted what the product lets through (found: {why.name.lower()}"
            words += f", {left:,} fen of limit left)"
            raise self._refused(bought[-1], "purchase_fen", words, date)
        spread = sum(wishes.periods[i] > 0 for i in range(wishes.count))
        if today.instalment_plans < spread:
            raise self._not_offered(bought[-1], date)

    def _not_offered(self, step: Step, date: dt.date) -> ScenarioError:
        plan, wished = self.product.instalments, step.instalments
        offered = ", ".join(str(n) for n in plan.periods if n > 0) or "none"
        words = (
            f"wanted periods that the product offers ({offered}), "
            f"of {plan.least_fen:,} fen or more (found {wished})"
        )
        return self._refused(step, "instalments", words, date)

    def _refused(self, step: Step, key: str, words: str, date: dt.date) -> ScenarioError:
        at = f"{self.script.label}: step.{step.number}.{key}"
        return ScenarioError([f"{at}: {words.replace('(found', f'on {date} (found')}"])

    def _payments(self, steps: list[Step], bought: list[Step]) -> list[Payment]:
        """Return what the script pays into each account; the oldest takes first."""
        payments = [Payment() for _ in self.accounts]
        money = sum(step.repay_fen for step in steps)
        for account, payment in zip(self.accounts, payments, strict=True):
            part = min(money, payable_now(account, self.product))
            payment.amount = part
            money -= part
        for step in steps:
            for account, payment in zip(self.accounts, payments, strict=True):
                if step.repay is not None:
                    payment.amount += self._asked(account, step.repay)
                whole = step.repay == "all" and self.product.instalments.always
                payment.settle = 1 if step.settle_instalments or whole else payment.settle
                if step.instalments > 0 and not bought:
                    payment.periods = step.instalments
        return payments

    def _asked(self, account: Account, wanted: str) -> int:
        """Return what "due", "minimum" or "all" is now, fen."""
        if wanted == "all":
            return payable_now(account, self.product)
        bill = account.statement_due if wanted == "due" else account.minimum_due
        if wanted == "minimum" and account.bill_open == 0 and account.missed_count == 0:
            return 0
        return max(bill, past_due(account)) + due_with_bill(account, self.product)

    def _note_statement(self, k: int, account: Account, day: int, date: dt.date) -> None:
        wait = billing.days_to_due(account, self.product)
        to_come = self._interest_to_due(account, day + 1, wait)
        self.statements.append(
            {
                "order": k,
                "statement_date": date + dt.timedelta(days=1),
                "due_date": date + dt.timedelta(days=1 + wait),
                "due_principal_fen": account.billed + account.carried,
                "due_interest_fen": account.interest + to_come,
                "due_fee_fen": account.fees,
                "due_penalty_fen": account.penalty,
                "due_total_fen": account.statement_total + to_come,
                "minimum_fen": account.minimum_due + to_come,
            }
        )

    def _interest_to_due(self, account: Account, day: int, wait: int) -> int:
        """Return the interest up to the due day that a bill for everything asks for, fen."""
        by_share = self.product.billing.asks == Asks.SHARE
        if not by_share or account.unbilled + account.planned > 0:
            return 0
        ahead = deepcopy(account)
        for env in self.calendar[day : day + wait]:
            interest.accrue(ahead, billing.SHORTEST, 0, False, env, self.product)
        return accrued_interest(ahead, self.product)

    def _note_day(self, date: dt.date, day: int, today: Totals) -> None:
        self.days.append(day_row(self.accounts, today, self.limit, date, day))


def _without_luck() -> RiskControl:
    return RiskControl(
        login=Login(strange_ppm=0),
        fraud=Fraud(takeover_month_ppm=0),
        appeals=Appeals(misjudged_ppm=0, rightly_ppm=0, stolen_ppm=0, false_claim_ppm=0),
        collection=Collection(capacity_ppm=0, plan_ppm=0),
    )
