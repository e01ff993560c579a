"""The roles that Fusion needs on Azure: their names and ids, why, and the command that grants one.

Built-in roles have the same id in every tenant; bicep/roles.json holds the same table for the templates (a test compares).

Sources: learn.microsoft.com/azure/role-based-access-control/built-in-roles,
learn.microsoft.com/azure/cosmos-db/nosql/how-to-grant-data-plane-access.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "OBJECT_ID"
"""Stands in a command where nobody knows yet who signs in."""
_COSMOS = "Microsoft.DocumentDB/databaseAccounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role: `id` is the built-in one's; `on`: the type of the resource that it is granted on, at the least."""

    key: str
    name: str
    id: str
    reason: str
    on: str

    def command(self, resource: str, assignee: str = "") -> str:
        """What grants it, to be pasted into a shell.

        `resource`: its name, or its host name, whose first label is its name. `assignee`: the object id of whoever needs it.
        """
        name, who = shlex.quote(resource.partition(".")[0].partition(":")[0]), shlex.quote(assignee or UNKNOWN)
        if self.on == _COSMOS:
            # A role of Cosmos DB itself: `az role assignment` does not know it.
            return (
                f"az cosmosdb sql role assignment create --account-name {name} --resource-group"
                f" {_looked_up(name, self.on, 'resourceGroup')} --role-definition-id {self.id} --principal-id {who} --scope /"
            )
        return f'az role assignment create --assignee {who} --role "{self.name}" --scope {_looked_up(name, self.on, "id")}'


def _looked_up(name: str, kind: str, what: str) -> str:
    return f'"$(az resource list --name {name} --resource-type {kind} --query [0].{what} --output tsv)"'


_SERVICEBUS = "Microsoft.ServiceBus/namespaces"
_STORAGE = "Microsoft.Storage/storageAccounts"
_VAULT = "Microsoft.KeyVault/vaults"
_FOUNDRY = "Microsoft.CognitiveServices/accounts"

ROLES: Mapping[str, Role] = {
    role.key: role
    for role in (
        Role(
            key="servicebus-sender",
            name="Azure Service Bus Data Sender",
            id="69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
            reason="sends deliveries, copies of them and jobs",
            on=_SERVICEBUS,
        ),
        Role(
            key="servicebus-receiver",
            name="Azure Service Bus Data Receiver",
            id="4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
            reason="receives them, and shows dead letters",
            on=_SERVICEBUS,
        ),
        Role(
            key="servicebus-owner",
            name="Azure Service Bus Data Owner",
            id="090c5cfd-751d-490a-894a-3ce6f1109419",
            reason="shows `fusion doctor --azure` how queues were made, where a receiver may not see it; no host needs it",
            on=_SERVICEBUS,
        ),
        Role(
            key="cosmos",
            name="Cosmos DB Built-in Data Contributor",
            id="00000000-0000-0000-0000-000000000002",
            reason="reads and writes records",
            on=_COSMOS,
        ),
        Role(
            key="blobs",
            name="Storage Blob Data Contributor",
            id="ba92f5b4-2d11-453d-a403-e96b0029c9fe",
            reason="reads and writes contents, answers and anchors",
            on=_STORAGE,
        ),
        Role(
            key="host-blobs",
            name="Storage Blob Data Owner",
            id="b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
            reason="the Functions host keeps leases and its package in its own storage account",
            on=_STORAGE,
        ),
        Role(
            key="host-queues",
            name="Storage Queue Data Contributor",
            id="974c5e8b-45b9-4653-ba55-5f855dd0fb88",
            reason="the task hub of Durable Functions, in the host's own storage account",
            on=_STORAGE,
        ),
        Role(
            key="host-tables",
            name="Storage Table Data Contributor",
            id="0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
            reason="the task hub of Durable Functions, in the host's own storage account",
            on=_STORAGE,
        ),
        Role(
            key="vault-secrets",
            name="Key Vault Secrets User",
            id="4633458b-17de-408a-b874-0445c86b69e6",
            reason="reads the App's key and the webhook's secret",
            on=_VAULT,
        ),
        Role(
            key="vault-key",
            name="Key Vault Crypto User",
            id="12338af0-0e69-4776-bea7-57ae8d297424",
            reason="signs evidence with the vault's key, which never leaves it",
            on=_VAULT,
        ),
        Role(
            key="vault-encryption",
            name="Key Vault Crypto Service Encryption User",
            id="e147488a-f6f5-4113-8e2d-b22465e65bf6",
            reason="lets storage, Service Bus and Cosmos DB encrypt with a key of the customer",
            on=_VAULT,
        ),
        Role(
            key="models",
            name="Cognitive Services OpenAI User",
            id="5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
            reason="asks models behind /openai/v1",
            on=_FOUNDRY,
        ),
        Role(
            key="inference",
            name="Cognitive Services User",
            id="a97b65f3-24c7-4388-baec-2e87135dc908",
            reason="asks models behind /models, by the inference API",
            on=_FOUNDRY,
        ),
        Role(
            key="sessions",
            name="Azure ContainerApps Session Executor",
            id="0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0",
            reason="has analyzers run in a session of the pool",
            on="Microsoft.App/sessionPools",
        ),
        Role(
            key="scheduler",
            name="Durable Task Data Contributor",
            id="0ad04412-c4d5-4796-b79c-f76d14c8d402",
            reason="starts orchestrations on the Durable Task Scheduler, and works on them",
            on="Microsoft.DurableTask/schedulers",
        ),
        Role(
            key="telemetry",
            name="Monitoring Metrics Publisher",
            id="3913510d-42f4-4e42-8a64-420c390055eb",
            reason="sends traces and metrics to Application Insights",
            on="Microsoft.Insights/components",
        ),
        Role(
            key="registry",
            name="AcrPull",
            id="7f951dda-4ed3-4680-a7ca-43fe172d538d",
            reason="pulls the images of the container apps",
            on="Microsoft.ContainerRegistry/registries",
        ),
    )
}
"""By key. Which workload has which is the templates' business."""


def granted(key: str, host: str, assignee: str = "") -> str:
    """Half a sentence for an error: the missing role, and the command that grants it."""
    role = ROLES[key]
    return f"give the identity the role {role.name}: `{role.command(host, assignee)}`"
