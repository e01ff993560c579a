"""Whether a pull request is to be reviewed at all: the policy of its base branch, and what people said in its conversation."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from fusion.dispatch.record import PullRecord
from fusion.model import Pull
from fusion.policy import Pulls


@dataclass(frozen=True, slots=True)
class Admitted:
    """It is reviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """It is not, and why, in a sentence. `conclusion` is that of the check that says so; empty: nothing needs to be said.

    A check that a branch rule requires would wait for ever without one. `neutral` lets the pull request pass, as whoever
    wrote the policy wants it; `action_required` does not.
    """

    reason: str
    conclusion: Literal["", "neutral", "action_required"] = "neutral"


def admit(pull: Pull, rules: Pulls, record: PullRecord | None = None, *, asked: bool = False) -> Admitted | Excluded:
    """Whether an open pull request is reviewed. `asked`: somebody who may wants this review (a command, a rerun)."""
    if pull.fork and rules.forks == "off":
        return Excluded(reason="The policy leaves pull requests from forks out (`pulls.forks`).")
    if asked:
        return Admitted()
    return _by_people(record) or _by_policy(pull, rules) or Admitted()


def _by_people(record: PullRecord | None) -> Excluded | None:
    if record is None:
        return None
    if record.ignored:
        return Excluded(reason=f"@{record.ignored} asked to leave this pull request alone; `/fusion resume` takes that back.")
    if record.paused:
        reason = f"@{record.paused} paused the reviews; `/fusion resume` goes on, `/fusion review` reviews once."
        return Excluded(reason=reason, conclusion="action_required")
    return None


def _by_policy(pull: Pull, rules: Pulls) -> Excluded | None:
    labels = {label.casefold() for label in pull.labels}
    skipped = next((label for label in rules.skip_labels if label.casefold() in labels), None)
    if skipped is not None:
        return Excluded(reason=f"The policy leaves pull requests labelled {_quoted(skipped)} out (`pulls.skip_labels`).")
    if rules.only_labels and not labels & {label.casefold() for label in rules.only_labels}:
        wanted = " or ".join(_quoted(label) for label in rules.only_labels[:5])
        return Excluded(reason=f"The policy takes only pull requests labelled {wanted} (`pulls.only_labels`).")
    if rules.branches and not any(fnmatchcase(pull.base_ref, pattern) for pattern in rules.branches):
        return Excluded(reason="The policy names other base branches than this one (`pulls.branches`).")
    if pull.author.bot and not rules.bots:
        return Excluded(reason="The policy leaves pull requests that bots opened out (`pulls.bots`).")
    if pull.draft and not rules.drafts:
        return Excluded(reason="It is a draft; it is reviewed once it is ready (`pulls.drafts`).", conclusion="")
    if pull.fork and rules.forks == "ask":
        reason = "It comes from a fork: somebody with write permission can ask for a review with `/fusion review`."
        return Excluded(reason=reason, conclusion="action_required")
    return None


def _quoted(label: str) -> str:
    """A label of the policy, which may hold anything, as a piece of a sentence."""
    return "“" + "".join(c if c.isalnum() or c in " -_.:/" else "?" for c in label[:50]) + "”"
