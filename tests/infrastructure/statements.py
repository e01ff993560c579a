"""What each declaration has to state: the version of its API, a description, no region of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tests.infrastructure import expressions as ex
from tests.infrastructure.problems import Problem

TABLE = "bicep/api-versions.json"
_CLOUD = re.compile(r"\b(core\.windows\.net|management\.azure\.com|login\.microsoftonline\.com|azurecr\.io)\b")
"""Addresses of the public cloud, which environment() knows for each cloud."""
_REGION = re.compile(
    r"(?:(?:north|south|east|west|central)+(?:us|europe|asia|india)|(?:sweden|france|germany|norway|switzerland|poland|italy|spain|uk"
    r"|uae|qatar|israel|korea|japan|australia|brazil|canada|southafrica)(?:north|south|east|west|central)+)\d?"
)


def problems(project: ex.Project) -> Iterator[Problem]:
    yield from _versions(project)
    for file in project.files.values():
        if file.is_parameters:
            continue
        for param in file.params:
            described = next((each for each in param.decorators if each.name == "description"), None)
            if described is None or not any(isinstance(each, ex.Value) and each.value for each in described.arguments):
                yield Problem(file.path, param.line, "description", f"The parameter {param.name} has no @description.")
        yield from _regions(file)


def table(project: ex.Project) -> Mapping[str, Any]:
    """The table of API versions. Raises ValueError."""
    found = json.loads(project.texts.get(TABLE, "{}"))
    return found if isinstance(found, dict) else {}


def _versions(project: ex.Project) -> Iterator[Problem]:
    try:
        known = table(project)
        date.fromisoformat(str(known.get("checked")))
        versions: Mapping[str, str] = dict(known["versions"])
    except (ValueError, KeyError, TypeError) as error:
        yield Problem(TABLE, 1, "version-table", f"The table of API versions needs a date (checked) and versions: {error}.")
        return
    used: set[str] = set()
    for file in project.files.values():
        for resource in file.resources:
            used.add(resource.type)
            if not resource.version:
                yield Problem(file.path, resource.line, "version-missing", f"{resource.type} has no API version.")
            elif resource.type not in versions:
                sentence = f"{resource.type} is not in the table of API versions."
                yield Problem(file.path, resource.line, "version-unlisted", sentence)
            elif versions[resource.type] != resource.version:
                sentence = (
                    f"{resource.type} has the version {resource.version} here, and {versions[resource.type]} in the table."
                )
                yield Problem(file.path, resource.line, "version-other", sentence)
    for line, text in enumerate(project.texts[TABLE].splitlines(), 1):
        for type in sorted(set(re.findall(r'"(Microsoft\.[^"]+)"', text)) - used):
            yield Problem(TABLE, line, "version-unused", f"{type} is in the table of API versions, and nowhere else.")


def _regions(file: ex.File) -> Iterator[Problem]:
    for declared, value in file.values():
        described = any(value is argument for each in declared.decorators for argument in each.arguments)
        for each in ex.walk(value):
            parts = each.parts if isinstance(each, ex.Text) else (each.value,) if isinstance(each, ex.Value) else ()
            for part in parts:
                if not described and isinstance(part, str) and (match := _CLOUD.search(part)):
                    sentence = f"{match[1]} is written into the template: take it from environment()."
                    yield Problem(file.path, each.line, "cloud-address", sentence)
            written: object = None
            if isinstance(each, ex.Value) and isinstance(each.value, str) and _REGION.fullmatch(each.value.lower()):
                written = each.value
            elif isinstance(each, ex.Entry) and each.key == "location" and isinstance(each.value, ex.Value):
                written = None if each.value.value == "global" else each.value.value
            if written:
                sentence = f"The region {written} is written into the template: take it from a parameter."
                yield Problem(file.path, each.line, "region", sentence)
