"""Whether what was scanned is an unpacked source distribution instead of a repository: the one place that knows.

Such an archive regularly leaves out what is for the forge and for those who work on the code: workflows, CODEOWNERS, tests, the
setup of Dependabot. That they are not in it says nothing about the repository. One that holds `.github` was packed with them,
and is looked at like any tree.
"""

from __future__ import annotations

from fusion.check import Subject
from fusion.model.posture import Unknown

_MARKS = {
    "PKG-INFO": "PKG-INFO, of Python",
    "package/package.json": "package/package.json, of npm",
    ".cargo_vcs_info.json": ".cargo_vcs_info.json, of Cargo",
}
"""Files that packing writes, and that lie in no repository at that place."""
_OURS = "sha256:"


def unpacked(subject: Subject) -> str:
    """What shows that it is an unpacked source distribution; empty: it is none, or holds what others leave out."""
    tree = subject.tree
    if not isinstance(subject.posture, Unknown) or not tree.commit.startswith(_OURS):
        return ""
    tops = {file.path.partition("/")[0] for file in tree.files}
    # Unpacking makes a folder, which may be what was scanned or lie in it.
    root = f"{min(tops)}/" if len(tops) == 1 and any("/" in file.path for file in tree.files) else ""
    mark = ""
    for file in tree.files:
        if file.blob and not file.blob.startswith(_OURS):
            return ""  # git's own ids: a work tree with changes
        path = file.path.removeprefix(root)
        if path.startswith(".github/"):
            return ""
        mark = mark or _MARKS.get(file.path, "") or _MARKS.get(path, "")
    return mark
