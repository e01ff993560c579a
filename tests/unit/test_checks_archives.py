"""What a tree says by what is not in it: links that lead within it count, and archives that leave files out are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.check import Check, Subject
from fusion.checks.links import followed
from fusion.checks.registry import builtin
from fusion.model.compliance import Status
from fusion.model.inventory import Inventory, Tree, TreeFile
from fusion.model.posture import Unknown
from tests.fakes.subjects import NOW, component, posture

CHECKS: dict[str, Check] = {check.about.id: check for check in builtin()}
Name = Callable[[bytes], str]
TEXT = "What this is, for whom, and how it is used. " * 4


def git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def git_sha256(data: bytes) -> str:
    return hashlib.sha256(b"blob %d\0" % len(data) + data).hexdigest()


def plain(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def tree(files: Mapping[str, str], links: Mapping[str, str] = {}, name: Name = plain) -> Tree:
    entries = [TreeFile(path=path, size=len(text), blob=name(text.encode())) for path, text in files.items()]
    for path, target in links.items():
        data = target.encode()
        entries.append(TreeFile(path=path, size=len(data), mode="120000", blob=name(data)))
    return Tree(commit=plain(b"folder") if name is plain else "c" * 40, files=tuple(entries))


def seen(found: Tree, files: Mapping[str, str], **more: object) -> Subject:
    contents = {path: text.encode() for path, text in files.items()}
    given_ = {"posture": Unknown(why="A folder."), **more}
    return Subject(repository="o/r", tree=found, contents=contents, now=NOW, **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [git, git_sha256, plain])
@pytest.mark.parametrize(
    ("link", "target", "leads"),
    [
        ("README.md", "docs/index.md", "docs/index.md"),
        ("README.md", "./docs/index.md", "docs/index.md"),
        ("docs/README.md", "index.md", "docs/index.md"),
        (".github/README.md", "../docs/index.md", "docs/index.md"),
        ("a/b/c/README.md", "../../../docs/index.md", "docs/index.md"),
        ("README.md", "../docs/index.md", ""),
        ("README.md", "/docs/index.md", ""),
        ("README.md", "docs", ""),
        ("README.md", "README.md", ""),
        ("README.md", "docs/gone.md", ""),
    ],
)
def test_a_link_leads_to_a_file_of_the_tree_or_nowhere(name: Name, link: str, target: str, leads: str) -> None:
    found = followed(tree({"docs/index.md": TEXT, "a.py": "x"}, {link: target}, name), lambda path: path == link)
    assert found == ({link: leads} if leads else {})


def test_a_chain_is_followed_and_a_circle_ends() -> None:
    links = {"README": "README.md", "README.md": "docs/index.md", "one": "two", "two": "one"}
    assert followed(tree({"docs/index.md": TEXT}, links), lambda _: True) == {
        "README": "docs/index.md",
        "README.md": "docs/index.md",
    }


NAMES = st.text("ab./\u00e9", min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(files=st.dictionaries(NAMES, st.just("x"), max_size=4), links=st.dictionaries(NAMES, NAMES, max_size=4))
def test_no_link_leads_to_what_is_no_file(files: dict[str, str], links: dict[str, str]) -> None:
    assert set(followed(tree(files, links), lambda _: True).values()) <= set(files)


def test_a_first_page_and_a_licence_may_be_links_and_one_that_leads_away_is_none() -> None:
    files = {"docs/index.md": TEXT, "licences/MIT": "SPDX-License-Identifier: MIT"}
    inside = seen(tree(files, {"README.md": "docs/index.md", "LICENSE": "licences/MIT", "HISTORY.md": "docs/index.md"}), files)
    for check in ("readme", "licence-file", "change-log"):
        assert CHECKS[check].assess(inside).status is Status.PASSED, check
    outside = seen(tree(files, {"README.md": "../README.md"}), files)
    assert CHECKS["readme"].assess(outside).status is Status.FAILED
    unread = seen(tree(files, {"README.md": "docs/index.md"}), {})
    assert CHECKS["readme"].assess(unread).status is Status.NOT_ASSESSED


OWNERS = ".github/CODEOWNERS"


@pytest.mark.parametrize(
    ("files", "links", "status", "told"),
    [
        (
            {"x": "* @a"},
            {OWNERS: "../x"},
            Status.FAILED,
            ".github/CODEOWNERS is a symbolic link, which GitHub does not follow.",
        ),
        ({"CODEOWNERS": "* @a"}, {OWNERS: "../CODEOWNERS"}, Status.NOT_ASSESSED, "Whether it goes on to CODEOWNERS"),
        ({"CODEOWNERS": "* @a"}, {"docs/CODEOWNERS": "../CODEOWNERS"}, Status.PASSED, ""),
        ({"g/CODEOWNERS": "* @a"}, {".github": "g"}, Status.FAILED, ".github is a symbolic link"),
    ],
)
def test_owners_below_a_link_are_none(files: dict[str, str], links: dict[str, str], status: Status, told: str) -> None:
    result = CHECKS["code-owners-file"].assess(seen(tree(files, links), files))
    assert (result.status, told in result.reason) == (status, True), result.reason


def test_a_workflow_that_is_a_link_is_none() -> None:
    files = {"ci/a.yml": "on: pull_request\njobs: {a: {steps: [{run: pytest}]}}\n", "a.py": "x = 1\n"}
    linked = seen(tree(files, {".github/workflows/a.yml": "../../ci/a.yml"}), files)
    for check, status in (("ci-defined", Status.FAILED), ("token-permissions", Status.NOT_APPLICABLE)):
        result = CHECKS[check].assess(linked)
        assert result.status is status, result.reason
        assert ".github/workflows/a.yml is a symbolic link, which GitHub does not follow." in result.reason


HOSTED = (
    *("ci-defined", "dependency-update-tool", "code-owners-file", "security-policy", "contribution-guide", "tests-present"),
    *("fuzzing", "readme"),
)
WORKFLOWS = ("dangerous-workflow", "token-permissions", "workflow-secrets", "workflow-security", "self-hosted-runners")
PINS = ("pinned-actions", "pinned-installs")
CODE = {"src/app.py": "x = 1", "run.sh": "npm ci"}


def states(found: Tree, checks: tuple[str, ...], **more: object) -> set[Status]:
    held = {file.path: "x = 1" for file in found.files}
    used = Inventory(components=(component("pypi", "six", "pyproject.toml"),))
    return {CHECKS[check].assess(seen(found, held, inventory=used, **more)).status for check in checks}


@pytest.mark.parametrize(
    "mark",
    ["PKG-INFO", "package/package.json", ".cargo_vcs_info.json", "shop-1.0/PKG-INFO"],
    ids=["pypi", "npm", "cargo", "in"],
)
def test_a_source_distribution_is_not_blamed_for_what_archives_leave_out(mark: str) -> None:
    folder = mark.rpartition("/")[0]
    files = {(f"{folder}/{path}" if folder else path): text for path, text in CODE.items()} | {mark: "Name: x"}
    assert states(tree(files), (*HOSTED, *WORKFLOWS, *PINS)) == {Status.NOT_ASSESSED}
    reason = CHECKS["ci-defined"].assess(seen(tree(files), files)).reason
    assert "source distribution" in reason
    assert "Scan the repository" in reason


def test_a_chapter_about_security_in_an_archive_is_no_policy_that_says_nothing() -> None:
    files = {**CODE, "PKG-INFO": "Name: x", "docs/security.rst": "Escape markup."}
    result = CHECKS["security-policy"].assess(seen(tree(files), files))
    assert (result.status, result.read) == (Status.NOT_ASSESSED, ("docs/security.rst",))
    assert "No security policy lies in the repository; docs/security.rst names no way" in result.reason


def test_what_speaks_against_an_archive_itself_still_fails() -> None:
    files = {**CODE, "PKG-INFO": "Name: x", "README": "?", "SECURITY.md": "words"}
    assert states(tree(files), ("licence-file", "readme", "security-policy")) == {Status.FAILED}


@pytest.mark.parametrize("extra", [{}, {".github/FUNDING.yml": "x"}, {"deep/er/PKG-INFO": "x"}])
def test_other_folders_are_no_archives(extra: dict[str, str]) -> None:
    files = {**CODE, **extra, **({"PKG-INFO": "x"} if ".github/FUNDING.yml" in extra else {})}
    assert states(tree(files), HOSTED) == {Status.FAILED}
    assert states(tree(files), WORKFLOWS) == {Status.NOT_APPLICABLE}


def test_a_repository_is_none_whatever_lies_in_it() -> None:
    files = {**CODE, "PKG-INFO": "Name: x"}
    committed = tree(files, name=git)
    assert states(committed, HOSTED) == {Status.FAILED}
    assert states(committed.model_copy(update={"commit": plain(b"changed")}), HOSTED) == {Status.FAILED}
    assert states(tree(files), HOSTED, posture=posture()) == {Status.FAILED}
