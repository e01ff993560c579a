"""Queues, records and contents: made as the code that works with them needs them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.infrastructure.agreed import Agreed
from tests.infrastructure.deploying import Made, Plan
from tests.infrastructure.problems import Problem

QUEUE = "Microsoft.ServiceBus/namespaces/queues"
DATABASE = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases"
RECORDS = f"{DATABASE}/containers"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
RETENTION = f"{BLOBS}/immutabilityPolicies"
VAULT_KEY = "Microsoft.KeyVault/vaults/keys"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def problems(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    yield from _queues(plan, agreed)
    yield from _records(plan, agreed)
    yield from _containers(plan, agreed)


def at(made: Made, path: str) -> Any:
    """The value at a dotted path of a resource's body; None where there is none."""
    value: Any = made.body
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def problem(made: Made, kind: str, sentence: str) -> Problem:
    """A problem of a resource."""
    return Problem(made.path, made.line, kind, sentence)


def seconds(duration: str) -> int | None:
    """A duration in ISO 8601; None where it is none."""
    match = _DURATION.fullmatch(duration)
    if not match or duration.rstrip("T") == "P":
        return None
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def _queues(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    found = {queue.name: queue for queue in plan.of(QUEUE)}
    for name in sorted(set(agreed.queues) - set(found)):
        yield Problem("bicep/main.bicep", 1, "queue-missing", f"The code works with the queue {name}, and nothing makes it.")
    for name, queue in found.items():
        if name not in agreed.queues:
            yield problem(queue, "queue-unknown", f"The queue {name} is made, and the code works with no such queue.")
            continue
        for key, (wanted, more) in agreed.queues[name].items():
            given = at(queue, f"properties.{key}")
            if not _suits(given, wanted, more=more):
                sentence = f"{key} of the queue {name} is {_said(given)}; docs/azure.md asks for {wanted}."
                yield problem(queue, "queue-property", sentence)
    for namespace in plan.of("Microsoft.ServiceBus/namespaces"):
        if at(namespace, "sku.name") not in ("Standard", "Premium"):
            sentence = (
                f"The namespace is {at(namespace, 'sku.name')}: sessions and duplicate detection need Standard or Premium."
            )
            yield problem(namespace, "queue-property", sentence)


def _said(value: object) -> str:
    return "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _suits(given: object, wanted: str, *, more: bool) -> bool:
    if isinstance(given, str) and (least := seconds(wanted)) is not None:
        has = seconds(given)
        return has is not None and (has == least or (more and has > least))
    return _said(given) == wanted or (wanted == "false" and given is None)


def _records(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    databases = [each for each in plan.of(DATABASE) if each.name == agreed.database]
    if not databases:
        yield Problem("bicep/main.bicep", 1, "records-missing", f"Nothing makes the database {agreed.database}.")
        return
    containers = [each for each in plan.of(RECORDS) if each.name == agreed.container and each.id.startswith(databases[0].id)]
    if not containers:
        yield problem(databases[0], "records-missing", f"The database has no container {agreed.container}.")
        return
    container = containers[0]
    if at(container, "properties.resource.id") != agreed.container:
        yield problem(container, "records-missing", f"The id of the container is not its name, {agreed.container}.")
    key = at(container, "properties.resource.partitionKey") or {}
    wanted = {"paths": list(agreed.partition_key), "kind": "MultiHash", "version": 2}
    if key != wanted:
        yield problem(container, "records-key", f"The partition key is {key}; the Store needs {wanted}.")
    policy = at(container, "properties.resource.indexingPolicy") or {}
    for part, value in agreed.indexing.items():
        if policy.get(part) != value:
            sentence = f"{part} of the indexing policy is {policy.get(part)}; the Store needs {value}."
            yield problem(container, "records-index", sentence)
    if at(container, "properties.resource.defaultTtl") is not None:
        yield problem(container, "records-ttl", "Records have a default time to live: what Fusion still needs would vanish.")


def _containers(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    found = {each.name: each for each in plan.of(BLOBS)}
    for name in sorted(agreed.blobs - set(found)):
        yield Problem(
            "bicep/main.bicep", 1, "container-missing", f"Nothing makes the container {name} that the code works with."
        )
    kept = {each.id.partition("/immutabilityPolicies/")[0]: each for each in plan.of(RETENTION)}
    anchors = [each for each in found.values() if "anchor" in each.name]
    if not anchors:
        yield Problem("bicep/main.bicep", 1, "container-missing", "Nothing makes a container for anchors.")
    for anchor in anchors:
        policy = kept.get(anchor.id)
        days = at(policy, "properties.immutabilityPeriodSinceCreationInDays") if policy else None
        if not isinstance(days, int) or days < 1:
            yield problem(anchor, "anchors-retention", f"The container {anchor.name} is not immutable for any days.")
        elif policy and at(policy, "properties.allowProtectedAppendWrites") is True:
            yield problem(policy, "anchors-retention", "Anchors may be appended to: an anchor is written once.")
