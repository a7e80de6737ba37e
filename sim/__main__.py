"""`python -m sim` is `paylater`."""

import sys

try:
    from sim.commands import main

    main()
except KeyboardInterrupt:  # while still importing
    sys.exit(130)
