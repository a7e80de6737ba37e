"""Who the users are: keys, bounds, defaults and their sources."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.scenario.copula import Copula
from sim.scenario.marginals import Marginals, Segment
from sim.scenario.section import ASSUMED, Section, number, path, share, shares_make_one


class Growth(Section):
    """Share of all users that has joined by a day."""

    day: int = number(
        0, "since the first simulated day", ge=0, le=100_000, unit="days", source=ASSUMED
    )
    share_ppm: int = share(1_000_000, "of run.users", source=ASSUMED)


class Network(Section):
    """Close ties between users: within communities of one region, and between them (R-F7).

    Communities have `behaviour.applying.community` users. The weights that make ties matter are
    `behaviour.applying.friends_weight_ppm`, `product.ways.friends_weight_ppm`,
    `behaviour.spending.friends_weight_ppm` and `behaviour.repaying.friends_weight`.
    """

    close_ties: int = number(
        0,
        "close ties of a user with so many contacts; others in proportion; 0 for no graph",
        ge=0,
        le=200,
        unit="ties",
        neutral=0,
        source="assumed; about 10 of the contacts are close",
    )
    contacts: int = number(
        200, "contacts that close_ties belongs to", ge=1, le=32_000, unit="contacts", source="R-A2"
    )
    far_ppm: int = share(
        150_000, "of close ties, with users of other communities of the region", source=ASSUMED
    )


class Population(Section):
    """Who the users are."""

    file: str = path(
        "", "Parquet file with users of one's own; empty draws them from the traits below"
    )
    from_run: str = path("", "run folder whose final users and accounts this run starts with")
    regions: list[str] = Field(
        ["east", "central", "west", "northeast"],
        min_length=1,
        max_length=100,
        description="names of regions",
    )
    region_ppm: list[int] = Field(
        [480_000, 260_000, 190_000, 70_000],
        description="share of users by region",
        json_schema_extra={"source": "assumed; census 2020: 40, 26, 27, 7 %", "unit": "ppm"},
    )
    segments: list[Segment] = Field(
        default_factory=Segment.defaults,
        min_length=1,
        max_length=20,
        description="kinds of users; each may override marginals",
    )
    network: Network = Network()
    traits: Marginals = Marginals()
    copula: Copula = Copula()
    score_auc: float = number(
        0.72,
        "how strongly the score tells who will pay: area under the curve against prudence",
        ge=0.5,
        le=0.99,
        neutral=0.5,
        source="assumed; application scorecards of unsecured credit reach 0.65 to 0.80",
    )
    score_auc_bad_ppm: int = number(
        30_000,
        "share of bad payers that the area is taken at",
        ge=1_000,
        le=500_000,
        unit="ppm",
        source=ASSUMED,
    )
    growth: list[Growth] = Field(
        default_factory=lambda: [Growth()],
        min_length=1,
        description="growth curve, straight between its points",
    )
    leave_month_ppm: int = share(
        3_000,
        "chance in a month to close the account or fall dormant, once nothing is owed",
        neutral=0,
        source=ASSUMED,
    )

    death_month_ppm: int = share(
        150,
        "chance to die in a month; what is owed is charged off",
        neutral=0,
        source="assumed; China's working-age mortality is about 2 in 1,000 a year",
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Population:
        if len(self.regions) != len(self.region_ppm):
            raise ValueError(
                f"region_ppm: wanted {len(self.regions)} shares, one a region"
                f" (found {len(self.region_ppm)})"
            )
        if min(self.region_ppm) < 0:
            least = min(self.region_ppm)
            raise ValueError(f"region_ppm: wanted shares of 0 or more (found {least:,})")
        shares_make_one(self.region_ppm, "region_ppm")
        shares_make_one([segment.share_ppm for segment in self.segments], "segments.share_ppm")
        for key, names in (
            ("regions", self.regions),
            ("segments", [s.name for s in self.segments]),
        ):
            if not all(names) or len(set(names)) < len(names):
                raise ValueError(f"{key}: wanted names that differ (found {', '.join(names)})")
        days = [g.day for g in self.growth]
        shares = [g.share_ppm for g in self.growth]
        if days != sorted(set(days)) or shares != sorted(shares):
            raise ValueError("growth: wanted days that rise and shares that do not fall")
        if shares[-1] != 1_000_000:
            raise ValueError(f"growth: wanted a last share_ppm of 1,000,000 (found {shares[-1]})")
        if self.file and self.from_run:
            raise ValueError("from_run: wanted either file or from_run, not both")
        return self
