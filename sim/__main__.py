"""`python -m sim` is `paylater`."""

from sim.command import main

main()
