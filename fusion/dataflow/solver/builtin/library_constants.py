"""Constants of the languages' libraries that checks and texts are made of, by path."""

from __future__ import annotations

import string
import xml.sax.handler

CONSTANTS: dict[str, str] = {
    **dict.fromkeys(("os.sep", "os.path.sep", "pathlib.os.sep"), "/"),
    **dict.fromkeys(("path.sep", "path.posix.sep", "path/posix.sep", "upath.sep"), "/"),
    **dict.fromkeys(("path.win32.sep", "path/win32.sep", "ntpath.sep"), "\\"),
    **dict.fromkeys(("os.pardir", "os.path.pardir"), ".."),
    **dict.fromkeys(("os.curdir", "os.path.curdir", "os.extsep", "os.path.extsep"), "."),
    **{
        f"celebrate.Segments.{name}": name.lower()
        for name in ("BODY", "QUERY", "PARAMS", "HEADERS", "COOKIES", "SIGNEDCOOKIES")
    },
    **dict.fromkeys(("os.linesep",), "\n"),
    **{
        f"string.{name}": getattr(string, name)
        for name in (
            *("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits"),
            *("punctuation", "whitespace", "printable"),
        )
    },
    **{
        f"xml.sax.handler.{name}": text
        for name, text in vars(xml.sax.handler).items()
        if name.startswith(("feature_", "property_"))
    },
}
