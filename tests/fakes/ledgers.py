"""Ledgers for tests: chains of links in memory, and bundles of them as mappings from file name to bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from fusion.adapters.keys import LocalSigner
from fusion.adapters.memory.records import ManualClock, MemoryBlobs, MemoryStore
from fusion.attesting.export import export
from fusion.attesting.links import Kind
from fusion.attesting.seal import seal
from fusion.model.compliance import Sealed
from fusion.ports import Blobs, Store

CHAIN = "octo/cat"


def signer() -> LocalSigner:
    """A key of its own."""
    return LocalSigner(ec.generate_private_key(ec.SECP256R1()))


@dataclass
class Notary:
    """Seals into stores of its own, one second after the other."""

    store: Store = field(default_factory=MemoryStore)
    blobs: Blobs = field(default_factory=MemoryBlobs)
    signer: LocalSigner = field(default_factory=signer)
    clock: ManualClock = field(default_factory=ManualClock)
    tenant: str = "t"

    async def seal(self, subject: str, data: bytes | None = None, *, chain: str = CHAIN, kind: Kind = "scan") -> Sealed:
        self.clock.advance(1)
        contents = b'{"subject":"%s"}' % subject.encode() if data is None else data
        return await seal(self.store, self.blobs, self.signer, self.clock, self.tenant, chain, kind, subject, contents)

    async def several(self, number: int, *, chain: str = CHAIN) -> list[Sealed]:
        return [await self.seal(f"scan-{each}", chain=chain) for each in range(number)]

    async def bundle(self, folder: Path) -> dict[str, bytes]:
        """The files of an export of everything."""
        await export(self.store, self.blobs, self.tenant, folder)
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """A bundle of these files."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
