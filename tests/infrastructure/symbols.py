"""Names: what is used is declared, what is declared is used, and each once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.infrastructure import expressions as ex
from tests.infrastructure.problems import Problem


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


DECORATORS = _words(
    """
    allowed batchSize description discriminator export maxLength maxValue metadata minLength minValue
    onlyIfNotExists retryOn sealed secure validate waitUntil
    """,
)
FUNCTIONS = _words(
    """
    any array base64 base64ToJson base64ToString bool buildUri cidrHost cidrSubnet concat contains copyIndex
    dataUri dataUriToString dateTimeAdd dateTimeFromEpoch dateTimeToEpoch deployer deployment empty endsWith
    environment extensionResourceId externalInput fail filter first flatten format getSecret groupBy guid
    indexOf int intersection items join json last lastIndexOf length listAccountSas listKeys listKeyValue
    listSecrets listServiceSas loadDirectoryFileInfo loadFileAsBase64 loadJsonContent loadTextContent
    loadYamlContent managementGroup managementGroupResourceId map mapValues max min newGuid nameof objectKeys
    padLeft parseCidr parseUri pickZones providers range readCliArg readEnvironmentVariable reduce reference
    replace resourceGroup resourceId shallowMerge skip sort split startsWith string subscription
    subscriptionResourceId substring take tenant tenantResourceId toLogicalZone toLogicalZones toLower toObject
    toPhysicalZone toPhysicalZones toUpper trim union uniqueString uri uriComponent uriComponentToString utcNow
    """,
)
"""Source: learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions."""
_NAMESPACES = frozenset({"az", "sys"})


def problems(project: ex.Project) -> Iterator[Problem]:
    for file in project.files.values():
        for line, said in file.wrong:
            yield Problem(file.path, line, "syntax", f"This cannot be read: {said}")
        yield from _twice(file)
        yield from _unknown(file)
        if not file.is_parameters:
            yield from _unused(file)


def _twice(file: ex.File) -> Iterator[Problem]:
    for group in (tuple(file.declared()), file.outputs):
        seen: dict[str, int] = {}
        for declared in group:
            if declared.name in seen:
                sentence = f"{declared.name} is declared twice: first in line {seen[declared.name]}."
                yield Problem(file.path, declared.line, "symbol-twice", sentence)
            seen.setdefault(declared.name, declared.line)


def _unknown(file: ex.File) -> Iterator[Problem]:
    known = {declared.name for declared in file.declared()} | {*file.imported} | _NAMESPACES
    functions = FUNCTIONS | {function.name for function in file.functions} | {*file.imported}
    hidden = {declared.name for declared in file.declared()} - {function.name for function in file.functions}
    outer = {resource.name: _loop_names(resource.body) for resource in file.resources}
    for declared, value in file.values():
        own = frozenset(declared.names) if isinstance(declared, ex.Function) else frozenset()
        if isinstance(declared, ex.Resource):
            own |= outer.get(declared.within, frozenset())
        for name in unbound(value, own):
            if name.name not in known:
                yield Problem(file.path, name.line, "symbol-unknown", f"{name.name} is declared nowhere in this file.")
        for each in ex.walk(value):
            if not isinstance(each, ex.Call) or each.of is not None:
                continue
            if each.name not in functions:
                yield Problem(file.path, each.line, "function-unknown", f"There is no function {each.name}().")
            elif each.name in hidden and not each.is_full:
                sentence = f"{each.name}() is hidden by what is declared as {each.name} here: write az.{each.name}() or sys."
                yield Problem(file.path, each.line, "function-hidden", sentence)
    for declared in (*file.declared(), *file.outputs):
        for decorator in declared.decorators:
            if decorator.name not in DECORATORS:
                yield Problem(file.path, declared.line, "decorator-unknown", f"There is no decorator @{decorator.name}.")


def _unused(file: ex.File) -> Iterator[Problem]:
    used: set[str] = set()
    for declared, value in file.values():
        used |= {name.name for name in unbound(value) if name.name != declared.name}
        used |= {call.name for call in ex.walk(value) if isinstance(call, ex.Call)}
    typed = (
        [param.type for param in file.params] + [output.type for output in file.outputs] + [type.text for type in file.types]
    )
    for text in typed:
        used |= set(re.findall(r"\b[A-Za-z_]\w*\b", text.removeprefix("type")))
    used |= {resource.within for resource in file.resources}
    for kind, group in (("parameter", file.params), ("variable", file.variables)):
        for each in group:
            if each.name not in used and not each.has("export"):
                yield Problem(file.path, each.line, f"{kind}-unused", f"The {kind} {each.name} is used by nothing.")
    for resource in file.resources:
        if resource.is_existing and resource.name not in used:
            sentence = f"The existing resource {resource.name} is used by nothing."
            yield Problem(file.path, resource.line, "existing-unused", sentence)


def unbound(expression: ex.Expr, bound: frozenset[str] = frozenset()) -> Iterator[ex.Name]:
    """The names in an expression that it does not bind itself."""
    if isinstance(expression, ex.Name):
        if expression.name not in bound:
            yield expression
    elif isinstance(expression, ex.Loop):
        yield from unbound(expression.over, bound)
        yield from unbound(expression.body, bound | {*expression.names})
    elif isinstance(expression, ex.Lambda):
        yield from unbound(expression.body, bound | {*expression.names})
    else:
        for child in ex.children(expression):
            yield from unbound(child, bound)


def _loop_names(expression: ex.Expr) -> frozenset[str]:
    return frozenset(name for each in ex.walk(expression) if isinstance(each, ex.Loop) for name in each.names)
