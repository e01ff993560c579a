"""Asks whether passwords, keys or tokens lie in the files.

It stands on the secrets scanner, which must have read every file that holds text. A secret counts when the scanner is at least
likely right; what stands in a test or an example is rated low by the scanner and told apart, because such secrets are nearly
always made up. Values are never shown. Taking a secret out of the file does not take it back: it must be revoked.
"""

from __future__ import annotations

from pathspec import GitIgnoreSpec

from fusion.check import About, Source, Subject, Towards
from fusion.checks.evidence import judged, missed, runs, speaking
from fusion.checks.files import TreeCheck, counted, paths, refused, regular
from fusion.checks.results import not_assessed, passed
from fusion.checks.sources import read_by
from fusion.evidence.analyzers.secrets import Secrets
from fusion.model import Severity
from fusion.model.compliance import CheckResult

TOOL = "secrets"
FAMILIES = frozenset({"hardcoded-secret", "hardcoded-password", "private-key"})
_SAMPLE = b"a text of no length"
_NO_TEXT = frozenset(
    {
        *("7z", "a", "avi", "bin", "bmp", "bz2", "class", "db", "deb", "dll", "doc", "docx", "dylib", "eot"),
        *("exe", "flac", "gif", "gz", "ico", "jar", "jpeg", "jpg", "keystore", "lib", "mo", "mov", "mp3"),
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
        if not any(runs(subject, TOOL)):
            return not_assessed(self.about, "The secrets scanner did not run. See `fusion doctor`, and scan again.")
        unread = self._texts(subject) - read_by(subject, TOOL)
        if unread:
            return not_assessed(self.about, missed(subject, TOOL, unread))
        if subject.tree.cut:
            return self.partial(subject)
        names = read_by(subject, TOOL)
        where = f" ({paths(names)})" if 0 < len(names) <= 3 else ""
        return passed(self.about, f"No secret in {counted(len(names), 'file')}{where}.{found.beside()}", read=(TOOL,))

    def _texts(self, subject: Subject) -> set[str]:
        """Files that the scanner looks at: text, by its bytes where they are at hand and else by its name."""
        scanner = Secrets()
        ignored = GitIgnoreSpec.from_lines(subject.policy.ignore)
        return {
            file.path
            for file in regular(subject.tree)
            if not 0 <= file.size <= 8
            and file.path.rpartition(".")[2].lower() not in _NO_TEXT
            and scanner.wants(file.path, subject.contents.get(file.path, _SAMPLE))
            and not ignored.match_file(file.path)
        }
