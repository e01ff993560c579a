"""What scans need of the world: settings, trees, histories, issues, signatures, anchors, advisories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from fusion.model.compliance import Anchored
from fusion.model.inventory import Tree
from fusion.model.posture import Posture, Unknown
from fusion.ports.github import Place


class Settings(Protocol):
    """A repository's settings and its tree on a forge. Raises RateLimited, TransientError, Denied, Gone, PermanentError.

    A missing permission of one part is an `Unknown` in the posture, not an exception; Denied and Gone are about the repository.
    """

    async def posture(self, place: Place, known: Mapping[str, Any]) -> tuple[Posture | Unknown, Mapping[str, Any]]:
        """The settings now, and what to give back as `known` next time: answers with their ETags, plain JSON.

        Unknown for a folder that no forge speaks of.

        Each part that was known is asked for conditionally (RFC 9110, 13.1.2): a 304 costs no rate limit and confirms it.
        """
        ...

    async def tree(self, place: Place, commit: str) -> Tree:
        """Every file of a commit, without contents."""
        ...

    async def contents(self, place: Place, commit: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """Bytes of these files of a commit; what cannot be read is missing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a file held once. `commit` is the oldest one that is known to have brought it to that path."""

    path: str
    commit: str
    blob: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the commits of a repository hold: each content of each path once, the newest first."""

    commits: int
    versions: tuple[Version, ...]
    cut: str = ""
    """What is missing, a sentence; empty: nothing."""


class History(Protocol):
    """The commits of one repository, as far as they are at hand. Raises UserError, TransientError."""

    async def state(self) -> str | Unknown:
        """What tells this history from any other: the same state, the same past. Unknown: there is no history."""
        ...

    async def past(self) -> Past | Unknown:
        """All of it, without contents."""
        ...

    async def contents(self, blobs: Collection[str]) -> Mapping[str, bytes]:
        """Bytes by blob; what is not there, or too large, is missing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue of ours. `marker` is the hidden, signed mark by which we know it."""

    number: int
    title: str
    body: str
    state: str
    """open or closed."""
    closed_by_us: bool
    labels: tuple[str, ...] = ()
    marker: str = ""


class Issues(Protocol):
    """Issues that Fusion keeps in a repository. Raises as Settings does."""

    async def ours(self, place: Place) -> Sequence[Issue]:
        """Open and closed ones that bear our label and were opened by us."""
        ...

    async def open(self, place: Place, *, title: str, body: str, labels: Sequence[str]) -> int:
        """Open one; returns its number."""
        ...

    async def update(self, place: Place, number: int, *, title: str, body: str, labels: Sequence[str]) -> None:
        """Write it anew, in place."""
        ...

    async def close(self, place: Place, number: int, *, comment: str) -> None:
        """Say why, and close it as completed."""
        ...

    async def reopen(self, place: Place, number: int, *, comment: str) -> None:
        """Say why, and open it again."""
        ...


class Signer(Protocol):
    """A private key that signs (ES256: ECDSA on P-256 with SHA-256, RFC 7518, 3.4), wherever it is kept."""

    async def public(self) -> Mapping[str, str]:
        """The public key as a JWK (RFC 7517)."""
        ...

    async def sign(self, data: bytes) -> bytes:
        """64 bytes, R and S. Raises TransientError, or Denied where the key may not be used."""
        ...


class Anchor(Protocol):
    """A place outside the ledger where the head of a chain is kept."""

    async def anchor(self, chain: str, number: int, hash: str) -> Anchored:
        """Have it kept; what was kept first, where it is asked again.

        Raises TransientError; the next head is anchored all the same. Raises PermanentError where another hash is kept for that
        number: the chain was written anew.
        """
        ...

    async def caution(self) -> str:
        """Why what is kept there proves less than it could, one sentence; empty: nothing is known. Raises TransientError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One known vulnerability of one component (OSV schema 1.7), as far as it matters here."""

    id: str
    aliases: tuple[str, ...]
    summary: str
    severity: str
    """CVSS vector or a word; empty: not told."""
    fixed: tuple[str, ...]
    """Versions in which it is mended, as far as they come after the component's."""
    withdrawn: bool = False
    unsure: str = ""
    """Why it could not be settled whether it affects the component, a sentence; empty: it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """Which copy of the database answered."""

    where: str
    at: datetime | None
    """When it was last brought up to date; None: nobody knows."""
    ecosystems: frozenset[str]
    """purl types that it covers completely; others are not assessed."""
    dates: Mapping[str, datetime] = field(default_factory=dict)
    """When each of them was last brought up to date, where that is known by type."""


class Advisories(Protocol):
    """A mirror of the OSV database that the operator supplies."""

    async def mirror(self) -> Mirror:
        """What it is. Raises UserError where it is none, is half-downloaded or cannot be read."""
        ...

    async def affecting(self, purls: Sequence[str]) -> Mapping[str, Sequence[Advisory]]:
        """Advisories by purl with exact version; those with none are missing. Raises TransientError, UserError."""
        ...
