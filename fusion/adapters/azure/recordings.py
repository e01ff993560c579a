"""What inference workers record of their accelerators, read from the container where they put it (`gpu_worker.archive`).

Blobs are named by their time, `20261123/08/412345-WORKER.jsonl`, and are never written again: each is read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fusion.adapters.azure.blobs import AzureBlobs
from fusion.ports import Clock

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

CONTAINER = "utilisation"
EVERY = timedelta(minutes=5)
"""How often a look is taken: workers put nothing away oftener."""
MOST_BLOBS = 40
MOST_BYTES = 256 << 10
"""Of the end of each: lines stand in the order of time."""
MOST_NAMES = 5_000
"""Names of one hour; 5,000 is what one request lists."""


class AzureRecordings(AzureBlobs):
    """The container `utilisation` of the account that FUSION_BLOBS names; see `AzureBlobs` for the arguments."""

    def __init__(
        self,
        connection: str,
        *,
        container: str = CONTAINER,
        credential: AsyncTokenCredential | None = None,
        clock: Clock | None = None,
        patience: float = 10.0,
    ) -> None:
        super().__init__(
            connection, container=container, credential=credential, clock=clock, patience=patience, page=MOST_NAMES
        )
        self._read: dict[str, list[str]] = {}
        self._looked: datetime | None = None

    async def recent(self, since: datetime) -> Sequence[str]:
        """The lines of the blobs that were put there since then. Raises TransientError or UserError: they cannot be read."""
        now = self._clock.now()
        if self._looked is None or now - self._looked >= EVERY:
            # Before the look: an account that cannot be read is not asked every time either.
            self._looked = now
            await self._look(since)
        return [line for lines in self._read.values() for line in lines]

    async def _look(self, since: datetime) -> None:
        async with self._blobs() as container:
            found: dict[str, int] = {}
            for hour in sorted({f"{at.astimezone(UTC):%Y%m%d/%H}/" for at in (since, self._clock.now())}):
                # One request: more names than it gives are no worker's.
                page = await anext(container.list_blobs(name_starts_with=hour, results_per_page=self._page).by_page(), None)
                found |= {blob.name: blob.size async for blob in page if blob.last_modified >= since} if page else {}
            names = sorted(found)[-MOST_BLOBS:]
            known = self._read
            self._read = {name: known[name] for name in names if name in known}
            for name in names:
                if name not in known:
                    start = max(0, found[name] - MOST_BYTES)
                    stream = await container.download_blob(name, offset=start, length=MOST_BYTES)
                    self._read[name] = (await stream.readall()).decode("utf-8", "replace").splitlines()
