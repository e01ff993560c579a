"""The activities of a repository's scan up to its evidence: settings, the tree with its contents, the inventory.

At-least-once, as all activities. An outage comes back as a value, so that the orchestrator can wait.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from fusion import inventory
from fusion import policy as policies
from fusion.check import Source
from fusion.checks.links import followed
from fusion.errors import Conflict, PermanentError, PolicyError, UserError
from fusion.evidence.encodings import as_utf8
from fusion.model import Blob, ContextFile, FileChange, Provenance, Request, RequestKind
from fusion.model.inventory import Inventory, Tree
from fusion.model.posture import Posture, Unknown
from fusion.policy import Policy
from fusion.progress import ScanStep
from fusion.scanning import reading, reuse
from fusion.scanning.reading import Part, Reading
from fusion.scanning.wanted import Wanted, answers_key, last_key
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle, Compliance
from orchestrations.rulebook import Rulebook
from orchestrations.scan_records import answering, as_bytes, compliance, load_posture, plain, replace
from orchestrations.shelf import Shelf


class Scanning:
    """The activities bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        names = ("read_posture", "read_tree", "read_files", "join_tree", "take_inventory")
        return named(self, names, answering)

    @property
    def _with(self) -> Compliance:
        return compliance(self.bundle)

    @cached_property
    def _rules(self) -> Rulebook:
        return Rulebook(self.bundle)

    # --- settings

    async def read_posture(self, job: Job) -> Job:
        """Settings -> the posture's digest and the commit; or why there is nothing to read a tree of."""
        wanted = Wanted.model_validate(job["wanted"])
        self.bundle.listen(ScanStep(wanted.repository, "reading settings"))
        posture = await self._posture(wanted)
        digest = await self.shelf.save(posture)
        if isinstance(posture, Posture) and posture.repository.lower() != wanted.repository.lower():
            wanted = wanted.model_copy(update={"repository": posture.repository, "was": wanted.repository})
        request = Request(
            kind=RequestKind.TREE,
            repository=wanted.repository,
            location=wanted.location,
            installation=wanted.installation,
            policy=wanted.policy,
            actor=wanted.actor,
            publish=True,
        )
        return {**_state(posture), "wanted": plain(wanted), "posture": digest, "request": plain(request)}

    async def _posture(self, wanted: Wanted) -> Posture | Unknown:
        key = answers_key(self.bundle.tenant, wanted)
        stored = None if wanted.again else await self.bundle.store.get(key)
        known = await self._answers(stored.value["answers"]) if stored else {}
        posture, answers = await self._with.settings(wanted).posture(wanted.place, known)
        if answers != known:
            digest = await self.bundle.blobs.put(as_bytes(answers))
            await replace(self.bundle, key, {"answers": digest})
        return posture

    async def _answers(self, digest: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = json.loads(await self.bundle.blobs.get(digest))
            return found
        except PermanentError:
            # Purged or damaged: everything is asked for anew.
            return {}

    # --- the tree

    async def read_tree(self, job: Job) -> Job:
        """Which files there are -> `same` as last time with all that was made of them, or what is to be read (`parts`)."""
        wanted = Wanted.model_validate(job["wanted"])
        self.bundle.listen(ScanStep(wanted.repository, "reading the tree"))
        last = await self._last(wanted)
        before = await self._before(last)
        if last is not None and before is not None and await self._holds(wanted, last, before):
            if last.basis.commit == job["commit"]:
                return await self._same(wanted, last, last.reading, before)
            tree = await self._with.settings(wanted).tree(wanted.place, job["commit"])
            if last.basis.tree == reuse.tree_digest(tree):
                read = await self.shelf.save(before.model_copy(update={"tree": tree}))
                return await self._same(wanted, last, read, before)
        else:
            tree = await self._with.settings(wanted).tree(wanted.place, job["commit"])
        draft = await self._draft(wanted, tree, reading.by_object(before) if before else {})
        return {"status": "read", "reading": await self.shelf.save(draft), "parts": draft.parts}

    async def _holds(self, wanted: Wanted, last: reuse.Last, before: Reading) -> bool:
        """Whether all that was made for the last scan is what would be made now of the same tree."""
        if wanted.is_partial or last.basis.rules != await self._rules.digest():
            return False
        return last.basis.policy == policies.digest(await self._policy(wanted, before.policy))

    async def _same(self, wanted: Wanted, last: reuse.Last, read: str, before: Reading) -> Job:
        """What was made for the last scan; without evidence where a tool failed then, and is run again."""
        analyzers = self._analyzers(wanted)
        found = {"reading": read, "change": last.change, "inventory": last.inventory, "analyzers": analyzers}
        kept = {"evidence": list(last.evidence)} if last.evidence or not analyzers else {}
        return {"status": "same", "history": await self._asks_for_history(wanted, before.policy), **found, **kept}

    async def _asks_for_history(self, wanted: Wanted, kept: Blob | None) -> bool:
        return Source.HISTORY in self._needs(wanted) and (await self._policy(wanted, kept)).scans.history

    async def _last(self, wanted: Wanted) -> reuse.Last | None:
        stored = None if wanted.again else await self.bundle.store.get(last_key(self.bundle.tenant, wanted.scope))
        return reuse.Last.model_validate(stored.value) if stored else None

    async def _before(self, last: reuse.Last | None) -> Reading | None:
        try:
            return await self.shelf.load(Reading, last.reading) if last is not None and last.reading else None
        except PermanentError:
            return None

    async def _draft(self, wanted: Wanted, tree: Tree, known: Mapping[str, Blob]) -> Reading:
        kept, origin, notes = await self._policy_file(wanted, tree)
        policy = await self._policy(wanted, kept)
        checks = [check for check in self._with.checks if not wanted.checks or check.about.id in wanted.checks]
        needs = self._needs(wanted)

        def asked(path: str) -> bool:
            return any(check.wants(path) for check in checks)

        led_to = frozenset(followed(tree, asked).values())

        def first(path: str) -> bool:
            return path in led_to or asked(path) or (Source.INVENTORY in needs and inventory.wants(path))

        choice = reading.choose(tree, policy, first=first, all_files=Source.EVIDENCE in needs)
        have, pending = reading.split(tree, choice.paths, known)
        unread = tuple(choice.unread)
        return Reading(tree=tree, files=have, pending=pending, unread=unread, policy=kept, policy_origin=origin, notes=notes)

    async def _policy_file(self, wanted: Wanted, tree: Tree) -> tuple[Blob | None, str, tuple[str, ...]]:
        """The repository's policy, if it has one that holds; and what a reader should know about it."""
        paths = {file.path for file in tree.files}
        name = next((name for name in reading.POLICY_NAMES if name in paths), "")
        if not name:
            return None, f"defaults (no {reading.POLICY_NAMES[0]}{_at(tree.commit)})", ()
        origin = f"{name}{_at(tree.commit)}"
        found = await self._bytes(wanted, tree.commit, [name])
        try:
            if (data := found.get(name)) is None:
                raise PolicyError(f"{origin} cannot be read.")
            policies.load(data, origin=origin)
        except PolicyError as error:
            return None, "defaults", (f"The defaults count instead of the repository's policy: {error}",)
        return Blob(digest=await self.bundle.blobs.put(data), size=len(data)), origin, ()

    async def _policy(self, wanted: Wanted, kept: Blob | None) -> Policy:
        digest = wanted.policy or (kept.digest if kept else "")
        return policies.load(await self.bundle.blobs.get(digest), origin="the policy") if digest else Policy()

    def _needs(self, wanted: Wanted) -> frozenset[Source]:
        """What the checks read that will be made."""
        return frozenset().union(
            *(check.about.reads for check in self._with.checks if not wanted.checks or check.about.id in wanted.checks)
        )

    def _analyzers(self, wanted: Wanted) -> list[str]:
        if Source.EVIDENCE not in self._needs(wanted):
            return []
        return sorted({*self.bundle.analyzers.plugins, *self.bundle.analyzers.broken})

    # --- contents

    async def read_files(self, job: Job) -> Job:
        """One part of the files that are to be read -> the digest of what was read."""
        wanted = Wanted.model_validate(job["wanted"])
        draft = await self.shelf.load(Reading, job["reading"])
        paths = draft.part(job["part"])
        found = await self._bytes(wanted, draft.tree.commit, paths)
        files = [ContextFile(path=path, blob=await self._keep(found[path])) for path in paths if path in found]
        return {"status": "read", "files": await self.shelf.save(Part(files=tuple(files)))}

    async def _bytes(self, wanted: Wanted, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        try:
            return await self._with.settings(wanted).contents(wanted.place, commit, paths)
        except Conflict as error:
            if wanted.location:
                # Somebody is at work in the folder: what it held when the scan began does not come back.
                raise UserError(str(error)) from error
            raise

    async def join_tree(self, job: Job) -> Job:
        """What was read altogether, and the whole tree as a change, by their digests."""
        wanted = Wanted.model_validate(job["wanted"])
        draft = await self.shelf.load(Reading, job["reading"])
        read = reading.joined(draft, [await self.shelf.load(Part, digest) for digest in job["parts"]])
        found: Job = {"status": "joined", "reading": await self.shelf.save(read), "change": ""}
        if analyzers := self._analyzers(wanted):
            visibility = await self._visibility(job["posture"])
            stamp = Provenance(tenant=self.bundle.tenant, repository=wanted.repository, visibility=visibility, run=job["run"])
            files = await self._entries(read)
            change = reading.change(read, files, repository=wanted.repository, provenance=stamp)
            found["change"] = await self.shelf.save(change)
        return {**found, "analyzers": analyzers, "history": await self._asks_for_history(wanted, read.policy)}

    async def _entries(self, read: Reading) -> list[FileChange]:
        blobs = {file.path: file.blob for file in read.files}
        found = []
        for file in map(reading.entry, read.tree.files):
            blob = blobs.get(file.path)
            if blob is not None:
                data = await self.bundle.blobs.get(blob.digest)
                # Analyzers are given a text of two bytes for a character as they can read it.
                plain_text = as_utf8(data)
                blob = blob if plain_text is data else await self._keep(plain_text)
                file = reading.read_entry(file, blob, plain_text)
            found.append(file)
        return found

    async def _visibility(self, posture: str) -> Any:
        found = await load_posture(self.shelf, posture)
        basics = found.basics if isinstance(found, Posture) else None
        return basics.visibility if basics is not None and not isinstance(basics, Unknown) else "local"

    async def _keep(self, data: bytes) -> Blob:
        return Blob(digest=await self.bundle.blobs.put(data), size=len(data))

    # --- the inventory

    async def take_inventory(self, job: Job) -> Job:
        """Manifests and lock files -> the digest of the inventory."""
        wanted = Wanted.model_validate(job["wanted"])
        if Source.INVENTORY not in self._needs(wanted):
            return {"status": "taken", "inventory": await self.shelf.save(Inventory())}
        read = await self.shelf.load(Reading, job["reading"])
        wanted_files = [file for file in read.files if inventory.wants(file.path)]
        contents = {file.path: await self.bundle.blobs.get(file.blob.digest) for file in wanted_files}
        found = await asyncio.to_thread(inventory.take, read.tree, contents)
        return {"status": "taken", "inventory": await self.shelf.save(found)}


def _at(commit: str) -> str:
    """Of which commit a file is, for people; what is not committed has none, only a digest over the files that lie there."""
    return f" at {commit[:7]}" if commit and not commit.startswith("sha256:") else ""


def _state(posture: Posture | Unknown) -> Job:
    """Whether there is a tree to read, and of which commit."""
    if isinstance(posture, Unknown):
        return {"status": "read", "commit": ""}
    basics = posture.basics
    if isinstance(basics, Unknown):
        return {"status": "denied", "message": f"{basics.why} Grant {basics.permission or 'metadata: read'}.", "commit": ""}
    if basics.archived:
        return {"status": "archived", "message": "It is archived: nobody can change it.", "commit": basics.head}
    if basics.empty or not basics.head:
        return {"status": "empty", "message": "It has no commit yet.", "commit": ""}
    return {"status": "read", "commit": basics.head}
