"""What makes two prompts the same one: by it a recording and a folder of replies know a prompt again."""

from __future__ import annotations

import hashlib
import json

from fusion.model import Prompt


def identity(prompt: Prompt) -> str:
    """64 hex digits over all that can change the reply; how long to wait for it, and what it was made from, cannot."""
    told = prompt.model_dump(mode="json", exclude={"sources": True, "limits": {"seconds"}})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
