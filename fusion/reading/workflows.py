"""GitHub workflows, read for what they may do: triggers, permissions, actions, and secrets handed on.

The YAML is composed into nodes and never constructed into objects; anchors, size and depth are bounded. Reference: "Workflow
syntax for GitHub Actions" in GitHub's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

MAX_CHARS = 100_000
"""Characters of a workflow; a larger one is not read."""
MAX_ANCHORS = 50
_PATH = re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$")
_ACTION = re.compile(r"(?:^|/)action\.ya?ml$")
_HEAD_REF = re.compile(r"\s*(?:- )?ref:[^#\n]*github\.(?:event\.pull_request\.head\.|head_ref)")
_ALL = "*"


class UnreadableWorkflow(ValueError):
    """The workflow is too large or is no YAML mapping; the message says which."""


@dataclass(frozen=True, slots=True)
class Use:
    """One `uses:` of a step or job: the action or image without its version, the version, and the line."""

    name: str
    version: str
    line: int

    @property
    def pinned(self) -> bool:
        """Whether the version is a full commit or a digest."""
        return re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64}", self.version) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """What a workflow may do. `permissions` maps (job or "", scope) to level and line; scope `*` stands for all scopes."""

    triggers: Mapping[str, int]
    permissions: Mapping[tuple[str, str], tuple[str, int]]
    declares: frozenset[str]
    """Jobs, and "" for the workflow itself, that state their permissions."""
    jobs: frozenset[str]
    uses: tuple[Use, ...]
    inherits: Mapping[str, int]
    """Jobs that hand all secrets to a called workflow, with their lines."""
    untrusted_checkout: int
    """Line on which the head of a pull request is checked out; 0 when none is."""


EMPTY = Workflow(
    triggers={}, permissions={}, declares=frozenset(), jobs=frozenset(), uses=(), inherits={}, untrusted_checkout=0
)


def is_workflow(path: str) -> bool:
    """Whether a path is a workflow by its place."""
    return _PATH.search(path) is not None


def is_action(path: str) -> bool:
    """Whether a path describes an action, whose steps use other actions."""
    return _ACTION.search(path) is not None


def workflow(text: str) -> Workflow:
    """Read one workflow or action. Raises UnreadableWorkflow."""
    if not text.strip():
        return EMPTY
    root = composed(text)
    top = entries(root)
    permissions: dict[tuple[str, str], tuple[str, int]] = {}
    declares: set[str] = set()
    uses: list[Use] = []
    inherits: dict[str, int] = {}
    if "permissions" in top:
        declares.add("")
        permissions.update(_permissions("", top["permissions"]))
    jobs = entries(top.get("jobs"))
    for name, node in jobs.items():
        job = entries(node)
        if "permissions" in job:
            declares.add(name)
            permissions.update(_permissions(name, job["permissions"]))
        if scalar(job.get("secrets")) == "inherit":
            inherits[name] = line_of(job["secrets"])
        uses += _uses(job)
    uses += _uses(entries(top.get("runs")))
    return Workflow(
        triggers=_triggers(top.get("on") or top.get("true")),
        permissions=permissions,
        declares=frozenset(declares),
        jobs=frozenset(jobs),
        uses=tuple(uses),
        inherits=inherits,
        untrusted_checkout=next((number for number, line in enumerate(text.split("\n"), 1) if _HEAD_REF.match(line[:500])), 0),
    )


def composed(text: str) -> yaml.Node:
    """The document as nodes, never as objects; bounded. Raises UnreadableWorkflow."""
    if len(text) > MAX_CHARS:
        raise UnreadableWorkflow(f"it is longer than {MAX_CHARS:,} characters")
    if len(re.findall(r"(?:^|\s)\*\w", text)) > MAX_ANCHORS:
        raise UnreadableWorkflow(f"it refers to anchors more than {MAX_ANCHORS} times")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise UnreadableWorkflow("it is not valid YAML") from error
    except (RecursionError, ValueError) as error:
        raise UnreadableWorkflow("it is nested too deep, or holds values that YAML does not allow") from error
    if not isinstance(root, yaml.MappingNode):
        raise UnreadableWorkflow("it is not a mapping")
    return root


def entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """A mapping's entries; none where it is no mapping."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {scalar(key): value for key, value in node.value}


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """A sequence's items; none where it is no sequence."""
    return node.value if isinstance(node, yaml.SequenceNode) else []


def scalar(node: yaml.Node | None) -> str:
    """A scalar as written; empty where it is none."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def line_of(node: yaml.Node) -> int:
    """The line on which a node begins."""
    return int(node.start_mark.line) + 1


def _triggers(node: yaml.Node | None) -> dict[str, int]:
    if isinstance(node, yaml.ScalarNode):
        return {scalar(node): line_of(node)}
    if isinstance(node, yaml.MappingNode):
        return {scalar(key): line_of(key) for key, _ in node.value}
    return {scalar(item): line_of(item) for item in items(node)}


def _permissions(job: str, node: yaml.Node) -> Iterator[tuple[tuple[str, str], tuple[str, int]]]:
    if isinstance(node, yaml.ScalarNode):
        yield (job, _ALL), (scalar(node).removesuffix("-all"), line_of(node))
    for scope, level in entries(node).items():
        yield (job, scope), (scalar(level), line_of(level))


def _uses(job: Mapping[str, yaml.Node]) -> Iterator[Use]:
    places = [job, *(entries(step) for step in items(job.get("steps")))]
    for place in places:
        said = scalar(place.get("uses"))
        if not said or said.startswith("./"):
            continue
        separator = "@" if "@" in said else ":"
        name, _, version = said.removeprefix("docker://").rpartition(separator)
        if not name:
            name, version = version, ""
        yield Use(name=name, version=version, line=line_of(place["uses"]))
