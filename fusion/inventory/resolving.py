"""A lock file set against manifests: which version an entry got, whether the two still fit, and what no manifest names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from fusion.inventory.entries import Entry, Lock
from fusion.inventory.purls import key

_Id = tuple[str, str]


class Resolver:
    """One lock file, and what manifests have asked of it."""

    def __init__(self, path: str, lock: Lock) -> None:
        self.path, self.lock = path, lock
        self._folder = path.rpartition("/")[0]
        self._known: dict[str, dict[str, Entry]] = {}
        for one in lock.packages:
            self._known.setdefault(key(one.type, one.name), {}).setdefault(one.version, one)
        self._direct: set[_Id] = set()
        self._shipped: set[_Id] = set()
        self._used = False

    def settled(self, entry: Entry, manifest: str) -> Entry:
        """The entry with version, hashes and licence of the lock file; the entry itself where the lock file has none."""
        self._used = True
        found = self._found(entry, manifest)
        if found is None or self._misfit(entry, found) or self.stale(entry, manifest):
            return entry
        one = (key(found.type, found.name), found.version)
        self._direct.add(one)
        if not entry.development:
            self._shipped.add(one)
        return replace(
            entry,
            version=found.version or entry.version,
            pinned=entry.pinned or (self.lock.pins and found.pinned),
            hashes=found.hashes or entry.hashes,
            hashed=entry.hashed or found.hashed,
            licence=found.licence or entry.licence,
            source=found.source if entry.source == "registry" else entry.source,
            address=found.address or entry.address,
        )

    def fits(self, entry: Entry, manifest: str) -> bool:
        """Whether the lock file has the entry in a version that the manifest asks for."""
        found = self._found(entry, manifest)
        return found is not None and not self._misfit(entry, found) and not self.stale(entry, manifest)

    def stale(self, entry: Entry, manifest: str) -> str:
        """Why the lock file no longer fits the entry, a sentence; empty: it does, as far as can be told."""
        if not self.lock.strict or not entry.lockable or self._replaced(entry):
            return ""
        asked = self.lock.asked.get(self._relative(manifest))
        if asked is not None and entry.name in asked:
            then = asked[entry.name][0]
            if entry.name in self.lock.overridden:
                return ""
            if then is not None and _plain(then) != _plain(entry.wanted) and entry.source == "registry":
                return f"{self.path} was written for {then or 'any version'} and the manifest asks for {entry.wanted or 'any'}."
        found = self._found(entry, manifest)
        if entry.conditional and (found is None or self._misfit(entry, found)):
            return ""
        if found is None:
            if entry.name in self.lock.left_out:
                return ""
            # Not every lock file names what only development or an extra needs.
            if entry.development and asked is None and self.lock.specs is None:
                return ""
            return f"{self.path} does not name {entry.name}{f' {entry.wanted}' if self.lock.exact_only else ''}."
        if self._misfit(entry, found):
            return f"{self.path} has {found.version} and the manifest asks for {entry.wanted}."
        return ""

    def omits(self, entry: Entry, manifest: str) -> bool:
        """Whether the lock file lacks the entry and may: where its condition did not hold, nothing was locked; and another
        package may have been put in its place."""
        if self._replaced(entry) and self._found(entry, manifest) is None:
            return self.lock.pins
        if not (entry.conditional and entry.lockable and self.lock.strict and self.lock.pins):
            return False
        found = self._found(entry, manifest)
        return (found is None or self._misfit(entry, found)) and not self.stale(entry, manifest)

    def speaks_of(self, manifest: str, entries: Sequence[Entry]) -> bool:
        """Whether a lock file in a folder above is meant for that manifest, too."""
        if not self.lock.pins:
            return True
        if self.lock.asked:
            return self._relative(manifest) in self.lock.asked
        named = [entry for entry in entries if entry.lockable and not entry.conditional]
        return bool(named) and all(self._found(entry, manifest) is not None for entry in named)

    def rest(self) -> Iterator[Entry]:
        """What the lock file names and no manifest has asked for."""
        if not self.lock.whole:
            return
        shipped = self._reached() if self._shipped and self.lock.relations else None
        roots = {key(self._type(), name) for names in self.lock.asked.values() for name in names} if not self._used else set()
        for name, versions in self._known.items():
            for version, one in versions.items():
                if (name, version) not in self._direct:
                    development = one.development or (shipped is not None and (name, version) not in shipped)
                    yield replace(one, direct=name in roots, development=development)

    def relations(self) -> Iterator[tuple[Entry, Entry]]:
        """Who depends on whom."""
        for (name, version), (needed, other) in self.lock.relations:
            one = self._known.get(key(self._type(), name), {}).get(version)
            two = self._known.get(key(self._type(), needed), {}).get(other)
            if one is not None and two is not None:
                yield one, two

    def _type(self) -> str:
        return self.lock.packages[0].type if self.lock.packages else ""

    def _relative(self, manifest: str) -> str:
        folder = manifest.rpartition("/")[0]
        return folder.removeprefix(f"{self._folder}/" if self._folder else "") if folder != self._folder else ""

    def _found(self, entry: Entry, manifest: str) -> Entry | None:
        known = self._known.get(key(entry.type, entry.name), {})
        if self.lock.exact_only:
            return known.get(entry.version)
        if self.lock.specs is not None:
            version = self.lock.specs.get((entry.name, entry.wanted.removeprefix("npm:")), "")
            if version or entry.name not in self.lock.overridden:
                return known.get(version)
        asked = self.lock.asked.get(self._relative(manifest))
        if asked is not None and asked.get(entry.name, (None, ""))[1]:
            return known.get(asked[entry.name][1])
        if len(known) <= 1:
            return next(iter(known.values()), None)
        fitting = [one for one in known.values() if not self._misfit(entry, one) and _likely(entry.wanted, one.version)]
        return fitting[-1] if fitting else list(known.values())[-1]

    def _replaced(self, entry: Entry) -> bool:
        """Whether another package may be installed in its place, or none."""
        said = self.lock.overridden.get(entry.name, "")
        return ":" in said or said == "-"

    def _misfit(self, entry: Entry, found: Entry) -> bool:
        """Whether the version is certainly none that the manifest asks for; doubt is no."""
        if entry.name in self.lock.overridden:
            return False
        if entry.version and entry.source == "registry" and found.version and entry.type in ("npm", "cargo", "gem"):
            return entry.version != found.version
        return entry.type == "pypi" and bool(found.version) and _outside(entry.wanted, found.version)

    def _reached(self) -> set[_Id]:
        """What is needed, directly or not, by what is not for development alone."""
        needs: dict[_Id, list[_Id]] = {}
        for (name, version), (needed, other) in self.lock.relations:
            needs.setdefault((key(self._type(), name), version), []).append((key(self._type(), needed), other))
        reached, left = set(self._shipped), list(self._shipped)
        while left:
            for one in needs.get(left.pop(), ()):
                if one not in reached:
                    reached.add(one)
                    left.append(one)
        return reached


def answers(type: str, wanted: str, version: str) -> bool:
    """Whether a version may be what a manifest's entry stands for, as far as the range tells."""
    return not _outside(wanted, version) if type == "pypi" else _likely(wanted, version)


def _outside(wanted: str, version: str) -> bool:
    """Whether a version of Python's is certainly outside of the range; doubt is no."""
    if not re.match(r"\s*[=<>!~]", wanted):
        return False
    try:
        return not SpecifierSet(wanted).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False


def _plain(wanted: str) -> str:
    """What is asked for, in one order and without blanks."""
    return ",".join(sorted(re.sub(r"\s+", "", wanted.strip("*")).split(",")))


def _likely(wanted: str, version: str) -> bool:
    """Whether a version begins as the range does, for choosing among several of one package."""
    numbers = re.findall(r"\d+", wanted)
    return not numbers or re.findall(r"\d+", version)[:1] == numbers[:1]
