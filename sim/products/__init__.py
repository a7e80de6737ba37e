"""The products to the fen: schedules of instalments, annual rates, scripted accounts."""
