"""Who can reach what: no keys, no open door under the private switch, the customer's key where it is asked for, names, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.infrastructure.deploying import Made, Plan
from tests.infrastructure.problems import Problem
from tests.infrastructure.roles import ASSIGNMENTS, GUID
from tests.infrastructure.services import at, problem

STORAGE = "Microsoft.Storage/storageAccounts"
VAULT = "Microsoft.KeyVault/vaults"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
BUS = "Microsoft.ServiceBus/namespaces"
REGISTRY = "Microsoft.ContainerRegistry/registries"
FOUNDRY = "Microsoft.CognitiveServices/accounts"
INSIGHTS = "Microsoft.Insights/components"
LOGS = "Microsoft.OperationalInsights/workspaces"
POOL = "Microsoft.App/sessionPools"
SITE = "Microsoft.Web/sites"
ENDPOINT = "Microsoft.Network/privateEndpoints"
ZONE = "Microsoft.Network/privateDnsZones"

REQUIRED: Mapping[str, Mapping[str, Any]] = {
    STORAGE: {
        "properties.allowSharedKeyAccess": False,
        "properties.allowBlobPublicAccess": False,
        "properties.minimumTlsVersion": "TLS1_2",
    },
    BUS: {"properties.disableLocalAuth": True, "properties.minimumTlsVersion": "1.2"},
    COSMOS: {"properties.disableLocalAuth": True, "properties.minimalTlsVersion": "Tls12"},
    VAULT: {"properties.enableRbacAuthorization": True, "properties.enablePurgeProtection": True},
    REGISTRY: {"properties.adminUserEnabled": False},
    FOUNDRY: {"properties.disableLocalAuth": True},
    INSIGHTS: {"properties.DisableLocalAuth": True},
    LOGS: {"properties.features.disableLocalAuth": True},
    SITE: {
        "properties.httpsOnly": True,
        "properties.siteConfig.minTlsVersion": "1.2",
    },
    POOL: {"properties.sessionNetworkConfiguration.status": "EgressDisabled"},
}
"""What has to be so in every form, for a key that nobody has cannot leak."""
PRIVATE = (STORAGE, VAULT, COSMOS, BUS, REGISTRY, FOUNDRY)
"""What has no open door under the private switch. GitHub has to reach the hosts."""
WATCHED = (VAULT, COSMOS, BUS, REGISTRY, FOUNDRY, SITE)
"""What has a diagnostic setting."""
CUSTOMERS_KEY: Mapping[str, tuple[str, str]] = {
    STORAGE: ("properties.encryption.keySource", "Microsoft.Keyvault"),
    BUS: ("properties.encryption.keySource", "Microsoft.KeyVault"),
    COSMOS: ("properties.keyVaultKeyUri", r"https://.+"),
    REGISTRY: ("properties.encryption.status", "enabled"),
    FOUNDRY: ("properties.encryption.keySource", "Microsoft.KeyVault"),
}
"""The registry has none in the private form: its identity does not get past the vault's firewall (services.bicep)."""
ZONES: Mapping[str, frozenset[str]] = {
    "blob": frozenset({"privatelink.blob.core.windows.net"}),
    "queue": frozenset({"privatelink.queue.core.windows.net"}),
    "table": frozenset({"privatelink.table.core.windows.net"}),
    "vault": frozenset({"privatelink.vaultcore.azure.net"}),
    "namespace": frozenset({"privatelink.servicebus.windows.net"}),
    "Sql": frozenset({"privatelink.documents.azure.com"}),
    "registry": frozenset({"privatelink.azurecr.io"}),
    "account": frozenset(
        {"privatelink.cognitiveservices.azure.com", "privatelink.openai.azure.com", "privatelink.services.ai.azure.com"}
    ),
}
"""Group of a private endpoint -> its zones. Source: learn.microsoft.com/azure/private-link/private-endpoint-dns."""
NAMES: Mapping[str, str] = {
    STORAGE: r"[a-z0-9]{3,24}",
    VAULT: r"(?=.{3,24}$)[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*",
    COSMOS: r"[a-z0-9][a-z0-9-]{1,42}[a-z0-9]",
    BUS: r"[a-zA-Z][a-zA-Z0-9-]{4,48}[a-zA-Z0-9]",
    REGISTRY: r"[a-zA-Z0-9]{5,50}",
    FOUNDRY: r"[a-zA-Z0-9][a-zA-Z0-9-]{1,63}",
    SITE: r"[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
    LOGS: r"[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]",
    "Microsoft.App/containerApps": r"(?=.{2,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "Microsoft.App/managedEnvironments": r"[a-zA-Z][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
    "Microsoft.DurableTask/schedulers": r"[a-zA-Z0-9][a-zA-Z0-9-]{1,62}[a-zA-Z0-9]",
    "Microsoft.Resources/resourceGroups": r"[\w().-]{0,89}[\w()-]",
}
"""Source: learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules."""
TAGS = frozenset({"workload", "env", "owner", "costCenter", "dataClassification"})
"""Of the Cloud Adoption Framework: learn.microsoft.com/azure/cloud-adoption-framework (resource-tagging)."""


def problems(plan: Plan, *, private: bool, customers_key: bool) -> Iterator[Problem]:
    for made in plan.resources:
        if made.is_existing:
            continue
        yield from _settled(made)
        if private and made.type in PRIVATE:
            yield from _private(made, plan)
        if customers_key and made.type in CUSTOMERS_KEY and not (private and made.type == REGISTRY):
            path, wanted = CUSTOMERS_KEY[made.type]
            if not re.fullmatch(wanted, str(at(made, path))):
                yield problem(made, "customers-key", f"{made.name} is not encrypted with the customer's key ({path}).")
        if made.type in ASSIGNMENTS:
            yield from _assignment(made)
    yield from _publishing(plan)
    yield from _resolved(plan)
    yield from _residency(plan)
    yield from _watched(plan)
    yield from _twice(plan)


def _settled(made: Made) -> Iterator[Problem]:
    for path, wanted in REQUIRED.get(made.type, {}).items():
        if at(made, path) != wanted:
            said = str(wanted).lower() if isinstance(wanted, bool) else wanted
            yield problem(made, "local-auth", f"{path} of {made.name} has to be {said}; it is {at(made, path)}.")
    if not made.name:
        yield problem(made, "name", f"A resource of the type {made.type} has no name.")
    identity = made.body.get("identity")
    if isinstance(identity, dict) and ("UserAssigned" in str(identity.get("type"))) != bool(
        identity.get("userAssignedIdentities")
    ):
        yield problem(made, "identity", f"The type of the identity of {made.name} and its identities do not agree.")
    if at(made, "properties.configuration.ingress.allowInsecure") is True:
        yield problem(made, "local-auth", f"{made.name} answers without TLS.")
    if made.type in NAMES and made.body.get("location") is None:
        yield problem(made, "residency", f"{made.name} ({made.type}) has no location.")
    pattern = NAMES.get(made.type)
    if pattern and "«" not in made.name and not re.fullmatch(pattern, made.name):
        yield problem(made, "name", f"{made.name} cannot be the name of a resource of the type {made.type}.")
    if made.type == POOL:
        lives = [each.get("lifecycle") for each in at(made, "properties.managedIdentitySettings") or []]
        if at(made, "identity") is not None and (not lives or set(lives) != {"None"}):
            yield problem(made, "session-identity", f"Sessions of {made.name} can use an identity: set its lifecycle to None.")
    tags = made.body.get("tags")
    if made.type in NAMES and (missing := sorted(TAGS - set(tags or {}))):
        yield problem(made, "tags", f"{made.name} has no tag {', '.join(missing)}.")


def _private(made: Made, plan: Plan) -> Iterator[Problem]:
    if at(made, "properties.publicNetworkAccess") != "Disabled":
        sentence = f"{made.name} ({made.type}) is reached from anywhere in the private form: disable publicNetworkAccess."
        yield problem(made, "public-access", sentence)
    connected = {
        connection.get("properties", {}).get("privateLinkServiceId")
        for endpoint in plan.of(ENDPOINT)
        for connection in at(endpoint, "properties.privateLinkServiceConnections") or []
    }
    if made.id not in connected:
        yield problem(made, "private-endpoint", f"{made.name} ({made.type}) has no private endpoint in the private form.")
    if made.type in (BUS, REGISTRY) and at(made, "sku.name") != "Premium":
        yield problem(made, "private-endpoint", f"{made.name} needs the tier Premium for a private endpoint.")


def _resolved(plan: Plan) -> Iterator[Problem]:
    """The names of what has a private endpoint lead to it, in the network."""
    linked = {each.id.partition("/virtualNetworkLinks/")[0] for each in plan.of(f"{ZONE}/virtualNetworkLinks")}
    zones = {each.name: each for each in plan.of(ZONE)}
    for endpoint in plan.of(ENDPOINT):
        connections = at(endpoint, "properties.privateLinkServiceConnections") or [{}]
        groups = connections[0].get("properties", {}).get("groupIds") or [""]
        wanted = ZONES.get(groups[0])
        if wanted is None:
            yield problem(endpoint, "private-dns", f"{endpoint.name} is for {groups[0] or 'nothing'}, which no service has.")
            continue
        ids = {
            str(config.get("properties", {}).get("privateDnsZoneId")).rpartition("/")[2]
            for each in plan.of(f"{ENDPOINT}/privateDnsZoneGroups")
            if each.id.startswith(f"{endpoint.id}/")
            for config in at(each, "properties.privateDnsZoneConfigs") or []
        }
        for zone in sorted(wanted - ids):
            yield problem(endpoint, "private-dns", f"{endpoint.name} has no entry in the zone {zone}: its name leads outside.")
        for zone in sorted(ids):
            if zone not in zones or zones[zone].id not in linked:
                yield problem(endpoint, "private-dns", f"The zone {zone} is not made, or the network does not look into it.")


def _assignment(made: Made) -> Iterator[Problem]:
    """A role holds for one resource, and its holder is known."""
    scope = made.id.partition("/providers/Microsoft.Authorization/")[0]
    if made.type == ASSIGNMENTS[0] and "/providers/" not in scope:
        sentence = f"The role of {at(made, 'properties.principalId')} holds for {scope or 'everything'}: give it on a resource."
        yield problem(made, "role-scope", sentence)
    if not GUID.search(str(at(made, "properties.roleDefinitionId"))):
        yield problem(made, "role-unknown", f"The role of {made.name} has no id.")
    if not at(made, "properties.principalId"):
        yield problem(made, "role-holder", f"The role {at(made, 'properties.roleDefinitionId')} is given to nobody.")


def _publishing(plan: Plan) -> Iterator[Problem]:
    """A Function App takes no code from somebody with a password."""
    kind = "Microsoft.Web/sites/basicPublishingCredentialsPolicies"
    for site in plan.of(SITE):
        shut = {each.name for each in plan.of(kind) if each.id.startswith(site.id) and at(each, "properties.allow") is False}
        for name in sorted({"ftp", "scm"} - shut):
            yield problem(site, "local-auth", f"{site.name} takes code by {name} with a password.")


def _residency(plan: Plan) -> Iterator[Problem]:
    """A policy says where data may lie, and everything lies there."""
    allowed: set[str] = {"global"}
    for made in plan.of("Microsoft.Authorization/policyAssignments"):
        allowed |= set(at(made, "properties.parameters.listOfAllowedLocations.value") or [])
    if allowed == {"global"}:
        yield Problem("bicep/main.bicep", 1, "residency", "No policy says in which regions resources may lie.")
        return
    for made in plan.resources:
        location = made.body.get("location")
        if location is not None and location not in allowed:
            yield problem(made, "residency", f"{made.name} lies in {location}, where the policy on regions lets nothing lie.")


def _watched(plan: Plan) -> Iterator[Problem]:
    """Who did what with data is on record."""
    settings = [each.id for each in plan.of("Microsoft.Insights/diagnosticSettings")]
    for made in plan.resources:
        if made.type in WATCHED and not made.is_existing and not any(id.startswith(f"{made.id}/") for id in settings):
            yield problem(made, "diagnostics", f"Nothing records what happens at {made.name} ({made.type}).")


def _twice(plan: Plan) -> Iterator[Problem]:
    seen: dict[str, Made] = {}
    for made in plan.resources:
        if made.is_existing:
            continue
        first = seen.setdefault(made.id.lower(), made)
        if first is not made:
            sentence = f"{made.name} ({made.type}) is made twice: {first.path}:{first.line} makes it, too."
            yield problem(made, "made-twice", sentence)
