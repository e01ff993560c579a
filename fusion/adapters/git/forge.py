"""GitForge: what to review -> a Change, with its contents in Blobs."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fusion.adapters import context
from fusion.adapters.git import objects, patched, policy, ranges, repository, whole, worktree
from fusion.adapters.git.command import Git
from fusion.adapters.git.difference import Pair, difference
from fusion.adapters.git.files import too_large
from fusion.adapters.git.quarantine import Quarantine, quarantine
from fusion.adapters.git.repository import Repository
from fusion.changes import paths
from fusion.changes.patch import parse_patched
from fusion.changes.whole import filled, is_binary
from fusion.errors import UserError
from fusion.model import Blob, Change, ContextFile, EntryType, FileChange, Provenance, Request, RequestKind
from fusion.ports import Blobs, Clock, Follower


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a request means in a repository: commit or tree ids, and what people are told."""

    base: str
    head: str
    base_id: str
    head_id: str
    title: str
    notes: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    omitted: dict[str, str] = dataclasses.field(default_factory=dict)


class GitForge:
    """Changes from git repositories on disk, patches and folders; pull requests are another forge's.

    `max_file_bytes`: a larger file is listed, not read. `max_files`: the rest of a larger change is cut. Policy may set
    tighter limits later; these keep memory and disk in bounds. `clock` stamps the change's provenance. `follower` says which
    unchanged files the change leans on.
    """

    def __init__(
        self,
        blobs: Blobs,
        clock: Clock | None = None,
        *,
        git: Git = Git(),  # noqa: B008 - frozen
        follower: Follower | None = None,
        max_file_bytes: int = 10_000_000,
        max_files: int = 20_000,
    ) -> None:
        self._blobs = blobs
        self._clock = clock
        self._git = git
        self._follower = follower
        self._max_file_bytes = max_file_bytes
        self._max_files = max_files

    async def fetch_change(self, request: Request) -> Change:
        """Read the change and put its contents into Blobs. Raises UserError for what the caller can mend."""
        if request.kind is RequestKind.PULL:
            raise UserError("A pull request is read from GitHub, not from a folder.")
        folder = Path(request.location or ".")
        if request.kind is RequestKind.PATCH:
            change = await self._patch(request, folder)
        elif request.kind is RequestKind.TREE:
            change = await self._tree(request, folder)
        else:
            change = await self._compared(request, await self._require(folder))
        return await self._signed(change, request)

    async def _require(self, folder: Path) -> Repository:
        found = await asyncio.to_thread(repository.find, self._git, folder)
        if found is None:
            raise UserError(
                f"{folder.absolute()} is not in a git repository: change into one, or review the folder with --all."
            )
        return found

    async def _compared(self, request: Request, place: Repository) -> Change:
        async with self._quarantine(place) as held:
            plan = await asyncio.to_thread(self._plan, request, held)
            found = await asyncio.to_thread(difference, held, plan.base_id, plan.head_id)
            pairs, cut = self._bounded(found.pairs)
            files = await self._filled(held, pairs, plan.omitted)
            rules, origin = await self._policy(held, plan.base)
            entries = await asyncio.to_thread(objects.tree, held, plan.head_id)
            reading, notes = await self._context(held, entries, files)
            imports, cut_off = await self._imports(held, entries, files)
        return Change(
            repository=_shown(place.name),
            subject=_subject(place, plan.head or plan.base),
            base=plan.base,
            head=plan.head or found.digest,
            title=_shown(plan.title),
            files=files,
            context=reading,
            imports=imports,
            cut=plan.cut + cut,
            notes=tuple(map(_shown, plan.notes)) + notes + cut_off,
            policy=rules,
            policy_origin=origin,
        )

    def _plan(self, request: Request, held: Quarantine) -> _Plan:
        if request.kind is RequestKind.RANGE:
            chosen = ranges.resolve(held, request)
            return _Plan(
                base=chosen.base,
                head=chosen.head,
                base_id=chosen.base or held.empty_tree,
                head_id=chosen.head,
                title=chosen.title,
                notes=chosen.notes,
            )
        place = held.repository
        base = place.commit("HEAD") or ""
        where = f" on {place.branch_name}" if place.branch else ""
        if request.kind is RequestKind.STAGED:
            taken, title = worktree.staged(held), f"staged changes{where}"
        else:
            taken = worktree.uncommitted(held, max_file_bytes=self._max_file_bytes, max_files=self._max_files)
            title = f"uncommitted changes{where}"
        return _Plan(
            base=base,
            head="",
            base_id=base or held.empty_tree,
            head_id=taken.tree,
            title=title,
            cut=taken.cut,
            omitted=taken.omitted,
        )

    async def _tree(self, request: Request, folder: Path) -> Change:
        place = await asyncio.to_thread(repository.find, self._git, folder)
        if place is None:
            return await self._folder(folder)
        async with self._quarantine(place) as held:
            commit = await asyncio.to_thread(place.require, request.head or "HEAD")
            pairs, cut = self._bounded(await asyncio.to_thread(whole.committed, held, commit))
            files = await self._filled(held, pairs, {}, new=True)
            rules, origin = await self._policy(held, commit)
        return Change(
            repository=_shown(place.name),
            subject=_subject(place, commit),
            base="",
            head=commit,
            title=_shown(f"the whole tree at {commit[:7]}"),
            whole_tree=True,
            files=files,
            cut=cut,
            policy=rules,
            policy_origin=origin,
        )

    async def _folder(self, folder: Path) -> Change:
        files: list[FileChange] = []
        cut: tuple[str, ...] = ()
        walk = whole.lying(folder, max_file_bytes=self._max_file_bytes)
        while (lying := await asyncio.to_thread(next, walk, None)) is not None:
            if len(files) == self._max_files:
                cut = (f"only the first {self._max_files:,} files were read",)
                break
            head = None if lying.data is None or lying.change.binary else await self._keep(lying.data)
            files.append(lying.change.model_copy(update={"head": head}))
        objects.require_unique(file.path for file in files)
        rules, origin = None, "defaults (no .fusion.yml in the folder)"
        for file in files:
            if file.path in policy.NAMES and file.head:
                rules, origin = file.head, f"{file.path} in the folder, which is under no version control"
                break
        name = _shown(repository.folder_name(folder))
        return Change(
            repository=name,
            subject=f"folder:{name}",
            base="",
            head=whole.digest(iter(files)),
            title=_shown(f"the folder {folder.resolve().name}"),
            whole_tree=True,
            files=tuple(files),
            cut=cut,
            policy=rules,
            policy_origin=origin,
        )

    async def _patch(self, request: Request, folder: Path) -> Change:
        data = await self._blobs.get(request.patch)
        parsed = await asyncio.to_thread(parse_patched, data)
        if not parsed and data.strip():
            raise UserError("There is no change in this patch: it is text that no `git diff` or `diff -u` wrote.")
        cut: tuple[str, ...] = ()
        if len(parsed) > self._max_files:
            cut = (f"{self._max_files:,} of {len(parsed):,} changed files were read",)
            parsed = parsed[: self._max_files]
        known = request.location and self._git.located() is not None
        place = await asyncio.to_thread(repository.find, self._git, folder) if known else None
        async with contextlib.AsyncExitStack() as stack:
            held = await stack.enter_async_context(self._quarantine(place)) if place else None
            head = await asyncio.to_thread(place.commit, "HEAD") if place else None
            files: list[FileChange] = []
            sides = patched.resolve(parsed, held, head, limit=self._max_file_bytes)
            while (file := await asyncio.to_thread(next, sides, None)) is not None:
                kept = {
                    side: None if content is None else await self._keep(content)
                    for side, content in (("base", file.base), ("head", file.head))
                }
                files.append(file.change.model_copy(update=kept))
            rules, origin = await self._policy(held, head or "") if held else (None, "defaults (no repository)")
            entries = await asyncio.to_thread(objects.tree, held, head) if held and head else ()
            reading, notes = await self._context(held, entries, files) if held and head else ((), ())
            imports, cut_off = await self._imports(held, entries, files) if held and head else ((), ())
        return Change(
            repository=_shown(place.name) if place else "patch",
            subject=_subject(place, head or "") if place else f"patch:{request.patch.removeprefix('sha256:')[:12]}",
            base="",
            head=request.patch,
            title="a patch",
            files=tuple(files),
            context=reading,
            imports=imports,
            cut=cut,
            notes=notes + cut_off,
            policy=rules,
            policy_origin=origin,
        )

    async def _signed(self, change: Change, request: Request) -> Change:
        """The change with who asked for it and when, and the policy that the command line gives instead."""
        update: dict[str, object] = {}
        given = request.policy
        if given:
            data = await self._blobs.get(given)
            update = {"policy": Blob(digest=given, size=len(data)), "policy_origin": "the policy given for this run"}
        rules = given or (change.policy.digest if change.policy else "")
        provenance = Provenance(
            repository=change.repository,
            actor=request.actor,
            attempt=request.attempt,
            at=self._clock.now() if self._clock else None,
            policy=rules,
        )
        return change.model_copy(update={**update, "provenance": provenance})

    def _bounded(self, pairs: Sequence[Pair]) -> tuple[Sequence[Pair], tuple[str, ...]]:
        if len(pairs) <= self._max_files:
            return pairs, ()
        return pairs[: self._max_files], (f"{self._max_files:,} of {len(pairs):,} files were read",)

    async def _filled(
        self, held: Quarantine, pairs: Sequence[Pair], omitted: dict[str, str], *, new: bool = False
    ) -> tuple[FileChange, ...]:
        """The changes with claim checks for both sides, or why there are none. `new`: make the hunks of whole files, too."""
        sizes = await asyncio.to_thread(objects.sizes, held, [id for pair in pairs for id in (pair.base, pair.head) if id])
        outlined = [_outlined(pair, sizes, omitted, self._max_file_bytes) for pair in pairs]
        wanted = {id: sizes[id] for pair in outlined if not pair.change.omitted for id in (pair.base, pair.head) if id}
        kept: dict[str, Blob] = {}
        whole_files: dict[str, FileChange] = {}
        by_head: dict[str, list[FileChange]] = {}
        if new:
            for pair in outlined:
                by_head.setdefault(pair.head, []).append(pair.change)
        for ids in objects.chunks(wanted):
            for id, data in (await asyncio.to_thread(objects.read, held, ids)).items():
                made = [filled(change, data) for change in by_head.get(id, ())]
                whole_files.update((change.path, change) for change in made)
                if not any(change.binary for change in made):
                    kept[id] = await self._keep(data)
        return tuple(
            whole_files.get(pair.change.path, pair.change).model_copy(
                update={"base": kept.get(pair.base), "head": kept.get(pair.head)} if not pair.change.omitted else {}
            )
            for pair in outlined
        )

    async def _policy(self, held: Quarantine, commit: str) -> tuple[Blob | None, str]:
        data, origin = await asyncio.to_thread(policy.read, held, commit)
        return (None if data is None else await self._keep(data)), origin

    async def _context(
        self, held: Quarantine, entries: Iterable[objects.Entry], files: Iterable[FileChange]
    ) -> tuple[tuple[ContextFile, ...], tuple[str, ...]]:
        """Documentation and tests beside the change, within bounds, and a note where those cut some off."""
        ids = {entry.path: entry.id for entry in entries if entry.mode.startswith("100")}
        chosen = context.choose(ids, [path for file in files for path in (file.path, file.base_path)])
        sizes = await asyncio.to_thread(objects.sizes, held, [ids[path] for path in chosen[: 2 * context.MAX_FILES]])
        taken = context.fit(chosen, {path: sizes[ids[path]] for path in chosen if ids[path] in sizes})
        bytes_of = await asyncio.to_thread(objects.read, held, list(dict.fromkeys(ids[path] for path in taken)))
        reading = [
            ContextFile(path=path, blob=await self._keep(bytes_of[ids[path]]))
            for path in taken
            if not is_binary(bytes_of[ids[path]])
        ]
        left = len(chosen) - len(taken)
        note = (
            f"{left:,} of {len(chosen):,} documentation and test files beside the change were not read (too many or too large)."
        )
        return tuple(reading), (note,) if left else ()

    async def _imports(
        self, held: Quarantine, entries: Iterable[objects.Entry], files: Iterable[FileChange]
    ) -> tuple[tuple[ContextFile, ...], tuple[str, ...]]:
        """The unchanged files that the change leans on, and a note where its follower's bounds cut some off."""
        follower = self._follower
        sides = [(path, blob) for file in files for path, blob in ((file.path, file.head), (file.base_path, file.base)) if blob]
        sides = [(path, blob) for path, blob in sides if follower and follower.reads(path) and blob.size <= follower.file_bytes]
        if follower is None or not sides:
            return (), ()
        changed = {path for file in files for path in (file.path, file.base_path)}
        ids = {entry.path: entry.id for entry in entries if entry.mode.startswith("100") and entry.path not in changed}
        trail = follower.follow(ids, [(path, await self._blobs.get(blob.digest)) for path, blob in sides])
        return await context.followed(
            trail, lambda paths: asyncio.to_thread(_read, held, ids, paths, follower.file_bytes), self._keep
        )

    async def _keep(self, data: bytes) -> Blob:
        return Blob(digest=await self._blobs.put(data), size=len(data))

    @contextlib.asynccontextmanager
    async def _quarantine(self, place: Repository) -> AsyncIterator[Quarantine]:
        making = asyncio.ensure_future(asyncio.to_thread(quarantine, place, large=self._max_file_bytes))
        try:
            held = await asyncio.shield(making)
        except asyncio.CancelledError:
            # A thread cannot be called off: what it makes is removed once it is made.
            with contextlib.suppress(UserError):
                (await making).remove()
            raise
        try:
            yield held
        finally:
            await asyncio.to_thread(held.remove)


def _read(held: Quarantine, ids: Mapping[str, str], paths: Sequence[str], limit: int) -> Mapping[str, bytes]:
    """Path -> bytes of those files that are there and not too large."""
    sizes = objects.sizes(held, [ids[path] for path in paths if path in ids])
    small = [id for id, size in sizes.items() if size <= limit]
    data = {
        id: found
        for portion in objects.chunks({id: sizes[id] for id in small})
        for id, found in objects.read(held, portion).items()
    }
    return {path: data[ids[path]] for path in paths if ids.get(path) in data}


def _outlined(pair: Pair, sizes: dict[str, int], omitted: dict[str, str], limit: int) -> Pair:
    """The pair with why its contents are not fetched, where they are not."""
    change = pair.change
    largest = max((sizes.get(id, 0) for id in (pair.base, pair.head)), default=0)
    why = omitted.get(change.path) or omitted.get(change.base_path) or ""
    if not why and change.entry is not EntryType.FILE:
        why = change.entry.value
    elif not why and largest > limit:
        why = too_large(largest)
    elif not why and change.binary:
        why = "binary"
    elif not why and any(id and id not in sizes for id in (pair.base, pair.head)):
        why = "its contents are not in this clone"
    if not why:
        return pair
    update: dict[str, object] = {"omitted": why}
    if why != "binary" and change.binary:
        # Git calls a file binary that it was told not to look into.
        update["binary"] = False
    return dataclasses.replace(pair, change=change.model_copy(update=update))


def _subject(place: Repository, head: str) -> str:
    """What the findings of this change converge on."""
    return _shown(f"branch:{place.branch_name}") if place.branch else f"head:{head[:12] or 'detached'}"


def _shown(text: str) -> str:
    """Text from git as data that any reader can take: bytes that are not UTF-8 are shown as such."""
    return paths.decode(text.encode("utf-8", "surrogateescape"))
