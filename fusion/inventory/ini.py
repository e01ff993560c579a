"""Files of sections and settings, as setuptools and pip have them.

Python's own parser of such files is not used: its time grows with the square of a line's length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import MAX_CHARS, UnreadableManifest

_SECTION = re.compile(r"\[([^\]]{1,400})\]")


def sections(text: str) -> Mapping[str, Mapping[str, tuple[int, str]]]:
    """Section -> key -> line and value, whose further lines are indented. Comments have a line to themselves."""
    if len(text) > MAX_CHARS:
        raise UnreadableManifest(f"it is longer than {MAX_CHARS:,} characters")
    found: dict[str, dict[str, tuple[int, list[str]]]] = {}
    section, key = "", ""
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw.strip()
        comment = line.startswith(("#", ";"))
        if raw[:1] in (" ", "\t") and key and section:
            found[section][key][1].append("" if comment else line)
            continue
        if not line or comment:
            # A value goes on below an empty line.
            if key:
                found[section][key][1].append("")
            continue
        heading = _SECTION.match(line)
        if heading:
            section, key = heading[1].strip(), ""
            found.setdefault(section, {})
            continue
        at = min((line.index(sign) for sign in "=:" if sign in line), default=-1)
        if at <= 0 or not section:
            raise UnreadableManifest(f"line {number} is neither a section nor a setting")
        key = line[:at].strip()
        # In names of extras a colon is a part of the name.
        if section == "options.extras_require" and "=" in line:
            key = line.partition("=")[0].strip()
            at = line.index("=")
        key = key if section == "options.extras_require" else key.lower().replace("-", "_")
        if key in found[section]:
            raise UnreadableManifest(f"line {number} says `{key[:80]}` once more")
        found[section][key] = number, [line[at + 1 :].strip()]
    return {
        section: {key: (number, "\n".join(lines)) for key, (number, lines) in settings.items()}
        for section, settings in found.items()
    }
