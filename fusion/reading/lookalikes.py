"""Package names that lie one slip of the finger from a very popular one."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

_SHORTEST = 5
"""Shorter names have too many honest neighbours."""


def lookalike(ecosystem: str, name: str) -> str | None:
    """The popular package that a name could be mistaken for; None when it is that package, or near none."""
    popular, known = _names().get(ecosystem, (frozenset(), frozenset()))
    plain = name.lower()
    if len(plain) < _SHORTEST or len(plain) > 60 or plain in popular or plain in known:
        return None
    return next((other for other in sorted(popular) if len(other) >= _SHORTEST and _one_slip(plain, other)), None)


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter less, more, other, or two swapped make one name of the other; or only separators differ."""
    if _bare(a) == _bare(b):
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((index for index, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a == rest_b[1:]
        or rest_a[1:] == rest_b
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "").replace(".", "")


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    data = tomllib.loads(files("fusion.reading").joinpath("popular_packages.toml").read_text("utf-8"))
    return {ecosystem: (frozenset(entry["popular"]), frozenset(entry["known"])) for ecosystem, entry in data.items()}
