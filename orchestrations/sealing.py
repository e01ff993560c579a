"""Sealing what is recorded beside scans: reviews of pull requests, and what was accepted for a time.

A review that is to be sealed is owed from before its run is recorded until its link is there: whoever dies in between, or
finds no key, leaves a record of kind `evidence-owed`, and the next seal makes up for it. Nothing here keeps a review from
people.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from fusion.attesting.ledger import Ledger
from fusion.attesting.owed import owed, owed_key
from fusion.errors import Conflict, Denied, FusionError, PermanentError
from fusion.model import Review
from fusion.model.compliance import Sealed
from fusion.ports import Stored
from fusion.scanning.granted import concerning
from orchestrations.shelf import Shelf

log = logging.getLogger("fusion.evidence")

PATIENCE = 20.0
"""Seconds that sealing a review may take until it is left to the next seal: people wait for the review."""
_AT_ONCE = 50
"""Reviews of other repositories that one seal makes up for."""


class Sealing:
    """What one ledger has to seal. `patience`: seconds that sealing a review may take."""

    def __init__(self, ledger: Ledger, shelf: Shelf, *, patience: float = PATIENCE) -> None:
        self.ledger = ledger
        self.shelf = shelf
        self._patience = patience

    async def owe(self, digest: str) -> str:
        """Note that a review is to be sealed, and return its repository. Raises TransientError."""
        review = await self.shelf.load(Review, digest)
        key, value = owed_key(self.ledger.tenant, review.repository, review.id), {"review": digest}
        stored = await self.ledger.store.get(key)
        if stored is None or stored.value != value:
            await self.ledger.store.put(key, value, etag=stored.etag if stored else None)
        return review.repository

    async def reviews(self, repository: str) -> None:
        """Seal what is owed, that repository's reviews first. What cannot be sealed is told in the log, and stays owed."""
        try:
            async with asyncio.timeout(self._patience):
                told = [*await self.make_up(repository), *await self.make_up()]
        except TimeoutError:
            told = [f"it took longer than {self._patience:g} seconds"]
        except FusionError as error:
            told = [str(error)]
        except Exception:  # a key or an anchor may fail as nobody foresaw; the review is recorded, and people wait for it
            log.exception("sealing the reviews of %s failed", repository)
            return
        for sentence in told:
            log.warning("Evidence of %s: %s The next seal makes up for it.", repository, sentence)

    async def make_up(self, repository: str | None = None) -> Sequence[str]:
        """Seal the reviews that are owed, and anchor the heads: a sentence for each that could not be.

        Raises TransientError, Denied or UserError where none can be sealed now.
        """
        missed: list[str] = []
        heads: dict[str, Sealed] = {}
        waiting = await owed(self.ledger.store, self.ledger.tenant, repository, most=_AT_ONCE)
        for one in waiting:
            link = await self._review(one, missed)
            if link is not None and (link.chain not in heads or link.number > heads[link.chain].number):
                heads[link.chain] = link
        for link in heads.values():
            missed += (await self.ledger.anchor(link)).missed
        return missed

    async def _review(self, stored: Stored, missed: list[str]) -> Sealed | None:
        try:
            review = await self.shelf.load(Review, stored.value["review"])
        except PermanentError as error:
            # Gone or damaged: no seal could ever be made of it.
            log.warning("The review %s of %s cannot be sealed any more: %s", stored.key.id, stored.key.scope, error)
            await self._settled(stored)
            return None
        try:
            link = await self.ledger.review(review)
        except Denied:
            raise
        except PermanentError as error:
            missed.append(f"The review {review.id} is not sealed: {error}")
            return None
        await self._settled(stored)
        return link

    async def _settled(self, stored: Stored) -> None:
        try:
            await self.ledger.store.delete(stored.key, etag=stored.etag)
        except Conflict:
            # Another review of that id is owed by now, and the next seal's.
            return

    async def exceptions(self, repository: str) -> Sequence[str]:
        """Seal how the exceptions that were granted about a repository stand: a sentence for each that could not be.

        Raises TransientError, Denied or UserError where none can be sealed now.
        """
        missed: list[str] = []
        for one in await concerning(self.ledger.store, self.ledger.tenant, repository):
            try:
                await self.ledger.exception(repository, one, subject=one.version)
            except Denied:
                raise
            except PermanentError as error:
                missed.append(f"The exception {one.exception.id} is not sealed: {error}")
        return missed
