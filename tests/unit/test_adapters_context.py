"""Which documentation and tests are read beside a change."""

from __future__ import annotations

import pytest

from fusion.adapters import context
from fusion.changes import roles


@pytest.mark.parametrize(
    "path",
    ["README", "README.md", "pkg/README.rst", "CHANGELOG.md", "docs/a/b.md", "Doc/x.rst", "NOTES.md", "website/en/guide.adoc"],
)
def test_documents(path: str) -> None:
    assert context.is_document(path)


@pytest.mark.parametrize("path", ["requirements.txt", "src/data.md", "docs/conf.py", "readme.py", "src/x.txt", "docs/logo.png"])
def test_no_documents(path: str) -> None:
    assert not context.is_document(path)


@pytest.mark.parametrize(
    "path",
    ["tests/test_a.py", "src/a_test.go", "src/a.test.ts", "src/a.spec.jsx", "lib/a_spec.rb", "src/test/java/X.java",
     "XTest.java", "pkg/__tests__/x.js", "Tests/XTests.cs", "test/helper.bats"],
)  # fmt: skip
def test_tests(path: str) -> None:
    assert context.is_test(path)


@pytest.mark.parametrize(
    "path", ["src/latest.py", "contest.py", "tests/data.json", "Attest.java", "src/testament.md", "spec.md"]
)
def test_no_tests(path: str) -> None:
    assert not context.is_test(path)


@pytest.mark.parametrize(
    "path", ["conftest.py", "fixtures/x.py", "src/OrderIT.java", "cypress/login.ts", "t/a.py", "mocks/m.go"]
)
def test_what_agents_take_for_a_test_is_a_test_here(path: str) -> None:
    assert roles.is_test_code(path)
    assert context.is_test(path)


def test_what_matters_for_the_change_comes_first() -> None:
    paths = [
        "src/user.py",
        "tests/test_other.py",
        "tests/deep/test_user.py",
        "docs/a.md",
        "README.md",
        "web/cart.spec.ts",
        "x.png",
    ]
    chosen = context.choose(paths, ["src/user.py", "web/cart.ts"])
    assert chosen == ["README.md", "web/cart.spec.ts", "tests/deep/test_user.py", "docs/a.md", "tests/test_other.py"]


def test_what_changes_is_no_context() -> None:
    assert context.choose(["README.md", "tests/test_a.py"], ["README.md", "tests/test_a.py"]) == []


def test_bounds() -> None:
    sizes = {f"docs/{number:04}.md": 11_000 for number in range(1000)}
    assert len(context.pick(sizes)) == context.MAX_BYTES // 11_000
    assert len(context.pick(dict.fromkeys(sizes, 1))) == context.MAX_FILES
    assert context.pick({"README.md": context.MAX_FILE_BYTES + 1, "docs/a.md": 1}) == ["docs/a.md"]


def test_lock_files_come_with_their_manifests() -> None:
    paths = ["package-lock.json", "web/app/src/x.js", "yarn.lock", "other/package-lock.json", "README.md", "uv.lock"]
    assert list(context.choose(paths, ["web/app/package.json"])) == ["package-lock.json", "yarn.lock", "README.md"]
    assert "uv.lock" in context.choose(paths, ["pyproject.toml"])
    assert "package-lock.json" not in context.choose(paths, ["web/app/src/x.js"])


def test_a_lock_file_may_be_larger_than_a_document() -> None:
    sizes = {"package-lock.json": context.MAX_FILE_BYTES + 1, "README.md": context.MAX_FILE_BYTES + 1}
    assert list(context.pick(sizes, ["package.json"])) == ["package-lock.json"]
