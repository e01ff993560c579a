"""What activities read before they decide: the change of a job, stamped; its contents; the policy; the evidence."""

from __future__ import annotations

from fusion.model import Change, Contents, Evidence, Request, ToolReport
from fusion.policy import Policy, digest
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
