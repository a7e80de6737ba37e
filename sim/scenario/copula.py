"""How traits hang together: correlations of their normal scores, checked as a matrix."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.scenario.marginals import TRAITS
from sim.scenario.section import ASSUMED, Section, number, text

LEAST_EIGENVALUE = 1e-6


class Pair(Section):
    """A correlation between the normal scores of two traits."""

    first: str = text(..., "a trait")
    second: str = text(..., "another trait")
    correlation: float = number(
        0.0, "of their normal scores", ge=-0.999, le=0.999, neutral=0, source=ASSUMED
    )


def _pair(first: str, second: str, correlation: float) -> Pair:
    return Pair(first=first, second=second, correlation=correlation)


class Copula(Section):
    """How traits hang together; pairs that are not named have no correlation of their own."""

    pairs: list[Pair] = Field(
        default_factory=lambda: [
            _pair("age", "income_fen", 0.20),
            _pair("age", "tenure_days", 0.35),
            _pair("income_fen", "score", 0.30),
            _pair("income_fen", "payments_month", 0.15),
            _pair("income_fen", "full_lean", 0.15),
            _pair("score", "payments_month", 0.20),
            _pair("score", "tenure_days", 0.20),
            _pair("prudence", "full_lean", 0.35),
            _pair("prudence", "debt_share", -0.15),
            _pair("full_lean", "credit_lean", -0.20),
            _pair("debt_share", "outgoings_share", 0.30),
            _pair("wallet_share", "full_lean", 0.15),
        ],
        description="correlations; source: assumed",
    )

    @model_validator(mode="after")
    def _joined(self) -> Self:
        seen: dict[frozenset[str], float] = {}
        for index, pair in enumerate(self.pairs):
            for key, name in (("first", pair.first), ("second", pair.second)):
                if name not in TRAITS:
                    raise ValueError(
                        f"pairs.{index}.{key}: wanted one of {', '.join(TRAITS)} (found '{name}')"
                    )
            if pair.first == pair.second:
                raise ValueError(f"pairs.{index}.second: wanted another trait than '{pair.first}'")
            if {pair.first, pair.second} == {"score", "prudence"}:
                raise ValueError(
                    f"pairs.{index}: wanted no pair of score and prudence,"
                    " which follows from score_auc"
                )
            both = frozenset((pair.first, pair.second))
            if both in seen and seen[both] != pair.correlation:
                raise ValueError(
                    f"pairs.{index}.correlation: wanted {seen[both]:g} for {pair.first}"
                    f" and {pair.second}, a symmetric matrix (found {pair.correlation:g})"
                )
            seen[both] = pair.correlation
        return self

    def matrix(self, score_prudence: float) -> NDArray[np.float64]:
        """Return the correlation matrix in the order of TRAITS, with the pair that AUC decides.

        Raises ValueError, naming the pair to blame, where it is not positive definite.
        """
        values = np.eye(len(TRAITS))
        pairs = [(p.first, p.second, p.correlation) for p in self.pairs]
        for first, second, correlation in [*pairs, ("score", "prudence", score_prudence)]:
            i, j = TRAITS.index(first), TRAITS.index(second)
            values[i, j] = values[j, i] = correlation
        least = float(np.linalg.eigvalsh(values)[0])
        if least > LEAST_EIGENVALUE:
            return values
        raise ValueError(
            f"pairs.{self._culprit(values)}: wanted a positive definite matrix"
            f" (found a smallest eigenvalue of {least:.4f})"
        )

    def _culprit(self, values: NDArray[np.float64]) -> str:
        """Return the pair without which the smallest eigenvalue is largest."""
        best, blamed = -np.inf, ""
        for index, pair in enumerate(self.pairs):
            i, j = TRAITS.index(pair.first), TRAITS.index(pair.second)
            without = values.copy()
            without[i, j] = without[j, i] = 0.0
            least = float(np.linalg.eigvalsh(without)[0])
            if least > best:
                best, blamed = least, f"{index} ({pair.first}, {pair.second})"
        return blamed
