"""The statistics of accounts that targets are about, each computed alike for data and for runs."""

from sim.calibration.statistics.all import statistics

__all__ = ["statistics"]
