"""What is staged, and what lies in the work tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fusion.adapters.git.command import Git
from fusion.errors import UserError
from fusion.model import ChangeKind, EntryType, RequestKind
from tests.fakes.repositories import TestRepository, fetch

STAGED, WORKTREE = RequestKind.STAGED, RequestKind.WORKTREE


@pytest.fixture
def repo(tmp_path: Path) -> TestRepository:
    made = TestRepository(tmp_path / "shop")
    made.commit(
        {"a.py": "a\n", "b.py": "b\n", "gone.py": "gone\n", "dir/x.py": "x\n", "moved.py": "m\n" * 20, ".gitignore": "*.log\n"}
    )
    return made


async def test_staged_is_the_index_and_nothing_else(repo: TestRepository) -> None:
    repo.write({"a.py": "staged\n"})
    repo.git("add", "a.py")
    repo.write({"a.py": "later\n", "b.py": "later\n", "new.py": "new\n"})
    repo.git("add", "--intent-to-add", "new.py")
    found = await fetch(repo.folder, STAGED)
    assert {path: found.head(path) for path in found.files} == {"a.py": b"staged\n"}
    assert found.change.base == repo.git("rev-parse", "HEAD")
    assert found.change.head.startswith("sha256:")
    assert (found.change.title, found.change.subject) == ("staged changes on main", "branch:main")


async def test_the_work_tree_holds_staged_unstaged_and_untracked(repo: TestRepository) -> None:
    repo.write({"a.py": "staged\n"})
    repo.git("add", "a.py")
    repo.write(
        {
            "b.py": "unstaged\n",
            "gone.py": None,
            "new.py": "new\n",
            "noise.log": "x\n",
            "deep/er/n.py": "n\n",
            "planned.py": "p\n",
        }
    )
    repo.git("add", "--intent-to-add", "planned.py")
    repo.git("mv", "moved.py", "elsewhere.py")
    repo.write({"elsewhere.py": "m\n" * 20 + "more\n"})
    (repo.folder / "a.py").chmod(0o755)
    found = await fetch(repo.folder, WORKTREE)
    assert {path: (file.kind.value, found.head(path)) for path, file in found.files.items()} == {
        "a.py": ("modified", b"staged\n"),
        "b.py": ("modified", b"unstaged\n"),
        "gone.py": ("deleted", None),
        "new.py": ("added", b"new\n"),
        "deep/er/n.py": ("added", b"n\n"),
        "planned.py": ("added", b"p\n"),
        "elsewhere.py": ("renamed", b"m\n" * 20 + b"more\n"),
    }
    assert found.files["a.py"].new_mode == "100755"
    assert (await fetch(repo.folder / "deep", WORKTREE)).change.head == found.change.head


async def test_a_clean_work_tree_is_an_empty_change(repo: TestRepository) -> None:
    os.utime(repo.folder / "a.py", (1, 1))  # touched, not changed
    assert (await fetch(repo.folder, WORKTREE)).change.files == ()
    assert (await fetch(repo.folder, STAGED)).change.files == ()


async def test_a_change_in_the_same_moment_and_of_the_same_size_is_seen(repo: TestRepository) -> None:
    for number in range(5):
        repo.write({"a.py": f"{number}\n"})
        repo.git("add", "a.py")
        repo.write({"a.py": f"{9 - number}\n"})
        found = await fetch(repo.folder, WORKTREE)
        assert found.head("a.py") == b"%d\n" % (9 - number)


async def test_the_same_change_has_the_same_digest(repo: TestRepository) -> None:
    repo.write({"b.py": "other\n", "new.py": "n\n"})
    first = await fetch(repo.folder, WORKTREE)
    again = await fetch(repo.folder, WORKTREE)
    repo.write({"b.py": "third\n"})
    third = await fetch(repo.folder, WORKTREE)
    assert first.change.head == again.change.head != third.change.head


async def test_files_become_folders_and_folders_files(repo: TestRepository) -> None:
    repo.write({"dir/x.py": None, "a.py": None})
    (repo.folder / "dir").rmdir()
    repo.write({"dir": "file\n", "a.py/inner.py": "i\n"})
    found = await fetch(repo.folder, WORKTREE)
    kinds = {path: file.kind for path, file in found.files.items()}
    assert kinds == {
        "dir": ChangeKind.ADDED,
        "dir/x.py": ChangeKind.DELETED,
        "a.py": ChangeKind.DELETED,
        "a.py/inner.py": ChangeKind.ADDED,
    }


async def test_links_are_never_followed(repo: TestRepository, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.py").write_text("secret\n")
    repo.write({"dir/x.py": None, "a.py": None})
    (repo.folder / "dir").rmdir()
    (repo.folder / "dir").symlink_to(tmp_path / "outside")
    (repo.folder / "a.py").symlink_to(tmp_path / "outside" / "x.py")
    (repo.folder / "new").symlink_to("/etc/passwd")
    found = await fetch(repo.folder, WORKTREE)
    assert {path: (file.kind.value, file.entry.value) for path, file in found.files.items()} == {
        "a.py": ("type", "symlink"),
        "dir": ("added", "symlink"),
        "dir/x.py": ("deleted", "file"),
        "new": ("added", "symlink"),
    }
    assert not any(found.head(path) for path in found.files)


async def test_what_cannot_be_read_is_named(repo: TestRepository) -> None:
    repo.write({"a.py": None, "large.txt": "y\n" * 5000, "b.py": "z\n" * 5000})
    os.mkfifo(repo.folder / "a.py")
    found = await fetch(repo.folder, WORKTREE, forge={"max_file_bytes": 5000})
    assert {path: file.omitted for path, file in found.files.items() if file.kind is not ChangeKind.DELETED} == {
        "large.txt": "too large: 0.0 MB",
        "b.py": "too large: 0.0 MB",
        **({"a.py": "neither a file nor a link"} if found.files["a.py"].kind is not ChangeKind.DELETED else {}),
    }
    assert "a.py" in found.files
    assert found.head("b.py") is None
    cut = await fetch(repo.folder, WORKTREE, forge={"max_files": 1})
    assert cut.change.cut == ("1 of 3 changed files were read",)


async def test_a_conflict_is_said_when_staged_and_read_in_the_work_tree(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.py": "side\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.py": "main\n"})
    with pytest.raises(AssertionError, match="merge"):
        repo.git("merge", "side")
    with pytest.raises(UserError, match=r"'a\.py' has a merge conflict"):
        await fetch(repo.folder, STAGED)
    found = await fetch(repo.folder, WORKTREE)
    assert b"<<<<<<<" in (found.head("a.py") or b"")


async def test_submodules_and_nested_repositories_are_commits(repo: TestRepository) -> None:
    lib = TestRepository(repo.folder / "lib")
    first = lib.commit({"l.py": "l\n"})
    repo.git("add", "lib")
    repo.git("commit", "-q", "-m", "Add lib")
    assert (await fetch(repo.folder, WORKTREE)).files == {}
    lib.write({"l.py": "dirty\n"})
    assert (await fetch(repo.folder, WORKTREE)).files == {}
    second = lib.commit({"l.py": "two\n"})
    TestRepository(repo.folder / "nested").commit({"n.py": "n\n"})
    found = await fetch(repo.folder, WORKTREE)
    assert {path: (file.entry, file.omitted) for path, file in found.files.items()} == {
        "lib": (EntryType.SUBMODULE, "submodule"),
        "nested": (EntryType.SUBMODULE, "submodule"),
    }
    assert found.files["lib"].hunks[0].body == f"-Subproject commit {first}\n+Subproject commit {second}"


async def test_line_ends_that_only_the_work_tree_has(repo: TestRepository) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write({"a.py": "a\r\nnew\r\n", "b.py": "b\r\n"})
    found = await fetch(repo.folder, WORKTREE)
    assert {path: found.head(path) for path in found.files} == {"a.py": b"a\nnew\n"}
    repo.git("config", "core.autocrlf", "false")
    found = await fetch(repo.folder, WORKTREE)
    assert found.head("b.py") == b"b\r\n"


async def test_odd_names_in_the_work_tree(repo: TestRepository) -> None:
    repo.write({'t\tq"\n\u00fc.py': "1\n", "-dash.py": "2\n", ":(glob)*": "3\n", "back\\slash": "4\n"})
    Path(os.fsdecode(os.fsencode(repo.folder) + b"/caf\xe9.py")).write_bytes(b"5\n")
    found = await fetch(repo.folder, WORKTREE)
    assert {path: found.head(path) for path in found.files} == {
        't\tq"\n\u00fc.py': b"1\n",
        "-dash.py": b"2\n",
        ":(glob)*": b"3\n",
        "back\\slash": b"4\n",
        "caf\\xe9.py": b"5\n",
    }


async def test_nothing_is_written_to_the_repository(repo: TestRepository) -> None:
    repo.write({"a.py": "new\n", "new.py": "new\n"})
    repo.git("add", "a.py")

    def state() -> dict[str, tuple[int, int]]:
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in repo.folder.rglob("*") if path.is_file()}

    before = state()
    for kind in (STAGED, WORKTREE, RequestKind.RANGE, RequestKind.TREE):
        await fetch(repo.folder, kind)
    assert state() == before


async def test_a_split_index_is_read(repo: TestRepository) -> None:
    repo.git("update-index", "--split-index")
    repo.write({"a.py": "new\n", "b.py": "staged\n"})
    repo.git("add", "b.py")
    assert sorted((await fetch(repo.folder, STAGED)).files) == ["b.py"]
    assert sorted((await fetch(repo.folder, WORKTREE)).files) == ["a.py", "b.py"]


async def test_folders_with_odd_names(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / 'col:on "quo\\ted" \u00fc')
    repo.commit({"a": "1\n"})
    repo.commit({"a": "2\n"})
    assert (await fetch(repo.folder)).head("a") == b"2\n"
    repo.write({"a": "3\n"})
    assert (await fetch(repo.folder, WORKTREE)).head("a") == b"3\n"


async def test_a_repository_of_another_user_needs_the_users_trust(
    repo: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Git(environment={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    home = repo.folder.parent
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    with pytest.raises(UserError, match=r"belongs to another user.*git config --global --add safe\.directory"):
        await fetch(repo.folder, WORKTREE, git=stranger)
    (home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repo.folder}\n")
    repo.write({"a.py": "new\n"})
    assert (await fetch(repo.folder, WORKTREE, git=stranger)).head("a.py") == b"new\n"


async def test_the_users_own_ignore_list_counts(repo: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    home = repo.folder.parent / "home"
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text("*.swp\n")
    (repo.folder / ".git" / "info" / "exclude").write_text("*.mine\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    repo.write({"x.swp": "x", "x.mine": "x", "x.bak": "x"})
    assert sorted((await fetch(repo.folder, WORKTREE)).files) == ["x.bak"]
    (home / ".gitconfig").write_text(f"[core]\n\texcludesFile = {home}/list\n")
    (home / "list").write_text("*.bak\n")
    assert sorted((await fetch(repo.folder, WORKTREE)).files) == ["x.swp"]
