"""The forms in which the templates are deployed: each parameter file as it is, and with all switches on and off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.infrastructure import apps, exposure, holders, properties, services
from tests.infrastructure.agreed import Agreed
from tests.infrastructure.deploying import Made, Plan, parameters, plan
from tests.infrastructure.expressions import File, Project
from tests.infrastructure.kinds import base
from tests.infrastructure.problems import Problem
from tests.infrastructure.roles import ASSIGNMENTS, GUID, TABLE, table

MAIN = "bicep/main.bicep"
PRIVATE, CUSTOMERS_KEY = "privateEndpoints", "customerManagedKeys"
_FILLED: Mapping[str, Any] = {
    "githubApp": "12345",
    "modelsFile": "/home/site/wwwroot/models.toml",
    "schedulerImage": "registry.example/fusion:1",
    "evidenceImage": "registry.example/fusion-evidence:1",
    "workerImage": "registry.example/fusion-worker:1",
    "workerWeights": {"server": "account.file.core.windows.net", "share": "/account/weights"},
    "alertEmails": ["team@example.com"],
}
"""What is given later, when images are in the registry and the GitHub App is registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to deploy, and what it makes."""

    name: str
    parameters: Mapping[str, Any]
    plan: Plan

    def is_on(self, switch: str) -> bool:
        return self.parameters.get(switch) is True


def forms(project: Project) -> Iterator[Form]:
    """All forms of a project; none where its main file is missing."""
    main = project.files.get(MAIN)
    if main is None:
        return
    switches = [each.name for each in main.params if base(each.type, main) == "bool"]
    known = {each.name for each in main.params}
    filled = {name: value for name, value in _FILLED.items() if name in known}
    for path, file in project.files.items():
        if file.is_parameters:
            given = parameters(project, path)
            for more, what in (
                ({}, ""),
                (filled, ", second deployment"),
                ({**filled, **dict.fromkeys(switches, True)}, ", all switches on"),
                (dict.fromkeys(switches, False), ", all switches off"),
                *(({**filled, **dict.fromkeys(switches, False), switch: True}, f", {switch} alone") for switch in switches),
            ):
                taken = {**given, **more}
                yield Form(
                    name=path.rpartition("/")[2] + what,
                    parameters={**_defaults(main), **taken},
                    plan=plan(project, MAIN, taken),
                )


def _defaults(main: File) -> dict[str, Any]:
    return {each.name: getattr(each.default, "value", None) for each in main.params if each.default is not None}


def problems(project: Project, agreed: Agreed) -> Iterator[Problem]:
    """What is wrong with what would be made."""
    if MAIN not in project.files or any(file.wrong for file in project.files.values()):
        return  # What cannot be read makes nothing.
    try:
        roles = table(project)
    except ValueError:
        return  # The checks of the table say why.
    given: set[str] = set()
    found: dict[Problem, str] = {}
    for form in forms(project):
        given |= {match for made in form.plan.resources if made.type in ASSIGNMENTS for match in _role(made)}
        for problem in of_form(form, agreed, roles):
            found.setdefault(problem, form.name)
    for problem, name in found.items():
        yield Problem(problem.path, problem.line, problem.kind, f"{problem.sentence} [{name}]")
    for key, role in roles.items():
        if str(role["id"]).lower() not in given:
            yield Problem(TABLE, 1, "role-unused", f"No form of the deployment gives anybody the role {key}.")


def of_form(form: Form, agreed: Agreed, roles: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """What is wrong with one form; where something has no value, that alone."""
    yield from form.plan.problems
    if form.plan.problems:
        return
    yield from properties.problems(form.plan)
    yield from services.problems(form.plan, agreed)
    yield from apps.problems(form.plan, agreed)
    yield from holders.problems(form.plan, roles)
    yield from exposure.problems(form.plan, private=form.is_on(PRIVATE), customers_key=form.is_on(CUSTOMERS_KEY))


def _role(made: Made) -> list[str]:
    return GUID.findall(str(services.at(made, "properties.roleDefinitionId")).lower().rpartition("/")[2])
