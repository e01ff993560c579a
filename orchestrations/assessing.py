"""The activities of a repository's scan from its evidence on: results, the seal, the record, the issues."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from fusion import policy as policies
from fusion.attesting.anchoring import anchor
from fusion.attesting.ledger import Ledger
from fusion.attesting.seal import seal
from fusion.check import Check, Subject
from fusion.checks.links import followed
from fusion.controls.catalogue import chosen
from fusion.controls.states import states
from fusion.errors import PermanentError, TransientError, UserError
from fusion.model import Evidence, Provenance, ToolReport, ToolRun
from fusion.model.compliance import CheckResult, Scan, ScanOf, Sealed
from fusion.model.inventory import Inventory
from fusion.model.posture import Posture, Unknown
from fusion.policy import Policy
from fusion.ports.compliance import Advisory, Mirror, Signer
from fusion.progress import Filed, Scanned, ScanStep
from fusion.scanning import exceptions, organisation, reuse, schedule
from fusion.scanning.assess import assess
from fusion.scanning.drift import drift, gaps
from fusion.scanning.granted import granted
from fusion.scanning.leaving import left
from fusion.scanning.reading import Reading
from fusion.scanning.series import point
from fusion.scanning.wanted import Wanted, due_key, last_key, scan_key, series_key
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle, Compliance
from orchestrations.rulebook import Rulebook
from orchestrations.scan_records import answering, compliance, load_posture, remember, replace
from orchestrations.sealing import Sealing
from orchestrations.shelf import Shelf


class Assessing:
    """The activities bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        names = ("assess_repository", "seal_scan", "record_scan", "file_issues", "end_scan")
        return named(self, names, answering)

    @property
    def _with(self) -> Compliance:
        return compliance(self.bundle)

    @cached_property
    def _rules(self) -> Rulebook:
        return Rulebook(self.bundle)

    # --- results

    async def assess_repository(self, job: Job) -> Job:
        """Everything that was read -> the scan's digest, and what it was made from."""
        wanted = Wanted.model_validate(job["wanted"])
        self.bundle.listen(ScanStep(wanted.repository, "assessing"))
        read = await self.shelf.load(Reading, job["reading"])
        subject = await self._subject(wanted, read, job)
        basis = reuse.Basis(
            commit=read.tree.commit,
            tree=reuse.tree_digest(read.tree),
            rules=await self._rules.digest(subject.tools),
            policy=policies.digest(subject.policy),
        )
        scan = await self._scan(wanted, read, subject, basis, job)
        return {"status": "assessed", "scan": await self.shelf.save(scan), "basis": basis.model_dump(mode="json")}

    async def _subject(self, wanted: Wanted, read: Reading, job: Job) -> Subject:
        reports = [await self.shelf.load(ToolReport, digest) for digest in (*job["evidence"], *job.get("history", ()))]
        evidence: list[Evidence] = [one for report in reports for one in report.evidence]
        runs: list[ToolRun] = [report.run for report in reports]
        inventory = await self.shelf.load(Inventory, job["inventory"])
        mirror, advisories = await self._advisories(inventory)
        checks = self._checks(wanted)
        led_to = frozenset(followed(read.tree, lambda path: any(_wants(check, path) for check in checks)).values())
        return Subject(
            repository=wanted.repository,
            posture=await load_posture(self.shelf, job["posture"]),
            tree=read.tree,
            contents={
                file.path: await self.bundle.blobs.get(file.blob.digest)
                for file in read.files
                if file.path in led_to or any(_wants(check, file.path) for check in checks)
            },
            unread=dict(read.unread),
            evidence=evidence,
            cleared=[one for report in reports for one in report.cleared],
            tools=runs,
            inventory=inventory,
            mirror=mirror,
            advisories=advisories,
            host=self._with.host,
            policy=await self._policy(wanted, read),
            now=self.bundle.clock.now(),
        )

    def _checks(self, wanted: Wanted) -> Sequence[Check]:
        return [check for check in self._with.checks if not wanted.checks or check.about.id in wanted.checks]

    async def _policy(self, wanted: Wanted, read: Reading) -> Policy:
        digest = wanted.policy or (read.policy.digest if read.policy else "")
        if not digest:
            return Policy()
        return policies.load(await self.bundle.blobs.get(digest), origin=read.policy_origin or "--policy")

    async def _advisories(self, inventory: Inventory) -> tuple[Mirror | Unknown, Mapping[str, Sequence[Advisory]]]:
        if self._with.advisories is None:
            return Unknown(
                why="No mirror of advisories is configured: set FUSION_ADVISORIES to a copy of the OSV database."
            ), {}
        try:
            purls = sorted({one.purl for one in inventory.components if one.version})
            # First what is known, for only archives that were read show how old their records are.
            found = await self._with.advisories.affecting(purls)
            return await self._with.advisories.mirror(), found
        except (UserError, TransientError) as error:
            # A mirror that is away must not keep anybody from all that does not need it.
            return Unknown(why=f"The mirror of advisories cannot be read: {error}"), {}

    async def _scan(self, wanted: Wanted, read: Reading, subject: Subject, basis: reuse.Basis, job: Job) -> Scan:
        last, latest, before = await self._before(wanted, cut=bool(read.tree.cut))
        known = reuse.standing(self._with.checks, latest.results, then=last.basis, now=basis) if last and latest else {}
        only = wanted.checks
        results = await asyncio.to_thread(assess, subject, self._with.checks, known=known, broken=self._with.broken, only=only)
        applied, accepting = await self._accepted(subject, read, results)
        named_catalogues, notes = self._catalogues(subject.policy)
        posture = subject.posture
        unread = tuple((path, why) for path, why in read.unread if self._is_wanted(wanted, path))
        missed = gaps(
            cut=read.tree.cut,
            unread=(*unread, *subject.inventory.unread),
            tools=subject.tools,
            files=(file.path for file in read.tree.files),
        )
        return Scan(
            id=job["run"],
            repository=wanted.repository,
            commit=read.tree.commit,
            at=subject.now,
            asked=tuple(sorted(only)),
            cut=read.tree.cut,
            posture=posture,
            inventory=subject.inventory,
            files=len(read.tree.files),
            unread=unread,
            tools=tuple(subject.tools),
            results=applied.results,
            controls=states(applied.results, self._with.checks, named_catalogues),
            exceptions=applied.stated,
            drift=drift(before, applied.results, only=only, gaps=missed),
            notes=(
                *read.notes,
                *accepting,
                *applied.notes,
                *notes,
                *_no_schedule(subject.policy),
                *self._unsealed(),
                *_moved(job),
            ),
            requests=posture.requests if isinstance(posture, Posture) else 0,
            provenance=self._stamp(wanted, posture, basis, job),
        )

    async def _accepted(
        self, subject: Subject, read: Reading, results: Sequence[CheckResult]
    ) -> tuple[exceptions.Applied, Sequence[str]]:
        origin = read.policy_origin or "--policy"
        written, notes = exceptions.stated(subject.policy, repository=subject.repository, origin=origin)
        there = (*written, *await granted(self.bundle.store, self.bundle.tenant, subject.repository))
        known = [check.about.id for check in self._with.checks]
        day = exceptions.today(subject.now)
        return exceptions.apply(results, there, repository=subject.repository, today=day, checks=known), notes

    def _is_wanted(self, wanted: Wanted, path: str) -> bool:
        return any(_wants(check, path) for check in self._checks(wanted))

    async def _before(self, wanted: Wanted, *, cut: bool) -> tuple[reuse.Last | None, Scan | None, Scan | None]:
        """The last record with its scan, to take over from; and the last whole scan, to compare with."""
        stored = await self.bundle.store.get(last_key(self.bundle.tenant, wanted.scope))
        if stored is None and wanted.was and not wanted.location:
            stored = await self.bundle.store.get(last_key(self.bundle.tenant, wanted.was))
        if stored is None:
            return None, None, None
        last = reuse.Last.model_validate(stored.value)
        latest, compared = await self._scan_of(last.scan), await self._scan_of(last.compared(cut=cut))
        # What somebody wants anew is compared with the last scan, and not taken over from it.
        return (None if wanted.again else last), latest, compared

    async def _scan_of(self, digest: str) -> Scan | None:
        try:
            return await self.shelf.load(Scan, digest) if digest else None
        except PermanentError:
            return None

    def _catalogues(self, policy: Policy) -> tuple[Sequence[Any], tuple[str, ...]]:
        try:
            return chosen(policy.scans.catalogues, self._with.catalogues), ()
        except UserError as error:
            return self._with.catalogues, (f"All catalogues are shown: {error}",)

    def _unsealed(self) -> tuple[str, ...]:
        return () if self._with.signer else ("Not signed: this host has no key for the evidence ledger (docs/evidence.md).",)

    def _stamp(self, wanted: Wanted, posture: Posture | Unknown, basis: reuse.Basis, job: Job) -> Provenance:
        basics = posture.basics if isinstance(posture, Posture) else None
        return Provenance(
            tenant=self.bundle.tenant,
            repository=wanted.repository,
            visibility=basics.visibility if basics is not None and not isinstance(basics, Unknown) else "local",
            actor=wanted.actor,
            run=job["run"],
            at=self.bundle.clock.now(),
            policy=basis.policy,
            rules=basis.rules,
        )

    # --- the ledger

    async def seal_scan(self, job: Job) -> Job:
        """Append the scan to its repository's chain; `chain` is the hash of the new link."""
        if self._with.signer is None:
            return {"status": "unsigned"}
        wanted = Wanted.model_validate(job["wanted"])
        self.bundle.listen(ScanStep(wanted.repository, "sealing"))
        bundle, data = self.bundle, await self.bundle.blobs.get(job["scan"])
        # What the scan counts on comes before it, so that its own link is the head that is anchored.
        beside = Sealing(self._ledger(self._with.signer), self.shelf)
        told = [*await beside.exceptions(wanted.repository), *await beside.make_up(wanted.repository)]
        sealed = await seal(
            *(bundle.store, bundle.blobs, self._with.signer, bundle.clock, bundle.tenant),
            *(wanted.repository, "scan", job["run"], data),
        )
        # What belongs to the scan of an account is anchored with that: the account's link names the heads of its repositories.
        missed = () if job["within"] else await self._missed(sealed)
        return {"status": "sealed", "chain": sealed.hash, "missed": [*told, *missed]}

    def _ledger(self, signer: Signer) -> Ledger:
        bundle = self.bundle
        return Ledger(store=bundle.store, blobs=bundle.blobs, signer=signer, clock=bundle.clock, tenant=bundle.tenant)

    async def _missed(self, sealed: Sealed) -> Sequence[str]:
        done = await anchor(self.bundle.store, self._with.anchors, tenant=self.bundle.tenant, link=sealed)
        return done.missed

    # --- the record

    async def record_scan(self, job: Job) -> Job:
        """Have the scan found, by people and by the next one. Writing twice is writing once."""
        wanted = Wanted.model_validate(job["wanted"])
        scan = await self.shelf.load(Scan, job["scan"])
        line = organisation.line(scan, digest=job["scan"], chain=job["chain"])
        read = await self.shelf.load(Reading, job["reading"])
        policy = await self._policy(wanted, read)
        if not wanted.is_partial:
            await self._leave(wanted, scan, job)
            if wanted.was and not wanted.location:
                await left(self.bundle.store, self.bundle.tenant, wanted.was)
            if scan.is_whole:
                await remember(self.bundle, series_key(self.bundle.tenant, wanted.scope), point(scan))
            await self._plan(wanted, policy)
        line = await self._tell(wanted, scan, line)
        return {"status": "recorded", "line": _plain_line(line), "issues": self._keeps_issues(wanted, policy)}

    async def _leave(self, wanted: Wanted, scan: Scan, job: Job) -> None:
        key = last_key(self.bundle.tenant, wanted.scope)
        stored = await self.bundle.store.get(key)
        known = reuse.Last.model_validate(stored.value) if stored else None
        last = reuse.Last(
            cut=bool(scan.cut),
            whole=known.compared(cut=False) if scan.cut and known is not None else "",
            scan=job["scan"],
            id=scan.id,
            basis=reuse.Basis.model_validate(job["basis"]),
            reading=job["reading"],
            change=job["change"],
            evidence=tuple(job["evidence"]) if reuse.lasting(scan.tools) else (),
            inventory=job["inventory"],
            chain=job["chain"],
        )
        await replace(self.bundle, key, last.model_dump(mode="json"))

    async def _plan(self, wanted: Wanted, policy: Policy) -> None:
        """Remember the schedule that the policy names; the slot that was scanned is remembered where scans are begun."""
        if wanted.location:
            return
        key = due_key(self.bundle.tenant, wanted.repository)
        stored = await self.bundle.store.get(key)
        known = schedule.Due.model_validate(stored.value) if stored else schedule.Due()
        wished = policy.scans.schedule if not _no_schedule(policy) else schedule.Due().schedule
        if stored is not None and known.schedule != wished:
            changed = known.model_copy(update={"schedule": wished})
            await self.bundle.store.put(key, changed.model_dump(mode="json"), etag=stored.etag)

    async def _tell(self, wanted: Wanted, scan: Scan | None, line: ScanOf) -> ScanOf:
        at = scan.at if scan is not None else self.bundle.clock.now()
        value = {"at": at.isoformat(), "line": _plain_line(line)}
        if line.scan:
            await replace(self.bundle, scan_key(self.bundle.tenant, wanted.scope, line.scan), value)
        self.bundle.listen(Scanned(line))
        return line

    async def end_scan(self, job: Job) -> Job:
        """The line of a repository that was not scanned, with a record of it where its settings are known."""
        wanted = Wanted.model_validate(job["end"].get("wanted") or job["wanted"])
        end, status = job["end"], _status(job["end"])
        posture = await load_posture(self.shelf, end["posture"]) if end.get("posture") else None
        if status == "gone":
            await left(self.bundle.store, self.bundle.tenant, wanted.scope)
        if posture is None or status not in ("archived", "empty"):
            line = ScanOf(repository=wanted.repository, status=status, reason=end.get("message", ""))
            self.bundle.listen(Scanned(line))
            return {"status": "ended", "line": _plain_line(line)}
        scan = Scan(
            id=job["run"],
            repository=wanted.repository,
            commit=end.get("commit", ""),
            at=self.bundle.clock.now(),
            status=status,
            reason=end.get("message", ""),
            posture=posture,
            requests=posture.requests if isinstance(posture, Posture) else 0,
        )
        line = organisation.line(scan, digest=await self.shelf.save(scan))
        return {"status": "ended", "line": _plain_line(await self._tell(wanted, scan, line))}

    # --- issues

    def _keeps_issues(self, wanted: Wanted, policy: Policy) -> bool:
        return wanted.issues and policy.scans.issues != "none" and not wanted.is_partial

    async def file_issues(self, job: Job) -> Job:
        """Keep the repository's issues as its policy says; `message` says what was done."""
        if self._with.filing is None:
            return {"status": "failed", "message": "This host has no key to sign them with (FUSION_WEBHOOK_SECRET)."}
        wanted = Wanted.model_validate(job["wanted"])
        read = await self.shelf.load(Reading, job["reading"])
        scan, policy = await self.shelf.load(Scan, job["scan"]), await self._policy(wanted, read)
        told = await self._with.filing(wanted.place, scan, policy)
        self.bundle.listen(Filed(wanted.repository, told))
        return {"status": "filed", "message": told}


def _wants(check: Check, path: str) -> bool:
    """Whether a check reads a file; one that raises over a path does not."""
    try:
        return check.wants(path)
    except Exception:  # a third party's check may raise anything; it is told when it is made
        return False


def _no_schedule(policy: Policy) -> tuple[str, ...]:
    """What a reader should know of a schedule that is none."""
    try:
        schedule.checked(policy.scans.schedule)
    except UserError as error:
        return (f"The default schedule counts instead of the policy's: {error}",)
    return ()


def _moved(job: Job) -> tuple[str, ...]:
    was = job["wanted"].get("was")
    return (f"It was called {was} when the scan began.",) if was else ()


def _status(end: Job) -> Any:
    return end["status"] if end["status"] in ("archived", "empty", "gone", "denied") else "failed"


def _plain_line(line: ScanOf) -> dict[str, Any]:
    return line.model_dump(mode="json", exclude_defaults=True)
