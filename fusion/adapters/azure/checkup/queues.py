"""What the queues must be made with, what they were made with, and the difference. Pure.

docs/azure.md has the same as tables, with the reasons; bicep/ makes them so.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fusion.adapters.servicebus.queue import QUEUES
from fusion.adapters.servicebus.queues import QUEUES as INFERENCE
from fusion.ports.checkup import Told, mend, warning

_SPAN = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?")
_ENDLESS = timedelta(days=36_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """How a queue must be made. Windows and times to live: at least."""

    name: str
    sessions: bool
    window: timedelta
    ttl: timedelta = timedelta(0)
    lock: timedelta = timedelta(minutes=1)
    deliveries: int = 10

    @property
    def words(self) -> str:
        """For a sentence."""
        return f"with{'' if self.sessions else 'out'} sessions and with duplicate detection"

    def creating(self, host: str) -> str:
        """The command that makes it."""
        return f"az servicebus queue create {_at(self.name, host)} {self._chosen} {self._changeable}"

    def updating(self, host: str) -> str:
        """The command that changes what can be changed once it is there."""
        return f"az servicebus queue update {_at(self.name, host)} {self._changeable}"

    @property
    def _chosen(self) -> str:
        return f"--enable-session {str(self.sessions).lower()} --enable-duplicate-detection true"

    @property
    def _changeable(self) -> str:
        ttl = f" --default-message-time-to-live P{self.ttl.days}D" if self.ttl else ""
        return (
            f"--duplicate-detection-history-time-window P{self.window.days}D --lock-duration PT{self.lock.seconds // 60}M"
            f" --max-delivery-count {self.deliveries} --enable-dead-lettering-on-message-expiration true{ttl}"
        )


DELIVERIES = tuple(
    Needs(name=name, sessions=True, window=timedelta(days=7), ttl=timedelta(days=14)) for name in QUEUES.values()
)
"""The queues of GitHub's deliveries and people's commands."""
JOBS = tuple(Needs(name=name, sessions=False, window=timedelta(days=1)) for name in INFERENCE.values())
"""The queues of the inference worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a queue was made."""

    sessions: bool
    duplicates: bool
    window: timedelta
    lock: timedelta
    ttl: timedelta
    deliveries: int
    dead_letters: bool
    partitioned: bool = False
    active: bool = True

    @property
    def told(self) -> str:
        """In a few words."""
        ttl = "for ever" if self.ttl >= _ENDLESS else _span(self.ttl)
        return (
            f"{'sessions' if self.sessions else 'no sessions'}, duplicates for {_span(self.window)}, lock {_span(self.lock)},"
            f" {self.deliveries} deliveries, lives {ttl}"
        )


def read(body: bytes) -> Made | None:
    """The description in an Atom entry of the namespace; None: there is none in it.

    Read as text: the elements are flat, and a parser of XML would follow what others wrote into it.
    """
    text = body.decode("utf-8", "replace")
    if "<QueueDescription" not in text:
        return None

    def value(name: str) -> str:
        found = re.search(rf"<{name}>([^<]{{0,200}})</{name}>", text)
        return found[1].strip() if found else ""

    def is_on(name: str) -> bool:
        return value(name).lower() == "true"

    return Made(
        sessions=is_on("RequiresSession"),
        duplicates=is_on("RequiresDuplicateDetection"),
        window=_duration(value("DuplicateDetectionHistoryTimeWindow")),
        lock=_duration(value("LockDuration")),
        ttl=_duration(value("DefaultMessageTimeToLive")),
        deliveries=int(count) if (count := value("MaxDeliveryCount")).isdecimal() else 0,
        dead_letters=is_on("DeadLetteringOnMessageExpiration"),
        partitioned=is_on("EnablePartitioning"),
        active=value("Status") in ("", "Active"),
    )


def differences(needs: Needs, made: Made, host: str) -> Told | None:
    """One line with all that is not as it must be; None: all is."""
    chosen = []
    if made.sessions is not needs.sessions:
        chosen.append(f"sessions {'on' if made.sessions else 'off'}")
    if not made.duplicates:
        chosen.append("duplicate detection off")
    if made.partitioned:
        chosen.append("partitioning on (each partition detects duplicates only for itself)")
    if chosen:
        return wrong(needs, host, chosen, anew=True)
    changeable = []
    if made.window < needs.window:
        changeable.append(f"duplicate window {_span(made.window)}, at least {_span(needs.window)}")
    if not made.dead_letters:
        changeable.append("dead-lettering of expired messages off")
    if made.ttl < needs.ttl:
        changeable.append(f"time to live {_span(made.ttl)}, at least {_span(needs.ttl)}")
    if made.deliveries < needs.deliveries:
        changeable.append(f"{made.deliveries} deliveries, at least {needs.deliveries}")
    if changeable:
        return wrong(needs, host, changeable, anew=False)
    if not made.active:
        return mend("service bus", needs.name, "It is disabled, in part or altogether: set its status to Active.")
    if made.lock != needs.lock:
        return warning("service bus", needs.name, f"lock {_span(made.lock)}, better {_span(needs.lock)}", needs.updating(host))
    return None


def wrong(needs: Needs, host: str, found: Sequence[str], *, anew: bool) -> Told:
    """`anew`: it was chosen when the queue was made, and cannot be changed."""
    said = "; ".join(found)
    if anew:
        detail = f"{said}: that cannot be changed. Stop the hosts, let it run empty, delete it and make it {needs.words}."
        return mend("service bus", needs.name, detail, needs.creating(host))
    return mend("service bus", needs.name, f"{said}.", needs.updating(host))


def _at(queue: str, host: str) -> str:
    name = shlex.quote(host.partition(".")[0].partition(":")[0])
    group = (
        f'"$(az resource list --name {name} --resource-type Microsoft.ServiceBus/namespaces --query [0].resourceGroup'
        ' --output tsv)"'
    )
    return f"--name {queue} --namespace-name {name} --resource-group {group}"


def _duration(text: str) -> timedelta:
    """An ISO 8601 duration, as Service Bus writes them; nothing where it is none."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return timedelta(0)
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=min(days, _ENDLESS.days), hours=hours, minutes=minutes, seconds=seconds)


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds:g} seconds"
