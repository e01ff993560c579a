"""Label files, ours and public corpora's, and what is wrong with bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion.dataflow.knowledge.schema import Kind
from fusion.errors import UserError
from fusion.evaluation.labels import Label, found, read, read_public, walk

HEADER = "file,kind,cwe,vulnerable\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in ("a.py", "b.py", "deep/c.js", "deep/d.py", "other/d.py", ".git/x.py", "node_modules/y.js"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    return tmp_path


def written(folder: Path, text: str | bytes, name: str = "labels.csv") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_regular_files_below_the_folder(corpus: Path) -> None:
    assert walk(corpus) == {"a.py", "b.py", "deep/c.js", "deep/d.py", "other/d.py"}


def test_label_files_are_found_and_their_paths_are_relative_to_them(corpus: Path) -> None:
    written(corpus, HEADER + "a.py,sql-injection,89,true\n\nb.py, sql-injection ,CWE-89, False\n", "python.labels.csv")
    written(corpus / "deep", "\ufeff" + HEADER + "c.js,open-redirect,601,yes\na.py/../../a.py,weak-hash,328,0\n")
    assert found(corpus, walk(corpus)) == (
        Label("deep/c.js", Kind.OPEN_REDIRECT, True),
        Label("a.py", Kind.WEAK_HASH, False),
        Label("a.py", Kind.SQL_INJECTION, True),
        Label("b.py", Kind.SQL_INJECTION, False),
    )


def test_no_label_file(corpus: Path) -> None:
    with pytest.raises(UserError, match=r"holds no labels\.csv"):
        found(corpus, walk(corpus))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (HEADER, "hold no labels"),
        ("a.py,sql-injection,89,true\n", "line 1 is no header"),
        (HEADER + "a.py,sql-injection,89\n", "line 2 has 3 columns"),
        (HEADER + "\nz.py,sql-injection,89,true\n", r"line 3: there is no file z\.py"),
        (HEADER + "../a.py,sql-injection,89,true\n", "there is no file"),
        (HEADER + "a.py,sql-injektion,89,true\n", "no kind 'sql-injektion'; did you mean sql-injection?"),
        (HEADER + "a.py,???,89,true\n", "there are: command-injection, "),
        (HEADER + "a.py,sql-injection,many,true\n", "'many' is no CWE number"),
        (HEADER + "a.py,sql-injection,89,perhaps\n", "'perhaps' is neither true nor false"),
        (
            HEADER + "a.py,sql-injection,89,true\n./a.py,sql-injection,89,true\n",
            r"line 3: a\.py has a label .* already .*line 2",
        ),
        (b"\xff\xfe\x00", "is no label file"),
        (HEADER + '"a.py', "is no label file"),
    ],
)
def test_what_is_wrong_with_a_label_file(corpus: Path, text: str | bytes, said: str) -> None:
    file = written(corpus, text)
    with pytest.raises(UserError, match=said) as raised:
        read(file, walk(corpus))
    assert "\n" not in str(raised.value)


def test_a_label_file_that_cannot_be_read(corpus: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read(corpus / "none.csv", walk(corpus))
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read_public(corpus, walk(corpus))


@pytest.mark.parametrize(
    "header", ["", "name,category,real,cwe\n", "# test name, category, real vulnerability, cwe, version\n"]
)
def test_public_labels(corpus: Path, header: str) -> None:
    file = written(
        corpus, header + "a,sqli,true,89\n# a comment, with, more, commas\nb.py,Redirect,false,0\ndeep/c,xss,true,80\n"
    )
    (corpus / "deep" / "c").write_text("")
    assert read_public(file, walk(corpus)) == (
        Label("a.py", Kind.SQL_INJECTION, True),
        Label("b.py", Kind.OPEN_REDIRECT, False),
        Label("deep/c", Kind.CROSS_SITE_SCRIPTING, True),
    )


def test_the_cwe_decides_before_the_category(corpus: Path) -> None:
    file = written(corpus, "a,xss,true,89\nb,ldap_injection,false,99999\nc,Path Traversal,true,9\n")
    assert [label.kind for label in read_public(file, walk(corpus))] == [
        Kind.SQL_INJECTION,
        Kind.LDAP_INJECTION,
        Kind.PATH_TRAVERSAL,
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,crypto,true,327\n", "neither CWE 327 nor 'crypto' is a kind"),
        ("d,sqli,true,89\n", r"d can be deep/d\.py or other/d\.py"),
        ("z,sqli,true,89\n", "there is no file z"),
        ("a,sqli,true\n", "has 3 columns"),
        ("a,sqli,true,x\n", "'x' is no CWE number"),
        ("a,sqli,,89\n", "'' is neither true nor false"),
        ("a,sqli,true,89\na.py,sqli,false,89\n", "has a label"),
        ("name,category,real,cwe\n", "hold no labels"),
    ],
)
def test_what_is_wrong_with_public_labels(corpus: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_public(written(corpus, text), walk(corpus))


def test_unknown_kinds_can_be_left_out(corpus: Path) -> None:
    file = written(corpus, "a,crypto,true,327\nb,sqli,true,89\n")
    assert read_public(file, walk(corpus), skip_unknown=True) == (Label("b.py", Kind.SQL_INJECTION, True),)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.binary(max_size=60), st.text('a.py,b/\n"\r#truefalsql-89 \0é', max_size=60).map(str.encode)))
def test_any_file_is_labels_or_one_sentence(corpus: Path, text: bytes) -> None:
    paths = walk(corpus)
    for content in (text, HEADER.encode() + text):
        file = written(corpus, content)
        for reading in (read, read_public):
            try:
                labels = reading(file, paths)
            except UserError as error:
                labels = ()
                said = str(error)
            else:
                said = "labels"
            assert said
            assert {label.path for label in labels} <= paths
