"""Packages that a patch brings in: those that neither the language brings nor the code at hand uses already are refused.

A model may name a package that does not exist, and somebody may have registered it since. Python and JavaScript are told
apart by their own import statements; of other languages nothing is known here.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping

from fusion.syntax import language

_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_SPECIFIER = re.compile(r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(["'])([^"'\n]{1,200})\1""")
# fmt: off
_NODE = frozenset({
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
    "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net",
    "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream", "string_decoder",
    "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib",
})
# fmt: on
"""Modules that Node brings."""


def brought_in(path: str, before: str, after: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Names of packages that the file imports only after a patch and that nothing known has, sorted.

    `files`: path -> bytes of the code at hand, which may import each other and what any of them imports.
    """
    added = _imported(path, after) - _imported(path, before)
    if not added:
        return ()
    own = _SCRIPTS if language(path) in _SCRIPTS else {language(path)}
    known: set[str] = set()
    for name, data in files.items():
        if language(name) in own:
            known |= _imported(name, data.decode("utf-8", "replace"))
            known |= _modules(name)
    return tuple(sorted(name for name in added - known if not _comes_along(path, name)))


def _imported(path: str, text: str) -> set[str]:
    """The packages a file names: first parts of dotted names in Python, in JavaScript what stands before a subpath."""
    name = language(path)
    if name == "python":
        return _in_python(text)
    if name in _SCRIPTS:
        return {_package(match[2]) for match in _SPECIFIER.finditer(text)}
    return set()


def _in_python(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                found.add(node.args[0].value.partition(".")[0])
    return found


def _package(specifier: str) -> str:
    if specifier.startswith("."):
        return "."
    parts = specifier.removeprefix("node:").split("/")
    return "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]


def _modules(path: str) -> set[str]:
    """What a file of the repository may be imported as: its folders and its own name."""
    return {part.partition(".")[0] for part in path.split("/")} if language(path) == "python" else set()


def _comes_along(path: str, name: str) -> bool:
    if language(path) == "python":
        return name in sys.stdlib_module_names
    return name in _NODE or name == "."
