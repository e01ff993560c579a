"""Source as a sequence of tokens, for languages whose tree is not needed: comments and layout gone, strings whole.

Reads well-formed code well and anything else somehow; every pattern matches whatever follows its first character, so that
the work is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_NAME = r"[^\W\d][\w$]*|[$@][\w$]*"
_NUMBER = r"\d[\w.]*"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"?'
_SINGLE = r"'(?:\\.|[^'\\\n])*'?"
_BACKTICK = r"`(?:\\.|[^`\\])*`?"
_OPERATOR = r"=>|->|::|:=|\+\+|--|&&|\|\||\?\?|\?\.|\*\*|<<|>>|[-+*/%&|^=!<>]=|===|!==|\S"
_C_COMMENT = r"//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?"
_C_LIKE = (_C_COMMENT, _DOUBLE, _SINGLE, _BACKTICK)
_SHAPES = {
    "rust": (_C_COMMENT, _DOUBLE, r"'(?:\\[^\n]{1,8}?|[^\\'\n])'"),
    "bash": (r"(?<!\S)#[^\n]*", r'"(?:\\.|[^"\\])*"?', r"'[^']*'?"),
    "ruby": (r"#[^\n]*", _DOUBLE, _SINGLE, _BACKTICK),
    "python": (r"#[^\n]*", r'"""(?:\\.|[^"\\]|"(?!""))*(?:""")?', r"'''(?:\\.|[^'\\]|'(?!''))*(?:''')?", _DOUBLE, _SINGLE),
}


class Token(NamedTuple):
    """One token: its text and its 1-based line."""

    text: str
    line: int


def tokens(language: str, text: str) -> tuple[Token, ...]:
    """The tokens of a text in one of the languages of `fusion.syntax`, without comments."""
    comment, *strings = _SHAPES.get(language, _C_LIKE)
    pattern = _compiled(comment, tuple(strings))
    found: list[Token] = []
    line, counted = 1, 0
    for match in pattern.finditer(text):
        if match.lastgroup == "comment":
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        found.append(Token(match[0], line))
    return tuple(found)


def is_name(text: str) -> bool:
    """Whether a token is a name or a keyword."""
    return text[:1].isalpha() or text[:1] in "_$@"


def is_string(text: str) -> bool:
    """Whether a token is a string literal."""
    return text[:1] in "\"'`"


def normalised(items: Sequence[Token], *, same_quotes: bool) -> tuple[str, ...]:
    """Token texts without what formatters change: semicolons, trailing commas, the kind of quotes where both mean the same."""
    result: list[str] = []
    for index, item in enumerate(items):
        text = item.text
        following = items[index + 1].text if index + 1 < len(items) else ""
        if text == ";" or (text == "," and following in (")", "]", "}")):
            continue
        if same_quotes and text[0] == "'" and '"' not in text:
            text = f'"{text.strip(chr(39))}"'
        result.append(text)
    return tuple(result)


_PATTERNS: dict[tuple[str, ...], re.Pattern[str]] = {}


def _compiled(comment: str, strings: tuple[str, ...]) -> re.Pattern[str]:
    key = (comment, *strings)
    if key not in _PATTERNS:
        _PATTERNS[key] = re.compile(f"(?P<comment>{comment})|{'|'.join([*strings, _NAME, _NUMBER, _OPERATOR])}", re.S)
    return _PATTERNS[key]
