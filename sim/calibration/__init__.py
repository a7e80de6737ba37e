"""Fitting users to real accounts: what is observed of a run, targets, search, what stays open."""
