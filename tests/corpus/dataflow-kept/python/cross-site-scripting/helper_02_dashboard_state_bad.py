"""Serialisation of view states."""
import json
from datetime import date


def plain(value):
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def embed(state):
    text = json.dumps(state, default=plain, separators=(",", ":"))
    return text.replace("\n", "\\n")
