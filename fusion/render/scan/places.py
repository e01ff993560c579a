"""Where a click on a deviation leads: the file at the commit that was scanned, on GitHub; nowhere for a folder."""

from __future__ import annotations

import re

from fusion.model.compliance import Deviation, Scan
from fusion.model.posture import Posture
from fusion.render.links import relative_uri
from fusion.render.phrases import is_commit

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def github(scan: Scan) -> str:
    """`owner/name` where GitHub told its settings and the commit is one; empty otherwise."""
    known = isinstance(scan.posture, Posture) and is_commit(scan.commit) and _REPOSITORY.fullmatch(scan.repository)
    return scan.repository if known else ""


def address(item: Deviation, scan: Scan) -> str:
    """The address of a deviation's place; empty where there is nothing to open."""
    repository = github(scan)
    if not repository or not item.path or ".." in item.path.split("/"):
        return ""
    line = f"#L{item.line}" if item.line > 0 else ""
    return f"https://github.com/{repository}/blob/{scan.commit}/{relative_uri(item.path)}{line}"
