"""LocalTree over real folders and git repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fusion.adapters.git.settings import LocalTree
from fusion.errors import Conflict, UserError
from fusion.model.posture import Unknown
from fusion.ports import Place

PLACE = Place(repository="here/now")
FILES = {"README.md": b"# Shop\n", "src/shop.py": b"price = 1\r\n", "bin/run": b"#!/bin/sh\n"}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Mona", "-c", "user.email=mona@example.org"]
    alone = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True, env=alone)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = write(tmp_path / "shop", FILES)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Begin")
    return folder


async def test_a_clean_work_tree_is_its_commit(repository: Path) -> None:
    here = LocalTree(repository)
    found = await here.local()
    assert found.tree.commit == git(repository, "rev-parse", "HEAD")
    assert {file.path: file.size for file in found.tree.files} == {path: len(data) for path, data in FILES.items()}
    blobs = {file.path: file.blob for file in found.tree.files}
    assert blobs["README.md"] == git(repository, "rev-parse", "HEAD:README.md")
    assert await here.contents(PLACE, found.tree.commit, [*FILES, "none"]) == FILES
    assert await here.contents(PLACE, "", ["README.md"]) == {"README.md": FILES["README.md"]}


async def test_what_lies_there_counts_where_it_is_not_committed(repository: Path) -> None:
    here = LocalTree(repository)
    clean = await here.local()
    write(repository, {"src/shop.py": b"price = 2\n", "new.py": b"N = 1\n", "out.log": b"noise\n", ".gitignore": b"*.log\n"})
    found = await here.local()
    assert found.tree.commit.startswith("sha256:")
    assert {file.path for file in found.tree.files} == {*FILES, "new.py", ".gitignore"}
    assert (await here.contents(PLACE, found.tree.commit, ["src/shop.py"])) == {"src/shop.py": b"price = 2\n"}
    unchanged = {file.path: file.blob for file in clean.tree.files}["README.md"]
    assert {file.path: file.blob for file in found.tree.files}["README.md"] == unchanged
    assert (await here.local()).tree == found.tree
    # The index and objects of the repository are as they were.
    assert git(repository, "status", "--porcelain", "--untracked-files=no") == "M src/shop.py"


async def test_files_that_change_during_a_scan_are_not_mixed(repository: Path) -> None:
    here = LocalTree(repository)
    commit = (await here.local()).tree.commit
    write(repository, {"README.md": b"# Other\n"})
    for reading in (here.tree(PLACE, commit), here.contents(PLACE, commit, ["README.md"])):
        with pytest.raises(Conflict, match="changed since"):
            await reading


@pytest.mark.parametrize("versioned", [True, False])
async def test_a_file_too_large_to_read_is_listed_and_its_change_is_seen(repository: Path, versioned: bool) -> None:
    if not versioned:
        shutil.rmtree(repository / ".git")
    write(repository, {"big.bin": b"a" * 5000})
    here = LocalTree(repository, max_file_bytes=1000)
    first = (await here.local()).tree
    assert {file.path: file.size for file in first.files}["big.bin"] == 5000
    assert await here.contents(PLACE, first.commit, ["big.bin"]) == {}
    write(repository, {"big.bin": b"b" * 5000})
    os.utime(repository / "big.bin", ns=(1, 1))
    assert (await here.local()).tree.commit != first.commit


async def test_a_folder_without_version_control_has_a_digest_over_its_files(tmp_path: Path) -> None:
    folder = write(tmp_path / "plain", FILES)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "bin/run").chmod(0o755)
    here = LocalTree(folder)
    found = await here.local()
    assert found.tree.commit.startswith("sha256:")
    assert found.origin == ""
    assert {file.path: file.mode for file in found.tree.files} == {
        "README.md": "100644",
        "src/shop.py": "100644",
        "bin/run": "100755",
        "link": "120000",
    }
    assert await here.contents(PLACE, found.tree.commit, [*FILES, "link", "../plain/README.md"]) == FILES
    write(folder, {"README.md": b"# Other\n"})
    assert (await here.local()).tree.commit != found.tree.commit


async def test_too_many_files_are_cut_and_said_to_be(tmp_path: Path) -> None:
    folder = write(tmp_path / "plain", {f"{number}.txt": b"" for number in range(5)})
    tree = (await LocalTree(folder, max_files=3).local()).tree
    assert len(tree.files) == 3
    assert "only the first 3 files" in tree.cut


async def test_nothing_is_known_of_a_forge_and_the_origin_says_where_to_ask(repository: Path) -> None:
    here = LocalTree(repository)
    posture, known = await here.posture(PLACE, {"a": 1})
    assert isinstance(posture, Unknown)
    assert "A folder has no settings" in posture.why
    assert known == {"a": 1}
    for url, origin in (
        ("git@github.com:octo/shop.git", "octo/shop"),
        ("https://token@github.com/octo/shop", "octo/shop"),
        ("ssh://git@github.com:22/octo/shop.git", "octo/shop"),
        ("https://gitlab.example/octo/shop", ""),
        ("https://github.com.evil.example/octo/shop", ""),
        ("/srv/git/shop", ""),
    ):
        git(repository, "config", "remote.origin.url", url)
        assert (await here.local()).origin == origin


async def test_bare_and_new_repositories(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    bare = await LocalTree(tmp_path / "bare.git").local()
    assert bare.tree.commit == git(repository, "rev-parse", "HEAD")
    git(tmp_path, "init", "--quiet", "new")
    new = await LocalTree(tmp_path / "new").local()
    assert new.tree.files == ()
    with pytest.raises(UserError, match="not a folder"):
        await LocalTree(tmp_path / "none").local()
