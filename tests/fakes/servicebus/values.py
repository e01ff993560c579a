"""AMQP 1.0's type system as Python values (OASIS AMQP 1.0, part 1).

Python's own types stand for the usual ones: None, bool, int (long), float (double), bytes (binary), str (string), UUID, list
and dict (map). The classes here stand for the rest, so that what was decoded encodes as the same type again.
Bytes come from strangers: `decode` raises Malformed, and never reads past the end, recurses deep, or makes more of a value
than its bytes pay for.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

DEEPEST = 32
"""Nested values within each other."""
MOST = 16
"""Elements of an array whose elements take no bytes at all: nothing else would bound them."""


class Malformed(ValueError):
    """Bytes that are no AMQP."""


class UByte(int):
    """8 bits without a sign."""


class UShort(int):
    """16 bits without a sign."""


class UInt(int):
    """32 bits without a sign."""


class ULong(int):
    """64 bits without a sign."""


class Byte(int):
    """8 bits."""


class Short(int):
    """16 bits."""


class Int(int):
    """32 bits."""


class Timestamp(int):
    """Milliseconds since 1970, UTC."""


class Float(float):
    """32 bits."""


class Decimal(bytes):
    """IEEE 754-2008 decimal of 4, 8 or 16 bytes, left as it came."""


class Char(str):
    """One Unicode character."""


class Symbol(str):
    """ASCII from a constrained domain; equal to the str of the same text."""


class Array(tuple[Any, ...]):
    """Values of one type."""


@dataclass(frozen=True, slots=True)
class Described:
    """A value with a descriptor that says what it means."""

    descriptor: Any
    value: Any


_WIDE: dict[type, tuple[int, str]] = {
    UByte: (0x50, ">B"),
    UShort: (0x60, ">H"),
    UInt: (0x70, ">I"),
    ULong: (0x80, ">Q"),
    Byte: (0x51, ">b"),
    Short: (0x61, ">h"),
    Int: (0x71, ">i"),
    int: (0x81, ">q"),
    Float: (0x72, ">f"),
    float: (0x82, ">d"),
    Timestamp: (0x83, ">q"),
}
_NUMBERS: dict[int, tuple[type, struct.Struct]] = {code: (kind, struct.Struct(form)) for kind, (code, form) in _WIDE.items()}
_SHORT: dict[int, tuple[type, struct.Struct]] = {
    0x52: (UInt, struct.Struct(">B")),
    0x53: (ULong, struct.Struct(">B")),
    0x54: (Int, struct.Struct(">b")),
    0x55: (int, struct.Struct(">b")),
}
_ALL_NUMBERS = _NUMBERS | _SHORT
_SMALL = {UInt: (0x52, 0, 255), ULong: (0x53, 0, 255), Int: (0x54, -128, 127), int: (0x55, -128, 127)}
_FIXED: dict[int, Callable[[], Any]] = {
    0x40: lambda: None,
    0x41: lambda: True,
    0x42: lambda: False,
    0x43: lambda: UInt(0),
    0x44: lambda: ULong(0),
    0x45: list,
}
_DECIMALS = {0x74: 4, 0x84: 8, 0x94: 16}


def encode(value: Any) -> bytes:
    """The value with its constructor, in the shortest form. Raises TypeError for what AMQP has no type for."""
    if isinstance(value, Described):
        return b"\0" + encode(value.descriptor) + encode(value.value)
    if value is None or value is True or value is False:
        return b"\x40" if value is None else b"\x41" if value else b"\x42"
    if isinstance(value, list) and not value:
        return b"\x45"
    if (small := _SMALL.get(type(value))) and small[1] <= value <= small[2]:
        if isinstance(value, UInt | ULong) and value == 0:
            return b"\x43" if isinstance(value, UInt) else b"\x44"
        return bytes([small[0], value & 0xFF])
    code, body = _wide(value)
    if code & 0xF0 in (0xB0, 0xD0, 0xF0):
        if code & 0xF0 == 0xB0 and len(body) <= 259:
            return bytes([code - 0x10, len(body) - 4]) + body[4:]
        count = int.from_bytes(body[4:8], "big")
        if code & 0xF0 != 0xB0 and len(body) <= 259 and count <= 255:
            return bytes([code - 0x10, len(body) - 7, count]) + body[8:]
    return bytes([code]) + body


def _wide(value: Any) -> tuple[int, bytes]:
    """Constructor and body in the widest form, the one that every value of the type fits."""
    kind = type(value)
    if number := _WIDE.get(kind):
        return number[0], struct.pack(number[1], value)
    if kind is bool:
        return 0x56, bytes([value])
    if value is None:
        return 0x40, b""
    if kind is UUID:
        return 0x98, value.bytes
    if kind is Decimal:
        return {4: 0x74, 8: 0x84, 16: 0x94}[len(value)], bytes(value)
    if kind is Char:
        return 0x73, value.encode("utf-32-be")
    if isinstance(value, str):
        return (0xB3, _sized(value.encode("ascii"))) if kind is Symbol else (0xB1, _sized(value.encode()))
    if isinstance(value, bytes | bytearray | memoryview):
        return 0xB0, _sized(bytes(value))
    if kind is Array:
        return 0xF0, _compound(len(value), _elements(value))
    if isinstance(value, list | tuple):
        return 0xD0, _compound(len(value), b"".join(map(encode, value)))
    if isinstance(value, dict):
        pairs = b"".join(encode(key) + encode(item) for key, item in value.items())
        return 0xD1, _compound(2 * len(value), pairs)
    raise TypeError(f"AMQP has no type for {kind.__name__}")


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _compound(count: int, data: bytes) -> bytes:
    return (len(data) + 4).to_bytes(4, "big") + count.to_bytes(4, "big") + data


def _elements(values: Array) -> bytes:
    """The constructor that all elements share, and their bodies."""
    if not values:
        return b"\x40"
    if isinstance(values[0], Described):
        descriptor = encode(values[0].descriptor)
        if any(not isinstance(each, Described) or encode(each.descriptor) != descriptor for each in values):
            raise TypeError("the elements of an array have one descriptor")
        return b"\0" + descriptor + _elements(Array(each.value for each in values))
    wide = [_wide(each) for each in values]
    if len({code for code, _ in wide}) != 1:
        raise TypeError("the elements of an array have one type")
    return bytes([wide[0][0]]) + b"".join(body for _, body in wide)


class Reader:
    """Takes values from bytes, one after the other."""

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._end = len(data) if end is None else end
        self.at = start

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return self._end - self.at

    def value(self, depth: int = 0) -> Any:
        """The next value. Raises Malformed."""
        if depth > DEEPEST:
            raise Malformed("values are nested too deep")
        code = self._take(1)[0]
        if code == 0:
            return Described(self.value(depth + 1), self.value(depth + 1))
        return self._body(code, depth)

    def _take(self, count: int) -> bytes:
        if count > self.left:
            raise Malformed("a value is cut short")
        self.at += count
        return self._data[self.at - count : self.at]

    def _number(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def _body(self, code: int, depth: int) -> Any:
        if fixed := _FIXED.get(code):
            return fixed()
        if number := _ALL_NUMBERS.get(code):
            kind, form = number
            return kind(form.unpack(self._take(form.size))[0])
        if code == 0x56:
            return self._truth(self._take(1)[0])
        if code == 0x98:
            return UUID(bytes=self._take(16))
        if width := _DECIMALS.get(code):
            return Decimal(self._take(width))
        if code == 0x73:
            return Char(self._text(self._take(4), "utf-32-be"))
        if code in (0xA0, 0xA1, 0xA3, 0xB0, 0xB1, 0xB3):
            data = self._take(self._number(1 if code < 0xB0 else 4))
            if code & 0x0F == 0:
                return data
            return self._text(data, "utf-8") if code & 0x0F == 1 else Symbol(self._text(data, "ascii"))
        if code in (0xC0, 0xC1, 0xD0, 0xD1, 0xE0, 0xF0):
            return self._many(code, 1 if code in (0xC0, 0xC1, 0xE0) else 4, depth)
        raise Malformed(f"there is no constructor 0x{code:02x}")

    def _many(self, code: int, width: int, depth: int) -> Any:
        size = self._number(width)
        if size < width or size > self.left:
            raise Malformed("a compound value is cut short")
        inner = Reader(self._data, self.at, self.at + size)
        count = inner._number(width)
        self.at += size
        if code in (0xE0, 0xF0):
            return inner._array(count, depth)
        if count > inner.left:
            raise Malformed("a compound value has more elements than bytes")
        values = [inner.value(depth + 1) for _ in range(count)]
        inner._ended()
        if code in (0xC0, 0xD0):
            return values
        if count % 2:
            raise Malformed("a map has a key without a value")
        try:
            return dict(zip(values[::2], values[1::2], strict=True))
        except TypeError:
            raise Malformed("a map has a key that is a compound value") from None

    def _array(self, count: int, depth: int) -> Array:
        if depth >= DEEPEST:
            raise Malformed("values are nested too deep")
        code = self._take(1)[0]
        described = code == 0
        descriptor = self.value(depth + 1) if described else None
        code = self._take(1)[0] if described else code
        if count > (MOST if code in _FIXED else self.left):
            raise Malformed("an array has more elements than bytes")
        values = [self._body(code, depth + 1) for _ in range(count)]
        self._ended()
        return Array(Described(descriptor, each) for each in values) if described else Array(values)

    def _ended(self) -> None:
        if self.left:
            raise Malformed("a compound value is longer than its elements")

    def _truth(self, octet: int) -> bool:
        if octet > 1:
            raise Malformed("a boolean is neither true nor false")
        return bool(octet)

    def _text(self, data: bytes, coding: str) -> str:
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            raise Malformed(f"text is not {coding}") from None


def decode(data: bytes) -> Any:
    """The one value that the bytes are. Raises Malformed."""
    reader = Reader(data)
    value = reader.value()
    if reader.left:
        raise Malformed("bytes follow the value")
    return value
