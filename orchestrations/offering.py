"""A patch that somebody asked for on a pull request: whether it may be looked for at all, and how it is offered.

Where the finding has a thread on the lines that the patch replaces, it is a suggestion there; otherwise, or when asked for, a
commit on a branch of its own. What may not be pushed is shown. Nothing is pushed for forks, onto an existing branch, or when
the head has moved or the right to write has gone meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping

from fusion.changes.edits import apply_edits
from fusion.errors import PermanentError, TransientError, UserError
from fusion.events.commands import Command
from fusion.model import EVENTS, Change, CommentMade, Finding, Fix, Request, RequestKind, Thread
from fusion.ports import Permission, Place
from fusion.publishing import Posted, threads_of
from fusion.publishing.desired import MARKER
from fusion.reasoning.clean import plain
from fusion.render.fixes import diff_text, suggestion
from fusion.render.github import BODY
from fusion.render.markup import code, fence, prose
from fusion.render.phrases import checked, place
from fusion.render.secrets import excerpt
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.findings import Findings
from orchestrations.fixing import FORK, NO_SANDBOX
from orchestrations.publishing import app, marks_of, posted_key
from orchestrations.shelf import Shelf
from orchestrations.waiting import settled

BRANCH = "fusion/fix-"
"""How the branches begin on which patches are committed; the rest is the finding's."""
_TITLE = 200
_REASON = 1_000
_MOVED = "The head has moved since the review that has the finding. Give the command again once the new head is reviewed."


class Offering:
    """What the command `fix` needs beside the patch itself, bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf
        self.findings = Findings(bundle, shelf)

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("offer_fix",))

    async def begin(self, where: Place, event: CommentMade, asked: Command) -> Job:
        """`fixing`, with what `fix` and `offer_fix` need. Raises UserError: why no patch is looked for."""
        if self.bundle.examiner is None:
            raise UserError(NO_SANDBOX)
        pull = await app(self.bundle)[1].pull(where)
        if not pull.open:
            raise UserError("The pull request is closed, and closed ones get no patches.")
        if pull.fork:
            raise UserError(FORK)
        entry, finding, concluded = await self.findings.standing(where, event, asked.fingerprint)
        if pull.head != concluded.head or not concluded.change:
            raise UserError(_MOVED)
        request = Request(
            kind=RequestKind.PULL,
            repository=pull.repository,
            repository_id=pull.repository_id,
            installation=where.installation,
            number=where.number,
            base=pull.base,
            head=pull.head,
            actor=event.actor.login,
            publish=True,
            why=f"asked for by @{event.actor.login}",
        )
        wanted = {
            "request": request.model_dump(mode="json", exclude_defaults=True),
            "change": concluded.change,
            "finding": await self.shelf.save(finding),
            "entry": entry.id,
            "commit": asked.commit,
        }
        return {"status": "fixing", "fix": wanted}

    async def offer_fix(self, job: Job) -> Job:
        """What to `say` of the patch that was found, or not; `thread`: in the thread that begins with that comment."""
        return await settled(self._offer(job))

    async def _offer(self, job: Job) -> Job:
        event, wanted, result = EVENTS.validate_python(job["event"]), job["wanted"], job["result"]
        assert isinstance(event, CommentMade), "only comments hold commands"
        finding = await self.shelf.load(Finding, wanted["finding"])
        receipt = f"\n\n{prose(excerpt(result['receipt'], _REASON))}" if result.get("receipt") else ""
        if result["status"] != "fixed":
            why = prose(excerpt(result.get("message", ""), _REASON))
            return {"status": "refused", "say": f"There is no patch for {_named(finding)}. {why}{receipt}"}
        request = Request.model_validate(wanted["request"])
        where = Place(repository=request.repository, number=request.number, installation=request.installation)
        if reason := await self._barred(where, event, request):
            return {"status": "refused", "say": f"There is a patch for {_named(finding)}, and it is not offered. {reason}"}
        fix = await self.shelf.load(Fix, result["fix"])
        by = ", written by a model" if result.get("how") == "model" else ""
        what = f"**Fix** for {_named(finding)}: {prose(excerpt(fix.title, _TITLE))} ({prose(checked(fix, finding))}{by})"
        thread = None if wanted["commit"] else await self._thread(where, wanted["entry"], finding)
        text = suggestion(fix, finding.location) if thread is not None else None
        if thread is not None and text is not None:
            ticks = fence(text).split("\n", 1)[0]
            say = f"{what}\n\n{ticks}suggestion\n{text}{ticks}{receipt}"
            if len(say) <= BODY - MARKER:
                return {"status": "obeyed", "say": say, "thread": thread.comments[0].id}
        told = await self._committed(where, request, wanted, finding, fix)
        say = f"{what}\n\n{told}\n\n{fence(diff_text(fix), 'diff')}{receipt}"
        if len(say) > BODY - MARKER:
            say = f"{what}\n\n{told} The patch is too long for a comment on GitHub.{receipt}"
        return {"status": "obeyed", "say": say}

    async def _barred(self, where: Place, event: CommentMade, request: Request) -> str:
        """Why a patch must not be offered any more: it took time, and much may have happened."""
        hub = app(self.bundle)[1]
        pull = await hub.pull(where)
        if pull.fork:
            return FORK
        if not pull.open:
            return "The pull request was closed meanwhile."
        if pull.head != request.head:
            return _MOVED
        if not (await hub.permission(where, event.actor.login)).at_least(Permission.WRITE):
            return f"{code(event.actor.login)} may not write to this repository any more."
        return ""

    async def _thread(self, where: Place, entry: str, finding: Finding) -> Thread | None:
        """The finding's thread, where it stands on exactly the finding's lines as they are now."""
        scene = await app(self.bundle)[0].read(where)
        known = await self.bundle.store.get(posted_key(self.bundle, where))
        posted = Posted.model_validate(known.value) if known else Posted()
        thread = threads_of(scene, posted, marks_of(self.bundle, where))[0].get(entry)
        location = finding.location
        if thread is None or thread.outdated or thread.path != location.path:
            return None
        return thread if thread.line == max(location.end_line, location.line) else None

    async def _committed(self, where: Place, request: Request, wanted: Job, finding: Finding, fix: Fix) -> str:
        """A sentence about the branch that has the patch, or why there is none."""
        path = finding.location.path
        change = await self.shelf.load(Change, wanted["change"])
        contents = await self.shelf.contents(wanted["change"], change)
        after = apply_edits(contents.head[path].decode(), fix.edits).encode()
        title = plain(fix.title, 72).rstrip(".") or "Mend a finding"
        message = f"{title}\n\nFor a finding of Fusion in {plain(path, 300)}.\n\nFusion-Finding: {finding.fingerprint}\n"
        try:
            branch = await app(self.bundle)[1].commit(
                where, branch=f"{BRANCH}{_id(finding)}", parent=request.head, files={path: after}, message=message
            )
        except TransientError:
            raise
        except PermanentError as error:
            return f"It is only shown, because it cannot be committed to a branch: {prose(excerpt(str(error), _REASON))}"
        return f"It is a commit on the branch {code(branch)}, upon {code(request.head[:12])}."


def _named(finding: Finding) -> str:
    return f"{code(_id(finding))}, {code(place(finding.location))}"


def _id(finding: Finding) -> str:
    return "".join(c for c in finding.short if c.isalnum())
