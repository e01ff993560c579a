"""The whole review as JSON: the record itself, nothing left out, findings that people are not shown included.

The text is ASCII: every other character is escaped, so that the document is as safe on a terminal as in a file. It quotes
code and messages unmasked; what is written for posting is `markdown` and `github`.
"""

from __future__ import annotations

import json
from typing import Any

from fusion.model import Review


class Json:
    """`--format json`."""

    name = "json"
    media_type = "application/json"

    def render(self, review: Review) -> str:
        """The review's own fields, with `schema_version`, indented, one newline at the end."""
        return encode(review.model_dump(mode="json"))


def encode(value: dict[str, Any]) -> str:
    """ASCII JSON, indented, one newline at the end. DEL, which JSON leaves alone, is escaped too."""
    return json.dumps(value, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `render` writes."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Review.model_json_schema(mode="serialization")}
