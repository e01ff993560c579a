"""Exceptions that were granted through the API: records of the Store, each with who wrote it and when.

They hold to the same rules as those of a policy file. One that is withdrawn stays on record, so that whoever reads an old
report can still see why something was accepted then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

from fusion.errors import Conflict, UserError
from fusion.model import SCHEMA_VERSION, Record
from fusion.model.compliance import ScanException
from fusion.ports import Key, Store, Stored
from fusion.scanning.exceptions import fault, identity, is_about, today

KIND = "scan-exception"
EVERYWHERE = "everything"
"""Scope of those that are not for repositories of one account."""
_PAGE = 100
_TRIES = 5


class Unknown(UserError):
    """There is no exception of that id."""


class Contended(UserError):
    """Others write it all the time; trying again in a moment can help."""


class Deed(Record):
    """Who did something to an exception, and when."""

    did: Literal["granted", "changed", "withdrawn"]
    by: str
    at: datetime


class Granted(Record):
    """One exception with its history, oldest deed first."""

    schema_version: int = SCHEMA_VERSION
    exception: ScanException
    deeds: tuple[Deed, ...]

    @property
    def withdrawn(self) -> bool:
        """Whether it counts no more."""
        return self.deeds[-1].did == "withdrawn"

    @property
    def version(self) -> str:
        """Id of the exception as it stands: another one after each deed."""
        return f"{self.exception.id}-{len(self.deeds)}"


async def grant(
    store: Store, tenant: str, exception: ScanException, *, by: str, at: datetime, checks: Collection[str]
) -> Granted:
    """Keep an exception, in place of the one that is about the same. Its id and origin are set here.

    Raises UserError where it breaks a rule or has expired, and Contended.
    """
    about = {name: getattr(exception, name) for name in ("check", "repository", "path", "fingerprint", "component")}
    made = exception.model_copy(update={"id": identity(**about), "origin": "the API"})
    if why := fault(made, checks=checks, day=today(at)):
        raise UserError(f"The exception {why}.")
    if made.expires < today(at):
        raise UserError(f"The exception expires on {made.expires}, which is over.")
    key = _key(tenant, made.repository, made.id)
    for _ in range(_TRIES):
        stored = await store.get(key)
        before = Granted.model_validate(stored.value) if stored else None
        if before is not None and before.exception == made and not before.withdrawn:
            return before
        did: Literal["granted", "changed"] = "granted" if before is None or before.withdrawn else "changed"
        deeds = (*(before.deeds if before else ()), Deed(did=did, by=by, at=at))
        granted = Granted(exception=made, deeds=deeds)
        try:
            await store.put(key, granted.model_dump(mode="json"), etag=stored.etag if stored else None)
        except Conflict:
            continue
        return granted
    raise Contended(f"The exception {made.id} is being written right now; try again in a moment.")


async def withdraw(store: Store, tenant: str, id: str, *, by: str, at: datetime, repository: str | None = None) -> Granted:
    """Let an exception count no more; one that does not already stays as it is.

    repository: what it names as its repository; None: whatever it names. Raises UserError: there is none of that id.
    """
    scope = None if repository is None else _scope(repository)
    for _ in range(_TRIES):
        stored = next((one for one in await _stored(store, tenant, scope) if one.key.id == id), None)
        if stored is None or not _names(stored, repository):
            here = f" for {repository!r}" if repository is not None else ""
            raise Unknown(f"There is no exception {id!r}{here}; `fusion exceptions list` shows those that there are.")
        before = Granted.model_validate(stored.value)
        if before.withdrawn:
            return before
        granted = before.model_copy(update={"deeds": (*before.deeds, Deed(did="withdrawn", by=by, at=at))})
        try:
            await store.put(stored.key, granted.model_dump(mode="json"), etag=stored.etag)
        except Conflict:
            continue
        return granted
    raise Contended(f"The exception {id} is being written right now; try again in a moment.")


async def every(store: Store, tenant: str) -> tuple[Granted, ...]:
    """All that there are, withdrawn ones too, by repository and check."""
    found = [Granted.model_validate(one.value) for one in await _stored(store, tenant, None)]
    return tuple(sorted(found, key=lambda one: (one.exception.repository, one.exception.check, one.exception.id)))


async def granted(store: Store, tenant: str, repository: str) -> tuple[ScanException, ...]:
    """Those that may be about a repository and were not withdrawn; `exceptions.apply` looks closer."""
    return tuple(one.exception for one in await _near(store, tenant, repository) if not one.withdrawn)


async def concerning(store: Store, tenant: str, repository: str) -> tuple[Granted, ...]:
    """Those that are about a repository, withdrawn ones too, by id."""
    return tuple(one for one in await _near(store, tenant, repository) if is_about(one.exception, repository))


async def _near(store: Store, tenant: str, repository: str) -> Sequence[Granted]:
    found = [one for scope in dict.fromkeys((_scope(repository), EVERYWHERE)) for one in await _stored(store, tenant, scope)]
    return sorted((Granted.model_validate(one.value) for one in found), key=lambda one: one.exception.id)


async def _stored(store: Store, tenant: str, scope: str | None) -> Sequence[Stored]:
    found: list[Stored] = []
    after = ""
    while True:
        page = await store.list(tenant=tenant, kind=KIND, scope=scope, limit=_PAGE, after=after)
        found += page
        if len(page) < _PAGE:
            return found
        after = page[-1].key.id


def _names(stored: Stored, repository: str | None) -> bool:
    return repository is None or str(stored.value["exception"]["repository"]).lower() == repository.lower()


def _key(tenant: str, repository: str, id: str) -> Key:
    return Key(tenant=tenant, scope=_scope(repository), kind=KIND, id=id)


def _scope(repository: str) -> str:
    """The account whose repositories it is for; a pattern over accounts is for everything."""
    owner, slash, _ = repository.lower().partition("/")
    return owner if slash and not set(owner) & set("*?[") else EVERYWHERE
