"""What a hostile repository plants neither runs nor hides anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fusion.adapters.git.command import Git
from fusion.errors import UserError
from fusion.model import RequestKind
from tests.fakes.repositories import TestRepository, fetch

HOOKS = """
applypatch-msg pre-applypatch post-applypatch pre-commit post-checkout post-merge post-index-change fsmonitor-watchman
reference-transaction post-rewrite pre-auto-gc proc-receive update sendemail-validate query-watchman
"""


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture
def hostile(tmp_path: Path, canary: Path) -> TestRepository:
    """Every way that git knows to run something from a repository's configuration, attributes and hooks."""
    repo = TestRepository(tmp_path / "hostile")
    repo.commit({"app.py": "one\n", "data.txt": "one\n", "pic.bin": "text\n", "README.md": "# One\n"})
    script = tmp_path / "run"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {canary}\ncat\n')
    script.chmod(0o755)
    hooks = repo.folder / ".git" / "hooks"
    config = f"""
[core]
    hooksPath = {hooks}
    fsmonitor = {script}
    untrackedCache = true
    pager = {script}
    editor = {script}
    sshCommand = {script}
    gitProxy = {script}
    alternateRefsCommand = {script}
    attributesFile = {tmp_path}/attributes
    askPass = {script}
[pager]
    diff = {script}
    rev-parse = {script}
[alias]
    rev-parse = !{script}
    diff-tree = !{script}
    cat-file = !{script}
[diff]
    external = {script}
    noprefix = true
    orderFile = {tmp_path}/missing
    renames = false
    submodule = diff
    context = 0
[diff "evil"]
    command = {script}
    textconv = {script}
    binary = true
[filter "evil"]
    clean = {script}
    smudge = {script}
    process = {script}
    required = true
[credential]
    helper = !{script}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{script}
    promisor = true
    uploadpack = {script}
    partialclonefilter = blob:none
[gpg]
    program = {script}
[interactive]
    diffFilter = {script}
[include]
    path = {tmp_path}/more
[protocol]
    allow = always
[safe]
    directory = *
"""
    (tmp_path / "more").write_text(f"[diff]\n    external = {script}\n[core]\n    fsmonitor = {script}\n")
    (tmp_path / "attributes").write_text("* filter=evil diff=evil\n")
    (repo.folder / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil -text\n*.py -diff\n*.bin binary\n")
    attributes = "* filter=evil diff=evil merge=evil\n*.py -diff\n*.txt binary\nREADME.md linguist-generated export-ignore\n"
    repo.git("checkout", "-q", "-b", "attack")
    repo.commit({".gitattributes": attributes, "app.py": "two\n", "data.txt": "two\n", "pic.bin": "other\n"})
    with (repo.folder / ".git" / "config").open("a") as file:
        file.write(config)
    hooks.mkdir(exist_ok=True)
    for name in HOOKS.split():
        (hooks / name).write_text(script.read_text())
        (hooks / name).chmod(0o755)
    return repo


KINDS = [RequestKind.RANGE, RequestKind.STAGED, RequestKind.WORKTREE, RequestKind.TREE, RequestKind.PATCH]


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_planted_runs_and_no_change_is_hidden(hostile: TestRepository, canary: Path, kind: RequestKind) -> None:
    if kind in (RequestKind.STAGED, RequestKind.WORKTREE):
        (hostile.folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    if kind is RequestKind.WORKTREE:
        hostile.write({"app.py": "2!!\n", "new.py": "new\n"})
    patch = b"--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-two\n+2!!\n" if kind is RequestKind.PATCH else None
    found = await fetch(hostile.folder, kind, patch=patch)
    assert not canary.exists(), canary.read_text()
    assert found.head("app.py") == (b"2!!\n" if kind in (RequestKind.WORKTREE, RequestKind.PATCH) else b"two\n")
    if kind is RequestKind.PATCH:
        return
    assert {"app.py", "data.txt", "pic.bin", ".gitattributes"} <= set(found.files)
    for path, file in found.files.items():
        assert (file.binary, file.omitted) == (False, ""), path
        assert file.hunks, path
    if kind is not RequestKind.TREE:
        assert found.files["data.txt"].hunks[0].body == "-one\n+two"


async def test_the_canary_would_have_sung(hostile: TestRepository, canary: Path) -> None:
    """The traps work: an ordinary git springs one of them."""
    hostile.write({"app.py": "three\n"})
    with pytest.raises(AssertionError):
        hostile.git("status", "--porcelain")
    assert canary.exists()


async def test_a_missing_object_is_not_fetched_from_a_hostile_remote(hostile: TestRepository, canary: Path) -> None:
    id = hostile.git("rev-parse", "main:app.py")
    (hostile.folder / ".git" / "objects" / id[:2] / id[2:]).unlink()
    with pytest.raises(UserError, match="damaged or holds only a part"):
        await fetch(hostile.folder)
    with pytest.raises(UserError, match="no revision"):
        await fetch(hostile.folder, base=f"{id}..HEAD")
    assert not canary.exists(), canary.read_text()


async def test_a_git_in_the_repository_is_not_run(
    hostile: TestRepository, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hostile.folder / "git").write_text(f"#!/bin/sh\ntouch {canary}\n")
    (hostile.folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    monkeypatch.chdir(hostile.folder)
    await fetch(Path(), RequestKind.WORKTREE)
    assert not canary.exists()


async def test_the_environment_does_not_reach_git(
    hostile: TestRepository, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = hostile.folder.parent / "run"
    other = TestRepository(hostile.folder.parent / "other")
    other.commit({"decoy.py": "d\n"})
    for name, value in {
        "GIT_EXTERNAL_DIFF": str(script),
        "GIT_DIR": str(other.folder / ".git"),
        "GIT_WORK_TREE": str(other.folder),
        "GIT_INDEX_FILE": "/nonexistent",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": str(script),
        "GIT_TRACE": str(canary),
    }.items():
        monkeypatch.setenv(name, value)
    found = await fetch(hostile.folder, RequestKind.TREE)
    assert "app.py" in found.files
    assert not canary.exists()


@pytest.mark.parametrize("name", ["..", ".git", "a\\..\\..\\b"])
async def test_a_tree_whose_paths_leave_it_is_refused(tmp_path: Path, name: str) -> None:
    repo = TestRepository(tmp_path / "tree")
    start = repo.commit({"a": "1\n"})
    blob = repo.git("hash-object", "-w", "--stdin", input=b"pwned\n")
    inner = repo.git("mktree", input=f"100644 blob {blob}\tx\n".encode())
    entry = f"040000 tree {inner}\t{name}\0" if "\\" not in name else f"100644 blob {blob}\t{name}\0"
    tree = repo.git("mktree", "-z", input=entry.encode())
    evil = repo.git("commit-tree", tree, "-p", start, "-m", "Evil")
    for kind in (RequestKind.RANGE, RequestKind.TREE):
        with pytest.raises(UserError, match="is refused"):
            await fetch(repo.folder, kind, base=start if kind is RequestKind.RANGE else "", head=evil)


def test_only_names_and_ids_are_asked_of_the_repository(hostile: TestRepository, canary: Path) -> None:
    """Even with git's own commands, what we add to each call keeps the traps shut."""
    done = Git().run("rev-parse", "HEAD", cwd=hostile.folder)
    assert done.code == 0
    assert not canary.exists()


async def test_no_file_hides_behind_the_spelling_of_another(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "alike")
    repo.commit({"a": "1\n"})
    repo.write({"caf\\xe9.py": "harmless\n"})
    Path(os.fsdecode(os.fsencode(repo.folder) + b"/caf\xe9.py")).write_bytes(b"harmful\n")
    with pytest.raises(UserError, match=r"caf.+xe9\.py"):
        await fetch(repo.folder, RequestKind.WORKTREE)
    repo.commit({})
    with pytest.raises(UserError, match=r"caf.+xe9\.py"):
        await fetch(repo.folder)
    with pytest.raises(UserError, match=r"Two files have names that both read"):
        await fetch(repo.folder, RequestKind.TREE)
    (repo.folder / ".git").rename(tmp_path / "elsewhere")
    with pytest.raises(UserError, match=r"Two files have names that both read"):
        await fetch(repo.folder, RequestKind.TREE)
