"""The official schema of SARIF 2.1.0."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft4Validator

SCHEMA = Path(__file__).parents[1] / "samples" / "schemas" / "sarif-2.1.0.json"


@cache
def validator() -> Draft4Validator:
    """A validator of whole logs."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
