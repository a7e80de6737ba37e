"""One day of one user; the only place that knows in which order the rules come."""

from sim.life.assessing import assess, count
from sim.life.authorising import authorise
from sim.life.day import live_one_day
from sim.life.morning import morning
from sim.life.settling import settle

__all__ = ["assess", "authorise", "count", "live_one_day", "morning", "settle"]
