"""Asks whether a security policy tells how to report a vulnerability.

Looked for is `SECURITY.md` (or .rst, .txt, .adoc) in the root, in `.github` or in `docs`, where GitHub shows it, and
`.well-known/security.txt` (RFC 9116). It must name a way: an address, a link, or GitHub's private reporting. A page of the
documentation (`docs/security.rst`, in small letters) that names none is no policy, but a chapter about security. An
organisation's default policy in its `.github` repository is not in this tree, and does not count: a clone would not have
it. Whether the policy is good has to be read by somebody.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import TreeCheck, pages, paths, refused
from fusion.checks.results import deviation, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult

_PLACE = re.compile(r"(?:(?:\.github|docs)/)?security(?:\.(?:md|markdown|rst|txt|adoc))?|\.well-known/security\.txt", re.I)
_WAY = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}|https?://\S{4}|advisories/new|private(?:ly)? (?:vulnerability )?report"
    r"|\breport[^.\n]{0,60} privately|\bsecurity\W{1,4}tab\b"
    r"|[\w.+-]{1,64} ?[\[(]at[\])] ?[\w-]{1,63}",
    re.I,
)
_SHOWN = re.compile(r"(?:(?:\.github|docs)/)?(?-i:SECURITY)(?:\.\w{2,8})?|(?:\.github/)?security\b.*|\.well-known/.*", re.I)
"""What claims to be a policy. A `docs/security.rst` that tells nobody where to report is a chapter about security."""
_LOOKED = 60_000
"""Characters of a policy."""
_REPORTS = re.compile(r"\b(?:report|disclos|contact|notify)|\bvulnerabilit[^\n@]{0,200}@", re.I)
"""That something may be told; a page that only speaks of vulnerabilities and links elsewhere says nothing of that."""


class SecurityPolicy(TreeCheck):
    """A policy that names a way to report."""

    about = About(
        id="security-policy",
        title="A security policy tells how to report a vulnerability",
        rationale="Those who find a vulnerability need to know whom to tell in private, or they tell everybody or nobody.",
        remediation="Write `SECURITY.md`: where to report (an address, or GitHub's private vulnerability reporting), what to "
        "expect and by when, and which versions are supported.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-VM-01.01",
                reason="Whether there is a policy for disclosure (whether it names a time frame has to be looked at).",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-VM-01)",
            ),
            Towards(
                catalogue="osps",
                control="OSPS-VM-02.01",
                reason="Whether security contacts are named.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-VM-02)",
            ),
            Towards(
                catalogue="ssdf",
                control="RV.1.3",
                reason="The policy for disclosure is published.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-VM-01)",
            ),
            Towards(catalogue="cis-github", control="1.2.1", reason="Whether there is a SECURITY.md."),
            Towards(catalogue="soc2", control="CC2.3", reason="Outsiders are told how to report."),
            Towards(catalogue="iso27001", control="A.6.8", reason="There is a way to report security events."),
            Towards(catalogue="scorecard", control="Security-Policy", reason="It answers the same question."),
        ),
        scorecard="Security-Policy",
    )

    def wants(self, path: str) -> bool:
        """Security policies by their place."""
        return _PLACE.fullmatch(path) is not None

    def judge(self, subject: Subject) -> CheckResult:
        """One that names a way suffices."""
        found = pages(subject, self.wants, links=True)
        telling = [
            path for path, text in found.texts.items() if _WAY.search(text[:_LOOKED]) and _REPORTS.search(text[:_LOOKED])
        ]
        if telling:
            return passed(self.about, f"{paths(telling)} tells how to report.", read=sorted(telling))
        if found.unread:
            return not_assessed(self.about, found.why())
        if subject.tree.cut:
            return self.partial(subject)
        said = sorted(path for path in found.texts if _SHOWN.fullmatch(path))
        if not said:
            beside = f"; {paths(found.texts)} names no way to report a vulnerability" if found.texts else ""
            read = sorted(found.texts) or ("tree",)
            return self.absent(subject, f"No security policy lies in the repository{beside}.", read=read)
        path = said[0]
        title = f"{paths([path])} names no way to report a vulnerability."
        return refused(self.about, [deviation(self.about, title, key="no-way", path=path)], title, read=sorted(found.texts))
