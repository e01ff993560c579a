"""The checks of the templates: silent about a deployment that is right, and loud about each mistake that is put into it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.infrastructure import reading
from tests.infrastructure.checks import of_templates
from tests.infrastructure.expressions import Project

SAMPLES = Path(__file__).parent / "samples"
MAIN, STORE, VAULT = "bicep/main.bicep", "bicep/modules/store.bicep", "bicep/modules/vault.bicep"
IDENTITY, DEV = "bicep/modules/identity.bicep", "bicep/main.dev.bicepparam"
ROLES, VERSIONS = "bicep/roles.json", "bicep/api-versions.json"


@cache
def sample() -> Project:
    return reading.project(SAMPLES, "bicep")


def test_a_deployment_that_is_right_has_no_problems() -> None:
    assert of_templates(sample()) == ()


# A file, what stands in it, what is put in its place: the kind of the problem that is found, and words of its sentence.
PLANTED = (
    (MAIN, "location: location\n  tags", "location location\n  tags", "syntax", "cannot be read"),
    (MAIN, "'modules/store.bicep'", "'modules/stores.bicep'", "module-file", "no file"),
    (MAIN, "'modules/store.bicep'", "'br/public:avm/res/storage/storage-account:0.9'", "module-elsewhere", "not here"),
    (MAIN, "    containers: names\n", "", "parameter-missing", "containers is not given to the module store"),
    (MAIN, "    containers: names\n", "    containers: names\n    colour: 1\n", "parameter-unknown", "no such parameter"),
    (MAIN, "containers: names", "containers: name", "parameter-type", "takes an array, and is given a string"),
    (MAIN, "isPrivate: privateEndpoints", "isPrivate: 'yes'", "parameter-type", "takes a bool, and is given a string"),
    (MAIN, "size: size", "size: 'huge'", "parameter-choice", "not 'huge'"),
    (MAIN, "store.outputs.address", "store.outputs.adress", "output-unknown", "no such output"),
    (MAIN, "workload: name", "workload: nam", "symbol-unknown", "nam is declared nowhere"),
    (MAIN, "item.name != 'none'", "it.name != 'none'", "symbol-unknown", "it is declared nowhere"),
    (MAIN, "uniqueString(", "uniqString(", "function-unknown", "no function uniqString()"),
    (MAIN, "@minLength(3)", "@minimum(3)", "decorator-unknown", "no decorator @minimum"),
    (MAIN, "  tags: tags\n", "", "variable-unused", "tags is used by nothing"),
    (MAIN, "isPrivate: privateEndpoints", "isPrivate: true", "parameter-unused", "privateEndpoints is used by nothing"),
    (MAIN, "param size string", "param location string", "symbol-twice", "declared twice"),
    (MAIN, "targetScope = 'subscription'", "targetScope = 'resourceGroup'", "scope", "lies in a subscription"),
    (MAIN, "  scope: group\n  params: {\n    name: 'id-", "  params: {\n    name: 'id-", "scope", "deployed to a subscription"),
    (MAIN, "scope: group", "scope: subscription()", "scope", "has the scope resourceGroup"),
    (MAIN, "@description('Region of everything.')\n", "", "description", "location has no @description"),
    (MAIN, "'rg-${name}'\n  location: location", "'rg-${name}'\n  location: 'westeurope'", "region", "westeurope"),
    (MAIN, "param location string", "param location string = 'swedencentral'", "region", "swedencentral"),
    (MAIN, "@secure()\n", "", "secret-parameter", "password may hold a secret"),
    (MAIN, "param password string", "param password string = 'hunter2'", "secret-default", "has a default"),
    (MAIN, "= store.outputs.address", "= '${password}'", "secret-output", "shows what is @secure"),
    (MAIN, "output address", "output apiKey", "secret-output", "the name of a secret"),
    (MAIN, "name: 'kv-${name}'", "name: password", "secret-handed-on", "which is not @secure"),
    (STORE, "account.properties.primaryEndpoints.blob", "account.listKeys().keys[0].value", "key-asked-for", "listKeys()"),
    (STORE, "'Standard_LRS'", "'AccountName=a;AccountKey=b'", "key-written", "connection string"),
    (STORE, "'blobServices@2024-01-01'", "'blobServices'", "version-missing", "no API version"),
    (STORE, "storageAccounts@2024-01-01", "storageAccounts@2023-01-01", "version-other", "2024-01-01 in the table"),
    (VERSIONS, '"Microsoft.KeyVault/vaults"', '"Microsoft.KeyVault/vault"', "version-unlisted", "not in the table"),
    (VERSIONS, '"Microsoft.KeyVault/vaults"', '"Microsoft.KeyVault/vault"', "version-unused", "nowhere else"),
    (VERSIONS, "2026-11-20", "lately", "version-table", "needs a date"),
    (STORE, "// Contents are written and read by the one that works with them.\n", "", "role-reason", "does not say why"),
    (
        STORE,
        "name: guid(account.id, principal, roles.blobs.id)",
        "name: guid(principal)",
        "role-name",
        "guid(scope, who, role)",
    ),
    (STORE, "    principalType: 'ServicePrincipal'\n", "", "role-principal-type", "principalType"),
    (STORE, "  scope: account\n", "", "role-scope", "no scope"),
    (STORE, "roles.blobs.id)\n    p", "roles.blob.id)\n    p", "role-unknown", "has no blob"),
    (
        STORE,
        "roles.blobs.id)\n    p",
        "'8e3af657-a8ff-443c-a75c-2fe8c4bcb635')\n    p",
        "role-unknown",
        "not in the table of roles",
    ),
    (ROLES, "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "role-broad", "Owner"),
    (ROLES, '"id": "ba92f5b4', '"id": "ba92', "role-table", "no id of a role"),
    (ROLES, '"blobs": {', '"queues": {', "role-unused", "Nobody is given the role queues"),
    (STORE, "'../roles.json'", "'../rules.json'", "file-missing", "bicep/rules.json is not"),
    (VAULT, "parent: known", "parent: vault", "existing-unused", "known is used by nothing"),
    (DEV, "param name = 'sample'\n", "", "parameter-missing", "name is not given to bicep/main.bicep"),
    (DEV, "param name =", "param names =", "parameter-unknown", "no such parameter"),
    (DEV, "using 'main.bicep'", "using 'mains.bicep'", "module-file", "mains.bicep"),
    (DEV, "'sample'", "true", "parameter-type", "takes a string, and is given a bool"),
    (MAIN, "modules/identity.bicep", "modules/vault.bicep", "module-unused", "No other file"),
)


@pytest.mark.parametrize(("path", "old", "new", "kind", "words"), PLANTED, ids=lambda value: value if "-" in value else None)
def test_a_planted_mistake_is_found(path: str, old: str, new: str, kind: str, words: str) -> None:
    texts = dict(sample().texts)
    assert old in texts[path]
    texts[path] = texts[path].replace(old, new, 1)
    assert [problem for problem in of_templates(reading.parsed(texts)) if problem.kind == kind and words in problem.sentence]
