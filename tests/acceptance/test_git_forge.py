"""Ranges, trees and patches from real repositories."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from fusion.adapters.git import GitForge
from fusion.adapters.git.command import Git
from fusion.adapters.memory.records import ManualClock, MemoryBlobs
from fusion.changes.diff import added_lines
from fusion.errors import TransientError, UserError
from fusion.model import ChangeKind, EntryType, Request, RequestKind
from tests.fakes.repositories import TestRepository, fetch

PATCH, TREE = RequestKind.PATCH, RequestKind.TREE


@pytest.fixture
def repo(tmp_path: Path) -> TestRepository:
    """`main` has two commits, `feature` one more, and `main` went on meanwhile."""
    made = TestRepository(tmp_path / "shop")
    made.commit({"app.py": "one\ntwo\nthree\n", "README.md": "# Shop\n", "tests/test_app.py": "import app\n"}, "Begin")
    made.commit({"docs/guide.md": "guide\n"}, "Guide")
    made.git("checkout", "-q", "-b", "feature")
    made.commit({"app.py": "one\n2\nthree\nfour\n"}, "Feature")
    made.git("checkout", "-q", "main")
    made.commit({"other.py": "x\n"}, "Meanwhile")
    made.git("checkout", "-q", "feature")
    return made


async def test_the_default_is_head_against_the_merge_base_with_the_default_branch(repo: TestRepository) -> None:
    found = await fetch(repo.folder)
    assert list(found.files) == ["app.py"]
    file = found.files["app.py"]
    assert (file.kind, file.added, file.removed, added_lines(file)) == (ChangeKind.MODIFIED, 2, 1, {2, 4})
    assert (found.base("app.py"), found.head("app.py")) == (b"one\ntwo\nthree\n", b"one\n2\nthree\nfour\n")
    change = found.change
    assert change.base == repo.git("rev-parse", "main~1")
    assert change.head == repo.git("rev-parse", "feature")
    assert change.title == f"feature against main (merge base {change.base[:7]})"
    assert change.subject == "branch:feature"
    assert change.policy_origin == f"defaults (no .fusion.yml at {change.base[:7]})"
    assert (change.cut, change.notes, change.whole_tree) == ((), (), False)


@pytest.mark.parametrize(
    ("base", "head", "paths"),
    [
        ("main", "", ["app.py"]),
        ("main...feature", "", ["app.py"]),
        ("main..feature", "", ["app.py", "other.py"]),
        ("main", "feature", ["app.py", "other.py"]),
        ("feature~1", "", ["app.py"]),
        ("feature~2..feature~1", "", ["docs/guide.md"]),
        ("..main~1", "", ["app.py"]),
        ("main~1..", "", ["app.py"]),
        ("", "main..feature", ["app.py", "other.py"]),
        ("", "main", ["app.py"]),
        ("", "feature~2", ["app.py", "docs/guide.md"]),
        ("HEAD", "", ["app.py"]),
        ("feature", "", []),
    ],
)
async def test_ranges_mean_what_git_means(repo: TestRepository, base: str, head: str, paths: list[str]) -> None:
    found = await fetch(repo.folder, base=base, head=head)
    assert sorted(found.files) == paths


async def test_one_revision_that_head_does_not_hold_is_what_it_adds(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "main")
    diverged = await fetch(repo.folder, head="feature")
    assert (list(diverged.files), diverged.change.head) == (["app.py"], repo.git("rev-parse", "feature"))
    repo.git("checkout", "-q", "-b", "behind", "feature~1")
    ahead = await fetch(repo.folder, head="feature")
    assert list(ahead.files) == ["app.py"]
    assert ahead.change.title.startswith("feature against behind ")


async def test_a_branch_without_commits_of_its_own_is_an_empty_change(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "-b", "fresh", "main")
    assert (await fetch(repo.folder)).change.files == ()


async def test_the_default_branch_itself_is_reviewed_by_its_last_commit(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "main")
    found = await fetch(repo.folder)
    assert list(found.files) == ["other.py"]
    assert "the last commit" in found.change.title
    assert "main is the default branch" in found.change.notes[0]


async def test_the_default_branch_ahead_of_its_upstream_is_reviewed_from_there(repo: TestRepository, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "main")
    repo.git("clone", "-q", ".", str(tmp_path / "clone"))
    clone = TestRepository(tmp_path / "clone")
    clone.commit({"a.py": "a\n"})
    clone.commit({"b.py": "b\n"})
    found = await fetch(clone.folder)
    assert sorted(found.files) == ["a.py", "b.py"]
    assert found.change.title.startswith("main against origin/main (merge base ")


async def test_the_origin_says_which_branch_is_the_default(repo: TestRepository, tmp_path: Path) -> None:
    repo.git("branch", "-m", "main", "develop")
    repo.git("checkout", "-q", "develop")
    repo.git("clone", "-q", ".", str(tmp_path / "clone"))
    clone = TestRepository(tmp_path / "clone")
    clone.git("checkout", "-q", "-b", "topic")
    clone.commit({"a.py": "a\n"})
    assert (await fetch(clone.folder)).change.title.startswith("topic against origin/develop ")


async def test_a_first_commit_has_no_base(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "new")
    repo.commit({"a.py": "a\n", ".fusion.yml": "version: 1\n"})
    found = await fetch(repo.folder)
    assert (found.change.base, found.change.policy, sorted(found.files)) == ("", None, [".fusion.yml", "a.py"])
    assert found.change.policy_origin == "defaults (there is no commit on the base side)"


async def test_a_detached_head_is_named_by_its_commit(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "--detach")
    found = await fetch(repo.folder)
    assert found.change.subject == f"head:{found.change.head[:12]}"
    assert list(found.files) == ["app.py"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("https://user:secret@github.com/acme/shop", "acme/shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("ssh://git@host.example:2222/acme/shop.git/", "acme/shop"),
        ("https://host.example/group/sub/shop.git", None),
        ("https://user:secret@host.example/shop", None),
        ("/srv/git/shop.git", None),
        ("../acme/shop", None),
        ("C:/acme/shop", None),
    ],
)
async def test_a_repository_is_named_by_its_origin_without_credentials(
    repo: TestRepository, url: str, name: str | None
) -> None:
    repo.git("remote", "add", "origin", url)
    found = (await fetch(repo.folder)).change.repository
    assert "secret" not in found
    assert found == name if name else found.startswith("shop-")


async def test_every_kind_of_entry(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "kinds")
    long = "".join(f"line {number}\n" for number in range(30))
    repo.commit(
        {"mode.sh": "run\n", "old name.md": long, "gone.py": "gone\n", "crlf.txt": "a\r\nb\r\n", "end.txt": "no newline",
         "latin.txt": b"caf\xe9\n", "logo.png": b"\x89PNG\0old", "turns": "file\n", 'q"\t\n\u00fc.txt': "1\n"}
    )  # fmt: skip
    (repo.folder / "link").symlink_to("mode.sh")
    repo.commit({})
    repo.git("mv", "old name.md", "new name.md")
    (repo.folder / "mode.sh").chmod(0o755)
    (repo.folder / "link").unlink()
    (repo.folder / "link").symlink_to("end.txt")
    (repo.folder / "turns").unlink()
    (repo.folder / "turns").symlink_to("end.txt")
    repo.write(
        {"new name.md": long + "more\n", "gone.py": None, "crlf.txt": "a\r\nc\r\n", "end.txt": "no newline!", "empty": "",
         "latin.txt": b"th\xe9\n", "logo.png": b"\x89PNG\0new", 'q"\t\n\u00fc.txt': "2\n", "new.py": "new\n"}
    )  # fmt: skip
    (Path(os.fsdecode(os.fsencode(repo.folder) + b"/caf\xe9.txt"))).write_bytes(b"x\n")
    repo.git("add", "-A")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    repo.git("commit", "-q", "-m", "Kinds")
    found = await fetch(repo.folder)
    shape = {path: (file.kind.value, file.entry.value, file.omitted, file.binary) for path, file in found.files.items()}
    assert shape == {
        "mode.sh": ("mode", "file", "", False),
        "new name.md": ("renamed", "file", "", False),
        "gone.py": ("deleted", "file", "", False),
        "crlf.txt": ("modified", "file", "", False),
        "end.txt": ("modified", "file", "", False),
        "empty": ("added", "file", "", False),
        "latin.txt": ("modified", "file", "", False),
        "logo.png": ("modified", "file", "binary", True),
        "link": ("modified", "symlink", "symlink", False),
        "turns": ("type", "symlink", "symlink", False),
        'q"\t\n\u00fc.txt': ("modified", "file", "", False),
        "new.py": ("added", "file", "", False),
        "lib": ("added", "submodule", "submodule", False),
        "caf\\xe9.txt": ("added", "file", "", False),
    }
    assert (found.files["mode.sh"].old_mode, found.files["mode.sh"].new_mode) == ("100644", "100755")
    assert found.files["new name.md"].old_path == "old name.md"
    assert (found.base("gone.py"), found.head("gone.py")) == (b"gone\n", None)
    assert (found.base("new.py"), found.head("new.py")) == (None, b"new\n")
    assert found.head("crlf.txt") == b"a\r\nc\r\n"
    assert found.files["crlf.txt"].hunks[0].body == " a\r\n-b\r\n+c\r"
    assert found.files["end.txt"].hunks[0].body.count("\\ No newline") == 2
    assert found.base("latin.txt") == b"caf\xe9\n"
    assert found.base("logo.png") is None


async def test_policy_comes_from_the_base_side_only(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "main")
    base = repo.commit({".fusion.yml": "version: 1\n"})
    repo.git("checkout", "-q", "-b", "sly")
    repo.commit({".fusion.yml": "ignore: ['**']\n", "a.py": "a\n"})
    repo.git("checkout", "-q", "-b", "slyer", "main")
    repo.write({".fusion.yml": "ignore: ['**']\n"})
    repo.git("add", "-A")
    for branch, kind in (("sly", RequestKind.RANGE), ("slyer", RequestKind.STAGED), ("slyer", RequestKind.WORKTREE)):
        repo.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
        found = await fetch(repo.folder, kind)
        assert ".fusion.yml" in found.files
        assert found.change.policy is not None
        assert found.data(found.change.policy) == b"version: 1\n"
        assert found.change.policy_origin == f".fusion.yml at {base[:7]}"
        assert found.change.provenance.policy == found.change.policy.digest


async def test_a_policy_that_is_a_link_is_none(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "link")
    repo.folder.joinpath(".fusion.yml").symlink_to("/etc/passwd")
    repo.commit({"a": "a\n"})
    repo.commit({"a": "b\n"})
    found = await fetch(repo.folder)
    assert found.change.policy is None
    assert "not a regular file" in found.change.policy_origin


async def test_the_other_spelling_and_a_policy_for_this_run(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "main")
    repo.commit({".fusion.yaml": "version: 1\n"})
    repo.commit({"a": "b\n"})
    found = await fetch(repo.folder)
    assert found.change.policy_origin.startswith(".fusion.yaml at ")
    blobs = MemoryBlobs()
    given = await blobs.put(b"block: low\n")
    clock = ManualClock()
    request = Request(kind=RequestKind.RANGE, location=str(repo.folder), policy=given, actor="ada", attempt=2)
    change = await GitForge(blobs, clock).fetch_change(request)
    assert change.policy is not None
    assert (change.policy.digest, change.policy_origin) == (given, "the policy given for this run")
    assert (change.provenance.at, change.provenance.actor, change.provenance.attempt) == (clock.now(), "ada", 2)


async def test_documentation_and_tests_beside_the_change_are_read(repo: TestRepository) -> None:
    found = await fetch(repo.folder)
    assert [file.path for file in found.change.context] == ["README.md", "tests/test_app.py", "docs/guide.md"]
    assert found.data(found.change.context[0].blob) == b"# Shop\n"


async def test_what_is_left_of_many_documents_is_said(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "many")
    repo.commit({f"docs/{number}.md": f"{number}\n" for number in range(450)} | {"a.py": "a\n"})
    repo.commit({"a.py": "b\n"})
    found = await fetch(repo.folder)
    assert len(found.change.context) == 400
    assert found.change.notes[-1].startswith("50 of 450 documentation and test files")


async def test_files_that_are_too_large_or_too_many_are_named(repo: TestRepository) -> None:
    repo.commit({"big.txt": "x" * 70 + "\n" + "y\n" * 2000, "small.py": "1\n", "z.py": "z\n"})
    found = await fetch(repo.folder, base="HEAD~1", forge={"max_file_bytes": 4000, "max_files": 2})
    big = found.files["big.txt"]
    assert (big.omitted, big.binary, big.head, big.hunks) == ("too large: 0.0 MB", False, None, ())
    assert list(found.files) == ["big.txt", "small.py"]
    assert found.change.cut == ("2 of 3 files were read",)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"base": "mian"}, r"no revision 'mian' .*did you mean main\?"),
        ({"base": "main..featur"}, r"no revision 'featur' .*did you mean feature\?"),
        ({"base": "--output=/tmp/pwned"}, "begins with a dash"),
        ({"base": "main..--all"}, "begins with a dash"),
        ({"base": "main\nHEAD"}, "no revision"),
        ({"base": "HEAD@{upstream}"}, "no revision"),
        ({"base": "HEAD:app.py"}, "no revision"),
        ({"base": "lonely"}, r"lonely and HEAD have no history in common: lonely\.\.HEAD"),
    ],
)
async def test_revisions_that_cannot_be(repo: TestRepository, request_: dict[str, str], sentence: str) -> None:
    repo.git("checkout", "-q", "--orphan", "lonely")
    repo.commit({"lonely": "x\n"})
    repo.git("checkout", "-q", "feature")
    with pytest.raises(UserError, match=sentence):
        await fetch(repo.folder, **request_)  # type: ignore[arg-type]
    assert not Path("/tmp/pwned").exists()


async def test_unrelated_histories_can_be_compared_as_they_are(repo: TestRepository) -> None:
    repo.git("checkout", "-q", "--orphan", "lonely")
    repo.commit({"lonely": "x\n"})
    assert "lonely" in (await fetch(repo.folder, base="feature..lonely")).files


async def test_a_shallow_clone_says_how_to_deepen_it(repo: TestRepository, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "main")
    for name, options, sentence in (
        ("one", ["--branch", "feature"], "git fetch --deepen=1 "),
        ("two", ["--branch", "feature", "--no-single-branch"], "git fetch --deepen=100"),
    ):
        repo.git("clone", "-q", "--depth=1", *options, repo.folder.as_uri(), str(tmp_path / name))
        with pytest.raises(UserError, match=sentence):
            await fetch(tmp_path / name)
    with pytest.raises(UserError, match=r"no revision 'HEAD~3'.* shallow: git fetch --deepen"):
        await fetch(tmp_path / "two", base="HEAD~3")


async def test_a_partial_clone_never_fetches_and_says_what_is_missing(repo: TestRepository, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--filter=blob:none", "--branch", "feature", repo.folder.as_uri(), str(tmp_path / "part"))
    with pytest.raises(UserError, match="holds only a part of its objects"):
        await fetch(tmp_path / "part")


async def test_no_commit_yet(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "unborn")
    with pytest.raises(UserError, match="has no commit yet"):
        await fetch(repo.folder)
    with pytest.raises(UserError, match="has no commit yet"):
        await fetch(repo.folder, TREE)
    repo.write({"a.py": "a\n"})
    repo.git("add", "-A")
    for kind in (RequestKind.STAGED, RequestKind.WORKTREE):
        found = await fetch(repo.folder, kind)
        assert (found.change.base, found.head("a.py")) == ("", b"a\n")


async def test_not_a_repository_a_missing_folder_and_no_git(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not in a git repository: .*--all"):
        await fetch(tmp_path)
    with pytest.raises(UserError, match="is not a folder"):
        await fetch(tmp_path / "missing")
    with pytest.raises(UserError, match="git is not installed"):
        await fetch(tmp_path, git=Git(executable="no-such-git"))
    with pytest.raises(UserError, match="read from GitHub"):
        await fetch(tmp_path, RequestKind.PULL)


async def test_no_room_for_temporary_files(repo: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(UserError, match=r"temporary files cannot be written to .*missing.*TMPDIR"):
        await fetch(repo.folder)


async def test_a_bare_repository_has_ranges_but_no_work_tree(repo: TestRepository, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    assert list((await fetch(tmp_path / "bare.git", base="main", head="")).files) == ["app.py"]
    assert "app.py" in (await fetch(tmp_path / "bare.git", TREE)).files
    for kind in (RequestKind.STAGED, RequestKind.WORKTREE):
        with pytest.raises(UserError, match="bare repository"):
            await fetch(tmp_path / "bare.git", kind)


async def test_a_damaged_repository_is_one_sentence(repo: TestRepository) -> None:
    id = repo.git("rev-parse", "feature:app.py")
    (repo.folder / ".git" / "objects" / id[:2] / id[2:]).unlink()
    with pytest.raises(UserError, match="damaged or holds only a part"):
        await fetch(repo.folder)
    (repo.folder / ".git" / "config").write_text("[core\n")
    with pytest.raises(UserError, match="git cannot read the repository"):
        await fetch(repo.folder)


async def test_sha256_repositories_and_linked_work_trees(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "long", "--object-format=sha256")
    repo.commit({"a.py": "a\n"})
    repo.commit({"a.py": "b\n"})
    assert (await fetch(repo.folder)).head("a.py") == b"b\n"
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side" / "a.py").write_text("c\n")
    assert (await fetch(tmp_path / "side", RequestKind.WORKTREE)).head("a.py") == b"c\n"
    (tmp_path / "side" / "a.py").write_text("b\n")
    assert (await fetch(tmp_path / "side", RequestKind.WORKTREE)).files == {}


async def test_a_git_that_hangs_is_stopped(repo: TestRepository, tmp_path: Path) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    with pytest.raises(TransientError, match=r"did not end within 0\.2 seconds"):
        await fetch(repo.folder, git=Git(executable=str(tmp_path / "git"), timeout=0.2))


async def test_a_whole_tree_is_all_new(repo: TestRepository) -> None:
    repo.commit({"logo.png": b"\0", "end.txt": "x", ".fusion.yml": "version: 1\n", "copy.py": "one\n2\nthree\nfour\n"})
    found = await fetch(repo.folder, TREE)
    change = found.change
    assert (change.whole_tree, change.base, change.head) == (True, "", repo.git("rev-parse", "HEAD"))
    assert change.policy_origin == f".fusion.yml at {change.head[:7]}"
    assert {file.kind for file in change.files} == {ChangeKind.ADDED}
    assert added_lines(found.files["app.py"]) == {1, 2, 3, 4} == added_lines(found.files["copy.py"])
    assert found.files["end.txt"].hunks[0].body == "+x\n\\ No newline at end of file"
    assert (found.files["logo.png"].binary, found.files["logo.png"].head) == (True, None)
    assert found.head("copy.py") == found.head("app.py") == b"one\n2\nthree\nfour\n"


async def test_a_folder_under_no_version_control(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "nested")  # its .git folder must not be read
    repo.write({"src/a.py": "a\n", "b.bin": b"\0", "large": "x" * 100, ".fusion.yml": "version: 1\n", "empty": ""})
    (repo.folder / "link").symlink_to("/etc/passwd")
    (repo.folder / "up").symlink_to("..")
    os.mkfifo(repo.folder / "pipe")
    (repo.folder / ".git").rename(repo.folder / "src" / ".git")
    (repo.folder / "src" / ".git" / "HEAD").write_text("broken")
    found = await fetch(repo.folder, TREE, forge={"max_file_bytes": 50})
    assert {path: file.omitted for path, file in found.files.items()} == {
        ".fusion.yml": "",
        "b.bin": "binary",
        "empty": "",
        "large": "too large: 0.0 MB",
        "link": "symlink",
        "pipe": "neither a file nor a link",
        "src/a.py": "",
        "up": "symlink",
    }
    assert found.files["link"].entry is EntryType.SYMLINK
    assert (found.change.whole_tree, found.change.base, found.head("src/a.py")) == (True, "", b"a\n")
    assert "under no version control" in found.change.policy_origin
    (tmp_path / "alias").symlink_to(repo.folder)
    assert (await fetch(tmp_path / "alias", TREE, forge={"max_file_bytes": 50})).change.head == found.change.head
    again = await fetch(repo.folder, TREE, forge={"max_files": 3})
    assert again.change.cut == ("only the first 3 files were read",)


async def test_a_patch_in_its_repository_has_both_sides(repo: TestRepository) -> None:
    patch = repo.git("diff", "main~1", "feature").encode() + b"\n"
    for revision in ("feature~1", "feature"):  # at HEAD, and only by the ids in the patch
        repo.git("checkout", "-q", revision)
        found = await fetch(repo.folder, PATCH, patch=patch)
        assert (found.base("app.py"), found.head("app.py")) == (b"one\ntwo\nthree\n", b"one\n2\nthree\nfour\n")
        assert found.change.head.startswith("sha256:")
        assert "README.md" in [file.path for file in found.change.context]


async def test_a_patch_without_ids_fits_head_or_the_work_tree(repo: TestRepository) -> None:
    patch = b"--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,2 @@\n-ONE\n+1\n 2\n"
    lost = await fetch(repo.folder, PATCH, patch=patch)
    assert (
        lost.files["app.py"].omitted == "the patch does not carry the whole file and the repository holds no file that it fits"
    )
    repo.write({"app.py": "ONE\n2\nrest\n"})
    found = await fetch(repo.folder, PATCH, patch=patch)
    assert (found.base("app.py"), found.head("app.py")) == (b"ONE\n2\nrest\n", b"1\n2\nrest\n")


async def test_a_patch_alone_carries_new_and_deleted_files(tmp_path: Path) -> None:
    patch = (
        b"--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+a\xe9\n+b\n\\ No newline at end of file\n"
        b"--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
        b"--- a/part.py\n+++ b/part.py\n@@ -5 +5 @@\n-x\n+y\n"
    )
    found = await fetch(tmp_path, PATCH, patch=patch)
    assert (found.head("new.py"), found.base("gone.py")) == (b"a\xe9\nb", b"gone\n")
    assert found.files["part.py"].omitted == "the patch does not carry the whole file"
    assert found.change.subject.startswith("patch:")
    assert found.change.policy_origin == "defaults (no repository)"
    assert (await fetch(tmp_path, PATCH, patch=patch, location="")).change.repository == "patch"


async def test_a_patch_that_climbs_out_reads_nothing(repo: TestRepository) -> None:
    for path in ("../secret", "/etc/passwd", ".git/config"):
        patch = f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a\n+b\n".encode()
        with pytest.raises(UserError, match="is refused"):
            await fetch(repo.folder, PATCH, patch=patch)


async def test_a_hundred_thousand_lines_and_a_long_one(tmp_path: Path) -> None:
    repo = TestRepository(tmp_path / "large")
    files = {f"src/m{number}.py": "".join(f"old {number} {line}\n" for line in range(2500)) for number in range(20)}
    repo.commit({**files, "long.json": "a" * 5_000_000})
    repo.commit({**{path: text.replace("old", "new") for path, text in files.items()}, "long.json": "b" * 5_000_000 + "\n"})
    found = await fetch(repo.folder)
    assert sum(file.added + file.removed for file in found.change.files) == 100_002
    assert len(found.head("long.json") or b"") == 5_000_001


async def test_many_files_take_no_more_processes_than_one(repo: TestRepository, tmp_path: Path) -> None:
    """Beginning a process is what takes time where files are few lines long."""
    begun, git = tmp_path / "begun", tmp_path / "git"
    git.write_text(f'#!/bin/sh\necho "$*" >> "{begun}"\nexec "{shutil.which("git")}" "$@"\n')
    git.chmod(0o755)
    counts = []
    for files in (1, 12):
        repo.commit({f"src/f{number}.py": "".join(f"{files} {line}\n" for line in range(50)) for number in range(files)})
        begun.unlink(missing_ok=True)
        await fetch(repo.folder, base="HEAD~1", git=Git(executable=str(git)))
        counts.append(len(begun.read_text().splitlines()))
    assert 0 < counts[1] <= counts[0]
