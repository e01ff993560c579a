"""Python's symbols by Python's own parser, and by indentation where a file does not parse."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fusion.syntax.python_tree import parse
from fusion.syntax.symbol import DEEPEST, MOST, Symbol, short_name, short_signature

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_HEADER = re.compile(r"(async\s+def|def|class)\s+(\w+)(.*)")


def symbols(text: str) -> tuple[Symbol, ...]:
    """The functions, methods and classes of a module."""
    tree = parse(text)
    return _by_indentation(text) if tree is None else tuple(_by_tree(tree))


def _by_tree(tree: ast.Module) -> Iterator[Symbol]:
    exported = _exported(tree)
    stack: list[tuple[ast.AST, str, int, bool, str]] = [(node, "", 0, True, "") for node in reversed(tree.body)]
    found = 0
    while stack and found < MOST:
        node, prefix, depth, reachable, parent = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if depth >= DEEPEST:
                continue
            name = short_name(node.name)
            listed = exported if depth == 0 else None
            public = node.name in listed if listed is not None else reachable and _is_public(node.name)
            found += 1
            is_class = isinstance(node, ast.ClassDef)
            yield Symbol(
                name=prefix + name,
                kind="class" if is_class else "method" if parent == "class" else "function",
                line=min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]),
                end_line=node.end_lineno or node.lineno,
                public=public,
                signature=_signature(node),
                documented=_has_docstring(node),
            )
            # What is defined inside a function is its own affair.
            inside = (prefix + name + ".", depth + 1, public and is_class, "class" if is_class else "function")
        else:
            inside = (prefix, depth, reachable, parent)
        stack.extend((child, *inside) for child in reversed(list(_statements(node))))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements directly below one; expressions hold no definitions but lambdas, which have no name."""
    for field in ("body", "handlers", "cases", "orelse", "finalbody"):
        children = getattr(node, field, None)
        if isinstance(children, list):
            yield from children


def _exported(tree: ast.Module) -> frozenset[str] | None:
    """What a literal `__all__` names; None when there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            value = node.value
            if isinstance(value, ast.List | ast.Tuple) and all(
                isinstance(item, ast.Constant) and isinstance(item.value, str) for item in value.elts
            ):
                return frozenset(str(item.value) for item in value.elts if isinstance(item, ast.Constant))
    return None


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _has_docstring(node: _Definition) -> bool:
    first = node.body[0] if node.body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _signature(node: _Definition) -> str:
    try:
        if isinstance(node, ast.ClassDef):
            bases = [ast.unparse(base) for base in (*node.bases, *node.keywords)]
            return short_signature(f"({', '.join(bases)})") if bases else ""
        result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
        return short_signature(f"{prefix}({ast.unparse(node.args)}){result}")
    except (RecursionError, ValueError):
        return "(...)"


def _by_indentation(text: str) -> tuple[Symbol, ...]:
    """Definitions by their header lines; each ends before the next line that is indented no deeper."""
    found: list[Symbol] = []
    open_: list[tuple[int, int, bool]] = []
    """(indentation, index in `found`, is a class) of the definitions that the line may still belong to."""
    last = 0
    decorated: int | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        indentation = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
        while open_ and open_[-1][0] >= indentation and not stripped.startswith((")", "]", "}")):
            _close(found, open_.pop()[1], last)
        header = _HEADER.match(stripped)
        if header is not None and len(open_) < DEEPEST and len(found) < MOST:
            outer = found[open_[-1][1]] if open_ else None
            is_class = header[1] == "class"
            found.append(
                Symbol(
                    name=f"{outer.name}.{short_name(header[2])}" if outer else short_name(header[2]),
                    kind="class" if is_class else "method" if open_ and open_[-1][2] else "function",
                    line=decorated or number,
                    end_line=number,
                    public=_is_public(header[2]) and (outer is None or (outer.public and open_[-1][2])),
                    signature=short_signature(header[3].rstrip().removesuffix(":")),
                )
            )
            open_.append((indentation, len(found) - 1, is_class))
        decorated = (decorated or number) if stripped.startswith("@") else None
        last = number
    for _, index, _ in open_:
        _close(found, index, last)
    return tuple(found)


def _close(found: list[Symbol], index: int, end_line: int) -> None:
    symbol = found[index]
    found[index] = Symbol(
        name=symbol.name,
        kind=symbol.kind,
        line=symbol.line,
        end_line=max(end_line, symbol.end_line),
        public=symbol.public,
        signature=symbol.signature,
        documented=symbol.documented,
    )
