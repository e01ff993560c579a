"""From the conversation as it is to the conversation as it should be: the fewest writes, in an order that bears a crash.

The law: once a plan's steps are done, the next plan has none. That holds also if the process dies between any two of them, or
after a write whose answer never came: everything that was written is found again in the scene by its signed marker, and a
reply comes before the closing that it explains.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal

from fusion.judging.ledger import LedgerEntry
from fusion.model import (
    CreateComment,
    DismissReview,
    EditComment,
    Minimise,
    Operation,
    PostedCheck,
    PostReview,
    PutCheck,
    Reply,
    ResolveThread,
    Scene,
    Thread,
    UploadSarif,
)
from fusion.policy import Policy
from fusion.publishing.desired import Desired, Reviewed, reviewed
from fusion.publishing.markers import Marks
from fusion.publishing.notice import Notice, check_of, noticed, superseded
from fusion.publishing.posted import Check, Posted, Step, latest, noted
from fusion.publishing.shared import Beside, joint
from fusion.publishing.threads import replies_of, summaries_of, threads_of
from fusion.publishing.wording import (
    dismissal_text,
    last_settled,
    missing,
    reopened_key,
    reopened_text,
    review_text,
    settled_key,
    settled_text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write. Apply the steps in order; after each, `known = noted(known, step, answer)`, and keep `known`.

    `outcome`: `superseded` where the head is another by now, `closed` where the pull request is; the steps then only see to it
    that no check run stays unfinished.
    """

    outcome: Literal["current", "superseded", "closed"]
    steps: tuple[Step, ...]
    known: Posted
    """What is known before the first step: what was known, and what the scene shows."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The steps' writes."""
        return tuple(step.operation for step in self.steps)

    @property
    def posted(self) -> Posted:
        """What is known once all steps are done, without the ids of what they made."""
        posted = self.known
        for step in self.steps:
            posted = noted(posted, step)
        return posted


def plan(
    what: Reviewed | Notice, scene: Scene, posted: Posted, policy: Policy, marks: Marks, *, beside: Sequence[Beside] = ()
) -> Plan:
    """The writes that make the conversation say what it should. `marks` are the pull request's, `beside` the other pull
    requests with the same head; nothing here does I/O.
    """
    threads, doubles = threads_of(scene, posted, marks)
    head = what.review.head if isinstance(what, Reviewed) else what.head
    known = _adopted(what, scene, posted, threads, marks)
    without = missing(scene, known)
    steps = [*_ended(scene, known)]
    if head == scene.head:
        want = (
            reviewed(what, policy, scene, known, threads, marks)
            if isinstance(what, Reviewed)
            else noticed(what, policy, scene, known)
        )
        want = replace(want, check=joint(want.check, beside))
        if scene.open:
            replies = {entry: replies_of(thread, marks) for entry, thread in threads.items()}
            steps += _reviews(want, scene, known, marks)
            fates = list(_fates(want, scene, known, threads, replies, marks))
            # where it can be asked for only, threads that nobody may resolve are no reason to plan it again and again
            steps += [*fates, *_doubles(doubles, scene), *_dismissals(want, scene)]
            steps += _folding(want, scene, known, threads, [step for step in fates if step.capability not in without], marks)
            steps += _summary(want, scene, known, marks)
            steps += _sarif(want, scene, known)
        steps += _check(want, scene, known)
    outcome: Literal["current", "superseded", "closed"] = "current" if head == scene.head else "superseded"
    return Plan(
        outcome="closed" if not scene.open else outcome,
        steps=tuple(step for step in steps if step.capability not in without),
        known=known,
    )


def _adopted(what: Reviewed | Notice, scene: Scene, posted: Posted, threads: Mapping[str, Thread], marks: Marks) -> Posted:
    """What is known, with what the scene shows to have been written after it was last kept."""
    entries = {entry.id: entry for entry in what.ledger.entries} if isinstance(what, Reviewed) else {}
    replies = dict(posted.replies)
    closed = dict(posted.closed)
    for id, thread in threads.items():
        replies |= replies_of(thread, marks)
        if (entry := entries.get(id)) is None:
            continue
        if not entry.stands and thread.resolved and _by_us(thread, scene):
            closed[id] = settled_key(entry)
        elif entry.stands and not thread.resolved:
            closed.pop(id, None)
    checks = dict(posted.checks)
    if (check := _check_there(scene, posted)) is not None:
        before = posted.checks.get(check.head, Check())
        kept = before.annotations if before.id in (0, check.id) else ()
        checks = latest(checks, check.head, Check(id=check.id, done=check.status == "completed", annotations=kept))
    there = summaries_of(scene, posted, marks)
    requested = posted.requested
    if isinstance(what, Reviewed) and any(review.ours and review.state == "CHANGES_REQUESTED" for review in scene.reviews):
        # who dismisses that request has seen what it is about
        blocking = {entry.id for entry in entries.values() if entry.stands and entry.finding.blocking}
        requested = tuple(sorted({*requested, *blocking}))
    return posted.model_copy(
        update={
            "threads": posted.threads | {entry: thread.comments[0].id for entry, thread in threads.items()},
            "replies": replies,
            "closed": closed,
            "checks": checks,
            "summary": there[0].id if there else posted.summary,
            "requested": requested,
        }
    )


def _by_us(thread: Thread, scene: Scene) -> bool:
    return thread.resolved_by == scene.login != ""


# --- the parts of a plan


def _reviews(want: Desired, scene: Scene, known: Posted, marks: Marks) -> Iterator[Step]:
    """All new comments in one review; in several only while it is found out which of them GitHub refuses."""
    blocking = want.blocking or ()
    active = any(review.ours and review.state == "CHANGES_REQUESTED" for review in scene.reviews)
    request = want.request and not active and (not blocking or not {*blocking} <= {*known.requested})
    comments = list(want.inline.items())
    size = known.portions.get(scene.head, 0) or max(len(comments), 1)
    first = not any(review.ours for review in scene.reviews)
    for start in range(0, len(comments), size) if comments else [0] if request else []:
        part = comments[start : start + size]
        asks = request and start == 0
        text = review_text(len(part), 0 if start else len(blocking), first=first and start == 0)
        yield Step(
            operation=PostReview(
                head=want.head,
                event="REQUEST_CHANGES" if asks else "COMMENT",
                body=marks.ended(text, "review", want.head),
                comments=tuple(comment for _, comment in part),
            ),
            head=scene.head,
            entries=tuple(entry for entry, _ in part),
            blocking=blocking if asks else (),
        )


def _fates(
    want: Desired,
    scene: Scene,
    known: Posted,
    threads: Mapping[str, Thread],
    replies: Mapping[str, Mapping[str, int]],
    marks: Marks,
) -> Iterator[Step]:
    """What became of the findings that have a thread: said once, and the thread resolved or opened again once."""
    for id, thread in threads.items():
        entry = want.entries.get(id)
        if entry is None:
            continue
        if entry.stands:
            if thread.resolved and _by_us(thread, scene):
                closed = known.closed.get(id) or last_settled(replies[id])
                key = reopened_key(entry, closed)
                yield from _said(thread, entry, key, reopened_text(entry, want.head), known, scene, marks)
                yield Step(operation=ResolveThread(node=thread.node, resolved=False), head=scene.head, key=key, entries=(id,))
            continue
        key = settled_key(entry)
        # resolved already: nobody needs to be told; opened again after we resolved it: a person wants to go on talking
        if thread.resolved or known.closed.get(id) == key:
            continue
        yield from _said(thread, entry, key, settled_text(entry), known, scene, marks)
        if want.resolve:
            yield Step(operation=ResolveThread(node=thread.node), head=scene.head, key=key, entries=(id,))


def _said(thread: Thread, entry: LedgerEntry, key: str, text: str, known: Posted, scene: Scene, marks: Marks) -> Iterator[Step]:
    if key not in known.replies:
        body = marks.ended(text, "reply", key)
        yield Step(operation=Reply(to=thread.comments[0].id, body=body), head=scene.head, key=key, entries=(entry.id,))


def _doubles(doubles: Sequence[Thread], scene: Scene) -> Iterator[Step]:
    """Threads about what has one already are folded away."""
    for thread in doubles:
        if not thread.comments[0].minimised:
            yield Step(operation=Minimise(node=thread.comments[0].node, classifier="DUPLICATE"), head=scene.head)
        if not thread.resolved:
            yield Step(operation=ResolveThread(node=thread.node), head=scene.head)


def _dismissals(want: Desired, scene: Scene) -> Iterator[Step]:
    """Requests for changes are taken back once nothing blocks any more."""
    if want.blocking is not None and not want.request:
        for review in scene.reviews:
            if review.ours and review.state == "CHANGES_REQUESTED":
                yield Step(operation=DismissReview(id=review.id, message=dismissal_text(want.head)), head=scene.head)


def _folding(
    want: Desired, scene: Scene, known: Posted, threads: Mapping[str, Thread], fates: Sequence[Step], marks: Marks
) -> Iterator[Step]:
    """Bodies of reviews of older heads are folded away once all threads that they began are resolved."""
    if want.blocking is None:
        return
    now = {id: thread.resolved for id, thread in threads.items()}
    now |= {id: step.operation.resolved for step in fates if isinstance(step.operation, ResolveThread) for id in step.entries}
    for review in scene.reviews:
        mark = marks.read_body(review.body, ours=review.ours)
        active = review.state == "CHANGES_REQUESTED" and want.request
        if mark is None or mark.kind != "review" or mark.key == scene.head or review.minimised or active:
            continue
        # which threads it began is lost where the answer to its posting was: then it waits for all of them
        began = known.reviews.get(str(review.id), tuple(threads))
        if all(now.get(entry, True) for entry in began):
            yield Step(operation=Minimise(node=review.node), head=scene.head)


def _summary(want: Desired, scene: Scene, known: Posted, marks: Marks) -> Iterator[Step]:
    """One comment, edited when its text changes. One that a person deleted stays deleted: the check says the same."""
    there = summaries_of(scene, known, marks)
    for double in there[1:]:
        if not double.minimised:
            yield Step(operation=Minimise(node=double.node, classifier="DUPLICATE"), head=scene.head)
    if not want.summary:
        return
    body = marks.ended(want.summary, "summary", "summary")
    if there and not _same(there[0].body, body):
        yield Step(operation=EditComment(id=there[0].id, body=body), head=scene.head, key="summary")
    elif not there and known.summary is None:
        yield Step(operation=CreateComment(body=body), head=scene.head, key="summary")


def _sarif(want: Desired, scene: Scene, known: Posted) -> Iterator[Step]:
    """A log is uploaded once. GitHub does not show it; after a crash it is sent again and replaces itself."""
    if want.sarif and known.sarif.get(want.head) != want.sarif:
        ref = f"refs/pull/{scene.number}/head"
        yield Step(operation=UploadSarif(commit=want.head, ref=ref, sarif=want.sarif), head=scene.head)


def _check_there(scene: Scene, posted: Posted) -> PostedCheck | None:
    """Our check run at the head: the one we know of, else the latest of our name."""
    mine = [check for check in scene.checks if check.head == scene.head and check.name == check_of(superseded("")).name]
    id = posted.checks[scene.head].id if scene.head in posted.checks else 0
    return max(mine, key=lambda check: (check.id == id, check.id), default=None)


def _check(want: Desired, scene: Scene, known: Posted) -> Iterator[Step]:
    """The check run is updated where anything differs. Annotations are added to those it has, so each is sent once."""
    there = _check_there(scene, known)
    sent = known.checks.get(want.head, Check()).annotations if there else ()
    fresh = [(mark, item) for item in want.check.annotations if (mark := _digest(item)) not in sent]
    if there is not None:
        # what is there and not known of was sent before a crash, in this order
        fresh = fresh[max(there.annotations - len(sent), 0) :]
    put = want.check.model_copy(
        update={"id": there.id if there else 0, "annotations": tuple(item for _, item in fresh)},
    )
    if there is None or fresh or not _is(there, put):
        marks = tuple(_digest(item) for item in want.check.annotations)
        now = tuple(mark for mark in marks if mark not in sent)
        yield Step(operation=put, head=scene.head, annotations=now)


def _is(there: PostedCheck, put: PutCheck) -> bool:
    texts = ((there.title, put.title), (there.summary, put.summary), (there.text, put.text))
    plain = (there.status, there.conclusion, there.external_id) == (put.status, put.conclusion, put.external_id)
    return plain and all(_same(one, other) for one, other in texts)


def _ended(scene: Scene, known: Posted) -> Iterator[Step]:
    """Check runs that were left unfinished at older heads."""
    for head, check in known.checks.items():
        if head == scene.head or check.done:
            continue
        waiting = [one for one in scene.checks if one.head == head and one.status != "completed"]
        for id in (check.id,) if check.id else [one.id for one in waiting if one.external_id == check.run]:
            put = check_of(superseded(head, scene.head)).model_copy(update={"id": id})
            yield Step(operation=put, head=scene.head)


def _digest(annotation: dict[str, Any]) -> str:
    """What an annotation is about. Its message may change when a head is judged anew: that is no second annotation."""
    annotation = {key: value for key, value in annotation.items() if key != "message"}
    return sha256(json.dumps(annotation, sort_keys=True).encode()).hexdigest()[:16]


def _same(one: str, other: str) -> bool:
    """Whether GitHub shows them alike: it may keep other line ends, and no blanks at the ends."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
