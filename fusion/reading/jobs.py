"""Jobs and steps of GitHub workflows: what they run, with which action, where, and what of a stranger's text gets there.

Reference: "Workflow syntax for GitHub Actions" and "Script injections" in GitHub's documentation. Read as nodes, bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from fusion.reading.workflows import composed, entries, items, line_of, scalar

MAX_STEPS = 2_000
"""Steps of a workflow that are read; anchors can make a small file hold very many."""
MAX_SCRIPT = 100_000
"""Characters of a script that are read."""

_EXPRESSION = re.compile(r"\$\{\{(.{1,400}?)\}\}", re.S)
_UNTRUSTED = re.compile(
    r"\bgithub\s*\.\s*(?:"
    r"head_ref\b"
    r"|event\s*\.\s*(?:issue|discussion)\s*\.\s*(?:title|body)\b"
    r"|event\s*\.\s*pull_request\s*\.\s*(?:title|body)\b"
    r"|event\s*\.\s*pull_request\s*\.\s*head\s*\.\s*(?:ref|label)\b"
    r"|event\s*\.\s*pull_request\s*\.\s*head\s*\.\s*repo\s*\.\s*(?:default_branch|description|homepage)\b"
    r"|event\s*\.\s*(?:comment|review|review_comment|discussion_comment)\s*\.\s*body\b"
    r"|event\s*\.\s*(?:pages|commits)\b[^|&=]{0,40}\.\s*(?:page_name|message|email|name)\b"
    r"|event\s*\.\s*head_commit\s*\.\s*(?:message|author\s*\.\s*(?:email|name))\b"
    r"|event\s*\.\s*workflow_run\s*\.\s*(?:head_branch|display_title)\b"
    r"|event\s*\.\s*workflow_run\s*\.\s*head_commit\s*\.\s*(?:message|author\s*\.\s*(?:email|name))\b"
    r"|event\s*\.\s*workflow_run\s*\.\s*head_repository\s*\.\s*description\b"
    r")(?!\s*[!=]=)",
    re.I,
)
"""What anybody who opens an issue or a pull request can choose."""
_HARMLESS = re.compile(r"\s*(?:contains|startsWith|endsWith|hashFiles)\s*\(", re.I)
"""Functions whose answer is true, false or a digest, whatever goes in."""
_HEAD = re.compile(
    r"github\.event\.pull_request\.(?:head\.(?:sha|ref)|merge_commit_sha)|github\.head_ref|refs/pull/"
    r"|github\.event\.workflow_run\.(?:head_sha|head_branch|head_commit\.id|pull_requests)"
    r"|github\.event\.(?:issue|pull_request)\.number|github\.event\.number",
    re.I,
)
"""Versions that name what a stranger wrote."""
_HEAD_REPOSITORY = re.compile(r"github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\.", re.I)
_FETCHES = re.compile(
    r"\bgh\s+pr\s+checkout\b|\bgit\s+(?:fetch|pull)\b[^\n]{0,200}(?:\bpull/|github\.head_ref|head\.(?:ref|sha))", re.I
)
"""Scripts that check out a pull request themselves."""
_MATRIX = re.compile(r"\s*\$\{\{\s*matrix\.([\w-]{1,100})\s*\}\}\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One step: an action that it uses, or a script that it runs."""

    name: str
    line: int
    uses: str = ""
    run: str = ""
    run_line: int = 0
    given: Mapping[str, str] = field(default_factory=dict)
    """Its `with`."""

    @property
    def action(self) -> str:
        """The action without its version, in lower case."""
        return self.uses.partition("@")[0].lower()

    @property
    def script(self) -> str:
        """What it executes: its script, or the one that it hands to actions/github-script."""
        return self.run or (self.given.get("script", "") if self.action == "actions/github-script" else "")

    @property
    def checks_out_a_stranger(self) -> bool:
        """Whether it brings in the head of a pull request."""
        if self.action == "actions/checkout":
            ref, repository = self.given.get("ref", ""), self.given.get("repository", "")
            return _HEAD.search(ref) is not None or _HEAD_REPOSITORY.search(repository) is not None
        return _FETCHES.search(self.run) is not None

    @property
    def untrusted(self) -> tuple[str, ...]:
        """Expressions in what it executes that a stranger fills in, each as written, without repetition."""
        found = (match[1].strip() for match in _EXPRESSION.finditer(self.script))
        return tuple(dict.fromkeys(one for one in found if _UNTRUSTED.search(one) and not _HARMLESS.match(one)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of a workflow, or the whole of a composite action (named "")."""

    name: str
    line: int
    runs_on: tuple[str, ...] = ()
    """Labels of machines, and a group as `group:NAME`; what a matrix says filled in, other expressions as written."""
    uses: str = ""
    """The workflow that it calls."""
    steps: tuple[Work, ...] = ()
    environment: str = ""


def jobs(text: str) -> tuple[Job, ...]:
    """The jobs of a workflow in the order of the file. Raises UnreadableWorkflow."""
    if not text.strip():
        return ()
    top = entries(composed(text))
    room = MAX_STEPS
    found: list[Job] = []
    for name, node in entries(top.get("jobs")).items():
        job = entries(node)
        steps = tuple(_steps(job, room))
        room -= len(steps)
        found.append(
            Job(
                name=name,
                line=line_of(node),
                runs_on=tuple(_settled(_machines(job.get("runs-on")), entries(entries(job.get("strategy")).get("matrix")))),
                uses=scalar(job.get("uses")),
                steps=steps,
                environment=scalar(job.get("environment")) or scalar(entries(job.get("environment")).get("name")),
            )
        )
    runs = entries(top.get("runs"))
    if runs:
        found.append(Job(name="", line=line_of(top["runs"]), steps=tuple(_steps(runs, room))))
    return tuple(found)


def _steps(job: Mapping[str, yaml.Node], room: int) -> Iterator[Work]:
    for node in items(job.get("steps"))[:room]:
        step = entries(node)
        run = step.get("run")
        yield Work(
            name=scalar(step.get("name")) or scalar(step.get("id")),
            line=line_of(node),
            uses=scalar(step.get("uses")),
            run=scalar(run)[:MAX_SCRIPT],
            run_line=line_of(run) if run is not None else 0,
            given={key: scalar(value)[:MAX_SCRIPT] for key, value in entries(step.get("with")).items()},
        )


def _machines(node: yaml.Node | None) -> Iterator[str]:
    if node is None:
        return
    if isinstance(node, yaml.ScalarNode):
        yield scalar(node)
    yield from (scalar(one) for one in items(node))
    said = entries(node)
    if "group" in said:
        yield f"group:{scalar(said['group'])}"
    labels = said.get("labels")
    if labels is not None:
        yield from _machines(labels if not isinstance(labels, yaml.MappingNode) else None)


def _settled(labels: Iterator[str], matrix: Mapping[str, yaml.Node]) -> Iterator[str]:
    for label in labels:
        named = _MATRIX.fullmatch(label)
        values = [scalar(one) for one in items(matrix.get(named[1]))] if named else []
        if named:
            values += [scalar(entries(one).get(named[1])) for one in items(matrix.get("include"))]
        yield from (one for one in values if one) if any(values) else (label,)
