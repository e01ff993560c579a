"""The dispatcher: one message of the queue -> orchestrations started and ended. Short; whatever takes long is theirs.

It may be called twice with the same message, and die anywhere: see `fusion.dispatch.decide`. A TransientError means that the
message should come again; a PermanentError that a person has to look at it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from fusion import policy as policies
from fusion.dispatch.admission import Admitted, Excluded, admit
from fusion.dispatch.decide import Decision, Start, Terminate, decide, standing, unreviewed, wish
from fusion.dispatch.needs import Ports
from fusion.dispatch.record import InstallationRecord, PullRecord, concluded_key, installation_key, pull_key
from fusion.dispatch.renames import follow
from fusion.errors import Conflict, Gone, PermanentError, PolicyError, UserError
from fusion.events.commands import find
from fusion.model import (
    EVENTS,
    AnyEvent,
    CatchUp,
    CommentMade,
    InstallationChanged,
    MergeGroupFormed,
    Pull,
    PullChanged,
    RerunAsked,
    ScansDue,
    ThreadChanged,
)
from fusion.policy import Policy
from fusion.ports import Conductor, Key, Message, Place, Priority
from fusion.scanning.leaving import left
from fusion.telemetry.context import carried, here, parse, root, step

log = logging.getLogger("fusion.dispatch")

_RERUN = 50
"""Pull requests of one head that are reviewed again when its check is run again."""
_GONE = frozenset({"deleted", "suspend"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a message, for the log: a sentence, and the orchestrations that it started."""

    what: str
    started: tuple[str, ...] = ()


class Dispatcher:
    """Hands events on to orchestrations. Raises UserError where the host has no GitHub App."""

    def __init__(self, ports: Ports, conductor: Conductor) -> None:
        if ports.hub is None or ports.queue is None:
            raise UserError("Events of GitHub need a GitHub App: set FUSION_GITHUB_APP and FUSION_GITHUB_KEY.")
        self.store = ports.store
        self.hub = ports.hub
        self.queue = ports.queue
        self.clock = ports.clock
        self.reasoning = ports.reasoning
        self.tenant = ports.tenant
        self.slug = ports.slug
        self.telemetry = ports.telemetry
        self.conductor = conductor

    async def handle(self, message: Message) -> Handled:
        """Do what the message asks. Raises TransientError and PermanentError."""
        try:
            event = EVENTS.validate_python(message.body)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise PermanentError(f"The message {message.id!r} is no event: {where}: {first['msg']}.") from None
        # A message that nobody traced, a timer's above all, begins a trace of its own; each attempt is in the same.
        begins = "" if parse(message.trace) else root(message.id)
        attributes = {
            "fusion.event": event.kind,
            "fusion.repository": str(message.body.get("repository", "")),
            "fusion.priority": message.priority.value,
            "messaging.message.id": message.id,
        }
        with step(
            self.telemetry.tracer,
            f"process {event.kind}",
            kind="consumer",
            parent=message.trace,
            own=begins,
            attributes=attributes,
        ) as span:
            handled = await self._handled(event)
            span.set("fusion.started", handled.started)
        return handled

    async def _handled(self, event: AnyEvent) -> Handled:
        match event:
            case PullChanged():
                return await self.pull_changed(event)
            case CommentMade():
                return await self._comment(event)
            case ThreadChanged():
                return await self._start("learn", event, "a thread changed")
            case MergeGroupFormed():
                return await self._merge_group(event)
            case RerunAsked():
                return await self._rerun(event)
            case InstallationChanged():
                return await self._installation(event)
            case CatchUp():
                return await self._start("catch_up", event, "a look for what was missed")
            case ScansDue():
                return await self._start("scans", event, "a look for scans that are due")

    # --- pull requests

    async def pull_changed(self, event: PullChanged) -> Handled:
        """A pull request changed, or is to be reviewed again."""
        key = pull_key(self.tenant, event.pull.repository, event.pull.number)
        stored = await self.store.get(key)
        record = PullRecord.model_validate(stored.value) if stored else None
        stands = standing(event.pull, record)
        if event.again or stands == "unclear":
            known = await self._now(event)
            if known is None:
                return await self._carry_out(await self._lost(event, record), event, stored.etag if stored else None)
            if known.repository != event.pull.repository:
                return await self._moved(event, record, known, stored.etag if stored else None)
            event = event.model_copy(update={"pull": known})
        elif stands == "stale":
            return Handled(what=f"{_name(event.pull)} is known to be newer than this event says")
        if record is None:
            await follow(self.store, self.tenant, event.pull)
        try:
            admission = await self._admission(event, record)
        except Gone:
            return await self._carry_out(await self._lost(event, record), event, stored.etag if stored else None)
        run = await self.conductor.status(record.run) if record and record.run else None
        decision = decide(event, record, admission, run)
        return await self._carry_out(decision, event, stored.etag if stored else None)

    async def _now(self, event: PullChanged) -> Pull | None:
        """The pull request as it is; None when it is no more. The event's word stands where the forge's is older."""
        said = event.pull
        place = Place(repository=said.repository, number=said.number, installation=said.installation or event.installation)
        try:
            found = await self.hub.pull(place)
        except Gone:
            return None
        if found.updated is not None and said.updated is not None and found.updated < said.updated:
            return said
        return found.model_copy(
            update={
                "installation": found.installation or place.installation,
                "repository_id": found.repository_id or said.repository_id,
            }
        )

    async def _lost(self, event: PullChanged, record: PullRecord | None) -> Decision:
        """The pull request or its repository was deleted: nothing can be said there any more."""
        closed = event.pull.model_copy(update={"open": False})
        run = await self.conductor.status(record.run) if record and record.run else None
        steps = (Terminate(id=run.id, why="the pull request is gone"),) if run and not run.ended else ()
        kept = record.model_copy(update={"pull": closed}) if record else None
        return Decision(why="it is gone", steps=steps, record=kept)

    async def _moved(self, event: PullChanged, record: PullRecord | None, now: Pull, etag: str | None) -> Handled:
        """The repository was renamed or transferred: the old name's review ends, and the new name has its own."""
        if record is not None:
            await self._carry_out(await self._lost(event, record), event, etag)
        return await self.pull_changed(event.model_copy(update={"pull": now, "repository": now.repository}))

    async def _admission(self, event: PullChanged, record: PullRecord | None) -> Admitted | Excluded:
        pull = event.pull
        if not pull.open:
            return Admitted()
        place = Place(repository=pull.repository, number=pull.number, installation=pull.installation)
        data = await self.hub.policy(place, pull.base)
        try:
            rules = policies.load(data, origin=".fusion.yml") if data is not None else Policy()
        except PolicyError as error:
            # The review itself says so on the pull request, with line and key.
            log.info("the policy of %s does not validate: %s", _name(pull), error)
            rules = Policy()
        return admit(pull, rules.pulls, record, asked=wish(event, record))

    async def _carry_out(self, decision: Decision, event: PullChanged, etag: str | None) -> Handled:
        started = []
        for each in decision.steps:
            if isinstance(each, Terminate):
                await self._terminate(each.id, each.why)
            elif await self._begun(each):
                started.append(each.id)
        if decision.record is not None:
            key = pull_key(self.tenant, event.pull.repository, event.pull.number)
            try:
                await self.store.put(key, decision.record.model_dump(mode="json"), etag=etag)
            except Conflict:
                await self._withdraw(started, key)
                raise
        return Handled(what=f"{_name(event.pull)}: {decision.why}", started=tuple(started))

    async def _terminate(self, id: str, why: str) -> None:
        """End an orchestration, and give back the money that its review holds: it does not come to doing so itself."""
        await self.conductor.terminate(id, why)
        if self.reasoning is not None:
            await self.reasoning.book.close(id)

    async def _withdraw(self, started: Sequence[str], key: Key) -> None:
        """End what was started for a record that another event has written meanwhile: nobody would know of it.

        A command and a push have queues of their own, so that both may be decided at the same moment.
        """
        stored = await self.store.get(key)
        if stored is None:
            return
        known = PullRecord.model_validate(stored.value).run
        for id in started:
            if id != known:
                await self._terminate(id, "another event of the same moment came first")

    # --- everything else

    async def _comment(self, event: CommentMade) -> Handled:
        if event.actor.bot:
            return Handled(what="a bot's comment asks for nothing")
        if find(event.text, app_slug=self.slug) is not None:
            return await self._start("command", event, "a command")
        return await self._start("learn", event, "an answer")

    async def _start(self, name: str, event: CommentMade | ThreadChanged | CatchUp | ScansDue, what: str) -> Handled:
        return await self._begin(
            Start(name=name, input={"event": event.model_dump(mode="json")}, id=f"{name.replace('_', '-')}-{event.delivery}"),
            what,
        )

    async def _begin(self, start: Start, what: str) -> Handled:
        created = await self._begun(start)
        return Handled(what=what if created else f"{what}, known already", started=(start.id,) if created else ())

    async def _begun(self, start: Start) -> bool:
        """Start an orchestration as a part of the message's trace; False where it is known already."""
        return await self.conductor.start(start.name, carried(start.input, here()), start.id)

    async def _merge_group(self, event: MergeGroupFormed) -> Handled:
        digest = hashlib.sha256(f"{event.repository}\0{event.head}".encode()).hexdigest()[:16]
        start = Start(name="merge_group", input={"event": event.model_dump(mode="json")}, id=f"merge-group-{digest}")
        return await self._begin(start, f"a merge group at {event.head[:7]}")

    async def _rerun(self, event: RerunAsked) -> Handled:
        """Each pull request of the head has its own session in the queue, where the wish is fulfilled."""
        place = Place(repository=event.repository, installation=event.installation)
        if event.numbers:
            pulls = [await self._read(place, number) for number in event.numbers[:_RERUN]]
        else:
            pulls = list(await self.hub.open_pulls(place))
        wanted = [pull for pull in pulls if pull is not None and pull.open and pull.head == event.head][:_RERUN]
        for pull in wanted:
            by = f"@{event.actor.login}" if event.actor.login else "somebody"
            await self.queue.send(
                again(
                    pull,
                    delivery=f"{event.delivery}#{pull.number}",
                    event=event,
                    action="rerun",
                    why=f"{by} ran the check again",
                )
            )
        return Handled(what=f"{len(wanted)} pull requests of {event.head[:7]} are reviewed again")

    async def _read(self, place: Place, number: int) -> Pull | None:
        try:
            return await self.hub.pull(Place(repository=place.repository, number=number, installation=place.installation))
        except Gone:
            return None

    async def _installation(self, event: InstallationChanged) -> Handled:
        key = installation_key(self.tenant, event.installation)
        stored = await self.store.get(key)
        record = InstallationRecord(
            id=event.installation,
            action=event.action,
            active=event.action not in _GONE,
            by=event.actor.login,
            at=self.clock.now(),
        )
        await self.store.put(key, record.model_dump(mode="json"), etag=stored.etag if stored else None)
        ended = [await self._left(repository) for repository in event.removed]
        for repository in event.removed if event.action != "suspend" else ():
            await left(self.store, self.tenant, repository)
        begun = [await self._back(repository, event) for repository in event.added]
        what = f"{sum(ended)} reviews ended, {sum(begun)} begun again"
        return Handled(what=f"the installation {event.installation}: {event.action}; {what}")

    async def _left(self, repository: str) -> int:
        """End the reviews of a repository that the App was taken from; how many. They begin anew if it comes back."""
        ended = 0
        for stored in await self.store.list(tenant=self.tenant, kind="pull", scope=repository):
            record = PullRecord.model_validate(stored.value)
            run = await self.conductor.status(record.run) if record.run and record.head else None
            if run is not None and (not run.ended or run.status == "terminated"):
                await self._terminate(run.id, "the App was taken from the repository")
                await self.store.put(stored.key, unreviewed(record).model_dump(mode="json"), etag=stored.etag)
                ended += 1
        return ended

    async def _back(self, repository: str, event: InstallationChanged) -> int:
        """Have those reviews made again that came to no end while the App was suspended or had no access; how many."""
        begun = 0
        for stored in await self.store.list(tenant=self.tenant, kind="pull", scope=repository):
            record = PullRecord.model_validate(stored.value)
            key = concluded_key(self.tenant, repository, record.pull.number)
            concluded = await self.store.get(key) if record.pull.open and record.head else None
            if not record.pull.open or not record.head or (concluded and concluded.value["head"] == record.head):
                continue
            run = await self.conductor.status(record.run)
            if run is None or run.ended:
                pull = record.pull.model_copy(update={"installation": event.installation})
                delivery, why = f"{event.delivery}#{pull.repository}#{pull.number}", "the App has access again"
                await self.queue.send(again(pull, delivery=delivery, event=event, action="returned", why=why))
                begun += 1
        return begun


def again(
    pull: Pull,
    *,
    delivery: str,
    event: CommentMade | ThreadChanged | RerunAsked | InstallationChanged,
    action: str,
    why: str,
    full: bool = False,
) -> Message:
    """The message that asks for a further review of a pull request because of `event`."""
    wanted = PullChanged(
        delivery=delivery,
        action=action,
        repository=pull.repository,
        repository_id=pull.repository_id,
        installation=pull.installation or event.installation,
        actor=event.actor,
        pull=pull,
        again=True,
        full=full,
        why=why,
        # An installation has all its pull requests reviewed, one after the other: nobody waits for one of them.
        received=None if isinstance(event, InstallationChanged) else event.received,
    )
    body = wanted.model_dump(mode="json")
    return Message(id=delivery, session=_name(pull), priority=Priority.COMMAND, body=body, trace=here())


def _name(pull: Pull) -> str:
    """`owner/name#12`: also the queue's session of its messages."""
    return f"{pull.repository}#{pull.number}"
