"""The activities of a fix: what is known to mend it, what a model wrote, whether it holds, what it cost."""

from __future__ import annotations

from collections.abc import Mapping

from agents import fixer
from fusion.agent import Case, Thinking
from fusion.changes.guarded import guarded
from fusion.evidence.examiner import Examiner
from fusion.evidence.trial import Refusal, trial, unasked, witnesses
from fusion.judging.merge import best_fix
from fusion.model import Brief, Call, Change, Completion, Contents, Finding, Fix, Prompt, Side
from fusion.policy import Policy
from fusion.reasoning.clean import plain
from fusion.render.calls import told
from fusion.routing.catalogue import room
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.cases import Cases
from orchestrations.shelf import Shelf
from orchestrations.spending import paying_run
from orchestrations.waiting import settled

OPINION = (
    "A model found this and no tool has evidence for it, so nothing could tell whether a patch mends it: Fusion writes none."
)
NO_SANDBOX = (
    "This host runs no analyzers, so nothing could tell whether a patch mends the finding: fusion fix on a machine does it."
)
FORK = "The change comes from a fork, and Fusion writes no patches for forks."
_REASON = 500


class Fixing:
    """The activities of `fix`, bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf
        self.cases = Cases(bundle, shelf)

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("begin_fix", "try_fix", "end_fix"))

    async def begin_fix(self, job: Job) -> Job:
        """`fixed` where a mechanical fix holds, `asking` with the prompt for a model, or `refused`, and why."""
        return await settled(self._begin(job))

    async def _begin(self, job: Job) -> Job:
        finding = await self.shelf.load(Finding, job["finding"])
        change, contents, policy = await self.cases.case(job)
        examiner = self.bundle.examiner
        if examiner is None:
            return _refused(NO_SANDBOX)
        if reason := self._hopeless(finding, change, contents, policy, examiner):
            return _refused(reason)
        why = "Nothing mechanical is known to mend it"
        if (known := best_fix([finding.fix, *(item.fix for item in finding.evidence)])) is not None:
            tried = await self._tried(finding, known, change, contents, policy, examiner)
            if isinstance(tried, Fix):
                return {"status": "fixed", "fix": await self.shelf.save(tried), "how": "mechanical", "receipt": ""}
            why = f"The mechanical fix does not hold ({plain(str(tried), _REASON).rstrip('.')})"
        if self.bundle.reasoning is None or not policy.models.use:
            whom = (
                "no model is configured (docs/models.md)" if self.bundle.reasoning is None else "policy lets no model be asked"
            )
            return _refused(f"{why}, and {whom}.")
        thinking = Thinking(prompt=room(self.bundle.reasoning.file))
        case = Case(change=change, contents=contents, policy=policy, thinking=thinking)
        brief = fixer.brief_of(case, finding)
        if brief is None:
            return _refused(f"{why}, and the place is too large to be shown to a model.")
        prompt = fixer.ask(finding, brief)
        return {"status": "asking", "prompt": await self.shelf.save(prompt), "brief": await self.shelf.save(brief)}

    def _hopeless(self, finding: Finding, change: Change, contents: Contents, policy: Policy, examiner: Examiner) -> str:
        """Why no patch is even looked for; empty where one is."""
        path = finding.location.path
        if change.fork:
            return FORK
        if not finding.evidence:
            return OPINION
        if reason := guarded(path):
            return f"Fusion writes no patch for this file: {reason}."
        if finding.location.side is not Side.RIGHT or path not in contents.head:
            return "The finding is about lines that are gone, so there is nothing to patch."
        analyzers = self.bundle.analyzers.plugins
        if not witnesses(finding, analyzers=analyzers, policy=policy, examiner=examiner):
            return plain(unasked(finding, analyzers=analyzers, policy=policy, examiner=examiner), _REASON)
        return ""

    async def _tried(
        self, finding: Finding, fix: Fix, change: Change, contents: Contents, policy: Policy, examiner: Examiner
    ) -> Fix | Refusal:
        return await trial(
            finding,
            fix,
            analyzers=self.bundle.analyzers.plugins,
            change=change,
            contents=contents,
            policy=policy,
            examiner=examiner,
        )

    async def try_fix(self, job: Job) -> Job:
        """`fixed` where a model's patch holds; `again` with the prompt for another, unless it is the `last`; or `refused`."""
        return await settled(self._try(job))

    async def _try(self, job: Job) -> Job:
        finding = await self.shelf.load(Finding, job["finding"])
        brief = await self.shelf.load(Brief, job["brief"])
        completion = await self.shelf.load(Completion, job["completion"])
        change, contents, policy = await self.cases.case(job)
        if self.bundle.examiner is None:
            return _refused(NO_SANDBOX)
        written = fixer.read(finding, brief, completion, contents=contents)
        if isinstance(written, Fix):
            tried = await self._tried(finding, written, change, contents, policy, self.bundle.examiner)
            if isinstance(tried, Fix):
                return {"status": "fixed", "fix": await self.shelf.save(tried), "how": "model"}
            reasons, final = [plain(reason, _REASON) for reason in tried.reasons], False
            said = f"The model's patch does not hold: {' '.join(reasons)}"
        else:
            reasons, final, said = [written.reason], written.final, written.reason
        if final or job["last"]:
            return _refused(said)
        asked = await self.shelf.load(Prompt, job["prompt"])
        prompt = fixer.again(asked, completion, reasons)
        return {"status": "again", "prompt": await self.shelf.save(prompt), "message": said}

    async def end_fix(self, job: Job) -> Job:
        """Close the account; the receipt of the calls, in words."""
        return await settled(self._end(job))

    async def _end(self, job: Job) -> Job:
        calls = [await self.shelf.load(Call, digest) for digest in job["calls"]]
        if self.bundle.reasoning is not None:
            await self.bundle.reasoning.book.close(paying_run(job["run"]))
        return {"status": "ended", "receipt": told(calls)}


def _refused(message: str) -> Job:
    return {"status": "refused", "message": message}
