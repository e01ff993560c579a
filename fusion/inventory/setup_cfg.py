"""setup.cfg: the lists of setuptools' declarative configuration.

Reference: "Configuring setuptools using setup.cfg files" in its user guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fusion.inventory.entries import Entry, Format, Named, NoManifest
from fusion.inventory.entries_left import is_requirement
from fusion.inventory.ini import sections
from fusion.inventory.pip_options import is_conditional
from fusion.inventory.python import LOCKS, entry
from fusion.reading.dependencies import MAX_DEPENDENCIES, UnreadableManifest, dependencies, kind

_LISTS = ("install_requires", "setup_requires", "tests_require")
_FILE = re.compile(r"file:\s*(.*)", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One requirement of PEP 508 as setuptools gets it."""

    text: str
    line: int
    optional: bool = False
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a set-up file of setuptools asks for, and sentences on what of it cannot be read."""

    read: list[Wish] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def add(self, wish: Wish) -> None:
        """Keep a requirement; what is none is left. Raises UnreadableManifest where they are too many."""
        if is_requirement(wish.text):
            self.read.append(wish)
            if len(self.read) > MAX_DEPENDENCIES:
                raise UnreadableManifest(f"it names more than {MAX_DEPENDENCIES:,} dependencies")
        else:
            self.left.append(f"line {wish.line} cannot be read as a requirement")

    def entries(self) -> Iterator[Entry]:
        """The requirements as entries of a manifest; one that is wanted in several ways is so in the strongest of them."""
        strongest: dict[tuple[str, int], Wish] = {}
        for wish in self.read:
            known = strongest.setdefault((wish.text, wish.line), wish)
            strongest[wish.text, wish.line] = replace(
                wish, optional=wish.optional and known.optional, conditional=wish.conditional and known.conditional
            )
        for wish in strongest.values():
            for found in dependencies("requirements.txt", wish.text.replace("\n", " ")):
                if found.source != "path":
                    one = entry(replace(found, line=wish.line, optional=wish.optional))
                    yield replace(one, conditional=wish.conditional or is_conditional(wish.text))


def extra(key: str) -> tuple[bool, bool]:
    """Whether what stands under that key of `extras_require` is wanted only as an option, and whether only under a condition:
    `name`, `name:marker` or `:marker`."""
    name, colon, _ = key.partition(":")
    return bool(name.strip()), bool(colon)


def read(text: str) -> Wishes:
    """What a setup.cfg asks for. Raises UnreadableManifest, or NoManifest where it configures other tools only."""
    found_in = sections(text)
    if not found_in.keys() & {"options", "options.extras_require"}:
        raise NoManifest
    found = Wishes()
    options = found_in.get("options", {})
    for key in _LISTS:
        if key in options:
            _wish(found, *options[key], optional=key != "install_requires", conditional=False)
    for key, said in found_in.get("options.extras_require", {}).items():
        optional, conditional = extra(key)
        _wish(found, *said, optional=optional, conditional=conditional)
    if "extras_require" in options and options["extras_require"][1].strip():
        found.left.append(f"line {options['extras_require'][0]}: extras stand in a section of their own")
    return found


def _wish(found: Wishes, line: int, value: str, *, optional: bool, conditional: bool) -> None:
    """A list: one requirement a line, or several in one line with semicolons between."""
    file = _FILE.match(value.strip())
    if file:
        # Requirements files are read by themselves.
        if not all(kind(name.strip()) == "requirements" for name in re.split(r"[,\n]", file[1])):
            found.left.append(f"line {line} takes requirements from a file that is not read")
        return
    lines = value.split("\n") if "\n" in value else value.split(";")
    for number, said in enumerate(lines, start=line):
        said = said.strip()
        if said and not said.startswith("#"):
            at = number if "\n" in value else line
            found.add(Wish(text=said, line=at, optional=optional, conditional=conditional))


def _entries(text: str) -> Iterator[Entry]:
    return read(text).entries()


def _left(text: str) -> Iterator[str]:
    return iter(read(text).left)


FORMATS = (
    Format(name="setup.cfg", type="pypi", matches=Named("setup.cfg"), entries=_entries, left=_left, locks=LOCKS, above=True),
)
