"""Functions whose behaviour changed, and that no test names.

Names are followed, nothing is run: a function counts as tested when a test at head names it, when a function of the change
that is tested calls it, when the change also touches the tests of its file, or when its route's path stands in a test.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fusion.changes.roles import is_named_test, is_production, is_test_code
from fusion.model import Category, Confidence, Severity
from fusion.reading.behaviour import Altered, behaviour
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at, listed, quoted
from fusion.syntax import language, symbols

_WORD = re.compile(r"[^\W\d]\w*")
_ROUTE = re.compile(r"[\"'](/[^\"'\s]{2,100})[\"']")
_EXEMPT = frozenset({"main", "constructor", "__repr__", "__str__", "toString", "setup", "init"})
_EXEMPT_FILES = re.compile(
    r"(?:^|/)(?:setup|conf|conftest|manage|noxfile|tasks|__main__|wsgi|asgi)\.py$|(?:^|/)migrations/|\.config\.[cm]?[jt]s$|\.d\.ts$"
)
_SMALL = 4
"""Lines of a new function that is too small to ask for a test."""
_VISITED = re.compile(r"visit_\w|visit[A-Z]")
"""Methods of a visitor, which are called by a name that is put together."""
_GROUPS = {"tsx": "typescript", "javascript": "typescript", "c": "cpp"}
"""Languages whose tests may be written in one another."""
_EXTENDING = "cpp"
"""What is written to be called from another language is tested there, under other names."""
_NAMELESS = frozenset({"__init__", "index", "mod", "lib"})
"""Files that go by the name of their folder."""
_STEMS = ("test_{}", "{}_test", "{}_tests", "test{}", "{}test", "{}tests", "{}.test", "{}.spec", "{}_spec")


class Places:
    """Where tests are, to tell where one for a source file belongs."""

    def __init__(self, known: Sequence[str]) -> None:
        self._by_stem: dict[str, str] = {}
        homes: dict[str, Counter[str]] = {}
        for path in known:
            folder, _, name = path.rpartition("/")
            self._by_stem.setdefault(name.rpartition(".")[0].lower(), path)
            if is_named_test(path):
                homes.setdefault(_group(path), Counter())[folder] += 1
        self._homes = {kind: counted.most_common(1)[0][0] for kind, counted in homes.items()}

    def likely(self, path: str) -> str:
        """The test file that is named after a source file, else a new one where the others of its language are."""
        folder, _, name = path.rpartition("/")
        stem, _, extension = name.rpartition(".")
        if stem in _NAMELESS and folder:
            stem = folder.rpartition("/")[2]
        held = next((self._by_stem[form] for form in _forms(stem) if form in self._by_stem), None)
        if held is not None:
            return held
        kind = language(path)
        if kind == "go":
            return f"{folder}/{stem}_test.go".lstrip("/")
        if kind == "java":
            return f"{folder.replace('src/main/', 'src/test/', 1)}/{stem}Test.java".lstrip("/")
        home = self._homes.get(_group(path), "tests")
        new = f"test_{stem}.{extension}" if kind == "python" else f"{stem}.test.{extension}"
        return f"{home}/{new}".lstrip("/")


@dataclass(frozen=True, slots=True)
class _Tests:
    """All tests at head: where they are, the words in them, the stems of changed ones, and their text for route paths."""

    places: Places
    words: frozenset[str]
    changed: frozenset[str]
    groups: frozenset[str]
    """Languages that tests are written in."""
    text: str


def untested(comparisons: Sequence[Comparison], context: Mapping[str, str]) -> Iterator[Observation]:
    """One observation per production file. Silent where no test that could name it is known: then names say nothing."""
    tests = _tests(comparisons, context)
    sources = [item for item in comparisons if _is_source(item) and _could_be_named(item.path, tests)]
    if not tests.words or not sources:
        return
    altered = [item for item in behaviour(sources).altered if _matters(item)]
    if not altered:
        return
    by_path = {item.path: item for item in sources}
    covered = _covered(sources, tests)
    for path, item in by_path.items():
        stem = path.rpartition("/")[2].partition(".")[0]
        if _own_tests(stem, tests.changed):
            continue
        open_ = [
            found
            for found in altered
            if found.path == path and not _is_covered(found, covered, stem, tests) and not _route_is_tested(item, found, tests)
        ]
        if open_:
            yield _observation(item, open_, tests)


def _group(path: str) -> str:
    name = language(path) or ""
    return _GROUPS.get(name, name)


def _forms(stem: str) -> list[str]:
    return [form.format(stem.lower()) for form in _STEMS]


def _tests(comparisons: Sequence[Comparison], context: Mapping[str, str]) -> _Tests:
    changed = {item.path: item.after for item in comparisons if item.exists and is_test_code(item.path)}
    texts = {path: text for path, text in context.items() if is_test_code(path)} | changed
    return _Tests(
        places=Places(sorted(texts)),
        words=frozenset(word for text in texts.values() for word in _WORD.findall(text)),
        changed=frozenset(path.rpartition("/")[2].rpartition(".")[0].lower() for path in changed),
        groups=frozenset(_group(path) for path in texts),
        text="\n".join(texts.values()),
    )


def _is_source(item: Comparison) -> bool:
    path = item.path
    return (item.exists or item.existed) and is_production(path) and language(path) != "bash" and not _EXEMPT_FILES.search(path)


def _could_be_named(path: str, tests: _Tests) -> bool:
    return _group(path) != _EXTENDING or _EXTENDING in tests.groups


def _matters(item: Altered) -> bool:
    symbol = item.symbol
    simple = symbol.name.rpartition(".")[2]
    if simple in _EXEMPT or _VISITED.match(simple) or (item.new and simple.startswith("__")):
        return False
    return not item.new or (symbol.public and symbol.end_line - symbol.line + 1 >= _SMALL)


def _covered(sources: Sequence[Comparison], tests: _Tests) -> frozenset[str]:
    """Simple names that a test names, or that a function of the change calls which is covered itself."""
    calls: dict[str, set[str]] = {}
    for item in sources:
        for symbol in symbols(item.path, item.after):
            if symbol.kind in ("function", "method"):
                words = calls.setdefault(symbol.name.rpartition(".")[2], set())
                words.update(_WORD.findall("\n".join(item.after_lines[symbol.line - 1 : symbol.end_line])))
    covered = {name for name in calls if name in tests.words}
    waiting = list(covered)
    while waiting:
        for name in calls[waiting.pop()] & calls.keys():
            if name not in covered:
                covered.add(name)
                waiting.append(name)
    return frozenset(covered)


def _is_covered(item: Altered, covered: frozenset[str], stem: str, tests: _Tests) -> bool:
    owner, _, simple = item.symbol.name.rpartition(".")
    if simple in covered:
        return True
    if simple.startswith("__") and owner.rpartition(".")[2] in tests.words:
        return True
    # Who calls a private function may stand in a file that the change does not touch.
    return not item.symbol.public and stem in tests.words


def _own_tests(stem: str, changed: frozenset[str]) -> bool:
    return not changed.isdisjoint(_forms(stem))


def _route_is_tested(item: Comparison, found: Altered, tests: _Tests) -> bool:
    head = "\n".join(item.after_lines[found.symbol.line - 1 : found.symbol.line + 3])
    return any(route in tests.text for route in _ROUTE.findall(head))


def _observation(item: Comparison, open_: Sequence[Altered], tests: _Tests) -> Observation:
    names = [found.symbol.name for found in open_]
    changed = [found for found in open_ if not found.new]
    first = (changed or list(open_))[0].symbol
    touched = sorted(line for line in item.added if first.line <= line <= first.end_line)
    one = len(names) == 1
    verb = ("changes" if one else "change") if changed else ("is new" if one else "are new")
    return Observation(
        rule="tests/untested-change",
        family="untested-change",
        category=Category.TESTS,
        title=f"{listed(names, 3)} {verb}, and no test names {'it' if one else 'them'}",
        body="If the new behaviour is wrong, or is broken later, nothing will say so. "
        f"Add a test that fails without this change; its place is likely {quoted(tests.places.likely(item.path))}.",
        # Where the change brings tests, they may well reach this through code that names cannot follow.
        severity=Severity.MEDIUM if changed and not tests.changed else Severity.LOW,
        confidence=Confidence.POSSIBLE if tests.changed else Confidence.LIKELY,
        location=at(item.path, touched[0] if touched else first.line),
        subject="untested change",
        symbol="",
    )
