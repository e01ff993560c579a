"""GitHub Actions: what workflows and actions use, and in which version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fusion.inventory.containers import image
from fusion.inventory.entries import Entry, Format
from fusion.reading.workflows import is_action, is_workflow, workflow

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def uses(text: str) -> Iterator[Entry]:
    """Each `uses:`; one that starts with `docker://` is an image. Raises ValueError (UnreadableWorkflow)."""
    lines = text.split("\n")
    for found in workflow(text).uses:
        written = lines[found.line - 1] if found.line <= len(lines) else ""
        if "docker://" in written:
            said = (
                written.partition("docker://")[2].split()[0].strip("\"',}") if written.partition("docker://")[2].split() else ""
            )
            yield image(said or found.name, found.line, development=True)
            continue
        pinned = _COMMIT.fullmatch(found.version) is not None
        yield Entry(
            type="github",
            name=found.name,
            version=found.version,
            wanted=f"{found.name}@{found.version}",
            line=found.line,
            pinned=pinned,
            hashed=pinned,
            development=True,
        )


FORMATS = (
    Format(
        name="workflow of GitHub Actions",
        type="github",
        matches=lambda path: is_workflow(path) or is_action(path),
        entries=uses,
    ),
)
