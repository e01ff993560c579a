"""Which of the conversation's threads and comments are ours, and what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fusion.model import Said, Scene, Thread
from fusion.publishing.markers import Marks
from fusion.publishing.posted import Posted


def threads_of(scene: Scene, posted: Posted, marks: Marks) -> tuple[Mapping[str, Thread], Sequence[Thread]]:
    """Entry -> its thread, and further threads about entries that have one already.

    A thread is known by its first comment: by the marker, or, where a person edited that away, by the comment's id.
    """
    by_id = {id: entry for entry, id in posted.threads.items() if id}
    found: dict[str, Thread] = {}
    doubles: list[Thread] = []
    for thread in scene.threads:
        first = thread.comments[0] if thread.comments else None
        if first is None or not first.ours:
            continue
        mark = marks.read(first)
        entry = mark.key if mark and mark.kind == "thread" else by_id.get(first.id, "")
        if entry and found.setdefault(entry, thread) is not thread:
            doubles.append(thread)
    return found, doubles


def replies_of(thread: Thread, marks: Marks) -> Mapping[str, int]:
    """Key of each of our signed replies in a thread -> its comment's id, in the order of the thread."""
    read = ((marks.read(said), said) for said in thread.comments[1:])
    return {mark.key: said.id for mark, said in read if mark is not None and mark.kind == "reply"}


def summaries_of(scene: Scene, posted: Posted, marks: Marks) -> Sequence[Said]:
    """Our summary comments, the one to keep first."""
    found = []
    for said in scene.comments:
        mark = marks.read(said)
        if (mark is not None and mark.kind == "summary") or (said.ours and mark is None and said.id == posted.summary):
            found.append(said)
    return sorted(found, key=lambda said: said.id != posted.summary)
