"""Licences as a repository states them: licence files by their telling phrases, SPDX headers, and the field of a manifest.

Names are SPDX identifiers (https://spdx.org/licenses). A text that is not recognised is `""`, never a guess.
"""

from __future__ import annotations

import re

from fusion.reading.dependencies import UnreadableManifest, document, markup, table
from fusion.syntax import language

_FILE = re.compile(r"(?:^|/)(?:LICEN[CS]E|COPYING|UNLICENSE)(?:[-_.][\w.-]*)?$", re.I)
_DATA = re.compile(r"\.(?:csv|json|ya?ml|toml|html?|xml|svg|png|css|cfg|ini)$", re.I)
_PAGES = frozenset({"doc", "docs", "documentation", "website", "site"})
_HEADER = re.compile(r"SPDX-License-Identifier:\s*([\w.+() -]{2,120}?)\s*(?:\*/|-->|$)")
_HEADER_LINES = 30
_PHRASES = (
    ("AGPL-3.0", ("gnu affero general public license", "version 3")),
    ("LGPL-3.0", ("gnu lesser general public license", "version 3")),
    ("LGPL-2.1", ("gnu lesser general public license", "version 2.1")),
    ("GPL-3.0", ("gnu general public license", "version 3")),
    ("GPL-2.0", ("gnu general public license", "version 2")),
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("MPL-2.0", ("mozilla public license", "2.0")),
    ("EPL-2.0", ("eclipse public license", "2.0")),
    ("BUSL-1.1", ("business source license", "1.1")),
    ("SSPL-1.0", ("server side public license",)),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "neither the name")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    ("MIT", ("permission is hereby granted, free of charge", 'the software is provided "as is"')),
    ("ISC", ("permission to use, copy, modify, and/or distribute this software",)),
    ("BSL-1.0", ("boost software license",)),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("CC0-1.0", ("cc0 1.0 universal",)),
)
_REFERENCE = re.compile(r"\s*SEE LICEN[CS]E IN\b", re.I)
"""How package.json points to a file."""
_STRONG = re.compile(r"\b(?:AGPL|GPL|SSPL|BUSL)\b", re.I)


def is_licence_file(path: str) -> bool:
    """Whether a path is a licence file by its name, and neither code nor data nor a page of the documentation."""
    if _FILE.search(path) is None or language(path) is not None or _DATA.search(path) is not None:
        return False
    return _PAGES.isdisjoint(path.lower().split("/")[:-1])


def identified(text: str) -> str:
    """The licence that a text is; empty when it is none that is known."""
    plain = " ".join(text[:60_000].lower().replace("“", '"').replace("”", '"').split())
    return next((name for name, phrases in _PHRASES if all(phrase in plain for phrase in phrases)), "")


def terms(text: str) -> str:
    """A licence's text without what may change from year to year: copyright lines, layout and case."""
    lines = (line for line in text.split("\n") if not re.match(r"\s*(?:copyright|\(c\)|©)", line, re.I))
    return " ".join(" ".join(lines).lower().split())


def header(lines: tuple[str, ...]) -> tuple[str, int]:
    """The SPDX expression in a file's first lines and its line; ("", 0) when there is none."""
    for number, line in enumerate(lines[:_HEADER_LINES], start=1):
        match = _HEADER.search(line[:300])
        if match:
            return match[1].strip(), number
    return "", 0


def declared(path: str, text: str) -> str | None:
    """The licence that a manifest states, as written; empty when it states none.

    None when the path is no such manifest, and when it only points to a file (which is held against its earlier self) or
    leaves it to classifiers.
    """
    name = path.rpartition("/")[2]
    try:
        if name == "pyproject.toml":
            data = table(text)
            project = data.get("project")
            said = _field(project, "license") or _field(_field(data.get("tool"), "poetry"), "license")
            classifiers = _field(project, "classifiers")
            if not said and isinstance(classifiers, list) and any(str(item).startswith("License ::") for item in classifiers):
                return None
        elif name == "Cargo.toml":
            said = _field(table(text).get("package"), "license")
        elif name in ("package.json", "composer.json"):
            said = document(text).get("license")
        elif name == "pom.xml":
            root = markup(text)
            said = next(
                (
                    child.text or ""
                    for element in root.iter()
                    if element.tag.rpartition("}")[2] == "license"
                    for child in element
                    if child.tag.rpartition("}")[2] == "name"
                ),
                "",
            )
        else:
            return None
    except UnreadableManifest:
        return None
    if isinstance(said, dict):
        if said.get("file") and not said.get("text"):
            return None
        said = said.get("text") or said.get("type")
    if isinstance(said, str) and _REFERENCE.match(said):
        return None
    return " ".join(said.split())[:200] if isinstance(said, str) else ""


def is_stricter(before: str, after: str) -> bool:
    """Whether the new licence asks of users to share their source, or restricts use, and the old one did not."""
    return _STRONG.search(after.replace("LGPL", "")) is not None and _STRONG.search(before.replace("LGPL", "")) is None


def _field(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None
