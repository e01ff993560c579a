"""Compliance: what someone has to agree to before the change goes in.

Looks at compliance evidence and at secrets from every analyzer, and compares both sides of manifests, workflows and licences.
It says when

* a secret or a private key is in the change, or an analyzer's warning is newly suppressed (from evidence);
* a licence file, a manifest's licence field or a file's SPDX header changes or goes, or a new file lacks the header that the
  other changed files of its kind have;
* a GitHub workflow gains write permissions, stops stating its permissions, starts to run on `pull_request_target`, or hands
  all its secrets on; an action is not pinned to a commit (its own check where no tool spoke of pins in that file);
* a dependency is new, is taken from an address, is not pinned, or bears almost the name of a well-known package; the lock file
  was not updated with the manifest, or goes (requirements files, pyproject.toml, package.json, go.mod, Cargo.toml, pom.xml,
  Gemfile, and FROM in Dockerfiles).

It says, too, what the change does to the posture that scans assess (docs/scans.md): the checks over files and the inventory are
made over both sides of the changed files, and what is new is told, as far as nothing above has told it. That blocks only where
`scans.block` of the policy names the check, and nobody has accepted it for a time: by the policy file of the base branch, or by
`fusion exceptions`. What has lapsed accepts nothing, and that is said.

Nothing is looked up: it does not say that a version exists, is vulnerable or is licensed in some way. That a lock file stays
behind is said only when the lock file is part of the change or its existence is known. A whole tree is reviewed without what
needs a base: only evidence and the pins and names of dependencies and actions.

Where a model may be asked, it says what the change means for those who have to agree to it, and how grave that is
(`compliance.md`). It looks nothing up either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.advice import SECRETS, told
from agents.checks.licence_changes import licence_changes
from agents.checks.loosened import loosened
from agents.checks.new_dependencies import Manifests, removed_locks
from agents.checks.posture import PostureChange
from agents.checks.workflow_changes import Workflows
from agents.reasoned import Reasoned
from fusion.agent import Case, Skip
from fusion.model import AgentTask, Category, Evidence
from fusion.reading.comparison import Compared, compare
from fusion.reading.dependencies import kind
from fusion.reading.licences import is_licence_file
from fusion.reading.observation import Observation, Sources, witnessed
from fusion.reading.workflows import is_action, is_workflow


class Compliance(Reasoned):
    """The compliance agent."""

    name = "compliance"
    prompt_name = "compliance"

    def without_model(self, case: Case) -> Sequence[AgentTask] | Skip:
        """One task: evidence, and manifests, workflows and licences compared."""
        compared = compare(case.change, case.contents, case.policy)
        evidence = [item for item in case.evidence if _is_ours(item)]
        manifests, workflows = Manifests(compared.files), Workflows(compared.files)
        observations = list(_observations(case, compared, manifests, workflows, evidence))
        posture = PostureChange(case)
        said = [(item.location, item.family) for item in observations]
        said += [(item.location, item.family) for item in case.evidence]
        observations += posture.observations(said)
        unread = [item for item in compared.unread if _concerns(item.path)] + manifests.unread + workflows.unread
        read = [*manifests.paths, *workflows.paths]
        read += [item.path for item in compared.files if is_licence_file(item.path)]
        if not (evidence or observations or read or unread):
            return Skip("no manifest, workflow or licence changed, and no tool saw anything of the kind")
        findings = (
            *(told(self.name, item) for item in evidence),
            *witnessed(self.name, observations, Sources(compared.files, {}), case.change.provenance),
        )
        weighted = tuple(posture.weighed(findings, frozenset(case.policy.scans.block)))
        return [self.task(weighted, read=read, unread=unread)]

    def wants(self, path: str) -> bool:
        """What others have to agree to: manifests, workflows, licences."""
        return _concerns(path)


def _observations(
    case: Case, compared: Compared, manifests: Manifests, workflows: Workflows, evidence: Sequence[Evidence]
) -> Iterator[Observation]:
    yield from manifests.observations(case.change, case.contents)
    yield from workflows.observations(evidence)
    if not case.change.whole_tree:
        yield from licence_changes(compared.files)
        yield from removed_locks(case.change)
        yield from loosened(compared.files)


def _is_ours(evidence: Evidence) -> bool:
    return evidence.category is Category.COMPLIANCE or (evidence.category is Category.SECURITY and evidence.family in SECRETS)


def _concerns(path: str) -> bool:
    return kind(path) is not None or is_workflow(path) or is_action(path) or is_licence_file(path)
