"""Upper bounds of token counts."""

from __future__ import annotations

import json

from fusion.model import Prompt

OVERHEAD = 16


def bound(prompt: Prompt) -> int:
    """Tokens of a prompt at most."""
    schema = len(json.dumps(prompt.reply_schema))
    return schema + sum(len(message.text.encode("utf-8", "surrogatepass")) + OVERHEAD for message in prompt.messages)
