"""What a scenario file may say: every section, key, bound, default, and where each number is from.

This is the only declaration of a parameter. The rules read the same names: a kernel through the
record that `sim.params` makes of these sections, plain Python through the sections themselves.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal, get_args

from pydantic import Field, model_validator

from sim.kinds import LENGTHS, MOST_PRODUCTS
from sim.scenario.behaviour import Behaviour, Money, PlaceMix, PlaceScale, Spending
from sim.scenario.billing import Billing, Charges
from sim.scenario.economy import Environment, Factor, OwnDate, Path, Paths, Shock, Step
from sim.scenario.entry import Applying, Gates, Ways
from sim.scenario.origin import Document
from sim.scenario.outlook import (
    Acceptance,
    Choosing,
    Joint,
    Plus,
    Regulation,
    SharedData,
)
from sim.scenario.people import Growth, Network, Population
from sim.scenario.plans import (
    Borrowing,
    Factors,
    Grades,
    Instalments,
    Refunds,
    Requests,
    Yearly,
)
from sim.scenario.precision import Aim, Precision
from sim.scenario.product import (
    ChargeOff,
    Limit,
    Product,
    Scenes,
    Score,
)
from sim.scenario.repaying import Repaying
from sim.scenario.risk import (
    Accounting,
    Appeals,
    Collection,
    Coverage,
    Fraud,
    Login,
    Message,
    RiskControl,
)
from sim.scenario.section import ASSUMED, Section, number, share, switch, text

__all__ = [
    "Acceptance",
    "Accounting",
    "Aim",
    "Appeals",
    "Appetite",
    "Applying",
    "Behaviour",
    "Billing",
    "Borrowing",
    "ChargeOff",
    "Charges",
    "Choosing",
    "Collection",
    "Coverage",
    "Environment",
    "Factor",
    "Factors",
    "Fraud",
    "Gates",
    "Grades",
    "Growth",
    "Instalments",
    "Joint",
    "Limit",
    "Login",
    "Message",
    "Money",
    "Network",
    "Output",
    "OwnDate",
    "Path",
    "Paths",
    "PlaceMix",
    "PlaceScale",
    "Plus",
    "Policy",
    "Population",
    "Precision",
    "Product",
    "Refunds",
    "Regulation",
    "Repaying",
    "Requests",
    "RiskControl",
    "Run",
    "Scenario",
    "Scenes",
    "Score",
    "SharedData",
    "Shock",
    "Spending",
    "Step",
    "Ways",
    "Yearly",
]


class Run(Section):
    """When, how long, how many, and with what luck."""

    name: str = text("scenario", "a short name, for titles and folders")
    description: str = text("", "what the scenario is for")
    start: dt.date = Field(
        dt.date(2024, 1, 1),
        description="first reported day",
        ge=dt.date(1900, 1, 1),
        le=dt.date(2200, 1, 1),
    )
    days: int = number(365, "reported days", ge=1, le=16_000, unit="days", source=ASSUMED)
    burn_in_days: int = number(
        0,
        "days simulated before the first reported one",
        ge=0,
        le=16_000,
        unit="days",
        neutral=0,
        source=ASSUMED,
    )
    users: int = number(
        100_000, "users, all joining days together", ge=1, le=2_000_000_000, source=ASSUMED
    )
    products: list[str] = Field(
        default_factory=list,
        description="names of the products that there are, of several; all if empty",
    )
    seed: int = number(1, "key of every draw", ge=0, le=2**32 - 1, source=ASSUMED)
    replications: int = number(1, "runs with luck of their own", ge=1, le=100_000, source=ASSUMED)

    @model_validator(mode="after")
    def _names_a_folder(self) -> Run:
        if not re.fullmatch(r"\w[\w .-]{0,79}", self.name):
            wanted = "up to 80 letters, digits, blanks, dots and dashes, no sign first"
            raise ValueError(f"name: wanted {wanted} (found {self.name!r})")
        return self


class Policy(Section):
    """A dated change of the product or of risk control, for all users or a share of them."""

    name: str = text("", "what changes")
    date: dt.date = Field(description="from this day on")
    share_ppm: int = share(
        1_000_000, "share of users it reaches, keyed by user", neutral=0, source=ASSUMED
    )
    set: dict[str, Any] = Field(
        default_factory=dict, description="dotted keys and their new values"
    )


TableName = Literal[
    "daily",
    "daily_by",
    "cycles",
    "monthly",
    "roll_rates",
    "vintages",
    "scenes",
    "repayments",
    "funnel",
    "warnings",
    "disputes",
    "collection",
    "pnl",
    "balance_sheet",
    "cost",
    "environment",
    "circles",
    "friends",
    "users",
    "accounts",
]
TABLES: tuple[TableName, ...] = get_args(TableName)


class Output(Section):
    """What the run folder holds."""

    tables: list[TableName] = Field(
        default_factory=lambda: list(TABLES), min_length=1, description="tables to write"
    )
    users_ppm: int = share(
        1_000_000, "share of users in `users` and `accounts`, keyed by user", source=ASSUMED
    )

    events_ppm: int = share(
        0, "share of users whose events are logged, keyed by user", source=ASSUMED, neutral=0
    )

    friends: bool = switch(
        False, "keep what each user saw of close friends every 72 hours, for explain", ASSUMED
    )

    @model_validator(mode="after")
    def _once(self) -> Output:
        twice = [name for name in self.tables if self.tables.count(name) > 1]
        if twice:
            raise ValueError(f"tables: wanted each table once (found {twice[0]} twice)")
        return self


class Appetite(Section):
    """Lines that the portfolio should keep to; reports show lights against them."""

    late_31_ppm: int = share(
        30_000,
        "principal of accounts 31 or more days past due, of all principal",
        source="public books 1.1 to 3.0 %",
    )
    late_91_ppm: int = share(
        22_000,
        "principal of accounts 91 or more days past due, of all principal",
        source="public books 0.7 to 2.2 %",
    )
    loss_year_ppm: int = share(50_000, "net charge-offs a year, of mean principal", source=ASSUMED)


class Scenario(Document):
    """Everything one run depends on. Two equal scenarios give equal bits."""

    run: Run = Run()
    population: Population = Population()
    behaviour: Behaviour = Behaviour()
    product: Product = Product()
    beside: list[Product] = Field(
        default_factory=list, description="the products after the first; `[[product]]` in a file"
    )
    risk_control: RiskControl = RiskControl()
    environment: Environment = Environment()
    policy: list[Policy] = Field(default_factory=list, description="dated changes, in order")
    output: Output = Output()
    appetite: Appetite = Appetite()
    precision: Precision | None = Field(
        None, description="when there are replications enough; run.replications are done first"
    )

    @property
    def products(self) -> list[Product]:
        """All products, in the order of accounts and of tables."""
        return [self.product, *self.beside]

    @property
    def periods_offered(self) -> list[int]:
        """Numbers of periods that any product offers on any day, as they come into force.

        What a policy adds stands behind the others: a fork counts on in the same places.
        """
        offered = [n for product in self.products for n in product.instalments.periods]
        for policy in self.policy:
            for key, value in policy.set.items():
                if ".instalments.periods" in key:
                    offered += value if isinstance(value, list) else [value]
        return list(dict.fromkeys(n for n in offered if isinstance(n, int) and n > 0))

    @model_validator(mode="after")
    def _names_exist(self) -> Scenario:
        """Refuse shocks to regions and segments that there are not, and friends without ties."""
        regions, segments = self.population.regions, [s.name for s in self.population.segments]
        faults = []
        for at, shock in enumerate(self.environment.shocks):
            for key, name, names in (
                ("region", shock.region, regions),
                ("segment", shock.segment, segments),
            ):
                if name and name not in names:
                    wanted = f"wanted one of {', '.join(names)}"
                    faults.append(f"environment.shocks.{at}.{key}: {wanted} (found {name!r})")
        spending, repaying = self.behaviour.spending, self.behaviour.repaying
        if not self.population.network.close_ties:
            for key, weight in (
                ("spending.friends_weight_ppm", spending.friends_weight_ppm),
                ("repaying.friends_weight", repaying.friends_weight),
            ):
                if weight:
                    wanted = "wanted 0 while population.network.close_ties is 0"
                    faults.append(f"behaviour.{key}: {wanted} (found {weight:,})")
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @model_validator(mode="after")
    def _can_be_precise(self) -> Scenario:
        """Refuse a precision that could never be looked at, or holds fewer runs than asked for."""
        if self.precision is None:
            return self
        if "daily" not in self.output.tables:
            raise ValueError("output.tables: wanted daily among them, for precision (found none)")
        if self.precision.most < self.run.replications:
            wanted = f"wanted {self.run.replications:,} or more, as run.replications asks for"
            raise ValueError(f"precision.most: {wanted} (found {self.precision.most:,})")
        return self

    @model_validator(mode="after")
    def _plans_can_be_told_apart(self) -> Scenario:
        """Refuse more numbers of periods, over all products and policies, than are counted."""
        found = self.periods_offered
        if len(found) > LENGTHS:
            wanted = f"wanted at most {LENGTHS} numbers over all products and policies"
            raise ValueError(f"product.instalments.periods: {wanted} (found {len(found)})")
        return self

    @model_validator(mode="after")
    def _products_differ(self) -> Scenario:
        """Refuse products that tables could not tell apart, or that count days apart."""
        many = self.products
        if len(many) > MOST_PRODUCTS:
            raise ValueError(f"product: wanted at most {MOST_PRODUCTS} (found {len(many)})")
        faults = []
        labels = [product.label for product in many]
        strange = [name for name in self.run.products if name not in labels]
        if strange:
            known = ", ".join(labels)
            faults.append(f"run.products: wanted names of {known} (found {strange[0]!r})")
        for at, product in enumerate(many[1:], start=1):
            if product.label in [before.label for before in many[:at]]:
                faults.append(
                    f"product.{at}.name: wanted a name of its own (found {product.label!r})"
                )
            if product.limit.stagger != self.product.limit.stagger:
                faults.append(
                    f"product.{at}.limit.stagger: wanted the first product's: users have one "
                    f"72-hour clock (found {str(product.limit.stagger).lower()})"
                )
        if faults:
            raise ValueError("\n".join(faults))
        return self
