"""What was paid for once: completions and evidence, kept by what they were made from.

A review that was superseded, asked for again or interrupted takes from here what has not changed since, and only the rest is
bought and run. A blob that was purged meanwhile is as if it had never been there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from fusion.errors import Conflict, PermanentError
from fusion.evidence.analyzer import Analyzer
from fusion.evidence.collect import wanted_files
from fusion.evidence.digests import rules_of
from fusion.evidence.examiner import Footing
from fusion.model import Change, Completion, Contents, Outcome, Provenance, Record, ToolReport, Usage
from fusion.policy import Policy, digest
from fusion.ports import Clock, Key, Store
from orchestrations.shelf import Shelf

R = TypeVar("R", bound=Record)

FRESH = timedelta(days=30)
"""For how long a model's answer is given again: models change behind their names."""


class Paid:
    """Records by the digest of what they were made from, in one scope of the Store."""

    def __init__(self, store: Store, shelf: Shelf, tenant: str, clock: Clock) -> None:
        self.store = store
        self.shelf = shelf
        self.tenant = tenant
        self.clock = clock

    async def completion(self, change: Change, policy: Policy, prompt: str, model: str) -> Completion | None:
        """What the model answered to a prompt (by digest) within FRESH: it is marked as cached and costs nothing now."""
        found = await self.bought(change, policy, prompt, model)
        return found and found.model_copy(update={"cached": True, "usage": Usage()})

    async def bought(self, change: Change, policy: Policy, prompt: str, model: str) -> Completion | None:
        """The same answer as it was paid for."""
        key = self._key(change.repository, "completion", prompted(change, policy, prompt, model))
        stored = await self.store.get(key)
        if stored is None or self.clock.now() - stored.updated > FRESH:
            return None
        return await self._get(Completion, change.repository, "completion", key.id)

    async def answered(self, change: Change, policy: Policy, prompt: str, models: Iterable[str]) -> Completion | None:
        """What the first of the models that was asked the very same before answered."""
        for model in dict.fromkeys(models):
            if (found := await self.completion(change, policy, prompt, model)) is not None:
                return found
        return None

    async def keep_completion(self, change: Change, policy: Policy, prompt: str, model: str, completion: Completion) -> None:
        """Remember a reply."""
        await self._put(change.repository, "completion", prompted(change, policy, prompt, model), completion)

    async def evidence(self, scope: str, made_from: str, stamp: Provenance) -> ToolReport | None:
        """A report of an analyzer, stamped as of this run."""
        found = await self._get(ToolReport, scope, "evidence", made_from)
        if found is None:
            return None
        now = {"run": stamp.run, "attempt": stamp.attempt, "at": stamp.at, "actor": stamp.actor}
        evidence = tuple(
            item.model_copy(update={"provenance": item.provenance.model_copy(update=now)}) for item in found.evidence
        )
        return found.model_copy(update={"evidence": evidence})

    async def keep_evidence(self, scope: str, made_from: str, report: ToolReport, footing: Footing) -> None:
        """Remember a report, if the analyzer came to its end: what failed once may work the next time.

        And if it was made on the footing that it is recalled by: a service's image may have been exchanged meanwhile.
        """
        if report.run.outcome is Outcome.OK and footing.carries(report.run):
            await self._put(scope, "evidence", made_from, report)

    async def _get(self, kind: type[R], scope: str, name: str, made_from: str) -> R | None:
        stored = await self.store.get(self._key(scope, name, made_from))
        if stored is None:
            return None
        try:
            return await self.shelf.load(kind, stored.value["digest"])
        except PermanentError:
            return None

    async def _put(self, scope: str, name: str, made_from: str, record: Record) -> None:
        key = self._key(scope, name, made_from)
        stored = await self.store.get(key)
        try:
            await self.store.put(key, {"digest": await self.shelf.save(record)}, etag=stored.etag if stored else None)
        except Conflict:
            # Another run kept the same in between.
            return

    def _key(self, scope: str, name: str, made_from: str) -> Key:
        return Key(tenant=self.tenant, scope=scope, kind=name, id=made_from)


def prompted(change: Change, policy: Policy, prompt: str, model: str) -> str:
    """What a completion is made from: prompt and schema by their digest, the model, and what policy lets models see.

    The change counts only by its repository (the scope) and the repository's visibility: what one hunk was answered serves all
    pushes, rebases and pull requests that show the same hunk, and no other repository. What was answered under another policy
    of residency is not taken; what an endpoint answered that the operator has since taken away is: nothing leaves for it now.
    """
    allowed = policy.models.model_dump(mode="json", include={"use", "local", "regions"})
    made_from = {"prompt": prompt, "model": model, "visibility": change.provenance.visibility, "models": allowed}
    return _digest(made_from)


def examined(analyzer: Analyzer, *, change: Change, contents: Contents, policy: Policy, footing: Footing) -> str | None:
    """What an analyzer's report is made from: itself, its rules, the policy, and what it reads. None: it reads nothing.

    Whose tool and rules these are, and how it is shut in, says the `footing`; how its hits are understood, this host's rules.

    Of the files that it reports on, all that the change says of them; of the others their base side, where code that was
    moved is looked for; of those that it only consults, their bytes.
    """
    wanted = wanted_files(analyzer, change, contents, policy)
    if not wanted:
        return None
    consults = getattr(analyzer, "consults", None)
    files = [
        file.model_dump(mode="json", exclude_defaults=True)
        if file.path in wanted
        else {
            "path": file.path,
            "old_path": file.old_path,
            "kind": file.kind.value,
            "base": file.base.digest if file.base else "",
            "head": file.head.digest if file.head and consults is not None and consults(file.path) else "",
        }
        for file in change.files
    ]
    imports = [(file.path, file.blob.digest) for file in change.imports] if consults is not None else []
    return _digest(
        {
            "analyzer": [analyzer.name, footing.version, analyzer.timeout],
            "rules": [rules_of(analyzer), footing.rules],
            "policy": digest(policy),
            "isolation": footing.isolation,
            "whole_tree": change.whole_tree,
            "files": files,
            "imports": imports,
        }
    )


def _digest(made_from: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
