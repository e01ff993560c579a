"""Roles: each is in the one table, has its reason beside it, and its assignment has a name that is the same the next time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.infrastructure import expressions as ex
from tests.infrastructure.problems import Problem

TABLE = "bicep/roles.json"
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
ASSIGNMENTS = ("Microsoft.Authorization/roleAssignments", "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments")
BROAD = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
}
"""What nobody needs who works with data."""


def table(project: ex.Project) -> Mapping[str, Mapping[str, Any]]:
    """Key of a role -> its name, id and reason. Raises ValueError."""
    found = json.loads(project.texts.get(TABLE, "{}"))
    if not isinstance(found, dict) or not all(
        isinstance(each, dict) and {"name", "id", "reason"} <= set(each) for each in found.values()
    ):
        raise ValueError("each role needs a name, an id and a reason")
    return found


def problems(project: ex.Project) -> Iterator[Problem]:
    try:
        known = table(project)
    except ValueError as error:
        yield Problem(TABLE, 1, "role-table", f"The table of roles cannot be used: {error}.")
        return
    ids = {str(role["id"]).lower() for role in known.values()}
    yield from _table(project, known)
    for file in project.files.values():
        for _, value in file.values():
            policies = {id(each) for call in ex.walk(value) for each in _of_policies(call)}
            for each in ex.walk(value):
                if id(each) not in policies and isinstance(each, ex.Value) and isinstance(each.value, str):
                    for guid in GUID.findall(each.value.lower()):
                        if guid not in ids:
                            sentence = f"The id {guid} is not in the table of roles."
                            yield Problem(file.path, each.line, "role-unknown", sentence)
                of_table = isinstance(each, ex.Member) and isinstance(each.of, ex.Name) and _is_table(file, each.of.name)
                if of_table and isinstance(each, ex.Member) and each.name not in known:
                    yield Problem(file.path, each.line, "role-unknown", f"The table of roles has no {each.name}.")
        for resource in file.resources:
            if resource.type in ASSIGNMENTS and not resource.is_existing:
                yield from _assignment(file, resource)


def _table(project: ex.Project, known: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    bicep = "\n".join("\n".join(file.lines) for file in project.files.values())
    for line, text in enumerate(project.texts.get(TABLE, "").splitlines(), 1):
        match = re.match(r'\s*"(\w+)"\s*:\s*\{', text)
        if match and match[1] in known and not re.search(rf"\b{match[1]}\b|{known[match[1]]['id']}", bicep):
            yield Problem(TABLE, line, "role-unused", f"Nobody is given the role {match[1]}.")
    for key, role in known.items():
        if not GUID.fullmatch(str(role["id"])):
            yield Problem(TABLE, 1, "role-table", f"The id of {key} is no id of a role: {role['id']}.")
        if str(role["id"]).lower() in BROAD:
            sentence = f"{BROAD[str(role['id']).lower()]} lets its holder do far more than it needs: choose a narrower role."
            yield Problem(TABLE, 1, "role-broad", sentence)


def _is_table(file: ex.File, name: str) -> bool:
    value = next((variable.value for variable in file.variables if variable.name == name), None)
    return isinstance(value, ex.Call) and bool(value.arguments) and str(_literal(value.arguments[0])).endswith("roles.json")


def _of_policies(call: ex.Expr) -> tuple[ex.Expr, ...]:
    """The arguments of a call that names a definition of a policy: its id is none of a role."""
    given = call.arguments if isinstance(call, ex.Call) else ()
    return given if given and "policyDefinitions" in str(_literal(given[0])) else ()


def _literal(value: ex.Expr) -> object:
    return value.value if isinstance(value, ex.Value) else None


def _assignment(file: ex.File, resource: ex.Resource) -> Iterator[Problem]:
    body = ex.body(resource.body)
    if body is None:
        return
    if not _has_reason(file, resource, body):
        sentence = f"The role assignment {resource.name} does not say why: write a comment before it."
        yield Problem(file.path, resource.line, "role-reason", sentence)
    name = body.get("name")
    called = _behind(file, name)
    if not (isinstance(called, ex.Call) and called.name == "guid" and len(called.arguments) >= 3):
        sentence = f"The name of the role assignment {resource.name} has to be guid(scope, who, role), to stay the same."
        yield Problem(file.path, resource.line, "role-name", sentence)
    properties = body.get("properties")
    if resource.type == ASSIGNMENTS[0] and isinstance(properties, ex.Object) and properties.get("principalType") is None:
        sentence = f"The role assignment {resource.name} has no principalType: a new identity may not be known everywhere yet."
        yield Problem(file.path, resource.line, "role-principal-type", sentence)
    if resource.type == ASSIGNMENTS[0] and body.get("scope") is None:
        sentence = f"The role assignment {resource.name} has no scope, and would hold for all of the {file.scope}."
        yield Problem(file.path, resource.line, "role-scope", sentence)


def _behind(file: ex.File, value: ex.Expr | None) -> ex.Expr | None:
    if isinstance(value, ex.Name):
        return next((variable.value for variable in file.variables if variable.name == value.name), value)
    return value


def _has_reason(file: ex.File, resource: ex.Resource, body: ex.Object) -> bool:
    """A comment of some words right before it (its decorators between), or in its first lines."""
    first = resource.line - 1
    while first > 0 and file.lines[first - 1].lstrip().startswith("@"):
        first -= 1
    near = file.lines[max(first - 1, 0) : first] + file.lines[resource.line - 1 : body.line + 3]
    return any(re.search(r"//\s*\w+\W+\w+\W+\w+", line) for line in near)
