"""The activities behind a merge group: what its members' checks say, and the one check on the group's head."""

from __future__ import annotations

from collections.abc import Mapping

from fusion.dispatch.record import Concluded, concluded_key
from fusion.errors import Gone
from fusion.model import EVENTS, MergeGroupFormed, Pull, PullChanged
from fusion.ports import Message, Place, Priority
from fusion.publishing import Member, check_of, merge_group, running
from fusion.telemetry.context import here
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.publishing import app
from orchestrations.waiting import settled


class Groups:
    """The activities of `merge_group`, bound to one bundle."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("announce_group", "look_at_group", "conclude_group"))

    async def announce_group(self, job: Job) -> Job:
        """Begin the check on the group's head; `check` is its id."""
        return await settled(self._announce(job))

    async def _announce(self, job: Job) -> Job:
        event = _group(job)
        made = await app(self.bundle)[0].apply(_place(event), check_of(running(event.head, job["run"])))
        return {"status": "announced", "check": int(made)}

    async def look_at_group(self, job: Job) -> Job:
        """`members`, each with the conclusion of its own check; `waiting` where one has none yet.

        The first look sees to it that somebody looks at those that nobody has looked at.
        """
        return await settled(self._look(job))

    async def _look(self, job: Job) -> Job:
        event, hub = _group(job), app(self.bundle)[1]
        members = []
        for number in await hub.members(_place(event), base=event.base, head=event.head, head_ref=event.head_ref):
            try:
                pull = await hub.pull(_place(event, number))
            except Gone:
                members.append([number, ""])
                continue
            conclusion = await self._conclusion(pull)
            if not conclusion and not job["look"]:
                await self._remind(event, pull)
            members.append([number, conclusion])
        waiting = any(not conclusion for _, conclusion in members)
        return {"status": "waiting" if waiting else "known", "members": members}

    async def _conclusion(self, pull: Pull) -> str:
        """How the check on the pull request's own head ended; empty where it has not, or is of another head."""
        stored = await self.bundle.store.get(concluded_key(self.bundle.tenant, pull.repository, pull.number))
        concluded = Concluded.model_validate(stored.value) if stored else None
        return concluded.conclusion if concluded is not None and concluded.head == pull.head else ""

    async def _remind(self, event: MergeGroupFormed, pull: Pull) -> None:
        id = f"merge-group/{pull.repository}#{pull.number}@{pull.head}"
        wanted = PullChanged(
            delivery=id,
            action="merge_group",
            repository=pull.repository,
            installation=event.installation,
            actor=event.actor,
            pull=pull.model_copy(update={"installation": pull.installation or event.installation}),
            why="a merge queue waits for it",
        )
        if self.bundle.queue is not None:
            session = f"{pull.repository}#{pull.number}"
            body = wanted.model_dump(mode="json")
            await self.bundle.queue.send(Message(id=id, session=session, priority=Priority.EVENT, body=body, trace=here()))

    async def conclude_group(self, job: Job) -> Job:
        """End the check on the group's head, whatever is known by now."""
        return await settled(self._conclude(job))

    async def _conclude(self, job: Job) -> Job:
        event = _group(job)
        seen = job["seen"]
        members = [Member(number=number, conclusion=said) for number, said in seen.get("members", [])]
        notice = merge_group(event.head, members, seen.get("message", "")).model_copy(update={"run": job["run"]})
        put = check_of(notice).model_copy(update={"id": job["check"]})
        await app(self.bundle)[0].apply(_place(event), put)
        return {"status": "concluded", "conclusion": notice.conclusion}


def _group(job: Job) -> MergeGroupFormed:
    event = EVENTS.validate_python(job["event"])
    if not isinstance(event, MergeGroupFormed):
        raise TypeError(f"a {event.kind} event is of no merge group")
    return event


def _place(event: MergeGroupFormed, number: int = 0) -> Place:
    return Place(repository=event.repository, number=number, installation=event.installation)
