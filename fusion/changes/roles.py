"""What a file is for, by its path: a test, an example, documentation or production code.

Conventions of pytest, unittest, Jest, Go, JUnit, RSpec, Cargo and their neighbours; nothing inside the file takes part.
"""

from __future__ import annotations

import re

from fusion.syntax import language

_TEST_FOLDERS = frozenset(
    {"test", "tests", "__tests__", "spec", "specs", "e2e", "testdata", "fixtures", "__mocks__", "mocks", "cypress"}
)
_TEST_ROOTS = frozenset({"t", "testing"})
"""Folders of tests when they are the repository's first; further down, `testing` is what a library offers to test with."""
_DATA_FOLDERS = frozenset({"data", "testdata", "test_data", "test-data", "fixtures", "__fixtures__", "samples", "snapshots"})
_EXAMPLE_FOLDERS = frozenset(
    {"example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", "bench", "benchmark", "benchmarks"}
)
_LANGUAGE_ROOTS = frozenset({"java", "kotlin", "scala", "groovy"})
_DOCUMENT_ENDINGS = (".md", ".mdx", ".rst", ".adoc", ".asciidoc")
_TEST_NAME = re.compile(
    r"(?:^test_|_test\.|_tests\.|[-.]test\.|[-.]spec\.|_spec\.|^conftest\.py$|^tests?\."
    r"|Tests?\.(?:java|kt|cs|swift|php|scala|groovy)$|IT\.java$)"
)
_PAST = re.compile(
    r"(?:change(?:s|log)?|history|news|releases?(?:[-_ ]?notes)?|migrat\w*|upgrad\w*|deprecat\w*|adr|rfcs?)", re.I
)


def is_test(path: str) -> bool:
    """Whether the path is a test, or something that only tests use."""
    *folders, name = path.split("/")
    if folders and folders[0].lower() in _TEST_ROOTS:
        return True
    return any(folder.lower() in _TEST_FOLDERS for folder in folders) or _TEST_NAME.search(name) is not None


def is_test_data(path: str) -> bool:
    """Whether the path is what tests are fed with: it may be wrong on purpose, and nothing runs it."""
    *folders, name = path.split("/")
    below = {folder.lower() for folder in folders}
    return is_test(path) and not below.isdisjoint(_DATA_FOLDERS) and _TEST_NAME.search(name) is None


def is_named_test(path: str) -> bool:
    """Whether the file's own name says that it is a test, wherever it lies."""
    return _TEST_NAME.search(path.rpartition("/")[2]) is not None


def is_test_code(path: str) -> bool:
    """Whether the path is a test in a language that Fusion reads."""
    return language(path) is not None and is_test(path)


def is_example(path: str) -> bool:
    """Whether the path shows how to use something. Below `src/main/java` folders are packages, such as `org.example`."""
    folders = path.lower().split("/")[:-1]
    package = next((at for at in range(2, len(folders)) if folders[at - 2] == "src" and folders[at] in _LANGUAGE_ROOTS), None)
    return any(folder in _EXAMPLE_FOLDERS for folder in folders[:package])


def is_production(path: str) -> bool:
    """Whether the path is source that is delivered: of a language that Fusion reads, and neither a test nor an example."""
    return language(path) is not None and not is_test(path) and not is_example(path)


def is_document(path: str) -> bool:
    """Whether the path is prose for readers."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_DOCUMENT_ENDINGS) or name in ("readme", "readme.txt")


def speaks_of_the_past(path: str) -> bool:
    """Whether a document may rightly name what is gone: change logs, migration notes, decision records."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    return any(_PAST.fullmatch(part) for part in folders) or any(
        _PAST.fullmatch(part) for part in [stem, *re.split(r"[-_ ]", stem)]
    )
