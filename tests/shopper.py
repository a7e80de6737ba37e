"""One user with several products who buys and pays as a script says, in plain Python."""

import datetime as dt

from scripted_user import open_account, product, risk_control

from sim.account import Account
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.environment import course
from sim.kinds import AutoDebit
from sim.life import assess, authorise, count, morning, settle
from sim.log import Log
from sim.params import params_of
from sim.rows import as_object, empty_table, store
from sim.scenario.sections import Behaviour, Population, Run, Scenario
from sim.scenario.sections import Environment as Economy
from sim.user import User

START = dt.date(2024, 1, 1)


def named(name, **sections):
    """Return the article's terms under another name, with a still score."""
    return product(name=name, **sections)


class Shopper:
    """A user with an open account of each product, from 1 January 2024. Money in fen."""

    def __init__(self, *products, accounts=None, behaviour=None, **user):
        self.terms = [*products]
        self.scenario = Scenario(
            run=Run(start=START, days=900),
            product=products[0],
            beside=[*products[1:]],
            risk_control=risk_control(),
            behaviour=behaviour or Behaviour(),
            population=Population(leave_month_ppm=0, death_month_ppm=0),
            environment=Economy(unemployment_ppm=0),
        )
        self.p = params_of(self.scenario)
        self.days = course(self.scenario).days
        plain = {"payday": 0, "wallet_habit": 0, "wallet": 0, "bank": 1_000_000_000}
        plain |= {"auto_debit": AutoDebit.OFF.value, "score": 700_000}
        self.user = User(**(plain | user))
        self.accounts = accounts or [open_account() for _ in products]
        self.day = 0

    @property
    def date(self):
        """The day that is lived next."""
        return START + dt.timedelta(days=self.day)

    def live(self, buy=(), pay=(), luck=None):
        """Live one day: `buy` holds arguments of `Wishes.buy`, `pay` fen by product."""
        env = as_object(Environment, self.days[self.day])
        today = [Totals() for _ in self.terms]
        log, words = Log(on=1), luck or Luck()
        wishes = Wishes()
        for wish in buy:
            wishes.buy(*wish)
        numbers = (env, self.p, self.terms, today, log)
        morning(self.user, self.accounts, words, *numbers)
        authorise(self.user, self.accounts, wishes, words, *numbers)
        paid = [*pay, *[0] * len(self.terms)]
        payments = [Payment(amount=paid[k]) for k in range(len(self.terms))]
        settle(self.user, self.accounts, payments, *numbers)
        assess(self.user, self.accounts, *numbers)
        count(self.user, self.accounts, env, self.terms, today)
        store(self.user, empty_table(User, 1), 0)
        for account in self.accounts:
            store(account, empty_table(Account, 1), 0)
        self.log, self.today = log, today
        self.day += 1
        return today

    def until(self, month, day, year=2024):
        """Live without buying or paying until a date is next."""
        while self.date < dt.date(year, month, day):
            self.live()
        return self
