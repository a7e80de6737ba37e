"""How traits are distributed among users: a marginal for each, joined by a Gaussian copula."""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from pydantic import Field, model_validator

from sim.scenario.section import Section, choice, number, text

MOST = 1e12  # in size, of any trait


class Distribution(IntEnum):
    """Families of marginals."""

    LOGNORMAL = 0  # median, sigma of the logarithm
    NORMAL = 1  # mean, sd
    GAMMA = 2  # mean, shape
    UNIFORM = 3  # low, high
    CONSTANT = 4  # mean
    QUANTILES = 5  # pairs of a probability and a value, straight between them


NEEDED = {
    Distribution.LOGNORMAL: ("median", "sigma"),
    Distribution.NORMAL: ("mean", "sd"),
    Distribution.GAMMA: ("mean", "shape"),
    Distribution.UNIFORM: ("low", "high"),
    Distribution.CONSTANT: ("mean",),
    Distribution.QUANTILES: ("quantiles",),
}


class Marginal(Section):
    """The distribution of one trait, cut to low .. high."""

    distribution: Distribution = choice(Distribution.CONSTANT, "the family", source="assumed")
    median: float | None = number(None, "of a lognormal", ge=-MOST, le=MOST, source="assumed")
    sigma: float | None = number(None, "of its logarithm", ge=0, le=10, source="assumed")
    mean: float | None = number(
        None, "of a normal, a gamma, a constant", ge=-MOST, le=MOST, source="assumed"
    )
    sd: float | None = number(None, "of a normal", ge=0, source="assumed")
    shape: float | None = number(None, "of a gamma", ge=0.01, source="assumed")
    quantiles: list[list[float]] | None = Field(None, description="[[probability, value], ...]")
    low: float | None = number(None, "least value", source="assumed")
    high: float | None = number(None, "largest value", source="assumed")
    source: str = text("assumed", "where it is from")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for key in NEEDED[self.distribution]:
            if getattr(self, key) is None:
                kind = self.distribution.name.lower()
                raise ValueError(
                    f"{key}: wanted a value, as the marginal is {kind} (found nothing)"
                )
        for key in ("median", "mean"):
            value = getattr(self, key)
            positive = self.distribution in {Distribution.LOGNORMAL, Distribution.GAMMA}
            if key in NEEDED[self.distribution] and positive and value <= 0:
                raise ValueError(f"{key}: wanted a value above 0 (found {value:g})")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low: wanted at most high (found {self.low:g} above {self.high:g})")
        if self.quantiles is not None:
            _check_quantiles(self.quantiles)
        return self


def _check_quantiles(pairs: list[list[float]]) -> None:
    if any(len(pair) != 2 for pair in pairs) or len(pairs) < 2:
        raise ValueError("quantiles: wanted at least two pairs of a probability and a value")
    chances, values = zip(*pairs, strict=True)
    if list(chances) != sorted(set(chances)) or chances[0] < 0 or chances[-1] > 1:
        raise ValueError("quantiles: wanted probabilities from 0 to 1 that rise")
    if list(values) != sorted(values):
        raise ValueError("quantiles: wanted values that do not fall")


def lognormal(median: float, sigma: float, low: float, high: float, source: str) -> Marginal:
    """Return a lognormal marginal."""
    family = Distribution.LOGNORMAL
    return Marginal(
        distribution=family, median=median, sigma=sigma, low=low, high=high, source=source
    )


def normal(mean: float, sd: float, low: float, high: float, source: str) -> Marginal:
    """Return a normal marginal."""
    family = Distribution.NORMAL
    return Marginal(distribution=family, mean=mean, sd=sd, low=low, high=high, source=source)


def gamma(mean: float, shape: float, low: float, high: float, source: str) -> Marginal:
    """Return a gamma marginal."""
    family = Distribution.GAMMA
    return Marginal(distribution=family, mean=mean, shape=shape, low=low, high=high, source=source)


def table(pairs: list[list[float]], source: str) -> Marginal:
    """Return a marginal of quantiles."""
    return Marginal(distribution=Distribution.QUANTILES, quantiles=pairs, source=source)


DIARY = "diary of consumer payments 2019 (US), purchases of adults with silent diarists"


class Marginals(Section):
    """The traits that hang together, and those that do not."""

    age: Marginal = table(
        [[0, 16], [0.02, 18], [0.25, 25], [0.5, 32], [0.8, 42], [0.95, 55], [1, 75]],
        "assumed; Huabei 2017: 79 % of borrowers under 35 years",
    )
    income_fen: Marginal = lognormal(
        620_000,
        0.55,
        50_000,
        30_000_000,
        "a month; assumed; urban wages 2023 about 5,700 (private) to 10,000 yuan (other)",
    )
    score: Marginal = normal(625, 55, 350, 850, "assumed")
    payments_month: Marginal = gamma(18, 2.1, 0.5, 200, f"assumed mean; shape 2.1 from the {DIARY}")
    friends: Marginal = lognormal(175, 0.6, 1, 5_000, "mean about 200: R-A2")
    spend_share: Marginal = lognormal(
        0.72, 0.35, 0.05, 1.6, "assumed; of income after fixed outgoings"
    )
    outgoings_share: Marginal = normal(0.38, 0.12, 0.05, 0.75, "assumed; rent, loans, family")
    wallet_share: Marginal = lognormal(
        0.10, 0.8, 0.005, 2, "assumed; wallet habit of a month's income"
    )
    debt_share: Marginal = table(
        [[0, 0], [0.55, 0], [0.8, 1], [0.95, 4], [1, 15]],
        "assumed; debt elsewhere in monthly incomes",
    )
    credit_lean: Marginal = normal(
        -2_300, 1_500, -12_000, 8_000, "assumed; 1e-3 logit towards credit"
    )
    prudence: Marginal = table(
        [
            [0, 0],
            [0.004, 1_000],
            [0.012, 2_500],
            [0.04, 4_200],
            [0.15, 5_600],
            [0.5, 7_000],
            [1, 10_000],
        ],
        "assumed; 1e-3 logit towards paying a bill",
    )
    full_lean: Marginal = normal(
        2_600, 2_600, -12_000, 14_000, "assumed; 1e-3 logit towards paying in full"
    )
    tenure_days: Marginal = table(
        [[0, 0], [0.05, 90], [0.2, 400], [0.6, 1_800], [1, 3_600]],
        "assumed; use of the wallet so far",
    )
    longest_gap_days: Marginal = lognormal(8, 0.8, 0, 255, "assumed")

    male_ppm: int = number(
        515_000, "share of men", ge=0, le=1_000_000, unit="ppm", source="census 2020: 51.2 %"
    )
    real_name_ppm: int = number(
        985_000, "real-name verified (R-A1)", ge=0, le=1_000_000, unit="ppm", source="assumed"
    )
    occupation_ppm: int = number(
        700_000, "occupation on file (R-E1)", ge=0, le=1_000_000, unit="ppm", source="assumed"
    )
    past_overdue_ppm: int = number(
        60_000,
        "with an overdue record (R-A2); likelier for the imprudent",
        ge=1,
        le=999_999,
        unit="ppm",
        source="assumed",
    )
    past_overdue_link: float = number(
        0.6,
        "correlation of that record with imprudence",
        ge=0,
        le=0.99,
        neutral=0,
        source="assumed",
    )
    no_card_ppm: int = number(
        15_000, "without a bank card (R-A1)", ge=0, le=1_000_000, unit="ppm", source="assumed"
    )
    most_cards: int = number(
        4, "cards of the others: 1 to this many, equally likely", ge=1, le=20, source="assumed"
    )
    verified_low_ppm: int = number(
        800_000,
        "verified income, of the true one, at least",
        ge=0,
        le=10_000_000,
        unit="ppm",
        source="assumed",
    )
    verified_high_ppm: int = number(
        1_200_000,
        "verified income, of the true one, at most",
        ge=0,
        le=10_000_000,
        unit="ppm",
        source="assumed",
    )
    paydays: list[int] = Field(
        [5, 10, 10, 15, 15, 20, 25, 28],
        min_length=1,
        max_length=64,
        description="days of the month, equally likely",
        json_schema_extra={"source": "assumed"},
    )
    pays_first: int = number(
        1, "first day of the month on which bills get attention", ge=1, le=28, source="assumed"
    )
    pays_last: int = number(10, "last such day, equally likely", ge=1, le=28, source="assumed")
    auto_debit_full_ppm: int = number(
        380_000,
        "let the product take the whole bill",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source="assumed",
    )
    auto_debit_minimum_ppm: int = number(
        80_000, "let the product take the minimum", ge=0, le=1_000_000, unit="ppm", source="assumed"
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.auto_debit_full_ppm + self.auto_debit_minimum_ppm > 1_000_000:
            raise ValueError(
                "auto_debit_minimum_ppm: wanted shares that add up to at most 1,000,000"
            )
        if self.pays_first > self.pays_last:
            raise ValueError("pays_first: wanted a day not after pays_last")
        if self.verified_low_ppm > self.verified_high_ppm:
            raise ValueError("verified_low_ppm: wanted at most verified_high_ppm")
        if not all(1 <= day <= 28 for day in self.paydays):
            raise ValueError("paydays: wanted days from 1 to 28")
        return self


TRAITS = tuple(
    name for name, field in Marginals.model_fields.items() if field.annotation is Marginal
)


class Segment(Section):
    """A kind of user: its share, and the marginals in which it differs."""

    name: str = text(..., "in tables and reports")
    share_ppm: int = number(
        1_000_000, "of all users", ge=0, le=1_000_000, unit="ppm", source="assumed"
    )
    student: bool = Field(False, description="whether its users are students")
    traits: dict[str, Marginal] = Field(default_factory=dict, description="marginals of its own")

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = [name for name in self.traits if name not in TRAITS]
        if unknown:
            raise ValueError(f"traits.{unknown[0]}: wanted one of {', '.join(TRAITS)}")
        return self

    @classmethod
    def defaults(cls) -> list[Segment]:
        """Return the segments of the main scenario."""
        young = table([[0, 17], [0.05, 18], [0.9, 23], [1, 27]], "assumed")
        allowance = lognormal(180_000, 0.35, 50_000, 2_000_000, "assumed; a month's allowance")
        gig = lognormal(480_000, 0.6, 50_000, 20_000_000, "assumed")
        owner = lognormal(720_000, 0.75, 50_000, 30_000_000, "assumed")
        return [
            cls(name="employee", share_ppm=600_000),
            cls(
                name="student",
                share_ppm=120_000,
                student=True,
                traits={"age": young, "income_fen": allowance},
            ),
            cls(name="self_employed", share_ppm=160_000, traits={"income_fen": owner}),
            cls(name="gig_worker", share_ppm=120_000, traits={"income_fen": gig}),
        ]
