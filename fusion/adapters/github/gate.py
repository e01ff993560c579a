"""Who asks GitHub about a place: the App in its installation, or GITHUB_TOKEN."""

from __future__ import annotations

import re

from fusion.adapters.github.app import App
from fusion.adapters.github.client import Access, Client, Token
from fusion.errors import UserError
from fusion.ports import Place

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+")


class Gate:
    """Chooses the client for a place. Without an App every place is reached with `token`; with neither, as nobody."""

    def __init__(self, access: Access, *, app: App | None = None, token: str | None = None) -> None:
        self.access = access
        self.app = app
        self._token = access.client(Token(token))

    def client(
        self, place: Place, *, resolving: bool = False, committing: bool = False, scanning: bool = False, filing: bool = False
    ) -> Client:
        """The client for a place; `resolving`: one that may resolve threads; `committing`: one that may write branches;
        `scanning`: one that may read settings; `filing`: one that may write issues.

        Raises UserError for what is no repository.
        """
        if not _REPOSITORY.fullmatch(place.repository) or place.repository.endswith(("/.", "/..")):
            raise UserError(f"{place.repository[:200]!r} is not a repository: name it like owner/name.")
        if place.installation and self.app is not None:
            return self.app.client(
                place.installation,
                place.repository,
                resolving=resolving,
                committing=committing,
                scanning=scanning,
                filing=filing,
            )
        return self._token

    def app_id(self, place: Place) -> int:
        """The id of the App that asks about a place; 0 when none does."""
        return self.app.id if self.app is not None and place.installation else 0

    async def login(self, place: Place) -> str:
        """The bot's login there; empty when it is not the App that asks."""
        return (await self.app.identity()).login if self.app is not None and place.installation else ""
