"""NIST's schema of OSCAL assessment results, with regular expressions as it means them.

The schema's patterns are ECMA-262's, two classes of which Python's `re` does not know: `\\p{L}` and `\\p{N}`. They are
replaced by the ranges of code points of these Unicode categories, so that exactly the same words match.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

SCHEMA = Path(__file__).parents[1] / "samples" / "schemas" / "oscal-assessment-results-1.2.3.json"
_CLASS = re.compile(r"\\p\{([LN])\}")


@cache
def validator() -> Draft7Validator:
    """A validator of whole documents."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return extend(Draft7Validator, {"pattern": _pattern})(schema, format_checker=FormatChecker())


def _pattern(_: Any, pattern: str, instance: object, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not translated(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def translated(pattern: str) -> re.Pattern[str]:
    """The pattern for Python: `$` is the very end, and the two classes are ranges."""
    inside = _CLASS.sub(lambda match: f"[{_ranges(match[1])}]", pattern)
    return re.compile(inside.removesuffix("$") + (r"\Z" if inside.endswith("$") else ""))


@cache
def _ranges(category: str) -> str:
    points = (point for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point))[0] == category)
    runs = (list(run) for _, run in groupby(enumerate(points), key=lambda pair: pair[1] - pair[0]))
    return "".join(f"\\U{run[0][1]:08x}-\\U{run[-1][1]:08x}" for run in runs)
