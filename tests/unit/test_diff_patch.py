"""Patches as git and diff write them, and as nobody should: `fusion.changes.patch` and `fusion.changes.hunks`."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
import unidiff
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion.changes import hunks
from fusion.changes.diff import parse_patch
from fusion.changes.patch import parse_patched
from fusion.errors import UserError
from fusion.model import ChangeKind, EntryType, FileChange

SAMPLES = Path(__file__).parent.parent / "samples" / "diffs"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.patch").read_bytes()


def by_path(data: bytes) -> dict[str, FileChange]:
    return {file.path: file for file in parse_patch(data)}


def shape(file: FileChange) -> tuple[str, str, str | None, str | None, str | None, int, int]:
    return file.kind.value, file.entry.value, file.old_path, file.old_mode, file.new_mode, file.added, file.removed


EVERYTHING = {
    "app.py": ("modified", "file", None, "100644", "100644", 2, 2),
    "copied.txt": ("modified", "file", None, "100644", "100644", 1, 0),
    "copy.txt": ("copied", "file", "copied.txt", None, None, 0, 0),
    "crlf.txt": ("modified", "file", None, "100644", "100644", 1, 1),
    "docs/renamed.md": ("renamed", "file", "docs/with space.md", "100644", "100644", 1, 1),
    "empty.txt": ("added", "file", None, None, "100644", 0, 0),
    "end.txt": ("modified", "file", None, "100644", "100644", 1, 1),
    "gone.txt": ("deleted", "file", None, "100644", None, 0, 1),
    "latin1.txt": ("modified", "file", None, "100644", "100644", 1, 1),
    "link": ("modified", "symlink", None, "120000", "120000", 1, 1),
    "logo.png": ("modified", "file", None, "100644", "100644", 0, 0),
    "new.txt": ("added", "file", None, None, "100644", 1, 0),
    "run.sh": ("mode", "file", None, "100644", "100755", 0, 0),
    'tab\tand "quote".txt': ("modified", "file", None, "100644", "100644", 1, 1),
    "turned": ("type", "symlink", None, "100644", "120000", 1, 1),
    "vendored/lib": ("added", "submodule", None, None, "160000", 1, 0),
    "é.txt": ("modified", "file", None, "100644", "100644", 1, 1),
}


def test_everything_that_git_diff_writes() -> None:
    files = by_path(sample("everything"))
    assert {path: shape(file) for path, file in files.items()} == EVERYTHING
    assert [path for path, file in files.items() if file.binary] == ["logo.png"]
    assert files["app.py"].hunks[1].new_start == 24
    assert files["crlf.txt"].hunks[0].body == " x\r\n-y\r\n+z\r"
    assert files["end.txt"].hunks[0].body == (
        "-no newline\n\\ No newline at end of file\n+no newline!\n\\ No newline at end of file"
    )
    assert files["latin1.txt"].hunks[0].body == "-caf\ufffd\n+th\ufffd"
    assert "Subproject commit 1111" in files["vendored/lib"].hunks[0].body


def test_a_mailed_patch_with_text_around_it() -> None:
    mailed = {path: shape(file) for path, file in by_path(sample("mail")).items()}
    expected = dict(EVERYTHING)
    expected["copy.txt"] = ("added", "file", None, None, "100644", 41, 0)
    assert mailed == expected


def test_both_kinds_of_binary() -> None:
    (file,) = parse_patch(sample("binary"))
    assert (file.path, file.binary, file.hunks) == ("logo.png", True, ())
    (file,) = parse_patch(b"Binary files a/x.bin and b/x.bin differ\n")
    assert (file.path, file.binary, file.kind) == ("x.bin", True, ChangeKind.MODIFIED)


@pytest.mark.parametrize("name", ["noprefix", "mnemonic", "context0"])
def test_prefixes_and_contexts(name: str) -> None:
    file = by_path(sample(name))["app.py"]
    assert (file.kind, file.added, file.removed) == (ChangeKind.MODIFIED, 2, 2)


def test_a_plain_recursive_diff() -> None:
    files = by_path(sample("plain"))
    assert {path: file.kind.value for path, file in files.items()} == {
        "new.c": "added",
        "old.c": "deleted",
        "src/a.c": "modified",
    }


def test_a_combined_diff_is_refused() -> None:
    with pytest.raises(UserError, match=r"line 1: a combined diff .*against one parent"):
        parse_patch(sample("combined"))


def test_what_submodule_log_says() -> None:
    (file,) = parse_patch(b"Submodule libs/x 1111111..2222222:\n  > one commit\n")
    assert (file.path, file.entry, file.kind) == ("libs/x", EntryType.SUBMODULE, ChangeKind.MODIFIED)


def test_object_ids_are_kept() -> None:
    patched = {file.change.path: file for file in parse_patched(sample("everything"))}
    assert patched["app.py"].before == "e8823e1766638e70fd9e260913a383f8fe68a237"
    assert patched["new.txt"].before.strip("0") == ""
    assert patched["run.sh"].before == ""


def test_nothing_is_an_empty_change() -> None:
    assert parse_patch(b"") == ()
    assert parse_patch(b"just some text\nwith lines\n") == ()


def test_lines_end_at_line_feeds_only() -> None:
    body = "-a\x0bb\x0cc\x85d\u2028e\rf\n+\x1c\x1d\x1e\u2029"
    data = f"--- a/x\n+++ b/x\n@@ -1 +1 @@ f(\x0c)\n{body}\n".encode()
    (file,) = parse_patch(data)
    assert file.hunks[0].body == body
    assert (file.added, file.removed) == (1, 1)


def test_headers_of_a_patch_saved_with_crlf() -> None:
    data = b"diff --git a/x b/x\r\nindex 1111111..2222222 100644\r\n--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n"
    (file,) = parse_patch(data)
    assert (file.path, file.hunks[0].body) == ("x", "-a\r\n+b\r")


def test_an_empty_context_line_that_lost_its_blank() -> None:
    (file,) = parse_patch(b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n")
    assert file.hunks[0].body == " a\n \n-b\n+c"


HEAD = "diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n+++ b/x\n"
MALFORMED = {
    "truncated hunk": (HEAD + "@@ -1,3 +1,3 @@\n a\n-b\n", r"line 7: .* middle of the hunk that begins at line 5"),
    "truncated header": ("diff --git a/x b/x\nindex 1111111..2222222 100644\n", r"line 1: .*truncated"),
    "nothing but names": ("diff --git a/x b/x\n", r"line 1: .*truncated"),
    "no hunk": (HEAD, r"line 5: a hunk .* must follow"),
    "odd line": (HEAD + "@@ -1,2 +1,2 @@\n a\n*b\n", r"line 7: a line of a hunk"),
    "backslash first": (HEAD + "@@ -1,2 +1,2 @@\n\\ No newline\n a\n", r"line 6"),
    "too many lines": (HEAD + "@@ -1 +1 @@\n-a\n+b\n+c\n", r"line 8: the hunk goes on"),
    "wrong counts": (HEAD + "@@ -1,1 +1,2 @@\n-a\n-a\n+b\n+c\n", r"does not hold the lines"),
    "header garbage": (HEAD + "@@ -1 +x @@\n-a\n+b\n", r"line 5: a hunk must start like"),
    "zero with lines": (HEAD + "@@ -0,2 +1 @@\n-a\n+b\n", r"line 5: these line numbers"),
    "no lines at all": (HEAD + "@@ -1,0 +1,0 @@\n", r"line 5: these line numbers"),
    "overlap": (HEAD + "@@ -1 +1 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", r"line 8: the hunk overlaps"),
    "orphan hunk": ("@@ -1 +1 @@\n-a\n+b\n", r"line 1: a hunk without a file header"),
    "half header": ("diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n@@ -1 +1 @@\n", r"line 3: a hunk needs both"),
    "other name": (HEAD.replace("+++ b/x", "+++ b/y") + "@@ -1 +1 @@\n-a\n+b\n", r"line 3: the names here"),
    "names apart": ("diff --git a/x b/y\nindex 1111111..2222222 100644\n", r"line 1: the names in this line"),
    "broken quotes": ('--- "a/x\n+++ "b/x"\n@@ -1 +1 @@\n-a\n+b\n', r"line 1: the quotes"),
    "new and deleted": ("--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+a\n", r"line 1"),
    "new yet losing": ("--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", r"line 1: a new file cannot lose"),
    "twice": (HEAD + "@@ -1 +1 @@\n-a\n+b\n" + HEAD + "@@ -1 +1 @@\n-b\n+c\n", r"line 8: 'x' is changed at line 1 already"),
    "unmerged": ("* Unmerged path x\n", r"line 1: .*conflict"),
    "binary cut": ("diff --git a/x b/x\nGIT binary patch\nliteral 5\nMcmV", r"line 4: .* middle of a binary"),
    "binary garbage": ("diff --git a/x b/x\nGIT binary patch\nhello\n", r"line 3: a binary patch"),
    "long header": (f"diff --git a/{'x' * 30_000} b/x\n", r"line 1: the header is too long"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_patches_name_the_line(name: str) -> None:
    text, sentence = MALFORMED[name]
    with pytest.raises(UserError, match=sentence):
        parse_patch(text.encode())


HOSTILE = ["../x", "a/../../x", "/etc/passwd", "\\\\host\\x", "C:\\x", "c:/x", "..\\x", ".git/config", "sub/.GIT/hooks/x"]
HOSTILE += [".git. /x", "git~1/x", "a//x", "./x", "a/./x", "x\0y", "y" * 5000, "sub\\.git\\config", ".."]


@pytest.mark.parametrize("path", HOSTILE)
def test_paths_that_leave_the_tree_are_refused(path: str) -> None:
    quoted = path.replace("\\", "\\\\").replace("\0", "\\000")
    for text in (
        f'--- "a/{quoted}"\n+++ "b/{quoted}"\n@@ -1 +1 @@\n-a\n+b\n',
        f'--- /dev/null\n+++ "b/{quoted}"\n@@ -0,0 +1 @@\n+b\n',
        f'diff --git "a/{quoted}" "b/{quoted}"\nold mode 100644\nnew mode 100755\n',
        f'diff --git a/ok b/no\nsimilarity index 100%\nrename from ok\nrename to "{quoted}"\n',
        f'diff --git a/no b/ok\nsimilarity index 100%\ncopy from "{quoted}"\ncopy to ok\n',
    ):
        with pytest.raises(UserError, match=r"line [1-4]: .*(is refused: it|too long)"):
            parse_patch(text.encode())


@pytest.mark.parametrize(
    "path", ["a b", "ü", "a\tb", 'a"b', "a\\b", "a\nb", "x b/x", "..x", ".gitignore", "-x", " lead", "trail "]
)
def test_odd_names_through_real_git(tmp_path: Path, path: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder / path).parent.mkdir(parents=True)
        (tmp_path / folder / path).write_text(folder)
    diff = subprocess.run(
        ["git", "diff", "--no-index", "--no-prefix", "--no-color", "--", "a", "b"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    ).stdout
    (file,) = parse_patch(diff)
    assert (file.path, file.kind) == (path, ChangeKind.MODIFIED)


def test_names_that_are_not_utf8_are_shown_as_bytes() -> None:
    (file,) = parse_patch(b'diff --git "a/caf\\351" "b/caf\\351"\nold mode 100644\nnew mode 100755\n')
    assert file.path == "caf\\xe9"


LINE = st.sampled_from(
    [b"a", b"b", b"", b"c\r", b"\xff\xfe", b"\xe2\x80\xa8", b"--- a", b"+++ b", b"@@ -1 +1 @@", b"\\ x", b"-", b"+ "]
)
TEXT = st.tuples(st.lists(LINE, max_size=25), st.booleans()).map(lambda t: b"\n".join(t[0]) + (b"\n" if t[1] else b""))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXT, after=TEXT, context=st.sampled_from([0, 1, 3, 50]))
def test_what_git_writes_is_read_back_byte_for_byte(tmp_path: Path, before: bytes, after: bytes, context: int) -> None:
    (tmp_path / "before").write_bytes(before)
    (tmp_path / "after").write_bytes(after)
    command = ["git", "diff", "--no-index", "--no-color", "--text", f"-U{context}", "--", "before", "after"]
    diff = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
    diff = diff.replace(b" b/after\n", b" b/before\n").replace(b"+++ b/after\n", b"+++ b/before\n")
    if before == after:
        assert diff == b""
        return
    (patched,) = parse_patched(diff)
    assert hunks.apply(before, patched.change.hunks, patched.bodies) == after
    old = sum(len(hunks.sides(body)[0]) for body in patched.bodies)
    assert old == sum(hunk.old_count for hunk in patched.change.hunks)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXT, after=TEXT)
def test_unidiff_counts_the_same(tmp_path: Path, before: bytes, after: bytes) -> None:
    before, after = (re.sub(rb"[\xff\xfe]", b"?", text) for text in (before, after))
    (tmp_path / "before").write_bytes(before)
    (tmp_path / "after").write_bytes(after)
    command = ["git", "diff", "--no-index", "--no-color", "--text", "--", "before", "after"]
    diff = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
    diff = diff.replace(b" b/after\n", b" b/before\n").replace(b"+++ b/after\n", b"+++ b/before\n")
    theirs = unidiff.PatchSet(diff.decode())
    ours = parse_patch(diff)
    assert [(file.added, file.removed, len(file.hunks)) for file in ours] == [
        (file.added, file.removed, len(file)) for file in theirs
    ]


PIECE = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([line + b"\n" for line in sample("everything").split(b"\n") + sample("binary").split(b"\n")[:6]]),
    st.sampled_from(
        [b"--- ", b"+++ ", b"@@ -1,2 +1,9 @@\n", b"diff --git ", b'"a/\\', b"rename from ", b"\n", b"\0", b"Submodule "]
    ),
)


@settings(max_examples=400, deadline=None)
@given(pieces=st.lists(PIECE, max_size=40))
def test_garbage_raises_user_errors_only(pieces: list[bytes]) -> None:
    sentence = ""
    files: tuple[FileChange, ...] = ()
    try:
        files = parse_patch(b"".join(pieces))
    except UserError as error:
        sentence = str(error)
    assert not sentence or re.search(r"line \d+: ", sentence)
    assert len({file.path for file in files}) == len(files)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_patch_cut_anywhere_is_whole_files_or_an_error(data: st.DataObject) -> None:
    whole = sample("everything")
    files = by_path(whole)
    cut = data.draw(st.integers(0, len(whole)))
    try:
        part = by_path(whole[:cut])
    except UserError:
        return
    for path, file in list(part.items())[:-1]:
        assert file == files[path]


@pytest.mark.parametrize(
    ("before", "fits"),
    [(b"1\n2\n3\n", True), (b"1\n2\n3", False), (b"1\r\n2\n3\n", False), (b"", False), (b"0\n1\n2\n3\n", False)],
)
def test_hunks_fit_exactly_or_not_at_all(before: bytes, fits: bool) -> None:
    (patched,) = parse_patched(b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n")
    assert hunks.apply(before, patched.change.hunks, patched.bodies) == (b"1\ntwo\n3\n" if fits else None)


def test_a_hundred_thousand_lines_and_five_megabytes_in_one_are_read_quickly() -> None:
    count = 50_000
    lines = "".join(f"-old {number}\n+new {number}\n" for number in range(count))
    large = f"{HEAD}@@ -1,{count} +1,{count} @@\n{lines}".encode()
    long = f"{HEAD.replace('/x', '/y')}@@ -1 +1 @@\n-{'a' * 5_000_000}\n+{'b ' * 2_500_000}\n".encode()
    spaces = f"diff --git {' ' * 19_000}\n".encode()
    start = time.process_time()
    first, second = parse_patch(large + long)
    assert (first.added, first.removed, second.added) == (count, count, 1)
    with pytest.raises(UserError):
        parse_patch(spaces)
    assert time.process_time() - start < 1.5
