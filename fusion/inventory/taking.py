"""The inventory of a tree: every manifest and lock file read, and each entry of a manifest settled by its lock file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from posixpath import normpath

from fusion.changes.roles import is_example, is_test, is_test_data
from fusion.checks.links import LINK, followed
from fusion.inventory.compiled import Written, alone, compiled, is_compiled, loose
from fusion.inventory.documents import without_credentials
from fusion.inventory.entries import Entry, Format, Lock, NoManifest
from fusion.inventory.entries_left import left_out
from fusion.inventory.formats import format_of, without_reader
from fusion.inventory.npm import overridden
from fusion.inventory.pip_options import included
from fusion.inventory.purls import purl
from fusion.inventory.python import LOCKS, is_constraints, told_by_build
from fusion.inventory.resolving import Resolver
from fusion.model.inventory import Component, Inventory, Origin, Tree
from fusion.reading.comparison import decoded

MAX_COMPONENTS = 250_000
"""Components of one inventory."""
MAX_LEFT = 5
"""Sentences on what of one file is left."""
MAX_ORIGINS = 200
"""Lines of one file that say where packages come from."""
_REQUIREMENTS, _CONSTRAINTS = "pip requirements", "pip constraints"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    path: str
    format: Format
    entries: tuple[Entry, ...]


def wants(path: str) -> bool:
    """Whether the bytes of that file are read."""
    return format_of(path) is not None


def take(tree: Tree, contents: Mapping[str, bytes]) -> Inventory:
    """What a tree is built from, as its manifests and lock files say. Total over hostile bytes: what cannot be read is in
    `unread` with the reason (beside `read` where it is only a part), and so are formats that are known and have no reader."""
    paths = frozenset(file.path for file in tree.files)
    sizes = {file.path: file.size for file in tree.files}
    manifests: list[_Manifest] = []
    locks: dict[str, Lock] = {}
    read: list[str] = []
    unread: list[tuple[str, str]] = []
    elsewhere: list[Origin] = []
    taken_in: dict[str, tuple[tuple[int, str], ...]] = {}
    open_ones: dict[str, int] = {}
    written = Written()
    overrides: dict[str, Mapping[str, str]] = {}
    linked = {file.path for file in tree.files if file.mode == LINK}
    leads = followed(tree, lambda path: format_of(path) is not None)
    for path in sorted(paths | contents.keys()):
        missing, found = without_reader(path), format_of(path)
        data = contents.get(path)
        if path in linked:
            place = leads.get(path, "")
            # The same manifest once more; and GitHub follows no links to workflows.
            if path.startswith(".github/workflows/") or (
                found is not None and found.lock is None and format_of(place) is not None
            ):
                continue
            data = contents.get(place)
        if missing:
            unread.append((path, f"There is no reader for {missing}."))
        if found is None:
            continue
        found = _as_lock(found, path, paths, data or b"")
        text = _text(found, data, sizes.get(path, -1))
        if isinstance(text, _Unread):
            unread.append((path, text.why))
            continue
        try:
            if found.lock is compiled:
                locks[path] = _written(path, text, paths, written)
                manifests.append(_Manifest(path=path, format=replace(found, locks=(), above=False), entries=tuple(loose(text))))
            elif found.lock is not None:
                locks[path] = found.lock(text)
            elif found.entries is not None:
                manifests.append(_Manifest(path=path, format=found, entries=tuple(found.entries(text))))
            left = left_out(found.name, text)
            elsewhere += islice(found.origins(path, text), MAX_ORIGINS) if found.origins is not None else ()
            more = dict.fromkeys(islice(found.left(text), MAX_LEFT)) if found.left is not None else {}
        except NoManifest:
            continue
        except (ValueError, RecursionError) as error:
            # UnreadableManifest, UnreadableWorkflow, and numbers that are longer than Python converts.
            unread.append((path, f"It could not be read as {found.name}: {str(error)[:300] or 'it is nested too deep'}."))
            continue
        if found.lock is not None or found.entries is not None:
            read.append(path)
        if found.name in (_REQUIREMENTS, _CONSTRAINTS):
            taken_in[path] = tuple(islice(included(text), MAX_ORIGINS))
        if found.name == "package.json":
            overrides[_folder(path)] = overridden(text)
        if found.name == "pyproject.toml" and (line := told_by_build(text)):
            open_ones[path] = line
        if left or more:
            unread.append((path, "; ".join(filter(None, (left, *more)))))
    for path, line in open_ones.items():
        beside = {f"{_folder(path)}/{name}".removeprefix("/") for name in ("setup.py", "setup.cfg", *LOCKS)}
        if not beside & set(read) and path not in written.by_manifest:
            unread.append((path, f"line {line} leaves its dependencies to the build"))
    unread += _not_taken_in(taken_in, frozenset(read))
    if tree.cut:
        unread.append(("", f"Not all files are known: {tree.cut}"))
    listed = {_folder(one.path) for one in manifests if one.format.name == "pyproject.toml" and _ships(one)}
    manifests = [one for one in manifests if not _is_shim(one.path, listed)]
    unread = [one for one in unread if not _is_shim(one[0], listed)]
    # A program of Gradle is settled by its lock file, whatever it says.
    settled = {
        path for path in read if path.rpartition("/")[2] in ("build.gradle", "build.gradle.kts") and _is_locked(path, locks)
    }
    unread = [one for one in unread if one[0] not in settled]
    known = _settled(manifests, locks, overrides, written, read, unread)
    return known.model_copy(update={"origins": tuple(elsewhere), "compiled": tuple(written.whole)})


def _not_taken_in(taken_in: Mapping[str, tuple[tuple[int, str], ...]], read: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Requirements files that take in others that were not read: those whose place a variable tells, that lie elsewhere, or
    that have no requirements file's name."""
    for path, others in taken_in.items():
        for line, name in others:
            if normpath(f"{_folder(path)}/{name}" if _folder(path) else name) not in read:
                yield path, f"line {line} takes in {without_credentials(name)}, which was not read"


def _as_lock(found: Format, path: str, paths: frozenset[str], data: bytes) -> Format:
    """A file of requirements or constraints that a resolver wrote, by its own word or beside its `.in` file, is a lock file."""
    if found.name not in (_REQUIREMENTS, _CONSTRAINTS):
        return found
    stem, _, ending = path.rpartition(".")
    if ending == "in":
        return replace(found, locks=(f"{stem.rpartition('/')[2]}.txt", *found.locks))
    beside = found.name == _REQUIREMENTS and f"{stem}.in" in paths
    return replace(found, entries=None, lock=compiled) if beside or is_compiled(data) else found


def _written(path: str, text: str, paths: frozenset[str], written: Written) -> Lock:
    """What a resolver wrote, noted as the lock file of what it was made from."""
    lock = compiled(text)
    known = is_compiled(text[:4_000].encode()) and written.note(path, text, paths)
    known = known or f"{path.rpartition('.')[0]}.in" in paths
    if not is_constraints(path):
        return lock if known else alone(text)
    if not lock.left_out:
        made = [one for one, files in written.by_manifest.items() if path in files]
        written.whole += [(one, path) for one in made or [path]]
    # It may limit manifests, too, that it was not made from.
    return replace(lock if known else alone(text), strict=False)


@dataclass(frozen=True, slots=True)
class _Unread:
    why: str


def _text(found: Format, data: bytes | None, size: int) -> str | _Unread:
    """The file's text, or why there is none."""
    if max(size, 0 if data is None else len(data)) > found.most:
        return _Unread(f"It is larger than {found.most:,} bytes.")
    if data is None:
        return _Unread("Its contents were not read.")
    text = decoded(data)
    if text is None:
        return _Unread("It is not UTF-8 text.")
    return text


def _settled(
    manifests: list[_Manifest],
    locks: Mapping[str, Lock],
    overrides: Mapping[str, Mapping[str, str]],
    written: Written,
    read: list[str],
    unread: list[tuple[str, str]],
) -> Inventory:
    components: list[Component] = []
    nameless: dict[str, int] = {}
    resolvers = {
        path: Resolver(path, replace(lock, overridden={**overrides.get(_folder(path), {}), **lock.overridden}))
        for path, lock in locks.items()
    }
    for manifest in manifests:
        meant = _resolvers(manifest, resolvers, written)
        for entry in manifest.entries:
            resolver = next((one for one in meant if one.fits(entry, manifest.path)), meant[0] if meant else None)
            settled = entry if resolver is None else resolver.settled(entry, manifest.path)
            stale = "" if resolver is None else resolver.stale(entry, manifest.path)
            fixed = resolver.path if resolver is not None and resolver.lock.pins and settled is not entry else ""
            omitted = resolver.path if resolver is not None and resolver.omits(entry, manifest.path) else ""
            known = _component(settled, manifest.path, lock=fixed, stale=stale, omitted=omitted)
            components += known
            if not known:
                nameless.setdefault(manifest.path, entry.line)
    relations: dict[tuple[str, str], None] = {}
    for path, resolver in resolvers.items():
        for entry in resolver.rest():
            known = _component(entry, path, lock=path)
            components += known
            if not known:
                nameless.setdefault(path, entry.line)
        for one, other in resolver.relations():
            relations[purl(one), purl(other)] = None
    unread += [(path, f"line {line} names what can be no package") for path, line in nameless.items()]
    unique = {(one.purl, one.path, one.line, one.wanted): one for one in components}
    kept = sorted(unique.values(), key=lambda one: (one.path, one.line, one.purl))
    if len(kept) > MAX_COMPONENTS:
        unread.append(("", f"There are more than {MAX_COMPONENTS:,} components; the others are left out."))
    return Inventory(
        components=tuple(kept[:MAX_COMPONENTS]),
        read=tuple(read),
        unread=tuple(unread),
        relations=tuple(sorted(pair for pair in relations if all(pair) and pair[0] != pair[1])),
    )


def _is_shim(path: str, listed: Collection[str]) -> bool:
    """Whether it is a set-up file of Python beside a pyproject.toml that lists the dependencies, which then count alone."""
    return path.rpartition("/")[2] in ("setup.py", "setup.cfg") and _folder(path) in listed


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_locked(path: str, locks: Mapping[str, Lock]) -> bool:
    """Whether a lock file of Gradle lies beside it."""
    return (f"{_folder(path)}/gradle.lockfile" if _folder(path) else "gradle.lockfile") in locks


def _ships(manifest: _Manifest) -> bool:
    return any(not entry.development for entry in manifest.entries)


def _resolvers(manifest: _Manifest, resolvers: Mapping[str, Resolver], written: Written) -> list[Resolver]:
    """The lock files that fix a manifest's entries: the ecosystem's own, or those that a resolver made from it, of which each
    may be about an extra. A file of constraints counts where there is no other."""
    first = _resolver(manifest, resolvers)
    made = [resolvers[path] for path in written.by_manifest.get(manifest.path, ()) if path in resolvers]
    if first is None or (is_constraints(first.path) and made):
        return made
    return [first, *(one for one in made if one is not first)] if first in made else [first]


def _resolver(manifest: _Manifest, resolvers: Mapping[str, Resolver]) -> Resolver | None:
    """The lock file that fixes a manifest's entries: beside it, or above it where it says that it does."""
    folder = manifest.path.rpartition("/")[0]
    for place in _upwards(folder) if manifest.format.above else (folder,):
        for name in manifest.format.locks:
            found = resolvers.get(f"{place}/{name}" if place else name)
            if found is not None and (place == folder or found.speaks_of(manifest.path, manifest.entries)):
                return found
    return None


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _component(entry: Entry, path: str, *, lock: str = "", stale: str = "", omitted: str = "") -> list[Component]:
    """The entry as a component; none where its name is no package's name."""
    name = purl(entry)
    if not name:
        return []
    return [
        Component(
            purl=name,
            name=entry.name,
            version=entry.version,
            ecosystem=entry.type,
            wanted=entry.wanted[:500],
            pinned=entry.pinned,
            hashed=entry.hashed,
            direct=entry.direct,
            development=entry.development or is_test(path) or is_test_data(path) or is_example(path),
            licence=entry.licence,
            hashes=entry.hashes,
            source=entry.source,
            address=without_credentials(entry.address) if entry.source != "registry" else "",
            path=path,
            line=entry.line,
            lock=lock,
            stale=stale,
            omitted=omitted,
        )
    ]
