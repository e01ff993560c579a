"""Symbols of eleven languages, and files that were written to hurt whoever reads them."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.syntax import Symbol, enclosing, language, symbols
from fusion.syntax.reader import Reader

PYTHON = '''"""Module."""
import os


class Store(Base, metaclass=Meta):
    """Keeps."""

    @property
    def size(self) -> int:
        return 1

    async def _load(self, key: str, /, *, limit: int = 3) -> "Item":
        def inner(x): return x
        return inner


if os.name:
    def chosen(): ...
else:
    try:
        def other(): "d"
    finally:
        pass
'''
TYPESCRIPT = """/** A client. */
export default class Client extends Base implements Api {
  private token: string;
  #secret() {}
  /** Gets. */
  @cached()
  async get<T>(path: string, retry?: number): Promise<T> { const again = () => { return 1 }; }
  private close(): void {}
  handle = (event: Event) => { log(event) };
}
export interface Api<T> extends Closeable { find(id: string): T }
export type Id = string | number;
export enum Mode { A }
namespace Inner { export function visible() {} }
function local(a) {}
function named() {}
export { named as other };
export const arrow = async (x: number) => x * 2;
"""


def shape(path: str, text: str) -> list[tuple[str, str, int, int, bool]]:
    return [(item.name, item.kind, item.line, item.end_line, item.public) for item in symbols(path, text)]


def named(path: str, text: str) -> dict[str, Symbol]:
    return {item.name: item for item in symbols(path, text)}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.py", "python"),
        ("x.pyi", "python"),
        ("SConstruct", "python"),
        ("a.mjs", "javascript"),
        ("a.TSX", "tsx"),
        ("a.mts", "typescript"),
        ("a.h", "cpp"),
        ("a.c", "c"),
        ("Rakefile", "ruby"),
        ("run.sh", "bash"),
        ("a.rs", "rust"),
        ("A.java", "java"),
        ("main.go", "go"),
        ("README.md", None),
        ("py", None),
        ("", None),
        ("dir.py/file", None),
    ],
)
def test_languages_by_name(path: str, expected: str | None) -> None:
    assert language(path) == expected


def test_python() -> None:
    assert shape("a.py", PYTHON) == [
        ("Store", "class", 5, 14, True),
        ("Store.size", "method", 8, 10, True),
        ("Store._load", "method", 12, 14, False),
        ("Store._load.inner", "function", 13, 13, False),
        ("chosen", "function", 18, 18, True),
        ("other", "function", 21, 21, True),
    ]
    found = named("a.py", PYTHON)
    assert found["Store"].signature == "(Base, metaclass=Meta)"
    assert found["Store._load"].signature == "async (self, key: str, /, *, limit: int=3) -> 'Item'"
    assert [name for name, item in found.items() if item.documented] == ["Store", "other"]


def test_python_all_decides_what_is_public() -> None:
    text = "__all__ = ['_kept', 'Shown']\ndef _kept(): ...\ndef left(): ...\n"
    text += "class Shown:\n  def go(self): ...\n  def __init__(self): ...\n"
    public = [name for name, item in named("a.py", text).items() if item.public]
    assert public == ["_kept", "Shown", "Shown.go", "Shown.__init__"]


def test_python_that_does_not_parse_is_read_by_its_indentation() -> None:
    text = "class A(B):\n  @x\n  def f(self):\n    (((\n\n    y\n"
    text += "  async def _g(self, a):\n    x\n# c\ndef h(:\n  pass\nx = 1\n"
    assert shape("a.py", text) == [
        ("A", "class", 1, 8, True),
        ("A.f", "method", 2, 6, True),
        ("A._g", "method", 7, 8, False),
        ("h", "function", 10, 11, True),
    ]
    assert named("a.py", text)["A._g"].signature == "(self, a)"


def test_typescript() -> None:
    assert shape("a.ts", TYPESCRIPT) == [
        ("Client", "class", 2, 10, True),
        ("Client.#secret", "method", 4, 4, False),
        ("Client.get", "method", 7, 7, True),
        ("Client.get.again", "function", 7, 7, False),
        ("Client.close", "method", 8, 8, False),
        ("Client.handle", "method", 9, 9, True),
        ("Api", "interface", 11, 11, True),
        ("Api.find", "method", 11, 11, True),
        ("Id", "type", 12, 12, True),
        ("Mode", "enum", 13, 13, True),
        ("Inner", "namespace", 14, 14, False),
        ("Inner.visible", "function", 14, 14, False),
        ("local", "function", 15, 15, False),
        ("named", "function", 16, 16, True),
        ("arrow", "function", 18, 18, True),
    ]
    found = named("a.ts", TYPESCRIPT)
    assert found["Client.get"].signature == "<T> (path: string, retry?: number) : Promise<T>"
    assert found["Client"].documented
    assert found["Client.get"].documented
    assert not found["Client.close"].documented


def test_javascript_of_both_module_systems() -> None:
    text = (
        "function a() {}\nfunction b() {}\nfunction c() {}\nmodule.exports = { a, key: b };\n"
        "exports.d = function (x, y) {};\nFoo.prototype.e = () => 1;\nmodule.exports.f = class {};\n"
        "export default function () {}\n"
    )
    assert [(item.name, item.public) for item in symbols("a.js", text)] == [
        ("a", True),
        ("b", True),
        ("c", False),
        ("d", True),
        ("Foo.e", False),
        ("f", True),
        ("default", True),
    ]
    assert named("a.js", text)["d"].signature == "(x, y)"


def test_go() -> None:
    text = "package p\n\n// Run runs.\nfunc (s *Server[T]) Run(a int) (b error) {\n}\n\ntype Server[T any] struct{}\n"
    text += "func (s server) Stop() {}\nfunc local() {}\n"
    assert shape("a.go", text) == [
        ("Server.Run", "method", 4, 5, True),
        ("Server", "type", 7, 7, True),
        ("server.Stop", "method", 8, 8, False),
        ("local", "function", 9, 9, False),
    ]
    assert named("a.go", text)["Server.Run"].documented
    assert named("a.go", text)["Server.Run"].signature == "(a int) (b error)"


def test_java() -> None:
    text = """/** d */
@Deprecated
public class A<T> extends B {
  /**
   * Long.
   */
  private int f(int x) { return x; }
  public A() {}
  // plain
  public interface I { void g(); }
}
class Hidden { public void h() {} }
"""
    assert shape("A.java", text) == [
        ("A", "class", 2, 11, True),
        ("A.f", "method", 7, 7, False),
        ("A.A", "method", 8, 8, True),
        ("A.I", "interface", 10, 10, True),
        ("A.I.g", "method", 10, 10, True),
        ("Hidden", "class", 12, 12, False),
        ("Hidden.h", "method", 12, 12, False),
    ]
    found = named("A.java", text)
    assert [name for name, item in found.items() if item.documented] == ["A", "A.f"]


def test_cpp() -> None:
    text = """namespace net {
class Socket : public Handle {
  int fd() { return 1; }
 public:
  Socket() {}
  int send(const char* data) const { return 0; }
 private:
  void drop() {}
};
struct Open { int get() { return 1; } };
}
// Reads.
template <class T>
T* net::Socket::read(T size) { return nullptr; }
static int hidden(void) { return 0; }
Socket& operator+(Socket a, Socket b) { return a; }
"""
    assert [(item.name, item.kind, item.public) for item in symbols("a.cpp", text)] == [
        ("net", "namespace", True),
        ("net.Socket", "class", True),
        ("net.Socket.fd", "method", False),
        ("net.Socket.Socket", "method", True),
        ("net.Socket.send", "method", True),
        ("net.Socket.drop", "method", False),
        ("net.Open", "struct", True),
        ("net.Open.get", "method", True),
        ("net.Socket.read", "function", True),
        ("hidden", "function", False),
        ("operator+", "function", True),
    ]
    read = named("a.cpp", text)["net.Socket.read"]
    assert (read.line, read.end_line, read.documented, read.signature) == (13, 14, True, "T (T size)")


def test_rust() -> None:
    text = """/// Doc.
#[derive(Debug)]
pub struct S<T> { x: T }
impl<T> Tr for S<T> { pub fn f(&self) -> i32 { 1 } fn g(&self) {} }
pub(crate) async fn h() {}
// plain
pub trait T { fn a(&self); }
mod inner { pub fn deep() {} }
"""
    assert [(item.name, item.kind, item.public, item.documented) for item in symbols("a.rs", text)] == [
        ("S", "struct", True, True),
        ("S", "impl", True, False),
        ("S.f", "method", True, False),
        ("S.g", "method", False, False),
        ("h", "function", True, False),
        ("T", "trait", True, False),
        ("T.a", "method", True, False),
        ("inner", "module", False, False),
        ("inner.deep", "function", False, False),
    ]


def test_ruby_and_bash() -> None:
    text = "class A::B < C\n  # Doc.\n  def w; end\n  private\n  def x(a, b: 1)\n  end\n  public\n"
    text += "  private def y; end\n  def self.z = 1\nend\n"
    assert [(item.name, item.line, item.public, item.documented) for item in symbols("a.rb", text)] == [
        ("A.B", 1, True, False),
        ("A.B.w", 3, True, True),
        ("A.B.x", 5, False, False),
        ("A.B.y", 8, False, False),
        ("A.B.z", 9, True, False),
    ]
    shell = "#!/bin/sh\nmain() {\n  echo\n}\n# Help.\nfunction _help { :; }\n"
    assert [(item.name, item.line, item.end_line, item.public, item.documented) for item in symbols("a.sh", shell)] == [
        ("main", 2, 4, True, False),
        ("_help", 6, 6, False, True),
    ]


def test_c() -> None:
    text = "struct point { int x; };\nenum e { A };\nchar *(*find(int k))(void) { }\nint **rows(int n)\n{\n}\n"
    assert [(item.name, item.kind) for item in symbols("a.c", text)][:2] == [("point", "struct"), ("e", "enum")]
    assert named("a.c", text)["rows"].signature == "int (int n)"


def test_enclosing_is_the_innermost() -> None:
    known = symbols("a.py", PYTHON)
    expected = {1: "", 5: "Store", 7: "Store", 8: "Store.size", 11: "Store", 13: "Store._load.inner", 14: "Store._load", 16: ""}
    assert {line: enclosing(known, line) for line in expected} == expected
    assert enclosing((), 3) == ""


def test_lines_are_those_of_git() -> None:
    text = "x = 'a\\\rb'\r\n\x0c\ndef f():\r\n    return 1\r\n"
    assert shape("a.py", text) == [("f", "function", 3, 4, True)]
    assert shape("a.js", "a\r\n\u2028\nfunction f() {}\n") == [("f", "function", 3, 3, False)]
    assert shape("a.py", "\ufeffdef f(): ...\n") == [("f", "function", 1, 1, True)]


def test_identifiers_that_only_look_alike_stay_apart() -> None:
    found = symbols("a.py", "def admin(): ...\ndef \u0430dmin(): ...\ndef ünïcode(): ...\n")
    assert [item.name for item in found] == ["admin", "\u0430dmin", "ünïcode"]
    assert symbols("a.js", "function \u0430dmin() {}\n")[0].name == "\u0430dmin"


def test_a_changed_signature_shows_and_a_reformatted_one_does_not() -> None:
    def signature(text: str, path: str = "a.py") -> str:
        return symbols(path, text)[0].signature

    assert signature("def f(a,b=1): ...") == signature("def f(\n    a,\n    b = 1,\n): ...") != signature("def f(a, b=2): ...")
    script = "function f(a, b) {}"
    assert signature(script, "a.js") == signature("function f(\n  a,\n  b\n) {}", "a.js")
    assert signature(script, "a.js") != signature("function f(a) {}", "a.js")


def test_the_parsers_warnings_are_not_ours() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shape("a.py", "def f():\n    return '\\d' is 1\n") == [("f", "function", 1, 2, True)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "x = 1\n" * 200_001),
        ("a.py", "def f(): ...\n" + "x = '" + "y" * 10_000 + "'\n"),
        ("a.js", "function f(){}\n" + ";" * 20_000),
        ("a.unknown", "def f(): ..."),
        ("a.py", ""),
    ],
)
def test_what_no_person_wrote_has_no_symbols(path: str, text: str) -> None:
    assert symbols(path, text) == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "\n".join("(" * 5_000 for _ in range(10))),
        ("a.py", "-" * 9_000 + "1"),
        ("a.py", "a" + ".b" * 4_000),
        ("a.py", "if x:\n pass\n" + "elif x:\n pass\n" * 3_000),
        ("a.py", "\n".join(" " * depth + "def f():" for depth in range(90)) + "\n" + " " * 91 + "pass"),
        ("a.py", "def f(a=" + "(" * 150 + "1" + ")" * 150 + "): ..."),
        ("a.py", "\x00\x01\ud800" * 100),
        ("a.js", "{\n" * 40_000),
        ("a.js", "[(" * 4_000 + "\nfunction f(){\n" * 10_000),
        ("a.js", "function a(){}\n" * 30_000),
        ("a.rb", "private\ndef a;end\n" * 25_000),
        ("a.rb", "<<A\n" * 100_000),
        ("a.sh", "<<A\n" * 100_000),
        ("a.sh", '"$(' * 3_000),
        ("a.cpp", "a<b<c(\n" * 20_000),
        ("a.java", "class A{\n" * 50_000),
        ("a.go", "\x00\xff\n" * 25_000),
        ("a.rs", "#[a]\n" * 50_000),
        ("a.ts", "a<b>(c)=>\n" * 25_000),
        ("a.ts", "\ud800" * 1_000),
        ("a.js", ("!" * 9_000 + "\n") * 5),
        ("a.js", ("((" * 4_500 + "\n") * 5),
        ("a.go", ("->" * 4_500 + "\n") * 2),
    ],
    ids=lambda value: value[:8].encode("unicode_escape").decode() if len(value) < 8 else "",
)
def test_hostile_files_are_read_in_bounded_time(path: str, text: str) -> None:
    started = time.perf_counter()
    found = symbols(path, text)
    assert time.perf_counter() - started < 30
    assert sum(len(item.name) for item in found) < 5_000_000
    assert list(found) == sorted(found, key=lambda item: item.line)


EXTENSIONS = ["py", "js", "ts", "tsx", "go", "java", "c", "cpp", "rs", "rb", "sh"]
TOKENS = [
    "def f(",
    "class A",
    "{",
    "}",
    "(",
    ")",
    ":",
    "\n",
    "  ",
    "function g",
    "=>",
    "fn x",
    "pub ",
    "export ",
    "'",
    '"',
    "#",
    "//",
    "é",
    "\r",
    "\x00",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(EXTENSIONS), st.lists(st.sampled_from(TOKENS) | st.text(max_size=3), max_size=30).map("".join))
def test_any_text_has_sane_symbols(extension: str, text: str) -> None:
    lines = text.count("\n") + 1
    found = symbols(f"x.{extension}", text)
    assert all(1 <= item.line <= item.end_line <= lines and item.name for item in found)
    assert list(found) == sorted(found, key=lambda item: item.line)
    assert all(isinstance(enclosing(found, line), str) for line in range(1, lines + 2))


def test_the_same_text_is_parsed_once() -> None:
    text = PYTHON + "# once\n"
    assert symbols("one.py", text) is symbols("two.py", text)
    assert symbols("a.js", "class A {}") != symbols("a.py", "class A {}")


def test_tree_sitter_stays_out_of_this_process() -> None:
    code = (
        "import sys; from fusion.syntax import symbols; found = symbols('a.go', 'package p\\nfunc F() {}\\n');"
        "assert found[0].name == 'F', found; assert 'tree_sitter' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", ["a.java", "a.rs"])
def test_a_file_that_exhausts_the_parsers_memory_costs_nobody_else(path: str) -> None:
    bomb = ("x=>" if path == "a.java" else "%w(") * 3_000 + "\n"
    assert symbols(path, bomb * 3) == ()
    assert symbols("a.go", "package p\nfunc After() {}\n")[0].name == "After"


def test_a_reader_that_hangs_is_replaced() -> None:
    reader = Reader(seconds=0.0)
    assert reader.symbols("go", "package p\nfunc F() {}\n") == ()
    reader.seconds = 20.0
    assert [item.name for item in reader.symbols("go", "package p\nfunc F() {}\n")] == ["F"]
    reader.close()
    reader.close()
