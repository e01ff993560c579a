"""Forges bring the unchanged files that a change leans on: from git objects, for a patch, and from GitHub."""

from __future__ import annotations

from pathlib import Path

import pytest

from fusion.adapters.git import GitForge
from fusion.adapters.github import GitHubForge
from fusion.adapters.memory.records import MemoryBlobs
from fusion.dataflow.repository.trail import Trail
from fusion.model import Change, Request, RequestKind
from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub
from tests.fakes.repositories import TestRepository

BEGIN: dict[str, str | bytes | None] = {
    "shop/__init__.py": "",
    "shop/web.py": "import shop.gone\n",
    "shop/gone.py": "from shop import old\n",
    "shop/db.py": "from shop.log import log\n",
    "shop/log.py": "import os\n",
    "shop/old.py": "",
    "shop/binary.py": b"\0" * 10,
    "shop/large.py": "#" * 2_000_000,
    "unrelated.py": "",
}
THEN: dict[str, str | bytes | None] = {"shop/web.py": "from shop import binary, db, large\n", "shop/gone.py": None}
IMPORTED = ["shop/__init__.py", "shop/binary.py", "shop/db.py", "shop/log.py", "shop/old.py"]


@pytest.fixture
def repo(tmp_path: Path) -> TestRepository:
    made = TestRepository(tmp_path / "shop")
    made.commit(BEGIN, "Begin")
    return made


def names(change: Change) -> list[str]:
    return [file.path for file in change.imports]


async def fetch(folder: Path, kind: RequestKind, *, blobs: MemoryBlobs | None = None, **request: str) -> Change:
    forge = GitForge(blobs or MemoryBlobs(), follower=Trail())
    return await forge.fetch_change(Request.model_validate({"kind": kind, "location": str(folder), **request}))


async def test_a_range_brings_what_both_sides_import(repo: TestRepository) -> None:
    repo.commit(THEN, "Then")
    blobs = MemoryBlobs()
    change = await fetch(repo.folder, RequestKind.RANGE, base="HEAD~1", blobs=blobs)
    assert names(change) == IMPORTED
    assert blobs.kept[change.imports[2].blob.digest] == b"from shop.log import log\n"
    (note,) = change.notes
    assert note.startswith("1 file that the change imports, directly or not, was not read")
    assert change.cut == ()


async def test_so_does_what_is_not_committed_and_a_patch(repo: TestRepository) -> None:
    repo.write(THEN)
    assert names(await fetch(repo.folder, RequestKind.WORKTREE)) == IMPORTED
    patch = repo.git("diff").encode() + b"\n"
    repo.git("checkout", "-q", ".")
    blobs = MemoryBlobs()
    change = await fetch(repo.folder, RequestKind.PATCH, patch=await blobs.put(patch), blobs=blobs)
    assert names(change) == IMPORTED


async def test_a_whole_tree_needs_none(repo: TestRepository) -> None:
    assert names(await fetch(repo.folder, RequestKind.TREE)) == []


async def test_a_pull_request_brings_them_from_github(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "shop", tmp_path / "state").init()
    place.commit("Begin", **{path: data for path, data in BEGIN.items() if data is not None})
    place.git("checkout", "--quiet", "-b", "feature")
    place.git("rm", "--quiet", "shop/gone.py")
    place.commit("Then", **{"shop/web.py": THEN["shop/web.py"]})
    place.git("checkout", "--quiet", "main")
    with FakeGitHub() as fake:
        fake.add("octo/shop", place.folder)
        fake.pull("octo/shop", 12, base="main", head="feature")
        forge = GitHubForge(MemoryBlobs(), api=fake.url, follower=Trail())
        change = await forge.fetch_change(Request(kind=RequestKind.PULL, repository="octo/shop", number=12))
    assert names(change) == IMPORTED
    assert change.notes[0].startswith("1 file that the change imports")
