"""Trees read folder by folder, the files that differ, and hunks that GitHub does not give."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.github import trees
from fusion.adapters.github.contents import compared
from fusion.adapters.github.trees import Entry, Listed, Trees
from fusion.changes import hunks
from fusion.model import ChangeKind

Flat = Mapping[str, str]
"""Path -> contents."""

NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: "/".join([*parts[:-1], f"{parts[-1]}.py"]))
FLAT = st.dictionaries(PATHS, st.sampled_from(["one", "two", "three"]), max_size=12)


class Served:
    """GitHub's trees API over some commits. A recursive listing holds `most` entries at most, as GitHub's does."""

    def __init__(self, most: int, **commits: Flat) -> None:
        self.most = most
        self.folders: dict[str, list[dict[str, Any]]] = {}
        self.asked = 0
        for commit, flat in commits.items():
            self.folders[commit] = self.folders[self._keep(flat)]

    def _keep(self, flat: Flat) -> str:
        items: list[dict[str, Any]] = []
        below: dict[str, dict[str, str]] = {}
        for path, text in flat.items():
            head, slash, rest = path.partition("/")
            if slash:
                below.setdefault(head, {})[rest] = text
            else:
                sha = hashlib.sha1(text.encode()).hexdigest()
                items.append({"path": path, "mode": "100644", "type": "blob", "sha": sha, "size": len(text)})
        items += [{"path": name, "mode": "040000", "type": "tree", "sha": self._keep(part)} for name, part in below.items()]
        items.sort(key=lambda item: str(item["path"]))
        sha = hashlib.sha1(repr(items).encode()).hexdigest()
        self.folders[sha] = items
        return sha

    def _all(self, sha: str, prefix: str = "") -> list[dict[str, Any]]:
        found = []
        for item in self.folders[sha]:
            found.append({**item, "path": prefix + item["path"]})
            if item["type"] == "tree":
                found += self._all(item["sha"], f"{prefix}{item['path']}/")
        return found

    async def fetch(self, sha: str, recursive: bool) -> Mapping[str, Any]:
        self.asked += 1
        if not recursive:
            return {"tree": self.folders[sha], "truncated": False}
        found = self._all(sha)
        return {"tree": found[: self.most], "truncated": len(found) > self.most}


@settings(max_examples=150, deadline=None)
@given(FLAT, FLAT, st.integers(0, 30))
def test_a_cut_listing_changes_nothing_about_what_differs(old: Flat, new: Flat, most: int) -> None:
    whole = asyncio.run(trees.read(Served(1000, old=old, new=new).fetch, "old", "new"))
    walked = asyncio.run(trees.read(Served(most, old=old, new=new).fetch, "old", "new"))
    assert trees.differences(walked) == trees.differences(whole)
    assert walked.cut == []
    named = {path for item in trees.differences(whole) for path in (item.path, item.old_path) if path}
    assert named == {path for path in {*old, *new} if old.get(path) != new.get(path)}
    assert {path: entry for path, entry in whole.new.items() if path in walked.known} == walked.known


def test_equal_folders_are_not_opened() -> None:
    old = {f"vendor/{n}/{m}.py": f"{n}{m}" for n in range(30) for m in range(3)} | {"src/a.py": "1"}
    served = Served(5, old=old, new=old | {"src/a.py": "2"})
    both = asyncio.run(trees.read(served.fetch, "old", "new"))
    assert trees.differences(both) == [Listed(path="src/a.py", kind=ChangeKind.MODIFIED)]
    assert served.asked == 2 + 2 + 2


def test_a_walk_that_is_too_long_is_told() -> None:
    old = {f"{n}/a.py": "1" for n in range(30)}
    both = asyncio.run(trees.read(Served(5, old=old, new=dict.fromkeys(old, "2")).fetch, "old", "new", walked=10))
    assert len(both.cut) == 1
    assert "26 folders that differ were not opened" in both.cut[0]


def test_what_happened_to_a_file() -> None:
    def entry(sha: str, mode: str = "100644") -> Entry:
        return Entry(mode, sha, 1)

    old = {"moved/x.py": entry("1"), "kept.py": entry("2"), "run.sh": entry("3"), "was.py": entry("4"), "gone.py": entry("5")}
    new = {
        "there/x.py": entry("1"),
        "there/y.py": entry("1"),
        "kept.py": entry("2"),
        "run.sh": entry("3", "100755"),
        "was.py": entry("6", "120000"),
        "new.py": entry("7"),
    }
    assert [(item.path, item.old_path, item.kind) for item in trees.differences(Trees(old=old, new=new))] == [
        ("gone.py", "", ChangeKind.DELETED),
        ("new.py", "", ChangeKind.ADDED),
        ("run.sh", "", ChangeKind.MODE),
        ("there/x.py", "moved/x.py", ChangeKind.RENAMED),
        ("there/y.py", "", ChangeKind.ADDED),
        ("was.py", "", ChangeKind.TYPE),
    ]


TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"\xff\r\n", b"\xc3\xa4", b"\n", b"-- x\n", b"\\ y\n"]), max_size=12).map(
    b"".join
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_computed_hunks_make_one_text_of_the_other(base: bytes, head: bytes) -> None:
    found = compared("some path.py", base, head)
    if base == head:
        assert found == {}
        return
    bodies = [hunk.body.encode() for hunk in found["hunks"]]
    assert found["added"] + found["removed"] > 0
    if b"\xff" not in base + head:
        assert hunks.apply(base, found["hunks"], bodies) == head
