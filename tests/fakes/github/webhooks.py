"""Webhooks: what happened, as GitHub tells it, signed and delivered over HTTP, once and on request again."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes import openapi
from tests.fakes.github import shapes
from tests.fakes.github.call import REPO
from tests.fakes.github.poster import Poster
from tests.fakes.github.state import Account, Delivery, Installation, Pull, Repository
from tests.fakes.github.world import World

PATIENCE = 10.0
"""Seconds that GitHub waits for an answer."""
PARALLEL = 50
UNREACHABLE, TIMED_OUT = 502, 504


def signed(secret: str, body: bytes) -> dict[str, str]:
    """The signature headers of a delivery."""
    digests = {"": hashlib.sha1, "-256": hashlib.sha256}
    return {
        f"X-Hub-Signature{suffix}": f"sha{suffix[1:] or '1'}={hmac.new(secret.encode(), body, digest).hexdigest()}"
        for suffix, digest in digests.items()
    }


def whole_pull(world: World, where: Repository, pull: Pull, api: str) -> Any:
    """A pull request with every field that GitHub sends."""
    shown = shapes.pull(world, where, pull, api, whole=True)
    return openapi.complete(f"{REPO}/pulls/{{pull_number}}", "get", 200, shown)


class Hooks(World):
    """Delivers events to one address."""

    def __init__(self) -> None:
        super().__init__()
        self.hook_url = ""
        self.hook_secret = ""
        self.hook_events: frozenset[str] | None = None
        self.holding = False
        self.api = ""
        self.attempts: dict[str, list[Delivery]] = {}
        """By GUID, oldest first."""
        self.flying = 0
        self._schedule: Callable[[Delivery], None] | None = None
        self._poster: Poster | None = None

    # --- for tests

    def webhook(self, url: str, secret: str, *, events: tuple[str, ...] = (), deliver: bool = True) -> None:
        """Deliver events (empty: all) to the address. With `deliver` false they are only recorded, until `release`."""
        self.hook_url, self.hook_secret = url, secret
        self.hook_events = frozenset(events) or None
        self.holding = not deliver

    @contextmanager
    def held(self) -> Iterator[list[Delivery]]:
        """Record events without delivering them while the context is open; `release` sends them."""
        before, self.holding = self.holding, True
        start = len(self.deliveries)
        kept: list[Delivery] = []
        try:
            yield kept
        finally:
            self.holding = before
            kept += list(self.deliveries.values())[start:]

    def release(self, *guids: str) -> None:
        """Deliver what was held, in the order of the GUIDs given; without any, all of it."""
        with self.lock:
            found = [self.attempts[guid][0] for guid in guids] or [d for d in self.deliveries.values() if d.held]
            for delivery in found:
                delivery.held, delivery.at = False, self.now
                self._send(delivery)

    def redeliver(self, guid: str) -> int:
        """Deliver an event again under its GUID: the id of the new attempt."""
        with self.lock:
            return self.send_again(self.attempts[guid][-1]).id

    def unacknowledged(self) -> list[str]:
        """GUIDs of the events that no attempt got a 2xx for, oldest first."""
        with self.lock:
            return [
                guid
                for guid, tries in self.attempts.items()
                if not any(200 <= one.status < 300 for one in tries) and all(one.status for one in tries)
            ]

    def recorded(self, after: int = 0) -> list[dict[str, Any]]:
        """Every event so far but the first `after`, as `{"guid", "event", "payload"}`, oldest first."""
        with self.lock:
            first = [tries[0] for tries in self.attempts.values()][after:]
            return [{"guid": one.guid, "event": one.event, "payload": one.payload} for one in first]

    def settle(self, seconds: float = 240) -> None:
        """Wait until every delivery was answered. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while self.flying:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.flying} deliveries were not answered within {seconds} s")
            time.sleep(0.005)

    def ping(self) -> str:
        """As when the webhook is set up."""
        app = self.the_app()
        hook = {"type": "App", "id": app.id, "name": "web", "active": True, "events": ["*"], "app_id": app.id}
        return self._record("ping", {"zen": "Keep it logically awesome.", "hook_id": app.id, "hook": hook}, None)

    # --- what acts call

    def emit(self, event: str, action: str | None, where: Repository | None, sender: Account | None, **things: Any) -> str:
        """Record an event and deliver it where the App listens: its GUID, or empty."""
        if not self.hook_url or (self.hook_events is not None and event not in self.hook_events):
            return ""
        installation: Installation | None = things.pop("installation", None)
        if installation is None and self.apps:
            installation = self.installation_of(where)
            if installation is None or installation.suspended:
                return ""
        if installation is not None and installation.app.events and event not in {*installation.app.events, "installation"}:
            return ""
        payload = self._payload(event, action, where, sender, things)
        if installation is not None and event.startswith("installation"):
            payload["installation"] = shapes.installation(self, installation, self.api)
        elif installation is not None:
            payload["installation"] = {"id": installation.id, "node_id": f"MDIz{installation.id}"}
        return self._record(event, payload, installation, where)

    def _payload(
        self, event: str, action: str | None, where: Repository | None, sender: Account | None, things: dict[str, Any]
    ) -> dict[str, Any]:
        payload: dict[str, Any] = {} if action is None else {"action": action}
        if where is not None:
            shown = shapes.repository(self, where, self.api)
            payload["repository"] = openapi.complete(REPO, "get", 200, shown)
            payload["organization"] = shown["owner"]
            pull = things.pop("pull", None)
            if pull is not None:
                whole = whole_pull(self, where, pull, self.api)
                if event == "issue_comment":
                    payload["issue"] = _issue(whole)
                else:
                    payload |= {"pull_request": whole} | ({"number": pull.number} if event == "pull_request" else {})
            for name, show in (
                ("review", shapes.review),
                ("check", shapes.check),
                ("comment", shapes.issue_comment if event == "issue_comment" else shapes.review_comment),
            ):
                if name in things:
                    payload["check_run" if name == "check" else name] = show(self, where, things.pop(name), self.api)
            if "thread" in things:
                thread = things.pop("thread")
                comments = [shapes.review_comment(self, where, comment, self.api) for comment in thread.comments]
                payload["thread"] = {"node_id": thread.node, "comments": comments}
            if "label" in things:
                payload["label"] = shapes.label(where, things.pop("label"), self.api)
        if "review" in payload:
            payload["review"]["state"] = payload["review"]["state"].lower()
        payload |= things
        payload["sender"] = shapes.account(self, sender, self.api) or shapes.account(self, self.ghost, self.api)
        return payload

    def _record(
        self, event: str, payload: dict[str, Any], installation: Installation | None, where: Repository | None = None
    ) -> str:
        with self.lock:
            delivery = Delivery(
                id=self.next_id(),
                guid=str(uuid.uuid4()),
                event=event,
                action=payload.get("action"),
                payload=payload,
                installation=installation.id if installation else None,
                repository=where.id if where else None,
                at=self.now,
                held=self.holding,
            )
            self.deliveries[delivery.id] = delivery
            self.attempts[delivery.guid] = [delivery]
            if not delivery.held:
                self._send(delivery)
        return delivery.guid

    def send_again(self, first: Delivery) -> Delivery:
        """A further attempt for an event."""
        with self.lock:
            again = Delivery(
                id=self.next_id(),
                guid=first.guid,
                event=first.event,
                action=first.action,
                payload=first.payload,
                installation=first.installation,
                repository=first.repository,
                redelivery=True,
                at=self.now,
            )
            self.deliveries[again.id] = again
            self.attempts[again.guid].append(again)
            self._send(again)
            return again

    # --- sending

    def _send(self, delivery: Delivery) -> None:
        if self._schedule is None:
            raise RuntimeError("Open the fake GitHub (`with`) before things happen that it is to deliver.")
        self.flying += 1
        self._schedule(delivery)

    async def deliver(self, delivery: Delivery) -> None:
        """Post one attempt and note the answer. Runs on the server's loop."""
        if self._poster is None:
            self._poster = Poster(PARALLEL)
        body = json.dumps(delivery.payload).encode()
        target = next(iter(self.apps), 0)
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/fake001",
            "X-GitHub-Delivery": delivery.guid,
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": str(target),
            "X-GitHub-Hook-Installation-Target-ID": str(target),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            **signed(self.hook_secret, body),
        }
        start = time.monotonic()
        try:
            status, text = await self._poster.post(self.hook_url, headers, body, seconds=PATIENCE)
        except TimeoutError:
            status, text = TIMED_OUT, ""
        except (OSError, EOFError, ValueError, IndexError) as error:
            status, text = UNREACHABLE, str(error)
        with self.lock:
            delivery.seconds = time.monotonic() - start
            delivery.answer, delivery.status = text, status
            self.flying -= 1

    async def hang_up(self) -> None:
        """Close the connections. Runs on the server's loop."""
        if self._poster is not None:
            self._poster.close()


def _issue(pull: dict[str, Any]) -> dict[str, Any]:
    """The pull request as the issue that it also is."""
    names = ("id", "number", "title", "body", "state", "locked", "user", "labels", "created_at", "updated_at", "closed_at")
    links = {name: pull[name] for name in ("url", "html_url")}
    return {
        **{name: pull[name] for name in names},
        "node_id": pull["node_id"],
        "url": pull["url"].replace("/pulls/", "/issues/"),
        "html_url": pull["html_url"],
        "comments": pull["comments"],
        "draft": pull["draft"],
        "author_association": pull["author_association"],
        "pull_request": {**links, "diff_url": f"{pull['html_url']}.diff", "patch_url": f"{pull['html_url']}.patch"},
    }
