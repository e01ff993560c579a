"""Asks whether passwords, keys or tokens lie in the files.

It stands on the secrets scanner, which must have read every file that holds text: one that it passes over for its name (a lock
file, a drawing, a minified script) may hold a key like any other. A secret counts when the scanner is at least likely right;
what stands in a test or an example is rated low by the scanner and told apart, because such secrets are nearly always made up.
Values are never shown. Taking a secret out of the file does not take it back: it must be revoked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from fusion.changes.patterns import spec as path_spec
from fusion.check import About, Source, Subject, Towards
from fusion.checks.evidence import judged, missed, runs, speaking, stumbled
from fusion.checks.files import TreeCheck, counted, paths, refused, regular
from fusion.checks.results import not_applicable, not_assessed, passed
from fusion.checks.sources import read_by
from fusion.evidence.analyzers.secrets import Secrets
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.render.text import clip, exact

TOOL = "secrets"
FAMILIES = frozenset({"hardcoded-secret", "hardcoded-password", "private-key"})
_SAMPLE = b"a text of no length"
_TOO_SHORT = 8
"""Bytes that cannot hold a secret."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How a text of two or four bytes for a character begins; its other bytes look like no text."""
_KINDS = 5
"""Kinds of files that a sentence tells."""
_NO_TEXT = frozenset(
    {
        *("7z", "a", "avi", "bin", "bmp", "bz2", "class", "db", "deb", "dll", "doc", "docx", "dylib", "eot"),
        *("exe", "flac", "gem", "gif", "gz", "ico", "jar", "jpeg", "jpg", "keystore", "lib", "mo", "mov", "mp3"),
        *("mp4", "npy", "npz", "o", "odt", "ogg", "onnx", "otf", "parquet", "pdf", "pickle", "pkl", "png"),
        *("ppt", "pptx", "psd", "pt", "pyc", "rar", "rpm", "so", "sqlite", "tar", "tgz", "tif", "tiff", "ttf"),
        *("war", "wasm", "wav", "webm", "webp", "whl", "woff", "woff2", "xls", "xlsx", "xz", "zip", "zst"),
    }
)
"""Endings of files that hold no text."""


class SecretsInTree(TreeCheck):
    """No credentials in files."""

    about = About(
        id="secrets-in-tree",
        title="No secrets lie in the files",
        rationale="Everyone who can read the repository, now or later, can use what lies in it.",
        remediation="Revoke the secret, make a new one, and read it from the environment or a secret store.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-07.01", reason="Secrets lie in the repository."),
            Towards(catalogue="asvs", control="V13.3.1", reason="Secrets lie in the source."),
            Towards(
                catalogue="ssdf",
                control="PW.5.1",
                reason="Secure coding keeps secrets out of the code.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-BR-07)",
            ),
            Towards(catalogue="soc2", control="CC6.1", reason="Credentials lie in the code."),
            Towards(catalogue="iso27001", control="A.5.17", reason="Credentials lie in the code."),
            Towards(catalogue="iso27001", control="A.8.12", reason="Credentials have leaked into the code."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Findings first; then whether every text was read."""
        found = judged((one for one in subject.evidence if one.family in FAMILIES), subject.policy, Severity.MEDIUM)
        if found.against:
            against = speaking(self.about, found.against)
            told = f"{counted(len(against), 'secret')} in the files.{found.beside()}"
            read = sorted({one.location.path for one in found.against})
            return refused(self.about, against, told, read=read)
        texts, ignored = self._texts(subject)
        if not texts and not ignored and not subject.tree.cut:
            return not_applicable(self.about, "No file here holds text that is long enough for a secret.", read=("tree",))
        if not any(runs(subject, TOOL)):
            return not_assessed(self.about, "The secrets scanner did not run. See `fusion doctor`, and scan again.")
        names = read_by(subject, TOOL)
        unread = texts - names
        if unread:
            unknown = unread - stumbled(subject, TOOL)
            passed_over = {path for path in unknown if not Secrets().wants(path, subject.contents.get(path, _SAMPLE))}
            why = (_not_looked_at(passed_over), missed(subject, TOOL, unread - passed_over))
            return not_assessed(self.about, " ".join(one for one in why if one))
        if subject.tree.cut:
            return self.partial(subject)
        if not texts:
            return not_assessed(self.about, f"Policy ignores every text here ({counted(len(ignored), 'file')}).")
        where = f" ({paths(names)})" if 0 < len(names) <= 3 else ""
        aside = f" Ignored by policy: {counted(len(ignored), 'file')}." if ignored else ""
        return passed(self.about, f"No secret in {counted(len(names), 'file')}{where}.{aside}{found.beside()}", read=(TOOL,))

    def _texts(self, subject: Subject) -> tuple[set[str], set[str]]:
        """Files that hold text, by their bytes where they are at hand and else by names; those that policy ignores apart."""
        spec = path_spec(subject.policy.ignore)
        texts: set[str] = set()
        ignored: set[str] = set()
        for file in regular(subject.tree):
            if not 0 <= file.size <= _TOO_SHORT and _holds_text(file.path, subject.contents.get(file.path, _SAMPLE)):
                (ignored if spec.match_file(file.path) else texts).add(file.path)
        return texts, ignored


def _holds_text(path: str, data: bytes) -> bool:
    if path.rpartition(".")[2].lower() in _NO_TEXT:
        return False
    return len(data) > _TOO_SHORT and (data.startswith(_WIDE) or b"\0" not in data[:8000])


def _not_looked_at(files: Iterable[str]) -> str:
    """A sentence on texts that the scanner passes over, by kind; empty where there are none."""
    kinds = Counter(_kind(path) for path in files)
    if not kinds:
        return ""
    ordered = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    shown = ", ".join(f"{number:,} {kind}" for kind, number in ordered[:_KINDS])
    more = f" and {counted(len(ordered) - _KINDS, 'more kind')}" if len(ordered) > _KINDS else ""
    files_not_read = counted(kinds.total(), "text file")
    return f"The secrets scanner did not look at {files_not_read} here: {shown}{more}. Look through them by other means."


def _kind(path: str) -> str:
    """What a file is passed over for: its ending where that is a medium's, else its name."""
    name = PurePosixPath(path).name
    ending = (
        "".join(PurePosixPath(name.lower()).suffixes[-2:]) if ".min." in name.lower() else PurePosixPath(name).suffix.lower()
    )
    medium = bool(ending) and not Secrets().wants(f"x{ending}", _SAMPLE)
    return clip(exact(f"*{ending}" if medium else name), 60)
