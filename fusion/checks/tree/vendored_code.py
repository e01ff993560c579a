"""Asks whether code of others that is copied in is listed somewhere, so that its updates are noticed.

Vendored folders (`vendor`, `third_party`, `node_modules`, ...) count by their name. One that a package manager keeps is listed
by that: Go's `vendor/modules.txt`, Composer's `vendor/composer/installed.json`, and manifests of their own in packages that are
copied whole. Others are deviations, for information: nobody learns of a vulnerability in what no list names.
"""

from __future__ import annotations

from fusion.changes.roles import is_test
from fusion.changes.selection import outside
from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import TreeCheck, counted, refused, regular
from fusion.checks.results import deviation, not_applicable, passed
from fusion.checks.sight import spoken
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.render.text import clip, exact

_LISTS = frozenset(
    {
        *(
            "modules.txt",
            "installed.json",
            "package.json",
            "cargo.toml",
            "vendor.txt",
            "vendor.json",
            "metadata",
            "pyproject.toml",
        ),
        *("manifest.txt", "third_party.json", "cgmanifest.json", "go.mod", "pom.xml", "setup.py"),
    }
)


class VendoredCode(TreeCheck):
    """Copies of others' code."""

    about = About(
        id="vendored-code",
        title="Code of others that is copied in is listed",
        rationale="A copy gets no updates, and no scanner of dependencies sees it.",
        remediation="Take it from a registry with a lock file, or list it (name, version, source) beside the copy.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(catalogue="asvs", control="V15.1.2", reason="Whether libraries that are copied in are on a list."),
            Towards(catalogue="iso27001", control="A.5.9", reason="Whether software that is copied in is on a list."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Folder by folder, the outermost vendored one."""
        code: dict[str, int] = {}
        listed: set[str] = set()
        for file in regular(subject.tree):
            why = outside(file.path)
            if not why.startswith("vendored") or is_test(file.path):
                continue
            root = _root(file.path, why.removeprefix("vendored: below a ").removesuffix(" folder"))
            if spoken(file.path):
                code[root] = code.get(root, 0) + 1
            if file.path.rpartition("/")[2].lower() in _LISTS:
                listed.add(root)
        bare = sorted(code.keys() - listed)
        if bare:
            deviations = [
                deviation(
                    self.about,
                    f"{clip(exact(root), 120)} holds {counted(code[root], 'file')} of code that nothing lists.",
                    key=root,
                    path=root,
                )
                for root in bare
            ]
            return refused(
                self.about, deviations, f"{counted(len(bare), 'folder')} of others' code that nothing lists.", read=bare
            )
        if subject.tree.cut:
            return self.partial(subject)
        if not code:
            return not_applicable(self.about, "No code of others is copied in, by the names of folders.", read=("tree",))
        return passed(self.about, f"Each of {counted(len(code), 'folder')} of others' code has a list.", read=sorted(code))


def _root(path: str, folder: str) -> str:
    """The path down to that folder."""
    parts = path.split("/")
    at = next((index for index, part in enumerate(parts) if part.lower() == folder), 0)
    return "/".join(parts[: at + 1])
