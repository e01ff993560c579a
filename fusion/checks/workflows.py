"""What checks over GitHub workflows have in common: each workflow of the repository read once, with its jobs and steps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from fusion.check import Subject
from fusion.checks.archive import unpacked
from fusion.checks.files import TreeCheck, pages, paths
from fusion.checks.links import not_followed
from fusion.checks.results import not_applicable, not_assessed
from fusion.model.compliance import CheckResult
from fusion.reading.jobs import Job, jobs
from fusion.reading.workflows import UnreadableWorkflow, Workflow, workflow
from fusion.render.text import clip, exact

PRIVILEGED = frozenset({"pull_request_target", "workflow_run"})
"""Triggers that a stranger's pull request sets off and that run with the repository's own secrets and token."""
_FOLDER = ".github/workflows/"
_READ = 256
"""Workflows that are kept read; each is asked for by several checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One workflow."""

    path: str
    text: str
    flow: Workflow
    jobs: Sequence[Job]

    @property
    def privileged(self) -> tuple[str, ...]:
        """Its privileged triggers."""
        return tuple(sorted(PRIVILEGED & self.flow.triggers.keys()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipelines:
    """The workflows that could be read, and why the others could not."""

    read: Sequence[Pipeline] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


def is_pipeline(path: str) -> bool:
    """Whether GitHub runs it: workflows lie in one folder at the root, and not below it."""
    name = path.removeprefix(_FOLDER)
    return path.startswith(_FOLDER) and "/" not in name and name.endswith((".yml", ".yaml"))


def linked(subject: Subject) -> str:
    """A sentence on workflows that are symbolic links, which GitHub does not run; empty: none is."""
    above = (_FOLDER.rstrip("/"), _FOLDER.partition("/")[0])
    return not_followed(subject.tree, lambda path: is_pipeline(path) or path in above)


def pipelines(subject: Subject) -> Pipelines:
    """Every workflow of the tree."""
    found = pages(subject, is_pipeline)
    unread = dict(found.unread)
    read: list[Pipeline] = []
    for path, text in sorted(found.texts.items()):
        said = _read(text)
        if isinstance(said, str):
            unread[path] = said
        else:
            flow, work = said
            read.append(Pipeline(path=path, text=text, flow=flow, jobs=work))
    return Pipelines(read=read, unread=unread)


@lru_cache(maxsize=_READ)
def _read(text: str) -> tuple[Workflow, tuple[Job, ...]] | str:
    try:
        return workflow(text), jobs(text)
    except UnreadableWorkflow as error:
        return str(error)


class WorkflowCheck(TreeCheck):
    """A check over workflows; there is nothing for it where there are none."""

    def wants(self, path: str) -> bool:
        """Workflows."""
        return is_pipeline(path)

    def judge(self, subject: Subject) -> CheckResult:
        """Not applicable without workflows; what could not be read keeps the others from passing."""
        found = pipelines(subject)
        if not found.read and not found.unread:
            if subject.tree.cut:
                return self.partial(subject)
            if mark := unpacked(subject):
                why = f"There are no GitHub workflows, but this is a source distribution ({mark}), which leaves them out."
                return not_assessed(self.about, f"{why} Scan the repository.", read=("tree",))
            told = f"There are no GitHub workflows. {linked(subject)}".strip()
            return not_applicable(self.about, told, read=("tree",))
        return self.over(subject, found)

    @abstractmethod
    def over(self, subject: Subject, found: Pipelines) -> CheckResult:
        """The same where there is at least one workflow."""

    def incomplete(self, subject: Subject, found: Pipelines) -> CheckResult | None:
        """Not assessed, where a workflow was not read or not all of them are known; None: all were read."""
        if found.unread:
            why = clip(exact(found.unread[min(found.unread)]), 200).rstrip(".")
            reason = f"Not read: {paths(found.unread)} ({why}). Mend what keeps it from being read, and scan again."
            return not_assessed(self.about, reason, read=tuple(one.path for one in found.read))
        return self.partial(subject) if subject.tree.cut else None
