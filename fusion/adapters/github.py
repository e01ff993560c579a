"""GitHub, the read half: a pull request -> Change. Needs `contents: read` and `pull-requests: read`, or no token if public.

Nothing is checked out: files come from the git data API by object id, both trees from the trees API. Only the fields that
are used are read, so that a new field on GitHub's side breaks nothing. Rate limits and outages are TransientErrors that say
when to come back; what the caller can mend (no such pull request, a wrong token) is a UserError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from githubkit import GitHub, TokenAuthStrategy, UnauthAuthStrategy
from githubkit.exception import RateLimitExceeded, RequestError, RequestFailed

from fusion.adapters.context import choose, fit, followed
from fusion.changes import paths
from fusion.changes.patch import parse_patch
from fusion.errors import PermanentError, TransientError, UserError
from fusion.model import Blob, Change, ChangeKind, ContextFile, EntryType, FileChange, Provenance, Request
from fusion.ports import Blobs, Follower

PER_PAGE = 100
LISTED = 3000
"""GitHub lists at most so many files of a pull request (REST: "List pull requests files")."""
RAW = "application/vnd.github.raw+json"
POLICY = (".fusion.yml", ".fusion.yaml")
KINDS = {
    "added": ChangeKind.ADDED,
    "removed": ChangeKind.DELETED,
    "renamed": ChangeKind.RENAMED,
    "copied": ChangeKind.COPIED,
    "changed": ChangeKind.MODE,
}


class NotFound(UserError):
    """GitHub has no such thing, or hides it from this token."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a git tree: mode, object id, and size in bytes (0 for submodules)."""

    mode: str
    sha: str
    size: int

    @property
    def type(self) -> EntryType:
        """What kind of entry the mode says it is."""
        return {"120000": EntryType.SYMLINK, "160000": EntryType.SUBMODULE}.get(self.mode, EntryType.FILE)


class GitHubForge:
    """Forge for requests of kind `pull`. `api` is the REST base address; `token` None reads what is public."""

    def __init__(
        self,
        blobs: Blobs,
        *,
        api: str,
        token: str | None = None,
        follower: Follower | None = None,
        max_file_bytes: int = 1_000_000,
        parallel: int = 8,
    ) -> None:
        self.blobs = blobs
        self.follower = follower
        self.max_file_bytes = max_file_bytes
        auth = TokenAuthStrategy(token) if token else UnauthAuthStrategy()
        self.client: GitHub[Any] = GitHub(
            auth, base_url=api.rstrip("/") + "/", auto_retry=False, http_cache=False, timeout=30, user_agent="fusion"
        )
        self.slots = asyncio.Semaphore(parallel)

    async def fetch_change(self, request: Request) -> Change:
        """The pull request against its merge base. Raises UserError, TransientError, PermanentError."""
        root = f"/repos/{request.repository}"
        async with self.client:
            pull = await self._json(f"{root}/pulls/{request.number}")
            base, head = _sha(pull, "base"), _sha(pull, "head")
            if request.head and request.head != head:
                raise UserError(
                    f"The head of {request.repository}#{request.number} is {head[:7]} by now, not {request.head[:7]}."
                )
            compared = await self._json(f"{root}/compare/{base}...{head}", params={"per_page": "1"})
            merge_base = _sha(compared, "merge_base_commit")
            listed, (old, old_cut), (new, new_cut) = await _together(
                self._files(root, request.number), self._tree(root, merge_base), self._tree(root, head)
            )
            _same_head(listed, new)
            files = await _together(*(self._file(root, item, old, new) for item in listed))
            changed = {path for file in files for path in (file.path, file.base_path)}
            context = await self._context(root, new, changed)
            imports, notes = await self._imports(root, new, changed, files)
            policy, origin = await self._policy(root, base)
        cut = [sentence for sentence in (old_cut, new_cut) if sentence]
        if int(pull.get("changed_files") or 0) > len(files):
            cut.append(f"GitHub listed {len(files):,} of the {pull['changed_files']:,} files of the pull request")
        elif not cut and (unlisted := sorted({path for path in {*old, *new} if old.get(path) != new.get(path)} - changed)):
            # The list is of whatever head the pull request has when it is asked for; the trees are of this one.
            cut.append(f"GitHub's list leaves out {len(unlisted):,} of the files that differ, such as {unlisted[0]}")
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

    async def _files(self, root: str, number: int) -> list[dict[str, Any]]:
        files: list[dict[str, Any]] = []
        for page in range(1, LISTED // PER_PAGE + 1):
            batch = await self._json(f"{root}/pulls/{number}/files", params={"per_page": str(PER_PAGE), "page": str(page)})
            files += batch
            if len(batch) < PER_PAGE:
                break
        return files

    async def _tree(self, root: str, sha: str) -> tuple[dict[str, Entry], str]:
        tree = await self._json(f"{root}/git/trees/{sha}", params={"recursive": "1"})
        entries = {
            item["path"]: Entry(item["mode"], item["sha"], int(item.get("size") or 0))
            for item in tree.get("tree", [])
            if item.get("type") in ("blob", "commit") and item.get("sha")
        }
        return entries, f"GitHub cut the tree of {sha[:7]} at {len(entries):,} entries" if tree.get("truncated") else ""

    async def _file(self, root: str, item: Mapping[str, Any], old: Mapping[str, Entry], new: Mapping[str, Entry]) -> FileChange:
        path = str(item["filename"])
        if why := paths.refusal(path):
            raise PermanentError(f"GitHub names a path that no repository may hold: {why}.")
        kind = KINDS.get(str(item.get("status")), ChangeKind.MODIFIED)
        old_path = str(item["previous_filename"]) if item.get("previous_filename") else None
        before = None if kind is ChangeKind.ADDED else old.get(old_path or path)
        after = None if kind is ChangeKind.DELETED else new.get(path)
        if kind is ChangeKind.MODE and before is not None and after is not None and before.sha != after.sha:
            kind = ChangeKind.MODIFIED
        file = FileChange(
            path=path,
            old_path=old_path if old_path != path else None,
            kind=kind,
            entry=(after or before or Entry("100644", "", 0)).type,
            old_mode=before.mode if before else None,
            new_mode=after.mode if after else None,
            added=int(item.get("additions") or 0),
            removed=int(item.get("deletions") or 0),
        )
        if file.entry is EntryType.SUBMODULE:
            return file.model_copy(update={"omitted": "submodule"})
        base, head = await _together(self._blob(root, before), self._blob(root, after))
        omitted = next((text for text in (head, base) if isinstance(text, str)), "")
        if not omitted and kind is not ChangeKind.DELETED and after is None:
            omitted = "GitHub's tree does not name it"
        contents = [data for data in (base, head) if isinstance(data, bytes)]
        patch = item.get("patch")
        changes: dict[str, Any] = {"omitted": omitted, "binary": any(b"\0" in data[:8000] for data in contents)}
        for side, data in (("base", base), ("head", head)):
            if isinstance(data, bytes):
                changes[side] = Blob(digest=await self.blobs.put(data), size=len(data))
        if isinstance(patch, str) and patch:
            changes["hunks"] = _hunks(path, patch)
        elif not omitted and not changes["binary"] and file.added + file.removed:
            changes["omitted"] = f"GitHub gives no patch for its {file.added + file.removed:,} changed lines"
        return file.model_copy(update=changes)

    async def _blob(self, root: str, entry: Entry | None) -> bytes | str | None:
        """The bytes of an entry; a sentence when they are too many; None without an entry or for a submodule."""
        if entry is None or entry.type is EntryType.SUBMODULE:
            return None
        if entry.size > self.max_file_bytes:
            return f"too large: {entry.size / 1_000_000:.1f} MB"
        return await self._bytes(f"{root}/git/blobs/{entry.sha}")

    async def _context(self, root: str, entries: Mapping[str, Entry], changed: set[str]) -> tuple[ContextFile, ...]:
        sizes = {path: entry.size for path, entry in entries.items() if entry.type is EntryType.FILE}
        chosen = fit(choose(sizes, changed), sizes)

        async def one(path: str) -> ContextFile:
            data = await self._bytes(f"{root}/git/blobs/{entries[path].sha}")
            return ContextFile(path=path, blob=Blob(digest=await self.blobs.put(data), size=len(data)))

        return tuple(await _together(*(one(path) for path in chosen)))

    async def _imports(
        self, root: str, entries: Mapping[str, Entry], changed: set[str], files: Iterable[FileChange]
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
            found = await _together(*(self._bytes(f"{root}/git/blobs/{known[path].sha}") for path in small))
            return dict(zip(small, found, strict=True))

        async def keep(data: bytes) -> Blob:
            return Blob(digest=await self.blobs.put(data), size=len(data))

        return await followed(
            follower.follow(known, [(path, await self.blobs.get(blob.digest)) for path, blob in sides]), read, keep
        )

    async def _policy(self, root: str, base: str) -> tuple[Blob | None, str]:
        for name in POLICY:
            try:
                data = await self._bytes(f"{root}/contents/{quote(name)}", params={"ref": base})
            except NotFound:
                continue
            return Blob(digest=await self.blobs.put(data), size=len(data)), f"{name} at {base[:7]}"
        return None, f"defaults (no {POLICY[0]} at {base[:7]})"

    async def _json(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        try:
            return (await self._get(url, params, "application/vnd.github+json")).json()
        except ValueError:
            raise PermanentError(f"GitHub's answer to {url} is not JSON; is the address of the API right?") from None

    async def _bytes(self, url: str, params: Mapping[str, str] | None = None) -> bytes:
        content: bytes = (await self._get(url, params, RAW)).content
        return content

    async def _get(self, url: str, params: Mapping[str, str] | None, accept: str) -> Any:
        async with self.slots:
            try:
                return await self.client.arequest("GET", url, params=params, headers={"Accept": accept})
            except RateLimitExceeded as error:
                minutes = max(1, round(error.retry_after.total_seconds() / 60))
                raise TransientError(
                    f"GitHub's rate limit is used up; try again in {minutes} minutes, or set GITHUB_TOKEN."
                ) from None
            except RequestFailed as error:
                raise _refusal(error.response.status_code, url) from None
            except RequestError as error:
                raise TransientError(f"GitHub does not answer at {url}: {error.__cause__ or error}.") from None


def _refusal(status: int, url: str) -> UserError | TransientError | PermanentError:
    if status == 401:
        return UserError("GitHub does not accept the token in GITHUB_TOKEN: it is wrong, expired or revoked.")
    if status == 404:
        return NotFound(f"GitHub has no {url}, or the token in GITHUB_TOKEN may not see it.")
    if status == 403:
        return UserError(f"GitHub does not let this token read {url}; it needs read permission on contents and pull requests.")
    if status >= 500 or status == 429:
        return TransientError(f"GitHub answered {status} to {url}; try again later.")
    return PermanentError(f"GitHub answered {status} to {url}.")


async def _together(*requests: Coroutine[Any, Any, Any]) -> list[Any]:
    """Every answer, in order; when one request fails, the others are called off before its error goes on."""
    tasks = [asyncio.ensure_future(request) for request in requests]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _sha(value: Mapping[str, Any], name: str) -> str:
    sha = (value.get(name) or {}).get("sha")
    if not isinstance(sha, str) or not sha:
        raise PermanentError(f"GitHub's answer names no {name} commit.")
    return sha


def _same_head(listed: Iterable[Mapping[str, Any]], new: Mapping[str, Entry]) -> None:
    """Raises TransientError when the list is of another head than the tree: a list names no commit, it is of the latest."""
    for item in listed:
        entry, sha = new.get(str(item["filename"])), item.get("sha")
        if entry is not None and item.get("status") != "removed" and sha and sha != entry.sha:
            raise TransientError(f"The pull request got a new head while it was read ({item['filename']} differs); try again.")


def _hunks(path: str, patch: str) -> Any:
    """GitHub gives a file's hunks without their header; with one they are a patch."""
    name = paths.quote(f"a/{path}"), paths.quote(f"b/{path}")
    text = f"diff --git {name[0]} {name[1]}\n--- {name[0]}\n+++ {name[1]}\n{patch}\n"
    try:
        return parse_patch(text.encode())[0].hunks
    except UserError as error:
        raise PermanentError(f"GitHub's patch of {path} cannot be read: {error}") from None


def _visibility(pull: Mapping[str, Any]) -> Any:
    repository = pull["base"].get("repo") or {}
    visibility = repository.get("visibility")
    if visibility in ("public", "private", "internal"):
        return visibility
    return "private" if repository.get("private", True) else "public"
