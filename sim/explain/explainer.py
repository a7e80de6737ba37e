"""Explaining users of one replication: prepared once, then milliseconds each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.arms import arms_of
from sim.environment import course
from sim.explain.alarms import alarms
from sim.explain.assessment import limit_of
from sim.explain.explanation import Explanation
from sim.explain.gates import gates
from sim.explain.happened import happened
from sim.explain.prepared import Prepared
from sim.explain.relived import relive
from sim.explain.scorecard import score
from sim.explain.shared import Shared, nothing_shared, shared_in_record, shared_in_tables
from sim.explain.statement import statement
from sim.explain.who import account_of, who
from sim.kinds import Admission
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.results.record import Record
    from sim.results.run import Run
    from sim.scenario.sections import Scenario


class Explainer:
    """Lives any user's days again, and tells what lay behind their limit on any of them."""

    def __init__(
        self,
        scenario: Scenario,
        replication: int = 0,
        shared: Shared | None = None,
        label: str = "",
    ) -> None:
        """Prepare a replication. shared: what users shared, None where they share nothing.

        label: for messages.
        """
        days, arms = course(scenario, replication), arms_of(scenario, replication)
        self.label = label or scenario.name
        self._shared = shared or nothing_shared(len(days.days))
        self._prepared = Prepared(scenario, replication, days, arms, self._shared)

    @classmethod
    def of(cls, run: Run, replication: int, record: Record | None) -> Explainer:
        """Return the explainer of a run; record: of a run in memory.

        Raises ScenarioError where a table is missing that tells what users shared.
        """
        scenario, label = run.scenario, str(run.folder or run.scenario.name)
        replications = scenario.run.replications
        if not 0 <= replication < replications:
            wanted = f"wanted 0 to {replications - 1} (found {replication})"
            raise ScenarioError([f"{label}: --replication: {wanted}"])
        days, arms = course(scenario, replication).days, arms_of(scenario, replication)
        if record is not None:
            shared = shared_in_record(record, days, arms, label)
        else:
            shared = shared_in_tables(run, days, arms, replication, label)
        return cls(scenario, replication, shared, label)

    def explain(self, user: int, day: int, product: str | None = None) -> Explanation:
        """Return what lay behind a user's limit and decisions on a reported day.

        day: from 0; the days of a burn-in are below 0. product: by name, the first if None. Raises
        ScenarioError for a user, a day or a product that the run has not, and for what it does
        not tell.
        """
        names = [each.label for each in self._prepared.scenario.products]
        if product is not None and product not in names:
            wanted = f"wanted a product of the run: {', '.join(names)}"
            raise ScenarioError([f"{self.label}: --product: {wanted} (found {product})"])
        simulated = self._checked(user, day)
        number = names.index(product) if product else 0
        prepared = self._prepared
        life = relive(prepared, user, simulated, number)
        scored = life.terms[0].admission == Admission.SCORED
        return Explanation(
            {
                "run": self.label,
                "who": who(prepared, life),
                "account": account_of(prepared, life),
                "gates": gates(life),
                "admission_score": score(life) if scored else None,
                "limit": limit_of(prepared, life),
                "statement": statement(prepared, life),
                "warnings": alarms(life),
                "events": happened(life),
            }
        )

    def _checked(self, user: int, day: int) -> int:
        """Return the simulated day of a reported one. Raises ScenarioError with all faults."""
        run = self._prepared.scenario.run
        faults = []
        if not 0 <= user < run.users:
            faults.append(f"{self.label}: --user: wanted 0 to {run.users - 1} (found {user})")
        if not -run.burn_in_days <= day < run.days:
            wanted = f"wanted {-run.burn_in_days} to {run.days - 1}"
            faults.append(f"{self.label}: --day: {wanted} (found {day})")
        if faults:
            raise ScenarioError(faults)
        if self._shared.known_from > 0:
            wanted = "wanted all simulated days in the table environment to explain a user"
            found = f"none before simulated day {self._shared.known_from}"
            raise ScenarioError([f"{self.label}: {wanted} (found {found})"])
        return day + run.burn_in_days
