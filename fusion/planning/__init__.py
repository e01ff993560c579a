"""Which parts of a change, with which neighbours, each model call sees: context is chosen, not poured.

A change is split by meaning (`units`): each changed symbol is a unit, and each cluster of other changed lines. A unit is shown
as a diff of its own; of a large symbol only the surroundings of what changed, with the gaps marked. The units of a file go into
one brief when they fit, else the brief is parted at the symbols (`packing`). With them go what tools saw there, the class
around, callers, tests and what is called, as room allows (`neighbours`, `writing`). When there are more parts than briefs, the
riskiest come first (`risk`), the least risky share briefs, and what is in none is named with its reason.

Briefs are stable, because an equal brief is an equal prompt and is not paid for again. Nothing but `Passage.lines` depends on
where a line stands. A change of one hunk changes only briefs that show it, showed it, or have it as a neighbour; the sharing of
the least risky parts is the exception. Secrets are starred out before anything else happens to a text (`masks`).

Everything that agents need in common is worked out once for a case (`index`) and forgotten with it.
"""

from fusion.planning.briefs import Planned, about, briefs
from fusion.planning.packing import Count, octets

__all__ = ["Count", "Planned", "about", "briefs", "octets"]
