"""The activities that learn from a conversation, and that have a pull request reviewed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fusion.dispatch.decide import LEARNT
from fusion.dispatch.dispatcher import again
from fusion.dispatch.record import subject
from fusion.judging.ledger import Ledger
from fusion.model import EVENTS, CommentMade, Request, ThreadChanged
from fusion.ports import Key, Place, Stored
from fusion.progress import Decided
from fusion.publishing import Posted, asks, learn
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.publishing import app, marks_of, place_of, posted_key
from orchestrations.waiting import settled


class Listening:
    """What people said, into the ledger."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("learn_decisions", "ask_again"))

    async def learn_decisions(self, job: Job) -> Job:
        """What people decided in the conversation -> the ledger; `changed` says how many findings that concerns.

        Input: `{"request", "event"?}`; the event of a thread that was just opened again tells by whom.
        """
        return await settled(self._learn(job))

    async def _learn(self, job: Job) -> Job:
        place = place_of(Request.model_validate(job["request"]))
        stored = await self.bundle.store.get(ledger_key(self.bundle, place))
        if stored is None:
            return {"status": "learnt", "changed": 0}
        conversation, hub = app(self.bundle)
        scene, ledger, marks = await conversation.read(place), ledger_of(stored), marks_of(self.bundle, place)
        known = await self.bundle.store.get(posted_key(self.bundle, place))
        posted = Posted.model_validate(known.value) if known else None
        logins = sorted(asks(scene, ledger, marks, posted))
        learnt = learn(
            scene,
            ledger,
            {login: await hub.permission(place, login) for login in logins},
            marks,
            posted=posted,
            events=_threads(job.get("event")),
            at=self.bundle.clock.now(),
        )
        if learnt.ledger != ledger:
            await keep(self.bundle, stored, learnt.ledger, by=job["run"] if learnt.changes else "")
            for lesson in learnt.changes:
                self.bundle.listen(Decided(lesson.entry.finding, lesson.entry.disposition.state, lesson.means))
            return {"status": "learnt", "changed": len(learnt.changes)}
        # written by an attempt whose answer got lost: the wish that follows from it is still to come
        return {"status": "learnt", "changed": int(stored.value.get("learnt") == job["run"])}

    async def ask_again(self, job: Job) -> Job:
        """Have the pull request judged anew, because people's word changed the ledger."""
        return await settled(self._ask_again(job))

    async def _ask_again(self, job: Job) -> Job:
        event = EVENTS.validate_python(job["event"])
        if not isinstance(event, CommentMade | ThreadChanged):
            raise TypeError(f"a {event.kind} event is no word of people")
        why = f"@{event.actor.login} answered" if isinstance(event, CommentMade) else f"@{event.actor.login} changed a thread"
        await ask(self.bundle, event, "learnt", action=LEARNT, why=why)
        return {"status": "asked"}


async def ask(
    bundle: Bundle, event: CommentMade | ThreadChanged, mark: str, *, action: str, why: str, full: bool = False
) -> bool:
    """Enqueue the wish for a further review; False where the pull request is closed. The same event asks once."""
    place = Place(repository=event.repository, number=event.number, installation=event.installation)
    pull = await app(bundle)[1].pull(place)
    if not pull.open or bundle.queue is None:
        return False
    delivery = f"{event.delivery}#{mark}"
    await bundle.queue.send(again(pull, delivery=delivery, event=event, action=action, why=why, full=full))
    return True


def ledger_key(bundle: Bundle, place: Place) -> Key:
    """Where the ledger of a pull request lies."""
    return Key(tenant=bundle.tenant, scope=place.repository, kind="ledger", id=subject(place.number))


def ledger_of(stored: Stored) -> Ledger:
    """The ledger in its record."""
    return Ledger.model_validate(stored.value["ledger"])


async def keep(bundle: Bundle, stored: Stored, ledger: Ledger, *, by: str = "") -> None:
    """Write a ledger over the one that was read; `by`: the run that changed it. Raises Conflict when it lost a race."""
    value = {**stored.value, "ledger": ledger.model_dump(mode="json"), **({"learnt": by} if by else {})}
    await bundle.store.put(stored.key, value, etag=stored.etag)


def _threads(event: dict[str, Any] | None) -> list[ThreadChanged]:
    found = EVENTS.validate_python(event) if event else None
    return [found] if isinstance(found, ThreadChanged) else []
