"""The GitHub App that a bot is: its name, its installations, and the key of its hidden markers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from fusion.errors import TransientError
from fusion.ports import Installed, Key, Store
from fusion.settings import Settings

if TYPE_CHECKING:
    from fusion.adapters.github import App


async def introduce(settings: Settings) -> tuple[str, Sequence[Installed]]:
    """The App's name and installations, as GitHub tells. Raises UserError for a wrong key, TransientError without GitHub."""
    from fusion.adapters.github import App
    from fusion.adapters.github.client import Access

    key = settings.github_key.get_secret_value() if settings.github_key else ""
    async with Access(api=settings.github_api, timeout=10) as access:
        app = App(access, id=settings.github_app, key=key)
        return (await app.identity()).slug, await app.installations()


def signing_key(secret: str) -> bytes:
    """The key of the hidden markers, derived from the webhook's secret: one secret to keep, and neither tells the other."""
    return hmac.new(secret.encode(), b"fusion: markers, version 1", hashlib.sha256).digest()


async def app_slug(app: App, store: Store, settings: Settings) -> str:
    """The App's name. While GitHub is down, what it said last. Raises TransientError when the store is down, too."""
    key = Key(tenant=settings.tenant, scope="app", kind="app", id=str(settings.github_app))
    stored, outage = None, None
    try:
        stored = await store.get(key)
    except TransientError as error:
        outage = error
    try:
        slug = (await asyncio.wait_for(app.identity(), 10)).slug
    except (TransientError, TimeoutError):
        if outage is not None:
            raise outage from None
        return str(stored.value["slug"]) if stored else ""
    if stored is None or stored.value["slug"] != slug:
        # Another host that starts at the same time writes the same; and it can be written the next time.
        with suppress(TransientError):
            await store.put(key, {"slug": slug}, etag=stored.etag if stored else None)
    return slug
