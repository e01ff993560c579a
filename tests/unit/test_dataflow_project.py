"""The files of an analysis: what imports mean, what is lowered once, and what is cut and why."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow import ir
from fusion.dataflow.repository.project import TIME_IS_UP, Bounds, Project
from fusion.dataflow.repository.tree import normal


def project(files: dict[str, str | bytes], limits: Bounds | None = None, **more) -> Project:
    held = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return Project(held.get, held, limits=limits, **more)


def bare(*paths: str) -> Project:
    return project(dict.fromkeys(paths, ""))


@pytest.mark.parametrize(
    ("paths", "importer", "module", "found"),
    [
        (["app/__init__.py", "app/a.py", "app/b.py"], "app/a.py", ".b", "app/b.py"),
        (["app/__init__.py", "app/a.py"], "app/a.py", ".", "app/__init__.py"),
        (["app/sub/a.py", "app/b.py"], "app/sub/a.py", "..b", "app/b.py"),
        (["a.py", "b.py"], "a.py", "..b", None),
        (["app/__init__.py", "app/a.py"], "main.py", "app.a", "app/a.py"),
        (["app/__init__.py", "app/a.py"], "app/a.py", "app", "app/__init__.py"),
        (["app/a/__init__.py", "app/a.py"], "main.py", "app.a", "app/a/__init__.py"),
        (["src/app/__init__.py", "src/app/a.py", "tests/t.py"], "tests/t.py", "app.a", "src/app/a.py"),
        (["one/src/app/b.py", "one/x.py"], "one/x.py", "app.b", "one/src/app/b.py"),
        (["tools/run.py", "tools/shared.py"], "tools/run.py", "shared", "tools/shared.py"),
        (["back/end/app/__init__.py", "back/end/app/a.py", "cli/x.py"], "cli/x.py", "app.a", "back/end/app/a.py"),
        (["back/end/names/a.py", "cli/x.py"], "cli/x.py", "names.a", "back/end/names/a.py"),
        (["a/lib/__init__.py", "b/lib/__init__.py", "b/app/x.py"], "b/app/x.py", "lib", "b/lib/__init__.py"),
        (["json.py", "a.py"], "a.py", "json", None),
        (["shop/__init__.py", "shop/flask.py", "shop/a.py"], "shop/a.py", "flask", None),
        (["shop/__init__.py", "shop/money.py", "shop/a.py"], "shop/a.py", "money", "shop/money.py"),
        (["shop/__init__.py", "shop/money.py"], "shop/money.py", "money", None),
        (["a.py"], "a.py", "nothing.here", None),
        (["a.py"], "a.py", "../b", None),
        (["a.py"], "a.py", "", None),
        (["a.py"], "a.py", "x" * 600, None),
    ],
)
def test_python_imports(paths: list[str], importer: str, module: str, found: str | None) -> None:
    assert bare(*paths, importer).resolve(importer, module) == found


@pytest.mark.parametrize(
    ("paths", "importer", "specifier", "found"),
    [
        (["web/a.js", "web/b.js"], "web/a.js", "./b", "web/b.js"),
        (["web/a.ts", "web/b.tsx"], "web/a.ts", "./b.js", "web/b.tsx"),
        (["web/a.ts", "web/b.mts"], "web/a.ts", "./b.mjs", "web/b.mts"),
        (["web/a.ts", "web/b/index.ts"], "web/a.ts", "./b", "web/b/index.ts"),
        (["web/a.ts", "web/b.ts", "web/b/index.ts"], "web/a.ts", "./b/", "web/b/index.ts"),
        (["web/a.ts", "web/index.ts"], "web/a.ts", ".", "web/index.ts"),
        (["web/x/a.ts", "web/b.config.ts"], "web/x/a.ts", "../b.config", "web/b.config.ts"),
        (["a.js", "b.js"], "a.js", "../../etc/b", None),
        (["web/src/b.ts", "web/src/x/a.ts"], "web/src/x/a.ts", "@/b", "web/src/b.ts"),
        (["lib/b.ts", "app/a.ts"], "app/a.ts", "~/lib/b", "lib/b.ts"),
        (["a.ts", "b.css"], "a.ts", "./b.css", None),
        (["a.ts", "b.d.ts"], "a.ts", "./b.d.ts", None),
        (["a.ts", "fs.ts"], "a.ts", "fs", None),
        (["a.ts", "b.ts"], "a.ts", "./b?raw", "b.ts"),
        (["a.ts", "b.ts"], "a.ts", ".\\b", None),
    ],
)
def test_javascript_imports(paths: list[str], importer: str, specifier: str, found: str | None) -> None:
    assert bare(*paths).resolve(importer, specifier) == found


def test_aliases_of_a_typescript_configuration_with_comments_and_inheritance() -> None:
    files = project(
        {
            "web/tsconfig.json": '{ // ours\n "extends": "../base", }',
            "base.json": '{"compilerOptions": {"baseUrl": "web/src", /* longest first */ "paths":'
            ' {"@lib/*": ["lib/*", "vendor/*"], "@lib/exact": ["one.ts"], "url": ["https://x//y"], "bad": 3, "*a*": ["x"]}}}',
            "web/src/lib/b.ts": "",
            "web/src/one.ts": "",
            "web/src/vendor/c.ts": "",
            "web/src/plain.ts": "",
            "web/src/a.ts": "",
        }
    )
    found = [files.resolve("web/src/a.ts", name) for name in ("@lib/b", "@lib/exact", "@lib/c", "plain", "@lib/../../../..")]
    assert found == ["web/src/lib/b.ts", "web/src/one.ts", "web/src/vendor/c.ts", "web/src/plain.ts", None]


def test_workspace_packages_by_name() -> None:
    files = project(
        {
            "packages/money/package.json": json.dumps({"name": "@shop/money", "main": "dist/index.js"}),
            "packages/money/src/index.ts": "",
            "packages/money/src/round.ts": "",
            "packages/log/package.json": json.dumps({"name": "log", "main": "./main.js"}),
            "packages/log/main.js": "",
            "node_modules/evil/package.json": json.dumps({"name": "evil"}),
            "node_modules/evil/index.js": "",
            "broken/package.json": "[" * 100_000,
            "app/a.ts": "",
        }
    )
    found = [files.resolve("app/a.ts", name) for name in ("@shop/money", "@shop/money/round", "log", "evil", "@shop")]
    assert found == ["packages/money/src/index.ts", "packages/money/src/round.ts", "packages/log/main.js", None, None]


def test_a_file_is_lowered_once_and_by_its_first_line_too() -> None:
    lowered = []

    def front_ends(language: str):
        def lower(path: str, data: bytes) -> ir.Module:
            lowered.append((language, path))
            return ir.Module(path, "python", (), ())

        return lower

    files = project({"a.py": "x\n", "run": "#!/usr/bin/env python3\n", "serve": "#!/usr/bin/env node\n"}, front_ends=front_ends)
    for path in ("a.py", "a.py", "run", "serve"):
        assert files.module(path) is files.module(path)
    assert lowered == [("python", "a.py"), ("python", "run"), ("javascript", "serve")]
    assert files.read == ("a.py", "run", "serve")
    assert files.unread == {}


def test_the_real_front_end_gives_modules_and_reasons() -> None:
    files = project({"a.py": "import b\n", "b.py": "print 'old'\n", "n.ipynb": "{}", "t.pyi": "", "x.go": ""})
    module = files.module("a.py")
    assert module is not None
    assert module.imports == {"b"}
    assert all(files.module(path) is None for path in ("b.py", "n.ipynb", "t.pyi", "x.go", "gone.py"))
    assert "Python 2" in files.unread["b.py"]
    assert "notebook" in files.unread["n.ipynb"]
    assert "declarations" in files.unread["t.pyi"]
    assert "not a Python" in files.unread["x.go"]
    assert "not at hand" in files.unread["gone.py"]


def test_a_front_end_that_fails_costs_one_file() -> None:
    def front_ends(language: str):
        def lower(path: str, data: bytes) -> ir.Module:
            if path == "deep.py":
                raise RecursionError("too\ndeep " + "x" * 1000)
            return ir.Module(path, "python", (), ())

        return lower

    files = project({"deep.py": "", "a.py": ""}, front_ends=front_ends)
    assert files.module("deep.py") is None
    assert files.module("a.py") is not None
    reason = files.unread["deep.py"]
    assert reason.startswith("could not be analysed: internal error RecursionError: too deep")
    assert len(reason) == 200


def chain(count: int) -> dict[str, str | bytes]:
    return {f"m{number}.py": f"import m{number + 1}\n" for number in range(count)}


def follow(files: Project, path: str) -> None:
    """What the solver does: lower a file, then what it imports, once each."""
    seen, waiting = {path}, [path]
    while waiting:
        module = files.module(importer := waiting.pop())
        for name in sorted(module.imports) if module else ():
            found = files.resolve(importer, name)
            if found is not None and found not in seen:
                seen.add(found)
                waiting.append(found)


def test_depth_and_number_of_imports_are_bounded_with_the_reason() -> None:
    files = project(chain(8), Bounds(depth=3))
    follow(files, "m0.py")
    assert files.read == ("m0.py", "m1.py", "m2.py", "m3.py")
    assert files.unread == {"m4.py": "more than 3 imports away from the files that are analysed"}
    files = project(chain(8), Bounds(imports=2))
    follow(files, "m0.py")
    assert files.read == ("m0.py", "m1.py", "m2.py")
    assert files.unread == {"m3.py": "more than 2 imported files"}


def test_cyclic_imports_end() -> None:
    files = project({"a.py": "import b\n", "b.py": "import a\nfrom b import c\n"})
    follow(files, "a.py")
    assert files.read == ("a.py", "b.py")


def test_sizes_and_time_are_bounded_with_the_reason() -> None:
    texts: dict[str, str | bytes] = {"big.py": "#" * 101, "long.py": "\n" * 11, "a.py": "\n" * 6, "b.py": "\n" * 6, "c.py": ""}
    files = project(texts, Bounds(file_bytes=100, file_lines=10, lines=11))
    for path in texts:
        files.module(path)
    assert files.read == ("a.py", "b.py")
    assert files.unread == {
        "big.py": "larger than 100 bytes",
        "long.py": "longer than 10 lines",
        "c.py": "more than 11 lines in all",
    }
    now = iter([0.0, 5.0, 11.0, 11.0, 11.0])
    files = project({"a.py": "", "b.py": ""}, Bounds(seconds=10), clock=lambda: next(now))
    assert files.module("a.py") is not None
    assert files.module("b.py") is None
    assert files.unread == {"b.py": TIME_IS_UP}
    assert files.late


def test_resolution_is_fast_in_a_large_tree() -> None:
    paths = [f"services/s{n // 50}/pkg{n // 10}/__init__.py" for n in range(0, 20_000, 10)]
    paths += [f"services/s{n // 50}/pkg{n // 10}/m{n % 10}.py" for n in range(20_000)]
    files = bare(*paths)
    files.resolve(paths[-1], "warm.up")
    started = time.process_time()
    for n in range(2_000):
        assert files.resolve(paths[-1], f"pkg{n}.m3") is not None
        assert files.resolve(paths[-1], f"requests.m{n % 10}.x{n}") is None
    assert time.process_time() - started < 1.0


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text("ab./@~#*-:\\\0é", max_size=12), max_size=6), st.text("ab./@~#*-:\\\0é", max_size=16))
def test_hostile_names_stay_inside_and_never_raise(paths: list[str], name: str) -> None:
    known = [path for path in paths if path] + ["a/b.py", "a/b.ts", "a/__init__.py"]
    files = project(dict.fromkeys(known, b"{"))
    for importer in known:
        found = files.resolve(importer, name)
        assert found is None or found in known
    inner = normal(name)
    assert inner is None or not {"..", "."} & set(inner.split("/"))
