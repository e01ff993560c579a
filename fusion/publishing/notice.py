"""What is said where there is no review: it runs, was refused, failed, was given up or was not wanted. Never nothing.

Required checks hang on what is missing, so that every outcome has a conclusion. Only what was not wanted is neutral.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fusion.model import PutCheck, Record, Scene
from fusion.policy import Policy
from fusion.publishing.desired import Desired, wants_comment
from fusion.publishing.posted import Posted
from fusion.publishing.wording import missing, shortfalls
from fusion.render.github import NAME
from fusion.render.markup import prose
from fusion.render.phrases import count, listed, short
from fusion.render.secrets import excerpt

_SENTENCE = 1_000
_MEMBERS = 100
MENDED = "Once that is mended, comment `/fusion review`."
AGAIN = "Comment `/fusion review` to try again."


class Notice(Record):
    """What the check run, and where it matters the summary comment, say without a review. Texts are Markdown."""

    head: str
    status: Literal["queued", "in_progress", "completed"] = "completed"
    conclusion: Literal["", "success", "failure", "neutral", "action_required", "cancelled", "skipped"] = ""
    title: str
    text: str
    comment: bool = False
    """It goes into the summary comment too: somebody has to do something."""
    run: str = ""


def running(head: str, run: str = "") -> Notice:
    """The review is at work."""
    return Notice(head=head, status="in_progress", title="Reviewing", text="The review is at work.", run=run)


def refused(head: str, message: str, run: str = "") -> Notice:
    """The review cannot be made as things are, such as with a policy that does not validate; `message` says what to do."""
    return _asking(head, "Not reviewed", f"Fusion could not review this: {_said(message)}\n\n{MENDED}", run)


def unavailable(head: str, message: str, run: str = "") -> Notice:
    """GitHub or what Fusion needs could not be reached for too long."""
    return _asking(head, "Not reviewed yet", f"Fusion gave up after several tries: {_said(message)}\n\n{AGAIN}", run)


def failed(head: str, message: str, run: str = "") -> Notice:
    """The review broke off. `message` is the last error's sentence."""
    return _asking(head, "The review failed", f"Fusion could not finish this review: {_said(message)}\n\n{AGAIN}", run)


def unreviewed(head: str, reason: str, run: str = "") -> Notice:
    """Policy does not want it reviewed, or there is nothing to review: that holds up nobody."""
    return Notice(
        head=head, conclusion="neutral", title="Not reviewed", text=f"Fusion did not review this: {_said(reason)}", run=run
    )


def cancelled(head: str, reason: str, run: str = "") -> Notice:
    """The review was stopped: the pull request was closed, or a person said so."""
    return Notice(
        head=head, conclusion="cancelled", title="Review stopped", text=f"This review was stopped: {_said(reason)}", run=run
    )


def superseded(head: str, newer: str = "", run: str = "") -> Notice:
    """A newer head is reviewed instead."""
    by = f" ({short(newer)})" if newer else ""
    return Notice(
        head=head, conclusion="cancelled", title="Superseded", text=f"A newer push{by} is reviewed instead of this.", run=run
    )


def check_of(notice: Notice) -> PutCheck:
    """The check run alone, without an id: for heads without a conversation, such as a merge group's."""
    return PutCheck(
        head=notice.head,
        name=NAME,
        external_id=excerpt(notice.run, 255),
        status=notice.status,
        conclusion=notice.conclusion,
        title=notice.title,
        summary=notice.text,
    )


def noticed(notice: Notice, policy: Policy, scene: Scene, posted: Posted) -> Desired:
    """What the conversation should say with a notice: threads, reviews and annotations stay as they are."""
    without = missing(scene, posted)
    check = check_of(notice)
    check = check.model_copy(update={"summary": "\n\n".join([notice.text, *map(prose, shortfalls(scene, without))])})
    wanted = notice.comment and wants_comment(policy, without)
    # a verdict on an older head must not stand there as if it were about this one
    text = f"### Fusion: {notice.title[0].lower()}{notice.title[1:]}\n\n{check.summary}\n\nThis is about {short(notice.head)}."
    return Desired(head=notice.head, check=check, summary=text if wanted else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A pull request of a merge group, and how our check on its own head ended; empty: it is not known."""

    number: int
    conclusion: str = ""


def merge_group(head: str, members: Sequence[Member], why: str = "") -> Notice:
    """The result for a merge queue's commit: its members were reviewed one by one, and the group is as good as the worst.

    A failure of one is the group's; a verdict that is not known, or that asks for action, asks for action. Never nothing: a
    queue would wait for the check until it times out. `why`: why the members are not known.
    """
    worst = [member for member in members if member.conclusion == "failure"]
    open_ = [member for member in members if member.conclusion not in ("failure", "success", "neutral", "skipped")]
    names = ", ".join(f"#{member.number} ({member.conclusion or 'no verdict'})" for member in members[:_MEMBERS])
    more = f", and {len(members) - _MEMBERS:,} more" if len(members) > _MEMBERS else ""
    text = (
        f"The pull requests of this group and their verdicts: {names}{more}."
        if members
        else f"No pull request is known: {_said(why)}"
    )
    if worst:
        who = listed([f"#{member.number}" for member in worst[:10]])
        return Notice(head=head, conclusion="failure", title=f"Blocked by {who}", text=text)
    if open_ or not members:
        what = f"{count(len(open_), 'pull request')} without a verdict" if open_ else "Nothing is known about this group"
        return Notice(head=head, conclusion="action_required", title=what, text=text)
    return Notice(head=head, conclusion="success", title="Nothing here blocks this group", text=text)


def _asking(head: str, title: str, text: str, run: str) -> Notice:
    return Notice(head=head, conclusion="action_required", title=title, text=text, comment=True, run=run)


def _said(message: str) -> str:
    return prose(excerpt(message, _SENTENCE)) or "no reason is known."
