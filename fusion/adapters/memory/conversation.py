"""The forge in memory: a public fake of Conversation, Hub and AppAccess, with what people do there as methods.

    forge = MemoryConversation()
    forge.open_pull("octo/shop", 12, head="a" * 40)
    thread = forge.say_on_line("octo/shop", 12, "mona", "kept.py", 3, "why?")
    forge.resolve("octo/shop", 12, thread.node, "mona")
    ...
    forge.applied  # every operation that was written, in order

It passes the same contract suite as the GitHub adapter. Refusals follow GitHub's REST and GraphQL documentation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fusion.adapters.branches import mine, names
from fusion.adapters.memory.kept import Committed, Fault, Kept
from fusion.adapters.memory.records import ManualClock
from fusion.errors import Denied, FusionError, Gone, PermanentError, Unplaced
from fusion.model import (
    Actor,
    CreateComment,
    DismissReview,
    EditComment,
    Minimise,
    Operation,
    PostedCheck,
    PostedReview,
    PostReview,
    Pull,
    PutCheck,
    Reply,
    ResolveThread,
    Said,
    Scene,
    Thread,
    UploadSarif,
)
from fusion.ports import Clock, Permission, Place

LONGEST = 65_536
"""Characters of a comment, review body, or check run text on GitHub."""


class MemoryConversation:
    """Conversation and Hub. `login` is who we are; what people do is done by the methods that take a `login`."""

    def __init__(self, *, clock: Clock | None = None, login: str = "fusion[bot]") -> None:
        self.clock = clock or ManualClock()
        self.login = login
        self.pulls: dict[tuple[str, int], Kept] = {}
        self.checks: dict[tuple[str, int], PostedCheck] = {}
        self.annotations: dict[int, list[dict[str, Any]]] = {}
        self.policies: dict[tuple[str, str], bytes] = {}
        self.permissions: dict[tuple[str, str], Permission] = {}
        self.groups: dict[tuple[str, str], tuple[int, ...]] = {}
        self.uploads: list[tuple[Place, UploadSarif]] = []
        self.applied: list[tuple[Place, Operation]] = []
        self.branches: dict[tuple[str, str], Committed] = {}
        self.reads = 0
        self.faults: list[Fault] = []
        self._ids = 1000

    # --- what people and GitHub do

    def open_pull(self, repository: str, number: int, *, head: str, base: str = "b" * 40, **details: Any) -> Pull:
        """A new pull request; `details` are further fields of `Pull`."""
        known: dict[str, Any] = {"base_ref": "main", "head_ref": "feature", "default_branch": "main"}
        known |= {"author": Actor(login="mona", id=1), "updated": self.clock.now()}
        pull = Pull(repository=repository, number=number, base=base, head=head, **(known | details))
        self.pulls[repository, number] = Kept(pull=pull, heads=[head])
        return pull

    def push(self, repository: str, number: int, head: str, *, forced: bool = False) -> Pull:
        """A new head; with `forced` the old ones are no longer part of the pull request. `outdate` threads as you need."""
        kept = self.kept(repository, number)
        kept.heads = [head] if forced else [*kept.heads, head]
        return self.change(repository, number, head=head)

    def close(self, repository: str, number: int, *, merged: bool = False) -> Pull:
        """Close or merge it."""
        return self.change(repository, number, open=False, merged=merged)

    def change(self, repository: str, number: int, **fields: Any) -> Pull:
        """Other values for fields of the `Pull`, such as `draft` or `labels`; `updated` becomes now."""
        kept = self.kept(repository, number)
        kept.pull = kept.pull.model_copy(update={"updated": self.clock.now()} | fields)
        return kept.pull

    def delete(self, repository: str, number: int = 0) -> None:
        """The repository is gone; or only a pull request of it, as with a blocked spammer's."""
        for key in [key for key in self.pulls if key[0] == repository and number in (0, key[1])]:
            del self.pulls[key]

    def say(self, repository: str, number: int, login: str, body: str) -> Said:
        """A comment in the conversation."""
        said = self._said(login, body, "IC")
        self.kept(repository, number).comments[said.id] = said
        return said

    def say_on_line(self, repository: str, number: int, login: str, path: str, line: int, body: str) -> Thread:
        """A new review thread."""
        said = self._said(login, body, "PRRC")
        thread = Thread(node=f"PRRT_{said.id}", path=path, line=line, comments=(said,))
        self.kept(repository, number).threads[thread.node] = thread
        return thread

    def answer(self, repository: str, number: int, node: str, login: str, body: str) -> Said:
        """A reply in a review thread."""
        said = self._said(login, body, "PRRC")
        threads = self.kept(repository, number).threads
        threads[node] = threads[node].model_copy(update={"comments": (*threads[node].comments, said)})
        return said

    def resolve(self, repository: str, number: int, node: str, login: str, *, resolved: bool = True) -> None:
        """Resolve a thread, or open it again."""
        threads = self.kept(repository, number).threads
        threads[node] = threads[node].model_copy(update={"resolved": resolved, "resolved_by": login if resolved else ""})

    def outdate(self, repository: str, number: int, node: str) -> None:
        """The lines of a thread changed."""
        threads = self.kept(repository, number).threads
        threads[node] = threads[node].model_copy(update={"outdated": True, "line": None})

    def react(self, repository: str, number: int, id: int, login: str, content: str) -> None:
        """A reaction to a comment."""
        said = self.said(repository, number, id)
        others = said.reactions.by.get(content, ())
        if login not in others:
            by = said.reactions.by | {content: (*others, login)}
            self._alter(repository, number, id, reactions=said.reactions.model_copy(update={"by": by}))

    def edit(self, repository: str, number: int, id: int, body: str) -> None:
        """Another text for a comment, whoever wrote it."""
        self._alter(repository, number, id, body=body)

    def remove(self, repository: str, number: int, id: int) -> None:
        """A comment is deleted; a thread without comments goes with its last."""
        kept = self.kept(repository, number)
        kept.comments.pop(id, None)
        for node, thread in list(kept.threads.items()):
            left = tuple(said for said in thread.comments if said.id != id)
            if left:
                kept.threads[node] = thread.model_copy(update={"comments": left})
            else:
                del kept.threads[node]

    def grant(self, repository: str, login: str, permission: Permission) -> None:
        """What someone may do. Without a grant: read."""
        self.permissions[repository, login] = permission

    def fail(self, error: FusionError, *, on: str = "", times: int = 1, late: bool = False) -> None:
        """Raise `error` from `on`: `read`, an operation's kind, a method of Hub, or everything when empty. See `Fault`."""
        self.faults.append(Fault(error=error, on=on, times=times, late=late))

    # --- Conversation

    async def read(self, place: Place, *, heads: Sequence[str] = ()) -> Scene:
        """The conversation as it is."""
        self._fail("read", late=False)
        kept = self.kept(place.repository, place.number)
        self.reads += 1
        pull = kept.pull
        return Scene(
            repository=place.repository,
            number=place.number,
            head=pull.head,
            base=pull.base,
            open=pull.open,
            merged=pull.merged,
            draft=pull.draft,
            locked=kept.locked,
            login=self.login,
            threads=tuple(kept.threads.values()),
            comments=tuple(kept.comments.values()),
            reviews=tuple(kept.reviews.values()),
            checks=tuple(
                check
                for (repository, _), check in self.checks.items()
                if repository == place.repository and check.head in (pull.head, *heads)
            ),
        )

    async def apply(self, place: Place, operation: Operation) -> str:
        """Write, refusing what GitHub refuses."""
        self._fail(operation.kind, late=False)
        made = self._write(place, operation)
        self.applied.append((place, operation))
        self._fail(operation.kind, late=True)
        return made

    def _write(self, place: Place, operation: Operation) -> str:
        if isinstance(operation, PutCheck):
            return self._put_check(place, operation)
        if isinstance(operation, UploadSarif):
            self.uploads.append((place, operation))
            return f"sarif-{len(self.uploads)}"
        kept = self.kept(place.repository, place.number)
        if isinstance(operation, PostReview):
            return self._post_review(kept, operation)
        if isinstance(operation, DismissReview):
            review = kept.reviews.get(operation.id)
            if review is None:
                raise Gone(f"There is no review {operation.id}.")
            if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
                raise PermanentError(f"Can not dismiss a {review.state.lower()} pull request review.")
            kept.reviews[review.id] = review.model_copy(update={"state": "DISMISSED"})
            return str(review.id)
        if isinstance(operation, CreateComment):
            return str(self.say(place.repository, place.number, self.login, _worded(operation.body)).id)
        if isinstance(operation, EditComment):
            if not self.said(place.repository, place.number, operation.id).ours:
                raise Denied("Resource not accessible by integration: the comment is someone else's.")
            self.edit(place.repository, place.number, operation.id, _worded(operation.body))
            return str(operation.id)
        if isinstance(operation, Reply):
            thread = next((thread for thread in kept.threads.values() if thread.comments[0].id == operation.to), None)
            if thread is None:
                raise Gone(f"There is no thread that begins with comment {operation.to}.")
            body = _worded(operation.body)
            return str(self.answer(place.repository, place.number, thread.node, self.login, body).id)
        if isinstance(operation, ResolveThread):
            if operation.node not in kept.threads:
                raise Gone(f"Could not resolve to a node with the global id of {operation.node!r}.")
            self.resolve(place.repository, place.number, operation.node, self.login, resolved=operation.resolved)
            return operation.node
        if isinstance(operation, Minimise):
            return self._minimise(place, kept, operation)
        self.react(place.repository, place.number, operation.id, self.login, operation.content)
        return str(operation.id)

    def _post_review(self, kept: Kept, operation: PostReview) -> str:
        if operation.head not in kept.heads:
            raise Unplaced("The commit is not part of the pull request.")
        for comment in operation.comments:
            if kept.lines is not None and (comment.path, comment.line, comment.side) not in kept.lines:
                raise Unplaced(f"Line {comment.line} of {comment.path} is not part of the diff.")
        if not operation.body and (operation.event == "REQUEST_CHANGES" or not operation.comments):
            raise PermanentError("A review needs a body, or for a mere comment at least one comment on lines.")
        _sized(operation.body)
        for comment in operation.comments:
            _worded(comment.body)
        id = self._next()
        state = "CHANGES_REQUESTED" if operation.event == "REQUEST_CHANGES" else "COMMENTED"
        kept.reviews[id] = PostedReview(
            id=id, node=f"PRR_{id}", ours=True, state=state, body=operation.body, commit=operation.head
        )
        repository, number = kept.pull.repository, kept.pull.number
        for comment in operation.comments:
            self.say_on_line(repository, number, self.login, comment.path, comment.line, comment.body)
        return str(id)

    def _minimise(self, place: Place, kept: Kept, operation: Minimise) -> str:
        for review in kept.reviews.values():
            if review.node == operation.node:
                kept.reviews[review.id] = review.model_copy(update={"minimised": True})
                return operation.node
        for said in self._all(kept):
            if said.node == operation.node:
                self._alter(place.repository, place.number, said.id, minimised=True)
                return operation.node
        raise Gone(f"Could not resolve to a node with the global id of {operation.node!r}.")

    def _put_check(self, place: Place, operation: PutCheck) -> str:
        if (operation.status == "completed") != bool(operation.conclusion):
            raise PermanentError("A completed check run has a conclusion, and no other has one.")
        for text in (operation.summary, operation.text):
            _sized(text)
        id = operation.id or self._next()
        if operation.id and (place.repository, id) not in self.checks:
            raise Gone(f"There is no check run {operation.id}.")
        self.annotations.setdefault(id, []).extend(operation.annotations)
        self.checks[place.repository, id] = PostedCheck(
            id=id,
            name=operation.name,
            head=self.checks[place.repository, id].head if operation.id else operation.head,
            status=operation.status,
            conclusion=operation.conclusion,
            external_id=operation.external_id,
            title=operation.title,
            summary=operation.summary,
            text=operation.text,
            annotations=len(self.annotations[id]),
        )
        return str(id)

    # --- Hub

    async def policy(self, place: Place, base: str) -> bytes | None:
        """What was set in `policies` for the commit."""
        self._fail("policy", late=False)
        return self.policies.get((place.repository, base))

    async def permission(self, place: Place, login: str) -> Permission:
        """What was granted, else read."""
        self._fail("permission", late=False)
        return self.permissions.get((place.repository, login), Permission.READ)

    async def pull(self, place: Place) -> Pull:
        """The pull request as it is."""
        self._fail("pull", late=False)
        return self.kept(place.repository, place.number).pull

    async def open_pulls(self, place: Place) -> Sequence[Pull]:
        """Those that are open, last updated first."""
        self._fail("open_pulls", late=False)
        found = [kept.pull for (repository, _), kept in self.pulls.items() if repository == place.repository and kept.pull.open]
        return sorted(found, key=lambda pull: (pull.updated or self.clock.now(), pull.number), reverse=True)[:300]

    async def members(self, place: Place, *, base: str, head: str, head_ref: str) -> Sequence[int]:  # noqa: ARG002 - the port's
        """What was set in `groups` for the head."""
        self._fail("members", late=False)
        return self.groups.get((place.repository, head), ())

    async def commit(self, place: Place, *, branch: str, parent: str, files: Mapping[str, bytes], message: str) -> str:
        """Kept in `branches`; what files there are is not known here."""
        self._fail("commit", late=False)
        mine(branch)
        if parent not in {
            head for kept in self.pulls.values() if kept.pull.repository == place.repository for head in kept.heads
        }:
            raise Gone(f"There is no commit {parent}.")
        made = Committed(parent=parent, files=dict(files), message=message)
        for name in names(branch):
            there = self.branches.setdefault((place.repository, name), made)
            if (there.parent, there.files) == (made.parent, made.files):
                self._fail("commit", late=True)
                return name
        raise PermanentError(f"There are too many branches like {branch}.")

    # --- inside

    def kept(self, repository: str, number: int) -> Kept:
        """A pull request with its conversation. Raises Gone."""
        try:
            return self.pulls[repository, number]
        except KeyError:
            raise Gone(f"There is no pull request {repository}#{number}.") from None

    def said(self, repository: str, number: int, id: int) -> Said:
        """A comment, of whatever kind. Raises Gone."""
        for said in self._all(self.kept(repository, number)):
            if said.id == id:
                return said
        raise Gone(f"There is no comment {id}.")

    def _all(self, kept: Kept) -> Sequence[Said]:
        return [*kept.comments.values(), *(said for thread in kept.threads.values() for said in thread.comments)]

    def _alter(self, repository: str, number: int, id: int, **fields: Any) -> None:
        kept = self.kept(repository, number)
        if id in kept.comments:
            kept.comments[id] = kept.comments[id].model_copy(update=fields)
        for node, thread in kept.threads.items():
            comments = tuple(said.model_copy(update=fields) if said.id == id else said for said in thread.comments)
            kept.threads[node] = thread.model_copy(update={"comments": comments})

    def _said(self, login: str, body: str, prefix: str) -> Said:
        id = self._next()
        bot = login.endswith("[bot]")
        return Said(
            id=id,
            node=f"{prefix}_{id}",
            author=Actor(login=login, id=sum(login.encode()), bot=bot),
            ours=login == self.login,
            body=body,
            created=self.clock.now(),
        )

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    def _fail(self, name: str, *, late: bool) -> None:
        for fault in self.faults:
            if fault.times and fault.late == late and fault.on in ("", name):
                fault.times -= 1
                raise fault.error


def _worded(body: str) -> str:
    if not body.strip():
        raise PermanentError("Body cannot be blank.")
    return _sized(body)


def _sized(body: str) -> str:
    if len(body) > LONGEST:
        raise PermanentError(f"Body is too long (maximum is {LONGEST:,} characters).")
    return body
