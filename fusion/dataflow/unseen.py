"""What changes names, attributes or loaders where following the data does not see it: there, nothing is called harmless.

`exec` may give any name another meaning, and so may a write to `globals()` or to a class's `__bases__`. Who wants to hide a
flaw from the analysis would use these, and honest code rarely does: where a file does, no place in it is cleared, and what
others see there counts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import nodes

_PYTHON_CODE = frozenset({"exec", "eval", "globals"})
_SCRIPT_CODE = frozenset({"eval"})
_BUILTINS = frozenset({"__builtins__", "__getattribute__", "__globals__"})
"""Names behind which everything else can be changed, whatever is done with them."""
_TABLES = frozenset(
    {"__dict__", "__bases__", "__class__", "__code__", "__defaults__", "__kwdefaults__", "__closure__", "f_locals"}
)
"""Attributes by which objects, classes and functions become others, once they are written."""
_CHANGES = frozenset({"update", "setdefault", "pop", "popitem", "clear", "__delitem__", "__ior__"})
_CONSTRUCTORS = frozenset({"add_constructor", "add_multi_constructor"})
_LOADER_TABLES = frozenset({"yaml_constructors", "yaml_multi_constructors"})
_OWN = frozenset(
    {
        "Array",
        "Boolean",
        "Date",
        "Function",
        "JSON",
        "Map",
        "Math",
        "Number",
        "Object",
        "Promise",
        "RegExp",
        "Set",
        "String",
        "URL",
    }
)
"""Objects of JavaScript itself whose methods the analysis knows."""
_WRITERS = frozenset(
    {"Object.defineProperty", "Object.defineProperties", "Object.assign", "Reflect.set", "Reflect.defineProperty"}
)


def changed_unseen(module: ir.Module) -> bool:
    """Whether anything in the file may mean something else than it says."""
    if module.unseen:
        return True
    python = module.language == "python"
    marks = _PYTHON_CODE | _BUILTINS | _TABLES | {"vars", "locals", "modules", "__setitem__"} if python else _SCRIPT_CODE | _OWN
    if marks.isdisjoint(module.mentions):
        return False
    if python and not _BUILTINS.isdisjoint(module.mentions):
        return True
    test = _python if python else _script
    return any(test(node) for node in nodes(module.body))


def covering(module: ir.Module) -> Iterator[str]:
    """Modules that a file takes everything from after it has imported something else, which theirs may cover."""
    bound = False
    for statement in module.body:
        if isinstance(statement, ir.Import):
            home = statement.module.partition(".")[0]
            if bound and statement.name == "*" and home not in sys.stdlib_module_names:
                yield statement.module
            bound = True


def loaders_changed(module: ir.Module) -> bool:
    """Whether a safe YAML loader may have been taught to make any object: by functions that are not the file's own."""
    if not _LOADER_TABLES.isdisjoint(module.mentions):
        return True
    if _CONSTRUCTORS.isdisjoint(module.mentions):
        return False
    own = {function.name for function in module.functions}
    for node in nodes(module.body):
        if isinstance(node, ir.Call) and _called(node.function).rpartition(".")[2] in _CONSTRUCTORS:
            given = [argument.value for argument in node.arguments if argument.name in ("", "constructor", "multi_constructor")]
            makers = [argument.value for argument in node.arguments if argument.name.endswith("constructor")] or given[1:2]
            if not makers or not all(isinstance(one, ir.Function) or _last(one) in own for one in makers):
                return True
    return False


def _python(node: object) -> bool:
    match node:
        case ir.Call(function=ir.Name(id=name)) if name in _PYTHON_CODE:
            return True
        case ir.Call(function=ir.Attr(object=held, name="__setitem__")):
            return not (isinstance(held, ir.Call) and _called(held.function) == "super")
        case ir.Call(function=ir.Attr(object=held, name=name)) if name in _CHANGES:
            return _is_table(held)
        case ir.Call(function=ir.Name(id="setattr"), arguments=[ir.Argument(value=ir.Index(object=held)), *_]):
            return _called(held) == "sys.modules"
        case ir.Assign(target=target, value=value):
            return _is_written(target) or (value is not None and _is_table(value)) or _is_this_module(value)
        case ir.Assigned(target=target, value=value):
            return _is_written(target) or _is_table(value) or _is_this_module(value)
        case _:
            return False


def _script(node: object) -> bool:
    match node:
        case ir.Call(function=ir.Name(id="eval")):
            return True
        case ir.Assign(target=ir.Attr(object=held)) | ir.Assigned(target=ir.Attr(object=held)):
            return _is_own(held)
        case ir.Assign(target=ir.Index(object=held)) | ir.Assigned(target=ir.Index(object=held)):
            return _is_own(held)
        case ir.Call(function=function, arguments=[ir.Argument(value=held), *_]):
            return _called(function) in _WRITERS and _is_own(held)
        case _:
            return False


def _is_own(held: ir.Expression) -> bool:
    """`String.prototype`, `Math`: the language's own, and not one of the file's that is called like it."""
    return _called(held).removesuffix(".prototype").removeprefix("globalThis.") in _OWN


def _is_written(target: ir.Expression) -> bool:
    """Whether an assignment writes where names come from: `x.__dict__[...]`, `x.__bases__`, `sys.modules[...].name`."""
    match target:
        case ir.Attr(object=ir.Index(object=held)):
            return _called(held) == "sys.modules"
        case ir.Attr(name=name):
            return name in _TABLES
        case ir.Index(object=held):
            return _is_table(held) or _called(held) == "sys.modules"
        case _:
            return False


def _is_table(node: ir.Expression) -> bool:
    """`x.__dict__`, `vars(x)`, `locals()`: names and what they mean."""
    match node:
        case ir.Attr(name="__dict__" | "f_locals"):
            return True
        case ir.Call(function=ir.Name(id="vars"), arguments=[ir.Argument(value=ir.Call())]):
            return False  # of an object that nobody else has, as what arguments were parsed into
        case ir.Call(function=ir.Name(id="vars" | "locals")):
            return True
        case _:
            return False


def _is_this_module(node: ir.Expression | None) -> bool:
    match node:
        case ir.Index(object=held, key=ir.Name(id="__name__")):
            return _called(held) == "sys.modules"
        case _:
            return False


def _called(node: ir.Expression) -> str:
    """The dotted name; empty: it is none."""
    parts: list[str] = []
    while isinstance(node, ir.Attr):
        parts.append(node.name)
        node = node.object
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ir.Name) else ""


def _last(node: ir.Expression) -> str:
    return _called(node).rpartition(".")[2]
