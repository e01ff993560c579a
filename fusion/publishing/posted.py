"""What Fusion knows that it has written: kept between publishings, since what people delete leaves no trace on GitHub.

Everything here can be lost without harm to the conversation but this: what a person has deleted would be written once more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import Field

from fusion.model import (
    SCHEMA_VERSION,
    CreateComment,
    DismissReview,
    EditComment,
    Operation,
    PostReview,
    PutCheck,
    Record,
    Reply,
    ResolveThread,
    UploadSarif,
)

Capability = Literal["reviews", "replies", "dismissals", "threads", "folding", "comments", "checks", "sarif", "reactions"]
"""What a permission can be missing for."""
_CAPABILITY: Mapping[str, Capability] = {
    "post_review": "reviews",
    "reply": "replies",
    "dismiss_review": "dismissals",
    "resolve_thread": "threads",
    "minimise": "folding",
    "create_comment": "comments",
    "edit_comment": "comments",
    "put_check": "checks",
    "upload_sarif": "sarif",
    "react": "reactions",
}
HEADS = 20
"""Heads of which is known what was written for them."""
T = TypeVar("T")


class Check(Record):
    """A check run of ours. `annotations` are digests, because annotations are added and never replaced."""

    id: int = 0
    done: bool = False
    run: str = ""
    """Whose it is, while its id is not known: several pull requests may have one head."""
    annotations: tuple[str, ...] = ()


class Posted(Record):
    """What was written on one pull request. Ids are REST's; 0: written, and GitHub has not told the id yet."""

    schema_version: int = SCHEMA_VERSION
    threads: dict[str, int] = Field(default_factory=dict)
    """Entry -> first comment of its thread."""
    replies: dict[str, int] = Field(default_factory=dict)
    """Key of a reply -> its comment."""
    closed: dict[str, str] = Field(default_factory=dict)
    """Entry -> why we resolved its thread, as the key of the reply that says so."""
    reviews: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Id of a review -> entries that its comments are about."""
    requested: tuple[str, ...] = ()
    """Entries for which changes were requested; a person who dismisses that request is not asked again for the same."""
    summary: int | None = None
    """The summary's comment; None: there was none yet."""
    checks: dict[str, Check] = Field(default_factory=dict)
    """Head -> our check run there."""
    sarif: dict[str, str] = Field(default_factory=dict)
    """Head -> digest of the SARIF log that was uploaded for it."""
    unplaced: dict[str, str] = Field(default_factory=dict)
    """Entry -> head at which GitHub took no comment on its line."""
    portions: dict[str, int] = Field(default_factory=dict)
    """Head -> comments of one review there, while it is being found out which of them GitHub refuses."""
    denied: dict[Capability, str] = Field(default_factory=dict)
    """What may not be written -> head at which that came out; it is tried again at the next, and by the next run."""
    run: str = ""
    """The run that came by all this last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write, and what is known once it is done."""

    operation: Operation
    head: str
    key: str = ""
    """The reply's or the closing's key, or `summary`."""
    entries: tuple[str, ...] = ()
    """The entries it is about; of a review, in the order of its comments."""
    blocking: tuple[str, ...] = ()
    """Entries for which it requests changes."""
    annotations: tuple[str, ...] = ()
    """Digests of the annotations that it adds."""

    @property
    def capability(self) -> Capability:
        """What it needs a permission for."""
        return _CAPABILITY[self.operation.kind]


def begun(posted: Posted, run: str) -> Posted:
    """What is known when a run begins to write: a permission that another run lacked may be there by now."""
    return posted if posted.run == run else posted.model_copy(update={"run": run, "denied": {}})


def intended(posted: Posted, step: Step) -> Posted:
    """What has to be kept before a step is done: that a check run is made. If nobody comes to note it, and another head is
    under review by then, nothing else would tell that there is one to end."""
    operation = step.operation
    if not isinstance(operation, PutCheck) or operation.id or operation.head in posted.checks:
        return posted
    return posted.model_copy(update={"checks": latest(posted.checks, operation.head, Check(run=operation.external_id))})


def unsure(posted: Posted) -> tuple[str, ...]:
    """Heads at which there may be a check run that nobody has noted."""
    return tuple(head for head, check in posted.checks.items() if not check.id and not check.done)


def noted(posted: Posted, step: Step, answer: str = "") -> Posted:
    """What is known once a step is done; `answer` is what `Conversation.apply` returned, empty where it got lost."""
    operation = step.operation
    id = int(answer) if answer.isdigit() else 0
    change: dict[str, object] = {}
    match operation:
        case PostReview():
            change["threads"] = posted.threads | dict.fromkeys(step.entries, 0)
            if id:
                change["reviews"] = posted.reviews | {str(id): step.entries}
            if operation.event == "REQUEST_CHANGES":
                change["requested"] = tuple(sorted({*posted.requested, *step.blocking}))
        case DismissReview():
            change["requested"] = ()
        case CreateComment() | EditComment() if step.key == "summary":
            change["summary"] = operation.id if isinstance(operation, EditComment) else id
        case Reply():
            change["replies"] = posted.replies | {step.key: id}
        case ResolveThread():
            closed = {entry: key for entry, key in posted.closed.items() if entry not in step.entries}
            change["closed"] = closed | (dict.fromkeys(step.entries, step.key) if operation.resolved else {})
        case PutCheck():
            before = posted.checks.get(operation.head, Check())
            # a check run that is created anew has no annotations yet
            kept = before.annotations if operation.id else ()
            made = Check(id=operation.id or id, done=operation.status == "completed", annotations=(*kept, *step.annotations))
            change["checks"] = latest(posted.checks, operation.head, made)
        case UploadSarif():
            change["sarif"] = latest(posted.sarif, operation.commit, operation.sarif)
        case _:
            return posted
    return posted.model_copy(update=change)


def denied(posted: Posted, step: Step) -> Posted:
    """What is known once GitHub has said that we may not do this (`Denied`): the next plan does without, and says so."""
    return posted.model_copy(update={"denied": posted.denied | {step.capability: step.head}})


def without(posted: Posted, step: Step, refused: Collection[int] = ()) -> Posted:
    """What is known once GitHub took no comment on a line of a review (`Unplaced`); plan again, and the rest is posted.

    `refused` are positions in the step's comments. GitHub does not always tell which: then reviews become smaller with each
    refusal until one comment is left, and that one's finding moves to the summary.
    """
    if not isinstance(step.operation, PostReview) or not step.entries:
        return posted
    if not refused and len(step.entries) > 1:
        return posted.model_copy(update={"portions": latest(posted.portions, step.head, (len(step.entries) + 1) // 2)})
    moved = [entry for index, entry in enumerate(step.entries) if index in refused or not refused]
    return posted.model_copy(update={"unplaced": posted.unplaced | dict.fromkeys(moved, step.head)})


def latest(known: Mapping[str, T], head: str, value: T) -> dict[str, T]:
    """The values by head with another one, without the heads that were known before the last `HEADS`."""
    kept = {key: item for key, item in known.items() if key != head} | {head: value}
    return dict(list(kept.items())[-HEADS:])
