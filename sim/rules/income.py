"""Pots, income, work and strain: what happens to a user apart from the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compiled import scalar
from sim.day import Environment, Luck, Totals, book
from sim.draws import Purpose, chance, word
from sim.kinds import Flow
from sim.log import Log
from sim.quantiles import read
from sim.shocks import income_factor, strain_added, work_lost
from sim.units import PPB, PPM, clamp, share
from sim.user import User

if TYPE_CHECKING:
    from sim.params import Params

LARGEST_POT = 1_500_000_000  # fen; a larger one is swept away before it can leave its column


@scalar
def change_work(user: User, env: Environment, p: Params) -> None:
    """Lose or find a job; asked once a month. Chances follow unemployment, factor and shocks."""
    fate = word(p.seed, p.replication, user.user, env.day, Purpose.EMPLOYMENT.value)
    if user.employed == 1:
        risk = env.job_loss
        if env.shocks != 0:
            risk += share(PPM - risk, work_lost(user, env, p))
        if chance(fate, risk):
            user.employed = 0
    elif chance(fate, env.job_found):
        user.employed = 1


@scalar
def earned_in_work(user: User, env: Environment, p: Params) -> int:
    """Return the income of a month at work: the user's own, growth of all, shocks."""
    income = share(user.income, env.income)
    if env.shocks != 0:
        income = share(min(income, LARGEST_POT), income_factor(user, env, p))
    return income


@scalar
def receive(user: User, env: Environment, p: Params, today: Totals, log: Log) -> int:
    """Book a month's income and fixed outgoings; return what of the outgoings was not paid."""
    income = earned_in_work(user, env, p)
    if user.employed == 0:
        income = share(income, p.behaviour.money.benefit_ppm)
    user.bank = min(user.bank, LARGEST_POT) + min(income, LARGEST_POT // 4)
    book(today, log, Flow.INCOME, min(income, LARGEST_POT // 4))
    paid = min(user.outgoings, user.bank)
    user.bank -= paid
    book(today, log, Flow.OUTGOINGS, paid)
    return user.outgoings - paid


@scalar
def save(user: User, env: Environment, p: Params, today: Totals, log: Log) -> None:
    """Put away what the bank holds beyond the user's habit."""
    usual = share(user.income, env.income)
    keep = min(share(usual, p.behaviour.money.bank_months_ppm), LARGEST_POT // 2)
    surplus = max(user.bank - keep, 0)
    user.bank -= surplus
    book(today, log, Flow.SAVED, surplus)


@scalar
def feel_strain(user: User, luck: Luck, short: int, p: Params) -> None:
    """Move the strain by a month: it drifts to its level and takes a shock."""
    money = p.behaviour.money
    level = 0 if user.employed == 1 else money.strain_no_job
    kept = (user.strain * money.strain_kept_ppm + level * (PPM - money.strain_kept_ppm)) // PPM
    shock = money.strain_shock * read(p.tables.normal, luck.life) // 1_000
    user.strain = clamp(kept + shock + (money.strain_short if short > 0 else 0), -10_000, 20_000)


@scalar
def feel_the_times(user: User, env: Environment, p: Params) -> None:
    """Add to the strain what the systematic factor and shocks bring."""
    if env.pressure == 0 and env.shocks == 0:
        return
    strain = env.pressure * (PPM - p.behaviour.money.strain_kept_ppm) // PPM
    if env.shocks != 0:
        strain += strain_added(user, env, p)
    user.strain = clamp(user.strain + strain, -10_000, 20_000)


@scalar
def move_into_plus(user: User, moved_ppm: int) -> None:
    """Move money into a wallet that earns, up to a share of all there is (R-F4)."""
    moved = max(share(user.wallet + user.bank, moved_ppm) - user.wallet, 0)
    moved = min(moved, user.bank)
    user.wallet += moved
    user.bank -= moved


@scalar
def earn(user: User, yield_ppb: int, today: Totals, log: Log) -> None:
    """Pay a day's yield on the wallet, whole fen; what is less is not paid (R-F4)."""
    earned = min(user.wallet, LARGEST_POT) * yield_ppb // PPB
    user.wallet += earned
    book(today, log, Flow.YIELD, earned)


@scalar
def top_up(user: User) -> None:
    """Fill the wallet from the bank once it is half empty; without a card by way of others."""
    moved = min(user.wallet_habit - user.wallet, user.bank)
    moved = moved if user.wallet * 2 < user.wallet_habit else 0
    user.wallet += moved
    user.bank -= moved
