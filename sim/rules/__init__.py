"""The rules, one file a decision; none imports another, only `sim.life` knows the order."""
