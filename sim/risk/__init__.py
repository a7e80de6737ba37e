"""Figures of merit, from tables alone: no rule and no engine is imported here.

Every function takes numbers or pandas tables and returns numbers or a pandas table, so that it
serves a run, a file from elsewhere, and a case worked by hand alike. `sim.risk.closed_form` holds
formulas with known answers; each other module is named for what its tables tell.
"""
