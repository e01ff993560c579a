"""What the book answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fusion.budget.accounts import Cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The money is set aside."""

    id: str
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The cap that leaves least, and what it leaves."""

    cap: Cap
    left: float
    asked: float = 0.0
    """What was to be set aside; 0: it was only looked up."""

    @property
    def reason(self) -> str:
        """One sentence for the receipt."""
        return f"The cap {CAPS[self.cap]} leaves {self.left:.4f}, and that is not enough."


CAPS: Mapping[Cap, str] = {
    Cap.RUN: "of this run",
    Cap.PULL: "of this pull request",
    Cap.REPOSITORY: "of this repository's month",
    Cap.MONTH: "of this month for all repositories",
}
"""How each cap is called in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """What a run has set aside for its other calls that have not ended. What is refused meanwhile may be had after them."""

    amount: float
    ended: int
    """How many of the run's calls have ended: while that grows, waiting is not in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the call cost; the rest is free again."""

    cost: float
    assumed: bool = False
    """Nobody said what it cost: the bound counts."""


OVERCHARGED = "it billed more than its price allows"
"""Why such an endpoint is asked no more."""


def overcharged(endpoint: str) -> str:
    """The same as half a sentence, with what a person can do about it."""
    return f"{OVERCHARGED} (once you know why: {trusting(endpoint)})"


def trusting(endpoint: str) -> str:
    """The command by which an endpoint is asked again."""
    return f"fusion cost --trust {endpoint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overcharged:
    """The call was billed with more than its bound. It is recorded as billed, and the endpoint is distrusted from now on."""

    cost: float
    bound: float
    endpoint: str


def reservation(run: str, *parts: str) -> str:
    """The id of a run's reservation: `review-0123/security-2/1`. Raises ValueError where the run's id has a slash."""
    if not run or "/" in run:
        raise ValueError(f"The run {run!r} has no id, or one with a slash.")
    return "/".join((run, *parts))
