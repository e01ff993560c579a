"""What a verifier says: every flaw that it found, and how far each chain is proven."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from fusion.model import SCHEMA_VERSION, Record


class Mark(StrEnum):
    """What is wrong, for machines; a flaw's sentence says it for people."""

    UNREADABLE = "unreadable"
    """A line that is no link, or not written as one."""
    HASH = "broken-hash"
    SIGNATURE = "wrong-signature"
    UNKNOWN_KEY = "unknown-key"
    RETIRED_KEY = "retired-key"
    KEY = "wrong-key-link"
    """A link of kind `key` that does not introduce the key it names."""
    REORDERED = "reordered"
    GAP = "gap"
    DUPLICATE = "duplicate-number"
    FORK = "fork"
    PREVIOUS = "wrong-previous"
    """A link that does not name the hash of the one before it."""
    PAYLOAD = "changed-payload"
    MISSING = "missing-payload"
    STRAY = "stray-payload"
    """Contents that no link names: a link was taken out, or they were put in."""
    TRUNCATED = "truncated"
    ANCHOR = "anchor-without-link"
    TOKEN = "wrong-token"
    DERIVED = "changed-copy"
    """A file that repeats what links say, for openssl, and says something else."""
    # Told, and no proof of tampering.
    CLOCK = "clock"
    TAKEN_OVER = "key-taken-over"
    """The key changed without the old one's signature; the new one is trusted by itself."""
    UNANCHORED = "unanchored"
    UNCHECKED = "unchecked-anchor"
    UNEXPECTED = "unexpected-file"


TOLD = frozenset({Mark.CLOCK, Mark.TAKEN_OVER, Mark.UNANCHORED, Mark.UNCHECKED, Mark.UNEXPECTED})
"""Marks that do not break a chain."""


class Flaw(Record):
    """One thing that a verifier has to tell."""

    mark: Mark
    chain: str = ""
    number: int | None = None
    text: str
    """One sentence."""

    @property
    def is_fatal(self) -> bool:
        """Whether what was verified cannot be what was sealed."""
        return self.mark not in TOLD


class Chain(Record):
    """One chain, as far as it could be followed."""

    name: str
    links: int
    hash: str
    """Of the last link."""
    at: datetime
    key: str
    """Id of the key that signed it."""
    anchored: int | None = None
    """Number of the last link that an anchor proves, by a token that was checked or a copy kept elsewhere; None: none does."""


class Verdict(Record):
    """What verification says. `intact` speaks of what is here; `flaws` also tell what could not be seen."""

    schema_version: int = SCHEMA_VERSION
    chains: tuple[Chain, ...] = ()
    links: int = 0
    flaws: tuple[Flaw, ...] = ()

    @property
    def intact(self) -> bool:
        """Nothing that was looked at has been tampered with."""
        return not any(flaw.is_fatal for flaw in self.flaws)
