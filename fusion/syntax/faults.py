"""How many places of a file do not parse: a patch may not add one.

Python, JSON, TOML and YAML are read by their own parsers, which stop at the first fault, the languages with a grammar by it.
"""

from __future__ import annotations

import ast
import json
import tomllib
import warnings
from collections.abc import Callable, Mapping

from fusion.syntax import language

_LARGEST = 1_000_000
"""Characters of a file; of a larger one nobody knows."""


def faults(path: str, text: str) -> int | None:
    """The number of faults, at most one where the first ends the reading; None where nobody here can tell."""
    if len(text) > _LARGEST:
        return None
    name = language(path)
    if name == "python":
        return _count(_python, text)
    if name is not None:
        from fusion.syntax.reader import READER

        return READER.faults(name, text.removeprefix("\ufeff"))
    read = _DATA.get(path.rpartition(".")[2].lower())
    return _count(read, text) if read is not None else None


def _count(read: Callable[[str], object], text: str) -> int:
    try:
        read(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return 1
    return 0


def _python(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(text)


def _yaml(text: str) -> None:
    import yaml

    try:
        # Events alone: nothing is built of them, so that no alias can swell.
        for _ in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


_DATA: Mapping[str, Callable[[str], object]] = {"json": json.loads, "toml": tomllib.loads, "yaml": _yaml, "yml": _yaml}
