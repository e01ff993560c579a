"""What is reviewed and what is not, by paths, sizes and git modes under the base's policy."""

from __future__ import annotations

import time

import pytest

from fusion.changes.selection import Exclusion, select
from fusion.model import Blob, Change, ChangeKind, EntryType, FileChange, Hunk
from fusion.policy import Caps, Policy

HUNK = Hunk(old_start=1, old_count=1, new_start=1, new_count=1, body="-a\n+b")


def file(path: str, size: int = 10, **fields: object) -> FileChange:
    kind = fields.pop("kind", ChangeKind.MODIFIED)
    side = Blob(digest="sha256:" + "0" * 64, size=size)
    sides = {"base": side} if kind is ChangeKind.DELETED else {"base": side, "head": side}
    return FileChange.model_validate({"path": path, "kind": kind, "hunks": (HUNK,), **sides, **fields})


def one(entry: FileChange, **policy: object) -> Exclusion | None:
    change = Change(repository="r", subject="s", base="", head="h", files=(entry,))
    return select(change, Policy.model_validate(policy))[entry.path]


@pytest.mark.parametrize(
    "path",
    [
        "app.py",
        "src/lock.py",
        "vendors/list.py",
        "src/vendor.py",
        "docs/map",
        "lib/min.js",
        "a/snap.ts",
        "pods.yaml",
        "Makefile",
    ],
)
def test_ordinary_files_are_reviewed(path: str) -> None:
    assert one(file(path)) is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("package-lock.json", "generated: a lock file"),
        ("sub/Cargo.lock", "generated: a lock file"),
        ("go.sum", "generated: a lock file"),
        ("static/app.min.js", "generated: named like .min.js"),
        ("static/app.js.map", "generated: named like .js.map"),
        ("api/user_pb2.py", "generated: named like _pb2.py"),
        ("api/user.pb.go", "generated: named like .pb.go"),
        ("ui/__snapshots__/a.ts", "generated: below a __snapshots__ folder"),
        ("ui/a.test.ts.snap", "generated: named like .snap"),
        ("vendor/a/b.go", "vendored: below a vendor folder"),
        ("x/node_modules/y/index.js", "vendored: below a node_modules folder"),
        ("Third_Party/z.c", "vendored: below a third_party folder"),
    ],
)
def test_generated_and_vendored_files_are_shown_but_not_wanted(path: str, reason: str) -> None:
    assert one(file(path)) == Exclusion(reason)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (file("logo.png", binary=True), "binary"),
        (file("link", entry=EntryType.SYMLINK), "symbolic link: it is not followed"),
        (file("lib", entry=EntryType.SUBMODULE, omitted="submodule"), "submodule"),
        (file("run.sh", kind=ChangeKind.MODE, hunks=()), "mode only"),
    ],
)
def test_entries_without_text_are_described(entry: FileChange, reason: str) -> None:
    exclusion = one(entry)
    assert exclusion is not None
    assert exclusion.reason.startswith(reason)
    assert not exclusion.wanted


def test_a_mode_change_with_new_text_is_reviewed() -> None:
    assert one(file("run.sh", kind=ChangeKind.MODE)) is None


def test_deleted_files_are_left_to_those_who_read_diffs() -> None:
    assert one(file("app.py", kind=ChangeKind.DELETED)) is None


@pytest.mark.parametrize("entry", [file("big.py", 1_000_001), file("big.py", 1_000_001, kind=ChangeKind.DELETED)])
def test_too_large_is_wanted_and_says_the_limit(entry: FileChange) -> None:
    assert one(entry) == Exclusion("too large: 1,000,001 bytes, the limit is 1,000,000 (caps.file_bytes)", wanted=True)
    assert one(entry, caps=Caps(file_bytes=2_000_000)) is None


def test_what_was_not_fetched_is_wanted() -> None:
    assert one(file("big.py", head=None, omitted="too large: 9.1 MB")) == Exclusion("too large: 9.1 MB", wanted=True)


def test_policy_patterns_are_those_of_gitignore() -> None:
    policy = Policy(ignore=("docs/**", "*.svg", "!keep.svg", "/top.py"), generated=("api/client/",))
    paths = ["docs/a/b.md", "x/docs/a.md", "a.svg", "b/keep.svg", "top.py", "sub/top.py", "api/client/x/y.py"]
    change = Change(repository="r", subject="s", base="", head="h", files=tuple(file(path) for path in paths))
    excluded = {
        path: exclusion.reason for path, exclusion in select(change, policy).items() if exclusion and exclusion.by_policy
    }
    assert excluded == {
        "docs/a/b.md": "policy: the path is on the ignore list",
        "a.svg": "policy: the path is on the ignore list",
        "top.py": "policy: the path is on the ignore list",
        "api/client/x/y.py": "policy: the path is on the generated list",
    }


def test_policy_comes_before_size_so_that_an_ignored_file_is_no_gap() -> None:
    exclusion = one(file("data/big.json", 10_000_000), ignore=["data/**"])
    assert exclusion is not None
    assert not exclusion.wanted


def test_files_over_the_cap_are_wanted_and_excluded_ones_do_not_count() -> None:
    paths = ["yarn.lock", "a.py", "b.py", "c.py"]
    change = Change(repository="r", subject="s", base="", head="h", files=tuple(file(path) for path in paths))
    selected = select(change, Policy(caps=Caps(files=2)))
    assert list(selected) == paths
    assert [selected["a.py"], selected["b.py"]] == [None, None]
    assert selected["c.py"] == Exclusion("over the limit of 2 files per review (caps.files)", wanted=True)


@pytest.mark.parametrize("path", ["weird \n\"name'.py", "ünïcödé/файл.py", "a" * 4000, " ", "-rf", "a//b", "\udcff.py"])
def test_odd_names_are_reviewed(path: str) -> None:
    assert one(file(path), ignore=["docs/**"]) is None


def test_many_files_are_selected_fast() -> None:
    files = tuple(file(f"src/part{number % 97}/module{number}.py") for number in range(10_000))
    change = Change(repository="r", subject="s", base="", head="h", files=files)
    started = time.process_time()
    select(change, Policy(ignore=("docs/**", "*.svg"), caps=Caps(files=20_000)))
    assert time.process_time() - started < 1.5
