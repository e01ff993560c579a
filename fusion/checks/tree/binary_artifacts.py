"""Asks whether programs and libraries lie in the tree in a form that nobody can review.

Files with endings of executables, libraries and bytecode are looked at: they count when their first bytes say so (ELF, PE,
Mach-O, WebAssembly, Java and Android bytecode, archives), or when they hold NUL bytes. Any other file whose bytes are at hand
counts by its first bytes alone. The jar of Gradle's wrapper is left out where a workflow verifies its checksum. Binaries among
tests' data are named too, with low severity: hostile code was hidden there before (CVE-2024-3094). A file that could not be
read leaves it unassessed.
"""

from __future__ import annotations

import re

from fusion.changes.roles import is_test
from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import TreeCheck, counted, paths, refused, regular
from fusion.checks.results import deviation, not_assessed, passed
from fusion.checks.workflows import is_pipeline, pipelines
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.render.text import clip, exact

_ENDINGS = frozenset(
    {
        *("a", "aar", "apk", "app", "bundle", "cab", "class", "com", "cpl", "crx", "deb", "dex", "dey", "dll"),
        *("dmg", "drv", "dylib", "ear", "efi", "egg", "elf", "exe", "iso", "jar", "ko", "lib", "msi", "msix"),
        *("o", "obj", "ocx", "par", "pyc", "pyd", "pyo", "rpm", "scr", "so", "sys", "war", "wasm", "whl"),
        *("xpi",),
    }
)
_ARCHIVES = frozenset(
    {
        *("aar", "apk", "cab", "crx", "deb", "dmg", "ear", "egg", "iso", "jar", "msi", "msix", "par", "rpm"),
        *("war", "whl", "xpi"),
    }
)
_VERSIONED = re.compile(r"\.so(?:\.\d{1,6}){1,4}$")
_WRAPPER = re.compile(r"(?:^|/)gradle/wrapper/gradle-wrapper\.jar$")
_VERIFIES = ("gradle/wrapper-validation-action", "gradle/actions/wrapper-validation", "gradle/actions/setup-gradle")
_NUL = 8_000


class BinaryArtifacts(TreeCheck):
    """Nothing that cannot be read."""

    about = About(
        id="binary-artifacts",
        title="No executables and no unreviewable binaries lie in the tree",
        rationale="Nobody can review a binary, and nobody knows which source it was made of.",
        remediation="Take it out and build it from source, or fetch it from a registry with a checksum.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-QA-05.01",
                reason="Generated executables in the tree.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-QA-05)",
            ),
            Towards(
                catalogue="osps",
                control="OSPS-QA-05.02",
                reason="Unreviewable binaries in the tree.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-QA-05)",
            ),
            Towards(
                catalogue="ssdf",
                control="PS.1.1",
                reason="What nobody can review does not get in.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-QA-05)",
            ),
            Towards(catalogue="soc2", control="CC6.8", reason="Software that nobody can review does not get in."),
            Towards(catalogue="iso27001", control="A.8.4", reason="Only source lies with the source."),
            Towards(catalogue="scorecard", control="Binary-Artifacts", reason="It answers the same question."),
        ),
        scorecard="Binary-Artifacts",
    )

    def wants(self, path: str) -> bool:
        """Candidates by their ending, and workflows, which may verify the wrapper."""
        return _candidate(path) or is_pipeline(path)

    def judge(self, subject: Subject) -> CheckResult:
        """What is told, and what could not be."""
        verified = any(
            step.action.startswith(_VERIFIES) for flow in pipelines(subject).read for job in flow.jobs for step in job.steps
        )
        against: list[Deviation] = []
        unread: list[str] = []
        looked = 0
        for file in regular(subject.tree):
            data = None if file.path in subject.unread else subject.contents.get(file.path)
            if data is None:
                if _candidate(file.path) and file.size != 0:
                    unread.append(file.path)
                continue
            looked += 1
            kind = _kind(file.path, data)
            if kind and not (verified and _WRAPPER.search(file.path)):
                against.append(self._deviation(file.path, kind))
        if against:
            beside = f" {counted(len(unread), 'candidate')} could not be read." if unread else ""
            told = f"{counted(len(against), 'binary', 'binaries')} in the tree.{beside}"
            return refused(self.about, against, told, read=[one.path for one in against])
        if unread:
            told = f"{paths(unread)} could not be read, and may be a binary by its name. Look at it, or take it out."
            return not_assessed(self.about, told)
        if subject.tree.cut:
            return self.partial(subject)
        return passed(
            self.about,
            f"No binary among {counted(len(subject.tree.files), 'file')}, by ending and first bytes.",
            read=("tree",),
        )

    def _deviation(self, path: str, kind: str) -> Deviation:
        wrapper = " Verify its checksum with gradle/actions/wrapper-validation." if _WRAPPER.search(path) else ""
        low = wrapper or is_test(path)
        return deviation(
            self.about,
            f"{clip(exact(path), 160)} is {kind}.{wrapper}",
            key=path,
            path=path,
            severity=Severity.LOW if low else Severity.HIGH,
        )


def _candidate(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return ("." in name and name.rpartition(".")[2] in _ENDINGS) or _VERSIONED.search(name) is not None


def _kind(path: str, data: bytes) -> str:
    """What the bytes are, with the article; empty where they are no binary that counts."""
    at = int.from_bytes(data[60:64], "little")
    if data.startswith(b"\x7fELF"):
        return "an ELF binary"
    if data.startswith(b"MZ") and data[at : at + 4] == b"PE\0\0":
        return "a Windows binary"
    if data[:4] in (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"):
        return "a Mach-O binary"
    if data[:4] == b"\xca\xfe\xba\xbe":
        return "Java bytecode or a Mach-O binary"
    if data.startswith(b"\0asm"):
        return "a WebAssembly binary"
    if data.startswith(b"dex\n"):
        return "Android bytecode"
    if data.startswith(b"!<arch>\n"):
        return "a library or package archive"
    if not _candidate(path):
        return ""
    ending = path.rpartition(".")[2].lower()
    if ending in _ARCHIVES and data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "an archive of compiled code"
    return "a binary by its ending and bytes" if b"\0" in data[:_NUL] else ""
