"""Files with each other: modules, their parameters and outputs, scopes, parameter files, files that are loaded."""

from __future__ import annotations

from collections.abc import Iterator

from tests.infrastructure import expressions as ex
from tests.infrastructure.kinds import base, beside, choices, seen
from tests.infrastructure.problems import Problem

SCOPES = frozenset({"resourceGroup", "subscription", "managementGroup", "tenant"})
OF_SUBSCRIPTIONS = (
    *("Microsoft.Resources/", "Microsoft.Authorization/", "Microsoft.Consumption/", "Microsoft.PolicyInsights/"),
    *("Microsoft.Insights/diagnosticSettings", "Microsoft.Security/"),
)
"""What may lie in a subscription, beside what lies in its groups."""
_LOADING = frozenset({"loadJsonContent", "loadTextContent", "loadYamlContent", "loadFileAsBase64"})


def problems(project: ex.Project) -> Iterator[Problem]:
    for file in project.files.values():
        if file.is_parameters:
            yield from _parameters(project, file)
        else:
            yield from _scope(file)
            for module in file.modules:
                yield from _module(project, file, module)
            yield from _outputs(project, file)
            yield from _assigned_types(project, file)
        yield from _loaded(project, file)
    yield from _unreached(project)


def _module(project: ex.Project, file: ex.File, module: ex.Module) -> Iterator[Problem]:
    if ":" in module.path:
        sentence = f"The module {module.name} comes from {module.path}: it is not here, so that nothing of it can be checked."
        yield Problem(file.path, module.line, "module-elsewhere", sentence)
        return
    target = project.files.get(beside(file.path, module.path))
    if target is None:
        sentence = f"The module {module.name} is in {module.path}, where there is no file."
        yield Problem(file.path, module.line, "module-file", sentence)
        return
    body = ex.body(module.body)
    if body is None:
        return
    yield from _module_scope(file, module, body, target)
    given = body.get("params")
    if given is None or isinstance(given, ex.Object):
        line = given.line if given else module.line
        yield from _given(project, file, given or ex.Object(line, ()), target, line, f"the module {module.name}")


def _given(project: ex.Project, file: ex.File, given: ex.Object, target: ex.File, line: int, what: str) -> Iterator[Problem]:
    """What is given to a file's parameters."""
    params = {param.name: param for param in target.params}
    names = {entry.key for entry in given.entries}
    for entry in given.entries:
        if not isinstance(entry.key, str):
            continue
        if entry.key not in params:
            sentence = f"{entry.key} is given to {what}, but {target.path} has no such parameter."
            yield Problem(file.path, entry.line, "parameter-unknown", sentence)
            continue
        param = params[entry.key]
        wanted, is_given = base(param.type, target), seen(entry.value, file, project)
        if wanted and is_given and wanted != is_given:
            sentence = f"{entry.key} of {what} takes {_a(wanted)}, and is given {_a(is_given)}."
            yield Problem(file.path, entry.line, "parameter-type", sentence)
        allowed = choices(param)
        if allowed and isinstance(entry.value, ex.Value) and entry.value.value not in allowed:
            listed = ", ".join(sorted(map(repr, allowed)))
            sentence = f"{entry.key} of {what} takes one of {listed}, not {entry.value.value!r}."
            yield Problem(file.path, entry.line, "parameter-choice", sentence)
    if None in names:
        return
    for param in params.values():
        if param.is_required and param.name not in names:
            sentence = f"{param.name} is not given to {what}, and has no default in {target.path}."
            yield Problem(file.path, line, "parameter-missing", sentence)


def _parameters(project: ex.Project, file: ex.File) -> Iterator[Problem]:
    target = project.files.get(beside(file.path, file.using))
    if target is None:
        sentence = f"The parameter file is for {file.using or 'nothing (a line with using is missing)'}, which is not there."
        yield Problem(file.path, 1, "module-file", sentence)
        return
    entries = tuple(ex.Entry(each.line, each.name, each.value) for each in file.variables)
    yield from _given(project, file, ex.Object(1, entries), target, 1, f"{target.path} by this file")


def _module_scope(file: ex.File, module: ex.Module, body: ex.Object, target: ex.File) -> Iterator[Problem]:
    given = _meant(file, body.get("scope"))
    if given and given != target.scope:
        sentence = f"The module {module.name} is deployed to a {given}, but {target.path} has the scope {target.scope}."
        yield Problem(file.path, module.line, "scope", sentence)


def _meant(file: ex.File, scope: ex.Expr | None) -> str:
    """The kind of scope that an expression is; empty where that cannot be seen."""
    match scope:
        case None:
            return file.scope
        case ex.Call(name=name, of=None) if name in SCOPES:
            return name
        case ex.Name(name=name):
            for resource in file.resources:
                if resource.name == name:
                    return "resourceGroup" if resource.type == "Microsoft.Resources/resourceGroups" else ""
        case ex.Choice(then=then, other=other):
            one, two = _meant(file, then), _meant(file, other)
            return one if one == two else ""
    return ""


def _scope(file: ex.File) -> Iterator[Problem]:
    if file.scope not in SCOPES:
        yield Problem(file.path, 1, "scope", f"There is no scope {file.scope}.")
    for resource in file.resources:
        body = ex.body(resource.body)
        if body is not None and body.get("scope") is not None:
            continue
        is_group = resource.type == "Microsoft.Resources/resourceGroups"
        if is_group and file.scope != "subscription":
            sentence = f"The resource group {resource.name} lies in a subscription, and this file has the scope {file.scope}."
            yield Problem(file.path, resource.line, "scope", sentence)
        if file.scope == "subscription" and not resource.type.startswith(OF_SUBSCRIPTIONS):
            sentence = f"{resource.name} ({resource.type}) lies in a resource group, and this file has the scope subscription."
            yield Problem(file.path, resource.line, "scope", sentence)


def _outputs(project: ex.Project, file: ex.File) -> Iterator[Problem]:
    modules = {module.name: module for module in file.modules}
    for _, value in file.values():
        for each in ex.walk(value):
            if not (isinstance(each, ex.Member) and isinstance(each.of, ex.Member) and each.of.name == "outputs"):
                continue
            held = each.of.of.of if isinstance(each.of.of, ex.Index) else each.of.of
            module = modules.get(held.name) if isinstance(held, ex.Name) else None
            target = project.files.get(beside(file.path, module.path)) if module else None
            if module and target and each.name not in {output.name for output in target.outputs}:
                sentence = f"{module.name}.outputs.{each.name}: {target.path} has no such output."
                yield Problem(file.path, each.line, "output-unknown", sentence)


def _assigned_types(project: ex.Project, file: ex.File) -> Iterator[Problem]:
    """Defaults and outputs against the type that is written beside them."""
    defaults = [(each.name, each.line, each.type, each.default) for each in file.params if each.default]
    for name, line, type, value in (*defaults, *((each.name, each.line, each.type, each.value) for each in file.outputs)):
        wanted, is_given = base(type, file), seen(value, file, project)
        if wanted and is_given and wanted != is_given:
            yield Problem(file.path, line, "parameter-type", f"{name} is {_a(wanted)}, and its value is {_a(is_given)}.")


def _loaded(project: ex.Project, file: ex.File) -> Iterator[Problem]:
    for _, value in file.values():
        for each in ex.walk(value):
            if isinstance(each, ex.Call) and each.name in _LOADING and each.arguments:
                first = each.arguments[0]
                path = beside(file.path, str(first.value)) if isinstance(first, ex.Value) else ""
                if path not in project.texts:
                    sentence = f"{each.name}() takes the path of a file that is here; {path or 'a computed one'} is not."
                    yield Problem(file.path, each.line, "file-missing", sentence)


def _unreached(project: ex.Project) -> Iterator[Problem]:
    """A module file that no file uses is deployed by nobody."""
    used = {beside(file.path, module.path) for file in project.files.values() for module in file.modules}
    used |= {beside(file.path, file.using) for file in project.files.values()}
    for file in project.files.values():
        if not file.is_parameters and file.path not in used and not file.path.endswith("/main.bicep"):
            yield Problem(file.path, 1, "module-unused", "No other file uses this module.")


def _a(type: str) -> str:
    return f"{'an' if type[0] in 'aio' else 'a'} {type}"
