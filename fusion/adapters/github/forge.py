"""A pull request -> Change. Needs `contents: read` and `pull-requests: read`, or no token if public.

Nothing is checked out: files come from the git data API by object id, both trees from the trees API. Only the fields that
are used are read, so that a new field on GitHub's side breaks nothing. Rate limits and outages are TransientErrors that say
when to come back; what the caller can mend (no such pull request, a wrong token) is a UserError; where the App asks, what is
gone is Gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from fusion.adapters.context import choose, fit, followed
from fusion.adapters.github import contents, hub, trees
from fusion.adapters.github.client import PER_PAGE, Access, Client
from fusion.adapters.github.contents import Contents
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.together import together
from fusion.adapters.github.trees import Entry, Listed, Trees
from fusion.errors import Denied, Gone, HeadMoved, PermanentError, RateLimited, TransientError, UserError
from fusion.model import Blob, Change, ContextFile, EntryType, FileChange, Provenance, Request
from fusion.ports import Blobs, Follower, Place

LISTED = 3000
"""GitHub lists at most so many files of a pull request (REST: "List pull requests files")."""
READS = 4500
"""Blobs that one change may ask for: an installation has 5,000 requests an hour at least."""


class NotFound(UserError):
    """GitHub has no such thing, or hides it from this token."""


class GitHubForge:
    """Forge for requests of kind `pull`. `api` is the REST base address; `token` None reads what is public.

    With `gate`, that decides who asks, and `api` and `token` are not needed.
    """

    def __init__(
        self,
        blobs: Blobs,
        *,
        api: str = "https://api.github.com",
        token: str | None = None,
        follower: Follower | None = None,
        max_file_bytes: int = 1_000_000,
        parallel: int = 8,
        max_reads: int = READS,
        gate: Gate | None = None,
    ) -> None:
        self.blobs = blobs
        self.follower = follower
        self.max_file_bytes = max_file_bytes
        self.max_reads = max_reads
        self.gate = gate or Gate(Access(api=api, parallel=parallel), token=token)

    async def fetch_change(self, request: Request) -> Change:
        """The pull request against its merge base.

        Raises UserError, HeadMoved when it has another head than asked for, Gone, TransientError, PermanentError.
        """
        place = Place(repository=request.repository, number=request.number, installation=request.installation)
        with self._told(place):
            async with self.gate.access:
                return await self._fetch(self.gate.client(place), request)

    async def _fetch(self, client: Client, request: Request) -> Change:
        root = f"/repos/{request.repository}"
        pull = await client.json(f"{root}/pulls/{request.number}")
        base, head = _sha(pull, "base"), _sha(pull, "head")
        if request.head and request.head != head:
            raise HeadMoved(
                f"The head of {request.repository}#{request.number} is {head[:7]} by now, not {request.head[:7]}.", head=head
            )
        compared = await client.json(f"{root}/compare/{quote(base)}...{quote(head)}", {"per_page": "1"})
        merge_base = _sha(compared, "merge_base_commit")

        async def tree(sha: str, recursive: bool) -> Mapping[str, Any]:
            params = {"recursive": "1"} if recursive else None
            return dict(await client.json(f"{root}/git/trees/{sha}", params))

        items, both = await together(_items(client, root, request.number), trees.read(tree, merge_base, head))
        _same_head(items, both.new)
        listed, cut = _listed(pull, items, both)
        reader = Contents(client, root, self.blobs, largest=self.max_file_bytes, reads=self.max_reads)
        files = await together(*(reader.file(item, both) for item in listed))
        if reader.unread:
            cut.append(f"{reader.unread:,} of {len(files):,} files were not read: the change needs too many requests to GitHub")
        changed = {path for file in files for path in (file.path, file.base_path)}
        context = await self._context(reader, both.known, changed)
        imports, notes = await self._imports(reader, both.known, changed, files)
        policy, origin = await self._policy(client, request.repository, base)
        head_repository = (pull["head"].get("repo") or {}).get("full_name")
        return Change(
            repository=request.repository,
            subject=f"pull:{request.number}",
            base=merge_base,
            head=head,
            title=str(pull.get("title") or ""),
            fork=head_repository != (pull["base"].get("repo") or {}).get("full_name"),
            files=tuple(files),
            context=context,
            imports=imports,
            cut=tuple(cut),
            notes=notes,
            policy=policy,
            policy_origin=origin,
            provenance=Provenance(repository=request.repository, visibility=_visibility(pull)),
        )

    async def _context(self, reader: Contents, entries: Mapping[str, Entry], changed: set[str]) -> tuple[ContextFile, ...]:
        sizes = {path: entry.size for path, entry in entries.items() if entry.type is EntryType.FILE}
        chosen = fit(choose(sizes, changed), sizes)

        async def one(path: str) -> ContextFile:
            return ContextFile(path=path, blob=await self._keep(await reader.blob(entries[path].sha)))

        return tuple(await together(*(one(path) for path in chosen)))

    async def _imports(
        self, reader: Contents, entries: Mapping[str, Entry], changed: set[str], files: Iterable[FileChange]
    ) -> tuple[tuple[ContextFile, ...], tuple[str, ...]]:
        """The unchanged files that the change leans on, and a note where its follower's bounds cut some off."""
        follower = self.follower
        sides = [(path, blob) for file in files for path, blob in ((file.path, file.head), (file.base_path, file.base)) if blob]
        sides = [(path, blob) for path, blob in sides if follower and follower.reads(path) and blob.size <= follower.file_bytes]
        if follower is None or not sides:
            return (), ()
        known = {path: entry for path, entry in entries.items() if entry.type is EntryType.FILE and path not in changed}

        async def read(paths: Sequence[str]) -> Mapping[str, bytes]:
            small = [path for path in paths if path in known and known[path].size <= follower.file_bytes]
            found = await together(*(reader.blob(known[path].sha) for path in small))
            return dict(zip(small, found, strict=True))

        return await followed(
            follower.follow(known, [(path, await self.blobs.get(blob.digest)) for path, blob in sides]), read, self._keep
        )

    async def _policy(self, client: Client, repository: str, base: str) -> tuple[Blob | None, str]:
        name, data = await hub.policy(client, repository, base)
        if data is None:
            return None, f"defaults (no {name} at {base[:7]})"
        return await self._keep(data), f"{name} at {base[:7]}"

    async def _keep(self, data: bytes) -> Blob:
        return Blob(digest=await self.blobs.put(data), size=len(data))

    @contextmanager
    def _told(self, place: Place) -> Iterator[None]:
        """On the command line the person who typed can mend what the App must take as it is."""
        if self.gate.app_id(place):
            yield
            return
        try:
            yield
        except Gone as error:
            what = str(error).partition(", or these")[0]
            raise NotFound(f"{what}, or the token in GITHUB_TOKEN may not see it.") from None
        except Denied as error:
            what = str(error).partition(" (")[0].removeprefix("GitHub does not permit ").rstrip(".")
            raise UserError(
                f"GitHub does not let this token read {what}; it needs read permission on contents and pull requests."
            ) from None
        except RateLimited as error:
            told = str(error).rstrip(".")
            raise RateLimited(f"{told}, or set GITHUB_TOKEN.", seconds=error.seconds) from None


async def _items(client: Client, root: str, number: int) -> list[Mapping[str, Any]]:
    return [item async for item in client.paged(f"{root}/pulls/{number}/files", pages=LISTED // PER_PAGE)]


def _listed(pull: Mapping[str, Any], items: Sequence[Mapping[str, Any]], both: Trees) -> tuple[list[Listed], list[str]]:
    """The files of the change: GitHub's list, or where it ends too early the differences of the trees; and what is cut."""
    count, cut = int(pull.get("changed_files") or 0), list(both.cut)
    listed = [contents.listed(item) for item in items]
    if count > len(listed):
        # What GitHub listed comes with its renames and patches; the trees name the others.
        listed += trees.differences(both.without({path for item in listed for path in (item.path, item.old_path)}))
        if len(listed) < count and both.cut:
            cut.append(f"{len(listed):,} of the {count:,} files of the pull request could be listed")
        return listed, cut
    paths = {path for item in listed for path in (item.path, item.old_path)}
    unlisted = [item.path for item in trees.differences(both) if item.path not in paths]
    if unlisted:
        # The list is of whatever head the pull request has when it is asked for; the trees are of this one.
        cut.append(f"GitHub's list leaves out {len(unlisted):,} of the files that differ, such as {unlisted[0]}")
    return listed, cut


def _sha(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    sha = found.get("sha") if isinstance(found, dict) else None
    if not isinstance(sha, str) or not sha:
        raise PermanentError(f"GitHub's answer names no {name} commit.")
    return sha


def _same_head(listed: Iterable[Mapping[str, Any]], new: Mapping[str, Entry]) -> None:
    """Raises TransientError when the list is of another head than the tree: a list names no commit, it is of the latest."""
    for item in listed:
        entry, sha = new.get(str(item["filename"])), item.get("sha")
        if entry is not None and item.get("status") != "removed" and sha and sha != entry.sha:
            raise TransientError(f"The pull request got a new head while it was read ({item['filename']} differs); try again.")


def _visibility(pull: Mapping[str, Any]) -> Any:
    repository = pull["base"].get("repo") or {}
    visibility = repository.get("visibility")
    if visibility in ("public", "private", "internal"):
        return visibility
    return "private" if repository.get("private", True) else "public"
