"""Which parts of a change, with which neighbours, each model call sees: context is chosen, not poured.

A change is split by meaning (`units`): each changed symbol is a unit, and each cluster of other changed lines. A unit is shown
as a diff of its own; of a large symbol only the surroundings of what changed, with the gaps marked. The units of a file go into
one brief when they fit, else the brief is parted at the symbols (`packing`). With them go what tools saw there, the class
around, callers, tests and what is called, as room allows (`neighbours`, `writing`). When there are more parts than briefs, the
riskiest come first (`risk`), the least risky share briefs, and what is in none is named with its reason.

Briefs are stable, because an equal brief is an equal prompt and is not paid for again. Nothing but `Passage.lines` and the ids
of evidence depends on where a line stands, and nothing on other files but neighbours. Another hunk changes the brief that shows
it; where that gets too large it is parted, and its parts are new. Only where there are more parts than briefs does one file
decide how others share. Secrets are starred out before a text is shown (`masks`).

Everything that agents need in common is worked out once for a case (`index`) and forgotten with it.
"""

from fusion.planning.briefs import Planned, about, briefs
from fusion.planning.packing import Count, octets

__all__ = ["Count", "Planned", "about", "briefs", "octets"]
