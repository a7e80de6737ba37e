"""Known answers, worked out again on this installation: what `paylater prove` prints.

A case that is one call of a function stands in `cases/*.toml`, with its inputs, the answer that is
expected, how far off it may be, and where the answer is from. A case that simulates is a function
in one of the modules that `sim.proof.proof.shipped` gathers. A case that needs what this version of
the package has not is left out, and named.
"""

from __future__ import annotations

from sim.proof.proof import Proof, Row, prove

__all__ = ["Proof", "Row", "prove"]
