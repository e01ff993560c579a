"""The knowledge files, the schema that they keep to, and the loader's sentences about those that do not."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow import samples
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
from fusion.dataflow.knowledge.schema import Kind, Library, Setting, Sink
from fusion.errors import UserError

SAMPLES = Path(__file__).parents[1] / "samples" / "dataflow"
LANGUAGES = ("python", "javascript")
FILES = [path for language in LANGUAGES for path in sorted((OURS / language).glob("*.toml"))]
MARK = re.compile(r"(?:#|//) (?:expect|local): ([\w-]+(?:, [\w-]+)*)$")

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


def sample(path: Path) -> Path:
    found = samples.beside(SAMPLES, path.parent.name, path.stem)
    assert found, f"{path.parent.name}/{path.name} has no sample file"
    return found


def expected(path: Path, function: str) -> set[str] | None:
    """What the comments in a function of a sample expect: from the line that names it first to the end of its block, which is
    indented more; None where there is none of that name.
    """
    lines = path.read_text().splitlines()
    name = rf"(?<![\w$]){re.escape(function)}(?![\w$])"
    start = re.compile(rf"(?:\bdef|\bfunction\*?|\bclass|\bconst) {name}|^\s*(?:static |async )*{name}(?:\(.*\{{$|: )")
    place = next((place for place, line in enumerate(lines) if start.search(line)), None)
    if place is None:
        return None
    depth = len(lines[place]) - len(lines[place].lstrip())
    block = [lines[place]]
    for line in lines[place + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth and not line.lstrip().startswith(")"):
            break
        block.append(line)
    return {kind for line in block if (match := MARK.search(line)) for kind in match[1].split(", ")}


# ------------------------------------------------------------------------------------------------ the files


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_is_valid_and_every_entry_has_its_function_in_the_sample(path: Path) -> None:
    library = parse(path.read_bytes(), path)
    assert library.library == path.stem
    assert library.language == path.parent.name
    lines = sample(path)
    missing = [entry for entry in samples.entries(library) if expected(lines, entry.knowledge.test) is None]
    assert [f"{entry}: {entry.knowledge.test}" for entry in missing] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_expectations_in_a_sample_name_kinds_and_stand_on_code(path: Path) -> None:
    for line in sample(path).read_text().splitlines():
        if re.search(r"(?:#|//) (?:expect|local)", line):
            match = MARK.search(line)
            assert match is not None, line
            assert set(match[1].split(", ")) <= set(Kind)
            assert re.split(r"#|//", line)[0].strip(), line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sink_is_expected_to_hurt_where_its_test_is(language: str) -> None:
    """A sink or setting whose function expects nothing of its kind would prove nothing."""
    idle = []
    for path in FILES:
        if path.parent.name == language:
            library = parse(path.read_bytes(), path)
            hurting: tuple[Sink | Setting, ...] = (*library.sink, *library.setting)
            idle += [
                f"{path.stem} {entry.kind} {entry.test}"
                for entry in hurting
                if entry.kind not in (expected(sample(path), entry.test) or ())
            ]
    assert not idle


@pytest.mark.parametrize(("language", "inapplicable"), [("python", {Kind.PROTOTYPE_POLLUTION}), ("javascript", set())])
def test_there_are_at_least_25_libraries_with_every_kind_that_applies(language: str, inapplicable: set[Kind]) -> None:
    libraries = load_all(language)
    assert len(libraries) >= 25
    kinds = {sink.kind for library in libraries for sink in library.sink}
    kinds |= {setting.kind for library in libraries for setting in library.setting}
    assert kinds == set(Kind) - inapplicable


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_type_name_has_one_home(language: str) -> None:
    """JavaScript's files add ways to types of another (`express.Request` in `nestjs`), but one alone says how it is guessed."""
    homes: dict[str, list[str]] = {}
    for library in load_all(language):
        for kind in library.type:
            if kind.names or language == "python":
                homes.setdefault(kind.name, []).append(library.library)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_path_denotes_one_type(language: str) -> None:
    kinds: dict[str, set[str]] = {}
    for library in load_all(language):
        for kind in library.type:
            for path in kind.paths:
                kinds.setdefault(path, set()).add(kind.name)
    assert {path: names for path, names in kinds.items() if len(names) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_path_begins_with_the_shortest_name_of_what_it_passes_through(language: str) -> None:
    """A value is known by its type's name, so that a longer way to it in the middle of a path is never met.

    Of a package that is a value itself (`axios`) names can be imported past it.
    """
    libraries = load_all(language)
    types = {path: kind.name for library in libraries for kind in library.type for path in kind.paths}
    missed = []
    for library in libraries:
        paths = [path for kind in library.type for path in kind.paths]
        for entry in samples.entries(library):
            for field in ("paths", "calls", "stores", "decorators", "bases", "write", "read"):
                paths.extend(getattr(entry.knowledge, field, ()))
        for path in paths:
            starts = [path[: match.end()] for match in re.finditer(r"\(\)|\[[^]]*\]|[^.\[(]+", path)][:-1]
            missed += [
                f"{library.library}: {path} is {types[start]}..."
                for start in starts
                if types.get(start, start) != start and start not in library.packages
            ]
    assert not missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_bases_of_types_are_loaded_with_them(language: str) -> None:
    libraries = load_all(language)
    for library in libraries:
        reached = {kind.name for other in load(language, library.packages) for kind in other.type}
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


def test_a_kind_that_there_is_not_is_told_once_without_the_parser_s_words() -> None:
    text = HEAD + '[[sanitizer]]\ncalls = ["sample.quote"]\nclears = ["sqlinjection"]\nnote = "quotes it"\ntest = "quoted"'
    with pytest.raises(UserError) as caught:
        parse(text.encode(), Path("sample.toml"))
    assert str(caught.value).startswith("sample.toml: [[sanitizer]] 1 (quotes it), clears: 'sqlinjection' is not one of them; ")
    assert "\n" not in str(caught.value)
