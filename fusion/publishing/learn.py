"""What people say about findings, learnt into the ledger: replies, resolved threads, reactions. Pure.

Only the word of people who may write to the repository counts, so that the author of a pull request from a fork cannot wave
its own defects through. What Fusion or another bot wrote never counts. Each remark is learnt once (`LedgerEntry.heard`), so
that a later command outranks an older reply; learning twice changes nothing.

Who may unresolve a thread on GitHub may also have a finding looked at again: that opens it, whoever it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fusion.judging.ledger import DISMISSED, RESOLVED, Ledger, LedgerEntry
from fusion.model import Disposition, Said, Scene, State, Thread, ThreadChanged
from fusion.ports import Permission
from fusion.progress import Means
from fusion.publishing.markers import Marks
from fusion.publishing.posted import Posted
from fusion.publishing.remarks import said as said_by
from fusion.publishing.threads import threads_of
from fusion.publishing.wording import REPLIED

_SEEN_RESOLVED = "resolved"
"""In `heard` while the thread is resolved, whoever did it: only a change says something."""
NEEDED = Permission.WRITE
REACTED = "thumbs down on comment "


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One entry's new disposition, and the one it had."""

    entry: LedgerEntry
    before: Disposition

    @property
    def means(self) -> Means:
        """In which way it was said."""
        how = self.entry.disposition.how
        return "reply" if how.startswith(REPLIED) else "reaction" if how.startswith(REACTED) else "thread"

    @property
    def sentence(self) -> str:
        """`mona: won't fix (said in a reply)`, for a log or a reason."""
        said = self.entry.disposition
        return f"{said.by or 'someone'}: {said.state.value.replace('_', ' ')} ({said.how})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The ledger to keep (it may differ without changes: what was heard), and what changed for the next review."""

    ledger: Ledger
    changes: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class _Remark:
    """One thing that a person did about an entry: `key` remembers it."""

    key: str
    login: str
    state: State
    how: str
    at: datetime | None = None


def asks(scene: Scene, ledger: Ledger, marks: Marks, posted: Posted | None = None) -> frozenset[str]:
    """Logins whose permission `learn` needs to know: those who said something about a finding that is not learnt yet."""
    threads, _ = threads_of(scene, posted or Posted(), marks)
    entries = {entry.id: entry for entry in ledger.entries}
    return frozenset(
        remark.login
        for id, thread in threads.items()
        if (entry := entries.get(id)) is not None
        for remark in _remarks(scene, thread)
        if remark.key not in entry.heard
    )


def learn(
    scene: Scene,
    ledger: Ledger,
    permissions: Mapping[str, Permission],
    marks: Marks,
    *,
    posted: Posted | None = None,
    events: Sequence[ThreadChanged] = (),
    at: datetime | None = None,
) -> Learned:
    """The ledger with what people said. `permissions`: of the logins in `asks`; who is missing there may do nothing.

    `events` tell of threads that were opened again just now, and by whom: the scene does not show that. `at`: the time now.
    """
    threads, _ = threads_of(scene, posted or Posted(), marks)
    opened = {event.thread: event.actor.login for event in events if not event.resolved and event.actor.login != scene.login}
    entries: list[LedgerEntry] = []
    changes: list[Lesson] = []
    for entry in ledger.entries:
        thread = threads.get(entry.id)
        after = _learnt(entry, scene, thread, permissions, opened, at) if thread is not None else entry
        if after.disposition != entry.disposition:
            changes.append(Lesson(entry=after, before=entry.disposition))
        entries.append(after)
    return Learned(ledger=ledger.model_copy(update={"entries": tuple(entries)}), changes=tuple(changes))


def _learnt(
    entry: LedgerEntry,
    scene: Scene,
    thread: Thread,
    permissions: Mapping[str, Permission],
    opened: Mapping[str, str],
    at: datetime | None,
) -> LedgerEntry:
    heard = [*entry.heard]
    disposition = entry.disposition
    remarks = list(_remarks(scene, thread))
    for remark in remarks:
        if remark.key in heard or not permissions.get(remark.login, Permission.NONE).at_least(NEEDED):
            continue
        heard.append(remark.key)
        # code that was fixed is fixed; and a resolved thread says less than words
        if disposition.state is State.ADDRESSED or (remark.key == _SEEN_RESOLVED and disposition.state in DISMISSED):
            continue
        disposition = Disposition(state=remark.state, by=remark.login, how=remark.how, at=remark.at or at)
    if thread.resolved and thread.resolved_by == scene.login and _SEEN_RESOLVED not in heard:
        heard.append(_SEEN_RESOLVED)
    if not thread.resolved and (_SEEN_RESOLVED in heard or thread.node in opened):
        heard = [key for key in heard if key != _SEEN_RESOLVED]
        # a dismissal that is newer than the closing stays: it was said after the thread was opened again
        if entry.disposition.state in DISMISSED and disposition == entry.disposition:
            by = opened.get(thread.node, "")
            disposition = Disposition(state=State.OPEN, by=by, how="the thread was opened again", at=at)
    # what is withdrawn counts anew when it is said once more
    reactions = {remark.key for remark in remarks}
    heard = [key for key in heard if not key.startswith("reaction:") or key in reactions]
    return entry.model_copy(update={"heard": tuple(heard), "disposition": disposition})


def _remarks(scene: Scene, thread: Thread) -> Iterator[_Remark]:
    """Everything that people did about a thread's finding; words last, because they outrank the rest."""
    first = thread.comments[0]
    if thread.resolved and _is_a_person(thread.resolved_by, scene):
        yield _Remark(_SEEN_RESOLVED, thread.resolved_by, State.WONT_FIX, RESOLVED)
    for login in first.reactions.by.get("-1", ()):
        if _is_a_person(login, scene):
            yield _Remark(f"reaction:{first.id}:{login}", login, State.INCORRECT, f"{REACTED}{first.id}")
    for comment in thread.comments[1:]:
        if _is_a_persons(comment, scene) and (state := said_by(comment.body)) is not None:
            how = f"{REPLIED}{comment.id}"
            yield _Remark(f"reply:{comment.id}:{state.value}", comment.author.login, state, how, comment.created)


def _is_a_persons(comment: Said, scene: Scene) -> bool:
    author = comment.author
    return _is_a_person(author.login, scene) and not (comment.ours or author.bot or comment.minimised)


def _is_a_person(login: str, scene: Scene) -> bool:
    return login not in ("", scene.login) and not login.endswith("[bot]")
