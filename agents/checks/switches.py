"""The command-line options and environment variables that source code reads, with their defaults where they are constants.

Python by its tree (argparse, click, typer); JavaScript, TypeScript, Go, Rust, Java and Ruby by the calls they use for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fusion.syntax import language, python_tree

_DECLARING = frozenset({"add_argument", "option", "Option", "add_option"})
_OPTION = re.compile(r"--[A-Za-z][\w-]+")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_CALLS = {
    "javascript": re.compile(r"\.(?:option|requiredOption)\(\s*['\"`]([^'\"`\n]{1,200})['\"`]"),
    "go": re.compile(
        r"\.(?:String|Bool|Int|Int64|Uint|Float64|Duration)(?:Var)?P?\(\s*(?:&[\w.]{1,80}\s*,\s*)?\"([\w-]{2,60})\""
    ),
    "rust": re.compile(r"\blong\s*=\s*\"([\w-]{2,60})\""),
    "ruby": re.compile(r"\.on\(\s*(?:['\"]-\w['\"]\s*,\s*)?['\"](--[\w-]{2,60})"),
}
_CALLS |= dict.fromkeys(("typescript", "tsx"), _CALLS["javascript"])
_ENVIRONMENT = re.compile(
    r"(?:process\.env\.|\bENV\[['\"]|ENV\.fetch\(['\"]|process\.env\[['\"]|os\.(?:Getenv|LookupEnv)\(\"|env::var(?:_os)?\(\"|"
    r"System\.getenv\(\"|env!\(\")([A-Z][A-Z0-9_]{3,80})\b"
)
_ANY_PYTHON = re.compile(r"environ|getenv|add_argument|[oO]ption\(")
_READERS = frozenset({"os.environ.get", "os.getenv", "environ.get", "getenv", "os.environ.pop"})


def switches(path: str, text: str) -> dict[str, str | None]:
    """Options (`--name`) and environment variables (`NAME`) -> the default as a Python literal, or None when not constant."""
    name = language(path)
    if name is None:
        return {}
    if name == "python":
        if not _ANY_PYTHON.search(text):
            return {}
        tree = python_tree.parse(text)
        return {} if tree is None else dict(_python(tree))
    found: dict[str, str | None] = {match[1]: None for match in _ENVIRONMENT.finditer(text)}
    pattern = _CALLS.get(name)
    for match in pattern.finditer(text) if pattern else ():
        spelled = _OPTION.findall(match[1]) or ([f"--{match[1]}"] if name in ("go", "rust") else [])
        found.update(dict.fromkeys(spelled))
    return found


def _python(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    for node in python_tree.walk(tree):
        if isinstance(node, ast.Subscript) and python_tree.dotted(node.value) in ("os.environ", "environ"):
            yield from ((name, None) for name in _variables(node.slice))
        elif isinstance(node, ast.Call):
            called = python_tree.dotted(node.func)
            if called in _READERS and node.args:
                default = python_tree.literal(node.args[1]) if len(node.args) > 1 else None
                yield from ((name, default) for name in _variables(node.args[0]))
            elif (called.rpartition(".")[2] or getattr(node.func, "attr", "")) in _DECLARING:
                yield from _declared(node)


def _variables(node: ast.expr) -> list[str]:
    value = node.value if isinstance(node, ast.Constant) else None
    return [value] if isinstance(value, str) and _NAME.fullmatch(value) else []


def _declared(node: ast.Call) -> Iterator[tuple[str, str | None]]:
    default = next((python_tree.literal(item.value) for item in node.keywords if item.arg == "default"), None)
    texts = [item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    if default is None and node.args and not isinstance(getattr(node.args[0], "value", None), str):
        default = python_tree.literal(node.args[0])
    for text in texts:
        for option in _OPTION.findall(text) if text.startswith("-") else ():
            yield option, default
