"""How the templates get to Azure: the workflow that deploys them, and azd's file.

The workflow signs in by OIDC alone, and only where it has to; what it runs is pinned; a stranger's pull request runs nothing
that could sign in. Source: docs.github.com/actions/security-for-github-actions; learn.microsoft.com/azure/developer/
azure-developer-cli/azd-schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tests.infrastructure import expressions as ex
from tests.infrastructure.problems import Problem

WORKFLOW, AZD = ".github/workflows/deploy.yml", "azure.yaml"
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
_STRANGERS = re.compile(r"\$\{\{[^}]*\b(github\.event|github\.head_ref|inputs)\b")
_HOSTS = frozenset({"function", "containerapp", "appservice", "aks", "staticwebapp", "springapp", "ai.endpoint"})
_LANGUAGES = frozenset({"python", "py", "js", "ts", "java", "dotnet", "csharp", "fsharp", "docker"})
_TOP = frozenset(
    {"name", "resourceGroup", "metadata", "infra", "services", "pipeline", "hooks", "requiredVersions", "state", "resources"}
    | {"platform", "workflows", "cloud"}
)
_HOOK = re.compile(r"(pre|post)(provision|deploy|up|down|package|restore|build|publish|infracreate|infradelete)")


def problems(project: ex.Project) -> Iterator[Problem]:
    if WORKFLOW in project.texts:
        yield from _workflow(project, project.texts[WORKFLOW])
    if AZD in project.texts:
        yield from _azd(project, project.texts[AZD])


def _line(text: str, part: str) -> int:
    return text[: max(text.find(part), 0)].count("\n") + 1


def _workflow(project: ex.Project, text: str) -> Iterator[Problem]:
    def said(part: str, kind: str, sentence: str) -> Problem:
        return Problem(WORKFLOW, _line(text, part), kind, sentence)

    try:
        workflow = yaml.safe_load(text)
        jobs: Mapping[str, Any] = dict(workflow["jobs"])
        events = workflow.get("on", workflow.get(True)) or {}
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        yield Problem(WORKFLOW, 1, "workflow-syntax", f"This is no workflow: {str(error).splitlines()[0]}.")
        return
    if "pull_request_target" in events:
        yield said("pull_request_target", "workflow-event", "pull_request_target runs with rights beside a stranger's change.")
    given = workflow.get("permissions")
    if given is None or given == "write-all" or (isinstance(given, dict) and "write" in given.values()):
        yield said("permissions", "workflow-permission", "The workflow as a whole may write: give permissions to its jobs.")
    for name, job in jobs.items():
        yield from _job(text, name, job, jobs, events)
    yield from _names(project, text, jobs)


def _job(text: str, name: str, job: Mapping[str, Any], jobs: Mapping[str, Any], events: Any) -> Iterator[Problem]:
    line = _line(text, f"\n  {name}:") + 1
    steps = [step for step in job.get("steps") or [] if isinstance(step, dict)]
    permissions = job.get("permissions") or {}
    can_sign_in = isinstance(permissions, dict) and permissions.get("id-token") == "write"
    signs_in = any(str(step.get("uses", "")).startswith("azure/login@") for step in steps)
    if can_sign_in != signs_in:
        sentence = "has no id-token: write, and signs in" if signs_in else "has id-token: write, and does not sign in"
        yield Problem(WORKFLOW, line, "workflow-permission", f"The job {name} {sentence}.")
    for scope, right in permissions.items() if isinstance(permissions, dict) else (("everything", permissions),):
        if right != "read" and scope != "id-token":
            yield Problem(WORKFLOW, line, "workflow-permission", f"The job {name} may {right} {scope}, and need not.")
    condition = str(job.get("if", ""))
    own = "head.repo.full_name == github.repository" in condition or "workflow_dispatch" in condition
    if can_sign_in and "pull_request" in events and not own:
        yield Problem(WORKFLOW, line, "workflow-stranger", f"The job {name} can sign in on a stranger's pull request.")
    if "timeout-minutes" not in job:
        yield Problem(WORKFLOW, line, "workflow-limit", f"The job {name} has no timeout-minutes.")
    needs = job.get("needs") or []
    for needed in [needs] if isinstance(needs, str) else needs:
        if needed not in jobs:
            yield Problem(WORKFLOW, line, "workflow-syntax", f"The job {name} needs {needed}, which is no job.")
    for step in steps:
        yield from _step(text, name, step)


def _step(text: str, job: str, step: Mapping[str, Any]) -> Iterator[Problem]:
    uses, given = str(step.get("uses", "")), step.get("with") or {}
    if uses and not uses.startswith("./") and not _PINNED.fullmatch(uses):
        sentence = f"{uses} is not pinned to a commit: what runs there can be changed by others."
        yield Problem(WORKFLOW, _line(text, uses), "workflow-pin", sentence)
    if uses.startswith("azure/login@") and ({"creds", "client-secret"} & set(given) or "client-id" not in given):
        yield Problem(WORKFLOW, _line(text, uses), "workflow-secret", f"The job {job} signs in with a secret: use OIDC.")
    if uses.startswith("actions/checkout@") and given.get("persist-credentials") is not False:
        sentence = f"The job {job} leaves its token beside what is checked out: set persist-credentials to false."
        yield Problem(WORKFLOW, _line(text, uses), "workflow-token", sentence)
    script = str(step.get("run", ""))
    if match := _STRANGERS.search(script):
        sentence = f"The job {job} puts {match[1]} into a script: hand it over in env."
        yield Problem(WORKFLOW, _line(text, match[0]), "workflow-injection", sentence)
    if "secrets." in str(step):
        yield Problem(WORKFLOW, _line(text, "secrets."), "workflow-secret", f"The job {job} reads a secret: use OIDC.")


def _names(project: ex.Project, text: str, jobs: Mapping[str, Any]) -> Iterator[Problem]:
    """Files, outputs and variables that the workflow and the templates call by name."""
    for path in sorted(set(re.findall(r"bicep/[\w./-]+\.bicep(?:param)?\b", text))):
        if path not in project.files:
            yield Problem(WORKFLOW, _line(text, path), "workflow-file", f"{path} is not there.")
    main = project.files.get("bicep/main.bicep")
    outputs = {output.name for output in main.outputs} if main else set()
    for name in sorted(set(re.findall(r"\.(\w+)\.value\b", text)) - outputs):
        yield Problem(WORKFLOW, _line(text, f".{name}.value"), "workflow-output", f"The deployment has no output {name}.")
    deploys = "\n".join(str(job) for job in jobs.values() if "deployment sub create" in str(job))
    if not deploys:
        return
    for file in project.files.values():
        if file.is_parameters and file.path != "bicep/main.bicepparam":  # That one is azd's.
            for name, line in _read(file):
                if f"'{name}'" not in deploys:
                    sentence = f"{file.path} reads {name}, which the workflow that deploys does not set."
                    yield Problem(file.path, line, "workflow-variable", sentence)


def _read(file: ex.File) -> Iterator[tuple[str, int]]:
    for _, value in file.values():
        for each in ex.walk(value):
            if isinstance(each, ex.Call) and each.name == "readEnvironmentVariable" and each.arguments:
                first = each.arguments[0]
                yield str(first.value if isinstance(first, ex.Value) else ""), each.line


def _azd(project: ex.Project, text: str) -> Iterator[Problem]:
    try:
        azd: Mapping[str, Any] = dict(yaml.safe_load(text))
        infra, services = dict(azd.get("infra") or {}), dict(azd["services"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        yield Problem(AZD, 1, "azd", f"This is no file of azd's: {str(error).splitlines()[0]}.")
        return
    for key in sorted(set(azd) - _TOP):
        yield Problem(AZD, _line(text, str(key)), "azd", f"azd knows no {key}.")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", str(azd.get("name"))):
        yield Problem(AZD, _line(text, "name:"), "azd", f"azd takes no name {azd.get('name')}.")
    main = f"{infra.get('path', 'infra')}/{infra.get('module', 'main')}.bicep"
    if infra.get("provider", "bicep") != "bicep" or main not in project.files:
        yield Problem(
            AZD, _line(text, "infra:"), "azd", f"azd would deploy {main} with {infra.get('provider')}: it is not there."
        )
    for name, service in services.items():
        line = _line(text, f"  {name}:")
        if service.get("host") not in _HOSTS or service.get("language") not in _LANGUAGES:
            sentence = f"azd knows no host {service.get('host')} for {service.get('language')}."
            yield Problem(AZD, line, "azd", sentence)
        if not any(_tagged(file, str(name)) for file in project.files.values()):
            sentence = f"No resource has the tag azd-service-name: {name}, by which azd finds where the service goes."
            yield Problem(AZD, line, "azd-tag", sentence)
    for hook in azd.get("hooks") or {}:
        if not _HOOK.fullmatch(str(hook)):
            yield Problem(AZD, _line(text, str(hook)), "azd", f"azd runs no hook {hook}.")


def _tagged(file: ex.File, service: str) -> bool:
    return any(
        isinstance(each, ex.Entry) and each.key == "azd-service-name" and getattr(each.value, "value", None) == service
        for _, value in file.values()
        for each in ex.walk(value)
    )
