"""Python source as the parser wants it: bytes decoded as the language says, a syntax tree, and a reason when there is none."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings

from fusion.dataflow import ir

MAX_BYTES = 2_000_000
"""Of a file that is read; a larger one is data."""
MAX_TOKENS = 300_000
"""Words, signs and lines of a file that is parsed; each may cost a kilobyte of syntax tree."""
_TOKEN = re.compile(r"\w+|[^\w\s]|\n")
_MAX_REASON = 120
_MAX_LINE = 500
"""Characters of a refused line that are looked at."""
_ENCODINGS = re.compile(
    r"(?:utf-8|utf-8-sig|utf-7|ascii|iso8859-\d+|cp\d+|koi8-\w|mac-\w+|kz1048|ptcp154|hp-roman8|tis-620"
    r"|gb2312|gbk|gb18030|hz|big5|big5hkscs|johab|shift_ji\w+|euc_\w+|iso2022_\w+)"
)
"""Codecs whose time is in proportion to the input; `punycode` and its like are not among them."""
_PYTHON_2 = re.compile(
    r"""^\s*(?:print\b(?!\s*[(=.,)\]:]) | print\s*>> | exec\s+["'\w] | raise\s+[\w.]+\s*,)
    | ^\s*except\b[^:#]*,\s*\w+\s*: | ` | <>
    | \b(?:0[0-7]+|(?:0[xX][0-9a-fA-F]+|\d+)[lL])\b | \b[uU][rR]["'] """,
    re.VERBOSE,
)
"""What only Python 2 takes; asked only about a line that Python 3's parser has refused."""


def decoded(data: bytes) -> str:
    """The text that Python would compile: its encoding marked, declared (PEP 263) or UTF-8; line ends as they are.

    Raises `ir.NotAnalysed` for what is too large, has a null byte, or is not what it declares.
    """
    if len(data) > MAX_BYTES:
        raise ir.NotAnalysed(f"larger than {MAX_BYTES:,} bytes")
    null = data.find(b"\0")
    if null >= 0:
        raise ir.NotAnalysed(f"line {_line(data, null)} holds a null byte, which no Python source can")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        raise ir.NotAnalysed(_undecodable(data)) from None
    if not _ENCODINGS.fullmatch(codecs.lookup(encoding).name):
        raise ir.NotAnalysed(f"declares the encoding {encoding}, which is not read")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ir.NotAnalysed(f"line {_line(data, error.start)} is not {encoding}, the file's encoding") from None
    except (LookupError, ValueError):
        raise ir.NotAnalysed(f"cannot be decoded as {encoding}, the encoding that it declares") from None


def parsed(text: str) -> ast.Module:
    """The tree of a text whose lines end with `\\n`; warnings about the code under review stay unsaid.

    Raises `ir.NotAnalysed` when it is too much for a tree in memory, and with the line when it does not parse.
    """
    # Counting costs a tenth of parsing; a text shorter than that many characters cannot hold more tokens.
    if len(text) > MAX_TOKENS and _TOKEN.subn("", text)[1] > MAX_TOKENS:
        raise ir.NotAnalysed(f"more than {MAX_TOKENS:,} words and signs, too large for one syntax tree")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise ir.NotAnalysed(_refused(text, error)) from None
    except (RecursionError, MemoryError):
        lines = text.split("\n")
        longest = max(range(len(lines)), key=lambda number: len(lines[number])) + 1
        raise ir.NotAnalysed(f"nests too deeply for Python's parser; the longest line is line {longest}") from None
    except ValueError:
        raise ir.NotAnalysed("holds characters that no Python source can") from None


def _refused(text: str, error: SyntaxError) -> str:
    line = error.lineno or 1
    lines = text.split("\n", line)
    refused = lines[line - 1][:_MAX_LINE] if line <= len(lines) else ""
    message = "".join(character for character in error.msg if character.isprintable())[:_MAX_REASON]
    if "Missing parentheses in call to" in message or "multiple exception types" in message or _PYTHON_2.search(refused):
        return f"line {line} does not parse as Python 3 and looks like Python 2: {message}"
    return f"line {line} does not parse as Python: {message}"


def _undecodable(data: bytes) -> str:
    """Why the first two lines say nothing, or something wrong, about the encoding."""
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n", 2)[:2], start=1):
        declared = re.match(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line)
        if declared:
            name = declared[1][:40].decode("ascii", "replace")
            return f"line {number} declares the encoding {name}, which is unknown or contradicts the file's mark"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"line {_line(data, error.start)} is not utf-8, the file's encoding"
    return "its encoding cannot be told"


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
