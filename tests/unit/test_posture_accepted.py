"""Exceptions in pull requests: what they accept is said and does not block; what has lapsed or does not count blocks again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agents.compliance import Compliance
from fusion.checks.registry import builtin
from fusion.judging.judge import judge
from fusion.judging.ledger import Ledger
from fusion.judging.merge import joined
from fusion.judging.placement import blocks
from fusion.model import Finding, Provenance, Severity, Verdict
from fusion.model.compliance import ScanException
from fusion.policy import Policy
from fusion.policy.rules import Scans
from fusion.scanning.exceptions import identity
from fusion.scanning.posture_change import shifts
from tests.samples.agents.changes import case, findings

AGENT = Compliance()
DAY = date(2026, 11, 23)
LAST = date(2027, 3, 31)
OWNERS = "* @acme/all\n/pay/ @acme/pay\n"
GUESTS = {".github/CODEOWNERS": (OWNERS, OWNERS + "/pay/ @acme/pay @acme/all\n")}
GONE = {"SECURITY.md": ("# Security\n\nReport a vulnerability to security@example.org.\n", None)}
CI = """\
name: ci
on: [pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: pytest
"""
DOCKER = "FROM debian@sha256:" + "0" * 64 + "\nUSER 1000:1000\nCMD x\n"
ROOT = {"Dockerfile": (DOCKER, DOCKER.replace("USER 1000:1000\n", "ENV API_TOKEN=abc123\n") + "USER root\n")}
MAY_WRITE = {".github/workflows/ci.yml": (CI, CI.replace("contents: read", "contents: write"))}
DANGEROUS = {".github/workflows/ci.yml": (CI, CI.replace("on: [pull_request]", "on: [pull_request_target]"))}
BINARIES = {"bin/a.exe": (None, b"MZ\0\0" + bytes(900)), "bin/b.exe": (None, b"MZ\0\0" + bytes(800))}


def exception(check: str, **said: Any) -> ScanException:
    plain: dict[str, Any] = {
        **{"check": check, "repository": "acme/*", "owner": "ada", "reason": "Until March.", "approver": "grace"},
        **{"expires": LAST, "origin": "the API"},
    }
    about = plain | said
    names = ("check", "repository", "path", "fingerprint", "component")
    return ScanException(id=identity(**{name: about[name] for name in names if name in about}), **about)


def found(files: dict[str, Any], *exceptions: ScanException, named: str, day: date | None = DAY) -> list[Finding]:
    policy = Policy(scans=Scans(block=(named,)))
    return findings(AGENT, case(files, policy=policy, exceptions=exceptions, day=day))


@pytest.mark.parametrize(
    ("files", "check", "said"),
    [
        (GUESTS, "code-owners-file", {}),
        (GUESTS, "code-owners-file", {"path": ".github/"}),
        (GONE, "security-policy", {"repository": "ACME/Shop"}),
        # Findings that say what a check would say: of a check that is made over the change, and of one that needs analyzers.
        (MAY_WRITE, "token-permissions", {"path": "ci.yml"}),
        (DANGEROUS, "dangerous-workflow", {"path": ".github/workflows/*.yml"}),
    ],
)
def test_what_is_accepted_is_said_with_owner_and_last_day_and_does_not_block(
    files: dict[str, Any], check: str, said: dict[str, Any]
) -> None:
    (before,) = [one for one in found(files, named=check) if one.weight == "blocks"]
    assert blocks(before, Policy())
    (one,) = [one for one in found(files, exception(check, **said), named=check) if one.weight == "blocks"]
    assert not blocks(one, Policy().model_copy(update={"block": Severity.INFO}))
    assert one.accepted.startswith(f"The exception {exception(check, **said).id} from `{check}`")
    assert one.accepted.endswith("(owner ada, the API) accepts this until 2027-03-31.")
    assert one.fingerprint == before.fingerprint, "the same finding, whoever accepts it"


@pytest.mark.parametrize(
    ("files", "check", "said", "told"),
    [
        (GUESTS, "code-owners-file", {"expires": date(2026, 11, 22)}, "expired on 2026-11-22, and accepts this no more."),
        (MAY_WRITE, "token-permissions", {"expires": date(2026, 11, 22)}, "expired on 2026-11-22, and accepts this no more."),
        (GONE, "security-policy", {"approver": "Ada"}, "does not count: it is approved by its owner: somebody else has to."),
        (GUESTS, "code-owners-file", {"path": "docs/"}, ""),
        (GUESTS, "code-owners-file", {"repository": "other/*"}, ""),
        (GUESTS, "security-policy", {}, ""),
        (GUESTS, "code-owners-file", {"fingerprint": "0123456789abcdef"}, ""),
        # Of what is taken away the next scan says something, of a place that nobody knows yet.
        (GONE, "security-policy", {"path": "SECURITY.md"}, ""),
        (DANGEROUS, "dangerous-workflow", {"fingerprint": "0123456789abcdef"}, ""),
    ],
)
def test_what_is_not_accepted_blocks_and_says_why(files: dict[str, Any], check: str, said: dict[str, Any], told: str) -> None:
    named = "code-owners-file" if files is GUESTS else check
    one = next(one for one in found(files, exception(check, **said), named=named) if one.weight == "blocks")
    assert (one.accepted, blocks(one, Policy())) == ("", True)
    assert one.body.endswith(told)
    assert ("exception" in one.body) is bool(told)


def test_the_last_day_counts_and_a_run_without_a_day_accepts_nothing() -> None:
    mine = exception("code-owners-file")
    for day, accepted in ((LAST, True), (date(2027, 4, 1), False), (None, False)):
        (one,) = found(GUESTS, mine, named="code-owners-file", day=day)
        assert bool(one.accepted) is accepted, day


def test_only_what_it_is_about_is_accepted() -> None:
    ones = found(BINARIES, exception("binary-artifacts", path="bin/a.exe"), named="binary-artifacts")
    assert {one.location.path: bool(one.accepted) for one in ones} == {"bin/a.exe": True, "bin/b.exe": False}


def test_what_is_accepted_in_a_file_is_said_beside_what_is_not() -> None:
    held = case(ROOT)
    brought = shifts(held.change, held.contents, held.policy, builtin())[0].brought
    assert len(brought) == 2
    for mine, other in (brought, reversed(brought)):
        (one,) = found(ROOT, exception("container-images", fingerprint=mine.fingerprint), named="container-images")
        assert (one.accepted, one.title) == ("", other.title.rstrip("."))
        assert f"Beside it, accepted: {mine.title.rstrip('.')}. The exception" in one.body
    both = [exception("container-images", fingerprint=one.fingerprint) for one in brought]
    (one,) = found(ROOT, *both, named="container-images")
    assert all(one.accepted.count(mine.id) == 1 for mine in both)


def test_one_that_nobody_accepts_beside_one_that_is_accepted_blocks() -> None:
    (accepted,) = found(GUESTS, exception("code-owners-file"), named="code-owners-file")
    other = accepted.model_copy(update={"accepted": "", "agent": "other", "title": "It is so."})
    for pair in ([accepted, other], [other, accepted]):
        assert blocks(joined(pair), Policy())
    assert not blocks(joined([accepted, accepted.model_copy(update={"agent": "other"})]), Policy())


@pytest.mark.parametrize(("last", "verdict"), [(LAST, Verdict.PASS), (date(2026, 11, 1), Verdict.BLOCK)])
def test_the_verdict_names_what_is_accepted(last: date, verdict: Verdict) -> None:
    policy = Policy(scans=Scans(block=("token-permissions",)))
    held = case(MAY_WRITE, policy=policy, exceptions=(exception("token-permissions", expires=last),), day=DAY)
    tasks = AGENT.tasks(held)
    assert isinstance(tasks, list)
    made = judge(
        change=held.change,
        contents=held.contents,
        policy=policy,
        runs=(),
        reports=[AGENT.read(task, None) for task in tasks],
        ledger=Ledger(),
        provenance=Provenance(),
    ).review
    assert made.verdict is verdict
    said = " ".join(made.reasons)
    assert ("1 finding is accepted for a time: " in said) is (verdict is Verdict.PASS)
    (one,) = made.findings
    assert ("accepts this until" in one.body, "accepts this no more" in one.body) == (last == LAST, last != LAST)
