"""GitHub's rate limits: a number of requests an hour for each identity, and a number of writes a minute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.github.call import Refused

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Window:
    """Requests counted since the window began."""

    began: datetime
    used: int = 0
    created: deque[datetime] = field(default_factory=deque)
    """When content was created within the last minute."""
    blocked_until: datetime | None = None


@dataclass
class Limits:
    """`hourly`: requests an hour and identity (GitHub: 5,000). `content`: content-creating requests a minute (GitHub: 80);
    None: no such limit. `retry_after`: seconds of the secondary limit's answer. `status`: 403 or 429, GitHub uses both."""

    hourly: int = 5000
    content: int | None = None
    retry_after: int = 60
    status: int = 403
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    counted: int = 0
    """What has counted, whoever asked and when: requests of REST, points of GraphQL."""
    points: int = 0
    """Those of GraphQL."""

    def window(self, who: str, resource: str, now: datetime) -> Window:
        """The present window of an identity."""
        found = self.windows.get((who, resource))
        if found is None or now >= found.began + HOUR:
            found = self.windows[who, resource] = Window(now, created=found.created if found else deque())
        return found

    def headers(self, who: str, resource: str, now: datetime) -> dict[str, str]:
        """The `x-ratelimit-*` headers."""
        window = self.window(who, resource, now)
        return {
            "x-ratelimit-limit": str(self.hourly),
            "x-ratelimit-remaining": str(max(0, self.hourly - window.used)),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-reset": str(int((window.began + HOUR).timestamp())),
            "x-ratelimit-resource": resource,
        }

    def described(self, who: str, now: datetime) -> dict[str, dict[str, int]]:
        """As `/rate_limit` answers."""
        return {
            resource: {
                "limit": self.hourly,
                "used": (window := self.window(who, resource, now)).used,
                "remaining": max(0, self.hourly - window.used),
                "reset": int((window.began + HOUR).timestamp()),
            }
            for resource in ("core", "graphql", "search")
        }

    def count(self, who: str, resource: str, now: datetime, points: int = 1) -> None:
        """One request more, of so many points. Raises Refused when the hour's number is used up."""
        window = self.window(who, resource, now)
        if window.used >= self.hourly:
            raise Refused(403, f"API rate limit exceeded for {who}.", headers=self.headers(who, resource, now))
        window.used += points
        self.counted += points
        self.points += points if resource == "graphql" else 0

    def uncount(self, who: str, resource: str, now: datetime) -> None:
        """It was answered with 304, which is free."""
        window = self.window(who, resource, now)
        window.used = max(0, window.used - 1)
        self.counted -= 1

    def create(self, who: str, now: datetime) -> None:
        """Content is about to be created. Raises Refused when that was done too often in the last minute."""
        if self.content is None:
            return
        window = self.window(who, "core", now)
        while window.created and window.created[0] <= now - MINUTE:
            window.created.popleft()
        blocked = window.blocked_until is not None and now < window.blocked_until
        if blocked or len(window.created) >= self.content:
            if not blocked:
                window.blocked_until = now + timedelta(seconds=self.retry_after)
            assert window.blocked_until is not None
            wait = max(1, int((window.blocked_until - now).total_seconds()))
            words = "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."
            raise Refused(self.status, f"{words} Please retry your request again later.", headers={"retry-after": str(wait)})
        window.created.append(now)
