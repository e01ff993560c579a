"""Lines of requirements files that say where packages come from: pip's options for indexes, and files that are installed.

pip's requirements file format; it takes an option by any beginning of its name that is no other option's.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from fusion.inventory.documents import without_credentials
from fusion.model.inventory import Origin
from fusion.reading.comparison import lines_of

_LONG = ("--index-url", "--pypi-url", "--extra-index-url", "--trusted-host", "--find-links")
_SHORT = {"-i": "--index-url", "-f": "--find-links"}
_FILE = re.compile(r"(?:file:)?([^\s:=<>]{1,500}\.(?:whl|zip|tgz|tbz|txz|tlz|tar(?:\.\w{1,4})?))(?:\[[^\]]*\])?", re.I)
_INCLUDE = re.compile(r"(?:-[rc]|--(?:requirement|constraint))(?:\s*=\s*|\s*)(\S.*)")
_ELSEWHERE = re.compile(r"(?:(?:-e|--editable)[\s=]\s*|[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]{0,400}\])?\s*@\s*|(?=[a-z+]+://))(\S+)")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
OWN_HOST = ".".join(("pypi", "org"))
"""Host of the index that pip asks where nothing is said."""
_OWN = re.compile(rf"https://{re.escape(OWN_HOST)}(?::443)?/simple/?")
"""The index that pip asks by itself."""


def logical(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a requirements file without comments, joined where a backslash ends them, with the number of the first."""
    first, parts = 0, list[str]()
    for number, raw in enumerate(lines_of(text), start=1):
        line = re.sub(r"(?:^|\s)#.*", "", raw[:2_000]).strip()
        first = first if parts else number
        # A comment ends what a backslash continued.
        parts.append(line.rstrip("\\").strip())
        if not line.endswith("\\"):
            yield first, " ".join(filter(None, parts))
            parts = []
    if parts:
        yield first, " ".join(filter(None, parts))


def packed(line: str) -> str:
    """The packed file (wheel, archive) that a logical line has pip install as it lies there; empty: it names none. pip takes
    what has such an ending for a file, also without a folder before it."""
    match = _FILE.fullmatch(line.partition(" ")[0].partition(";")[0])
    return match[1] if match else ""


def is_conditional(line: str) -> bool:
    """Whether a logical line, or a requirement of PEP 508, has an environment marker."""
    said = re.split(r"\s--?\w", line)[0]
    # In an address a semicolon is the address's own, unless a blank is before it.
    return re.search(r"\s;", said) is not None if "://" in said.partition(";")[0] else ";" in said


def is_own(address: str) -> bool:
    """Whether it is the index that Python's installers ask by themselves."""
    return _OWN.fullmatch(address) is not None


def included(text: str) -> Iterator[tuple[int, str]]:
    """The files whose lines a requirements file takes in (`-r`, `-c`), as it calls them."""
    for number, line in logical(text):
        match = _INCLUDE.fullmatch(line)
        if match:
            yield number, match[1].strip("\"'")


def left(text: str) -> Iterator[str]:
    """What only the environment tells: pip puts variables in where `${NAME}` stands. In credentials that changes nothing."""
    for number, line in logical(text):
        # One blank at most in a row: the pattern's time grows with the square of their number.
        match = _ELSEWHERE.match(" ".join(line.split()))
        if match and _VARIABLE.search(without_credentials(match[1].strip("\"'"))):
            yield f"line {number} installs what an environment variable tells"


def origins(path: str, text: str) -> Iterator[Origin]:
    """What the file says of where packages come from, other than from pip's own index."""
    for number, line in logical(text):
        if line.startswith("-"):
            for option, said in _options(line):
                if not is_own(said):
                    yield Origin(path=path, line=number, option=option, address=without_credentials(said))
            continue
        if (file := packed(line)) and not re.search(r"\s--hash[= ]", line):
            yield Origin(path=path, line=number, option="file", address=file)


def _options(line: str) -> Iterator[tuple[str, str]]:
    """The options of a line that are about places, by their whole names, with their values."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        whole = _whole(name)
        if whole:
            yield whole, value if equals else "".join(words[at + 1 : at + 2])
        elif word[:2] in _SHORT and not word.startswith("--"):
            yield _SHORT[word[:2]], word[2:].lstrip("=") or "".join(words[at + 1 : at + 2])


def _whole(name: str) -> str:
    found = [one for one in _LONG if one.startswith(name)] if len(name) >= 4 else []
    return "--index-url" if found == ["--pypi-url"] else found[0] if found else ""
