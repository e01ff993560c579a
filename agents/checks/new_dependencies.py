"""Dependencies that the change adds, and how: from where, how firmly pinned, under what name, and whether the lock follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fusion.changes.roles import is_example, is_test
from fusion.model import Category, Change, ChangeKind, Confidence, Contents, Severity, Side, Unread
from fusion.reading.comparison import Comparison, decoded
from fusion.reading.dependencies import LOCK_FILES, Dependency, UnreadableManifest, dependencies, kind, python_name
from fusion.reading.lookalikes import lookalike
from fusion.reading.observation import Observation, at, listed, quoted

_COMMIT = re.compile(r"[@#][0-9a-f]{40}\b")
_FLOATING = frozenset({"", "*", "latest", "x", ">=0", ">=0.0.0", "x.x.x", "LATEST", "RELEASE"})
_WORK = re.compile(r"(?:^|[-_/.])(?:dev|development|tests?|testing|docs?|lint|typing|mypy|ci|build|bench\w*)(?=[-_/.]|$)", re.I)
_SCRIPTS = frozenset({"setup.py", "setup.cfg"})
"""What may name dependencies in ways that only running it tells; a name in its text at base is one that was there."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*[A-Za-z0-9]")
_MOST_CHARACTERS = 100_000
_PINNED = re.compile(r"===?[^,*]+$")


class Manifests:
    """The dependencies of every changed manifest on both sides, and the manifests that could not be read."""

    def __init__(self, comparisons: Sequence[Comparison]) -> None:
        self.pairs: list[tuple[Comparison, tuple[Dependency, ...], tuple[Dependency, ...]]] = []
        self.unread: list[Unread] = []
        """Manifests whose dependencies could not be read, and why."""
        for item in comparisons:
            if kind(item.path) is None or not item.exists:
                continue
            try:
                after = dependencies(item.path, item.after)
            except UnreadableManifest as error:
                self.unread.append(Unread(path=item.path, reason=f"its dependencies could not be read: {error}"))
                continue
            try:
                before = dependencies(item.base_path, item.before)
            except UnreadableManifest as error:
                self.unread.append(Unread(path=item.path, reason=f"its dependencies at base could not be read: {error}"))
                continue
            self.pairs.append((item, before, after))
        self._scripted = frozenset(
            python_name(name)
            for item in comparisons
            if item.base_path.rpartition("/")[2] in _SCRIPTS
            for name in _NAME.findall(item.before[:_MOST_CHARACTERS])
        )

    @property
    def paths(self) -> list[str]:
        """The manifests that were read."""
        return [item.path for item, _, _ in self.pairs]

    def observations(self, change: Change, contents: Contents) -> Iterator[Observation]:
        """Everything that this module says about a change."""
        known = {(entry.ecosystem, entry.name) for _, before, _ in self.pairs for entry in before}
        said: set[tuple[str, str]] = set()
        # What a resolver wrote repeats the manifest that it was made from.
        for item, before, after in sorted(self.pairs, key=lambda pair: pair[0].path.endswith(".txt")):
            new = [entry for entry in after if (entry.ecosystem, entry.name) not in known and not entry.transitive]
            libraries = [
                entry
                for entry in new
                if entry.ecosystem != "image"
                and entry.source != "path"
                and not (entry.ecosystem == "pypi" and entry.name in self._scripted)
            ]
            if item.existed and not (is_test(item.path) or is_example(item.path)):
                unsaid = [entry for entry in libraries if (entry.ecosystem, entry.name) not in said]
                for work in (False, True):
                    if some := [entry for entry in unsaid if (entry.optional or _for_work(item.path)) is work]:
                        yield _new(item.path, some, work=work)
                said.update((entry.ecosystem, entry.name) for entry in libraries)
            elsewhere: list[Dependency] = []
            loose: list[Dependency] = []
            was = {(entry.ecosystem, entry.name): entry for entry in before}
            for entry in after:
                old = was.get((entry.ecosystem, entry.name))
                if old is not None and (old.version, old.address) == (entry.version, entry.address):
                    continue
                if _is_elsewhere(entry):
                    elsewhere.append(entry)
                if (entry.ecosystem, entry.name) not in known:
                    yield from _name(item.path, entry)
                if _floats(entry, after, item.path) and (old is None or not _floats(old, before, item.path)):
                    loose.append(entry)
            yield from _origin(item.path, elsewhere)
            if loose and not _is_custom(item.path, before):
                yield _unpinned(item.path, loose)
            if libraries and item.existed:
                yield from _lock(item, libraries, bool(before), change, contents)


def removed_locks(change: Change) -> Iterator[Observation]:
    """Lock files that the change deletes while their manifest stays and no other lock file takes their place."""
    gone = {file.path for file in change.files if file.kind is ChangeKind.DELETED}
    there = {file.path for file in change.files} - gone
    for path in sorted(gone):
        folder, _, name = path.rpartition("/")
        manifest = next((key for key, locks in LOCK_FILES.items() if name in locks), None)
        if manifest is None or f"{folder}/{_MANIFEST_NAMES[manifest]}".lstrip("/") in gone:
            continue
        if any(f"{folder}/{other}".lstrip("/") in there for other in LOCK_FILES[manifest]):
            continue
        yield Observation(
            rule="compliance/lock-file-removed",
            family="stale-lock-file",
            category=Category.COMPLIANCE,
            title=f"The lock file {quoted(path)} goes",
            body="From here on each install may take other versions than the ones that were tested. "
            "Keep a lock file, or say in the change why the project no longer wants one.",
            severity=Severity.MEDIUM,
            confidence=Confidence.LIKELY,
            location=at(path, 1, side=Side.LEFT),
            subject=f"removed lock {name}",
            symbol="",
        )


_MANIFEST_NAMES = {
    "pyproject": "pyproject.toml",
    "package": "package.json",
    "go": "go.mod",
    "cargo": "Cargo.toml",
    "gemfile": "Gemfile",
}


def _for_work(path: str) -> bool:
    """Whether a requirements file is for those who work on the project and not for those who use it."""
    return kind(path) == "requirements" and _WORK.search(path) is not None


def _is_custom(path: str, before: Sequence[Dependency]) -> bool:
    """Whether to leave versions open is what this manifest does anyway, or does it only show how something is used."""
    return is_example(path) or is_test(path) or any(_floats(entry, (), path) for entry in before)


def _new(path: str, new: Sequence[Dependency], *, work: bool) -> Observation:
    names = [entry.name for entry in new]
    return Observation(
        rule="compliance/new-dependency",
        family="new-dependency",
        category=Category.COMPLIANCE,
        title=f"New {'dependency' if len(names) == 1 else 'dependencies'}: {listed(names, 4)}",
        body="Its code runs with the same rights as yours, and its licence and upkeep become your concern. "
        "Check that it is wanted, maintained and under a licence you accept.",
        severity=Severity.INFO if work else Severity.LOW,
        confidence=Confidence.CERTAIN,
        location=at(path, next((entry.line for entry in new if entry.line > 1), 1)),
        subject=f"new dependencies {' '.join(sorted(names))}",
        symbol="",
    )


def _is_elsewhere(entry: Dependency) -> bool:
    """Whether it comes from an address that no commit pins."""
    if entry.source not in ("git", "url"):
        return False
    return _is_plain(entry) or entry.source == "url" or not _COMMIT.search(entry.address)


def _is_plain(entry: Dependency) -> bool:
    return entry.address.lower().startswith(("http://", "git://", "git+http://", "git+git://"))


def _origin(path: str, elsewhere: Sequence[Dependency]) -> Iterator[Observation]:
    """One observation for those over an encrypted connection, one for the others."""
    for plain in (True, False):
        found = [entry for entry in elsewhere if _is_plain(entry) is plain]
        if not found:
            continue
        one = len(found) == 1
        why = (
            "The connection is not encrypted, so anyone on the way can replace the code. "
            "Take it from the registry, or over https."
            if plain
            else "No registry keeps what is behind the address: it can change or vanish between two installs. "
            "Take it from the registry, or pin a full commit."
        )
        yield Observation(
            rule="compliance/dependency-address",
            family="unpinned-dependency",
            category=Category.COMPLIANCE,
            title=f"{listed([entry.name for entry in found], 4)} {'is' if one else 'are'} taken from "
            f"{'an address' if one else 'addresses'} and not from the registry",
            body=why,
            severity=Severity.HIGH if plain else Severity.LOW if _for_work(path) else Severity.MEDIUM,
            confidence=Confidence.CERTAIN,
            location=at(path, found[0].line),
            subject=f"address {' '.join(sorted(entry.name for entry in found))}",
            symbol="",
            cwe=(829,),
        )


def _name(path: str, entry: Dependency) -> Iterator[Observation]:
    near = lookalike(entry.ecosystem, entry.name) if entry.source == "registry" else None
    if near is not None:
        yield Observation(
            rule="compliance/lookalike-dependency",
            family="lookalike-dependency",
            category=Category.COMPLIANCE,
            title=f"{quoted(entry.name)} is almost the name of the well-known package {quoted(near)}",
            body="Packages with such names are a common way to bring in foreign code through a slip of the finger. "
            f"Check the name; if {quoted(near)} was meant, correct it before anyone installs this.",
            severity=Severity.HIGH,
            confidence=Confidence.POSSIBLE,
            location=at(path, entry.line),
            subject=f"lookalike {entry.name}",
            symbol="",
            cwe=(829,),
        )


def _floats(entry: Dependency, around: Sequence[Dependency], path: str) -> bool:
    """Whether the next install can get any version: none is said, or the only loose one of a pinned requirements file."""
    if entry.source != "registry" or entry.optional or entry.ecosystem in ("go", "gem", "maven") or path.endswith(".in"):
        return False
    if entry.version.replace(" ", "") in _FLOATING:
        return True
    if kind(path) != "requirements" or _PINNED.match(entry.version):
        return False
    others = [other for other in around if other.name != entry.name and other.source == "registry"]
    return len(others) >= 3 and all(_PINNED.match(other.version) for other in others)


def _unpinned(path: str, loose: Sequence[Dependency]) -> Observation:
    image = loose[0].ecosystem == "image"
    names = [entry.name for entry in loose]
    return Observation(
        rule="compliance/unpinned-image" if image else "compliance/unpinned-dependency",
        family="unpinned-image" if image else "unpinned-dependency",
        category=Category.COMPLIANCE,
        title=f"{'Base image' if image else 'Dependency'} without a version: {listed(names, 4)}",
        body="The next build can get another version than the one that was tested, without a change in this repository. "
        + (
            "Name a version, and its digest for what is deployed."
            if image
            else "Name the version, or the range, that you tested."
        ),
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        location=at(path, loose[0].line),
        subject=f"unpinned {' '.join(sorted(names))}",
        symbol="",
        cwe=(1357,),
    )


def _lock(
    item: Comparison, new: Sequence[Dependency], had_entries: bool, change: Change, contents: Contents
) -> Iterator[Observation]:
    manifest = kind(item.path) or ""
    names = LOCK_FILES.get(manifest, ())
    folder = item.path.rpartition("/")[0]
    places = [f"{place}/{name}".lstrip("/") for place in _upwards(folder) for name in names]
    changed = {file.path: file for file in change.files if file.kind is not ChangeKind.DELETED}
    held = next((place for place in places if place in changed), None)
    if held is not None:
        text = decoded(contents.head.get(held, b""))
        missing = [entry.name for entry in new if text and not _mentions(text, entry)]
        if missing:
            yield _stale(item.path, held, missing, new, Confidence.LIKELY)
        return
    known = next((place for place in places if place in contents.context), None)
    # Go writes go.sum with the first requirement, so a manifest that had one has it.
    if known is None and manifest == "go" and had_entries:
        known = f"{folder}/go.sum".lstrip("/")
    if known is not None:
        yield _stale(item.path, known, [entry.name for entry in new], new, Confidence.LIKELY)


def _stale(path: str, lock: str, missing: Sequence[str], new: Sequence[Dependency], confidence: Confidence) -> Observation:
    first = next(entry for entry in new if entry.name == missing[0])
    return Observation(
        rule="compliance/stale-lock-file",
        family="stale-lock-file",
        category=Category.COMPLIANCE,
        title=f"{quoted(lock)} does not know {listed(missing, 3)}",
        body="A strict install refuses the mismatch, any other takes a version that nobody chose. "
        "Update the lock file and commit it with the manifest.",
        severity=Severity.MEDIUM,
        confidence=confidence,
        location=at(path, first.line),
        subject=f"stale lock {lock}",
        symbol="",
    )


def _mentions(text: str, entry: Dependency) -> bool:
    plain = text.lower().replace("_", "-")
    return entry.name.lower().replace("_", "-") in plain


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder
