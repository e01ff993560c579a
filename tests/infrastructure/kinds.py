"""As much of the types as can be seen without a compiler: what is surely a string, a number, a truth, a list, an object."""

from __future__ import annotations

import re

from tests.infrastructure import expressions as ex

_RETURNS = {
    **dict.fromkeys(("concat",), ""),
    **dict.fromkeys(("toLower", "toUpper", "replace", "guid", "uniqueString", "format", "resourceId", "substring"), "string"),
    **dict.fromkeys(("subscriptionResourceId", "loadTextContent", "base64", "string", "join", "trim", "padLeft"), "string"),
    **dict.fromkeys(("empty", "startsWith", "endsWith", "bool", "contains"), "bool"),
    **dict.fromkeys(("length", "int", "indexOf"), "int"),
    **dict.fromkeys(("map", "filter", "range", "split", "flatten", "objectKeys", "items", "sort"), "array"),
    **dict.fromkeys(("toObject", "mapValues", "groupBy", "shallowMerge"), "object"),
}
_COMPARING = frozenset({"==", "!=", "=~", "!~", "<", "<=", ">", ">=", "&&", "||", "!"})


def base(type: str, file: ex.File) -> str:
    """The plain type that a written one is; empty where that cannot be seen."""
    type = type.strip().removesuffix("?")
    if type.startswith("(") and type.endswith(")"):
        type = type[1:-1].strip()
    if type.endswith("[]") or type == "array":
        return "array"
    if type.startswith("{") or type == "object":
        return "object"
    if type.startswith("'"):
        return "string"
    if type in ("string", "int", "bool"):
        return type
    named = next((each for each in file.types if each.name == type), None)
    return base(named.text.partition("=")[2], file) if named else ""


def choices(param: ex.Param) -> frozenset[object]:
    """The values that a parameter may have; empty where it does not say."""
    for decorator in param.decorators:
        if decorator.name == "allowed" and decorator.arguments and isinstance(decorator.arguments[0], ex.Array):
            return frozenset(item.value for item in decorator.arguments[0].items if isinstance(item, ex.Value))
    if re.fullmatch(r"\s*'[^']*'(\s*\|\s*'[^']*')*\s*", param.type):
        return frozenset(re.findall(r"'([^']*)'", param.type))
    return frozenset()


_PYTHONS: dict[str, type] = {"string": str, "int": int, "bool": bool, "array": list, "object": dict}
_LIMITS = {"minValue": (1, False), "maxValue": (-1, False), "minLength": (1, True), "maxLength": (-1, True)}


def unfit(param: ex.Param, value: object, type: str) -> str:
    """Why a parameter cannot have this value; empty where it can."""
    if isinstance(value, str) and "«" in value:
        return ""  # Only Azure knows it.
    if value is None:
        return "" if param.type.endswith("?") else f"{param.name} is given nothing."
    wanted = _PYTHONS.get(type)
    if wanted and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
        return f"{param.name} is given {value!r}, and takes a value of the type {type}."
    allowed = choices(param)
    if allowed and value not in allowed:
        return f"{param.name} is given {value!r}, and takes one of {', '.join(sorted(map(str, allowed)))}."
    for decorator in param.decorators:
        if decorator.name in _LIMITS and decorator.arguments and isinstance(decorator.arguments[0], ex.Value):
            sign, is_length = _LIMITS[decorator.name]
            size, limit = len(value) if is_length else value, decorator.arguments[0].value  # type: ignore[arg-type]
            if isinstance(size, int) and isinstance(limit, int) and size * sign < limit * sign:
                return f"{param.name} is given {value!r}, and @{decorator.name} is {limit}."
    return ""


def seen(expression: ex.Expr, file: ex.File, project: ex.Project) -> str:
    """The type that a value surely has; empty where that cannot be seen."""
    match expression:
        case ex.Value(value=bool()):
            return "bool"
        case ex.Value(value=int()):
            return "int"
        case ex.Value(value=str()) | ex.Text():
            return "string"
        case ex.Array() | ex.Loop():
            return "array"
        case ex.Object():
            return "object"
        case ex.Operation(operator=operator):
            return "bool" if operator in _COMPARING else ""
        case ex.Call(name=name, of=None):
            return _RETURNS.get(name, "")
        case ex.Choice(then=then, other=other):
            one, two = seen(then, file, project), seen(other, file, project)
            return one if one == two else ""
        case ex.Name(name=name):
            for param in file.params:
                if param.name == name:
                    return "" if param.type.endswith("?") else base(param.type, file)
            for variable in file.variables:
                if variable.name == name:
                    return seen(variable.value, file, project)
        case ex.Member(of=ex.Member(of=ex.Name(name=name), name="outputs"), name=output):
            module = next((each for each in file.modules if each.name == name), None)
            target = project.files.get(beside(file.path, module.path)) if module else None
            for each in target.outputs if target else ():
                if each.name == output and target:
                    return base(each.type, target)
    return ""


def beside(path: str, relative: str) -> str:
    """The path that a file means by a relative one."""
    parts = path.split("/")[:-1]
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return f"../{relative}"
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
