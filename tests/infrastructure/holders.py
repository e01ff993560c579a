"""Who holds which role: each workload has those that it works with, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.infrastructure.apps import APP, HUB, POOL, SITE, environment
from tests.infrastructure.deploying import Made, Plan
from tests.infrastructure.exposure import BUS, COSMOS, FOUNDRY, INSIGHTS, REGISTRY, STORAGE, VAULT
from tests.infrastructure.problems import Problem
from tests.infrastructure.roles import ASSIGNMENTS, GUID
from tests.infrastructure.services import QUEUE, at, problem

IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_KEY = f"{VAULT}/keys"
_CONTAINER = f"{STORAGE}/blobServices/containers"
_RECORDS = f"{COSMOS}/sqlDatabases/containers"

HOST: Mapping[str, str] = {
    "serviceBusDataSender": BUS,
    "serviceBusDataReceiver": BUS,
    "cosmosDataContributor": _RECORDS,
    "storageBlobDataContributor": STORAGE,
    "keyVaultSecretsUser": VAULT,
    "keyVaultCryptoUser": _KEY,
    "monitoringMetricsPublisher": INSIGHTS,
}
"""Role -> where a host has it (docs/azure.md)."""
FUNCTIONS: Mapping[str, str] = {
    **HOST,
    "storageBlobDataOwner": STORAGE,
    "storageQueueDataContributor": STORAGE,
    "storageTableDataContributor": STORAGE,
}
SCHEDULER: Mapping[str, str] = {**HOST, "durableTaskDataContributor": HUB, "acrPull": REGISTRY}
WORKER: Mapping[str, str] = {
    "serviceBusDataSender": QUEUE,
    "serviceBusDataReceiver": QUEUE,
    "storageBlobDataContributor": _CONTAINER,
    "acrPull": REGISTRY,
}
"""Not on the namespace, and not on the account: it sees no delivery and no anchor."""
PULLER: Mapping[str, str] = {"acrPull": REGISTRY}
ENCRYPTION: Mapping[str, str] = {"keyVaultCryptoServiceEncryptionUser": _KEY}


def problems(plan: Plan, roles: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    names = {str(role["id"]).lower(): key for key, role in roles.items()}
    held: dict[str, set[tuple[str, str]]] = {}
    for made in plan.resources:
        if made.type in ASSIGNMENTS and not made.is_existing:
            ids = GUID.findall(str(at(made, "properties.roleDefinitionId")).lower())
            key = names.get(ids[-1], ids[-1]) if ids else ""
            held.setdefault(str(at(made, "properties.principalId")), set()).add((key, _scope(plan, made)))
    optional = {
        **({"sessionExecutor": POOL} if plan.of(POOL) else {}),
        **({"cognitiveServicesOpenAiUser": FOUNDRY} if plan.of(FOUNDRY) else {}),
    }
    for made in plan.of(IDENTITY):
        wanted = _wanted(plan, made)
        if wanted is None:
            continue
        wanted = {**wanted, **(optional if set(HOST) <= set(wanted) else {})}
        has = held.get(f"«{made.name}.properties.principalId»", set())
        for key, scope in sorted(set(wanted.items()) - has):
            yield problem(made, "role-missing", f"{made.name} has not the role {key} on {scope}, and needs it.")
        for key, scope in sorted(has - set(wanted.items())):
            yield problem(made, "role-needless", f"{made.name} has the role {key} on {scope}, and does not need it.")


def _scope(plan: Plan, assignment: Made) -> str:
    """The type of what a role holds for."""
    scope = str(at(assignment, "properties.scope") or "")
    if assignment.type == ASSIGNMENTS[0]:
        scope = assignment.id.partition("/providers/Microsoft.Authorization/")[0]
    else:
        scope = scope.replace("/dbs/", "/sqlDatabases/").replace("/colls/", "/containers/")
    return next((made.type for made in plan.resources if made.id == scope), scope)


def _wanted(plan: Plan, identity: Made) -> Mapping[str, str] | None:
    """What an identity needs, by who works with it; None where nobody is made yet that does."""
    users = [made for made in plan.resources if identity.id in (at(made, "identity.userAssignedIdentities") or {})]
    types = {made.type for made in users}
    if SITE in types:
        return FUNCTIONS
    for app in users:
        if app.type == APP:
            return WORKER if "FUSION_WORKER_SERVICEBUS" in environment(app) else SCHEDULER
    if POOL in types:
        return PULLER
    return ENCRYPTION if types & {STORAGE, BUS, COSMOS, REGISTRY, FOUNDRY} else None
