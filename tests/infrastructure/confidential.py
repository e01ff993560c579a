"""Secrets: a parameter that may hold one is @secure, none leaves through an output, and no key is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.infrastructure import expressions as ex
from tests.infrastructure.kinds import base, beside
from tests.infrastructure.problems import Problem

_SECRET = re.compile(r"(password|passphrase|secret|token|credential|connectionstring|privatekey|apikey|accesskey|key)s?$", re.I)
_KEY = re.compile(r"(AccountKey|SharedAccessKey|SharedAccessSignature|InstrumentationKey|DefaultEndpointsProtocol)=", re.I)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def is_secret(declared: ex.Param | ex.Output, file: ex.File) -> bool:
    """Whether something has the name of a secret, and a type that could hold it."""
    return bool(_SECRET.search(declared.name)) and base(declared.type, file) in ("string", "object", "")


def problems(project: ex.Project) -> Iterator[Problem]:
    for file in project.files.values():
        if file.is_parameters:
            yield from _written(file)
            continue
        for param in file.params:
            if is_secret(param, file) and not param.has("secure"):
                sentence = f"The parameter {param.name} may hold a secret, and is not @secure: every deployment would show it."
                yield Problem(file.path, param.line, "secret-parameter", sentence)
            if param.has("secure") and param.default is not None and not _is_empty(param.default):
                sentence = f"The secret {param.name} has a default: what is written into a template is no secret."
                yield Problem(file.path, param.line, "secret-default", sentence)
        yield from _outputs(file)
        yield from _handed_on(project, file)
        yield from _written(file)


def _is_empty(value: ex.Expr) -> bool:
    return (isinstance(value, ex.Value) and not value.value) or (isinstance(value, ex.Call) and value.name == "newGuid")


def _secure_names(file: ex.File) -> set[str]:
    """The names of parameters that are secure, and of variables that are made of them."""
    names = {param.name for param in file.params if param.has("secure")}
    for _ in file.variables:
        names |= {each.name for each in file.variables if _names(each.value) & names}
    return names


def _names(value: ex.Expr) -> set[str]:
    return {each.name for each in ex.walk(value) if isinstance(each, ex.Name)}


def _outputs(file: ex.File) -> Iterator[Problem]:
    secure = _secure_names(file)
    for output in file.outputs:
        if output.has("secure"):
            continue
        if is_secret(output, file):
            sentence = f"The output {output.name} has the name of a secret: the deployment shows its outputs."
            yield Problem(file.path, output.line, "secret-output", sentence)
        elif _names(output.value) & secure:
            sentence = f"The output {output.name} shows what is @secure."
            yield Problem(file.path, output.line, "secret-output", sentence)


def _handed_on(project: ex.Project, file: ex.File) -> Iterator[Problem]:
    secure = _secure_names(file)
    for module in file.modules:
        body, target = ex.body(module.body), project.files.get(beside(file.path, module.path))
        given = body.get("params") if body else None
        params = {param.name: param for param in target.params} if target else {}
        for entry in given.entries if isinstance(given, ex.Object) else ():
            param = params.get(str(entry.key))
            if param and not param.has("secure") and _names(entry.value) & secure:
                sentence = f"A secret is given to {param.name} of the module {module.name}, which is not @secure."
                yield Problem(file.path, entry.line, "secret-handed-on", sentence)


def _written(file: ex.File) -> Iterator[Problem]:
    for _, value in file.values():
        for each in ex.walk(value):
            if isinstance(each, ex.Call) and re.match(r"list[A-Z]", each.name):
                sentence = f"{each.name}() asks for keys: let an identity with a role sign in."
                yield Problem(file.path, each.line, "key-asked-for", sentence)
            texts = each.parts if isinstance(each, ex.Text) else (each.value,) if isinstance(each, ex.Value) else ()
            for text in texts:
                if isinstance(text, str) and (_KEY.search(text) or _PEM.search(text)):
                    yield Problem(file.path, each.line, "key-written", "A key or a connection string with one is written here.")
