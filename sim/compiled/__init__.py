"""How plain functions become machine code. No other package imports numba.

`scalar`  a rule about one user. From Python it runs as plain Python, so it can be stepped
          through and handed a Mesa agent; called from a kernel it is compiled into it.
`seldom`  the same for what happens seldom: called, not written out in place.
`leaf`    a pure function of numbers that is compiled wherever it is called from.
`kernel`  a loop over rows of a table.

Machine code is kept on disk until a file that can reach a kernel changes.
"""

from sim.compiled.arrays import any_set, borrowed, cleared, copied, fetched
from sim.compiled.functions import kernel, leaf, on_disk, scalar, seldom
from sim.compiled.halves import halves

__all__ = [
    "any_set",
    "borrowed",
    "cleared",
    "copied",
    "fetched",
    "halves",
    "kernel",
    "leaf",
    "on_disk",
    "scalar",
    "seldom",
]
