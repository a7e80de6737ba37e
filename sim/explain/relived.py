"""One user's days lived again: most of them compiled, the last ones in Python before a witness.

A user's life is a function of the seed, the replication, their number and what users shared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.account import Account
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.engines.table import TILE_ROWS
from sim.explain.prepared import Prepared
from sim.explain.witness import Witness
from sim.kinds import Note, Standing
from sim.life import live_one_day
from sim.life.opening import admit, reassess
from sim.log import Log
from sim.luck import luck_of
from sim.params import Params
from sim.rows import Table, as_object
from sim.rules import admission, application, authorisation, counting, limit, purchase, warning
from sim.scenario.sections import Product
from sim.user import User

WATCHED: list[Callable[..., Any]] = [
    admit,
    reassess,
    limit.assessed_limit,
    authorisation.outcome,
    counting.count_wish,
    purchase.pay_own,
    warning.spending_jumped,
    warning.strange_login,
    warning.passes_factor,
    admission.admission_score,
    application.review,
]


@dataclass(eq=False, kw_only=True)
class Relived:
    """A user at the close of a day, and what led there."""

    day: int  # simulated
    user: User
    accounts: list[Account]  # that of the product that is asked about comes first
    env: Environment
    p: Params
    terms: list[Product]  # in the same order
    product: int  # number of the product that is asked about
    names: list[str]  # of all products, by number
    log: Log  # of this day
    witness: Witness  # of the days since the last turn of the limit, and of this one
    limits: list[tuple[int, int, int, int]]  # noted on them: day, place, why (Assessed), product


def relive(prepared: Prepared, number: int, day: int, product: int = 0) -> Relived:
    """Return a user at the close of a simulated day, with the last assessment of the limit seen."""
    turn = last_turn(prepared, number, day, product)
    life = _about(_lived(prepared, number, day, turn), product)
    has_limit = life.accounts[0].standing not in {Standing.NONE, Standing.CHARGED_OFF}
    if has_limit and not life.witness.of(limit.assessed_limit, product=product):
        # A limit that is not refreshed was set long ago, on a day that nothing but living finds.
        life = _about(_lived(prepared, number, day, 0), product)
    return life


def _about(life: Relived, product: int) -> Relived:
    """Return a life with one product first."""
    order = [product, *(k for k in range(len(life.accounts)) if k != product)]
    life.accounts = [life.accounts[k] for k in order]
    life.terms = [life.terms[k] for k in order]
    life.product = product
    life.limits = [noted for noted in life.limits if noted[3] == product]
    return life


def last_turn(prepared: Prepared, number: int, day: int, product: int = 0) -> int:
    """Return the last simulated day up to `day` on which the clock may have refreshed the limit."""
    user = User(user=number)
    for earlier in range(day, 0, -1):
        env = prepared.environment(earlier)
        _, terms = prepared.numbers_of(number, earlier)
        clock = limit.clock_of(user, env, terms[0])
        if clock % 3 == 2 and limit.is_due(user, clock, terms[product]):
            return earlier
    return 0


def _lived(prepared: Prepared, number: int, day: int, watched_from: int) -> Relived:
    users, accounts = prepared.start_of(number)
    done = 0
    while prepared.compiled and done < watched_from:
        count = _undisturbed(prepared, done, watched_from)
        for name, seen in prepared.friends(number, done).items():
            users[name] = seen
        prepared.live(users, accounts, done, count)
        done += count
    return _watched(prepared, users, accounts, done, day, watched_from)


def _undisturbed(prepared: Prepared, first: int, end: int) -> int:
    """Return how many days from `first` on may be lived at once: no policy, no news of friends."""
    end = min(end, first + TILE_ROWS, *(s for s in prepared.arms.starts if s > first))
    if prepared.befriended:
        end = min(end, first + 3 - first % 3)
    return end - first


def _watched(
    prepared: Prepared, users: Table, accounts: Table, first: int, day: int, watched_from: int
) -> Relived:
    """Live the days first .. day in Python, those from `watched_from` on before a witness."""
    user = as_object(User, users[0])
    owned = [as_object(Account, row) for row in accounts[0]]
    seed, replication = prepared.scenario.run.seed, prepared.replication
    luck = luck_of(users, first, day - first + 1, seed, replication)
    log = Log()
    witness = Witness(WATCHED, log)
    limits: list[tuple[int, int, int, int]] = []
    for at in range(first, day + 1):
        for name, seen in prepared.friends(user.user, at).items():
            setattr(user, name, seen)
        p, terms = prepared.numbers_of(user.user, at)
        env = prepared.environment(at)
        words = as_object(Luck, luck[at - first])
        log.count, log.on = 0, int(at >= watched_from)
        scratch = (Wishes(), [Payment() for _ in owned], [Totals() for _ in owned], log)
        if at < watched_from:
            live_one_day(user, owned, words, env, p, terms, *scratch)
            continue
        witness.day = at
        with witness.watching():
            live_one_day(user, owned, words, env, p, terms, *scratch)
        noted = range(log.count)
        kept = [i for i in noted if log.kind[i] == Note.LIMIT]
        limits += [(at, i, log.reason[i], log.product[i]) for i in kept]
    return Relived(
        day=day,
        user=user,
        accounts=owned,
        env=env,
        p=p,
        terms=[*terms],
        product=0,
        names=[product.label for product in terms],
        log=log,
        witness=witness,
        limits=limits,
    )
