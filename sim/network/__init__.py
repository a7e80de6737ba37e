"""Who is close to whom: the graph of close ties (R-F7)."""

from sim.network.ties import Ties, communities, ties

__all__ = ["Ties", "communities", "ties"]
