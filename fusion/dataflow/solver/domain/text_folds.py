"""Text methods on constants that are not the same in both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.values import MAX_TEXT, Value

_CODECS = frozenset({"utf-8", "utf8", "UTF-8", "ascii", "latin-1", "latin1"})


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("not text")


def _short(value: str, times: int) -> None:
    if not isinstance(times, int) or len(value) * max(times, 0) > MAX_TEXT:
        raise TypeError("too long")


def _substring(text: Any, start: int = 0, end: int | None = None) -> str:
    size = len(_text(text))
    low = min(max(start, 0), size)
    high = size if end is None else min(max(end, 0), size)
    return str(text[min(low, high) : max(low, high)])


def _substr(text: Any, start: int = 0, length: int | None = None) -> str:
    begin = max(len(_text(text)) + start, 0) if start < 0 else start
    return str(text[begin:] if length is None else text[begin : begin + max(length, 0)])


def _char_at(text: Any, place: int = 0) -> str:
    return _text(text)[place] if 0 <= place < len(text) else ""


def _padded(text: Any, width: int, filler: str = " ", *, front: bool) -> str:
    _short(" ", width)
    missing = max(width - len(_text(text)), 0)
    padding = (filler * (missing // max(len(filler), 1) + 1))[:missing] if filler else ""
    return f"{padding}{text}" if front else f"{text}{padding}"


def _repeated(text: Any, times: int) -> str:
    _short(_text(text), times)
    return str(text * times)


def _script_string(value: Any, base: int = 10) -> str:
    if base != 10:
        raise TypeError("not decimal")
    return texts.script_text(value)


Fold = Callable[..., object]
SCRIPT: dict[str, Fold] = {
    "at": lambda text, place: _text(text)[place],
    "charAt": _char_at,
    "charCodeAt": lambda text, place=0: ord(_text(text)[place]),
    "codePointAt": lambda text, place=0: ord(_text(text)[place]),
    "concat": lambda text, *more: _text(text) + "".join(map(texts.script_text, more)),
    "includes": lambda text, wanted: _text(wanted) in _text(text),
    "normalize": lambda text, form="NFC": unicodedata.normalize(form, _text(text)),
    "padEnd": lambda text, width, filler=" ": _padded(text, width, filler, front=False),
    "padStart": lambda text, width, filler=" ": _padded(text, width, filler, front=True),
    "repeat": _repeated,
    "replace": lambda text, old, new: _text(text).replace(_text(old), _text(new), 1),
    "slice": lambda text, low=None, high=None: _text(text)[low:high],
    "substr": _substr,
    "substring": _substring,
    "toString": _script_string,
    "trimEnd": lambda text: _text(text).rstrip(),
    "trimStart": lambda text: _text(text).lstrip(),
    "valueOf": lambda value: value,
}
PYTHON: dict[str, Fold] = {
    "decode": lambda value, encoding="utf-8": bytes.decode(value, encoding) if encoding in _CODECS else _text(None),
    "encode": lambda value, encoding="utf-8": str.encode(value, encoding) if encoding in _CODECS else _text(None),
    "isascii": lambda value: _text(value).isascii(),
    "isprintable": lambda value: _text(value).isprintable(),
    "hex": lambda value: bytes.hex(value),
}


def lacks(value: Value, mark: ir.Constant) -> bool:
    """Whether a text of ours certainly has none of these in it."""
    if not isinstance(mark, str) or not mark or value.taints or value.refs or not value.consts:
        return False
    return all(isinstance(const, str) and mark not in const for const in value.consts)
