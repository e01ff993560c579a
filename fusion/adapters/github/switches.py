"""Whether Dependabot's alerts are on, for a hundred repositories by one query.

REST refuses to list alerts that are switched off ("Dependabot alerts are disabled for this repository"), and a refusal has no
ETag. GraphQL tells the switch (`hasVulnerabilityAlertsEnabled`), and for a page of an owner's repositories that is one point of
its own limit: GitHub counts the connections, one for the page and one in each of its repositories, divides by a hundred and
rounds (GraphQL API, "Rate limits and query limits", "Primary rate limit").

What the switch says to somebody who may not see it is not documented. To list alerts is refused then: `vulnerabilityAlerts` is
null, with an error beside it (`FORBIDDEN`). So the switch counts only where the alerts are listed in the same answer, and only
where REST has said the same before. Otherwise REST is asked.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fusion.adapters.github.shape import Odd, count, each, flag, named, required, section, text
from fusion.adapters.github.sharing import FRESH
from fusion.errors import PermanentError, TransientError

SWITCHES = """
query($owner: String!, $after: String) {
  repositoryOwner(login: $owner) {
    repositories(first: 100, after: $after, ownerAffiliations: [OWNER], orderBy: {field: NAME, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes { nameWithOwner hasVulnerabilityAlertsEnabled vulnerabilityAlerts(first: 1) { totalCount } }
    }
  }
}
"""
WORTH = 3
"""A page is asked for when so many repositories have wanted to know for each page until then: less would not pay."""
OWNERS = 200
"""Owners whose switches are remembered."""
Query = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@dataclass(slots=True)
class _Owner:
    began: datetime
    wanted: set[str] = field(default_factory=set)
    told: dict[str, tuple[datetime, bool]] = field(default_factory=dict)
    """Lower-case names, when it was asked, and whether alerts are on; only what is sure."""
    pages: int = 0
    after: str | None = None
    done: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Switches:
    """Asks an owner's repositories page by page, and remembers them for ten minutes."""

    def __init__(self) -> None:
        self._owners: OrderedDict[tuple[str, str], _Owner] = OrderedDict()

    async def alerts(self, query: Query, scope: str, name: str, now: datetime) -> tuple[datetime, bool] | None:
        """When it was asked, and whether alerts are on; None: it is not known, or not worth asking."""
        login = name.partition("/")[0]
        key = scope, login.lower()
        owner = self._owners.get(key)
        if owner is None or not timedelta() <= now - owner.began <= FRESH:
            owner = self._owners[key] = _Owner(now)
        self._owners.move_to_end(key)
        while len(self._owners) > OWNERS:
            self._owners.popitem(last=False)
        owner.wanted.add(name.lower())
        async with owner.turn:
            while name.lower() not in owner.told and not owner.done and len(owner.wanted) >= WORTH * (owner.pages + 1):
                await self._page(query, owner, login, now)
        return owner.told.get(name.lower())

    async def _page(self, query: Query, owner: _Owner, login: str, now: datetime) -> None:
        owner.pages += 1
        try:
            data = await query(SWITCHES, {"owner": login, "after": owner.after})
            found = section(section(data.get("repositoryOwner")).get("repositories"))
            owner.told |= {name: (now, on) for name, on in _told(found)}
            page = section(found.get("pageInfo"))
            owner.after = text(page.get("endCursor")) or None
            owner.done = flag(page.get("hasNextPage")) is not True or owner.after is None
        except (PermanentError, TransientError, Odd):
            # Whatever it was, REST can still be asked; and that again and again would cost more than it saves.
            owner.done = True


def _told(found: Mapping[str, Any]) -> list[tuple[str, bool]]:
    nodes = [node for node in found.get("nodes") or () if node is not None]
    sure: list[tuple[str, bool]] = []
    for node in each(nodes):
        switch = flag(node.get("hasVulnerabilityAlertsEnabled"))
        if switch is not None and node.get("vulnerabilityAlerts") is not None:
            count(required(node["vulnerabilityAlerts"]).get("totalCount"))
            sure.append((named(node.get("nameWithOwner")).lower(), switch))
    return sure
