"""The knowledge files, the schema that they keep to, and the loader's sentences about those that do not."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow.knowledge.conditions import (
    ANY,
    PARAMETERS,
    Denotes,
    Equals,
    Finds,
    Flagged,
    Given,
    Selector,
    Shaped,
    parse_condition,
    parse_path,
    parse_selector,
)
from fusion.dataflow.knowledge.loading import GROUP, OURS, installed, load, load_all, parse
from fusion.dataflow.knowledge.schema import Kind, Knowledge, Library
from fusion.errors import UserError

SAMPLES = Path(__file__).parents[1] / "samples" / "dataflow"
FILES = sorted((OURS / "python").glob("*.toml"))
SECTIONS = ("source", "sink", "setting", "sanitizer", "validator", "propagator", "aspect", "store", "flag", "entry")
MARK = re.compile(r"# (?:expect|local): (\S+)$")

HEAD = """
schema_version = 1
library = "sample"
language = "python"
packages = ["sample"]
note = "a library for the tests"
"""
SINK = """
[[sink]]
kind = "code-injection"
calls = ["sample.run"]
note = "runs the text"
test = "ran"
"""


RUN = "sample.toml: [[sink]] 1 (runs the text)"


def written(text: str) -> Library:
    return parse((HEAD + text).encode(), Path("sample.toml"))


def complaint(text: str) -> str:
    with pytest.raises(UserError) as caught:
        written(text)
    return str(caught.value)


def entries(library: Library) -> Iterator[tuple[str, Knowledge]]:
    for section in SECTIONS:
        for entry in getattr(library, section):
            yield section, entry


# ------------------------------------------------------------------------------------------------ the files


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_valid_and_every_entry_has_its_function_in_the_sample(path: Path) -> None:
    library = parse(path.read_bytes(), path)
    assert library.library == path.stem
    assert library.language == "python"
    tree = ast.parse((SAMPLES / "python" / f"{path.stem}.py").read_text())
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    missing = {f"{section} {entry.note!r}: {entry.test}" for section, entry in entries(library) if entry.test not in functions}
    assert not missing


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_expectations_in_a_sample_name_kinds_and_stand_on_code(path: Path) -> None:
    for line in (SAMPLES / "python" / f"{path.stem}.py").read_text().splitlines():
        if "# expect" in line or "# local" in line:
            match = MARK.search(line)
            assert match is not None, line
            assert match[1] in set(Kind)
            assert line.partition("#")[0].strip(), line


def test_a_sink_is_expected_to_hurt_where_its_test_is() -> None:
    """A sink or setting whose function expects nothing of its kind would prove nothing."""
    idle = []
    for path in FILES:
        library = parse(path.read_bytes(), path)
        text = (SAMPLES / "python" / f"{path.stem}.py").read_text()
        lines = text.splitlines()
        kinds: dict[str, set[str]] = {}
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for line in lines[node.lineno - 1 : node.end_lineno]:
                    if match := MARK.search(line):
                        kinds.setdefault(node.name, set()).add(match[1])
        idle += [
            f"{path.stem} {entry.kind} {entry.test}"
            for entry in (*library.sink, *library.setting)
            if entry.kind not in kinds.get(entry.test, ())
        ]
    assert not idle


def test_there_are_at_least_25_python_libraries_with_every_kind_that_applies() -> None:
    libraries = load_all("python")
    assert len(libraries) >= 25
    kinds = {sink.kind for library in libraries for sink in library.sink}
    kinds |= {setting.kind for library in libraries for setting in library.setting}
    assert kinds == set(Kind) - {Kind.PROTOTYPE_POLLUTION}


def test_a_type_name_has_one_home() -> None:
    homes: dict[str, list[str]] = {}
    for library in load_all("python"):
        for kind in library.type:
            homes.setdefault(kind.name, []).append(library.library)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_a_path_begins_with_the_shortest_name_of_what_it_passes_through() -> None:
    """A value is known by its type's name, so that a longer way to it in the middle of a path is never met."""
    libraries = load_all("python")
    types = {path: kind.name for library in libraries for kind in library.type for path in kind.paths}
    missed = []
    for library in libraries:
        paths = [path for kind in library.type for path in kind.paths]
        for _, entry in entries(library):
            for field in ("paths", "calls", "stores", "decorators", "bases", "write", "read"):
                paths.extend(getattr(entry, field, ()))
        for path in paths:
            starts = [path[: match.end()] for match in re.finditer(r"\(\)|\[[^]]*\]|[^.\[(]+", path)][:-1]
            missed += [
                f"{library.library}: {path} is {types[start]}..." for start in starts if types.get(start, start) != start
            ]
    assert not missed


def test_bases_of_types_are_loaded_with_them() -> None:
    libraries = load_all("python")
    for library in libraries:
        reached = {kind.name for other in load("python", library.packages) for kind in other.type}
        for kind in library.type:
            assert set(kind.bases) <= reached, f"{library.library}: {kind.name}"


# ------------------------------------------------------------------------------------------------ loading


def test_only_files_whose_packages_are_imported_are_read() -> None:
    names = {library.library for library in load("python", {"yaml"})}
    assert {"yaml", "builtins", "dbapi"} <= names
    assert not {"flask", "django", "lxml"} & names


def test_a_module_inside_a_package_reaches_its_knowledge() -> None:
    assert "flask" in {library.library for library in load("python", {"flask.views"})}
    assert "flask" not in {library.library for library in load("python", {"flaskless"})}


def test_folders_of_plugins_are_read_after_ours(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "sample.toml").write_text(HEAD + SINK)
    libraries = load("python", {"sample"}, [tmp_path])
    assert libraries[-1].library == "sample"
    assert "sample" not in {library.library for library in load("python", {"yaml"}, [tmp_path])}


def test_a_file_without_packages_is_read_so_that_it_is_complained_about(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "sample.toml").write_text(HEAD.replace('packages = ["sample"]', "") + SINK)
    with pytest.raises(UserError, match=r"^sample\.toml: packages: it must be given\.$"):
        load("python", set(), [tmp_path])


def test_javascript_packages_are_divided_by_slashes(tmp_path: Path) -> None:
    (tmp_path / "javascript").mkdir()
    text = (
        (HEAD + SINK)
        .replace('"python"', '"javascript"')
        .replace('packages = ["sample"]', 'packages = ["@sample/io", "sample.js"]')
    )
    (tmp_path / "javascript" / "sample.toml").write_text(text)
    for imported in ({"@sample/io"}, {"@sample/io/fast"}, {"sample.js"}):
        assert load("javascript", imported, [tmp_path])[-1].library == "sample"
    assert "sample" not in {library.library for library in load("javascript", {"sample"}, [tmp_path])}


def test_plugins_name_a_package_whose_folder_holds_knowledge() -> None:
    good = EntryPoint(name="a", value="fusion.dataflow.knowledge", group=GROUP)
    gone = EntryPoint(name="b", value="no_such_package.knowledge", group=GROUP)
    flat = EntryPoint(name="c", value="fusion.errors", group=GROUP)
    folders, broken = installed([flat, gone, good])
    assert folders == (("a", OURS),)
    assert "no_such_package" in broken["b"]
    assert broken["c"] == "fusion.errors is not a package with a folder"


def test_loading_what_a_flask_application_needs_is_quick() -> None:
    imported = {
        "flask",
        "werkzeug.utils",
        "os",
        "sqlite3",
        "json",
        "requests",
        "jinja2",
        "hashlib",
        "random",
        "subprocess",
        "sqlalchemy",
        "uuid",
    }
    load("python", imported)
    begin = time.process_time()
    libraries = load("python", imported)
    assert time.process_time() - begin < 0.5
    assert len(libraries) > 10


# ------------------------------------------------------------------------------------------------ mistakes


def test_a_file_without_mistakes_loads() -> None:
    assert written(SINK).sink[0].args == ("0",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SINK + "wrong = 1", f"{RUN}, wrong: there is no such field."),
        ("wrong = 1\n" + SINK, "sample.toml: wrong: there is no such field."),
        (SINK.replace('test = "ran"', ""), f"{RUN}, test: it must be given."),
        (
            SINK + 'args = ["1|2"]',
            f"{RUN}, args: '1|2' is not a selector: '2' is neither a keyword nor the first position.",
        ),
        (
            SINK + 'when = ["shell=!"]',
            f"{RUN}, when: 'shell=!' is not a condition: '!' is not true, false, none, a number, 'text' or a path.",
        ),
        (
            SINK + 'when = ["0 is green"]',
            f"{RUN}, when: '0 is green' is not a condition: a value is a list, text, constant or function, not 'green'.",
        ),
        (
            SINK.replace("sample.run", "sample..run"),
            f"{RUN}, calls: 'sample..run' is not a path: write names with dots, () for a call's "
            "result, [] or [key] for an element.",
        ),
        (
            SINK + "names = '('",
            f"{RUN}, names: '(' is not a regular expression: missing ), unterminated subpattern at position 0.",
        ),
        (
            SINK.replace('calls = ["sample.run"]', ""),
            f"{RUN}: give calls, stores or names, or nothing can reach it.",
        ),
        (
            '[[sanitizer]]\ncalls = ["sample.quote"]\nnote = "quotes it"\ntest = "quoted"',
            "sample.toml: [[sanitizer]] 1 (quotes it): give clears, lacks or matches, or it cleans nothing.",
        ),
        (
            '[[entry]]\nbases = ["sample.View"]\nnote = "answers it"\ntest = "answered"',
            "sample.toml: [[entry]] 1 (answers it): bases and methods go together.",
        ),
        (
            '[[type]]\nname = "sample.A"\n[[type]]\nname = "sample.A"',
            "sample.toml: [[type]] sample.A: it is there twice.",
        ),
    ],
)
def test_a_mistake_is_named_in_one_sentence(text: str, sentence: str) -> None:
    assert complaint(text) == sentence


def test_an_unknown_kind_is_answered_with_the_kinds_there_are() -> None:
    sentence = complaint(SINK.replace("code-injection", "code-ejection"))
    assert sentence.startswith(f"{RUN}, kind: 'code-ejection' is not one of them; input should be")
    assert "'code-injection'" in sentence


def test_every_mistake_has_its_own_line() -> None:
    assert len(complaint(SINK + 'wrong = 1\nargs = [""]').splitlines()) == 2


def test_what_is_no_toml_or_no_text_is_said_so() -> None:
    assert complaint("[[sink").startswith("sample.toml: not TOML: ")
    with pytest.raises(UserError, match=r"^sample\.toml: not UTF-8: "):
        parse(b"\xff\xfe", Path("sample.toml"))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_library_or_a_sentence(data: bytes) -> None:
    with pytest.raises(UserError, match=r"^sample\.toml: "):
        parse(data, Path("sample.toml"))


# ------------------------------------------------------------------------------------------------ selectors and conditions


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("0", Selector("argument", position=0)),
        ("sql", Selector("argument", keywords=("sql",))),
        ("0|sql|query", Selector("argument", position=0, keywords=("sql", "query"))),
        ("1..", Selector("rest", position=1)),
        ("*", Selector("all")),
        ("receiver", Selector("receiver")),
        ("result", Selector("result")),
        ("1.shell", Selector("argument", position=1, parts=("shell",))),
        ("0[2]", Selector("argument", position=0, parts=(2,))),
        ("0[]", Selector("argument", position=0, parts=(ANY,))),
        ("0()", Selector("argument", position=0, parts=(PARAMETERS,))),
        ("headers.Content-Type", Selector("argument", keywords=("headers",), parts=("Content-Type",))),
        ("0|args[1].a[b]", Selector("argument", position=0, keywords=("args",), parts=(1, "a", "b"))),
    ],
)
def test_a_selector_is_parsed(text: str, selector: Selector) -> None:
    assert parse_selector(text) == selector


@pytest.mark.parametrize("text", ["", "..", "a..", "1|2", "0|", "|a", "a b", "0[", "0]", "0.", "-1", "0[[1]]"])
def test_a_bad_selector_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a selector"):
        parse_selector(text)


def test_conditions_are_parsed() -> None:
    shell = Selector("argument", keywords=("shell",))
    first = Selector("argument", position=0)
    assert parse_condition("shell=true") == Equals(shell, True)
    assert parse_condition("shell=1") == Equals(shell, 1)
    assert parse_condition("shell=-1.5") == Equals(shell, -1.5)
    assert parse_condition("shell=none") == Equals(shell, None)
    assert parse_condition("0='a = b'") == Equals(first, "a = b")
    assert parse_condition("0=''") == Equals(first, "")
    assert parse_condition("0=yaml.SafeLoader") == Denotes(first, "yaml.SafeLoader")
    assert parse_condition("0=jinja2.select_autoescape()") == Denotes(first, "jinja2.select_autoescape()")
    assert parse_condition("shell absent") == Given(shell, False)
    assert parse_condition("shell present") == Given(shell, True)
    assert parse_condition("0 is list") == Shaped(first, "list")
    assert parse_condition("receiver#safe") == Flagged(Selector("receiver"), "safe")
    found = parse_condition("0~^(md5|sha1)$")
    assert isinstance(found, Finds)
    assert found.pattern.search("MD5")
    assert not found.pattern.search("md5sum")


def test_truth_and_one_are_told_apart() -> None:
    condition = parse_condition("shell=true")
    assert isinstance(condition, Equals)
    assert condition.value is True


@pytest.mark.parametrize("text", ["", "shell", "=1", "0=", "0~", "0~(", "0#Flag", "0 is", "0 gone", "0=a b"])
def test_a_bad_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (condition|selector|regular expression)"):
        parse_condition(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for grammar in (parse_selector, parse_condition, parse_path):
        with suppress(ValueError):
            grammar(text)


@pytest.mark.parametrize(
    "path",
    [
        "open",
        "os.environ[PATH]",
        "flask.session[]",
        "sqlite3.connect().cursor().execute",
        "@koa/router()",
        "next/server.NextResponse",
        "a.b[].c()[k]",
    ],
)
def test_a_path_is_accepted(path: str) -> None:
    assert parse_path(path) == path


@pytest.mark.parametrize("path", ["", ".a", "a.", "a..b", "a b", "a(", "a(b)", "a[", "a[b", "[a]", "()"])
def test_a_bad_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        parse_path(path)
