"""The activities behind a command: whether its author may give it, what it does, and the one answer.

A command is text of a stranger until the forge says that its author may write to the repository. Nothing in it reaches more
than the closed lists of `fusion.events.commands`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fusion.dispatch.record import Given, PullRecord, Quota, pull_key, quota_key
from fusion.errors import Denied, Gone, UserError
from fusion.events.commands import HELP, Command, Unknown, Verb, find
from fusion.model import EVENTS, CommentMade, CreateComment, PullChanged, React, Reply, Said, Scene
from fusion.ports import Message, Permission, Place, Priority
from fusion.render.markup import code, prose
from fusion.telemetry.context import here
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.findings import Findings
from orchestrations.listening import ask
from orchestrations.offering import Offering
from orchestrations.publishing import app, marks_of
from orchestrations.shelf import Shelf
from orchestrations.waiting import settled

HOUR = timedelta(hours=1)
NEEDED = Permission.WRITE


class Commands:
    """The activities of `command`, bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.findings = Findings(bundle, shelf)
        self.offering = Offering(bundle, shelf)

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("hear", "obey", "answer"))

    # --- may they?

    async def hear(self, job: Job) -> Job:
        """`permitted`; or `refused`, `limited` with what to `say`; or `ignored`, where Fusion was asked to leave alone."""
        return await settled(self._hear(_comment(job)))

    async def _hear(self, event: CommentMade) -> Job:
        asked = find(event.text, app_slug=self.bundle.slug)
        record = await self._record(event)
        resumes = isinstance(asked, Command) and asked.verb is Verb.RESUME
        if asked is None or (record is not None and record.ignored and not resumes):
            return {"status": "ignored"}
        permission = await app(self.bundle)[1].permission(_place(event), event.actor.login)
        answer = await self._counted(event, permitted=permission.at_least(NEEDED))
        if answer["status"] == "permitted":
            await self._react(event, "eyes")
        return answer

    async def _counted(self, event: CommentMade, *, permitted: bool) -> Job:
        """Whether this command is within its author's quota; each refusal is told once. Hearing it twice counts it once."""
        key = quota_key(self.bundle.tenant, event.repository, event.actor.login)
        stored = await self.bundle.store.get(key)
        quota = Quota.model_validate(stored.value) if stored else Quota()
        now = self.bundle.clock.now()
        recent = tuple(given for given in quota.given if now - given.at < HOUR)
        known = any(given.delivery == event.delivery for given in recent)
        within = known or len(recent) < self.bundle.quota
        told, say = dict(quota.told), ""
        if permitted and within:
            told.pop("limited", None)
            recent = recent if known else (*recent, Given(delivery=event.delivery, at=now))
        else:
            about = "limited" if permitted else f"refused:{event.number}"
            if told.setdefault(about, event.delivery) == event.delivery:
                say = self._refusal(event, permitted=permitted)
        after = Quota(given=recent, told=told)
        if after != quota:
            await self.bundle.store.put(key, after.model_dump(mode="json"), etag=stored.etag if stored else None)
        return {"status": "permitted" if permitted and within else "limited" if permitted else "refused", "say": say}

    def _refusal(self, event: CommentMade, *, permitted: bool) -> str:
        who = code(event.actor.login)
        if permitted:
            return f"{who} has given {self.bundle.quota} commands within an hour; Fusion takes more of them later."
        return f"Fusion takes commands from people who may write to this repository, and {who} may not."

    # --- the effect

    async def obey(self, job: Job) -> Job:
        """Do what was asked: `obeyed`, or `failed` or `unknown`; with what to `say`, in Markdown."""
        return await settled(self._obey(_comment(job)))

    async def _obey(self, event: CommentMade) -> Job:
        asked = find(event.text, app_slug=self.bundle.slug)
        if not isinstance(asked, Command):
            return {"status": "unknown", "say": _not_understood(asked)}
        try:
            if asked.verb is Verb.FIX:
                return await self.offering.begin(_place(event), event, asked)
            return {"status": "obeyed", "say": await self._do(event, asked)}
        except UserError as error:
            return {"status": "failed", "say": prose(str(error))}

    async def _do(self, event: CommentMade, asked: Command) -> str:
        place, by = _place(event), event.actor.login
        match asked.verb:
            case Verb.REVIEW:
                why = f"asked for by @{by}"
                if not await ask(self.bundle, event, "review", action="command", why=why, full=asked.full):
                    raise UserError("The pull request is closed, and closed ones are not reviewed.")
                return ""
            case Verb.DISMISS | Verb.REOPEN:
                await self.findings.decide(place, event, asked)
                await ask(self.bundle, event, asked.verb.value, action="learnt", why=f"@{by} {_DID[asked.verb]} a finding")
                return ""
            case Verb.EXPLAIN:
                return await self.findings.explain(place, event, asked.fingerprint)
            case Verb.IGNORE | Verb.PAUSE | Verb.RESUME:
                await self._hold(event, asked.verb)
                return _HELD[asked.verb]
            case Verb.STATUS:
                return await self.findings.status(place)
            case Verb.HELP | Verb.FIX:
                return HELP

    async def _hold(self, event: CommentMade, verb: Verb) -> None:
        """Note it, and let the dispatcher see what follows from it for the head."""
        pull = await app(self.bundle)[1].pull(_place(event))
        key = pull_key(self.bundle.tenant, event.repository, event.number)
        stored = await self.bundle.store.get(key)
        record = PullRecord.model_validate(stored.value) if stored else PullRecord(pull=pull)
        by = event.actor.login
        changes = {
            Verb.IGNORE: {"ignored": by},
            Verb.PAUSE: {"paused": by},
            Verb.RESUME: {"ignored": "", "paused": "", "excluded": ""},
        }[verb]
        held = record.model_copy(update=changes)
        await self.bundle.store.put(key, held.model_dump(mode="json"), etag=stored.etag if stored else None)
        delivery = f"{event.delivery}#{verb.value}"
        followed = PullChanged(
            delivery=delivery,
            action=verb.value,
            repository=event.repository,
            installation=event.installation,
            actor=event.actor,
            pull=pull,
        )
        if self.bundle.queue is not None:
            session = f"{event.repository}#{event.number}"
            body = followed.model_dump(mode="json")
            message = Message(id=delivery, session=session, priority=Priority.COMMAND, body=body, trace=here())
            await self.bundle.queue.send(message)

    async def _record(self, event: CommentMade) -> PullRecord | None:
        stored = await self.bundle.store.get(pull_key(self.bundle.tenant, event.repository, event.number))
        return PullRecord.model_validate(stored.value) if stored else None

    # --- the answer

    async def answer(self, job: Job) -> Job:
        """React, and `say` something once, where the command was given. A hidden marker tells an answer that stands already."""
        return await settled(self._answer(_comment(job), job))

    async def _answer(self, event: CommentMade, job: Job) -> Job:
        await self._react(event, job["reaction"])
        if job["say"]:
            place = _place(event)
            conversation = app(self.bundle)[0]
            marks, key = marks_of(self.bundle, place), f"comment.{event.comment}"
            scene = await conversation.read(place)
            said = (marks.read(comment) for comment in _all(scene))
            if not any(mark and (mark.kind, mark.key) == ("notice", key) for mark in said):
                body = marks.ended(job["say"], "notice", key)
                in_thread = event.where == "review" or bool(job.get("thread"))
                to = job.get("thread") or event.in_reply_to or event.comment
                try:
                    await conversation.apply(place, Reply(to=to, body=body) if in_thread else CreateComment(body=body))
                except (Denied, Gone) as error:
                    return {"status": "failed", "message": str(error)}
        return {"status": "answered"}

    async def _react(self, event: CommentMade, content: str) -> None:
        reaction = React.model_validate({"where": event.where, "id": event.comment, "content": content})
        try:
            await app(self.bundle)[0].apply(_place(event), reaction)
        except (Denied, Gone):
            # The comment was deleted, or reactions are not permitted: the effect and its answer do not hang on them.
            return


_HELD = {
    Verb.IGNORE: "Fusion leaves this pull request alone until `/fusion resume`.",
    Verb.PAUSE: "Fusion reviews no further pushes here until `/fusion resume`; `/fusion review` still works.",
    Verb.RESUME: "Fusion reviews this pull request again.",
}
_DID = {Verb.DISMISS: "dismissed", Verb.REOPEN: "reopened"}


def _not_understood(asked: Unknown | None) -> str:
    """Help, with what was not understood and what may have been meant."""
    if asked is None:
        return HELP
    meant = f" Did you mean {code(asked.nearest)}?" if asked.nearest else ""
    return f"Fusion does not understand {code(asked.what)}.{meant}\n\n{HELP}"


def _comment(job: Job) -> CommentMade:
    event = EVENTS.validate_python(job["event"])
    if not isinstance(event, CommentMade):
        raise TypeError(f"a {event.kind} event holds no command")
    return event


def _place(event: CommentMade) -> Place:
    return Place(repository=event.repository, number=event.number, installation=event.installation)


def _all(scene: Scene) -> list[Said]:
    return [*scene.comments, *(said for thread in scene.threads for said in thread.comments)]
