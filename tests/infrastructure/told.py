"""What Azure answers about a resource that it made, in the form that it has there, so that it can be looked at beforehand."""

from __future__ import annotations

from collections.abc import Mapping

_TOLD: Mapping[tuple[str, str], str] = {
    ("Microsoft.DocumentDB/databaseAccounts", "properties.documentEndpoint"): "https://{name}.documents.azure.com:443/",
    ("Microsoft.KeyVault/vaults", "properties.vaultUri"): "https://{name}.vault.azure.net/",
    ("Microsoft.KeyVault/vaults/keys", "properties.keyUri"): "https://vault.vault.azure.net/keys/{name}",
    ("Microsoft.KeyVault/vaults/keys", "properties.keyUriWithVersion"): "https://vault.vault.azure.net/keys/{name}/" + "0" * 32,
    ("Microsoft.ServiceBus/namespaces", "properties.serviceBusEndpoint"): "https://{name}.servicebus.windows.net:443/",
    ("Microsoft.DurableTask/schedulers", "properties.endpoint"): "https://{name}.region.durabletask.io",
    ("Microsoft.App/sessionPools", "properties.poolManagementEndpoint"): (
        "https://region.dynamicsessions.io/subscriptions/0/resourceGroups/group/sessionPools/{name}"
    ),
    ("Microsoft.Insights/components", "properties.ConnectionString"): (
        "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://region.in.applicationinsights.azure.com/"
    ),
    ("Microsoft.ContainerRegistry/registries", "properties.loginServer"): "{name}.azurecr.io",
    ("Microsoft.Web/sites", "properties.defaultHostName"): "{name}.azurewebsites.net",
    ("Microsoft.Storage/storageAccounts", "properties.primaryEndpoints.blob"): "https://{name}.blob.core.windows.net/",
}


def told(type: str, name: str, path: str) -> str | None:
    """The value at a path below a resource; None where only Azure knows it."""
    found = _TOLD.get((type, path))
    return found.format(name=name) if found else None
