"""The ledger as those who write records know it: a record goes in, a link comes out, and the head is anchored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fusion.attesting.anchoring import Anchoring, anchor, cautions
from fusion.attesting.links import Kind
from fusion.attesting.seal import seal
from fusion.model import Record, Review
from fusion.model.compliance import OrganisationScan, Scan, Sealed
from fusion.ports import Blobs, Clock, Store
from fusion.ports.compliance import Anchor, Signer

LOCAL = "local"
"""Chain of records of no repository that a forge knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Seals records of one tenant. Each method may be called again for the same record: the link is the same.

    All raise TransientError, Denied where the key may not be used, PermanentError where the same id was sealed with other
    contents, UserError where a chain has another key.
    """

    store: Store
    blobs: Blobs
    signer: Signer
    clock: Clock
    tenant: str
    anchors: Sequence[Anchor] = ()

    async def scan(self, scan: Scan) -> Sealed:
        """Seal a scan in its repository's chain."""
        return await self._seal(scan.repository or LOCAL, "scan", scan.id, scan)

    async def organisation(self, scan: OrganisationScan) -> Sealed:
        """Seal an organisation's scan. It names the repositories' heads (`ScanOf.chain`): one anchor holds them all."""
        return await self._seal(f"organisation:{scan.account}", "organisation", scan.id, scan)

    async def review(self, review: Review) -> Sealed:
        """Seal a review in its repository's chain."""
        return await self._seal(review.repository or LOCAL, "review", review.id, review)

    async def exception(self, repository: str, exception: Record, *, subject: str) -> Sealed:
        """Seal that somebody accepted something, with who granted and withdrew it. `subject`: an id for this version of it."""
        return await self._seal(repository or LOCAL, "exception", subject, exception)

    async def anchor(self, link: Sealed) -> Anchoring:
        """Have a head kept outside; what does not take it is a sentence, and stops nothing."""
        return await anchor(self.store, self.anchors, tenant=self.tenant, link=link)

    async def cautions(self) -> Sequence[str]:
        """What keeps the anchors from proving all that they could, a sentence each."""
        return await cautions(self.anchors)

    async def _seal(self, chain: str, kind: Kind, subject: str, record: Record) -> Sealed:
        # As records are kept elsewhere: what was put already is not put twice.
        data = record.model_dump_json(exclude_defaults=True).encode()
        return await seal(self.store, self.blobs, self.signer, self.clock, self.tenant, chain, kind, subject, data)
