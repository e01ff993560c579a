"""Which files, beside those that change, are read: lock files, documentation and tests for agents, imports for data flow."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence

from fusion.changes import roles
from fusion.model import Blob, ContextFile

MAX_FILES = 400
MAX_BYTES = 4_000_000
MAX_FILE_BYTES = 200_000
"""A longer document or test is rather data."""
MAX_LOCK_BYTES = 2_000_000

_LOCKS = {
    "package.json": ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "npm-shrinkwrap.json", "bun.lock"),
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"),
    "Cargo.toml": ("Cargo.lock",),
    "Gemfile": ("Gemfile.lock",),
}
"""The lock files that go with a manifest; they lie beside it, or in a folder above it."""

_LOCK_NAMES = frozenset(name for names in _LOCKS.values() for name in names)
_DOCUMENT = re.compile(r"\.(md|markdown|rst|adoc)$", re.IGNORECASE)
_TEXT = re.compile(r"^[^.]+$|\.(md|markdown|rst|adoc|txt)$", re.IGNORECASE)
_ALWAYS = re.compile(r"^(readme|changelog|changes|history|news|contributing|upgrading|migration)\b", re.IGNORECASE)
_DOCS = frozenset({"doc", "docs", "documentation", "website", "guide", "guides"})
_CODE = re.compile(
    r"\.(pyi?|[mc]?jsx?|[mc]?tsx?|go|java|kts?|scala|groovy|rb|rs|c|cc|cpp|cxx|h|hh|hpp|cs|fs|php|swift|mm?|sh|bash|bats"
    r"|exs?|erl|clj|hs|lua|p[lm]|r|jl|dart|vue|svelte|robot|feature)$",
    re.IGNORECASE,
)
_TEST_WORDS = re.compile(r"(^|[._-])(tests?|spec)(?=[._-]|$)", re.IGNORECASE)


def is_document(path: str) -> bool:
    """Whether people read it to learn how the project works."""
    folders, _, name = path.rpartition("/")
    if _ALWAYS.match(name) and _TEXT.search(name):
        return True
    return bool(_DOCUMENT.search(name)) and (not folders or not _DOCS.isdisjoint(folders.lower().split("/")))


def is_test(path: str) -> bool:
    """Whether it is code that tests other code, by its name or its folder."""
    return bool(_CODE.search(path)) and roles.is_test(path)


def choose(paths: Iterable[str], changed: Iterable[str]) -> Sequence[str]:
    """The files that do not change, in the order in which they matter for the files that do.

    First lock files of changed manifests, then documents at the top, tests that are named like a changed file, documentation,
    other tests.
    """
    changed = frozenset(changed)
    locks = frozenset(lock for path in changed for lock in locks_of(path))
    stems = {_stem(path) for path in changed} - {"", "__init__", "index", "main", "mod", "lib"}
    ranked: list[tuple[int, int, str]] = []
    for path in paths:
        if path in changed:
            continue
        depth = path.count("/")
        if path in locks:
            ranked.append((-1, depth, path))
        elif is_test(path):
            ranked.append((1 if _stem(path) in stems else 3, depth, path))
        elif is_document(path):
            ranked.append((0 if depth == 0 else 2, depth, path))
    return [path for _, _, path in sorted(ranked)]


def locks_of(path: str) -> Iterable[str]:
    """Where the lock files of a manifest may lie; nothing for any other file."""
    folder, _, name = path.rpartition("/")
    while name in _LOCKS:
        for lock in _LOCKS[name]:
            yield f"{folder}/{lock}" if folder else lock
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def _stem(path: str) -> str:
    """A file's name without ending and without what marks it as a test: `test_user.py`, `user.spec.ts` -> `user`."""
    name = path.rpartition("/")[2]
    name = name.partition(".")[0] if ".spec." in name or ".test." in name else name.rpartition(".")[0] or name
    bare = _TEST_WORDS.sub("", name).strip("._-").lower()
    return re.sub(r"tests?$", "", bare) or bare


def pick(sizes: Mapping[str, int], changed: Iterable[str] = ()) -> Sequence[str]:
    """Both at once: of files with these sizes in bytes, those worth reading that fit."""
    return fit(choose(sizes, changed), sizes)


def fit(chosen: Sequence[str], sizes: Mapping[str, int]) -> Sequence[str]:
    """As many of the chosen files as fit the bounds, by their sizes in bytes; a path without size is left out."""
    taken: list[str] = []
    left = MAX_BYTES
    for path in chosen:
        size = sizes.get(path)
        most = MAX_LOCK_BYTES if path.rpartition("/")[2] in _LOCK_NAMES else MAX_FILE_BYTES
        if size is not None and size <= min(left, most) and len(taken) < MAX_FILES:
            taken.append(path)
            left -= size
    return taken


async def followed(
    trail: Generator[Sequence[str], Mapping[str, bytes], str],
    read: Callable[[Sequence[str]], Awaitable[Mapping[str, bytes]]],
    keep: Callable[[bytes], Awaitable[Blob]],
) -> tuple[tuple[ContextFile, ...], tuple[str, ...]]:
    """What a `fusion.ports.Follower` asks for, read and kept, and its note when it was cut."""
    found: dict[str, bytes] = {}
    try:
        wanted = next(trail)
        while True:
            sent = await read(wanted)
            found |= sent
            wanted = trail.send(sent)
    except StopIteration as end:
        note = str(end.value or "")
    files = [ContextFile(path=path, blob=await keep(data)) for path, data in sorted(found.items())]
    return tuple(files), (note,) if note else ()
