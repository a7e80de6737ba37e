"""One day of one user: the whole model, in the order in which it happens.

`live_one_day` is the day; the engine of agents calls the same phases one after the other for all
users, with the two decisions, spend and repay, in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.kinds import Status
from sim.life.assessing import assess, count
from sim.life.authorising import authorise
from sim.life.morning import morning
from sim.life.settling import settle
from sim.log import Log
from sim.rules import monthly, repaying, spending
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def live_one_day(
    user: User,
    accounts: list[Account],
    luck: Luck,
    env: Environment,
    p: Params,
    terms: list[Terms],
    wishes: Wishes,
    payments: list[Payment],
    today: list[Totals],
    log: Log,
) -> None:
    """Live one day; `wishes` and `payments` are scratch rows, `today` a row a product.

    What belongs to the user and not to an account is counted in the first product's row.
    """
    morning(user, accounts, luck, env, p, terms, today, log)
    if user.status == Status.HERE:
        spending.spend(user, accounts, luck, env, p, terms, wishes)
        monthly.buy_by_the_month(user, accounts, env, p, wishes)
        authorise(user, accounts, wishes, luck, env, p, terms, today, log)
        for k in range(len(accounts)):
            repaying.repay(user, accounts[k], luck, env, p, payments[k])
        settle(user, accounts, payments, env, p, terms, today, log)
        assess(user, accounts, env, p, terms, today, log)
        count(user, accounts, env, terms, today)
