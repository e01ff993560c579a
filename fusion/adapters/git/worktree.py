"""What is staged, or lies in the work tree -> a tree in the quarantine.

Git decides which files to look at (`diff-files`, `ls-files --others`), with our configuration, so that no filter runs. The
bytes are read here and stored as they are: no clean filter, no line-end conversion (but for `core.autocrlf`, below).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from fusion.adapters.git import files
from fusion.adapters.git.quarantine import Quarantine
from fusion.adapters.git.repository import personal
from fusion.changes import paths
from fusion.errors import UserError

_NO_MODE = "000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A tree, why some of its files hold a stand-in instead of their bytes (by path), and what is not in it at all."""

    tree: str
    omitted: dict[str, str] = field(default_factory=dict)
    cut: tuple[str, ...] = ()


def staged(quarantine: Quarantine) -> Snapshot:
    """The index as a tree. Raises UserError while a merge conflict is unresolved."""
    _root(quarantine)
    quarantine.borrow_index()
    return Snapshot(tree=_write_tree(quarantine))


def _root(quarantine: Quarantine) -> Path:
    """The top of the work tree. Raises UserError in a bare repository."""
    repository = quarantine.repository
    if repository.root is None:
        raise UserError(f"{repository.folder} is a bare repository: it has neither an index nor a work tree to review.")
    return repository.root


def _write_tree(quarantine: Quarantine) -> str:
    unmerged = quarantine.run("ls-files", "--unmerged", "-z").stdout
    if unmerged:
        path = paths.decode(unmerged.split(b"\0")[0].partition(b"\t")[2])
        raise UserError(f"{path!r} has a merge conflict: resolve it and stage the file first.")
    # Without the check that every object is there: in a partial clone not all of them are.
    tree = quarantine.run("write-tree", "--missing-ok").stdout.decode("ascii").strip()
    # Git would take attributes from an index; what compares the trees shall see none.
    (quarantine.folder / "index").unlink(missing_ok=True)
    return tree


def uncommitted(quarantine: Quarantine, *, max_file_bytes: int, max_files: int) -> Snapshot:
    """The work tree as a tree: tracked files as they lie there, and untracked ones that are not ignored."""
    repository, root = quarantine.repository, _root(quarantine)
    quarantine.borrow_index()
    changed, modes = _candidates(quarantine.at_work(root))
    cut: tuple[str, ...] = ()
    if len(changed) > max_files:
        cut = (f"{max_files:,} of {len(changed):,} changed files were read",)
        changed = changed[:max_files]
    omitted: dict[str, str] = {}
    lines: list[bytes] = []
    zero = b"0" * len(quarantine.empty_tree)
    crlf = repository.settings.get("core.autocrlf", "").lower() in ("true", "input")
    for path in changed:
        known = modes.get(path, _NO_MODE)
        mode, id = _NO_MODE, zero.decode()
        if known == "160000" or path.endswith(b"/"):
            path = path.rstrip(b"/")
            head = _submodule_head(quarantine, root, path)
            if head:
                mode, id = "160000", head
            elif (root / os.fsdecode(path)).is_dir():
                # Not checked out, or without a commit: nothing that could have changed.
                continue
        elif found := files.look(root, path, limit=max_file_bytes):
            mode = _mode(quarantine, found.mode, known)
            data = found.data
            if data is None:
                omitted[paths.decode(path)] = found.omitted
                # A NUL makes it binary to git, the rest makes it differ from what is committed.
                data = b"\0" + f"{found.omitted} {found.size} {os.fsdecode(path)}".encode("utf-8", "surrogateescape")
            elif crlf and mode.startswith("100") and b"\0" not in data[:8000]:
                # What git would do on `git add`: on such a machine files have CRLF only in the work tree.
                data = data.replace(b"\r\n", b"\n")
            id = quarantine.write(data)
        if mode != known or mode == _NO_MODE:
            lines.append(b"%s %s\t%s" % (_NO_MODE.encode(), zero, path))
        if mode != _NO_MODE:
            lines.append(b"%s %s\t%s" % (mode.encode(), id.encode(), path))
    if lines:
        quarantine.run("update-index", "-z", "--index-info", input=b"\0".join(lines) + b"\0")
    return Snapshot(tree=_write_tree(quarantine), omitted=omitted, cut=cut)


def _candidates(quarantine: Quarantine) -> tuple[list[bytes], dict[bytes, str]]:
    """Paths that may differ from the index or are not in it, and the modes that the index gives them."""
    modes: dict[bytes, str] = {}
    fields = quarantine.run("diff-files", "--raw", "-z", "--no-abbrev", "--ignore-submodules=dirty").stdout.split(b"\0")[:-1]
    for meta, path in zip(fields[::2], fields[1::2], strict=True):
        mode, _, _, _, status = meta[1:].decode("ascii").split(" ")
        # An unmerged path is listed twice; the conflict is gone once the file is taken from the work tree.
        modes[path] = _NO_MODE if status == "U" or path in modes else mode
    arguments = ["ls-files", "--others", "--exclude-standard", "-z"]
    repository = quarantine.repository
    for file in personal(repository.git, repository.folder, "--global", "core.excludesFile")[-1:] or ["~/.config/git/ignore"]:
        excludes = os.path.expanduser(file)  # noqa: PTH111 - which raises where there is no home
        if Path(excludes).is_file():
            arguments.append(f"--exclude-from={excludes}")
    untracked = quarantine.run(*arguments).stdout.split(b"\0")[:-1]
    return [*modes, *untracked], modes


def _mode(quarantine: Quarantine, mode: str, known: str) -> str:
    """The mode to record: where the file system keeps no executable bit (`core.fileMode`), the index knows better."""
    if quarantine.repository.settings.get("core.filemode", "true").lower() == "false" and mode.startswith("100"):
        return known if known.startswith("100") else "100644"
    return mode


def _submodule_head(quarantine: Quarantine, root: Path, path: bytes) -> str | None:
    """The commit that a submodule or nested repository has checked out; None when it has none."""
    folder = root / os.fsdecode(path)
    if folder.is_symlink() or not (folder / ".git").exists():
        return None
    done = quarantine.repository.git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=folder, limit=1000)
    return done.stdout.decode("ascii").strip() if done.code == 0 else None
