"""The rules, one file a decision; rules do not import each other, only `sim.life` knows the order."""
