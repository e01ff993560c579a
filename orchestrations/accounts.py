"""The activities of the scans of whole accounts: which repositories there are and are due, and one report of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from fusion.attesting.anchoring import anchor
from fusion.attesting.seal import seal
from fusion.errors import Conflict, Gone, PermanentError, UserError
from fusion.model import EVENTS, Provenance, Record
from fusion.model.compliance import OrganisationScan, Scan, ScanOf
from fusion.ports import Installed
from fusion.progress import Listed
from fusion.scanning import schedule
from fusion.scanning.organisation import Gathering
from fusion.scanning.series import account_point
from fusion.scanning.wanted import (
    Targets,
    Wanted,
    account_id,
    account_key,
    account_series_key,
    due_key,
    last_key,
    scan_key,
)
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle, Compliance
from orchestrations.scan_records import answering, compliance, plain, remember, replace
from orchestrations.shelf import Shelf


class Lines(Record):
    """The lines of some repositories, between two executions of `scan`."""

    lines: tuple[ScanOf, ...]


class Accounts:
    """The activities bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        names = (
            *("enumerate_repositories", "pick_repositories", "note_lines", "fan_in", "seal_account", "record_account"),
            *("find_accounts", "find_due"),
        )
        return named(self, names, answering)

    @property
    def _with(self) -> Compliance:
        return compliance(self.bundle)

    # --- which repositories

    async def enumerate_repositories(self, job: Job) -> Job:
        """`account` -> the digest of its `Targets`: all of its repositories that can be seen."""
        account, installation = job["account"], 0
        if self.bundle.app is not None:
            found = await self._installed(account)
            installation, repositories = found.id, await self.bundle.app.repositories(found.id)
        elif self._with.repositories is not None:
            repositories = await self._with.repositories(account)
        else:
            raise UserError("Nothing here can list the repositories of an account: set GITHUB_TOKEN.")
        given = {name: job[name] for name in ("again", "checks", "actor", "policy", "issues") if name in job}
        wanted = [Wanted(repository=name, installation=installation, **given) for name in sorted(set(repositories))]
        targets = Targets(account=account, at=self.bundle.clock.now(), wanted=tuple(wanted))
        return {"status": "found", "targets": await self.shelf.save(targets)}

    async def _installed(self, account: str) -> Installed:
        assert self.bundle.app is not None
        for installed in await self.bundle.app.installations():
            if installed.account.lower() == account.lower() and not installed.suspended:
                return installed
        raise Gone(f"The App is not installed on {account}, or is suspended there.")

    async def pick_repositories(self, job: Job) -> Job:
        """Some of the targets, from a number on; `all` is how many there are."""
        targets = await self.shelf.load(Targets, job["targets"])
        if not job["from"]:
            self.bundle.listen(Listed(targets.account, len(targets.wanted)))
        some = targets.wanted[job["from"] : job["from"] + job["count"]]
        return {"status": "picked", "wanted": [plain(one) for one in some], "all": len(targets.wanted)}

    # --- the report

    async def note_lines(self, job: Job) -> Job:
        """Lines -> the digest under which they wait for the report."""
        lines = Lines(lines=tuple(ScanOf.model_validate(line) for line in job["lines"]))
        return {"status": "noted", "lines": await self.shelf.save(lines)}

    async def fan_in(self, job: Job) -> Job:
        """All lines -> the account's report. Scans are read one after another, and only their controls are counted."""
        targets = await self.shelf.load(Targets, job["targets"])
        gathering = Gathering()
        for digest in job["lines"]:
            for line in (await self.shelf.load(Lines, digest)).lines:
                gathering.add(line, await self._scan(line))
        for repository in targets.others:
            line = await self._earlier(repository)
            gathering.add(line, await self._scan(line))
        report = gathering.report(
            job["run"],
            targets.account,
            at=targets.at,
            ended=self.bundle.clock.now(),
            notes=(*targets.notes, *self._unsealed()),
            provenance=Provenance(tenant=self.bundle.tenant, run=job["run"], at=self.bundle.clock.now()),
        )
        return {"status": "made", "report": await self.shelf.save(report), "repositories": len(report.repositories)}

    async def _scan(self, line: ScanOf) -> Scan | None:
        try:
            return Scan.model_validate_json(await self.bundle.blobs.get(line.digest)) if line.digest else None
        except PermanentError:
            # Purged meanwhile: its line stays.
            return None

    async def _earlier(self, repository: str) -> ScanOf:
        """The line of a repository that was not to be scanned now: what its last scan said."""
        last = await self.bundle.store.get(last_key(self.bundle.tenant, repository))
        key = scan_key(self.bundle.tenant, repository, last.value["id"]) if last else None
        stored = await self.bundle.store.get(key) if key else None
        if stored is None:
            return ScanOf(repository=repository, status="waiting", reason="It was not scanned yet, and is not due.")
        line = ScanOf.model_validate(stored.value["line"])
        return line.model_copy(update={"reason": line.reason or f"Last scanned on {stored.value['at'][:10]}."})

    def _unsealed(self) -> tuple[str, ...]:
        return () if self._with.signer else ("Not signed: this host has no key for the evidence ledger (docs/evidence.md).",)

    async def seal_account(self, job: Job) -> Job:
        """Append the report to the account's chain."""
        if self._with.signer is None:
            return {"status": "unsigned"}
        report = await self.shelf.load(OrganisationScan, job["report"])
        bundle, chain, data = self.bundle, f"organisation:{report.account}", await self.bundle.blobs.get(job["report"])
        sealed = await seal(
            *(bundle.store, bundle.blobs, self._with.signer, bundle.clock, bundle.tenant),
            *(chain, "organisation", job["run"], data),
        )
        done = await anchor(bundle.store, self._with.anchors, tenant=bundle.tenant, link=sealed)
        return {"status": "sealed", "chain": sealed.hash, "missed": list(done.missed)}

    async def record_account(self, job: Job) -> Job:
        """Have the report found."""
        report = await self.shelf.load(OrganisationScan, job["report"])
        value = {
            "account": report.account,
            "at": report.at.isoformat(),
            "digest": job["report"],
            "repositories": len(report.repositories),
            "chain": job["chain"],
        }
        await replace(self.bundle, account_key(self.bundle.tenant, report.account, job["run"]), value)
        targets = await self.shelf.load(Targets, job["targets"])
        if not any(one.is_partial for one in targets.wanted):
            await remember(self.bundle, account_series_key(self.bundle.tenant, report.account), account_point(report))
        return {"status": "recorded"}

    # --- what is due

    async def find_accounts(self, _job: Job) -> Job:
        """The installations that scans are due in; none where this host's scans are off."""
        if self.bundle.app is None or self.bundle.compliance is None or not self.bundle.compliance.scheduled:
            return {"status": "found", "accounts": []}
        found = await self.bundle.app.installations()
        accounts = [{"account": one.account, "installation": one.id} for one in found if not one.suspended]
        return {"status": "found", "accounts": accounts}

    async def find_due(self, job: Job) -> Job:
        """`due`: how many repositories of an installation are due; they are claimed for the scan `id` with its `targets`.

        Asked again for the same round, it finds the same ones.
        """
        assert self.bundle.app is not None
        event, now = EVENTS.validate_python(job["event"]), self.bundle.clock.now()
        id = account_id(job["account"], event.delivery.removeprefix("scans-"))
        repositories = sorted(await self.bundle.app.repositories(job["installation"]))
        due = [name for name in repositories if await self._claimed(name, id, now)]
        targets = Targets(
            account=job["account"],
            at=now,
            wanted=tuple(self._scheduled(name, job["installation"]) for name in _spread(due)),
            others=tuple(name for name in repositories if name not in due),
        )
        return {"status": "found", "due": len(due), "id": id, "targets": await self.shelf.save(targets) if due else ""}

    @staticmethod
    def _scheduled(repository: str, installation: int) -> Wanted:
        return Wanted(repository=repository, installation=installation, issues=True)

    async def _claimed(self, repository: str, run: str, now: datetime) -> bool:
        """Whether it is due and this scan is the one to scan it: of two that look at the same time one is."""
        key = due_key(self.bundle.tenant, repository)
        stored = await self.bundle.store.get(key)
        known = schedule.Due.model_validate(stored.value) if stored else None
        if known is not None and known.run == run:
            return True
        slot = schedule.due_slot(known, repository=repository, now=now)
        if slot is None:
            return False
        claimed = (known or schedule.Due()).model_copy(update={"begun": now, "run": run})
        try:
            await self.bundle.store.put(key, claimed.model_dump(mode="json"), etag=stored.etag if stored else None)
        except Conflict:
            return False
        return True


def _spread(names: Sequence[str]) -> Sequence[str]:
    """In the order of their turns."""
    return sorted(names, key=lambda name: (schedule.jitter(name), name))
