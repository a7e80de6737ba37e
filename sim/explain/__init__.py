"""What lay behind any user's limit, decisions and warnings on any day of a run.

The user's days are lived again by the rules themselves, so no rule holds a word of explanation
and no formula stands here a second time.
"""

from sim.explain.explainer import Explainer
from sim.explain.explanation import Explanation

__all__ = ["Explainer", "Explanation"]
