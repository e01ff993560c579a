"""What places that keep anchors as files have in common: how a file is named, and what a file that is there already means."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from fusion.errors import PermanentError
from fusion.model.compliance import Anchored


def name(chain: str, number: int) -> str:
    """The path of an anchor below its place; the same for the same link, so that it is written once."""
    folder = quote(chain, safe="")
    folder = f"%2E{folder[1:]}" if folder.startswith(".") else folder
    folder = folder if len(folder) <= 200 else f"{folder[:135]}-{hashlib.sha256(chain.encode()).hexdigest()}"
    return f"{folder}/{number:010}.json"


def text(anchored: Anchored) -> bytes:
    """Its file: one line of JSON."""
    return anchored.model_dump_json().encode() + b"\n"


def first(data: bytes, anchored: Anchored) -> Anchored:
    """What was kept before, when it is of the same link. Raises PermanentError when it is of another, or is no anchor."""
    try:
        there = Anchored.model_validate_json(data)
    except ValueError:
        raise PermanentError(f"{anchored.where} is there already, and is no anchor: look who wrote it.") from None
    if (there.chain, there.number, there.hash) != (anchored.chain, anchored.number, anchored.hash):
        raise PermanentError(
            f"{anchored.where} keeps another hash of link {anchored.number} of the chain {anchored.chain}: the chain was"
            " written anew, or two installations write to one place."
        )
    return there
