"""The purge: records and blobs that have had their time are deleted, in an order that never leaves a record without its blobs.

Records go first, each only as it was read; what was used meanwhile stays. Then the blobs that the kept records mention are
marked, and the other old ones swept, each only if nobody put it again meanwhile. An interruption leaves blobs that the next
purge takes. Reviews may be at work at the same time: what they put is young (`fusion.retention` has the rules).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from fusion.errors import Conflict, PermanentError, RateLimited
from fusion.model import SCHEMA_VERSION, Record
from fusion.ports import Blobs, Clock, KeptBlob, Key, Store
from fusion.retention import STEPS, YEAR, Decision, Note, decide, is_named, leads_on, note, sweepable

_AT_ONCE = 8
"""Requests at the same time."""
_TRIES = 5
"""How often a store that asks to wait is asked again."""

_T = TypeVar("_T")


class Purged(Record):
    """What a purge did, or with `dry_run` would have done. Bytes are those of the blobs."""

    schema_version: int = SCHEMA_VERSION
    dry_run: bool
    before: datetime
    """Records last used before that time could go."""
    swept_before: datetime
    """Blobs last put before that time could go; earlier than `before` when a run is still running."""
    running: int = 0
    records: dict[str, int]
    """Deleted records by kind."""
    blobs: int
    bytes: int
    kept_records: int
    kept_blobs: int
    kept_bytes: int


def may_exist(scope: str) -> bool:
    """Whether what was scanned under that scope may still be there: of a folder of this machine one can see."""
    folder = Path(scope)
    return not folder.is_absolute() or folder.is_dir()


async def purge(
    store: Store,
    blobs: Blobs,
    clock: Clock,
    *,
    tenant: str,
    retention: timedelta,
    dry_run: bool = False,
    exists: Callable[[str], bool] = may_exist,
) -> Purged:
    """Delete what `fusion.retention` lets go; `retention` counts from the last use. May be interrupted, and may be repeated.

    exists: whether the folder or repository that was scanned under a scope may still be there.
    """
    now = clock.now()
    before = now - retention
    notes: dict[Key, Note] = {}
    async for stored in store.walk(tenant=tenant):
        # One that was written during the walk comes twice; the last one counts.
        notes[stored.key] = note(stored)
    swept_before = sweepable(notes.values(), now=now, retention=retention)
    paid_before = min(before, now - YEAR)
    decision = decide(notes.values(), before=before, paid_before=paid_before, exists=exists)
    kept, gone = await _drop(store, decision, dry_run=dry_run)
    marked = await _marked(blobs, kept)
    swept, spared = await _sweep(blobs, marked, before=swept_before, dry_run=dry_run)
    return Purged(
        dry_run=dry_run,
        before=before,
        swept_before=swept_before,
        running=sum(one.began is not None for one in notes.values()),
        records=dict(sorted(Counter(one.key.kind for one in gone).items())),
        blobs=len(swept),
        bytes=sum(swept),
        kept_records=len(kept),
        kept_blobs=len(spared),
        kept_bytes=sum(spared),
    )


async def _drop(store: Store, decision: Decision, *, dry_run: bool) -> tuple[Sequence[Note], Sequence[Note]]:
    """Delete the records that go: what is kept after all, and what is gone."""
    kept, gone = [*decision.kept], []
    for group in decision.subjects:
        for number, one in enumerate(group):
            if dry_run or await _deleted(store, one):
                gone.append(one)
                continue
            # It is in use again: so is the rest of the subject.
            kept += [again for left in group[number:] if (again := await _again(store, left))]
            break
    named = frozenset[str]().union(*(one.runs for one in kept))
    for one in decision.others:
        if not is_named(one, named) and (dry_run or await _deleted(store, one)):
            gone.append(one)
        elif again := await _again(store, one):
            kept.append(again)
    return kept, gone


async def _deleted(store: Store, one: Note) -> bool:
    try:
        await _patiently(lambda: store.delete(one.key, etag=one.etag))
    except Conflict:
        return False
    return True


async def _again(store: Store, one: Note) -> Note | None:
    stored = await _patiently(lambda: store.get(one.key))
    return note(stored) if stored else None


async def _marked(blobs: Blobs, kept: Sequence[Note]) -> set[str]:
    """Every digest that the kept records mention, directly or through a few steps of blobs; what was sealed leads nowhere."""

    async def follow(digest: str) -> Sequence[str]:
        try:
            return [*leads_on(await _patiently(lambda: blobs.get(digest)))]
        except PermanentError:
            # Not there, or damaged: it leads nowhere. Anything else must stop the purge, or too little would be marked.
            return ()

    marked: set[str] = set().union(*(one.digests for one in kept))
    edge = marked
    for _ in range(STEPS):
        found = {digest async for digests in _each(follow, sorted(edge)) for digest in digests}
        edge = found - marked
        marked |= edge
    return marked.union(*(one.sealed for one in kept))


async def _sweep(blobs: Blobs, marked: set[str], *, before: datetime, dry_run: bool) -> tuple[list[int], list[int]]:
    """Delete the old blobs that are not marked: the sizes of those that went, and of those that stayed."""
    old: list[KeptBlob] = []
    spared: list[int] = []
    async for kept in blobs.walk():
        if kept.written < before and kept.digest not in marked:
            old.append(kept)
        else:
            spared.append(kept.size)

    async def remove(kept: KeptBlob) -> tuple[bool, int]:
        return dry_run or await _patiently(lambda: blobs.delete(kept.digest, before=before)), kept.size

    swept: list[int] = []
    async for removed, size in _each(remove, old):
        (swept if removed else spared).append(size)
    return swept, spared


_A = TypeVar("_A")


async def _each(work: Callable[[_A], Awaitable[_T]], items: Sequence[_A]) -> AsyncIterator[_T]:
    """The results in order, a few at the same time."""
    for start in range(0, len(items), _AT_ONCE):
        for result in await asyncio.gather(*(work(item) for item in items[start : start + _AT_ONCE])):
            yield result


async def _patiently(call: Callable[[], Awaitable[_T]]) -> _T:
    """The call, again after a while when the store asks to wait."""
    for _ in range(_TRIES - 1):
        try:
            return await call()
        except RateLimited as error:
            await asyncio.sleep(error.seconds)
    return await call()
