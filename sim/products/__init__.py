"""The products to the fen: their terms, schedules of instalments, annual rates, scripted accounts."""
