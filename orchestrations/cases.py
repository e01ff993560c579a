"""What activities read before they decide: the change of a job, stamped; its contents; the policy; the evidence."""

from __future__ import annotations

from fusion.model import Change, Contents, Evidence, Request, ToolReport
from fusion.model.compliance import ScanException
from fusion.policy import Policy, digest
from fusion.scanning.exceptions import stated
from fusion.scanning.granted import granted
from orchestrations.activity import Job
from orchestrations.bundle import Bundle
from orchestrations.shelf import Shelf


class Cases:
    """Reads jobs, with one bundle's shelf."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf

    async def case(self, job: Job) -> tuple[Change, Contents, Policy]:
        """The change of a job, stamped; its contents; the policy."""
        change, policy = await self.stamped(job)
        return change, await self.shelf.contents(job["change"], change), policy

    async def stamped(self, job: Job) -> tuple[Change, Policy]:
        """The change of a job, stamped with whose run it is and under which policy, and that policy."""
        change = await self.shelf.load(Change, job["change"])
        policy = await self.shelf.policy(change, Request.model_validate(job["request"]))
        stamp = change.provenance.model_copy(
            update={
                "tenant": self.bundle.tenant,
                "repository": change.repository,
                "actor": job["request"].get("actor", ""),
                "run": job["run"],
                "attempt": job["request"].get("attempt", 1),
                "at": self.bundle.clock.now(),
                "policy": digest(policy),
            }
        )
        return change.model_copy(update={"provenance": stamp}), policy

    async def evidence(self, job: Job) -> list[Evidence]:
        """What the analyzers of a run have seen."""
        reports = [await self.shelf.load(ToolReport, digest) for digest in job["evidence"]]
        return [evidence for report in reports for evidence in report.evidence]

    async def exceptions(self, job: Job) -> tuple[ScanException, ...]:
        """What is accepted for a time in the change's repository: by the policy in force, which is never the change's own, and
        by the Store. Whether it counts is not asked here."""
        change, request = await self.shelf.load(Change, job["change"]), Request.model_validate(job["request"])
        policy = await self.shelf.policy(change, request)
        origin = "--policy" if request.policy else change.policy_origin
        written, _ = stated(policy, repository=change.repository, origin=origin)
        return (*written, *await granted(self.bundle.store, self.bundle.tenant, change.repository))
