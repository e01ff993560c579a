"""Texts of two or four bytes for a character, as tools read them: in UTF-8. Only a byte order mark tells them from no text."""

from __future__ import annotations

import codecs

# The longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def as_utf8(data: bytes) -> bytes:
    """The same text in UTF-8 where a byte order mark says that it is UTF-16 or UTF-32; anything else as it is.

    What is no character becomes U+FFFD, so that the rest can be read.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").encode("utf-8", "replace")
    return data
