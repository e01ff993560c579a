"""What an archive holds, and what may be in one. Pure.

An archive is a tar file. Its last member is the manifest, so that one without it was cut off.
"""

from __future__ import annotations

import re
from datetime import datetime

from fusion.model import Record

MANIFEST = "manifest.json"
DATABASES = ("queue.db", "inference.db", "bot.db")
"""Beside runs, in the order in which they are copied; `state.db` comes after the runs.

A message leaves the queue once its orchestration is in the journal, and a journal leads to records and those to blobs: what is
copied earlier is older, so whatever it mentions is there, and what is done again is done once.
"""
RECORDS = "state.db"
KEY = "evidence-key.pem"
KNOWN = re.compile(
    r"(?:state|queue|inference|bot)\.db"
    r"|runs/[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.db"
    r"|blobs/[0-9a-f]{2}/[0-9a-f]{62}"
    r"|evidence-key\.pem"
)
"""Names that an archive may hold beside the manifest. Nothing else is unpacked."""
DIGEST = "[0-9a-f]{64}"


class Part(Record):
    """One file of the state folder."""

    name: str
    size: int
    digest: str
    """SHA-256, 64 hex digits."""


class Manifest(Record):
    """All that an archive holds."""

    schema_version: int = 1
    made: datetime
    fusion: str
    """The version that made it."""
    parts: tuple[Part, ...]
    damaged: tuple[str, ...] = ()
    """Blobs whose bytes were not what their names say: they were left out."""

    @property
    def bytes(self) -> int:
        """Of all parts together."""
        return sum(part.size for part in self.parts)

    @property
    def databases(self) -> int:
        """How many of the parts are databases."""
        return sum(part.name.endswith(".db") for part in self.parts)

    @property
    def blobs(self) -> int:
        """How many of the parts are blobs."""
        return sum(part.name.startswith("blobs/") for part in self.parts)

    @property
    def has_key(self) -> bool:
        """Whether the key that signs evidence is in it."""
        return any(part.name == KEY for part in self.parts)
