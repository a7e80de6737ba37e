"""How users ask for credit: an application by one of three ways, a request for more limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar, seldom
from sim.day import Environment, Luck, Totals, Wishes
from sim.kinds import Admission, Assessed, FunnelStep, Hold, Note, Standing, Way
from sim.life.opening import admit, reassess
from sim.log import Log, note
from sim.rules import admission, application, request, sharing, warning
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params, Terms


@scalar
def answer_application(
    user: User,
    accounts: list[Account],
    k: int,
    wishes: Wishes,
    luck: Luck,
    env: Environment,
    p: Params,
    products: list[Terms],
    today: Totals,
    log: Log,
) -> None:
    """Let a user without product k apply: by the wallet, invited, or prompted while paying."""
    terms = products[k]
    way = -1
    if (wishes.apply >> k) & 1:
        way = Way.WALLET.value
    elif application.is_invited(luck, env, p, terms, k):
        way = Way.NOTICE.value
    elif application.is_prompted(user, luck, terms, k) and wishes.count > 0:
        way = Way.CHECKOUT.value
    if way >= 0 and terms.admission != Admission.OPEN_TO_ALL:
        apply(user, accounts, k, way, env, p, products, today, log)


@seldom
def apply(
    user: User,
    accounts: list[Account],
    k: int,
    way: int,
    env: Environment,
    p: Params,
    products: list[Terms],
    today: Totals,
    log: Log,
) -> None:
    """Let a user who sees product k go through the steps of one way in (R-E1 to R-E4)."""
    account = accounts[k]
    terms = products[k]
    if not admission.may_try(account, env, terms):
        return
    if not admission.is_candidate(user, account, env, terms, k):
        return
    application.count_step(way, FunnelStep.SEEN.value, today, log)
    if not application.starts(user, way, env, p):
        return
    application.count_step(way, FunnelStep.STARTED.value, today, log)
    if not application.finishes(user, way, env, p, terms):
        return
    user.occupation_known = 1 if way == Way.WALLET else user.occupation_known
    application.count_step(way, FunnelStep.FINISHED.value, today, log)
    sharing.look_around(user, accounts, k, env, p, products)
    score_now = admission.admission_score(user, terms, account.known_late)
    answer = application.review(user, score_now, way, env, p, terms)
    application.count_step(way, answer, today, log)
    if answer == FunnelStep.APPROVED:
        admit(user, account, way, env, p, terms, today, log)
    else:
        account.tried_on = env.day


@seldom
def answer_request(
    user: User,
    accounts: list[Account],
    k: int,
    env: Environment,
    p: Params,
    products: list[Terms],
    today: Totals,
    log: Log,
) -> None:
    """Answer a request for a higher limit by an assessment; too many bring a review (R-L9)."""
    account = accounts[k]
    terms = products[k]
    sharing.look_around(user, accounts, k, env, p, products)
    if account.standing != Standing.OPEN:
        return
    today.requests += 1
    note(log, Note.REQUEST.value, 0, 0)
    request.remember_request(account, env)
    if request.requests_in_window(account, env, terms) > terms.requests.most:
        risky = account.grade >= 2 or account.stolen > 0
        if account.hold == Hold.NONE:
            warning.freeze(account, Hold.REQUESTS.value, risky, env, today, log)
    elif terms.limit.dynamic:
        reassess(user, account, Assessed.REQUEST.value, terms, today, log)
