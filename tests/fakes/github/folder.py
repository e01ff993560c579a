"""Git repositories on disk as the fake reads and writes them. What is asked of a commit is computed once."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}
SHA = re.compile(r"[0-9a-f]{40}")
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
READ_AHEAD = 20
"""Files that are asked for one by one before all of a commit are read."""
LARGEST = 100_000
"""Bytes of a file that is read so."""
AUTHOR = ("Mona Lisa", "mona@example.org")


class Absent(LookupError):
    """No such commit, branch, object or path."""


@dataclass(frozen=True)
class Lines:
    """The lines of one file's diff that a comment may stand on: line -> (hunk, position), for each side."""

    right: Mapping[int, tuple[int, int]]
    left: Mapping[int, tuple[int, int]]
    hunks: tuple[str, ...]

    def side(self, side: str) -> Mapping[int, tuple[int, int]]:
        """Of `LEFT` or `RIGHT`."""
        return self.left if side == "LEFT" else self.right


def lines_of(patch: str) -> Lines:
    """Which lines a patch shows, as GitHub counts positions: the line under the first `@@` is 1."""
    right: dict[int, tuple[int, int]] = {}
    left: dict[int, tuple[int, int]] = {}
    hunks: list[list[str]] = []
    old = new = position = 0
    for text in patch.split("\n"):
        if match := HUNK.match(text):
            position += bool(hunks)
            old, new = int(match[1]), int(match[3])
            hunks.append([text])
            continue
        if not hunks:
            continue
        position += 1
        hunks[-1].append(text)
        if text[:1] in (" ", "-", ""):
            left[old] = len(hunks) - 1, position
            old += 1
        if text[:1] in (" ", "+", ""):
            right[new] = len(hunks) - 1, position
            new += 1
    return Lines(right, left, tuple("\n".join(hunk) for hunk in hunks))


@dataclass
class Folder:
    """One git repository. All methods raise Absent for what is not there."""

    folder: Path
    listed: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    """The files of each pair of tips, as `changes` computed them; a test may edit a list."""
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    asked: int = 0
    """Files that were asked for and not known."""

    def git(self, *args: str, stdin: bytes | None = None) -> bytes:
        """The output of a git command in the repository."""
        done = subprocess.run(["git", "-C", str(self.folder), *args], capture_output=True, input=stdin)
        if done.returncode:
            raise Absent(done.stderr.decode(errors="replace"))
        return done.stdout

    def once(self, *args: str) -> bytes:
        """As `git`, for commands whose answer cannot change: they name commits and objects."""
        if args not in self.known:
            self.known[args] = self.git(*args)
        found: bytes = self.known[args]
        return found

    def sha(self, revision: str) -> str:
        """The commit that a branch, reference or (abbreviated) SHA names now."""
        if SHA.fullmatch(revision):
            return self.once("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
        for place in (self.folder / ".git", self.folder):
            loose = place / revision if revision.startswith("refs/") else place / "refs" / "heads" / revision
            if ".." not in revision and loose.is_file():
                text = loose.read_text(encoding="ascii").strip()
                if SHA.fullmatch(text):
                    return text
        if revision.startswith("-"):
            raise Absent(revision)
        return self.git("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()

    def merge_base(self, base: str, head: str) -> str:
        """Of two commits."""
        return self.once("merge-base", base, head).decode().strip()

    def commits(self, base: str, head: str) -> list[str]:
        """The commits of `base..head`, oldest first."""
        return self.once("rev-list", "--reverse", "--topo-order", f"{base}..{head}").decode().split()

    def commit(self, sha: str) -> dict[str, Any]:
        """One commit: sha, tree, parents, author, committer, message."""
        key = ("commit", sha)
        if key not in self.known:
            marks = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
            parts = self.git("show", "-s", f"--format={marks}", f"{sha}^{{commit}}").decode(errors="replace").split("\0")
            names = ("sha", "tree", "parents", "name", "email", "at", "cname", "cemail", "cat", "message")
            found: dict[str, Any] = dict(zip(names, (part.rstrip("\n") for part in parts), strict=True))
            self.known[key] = {**found, "parents": found["parents"].split()}
        answer: dict[str, Any] = self.known[key]
        return answer

    def tree(self, sha: str, recursive: bool = True) -> list[dict[str, Any]]:
        """The entries of a tree or commit: path, mode, type, sha, size."""
        key = ("tree", sha, str(recursive))
        if key not in self.known:
            self.known[key] = list(self._entries(sha, recursive))
        found: list[dict[str, Any]] = self.known[key]
        return found

    def _entries(self, sha: str, recursive: bool) -> Iterator[dict[str, Any]]:
        flags = ["-r", "-t"] if recursive else []
        for line in self.git("ls-tree", *flags, "-l", "-z", sha).decode(errors="replace").split("\0")[:-1]:
            meta, path = line.split("\t", 1)
            mode, kind, entry, size = meta.split()
            yield {"path": path, "mode": mode, "type": kind, "sha": entry, **({} if size == "-" else {"size": int(size)})}

    def blob(self, name: str) -> bytes:
        """The bytes of an object: `SHA` or `COMMIT:PATH`."""
        if name.startswith("-"):
            raise Absent(name)
        if ("cat-file", "blob", name) not in self.known:
            self.asked += 1
            if self.asked % READ_AHEAD == 0:
                self._read_ahead()
        return self.once("cat-file", "blob", name)

    def _read_ahead(self) -> None:
        """Read at once all files of the trees that were listed: who asks for many asks for the rest, each by a process."""
        listed = [entry for key, entries in list(self.known.items()) if key[0] == "tree" for entry in entries]
        sizes = {one["sha"]: one["size"] for one in listed if one["type"] == "blob" and one["size"] <= LARGEST}
        wanted = [sha for sha in sizes if ("cat-file", "blob", sha) not in self.known]
        found = self.git("cat-file", "--batch", stdin="".join(f"{sha}\n" for sha in wanted).encode())
        at = 0
        for sha in wanted:
            begin = found.index(b"\n", at) + 1
            at = begin + sizes[sha] + 1
            self.known["cat-file", "blob", sha] = found[begin : at - 1]

    def files(self, base: str, head: str) -> list[dict[str, Any]]:
        """The files between the merge base of two commits and the second, as GitHub lists them."""
        if (base, head) not in self.listed:
            self.listed[base, head] = list(self._files(self.merge_base(base, head), head))
        return self.listed[base, head]

    def _files(self, base: str, head: str) -> Iterator[dict[str, Any]]:
        """Three dots, renames found, hunks without their header."""
        flags = ("-M", "--no-color", "--no-ext-diff", base, head)
        raw = self.git("diff", "--raw", "-z", "--abbrev=40", *flags).decode(errors="replace").split("\0")[:-1]
        counts = self.git("diff", "--numstat", "-z", *flags).decode(errors="replace").split("\0")[:-1]
        text = self.git("diff", "--src-prefix=a/", "--dst-prefix=b/", *flags).decode(errors="replace")
        sections = re.split(r"^(?=diff --git )", text, flags=re.MULTILINE)[1:]
        while raw:
            _, _, old_sha, new_sha, status = raw.pop(0).split()
            names = [raw.pop(0)] + ([raw.pop(0)] if status[0] in "RC" else [])
            added, removed, rest = counts.pop(0).split("\t", 2)
            if not rest:
                del counts[:2]
            patch = "".join(sections.pop(0) for _ in range(2 if status[0] == "T" else 1))
            at = patch.find("\n@@ ")
            mode_only = status == "M" and at < 0 and old_sha == new_sha
            yield {
                "sha": new_sha if status != "D" else old_sha,
                "filename": names[-1],
                **({"previous_filename": names[0]} if len(names) == 2 else {}),
                "status": "changed" if mode_only else STATUS[status[0]],
                "additions": int(added) if at >= 0 else 0,
                "deletions": int(removed) if at >= 0 else 0,
                "changes": int(added) + int(removed) if at >= 0 else 0,
                **({"patch": patch[at + 1 :].rstrip("\n")} if at >= 0 else {}),
            }

    def lines(self, base: str, head: str, path: str) -> Lines | None:
        """Where comments may stand in a file of a pull request; None when the file is not in its diff."""
        key = ("lines", base, head, path)
        if key not in self.known:
            patches = {item["filename"]: item.get("patch", "") for item in self.files(base, head)}
            self.known[key] = lines_of(patches[path]) if path in patches else None
        found: Lines | None = self.known[key]
        return found

    def moved(self, path: str, line: int, old: str, new: str) -> int | None:
        """Where a line of one commit is at another; None when it was changed or removed, or its file is gone."""
        if old == new:
            return line
        key = ("moves", old, new, path)
        if key not in self.known:
            text = self.git("diff", "-U0", "--no-color", "--no-ext-diff", old, new, "--", path).decode(errors="replace")
            gone = "\ndeleted file mode" in text
            self.known[key] = None if gone else [tuple(int(n or 1) for n in m.groups()) for m in HUNK.finditer(text)]
        hunks = self.known[key]
        if hunks is None:
            return None
        offset = 0
        for start, count, _, added in hunks:
            if count and start <= line < start + count:
                return None
            if start < line:
                offset += added - count
        return line + offset

    def write(
        self,
        branch: str,
        files: Mapping[str, str | bytes | None],
        *,
        parent: str | None = None,
        message: str = "Change",
        at: int = 1_760_000_000,
    ) -> str:
        """Commit files (None: remove) on top of `parent` (None: the branch's tip, if it has one); the branch moves there."""
        if parent is None:
            try:
                parent = self.sha(branch)
            except Absent:
                parent = ""
        who = f"{AUTHOR[0]} <{AUTHOR[1]}> {at} +0000"
        body = message.encode()
        lines = [f"commit refs/heads/{branch}\ncommitter {who}\ndata {len(body)}\n".encode(), body, b"\n"]
        if parent:
            lines.append(f"from {parent}\n".encode())
        for path, content in files.items():
            quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
            if content is None:
                lines.append(f"D {quoted}\n".encode())
                continue
            data = content.encode() if isinstance(content, str) else content
            lines += [f"M 100644 inline {quoted}\ndata {len(data)}\n".encode(), data, b"\n"]
        self.git("fast-import", "--quiet", "--force", stdin=b"".join(lines))
        return self.sha(branch)

    def move(self, branch: str, sha: str | None) -> None:
        """Point a branch to a commit, or remove it."""
        ref = f"refs/heads/{branch}"
        self.git("update-ref", *(["-d", ref] if sha is None else [ref, self.sha(sha)]))
