"""What activities read before they decide: the change of a job, stamped; its contents; the policy; the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.model import Change, Contents, Evidence, Request, ToolReport
from fusion.model.compliance import ScanException
from fusion.policy import Policy, digest
from fusion.scanning.exceptions import stated
from fusion.scanning.granted import granted
from orchestrations.activity import Job
from orchestrations.bundle import Bundle
from orchestrations.shelf import Shelf

_NOTES = 3
"""On exceptions that do not count; of more the receipt says only how many."""


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
        written, _ = _stated(change, await self.shelf.policy(change, request), request)
        return (*written, *await granted(self.bundle.store, self.bundle.tenant, change.repository))

    @staticmethod
    def endless(change: Change, policy: Policy, request: Request) -> Sequence[str]:
        """What a reader should know of exceptions in the policy file that name no last day: nothing can be told of them where
        they would have counted, for they are none."""
        _, notes = _stated(change, policy, request)
        more = len(notes) - _NOTES
        return [*notes[:_NOTES], f"{more:,} more exceptions there name no last day, and do not count."] if more > 1 else notes


def _stated(change: Change, policy: Policy, request: Request) -> tuple[tuple[ScanException, ...], tuple[str, ...]]:
    """What the policy in force accepts for a time, and notes on what does not count for want of a last day."""
    origin = "--policy" if request.policy else change.policy_origin
    return stated(policy, repository=change.repository, origin=origin)
