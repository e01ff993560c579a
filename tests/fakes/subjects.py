"""Subjects of scans for tests: small trees, receipts and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fusion.check import Subject
from fusion.model import Category, Confidence, Evidence, Location, Outcome, Severity, ToolRun, Unread
from fusion.model.inventory import Component, Tree, TreeFile
from fusion.model.posture import (
    ActionsSettings,
    Basics,
    Merge,
    OrganisationSettings,
    Posture,
    Protection,
    Release,
    SecuritySettings,
    Unknown,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def posture(
    *,
    visibility: str = "public",
    releases: Sequence[Release] | Unknown = (),
    security: SecuritySettings | Unknown | None = None,
) -> Posture:
    """Settings of a repository; what is not given is as a new one's."""
    merges: tuple[Merge, ...] = ()
    return Posture(
        repository="o/r",
        at=NOW,
        basics=Basics(default_branch="main", visibility=visibility),
        protection=Protection(protected=False),
        actions=ActionsSettings(),
        security=security or SecuritySettings(),
        collaborators=(),
        deploy_keys=(),
        hooks=(),
        releases=releases if isinstance(releases, Unknown) else tuple(releases),
        merges=merges,
        contributors=(),
        organisation=OrganisationSettings(),
    )


def subject(files: Mapping[str, bytes | str | None], *, cut: str = "", **more: Any) -> Subject:
    """A tree of these files; None as contents: they could not be read."""
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items() if text is not None}
    tree = Tree(
        commit="c" * 40,
        files=tuple(TreeFile(path=path, size=len(contents.get(path, b"unread"))) for path in files),
        cut=cut,
    )
    settings = more.pop("posture", Unknown(why="No forge speaks of this folder."))
    return Subject(repository="o/r", posture=settings, tree=tree, contents=contents, now=NOW, **more)


def receipt(
    tool: str, *read: str, outcome: Outcome = Outcome.OK, reason: str = "", unread: Mapping[str, str] | None = None
) -> ToolRun:
    """What an analyzer says that it read."""
    missing = tuple(Unread(path=path, reason=why) for path, why in (unread or {}).items())
    return ToolRun(tool=tool, outcome=outcome, reason=reason, read=read, unread=missing)


def finding(
    family: str,
    path: str,
    *,
    tool: str = "dataflow",
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.LIKELY,
    line: int = 1,
    fingerprint: str = "f" * 16,
    **more: Any,
) -> Evidence:
    """What an analyzer saw."""
    return Evidence(
        id=f"{tool}:{path}:{line}",
        tool=tool,
        rule=more.pop("rule", family),
        family=family,
        category=more.pop("category", Category.SECURITY),
        message=f"There is {family}",
        severity=severity,
        confidence=confidence,
        location=Location(path=path, line=line, end_line=line),
        fingerprint=fingerprint,
        **more,
    )


def component(ecosystem: str, name: str, path: str = "manifest") -> Component:
    """One dependency."""
    return Component(purl=f"pkg:{ecosystem}/{name}", name=name, ecosystem=ecosystem, path=path)
