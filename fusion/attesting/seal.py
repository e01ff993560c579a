"""Appending to a chain: one link for each subject, and no fork however many write at the same time.

A chain's head record holds the whole last link; it is replaced under its ETag, so that of two writers one wins and the other
builds anew upon what won. The order of writes is what makes a crash harmless:

1. the payload, into Blobs;
2. the link and the subject's record of the present head, where the writer before died before it wrote them;
3. the head with the new link: from here on it is sealed;
4. the new link's own record, then its subject's.

So every link below the head has both records, and whoever reads the head first and the subject's record next sees it sealed if
it is: the ETag says that nothing was appended between.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from fusion.attesting.canonical import canonical
from fusion.attesting.jwk import public, thumbprint, verifies
from fusion.attesting.links import Kind, link, values
from fusion.errors import Conflict, PermanentError, UserError
from fusion.model.compliance import Sealed
from fusion.ports import Blobs, Clock, Key, Store, Stored
from fusion.ports.compliance import Signer

HEAD, LINK, SUBJECT, KEY = "evidence-head", "evidence-link", "evidence-subject", "evidence-key"
"""Kinds of the records of a chain, whose name is their scope."""
_TRIES = 60
"""Races that a writer loses before it says so."""
_PAUSE = 0.02
"""Seconds, at most, before the second try; more before each further one."""


async def seal(
    store: Store, blobs: Blobs, signer: Signer, clock: Clock, tenant: str, chain: str, kind: Kind, subject: str, data: bytes
) -> Sealed:
    """Keep the data and append a link to it; the link that is there, where this subject was sealed before.

    Raises PermanentError where that was of other data, UserError where the chain has another key, Conflict where other writers
    come first without end.
    """
    return await _append(store, blobs, signer, clock, tenant, chain, kind, subject, data)


async def introduce(
    store: Store,
    blobs: Blobs,
    signer: Signer,
    clock: Clock,
    tenant: str,
    chain: str,
    key: Mapping[str, Any],
    *,
    lost: bool = False,
) -> Sealed | None:
    """Append a link of kind `key`: `key`, a public JWK, signs from the next link on, and `signer`'s own key no more.

    None: there is nothing to do, for the chain is not begun or the key's turn has come. `lost`: the old key is gone, and
    `signer` holds the new one; such a link proves nothing to those who do not trust the new key by themselves. Raises
    UserError where the key has signed in this chain before.
    """
    id = thumbprint(key)
    last = await head(store, tenant, chain)
    if last is None or due(last) == id:
        return None
    async for one in links(store, tenant, chain):
        if one.key == id:
            raise UserError(f"The key {id} has signed in the chain {chain} before and was replaced: take a new one.")
    return await _append(store, blobs, signer, clock, tenant, chain, "key", id, canonical(public(key)), lost=lost)


def due(last: Sealed) -> str:
    """Id of the key that signs the link after this one."""
    return last.subject if last.kind == "key" else last.key


async def head(store: Store, tenant: str, chain: str) -> Sealed | None:
    """The last link, or None where there is no such chain."""
    stored = await store.get(_key(tenant, chain, HEAD, chain))
    return None if stored is None else Sealed.model_validate(stored.value)


async def chains(store: Store, tenant: str) -> dict[str, Sealed]:
    """The head of each chain, by its name, in the order of names."""
    found: dict[str, Sealed] = {}
    after = ""
    while page := await store.list(tenant=tenant, kind=HEAD, limit=_PAGE, after=after):
        found |= {one.key.scope: Sealed.model_validate(one.value) for one in page}
        after = page[-1].key.id
    return dict(sorted(found.items()))


_PAGE = 500


async def public_key(store: Store, tenant: str, chain: str, id: str) -> dict[str, str] | None:
    """A public key that signed the first link, or took over; those that a link introduces are its contents."""
    stored = await store.get(_key(tenant, chain, KEY, id))
    return None if stored is None else public(stored.value)


async def links(store: Store, tenant: str, chain: str) -> AsyncIterator[Sealed]:
    """Every link up to the head that stands when it begins; one whose record is lost is left out, for a verifier to see."""
    last = await head(store, tenant, chain)
    if last is None:
        return
    for start in range(0, last.number, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, last.number))
        for stored in await asyncio.gather(*(store.get(_key(tenant, chain, LINK, _id(number))) for number in numbers)):
            if stored is not None:
                yield Sealed.model_validate(stored.value)
    yield last


_AT_ONCE = 16


async def _append(
    store: Store,
    blobs: Blobs,
    signer: Signer,
    clock: Clock,
    tenant: str,
    chain: str,
    kind: Kind,
    subject: str,
    data: bytes,
    *,
    lost: bool = False,
) -> Sealed:
    jwk = await signer.public()
    key, digest = thumbprint(jwk), await blobs.put(data)
    for attempt in range(_TRIES):
        stored = await store.get(_key(tenant, chain, HEAD, chain))
        last = None if stored is None else Sealed.model_validate(stored.value)
        if last is not None:
            await _settle(store, tenant, last)
            if (there := await _sealed(store, tenant, chain, kind, subject)) is not None:
                return _same(there, digest)
            _may_sign(last, key, lost=lost)
        if last is None or lost:
            await _remember(store, tenant, chain, jwk)
        draft = link(last, chain=chain, kind=kind, subject=subject, digest=digest, at=clock.now(), key=key)
        signature = await signer.sign(draft.signed)
        if not verifies(jwk, signature, draft.signed):
            raise PermanentError(f"What signs with the key {key} gave a signature that is not that key's: nothing was sealed.")
        new = draft.sealed(signature)
        if await _replaced(store, tenant, stored, new):
            await _settle(store, tenant, new)
            return new
        await asyncio.sleep(random.uniform(0, _PAUSE * (attempt + 1)))
    raise Conflict(f"The chain {chain} grew {_TRIES} times while a link was to be appended.")


async def _remember(store: Store, tenant: str, chain: str, jwk: Mapping[str, str]) -> None:
    """Keep a public key that no link introduces: whoever exports the chain later may have another."""
    # A record that is there says the same.
    with suppress(Conflict):
        await store.put(_key(tenant, chain, KEY, thumbprint(jwk)), public(jwk), etag=None)


async def _replaced(store: Store, tenant: str, stored: Stored | None, new: Sealed) -> bool:
    try:
        await store.put(_key(tenant, new.chain, HEAD, new.chain), values(new), etag=None if stored is None else stored.etag)
    except Conflict:
        return False
    return True


async def _settle(store: Store, tenant: str, one: Sealed) -> None:
    """Have the head's link in records of its own: the subject's last, so that it says that both are there."""
    subject = _key(tenant, one.chain, SUBJECT, _subject(one.kind, one.subject))
    if await store.get(subject) is not None:
        return
    for key, value in (
        (_key(tenant, one.chain, LINK, _id(one.number)), values(one)),
        (subject, {"number": one.number}),
    ):
        # Another writer mends the same, and what it writes is the same link.
        with suppress(Conflict):
            await store.put(key, value, etag=None)


async def _sealed(store: Store, tenant: str, chain: str, kind: Kind, subject: str) -> Sealed | None:
    found = await store.get(_key(tenant, chain, SUBJECT, _subject(kind, subject)))
    if found is None:
        return None
    number = int(found.value["number"])
    stored = await store.get(_key(tenant, chain, LINK, _id(number)))
    if stored is None:
        raise PermanentError(f"The record of link {number} of the chain {chain} is lost: restore it from an exported bundle.")
    return Sealed.model_validate(stored.value)


def _same(there: Sealed, digest: str) -> Sealed:
    if there.digest != digest:
        raise PermanentError(
            f"{there.kind} {there.subject} was sealed at {there.at:%Y-%m-%d %H:%M} as link {there.number} of {there.chain} with"
            " other contents: seal what is new under an id of its own."
        )
    return there


def _may_sign(last: Sealed, key: str, *, lost: bool) -> None:
    if not lost and due(last) != key:
        raise UserError(
            f"The chain {last.chain} is signed with the key {due(last)}, and this one is {key}: while the old key is"
            " configured, introduce this one with `fusion evidence key --next FILE`; where the old one is lost,"
            " `fusion evidence key --lost` says so in the chain."
        )


def _key(tenant: str, chain: str, kind: str, id: str) -> Key:
    return Key(tenant=tenant, scope=chain, kind=kind, id=id)


def _id(number: int) -> str:
    return f"{number:010}"


def _subject(kind: str, subject: str) -> str:
    # Hashed: a subject may be longer than a store's ids, and names a run that the purge would keep for its sake.
    return hashlib.sha256(f"{kind}\0{subject}".encode()).hexdigest()
