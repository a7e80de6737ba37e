"""One user who buys and pays as a script says, through the phases of a real day in plain Python."""

import datetime as dt
from dataclasses import replace

from sim.account import Account
from sim.day import Environment, Luck, Payment, Totals, Wishes
from sim.environment import course
from sim.kinds import Admission, AutoDebit, Place, Standing, Status
from sim.life import assess, authorise, count, morning, settle
from sim.log import Log
from sim.params import params_of
from sim.rows import as_object, empty_table, store
from sim.scenario.sections import (
    Appeals,
    Behaviour,
    Collection,
    Factors,
    Fraud,
    Grades,
    Login,
    Product,
    Refunds,
    RiskControl,
    Run,
    Scenario,
    Score,
)
from sim.scenario.sections import Environment as Economy
from sim.user import User

START = dt.date(2024, 1, 1)
YUAN = 100

# A score that stays where it is, no factors and no haircuts: only the script moves a limit.
STILL = {
    "score": Score(step_ppm=0),
    "factors": Factors(on_time_ppm=0, lapse_ppm=0, active_ppm=0, quiet_ppm=0),
    "grades": Grades(haircut_ppm=[0] * 5),
}


def product(**sections):
    """Return the article's terms with a still score, and with sections of one's own."""
    plain = {"admission": Admission.OPEN_TO_ALL, "refunds": Refunds(chance_ppm=0)}
    return Product(**(STILL | plain | sections))


def risk_control(**sections):
    """Return the article's risk control without strange logins, thieves and payment plans."""
    plain = {
        "login": Login(strange_ppm=0),
        "fraud": Fraud(takeover_month_ppm=0),
        "appeals": Appeals(misjudged_ppm=0, rightly_ppm=0, stolen_ppm=0, false_claim_ppm=0),
        "collection": Collection(plan_ppm=0),
    }
    return RiskControl(**(plain | sections))


class Life:
    """A user with one account, from 1 January 2024. Money in fen.

    The user is paid on no day of a month, so nothing but the script moves their money.
    """

    def __init__(
        self, terms=None, start=START, days=900, risk=None, account=None, behaviour=None, **user
    ):
        self.terms = [terms or product()]
        run = Run(start=start, days=days)
        self.scenario = Scenario(
            run=run,
            product=self.terms[0],
            risk_control=risk or risk_control(),
            behaviour=behaviour or Behaviour(),
            environment=Economy(unemployment_ppm=0),
        )
        plan = params_of(self.scenario)
        people = plan.population.model_copy(update={"leave_month_ppm": 0, "death_month_ppm": 0})
        self.p = replace(plan, population=people)
        self.days = course(self.scenario).days
        self.start = start
        plain = {"payday": 0, "wallet_habit": 0, "wallet": 0, "bank": 10_000_000 * YUAN}
        plain |= {"auto_debit": AutoDebit.OFF.value, "score": 700_000}
        self.user = User(**(plain | user))
        self.account = account or Account()
        self.day = 0
        self.today = Totals()

    @property
    def date(self):
        """The day that is lived next."""
        return self.start + dt.timedelta(days=self.day)

    def live(self, buy=(), pay=0, luck=None, **wanted):
        """Live one day: `buy` holds (place, fen) on credit or (place, fen, None) with own money.

        wanted: apply=1 or ask=1 of the wishes; spread=3 for the open bill and settle=1 of the
        payment. luck: the day's words, all 0 where nothing is said.
        """
        env = as_object(Environment, self.days[self.day])
        accounts, today = [self.account], [Totals()]
        wishes = Wishes(apply=wanted.get("apply", 0), ask=wanted.get("ask", 0))
        for wish in buy:
            wishes.buy(*wish)
        log = Log(on=1)
        morning(self.user, accounts, luck or Luck(), env, self.p, self.terms, today, log)
        if self.user.status == Status.HERE:
            words = luck or Luck()
            numbers = (env, self.p, self.terms)
            authorise(self.user, accounts, wishes, words, *numbers, today, log)
            spread, settled = wanted.get("spread", 0), wanted.get("settle", 0)
            payments = [Payment(amount=pay, periods=spread, settle=settled)]
            settle(self.user, accounts, payments, *numbers, today, log)
            assess(self.user, accounts, *numbers, today, log)
            count(self.user, accounts, env, self.terms, today)
        self.log = log
        # Whatever would not fit its column must not come about.
        store(self.user, empty_table(User, 1), 0)
        store(self.account, empty_table(Account, 1), 0)
        self.day += 1
        self.today = today[0]
        return today[0]

    def until(self, month, day, year=2024):
        """Live without buying or paying until a date is next."""
        while self.date < dt.date(year, month, day):
            self.live()
        return self

    def spend(self, fen, place=Place.ONLINE):
        """Live a day with as many purchases on credit as one amount needs, 5,000 yuan each."""
        parts = [min(fen - done, 500_000) for done in range(0, fen, 500_000)]
        today = self.live([(place, part) for part in parts])
        assert sum(today.credit) == fen, "the limit does not allow the script"
        return today


def open_account(**state):
    """Return an open account with a limit of 20,000 yuan, or what is said."""
    plain = {"standing": Standing.OPEN.value, "opened_on": 0, "limit": 2_000_000}
    return Account(**(plain | {"first_limit": 2_000_000} | state))
