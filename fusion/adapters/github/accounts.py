"""The repositories of an account, as a token may see them. REST API: "List organization repositories", "... for a user"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fusion.adapters.github.client import Client
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.shape import Odd, named, required
from fusion.errors import Gone, PermanentError, UserError
from fusion.ports import Place

PAGES = 100
"""Pages of a hundred repositories."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


async def repositories(gate: Gate, account: str) -> Sequence[str]:
    """Full names of the repositories of an organisation or a person. Raises UserError, Gone, RateLimited, TransientError."""
    if not _NAME.fullmatch(account):
        raise UserError(f"{account[:100]!r} is no account on GitHub: name it as its address does, for example octocat.")
    async with gate.access:
        client = gate.client(Place(repository=f"{account}/any"))
        try:
            return await _listed(client, f"/orgs/{account}/repos")
        except Gone:
            return await _listed(client, f"/users/{account}/repos")


async def _listed(client: Client, path: str) -> Sequence[str]:
    try:
        return [named(required(one).get("full_name")) async for one in client.paged(path, pages=PAGES)]
    except Odd as error:
        raise PermanentError(f"GitHub's list of repositories has not the form that its reference describes: {error}.") from None
