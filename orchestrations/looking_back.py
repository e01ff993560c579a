"""The activity of a repository's scan that reads its history for secrets, where policy asks for it (`scans.history`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

from fusion import policy as policies
from fusion.errors import PermanentError
from fusion.evidence import history
from fusion.evidence.history import LookedBack
from fusion.evidence.remembered import Remembered
from fusion.model import Outcome, Provenance, ToolReport
from fusion.model.posture import Posture, Unknown
from fusion.policy import Policy
from fusion.ports import Key
from fusion.ports.compliance import History
from fusion.progress import ScanStep
from fusion.scanning.reading import Reading
from fusion.scanning.wanted import Wanted
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.rulebook import Rulebook
from orchestrations.scan_records import answering, compliance, load_posture, replace
from orchestrations.shelf import Shelf

ANALYZER = "secrets"
"""The analyzer that looks for secrets in a tree looks for them in its history, too."""


class LookingBack:
    """The activity bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("read_history",), answering)

    @cached_property
    def _rules(self) -> Rulebook:
        return Rulebook(self.bundle)

    async def read_history(self, job: Job) -> Job:
        """The digest of a report on the whole history; of one that was made before where nothing has changed since.

        Of a long history `more` says that this go has come only so far; the `last` one makes do with that.
        """
        wanted = Wanted.model_validate(job["wanted"])
        self.bundle.listen(ScanStep(wanted.repository, "reading the history"))
        policy = await self._policy(wanted, await self.shelf.load(Reading, job["reading"]))
        past = compliance(self.bundle).history(wanted)
        if past is None:
            why = "no clone is made of a repository on GitHub; scan a clone with all commits: fusion scan PATH"
            return await self._told(history.skipped(why))
        state = await past.state()
        if isinstance(state, Unknown):
            return await self._told(history.skipped(state.why))
        made_from = await self._made_from(state, policy)
        key = Key(tenant=self.bundle.tenant, scope=wanted.scope, kind="scan-history", id="last")
        stored = None if wanted.again else await self.bundle.store.get(key)
        if stored is not None and stored.value["from"] == made_from and await self._is_kept(stored.value["report"]):
            return {"status": "looked", "history": [stored.value["report"]]}
        looked = await self._look(wanted, past, policy, job)
        report = looked.report
        if looked.read.trails:
            so_far = await self.shelf.save(looked.read)
            await replace(self.bundle, self._read_key(wanted), {"read": so_far})
            if looked.further and not job.get("last"):
                return {"status": "more", "so_far": so_far}
        told = await self._told(report)
        if report.run.outcome is Outcome.OK:
            await replace(self.bundle, key, {"from": made_from, "report": told["history"][0]})
        return told

    async def _look(self, wanted: Wanted, past: History, policy: Policy, job: Job) -> LookedBack:
        if self.bundle.examiner is None:
            return LookedBack(report=history.skipped("analyzers are switched off on this host"))
        analyzer = self.bundle.analyzers.plugins.get(ANALYZER)
        if analyzer is None:
            why = self.bundle.analyzers.broken.get(ANALYZER, f"there is no analyzer {ANALYZER} here")
            return LookedBack(report=history.skipped(why))
        posture = await load_posture(self.shelf, job["posture"])
        basics = posture.basics if isinstance(posture, Posture) else None
        stamp = Provenance(
            tenant=self.bundle.tenant,
            repository=wanted.repository,
            visibility=basics.visibility if basics is not None and not isinstance(basics, Unknown) else "local",
            run=job["run"],
        )
        return await history.look_back(
            analyzer,
            past,
            policy=policy,
            examiner=self.bundle.examiner,
            provenance=stamp,
            known=await self._known(wanted, job.get("so_far", "")),
        )

    def _read_key(self, wanted: Wanted) -> Key:
        return Key(tenant=self.bundle.tenant, scope=wanted.scope, kind="scan-history", id="read")

    async def _known(self, wanted: Wanted, so_far: str) -> Remembered:
        """What this scan or the ones before have read; with `again`, only what this one has."""
        if not so_far and not wanted.again and (stored := await self.bundle.store.get(self._read_key(wanted))) is not None:
            so_far = stored.value["read"]
        try:
            return await self.shelf.load(Remembered, so_far) if so_far else Remembered()
        except PermanentError:
            # Purged or damaged: all is read anew.
            return Remembered()

    async def _told(self, report: ToolReport) -> Job:
        return {"status": "looked", "history": [await self.shelf.save(report)]}

    async def _is_kept(self, digest: str) -> bool:
        try:
            await self.shelf.load(ToolReport, digest)
        except PermanentError:
            return False
        return True

    async def _made_from(self, state: str, policy: Policy) -> str:
        rules = (await self._rules.tools()).get(ANALYZER, "")
        return hashlib.sha256(f"{state}\0{rules}\0{policies.digest(policy)}".encode()).hexdigest()

    async def _policy(self, wanted: Wanted, read: Reading) -> Policy:
        digest = wanted.policy or (read.policy.digest if read.policy else "")
        return policies.load(await self.bundle.blobs.get(digest), origin="the policy") if digest else Policy()
