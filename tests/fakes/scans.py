"""Builders of scans and their parts; `rich` is one with every state, `hostile` one with a text in every field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fusion.check import About, Source, Towards
from fusion.controls.catalogue import Catalogue, Control
from fusion.controls.states import states
from fusion.model import Outcome, Provenance, Severity, ToolRun, Unread
from fusion.model.compliance import (
    CheckResult,
    ControlResult,
    ControlState,
    Deviation,
    Drift,
    OrganisationScan,
    Scan,
    ScanException,
    ScanOf,
    Status,
)
from fusion.model.inventory import Component, Inventory
from fusion.model.posture import ActionsSettings, Basics, Posture, Protection, SecuritySettings, Unknown
from tests.fakes.checks import Described
from tests.fakes.reviews import evidence

COMMIT = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c"
NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
ADMIN = "administration: read"


def deviation(fingerprint: str = "1a2b3c4d5e6f7081", **fields: Any) -> Deviation:
    """One thing that speaks against a check."""
    return Deviation(**{"fingerprint": fingerprint, "title": "The door is open.", "severity": Severity.HIGH, **fields})


def passed(check: str, reason: str = "All of it is as it should be.", **fields: Any) -> CheckResult:
    """A check that holds."""
    return CheckResult(**{"check": check, "status": Status.PASSED, "reason": reason, "as_of": NOW, **fields})


def failed(check: str, *deviations: Deviation, reason: str = "Something is not as it should be.", **fields: Any) -> CheckResult:
    """A check that does not."""
    parts = {"check": check, "status": Status.FAILED, "reason": reason, "deviations": deviations, "as_of": NOW}
    return CheckResult(**{**parts, **fields})


def unread(check: str, reason: str = "The settings could not be read.", **fields: Any) -> CheckResult:
    """A check that could not be assessed."""
    return CheckResult(**{"check": check, "status": Status.NOT_ASSESSED, "reason": reason, **fields})


def idle(check: str, reason: str = "There is nothing here that it is about.") -> CheckResult:
    """A check that is about nothing here."""
    return CheckResult(check=check, status=Status.NOT_APPLICABLE, reason=reason, as_of=NOW)


def about(id: str, title: str, severity: Severity, *towards: tuple[str, str], **fields: Any) -> About:
    """What is to be known of a check."""
    return About(
        **{
            "id": id,
            "title": title,
            "rationale": "Whoever can do that can bring anything into a release without anybody seeing it.",
            "remediation": "Open the settings, choose the rule, and switch it on for the default branch.",
            "severity": severity,
            "reads": frozenset({Source.SETTINGS}),
            "towards": tuple(Towards(catalogue=name, control=control, reason="It shows it.") for name, control in towards),
            **fields,
        }
    )


def catalogue(id: str, title: str, *controls: str, prefix: str = "") -> Catalogue:
    """A catalogue in two groups, the last control of which somebody has to look at."""
    return Catalogue(
        id=id,
        title=title,
        version="1.0",
        publisher="The house",
        date="2026",
        licence="Ours.",
        source="The handbook",
        controls=tuple(
            Control(
                id=f"{prefix}{control}",
                title=f"{title} asks for number {number}",
                group="First part" if number < 3 else "Second part",
                assessable=number < len(controls),
                manual_reason="Ask whoever keeps the handbook." if number == len(controls) else "",
            )
            for number, control in enumerate(controls, start=1)
        ),
    )


CATALOGUES = (
    catalogue("osps", "Open Source Baseline", "AC-01.01", "AC-03.01", "BR-01.01", "QA-02.01", "VM-05.02", prefix="OSPS-"),
    catalogue("cis-github", "Benchmark for the forge", "1.1.3", "1.1.4", "1.2.1", "3.1.2"),
    catalogue("iso27001", "Annex A", "A.5.3", "A.8.4", "A.8.8"),
)

_ABOUTS = (
    about(
        "branch-protection",
        "The default branch cannot be rewritten",
        Severity.CRITICAL,
        ("osps", "OSPS-AC-03.01"),
        ("cis-github", "1.1.3"),
        ("iso27001", "A.8.4"),
        permission=ADMIN,
    ),
    about(
        "token-permissions",
        "Workflows get no more rights than they need",
        Severity.HIGH,
        ("osps", "OSPS-BR-01.01"),
        ("cis-github", "1.2.1"),
        scorecard="Token-Permissions",
    ),
    about(
        "pinned-dependencies",
        "What is installed is fixed by a hash",
        Severity.MEDIUM,
        ("osps", "OSPS-QA-02.01"),
        scorecard="Pinned-Dependencies",
    ),
    about(
        "vulnerabilities",
        "No dependency has a known vulnerability",
        Severity.HIGH,
        ("osps", "OSPS-VM-05.02"),
        ("iso27001", "A.8.8"),
    ),
    about(
        "webhooks", "Webhooks are signed and encrypted", Severity.MEDIUM, ("cis-github", "1.1.4"), permission="webhooks: read"
    ),
    about("two-factor", "Members sign in with two factors", Severity.HIGH, ("osps", "OSPS-AC-01.01"), ("iso27001", "A.5.3")),
    about("licence", "The source has a free licence", Severity.LOW),
    about("signed-releases", "Releases are signed", Severity.MEDIUM, ("iso27001", "A.8.4")),
    about("secrets", "No secret lies in the tree", Severity.CRITICAL, ("osps", "OSPS-BR-01.01")),
)
CHECKS: Mapping[str, About] = {one.id: one for one in _ABOUTS}
"""What is known of the checks of `rich`."""


def posture(**fields: Any) -> Posture:
    """Settings of which two parts could not be read."""
    unknown = Unknown(why="The token may not read it.", permission=ADMIN)
    parts = {
        "repository": "acme/shop",
        "at": NOW - timedelta(minutes=3),
        "basics": Basics(default_branch="main", head=COMMIT, visibility="private"),
        "protection": Protection(protected=True, pull_required=True),
        "actions": ActionsSettings(default_permissions="read"),
        "security": SecuritySettings(secret_scanning=True),
        "collaborators": (),
        "deploy_keys": (),
        "hooks": Unknown(why="The token may not read webhooks.", permission="webhooks: read"),
        "releases": (),
        "merges": (),
        "contributors": (),
        "organisation": unknown,
        "requests": 4,
        "confirmed": 9,
    }
    return Posture(**{**parts, **fields})


def scan(**fields: Any) -> Scan:
    """A scan; of nothing unless told otherwise."""
    parts = {"id": "scan-2", "repository": "acme/shop", "commit": COMMIT, "at": NOW, "posture": posture()}
    return Scan(**{**parts, **fields})


RESULTS = (
    failed(
        "branch-protection",
        deviation("a" * 16, title="The branch main may be rewritten by administrators.", severity=Severity.CRITICAL),
        reason="Administrators may push to main past the rules.",
        read=("settings: branch protection", "settings: rulesets"),
    ),
    failed(
        "token-permissions",
        deviation(
            "b" * 16,
            title="The job build may write everything.",
            path=".github/workflows/ci.yml",
            line=12,
            evidence=(evidence("zizmor", "excessive-permissions"),),
        ),
        deviation(
            "c" * 16,
            title="The job publish may write everything.",
            path=".github/workflows/very-long-name-of-a-workflow-that-publishes-everything.yml",
            line=7,
        ),
        deviation(
            "d" * 16,
            title="The job docs may write pages.",
            severity=Severity.LOW,
            path=".github/workflows/docs.yml",
            line=3,
            accepted="docs-pages",
        ),
        reason="3 jobs have more rights than they use.",
        read=(".github/workflows/ci.yml", ".github/workflows/docs.yml"),
    ),
    failed(
        "pinned-dependencies",
        deviation(
            "e" * 16,
            title="requests has no hash.",
            severity=Severity.MEDIUM,
            path="requirements.txt",
            line=4,
            component="pkg:pypi/requests@2.32.0",
            accepted="pins",
        ),
        reason="1 of 12 dependencies is not fixed.",
        read=("requirements.txt",),
    ),
    unread("vulnerabilities", "No mirror of advisories is configured: set `FUSION_OSV` to a folder or an address."),
    unread("webhooks", "The token may not read webhooks.", permission="webhooks: read"),
    unread("two-factor", "The token may not read the organisation's settings.", permission="organization_administration: read"),
    passed("licence", "LICENSE is MIT.", read=("LICENSE",), reused=True),
    passed("secrets", "No secret in 214 files.", read=("214 files",)),
    idle("signed-releases", "There is no release."),
)
EXCEPTIONS = (
    ScanException(
        id="docs-pages",
        check="token-permissions",
        path=".github/workflows/docs.yml",
        owner="@ana",
        reason="Pages are published from there.",
        approver="@ben",
        expires=date(2027, 1, 31),
        origin=".fusion.yml at 1a2b3c4",
    ),
    ScanException(
        id="pins",
        check="pinned-dependencies",
        component="pkg:pypi/requests",
        owner="@cy",
        reason="The wheel is built here; the hash follows with the next release of it.",
        approver="@ben",
        expires=date(2026, 12, 4),
        origin="the API",
    ),
    ScanException(
        id="old-hooks",
        check="webhooks",
        owner="@dee",
        reason="The old system cannot sign.",
        approver="@ben",
        expires=date(2026, 10, 1),
        origin=".fusion.yml at 1a2b3c4",
    ),
)


def rich(**fields: Any) -> Scan:
    """A scan with every state of checks and controls, and exceptions in force, soon to end and expired."""
    components = [
        *(
            Component(
                purl=f"pkg:pypi/p{n}@1.{n}",
                name=f"p{n}",
                version=f"1.{n}",
                ecosystem="pypi",
                pinned=True,
                hashed=n > 3,
                licence="MIT" if n % 2 else "",
                path="requirements.txt",
            )
            for n in range(12)
        ),
        *(
            Component(
                purl=f"pkg:npm/q{n}@2.{n}", name=f"q{n}", version=f"2.{n}", ecosystem="npm", direct=n < 5, path="package.json"
            )
            for n in range(30)
        ),
    ]
    described = [Described(one) for one in CHECKS.values()]
    parts = {
        "inventory": Inventory(
            components=tuple(components), read=("requirements.txt", "package.json"), unread=(("pom.xml", "It is not XML."),)
        ),
        "files": 214,
        "unread": (("big/model.bin", "Larger than 1 MiB."),),
        "tools": (
            ToolRun(tool="zizmor", version="1.5.0", outcome=Outcome.OK, read=(".github/workflows/ci.yml",), hits=2),
            ToolRun(tool="checkov", outcome=Outcome.SKIPPED, reason="It is not installed."),
            ToolRun(
                tool="shellcheck",
                version="0.10",
                outcome=Outcome.FAILED,
                reason="It ended with 139.",
                unread=(Unread(path="run.sh", reason="It ended before."),),
            ),
        ),
        "results": RESULTS,
        "controls": states(RESULTS, described, CATALOGUES),
        "exceptions": EXCEPTIONS,
        "drift": Drift(
            against="scan-1",
            new=(f"token-permissions {'c' * 16}",),
            fixed=(f"licence {'f' * 16}",),
            regressed=(f"branch-protection {'a' * 16}",),
            accepted=(f"pinned-dependencies {'e' * 16}",),
            lapsed=(f"token-permissions {'b' * 16}",),
            lost=("webhooks",),
            unseen=(f"webhooks {'9' * 16}",),
        ),
        "notes": ("The history was not searched for secrets: `scans.history` is off.",),
        "requests": 4,
        "provenance": Provenance(
            repository="acme/shop", visibility="private", at=NOW, policy="sha256:1234", rules="sha256:5678"
        ),
    }
    return scan(**{**parts, **fields})


def clean(**fields: Any) -> Scan:
    """A scan in which everything was read and holds."""
    results = tuple(passed(check) for check in CHECKS)
    described = [Described(one) for one in CHECKS.values()]
    parts = {
        "results": results,
        "controls": states(results, described, CATALOGUES),
        "files": 3,
        "drift": Drift(against="scan-1"),
    }
    return scan(**{**parts, **fields})


def organisation(number: int = 12, **fields: Any) -> OrganisationScan:
    """An account with that many repositories, of which one in five is in order."""
    worst = (None, Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
    known = [
        ScanOf(
            repository=f"acme/service-{n:04}",
            scan=f"scan-{n}",
            status="scanned",
            commit=f"{n:040x}",
            passed=40 - n % 7,
            failed=0 if worst[n % 5] is None else 1 + n % 7,
            accepted=n % 2 if worst[n % 5] else 0,
            not_assessed=0 if n % 5 == 0 and n % 10 == 0 else n % 4,
            worst=worst[n % 5],
            reused=n % 3 == 0,
            requests=n % 5,
        )
        for n in range(number)
    ]
    parts = {
        "id": "organisation-7",
        "account": "acme",
        "at": NOW,
        "ended": NOW + timedelta(minutes=41),
        "repositories": (
            *known,
            ScanOf(repository="acme/attic", status="archived", reason="It is archived."),
            ScanOf(repository="acme/lost", status="gone", reason="It was renamed or deleted while it was scanned."),
            ScanOf(repository="acme/new", status="empty", reason="It has no commit yet."),
            ScanOf(repository="acme/broken", status="failed", reason="The forge did not answer."),
        ),
        "controls": tuple(
            ControlResult(
                catalogue=one.id,
                control=control.id,
                state=state,
                reason="Counted over the repositories.",
                checks=("branch-protection",),
            )
            for one in CATALOGUES
            for control, state in zip(one.controls, (*ControlState, ControlState.SUPPORTED), strict=False)
        ),
        "notes": ("2 repositories are not of this installation.",),
    }
    return OrganisationScan(**{**parts, **fields})


def hostile(text: str) -> Scan:
    """A scan whose every free text is that text."""
    unknown = Unknown(why=text, permission=text)
    component = Component(
        purl=text, name=text, version=text, ecosystem=text, wanted=text, licence=text, address=text, path=text
    )
    speaks = evidence(text, text, message=text, snippet=text, symbol=text, help_uri=text, suppressed=text)
    results = tuple(
        CheckResult(
            check=check,
            status=status,
            reason=text,
            deviations=(
                Deviation(
                    fingerprint=text,
                    title=text,
                    severity=Severity.HIGH,
                    path=text,
                    line=3,
                    component=text,
                    evidence=(speaks,),
                    accepted=accepted,
                ),
            )
            if status is Status.FAILED
            else (),
            read=(text,),
            permission=text,
        )
        for check, status, accepted in (
            ("branch-protection", Status.FAILED, ""),
            ("token-permissions", Status.FAILED, text),
            (text, Status.FAILED, "docs-pages"),
            ("webhooks", Status.NOT_ASSESSED, ""),
            ("licence", Status.PASSED, ""),
            ("secrets", Status.NOT_APPLICABLE, ""),
        )
    )
    exception = {
        "id": text,
        "check": text,
        "repository": text,
        "path": text,
        "fingerprint": text,
        "component": text,
        "owner": text,
    }
    return Scan(
        id=text,
        repository=text,
        commit=text,
        at=NOW,
        reason=text,
        posture=posture(repository=text, hooks=unknown, basics=unknown),
        inventory=Inventory(components=(component,), read=(text,), unread=((text, text),), relations=((text, text),)),
        unread=((text, text),),
        tools=(
            ToolRun(tool=text, version=text, outcome=Outcome.FAILED, reason=text, unread=(Unread(path=text, reason=text),)),
        ),
        results=results,
        controls=tuple(
            ControlResult(catalogue=catalogue, control=control, state=state, reason=text, checks=(text, "branch-protection"))
            for catalogue, control, state in (
                ("osps", "OSPS-AC-03.01", ControlState.CONTRADICTED),
                (text, text, ControlState.NOT_ASSESSED),
                ("osps", text, ControlState.SUPPORTED),
                ("cis-github", "1.1.3", ControlState.MANUAL),
            )
        ),
        exceptions=(ScanException(**exception, reason=text, approver=text, expires=date(2026, 1, 1), origin=text),),
        drift=Drift(
            against=text, **dict.fromkeys(("new", "fixed", "regressed", "accepted", "lapsed", "lost", "unseen"), (text,))
        ),
        notes=(text,),
        provenance=Provenance(tenant=text, repository=text, actor=text, run=text, policy=text, rules=text, tool=text),
    )
