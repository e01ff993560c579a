"""The policy file on the base side of a change."""

from __future__ import annotations

from fusion.adapters.git import objects
from fusion.adapters.git.quarantine import Quarantine
from fusion.errors import UserError

NAMES = (".fusion.yml", ".fusion.yaml")
_MAX_BYTES = 1_000_000


def read(quarantine: Quarantine, commit: str) -> tuple[bytes | None, str]:
    """The bytes of a commit's policy file, and for the reader which file that is. Raises UserError when it is too large."""
    if not commit:
        return None, "defaults (there is no commit on the base side)"
    short = commit[:7]
    entries = {entry.path: entry for entry in objects.tree(quarantine, commit, *NAMES)}
    for name in NAMES:
        entry = entries.get(name)
        if entry is None:
            continue
        if not entry.mode.startswith("100"):
            return None, f"defaults ({name} at {short} is not a regular file)"
        if objects.sizes(quarantine, [entry.id]).get(entry.id, 0) > _MAX_BYTES:
            raise UserError(f"{name} at {short} is larger than 1 MB.")
        return objects.read(quarantine, [entry.id])[entry.id], f"{name} at {short}"
    return None, f"defaults (no .fusion.yml at {short})"
