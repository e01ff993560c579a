"""A commit's files: its tree by the git data API, contents by GraphQL in batches where they are text, else blob by blob.

Whatever way a file's bytes came, they are taken only when git's own id fits them.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fusion.adapters.github.client import Client
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.shape import Odd, count, flag, named, required, section
from fusion.adapters.github.together import together
from fusion.changes import paths as names
from fusion.errors import Gone, PermanentError, RateLimited, TransientError
from fusion.model.inventory import Tree, TreeFile
from fusion.ports import Place

WALKED = 300
"""Requests for a tree that GitHub does not list at once."""
FILES = 1_000_000
"""Files of a tree."""
LARGEST = 1_000_000
"""Bytes of a file whose contents are read."""
READ = 3000
"""Files whose contents are read in one call."""
BYTES = 128_000_000
"""Bytes of all of them together."""
BATCH = 50
"""Blobs in one query."""
BATCH_BYTES = 2_000_000
SMALL = 200_000
"""Bytes of a blob up to which it goes into a query; GitHub cuts the text of those above half a megabyte."""
REMEMBERED = 50_000
"""Files of trees that are remembered, so that contents of a commit that was just listed need no second listing. The tree that
was listed last is remembered whatever its size: a large one's contents are asked for in many parts."""
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BLOB = "... on Blob { text isBinary isTruncated }"


class Reader:
    """Trees and contents of commits, which never change: both may be remembered."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._trees: OrderedDict[tuple[int, str, str], Tree] = OrderedDict()

    async def tree(self, place: Place, commit: str) -> Tree:
        """Every file of a commit. Raises Gone, Denied, TransientError, PermanentError."""
        if not _SHA.fullmatch(commit):
            raise Gone(f"{commit[:100]!r} is no commit.")
        key = place.installation, place.repository.lower(), commit
        if key in self._trees:
            self._trees.move_to_end(key)
            return self._trees[key]
        client = self.gate.client(place, scanning=True)
        try:
            found = await _tree(client, place.repository, commit)
        except (Odd, ValueError, TypeError, KeyError, AttributeError) as error:
            raise PermanentError(
                f"GitHub's tree of {commit[:7]} has not the form that its reference describes: {error}."
            ) from None
        self._trees[key] = found
        while len(self._trees) > 1 and sum(len(tree.files) for tree in self._trees.values()) > REMEMBERED:
            self._trees.popitem(last=False)
        return found

    async def contents(self, place: Place, commit: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """Bytes of files by path; too large ones and those that git's id does not fit are missing."""
        wanted = set(paths)
        if not wanted:
            return {}
        tree = await self.tree(place, commit)
        found = [file for file in tree.files if file.path in wanted and file.mode.startswith("100")]
        files = list(_bounded(sorted(found, key=lambda file: (file.size, file.path))))
        client = self.gate.client(place, scanning=True)
        sizes = {file.blob: file.size for file in files if _SHA.fullmatch(file.blob)}
        blobs: dict[str, bytes] = {}
        for got in await together(*(_batch(client, place.repository, ids) for ids in _batches(sizes))):
            blobs |= got
        rest = [id for id in sizes if id not in blobs]
        for id, data in zip(rest, await together(*(_blob(client, place.repository, id) for id in rest)), strict=True):
            if data is not None:
                blobs[id] = data
        return {file.path: blobs[file.blob] for file in files if file.blob in blobs}


def _bounded(files: Sequence[TreeFile]) -> Iterator[TreeFile]:
    """Of files in order of size, those that are read."""
    left = BYTES
    for file in files[:READ]:
        left -= max(file.size, 0)
        if file.size > LARGEST or left < 0:
            return
        yield file


def _batches(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """The small blobs, so many for each query; one alone is as well asked for by itself."""
    batch: list[str] = []
    held = 0
    for id, size in sizes.items():
        if not 0 <= size <= SMALL:
            continue
        if batch and (len(batch) >= BATCH or held + size > BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(id)
        held += size
    if len(batch) > 1:
        yield batch


async def _batch(client: Client, name: str, ids: Sequence[str]) -> dict[str, bytes]:
    """The blobs that are text; of a query that fails, none: they can be asked for one by one."""
    owner, _, repository = name.partition("/")
    fields = " ".join(f'b{number}: object(oid: "{id}") {{ {_BLOB} }}' for number, id in enumerate(ids))
    query = f"query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {fields} }} }}"
    try:
        data = await client.graphql(query, {"owner": owner, "name": repository})
        found = section(data.get("repository"))
        return {id: text for number, id in enumerate(ids) if (text := _text(found.get(f"b{number}"), id)) is not None}
    except RateLimited:
        raise
    except (TransientError, PermanentError, Odd):
        return {}


def _text(blob: Any, id: str) -> bytes | None:
    """A blob's bytes, when its text is exactly them."""
    given = section(blob)
    text = given.get("text")
    if not isinstance(text, str) or flag(given.get("isBinary")) or flag(given.get("isTruncated")):
        return None
    data = text.encode("utf-8", "replace")
    return data if fits(data, id) else None


async def _blob(client: Client, name: str, id: str) -> bytes | None:
    try:
        data = await client.bytes(f"/repos/{name}/git/blobs/{id}")
    except TransientError:
        raise
    except PermanentError:
        return None
    return data if fits(data, id) else None


def fits(data: bytes, id: str) -> bool:
    """Whether these bytes are the blob of that id: git's hash over `blob SIZE`, a NUL and the bytes."""
    kind = hashlib.sha256 if len(id) == 64 else hashlib.sha1
    return kind(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == id


async def _tree(client: Client, name: str, commit: str) -> Tree:
    files: list[TreeFile] = []
    cuts: list[str] = []
    refused: list[str] = []
    waiting: deque[tuple[str, str, bool]] = deque([("", commit, True)])
    asked = 0
    while waiting:
        if asked >= WALKED or len(files) >= FILES:
            cuts.append(f"{len(waiting):,} folders were not opened, such as /{waiting[0][0]}")
            break
        prefix, id, recursive = waiting.popleft()
        asked += 1
        listing = await client.json(f"/repos/{name}/git/trees/{quote(id)}", {"recursive": "1"} if recursive else None)
        listed = required(listing)
        whole = flag(listed.get("truncated")) is not True
        entries = [required(entry) for entry in _entries(listed.get("tree"))]
        if not whole and recursive:
            # Cut somewhere: the same folder without those below it, and these then each for themselves.
            waiting.appendleft((prefix, id, False))
            continue
        if not whole:
            cuts.append(f"GitHub cut the listing of /{prefix}")
        for entry in entries:
            path = prefix + _path(entry)
            if why := names.refusal(path):
                refused.append(f"{path[:200]!r}: {why}")
            elif entry.get("type") == "tree":
                if not recursive:
                    waiting.append((f"{path}/", named(entry.get("sha")), True))
            elif entry.get("type") in ("blob", "commit"):
                files.append(_file(path, entry))
    if len(files) > FILES:
        cuts.append(f"{len(files) - FILES:,} files more than {FILES:,}")
    if refused:
        cuts.append(f"{len(refused):,} names that no repository may hold were left out, such as {refused[0]}")
    return Tree(commit=commit, files=tuple(sorted(files[:FILES], key=lambda file: file.path)), cut="; ".join(cuts))


def _entries(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Odd("a tree without entries")
    return value


def _path(entry: Mapping[str, Any]) -> str:
    path = entry.get("path")
    if not isinstance(path, str) or not path:
        raise Odd("an entry without a name")
    return path.encode("utf-8", "replace").decode("utf-8")


def _file(path: str, entry: Mapping[str, Any]) -> TreeFile:
    size = entry.get("size")
    return TreeFile(
        path=path, size=-1 if size is None else count(size), mode=named(entry.get("mode")), blob=named(entry.get("sha"))
    )
