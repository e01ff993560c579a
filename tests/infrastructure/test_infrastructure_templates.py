"""The checks of the templates: silent about a deployment that is right, and loud about each mistake that is put into it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.infrastructure import checks, reading
from tests.infrastructure import expressions as ex
from tests.infrastructure.checks import of_templates
from tests.infrastructure.delivery import AZD, WORKFLOW
from tests.infrastructure.deploying import parameters, plan

SAMPLES = Path(__file__).parent / "samples"
MAIN, STORE, VAULT = "bicep/main.bicep", "bicep/modules/store.bicep", "bicep/modules/vault.bicep"
IDENTITY, DEV = "bicep/modules/identity.bicep", "bicep/main.dev.bicepparam"
ROLES, VERSIONS = "bicep/roles.json", "bicep/api-versions.json"


@cache
def sample() -> ex.Project:
    return reading.project(SAMPLES, *checks.PARTS)


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
    (MAIN, "var tags", "var subscription = name\nvar tags", "function-hidden", "az.subscription()"),
    (MAIN, "'rg-${name}'", "'rg-${store.outputs.address}'", "too-late", "The name of group depends on store.outputs"),
    (MAIN, "if (size == 'large')", "if (!empty(store.outputs.address))", "too-late", "The condition of vault"),
    (STORE, "in containers:", "in account.properties.containers:", "too-late", "The loop of container"),
    (STORE, "guid(account.id, principal", "guid(account.id, account.properties.x", "too-late", "account.properties"),
    (MAIN, "workload: name", "workload: [for item in kept: item.name]", "loop-place", "use map()"),
    (STORE, "= account.properties.primaryEndpoints.blob", "= container.id", "loop-index", "container[0].id"),
    (MAIN, "name: 'id-${name}'", "name: store.outputs.address", "circle", "identity waits for itself"),
    (STORE, "kind: 'StorageV2'", "kind: 'https://${name}.blob.core.windows.net'", "cloud-address", "environment()"),
    (WORKFLOW, "name: deploy", "name: [deploy", "workflow-syntax", "no workflow"),
    (WORKFLOW, "needs: build", "needs: builds", "workflow-syntax", "builds, which is no job"),
    (WORKFLOW, "@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "@v4", "workflow-pin", "not pinned"),
    (WORKFLOW, "      id-token: write\n", "", "workflow-permission", "no id-token: write, and signs in"),
    (WORKFLOW, "contents: read\n    steps", "id-token: write\n    steps", "workflow-permission", "does not sign in"),
    (WORKFLOW, "contents: read\n    steps", "contents: write\n    steps", "workflow-permission", "may write contents"),
    (WORKFLOW, "permissions: {}", "permissions: write-all", "workflow-permission", "as a whole"),
    (WORKFLOW, "  pull_request:", "  pull_request_target:", "workflow-event", "beside a stranger's change"),
    (WORKFLOW, "github.event_name == 'workflow_dispatch'", "always()", "workflow-stranger", "on a stranger's pull request"),
    (WORKFLOW, "    timeout-minutes: 30\n", "", "workflow-limit", "no timeout-minutes"),
    (WORKFLOW, "persist-credentials: false", "fetch-depth: 1", "workflow-token", "leaves its token"),
    (WORKFLOW, "client-id: ${{ vars.AZURE_CLIENT_ID }}", "creds: x", "workflow-secret", "use OIDC"),
    (WORKFLOW, "vars.AZURE_CLIENT_ID", "secrets.AZURE_CLIENT_ID", "workflow-secret", "reads a secret"),
    (
        WORKFLOW,
        "--file bicep/main.bicep",
        "--file ${{ github.head_ref }}",
        "workflow-injection",
        "github.head_ref into a script",
    ),
    (WORKFLOW, "--file bicep/main.bicep", "--file bicep/mine.bicep", "workflow-file", "bicep/mine.bicep is not there"),
    (WORKFLOW, ".address.value", ".adress.value", "workflow-output", "no output adress"),
    (WORKFLOW, "      PASSWORD: ${{ vars.PASSWORD }}\n", "", "workflow-variable", "reads PASSWORD"),
    (AZD, "module: main", "module: all", "azd", "bicep/all.bicep"),
    (AZD, "host: function", "host: lambda", "azd", "no host lambda"),
    (AZD, "name: sample", "name: Sample App", "azd", "no name Sample App"),
    (AZD, "hooks:", "hook:", "azd", "no hook"),
    (AZD, "postprovision:", "afterprovision:", "azd", "no hook afterprovision"),
    (AZD, "  store:", "  shop:", "azd-tag", "azd-service-name: shop"),
)


@pytest.mark.parametrize(("path", "old", "new", "kind", "words"), PLANTED, ids=lambda value: value if "-" in value else None)
def test_a_planted_mistake_is_found(path: str, old: str, new: str, kind: str, words: str) -> None:
    texts = dict(sample().texts)
    assert old in texts[path]
    texts[path] = texts[path].replace(old, new, 1)
    assert [problem for problem in of_templates(reading.parsed(texts)) if problem.kind == kind and words in problem.sentence]


def value(text: str) -> ex.Expr:
    (found,) = reading.read("x.bicep", f"var x = {text}").variables
    return found.value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # The grammar takes the first of each pair for something else.
        ("a ? b : c.d", "a ? b : (c.d)"),
        ("!a.b", "!(a.b)"),
        ("a && b == c.d", "a && (b == (c.d))"),
        ("a == b.c && d.e", "(a == (b.c)) && (d.e)"),
        ("a ?? b.c[0].d", "a ?? (b.c[0].d)"),
        ("map(a, x => x.b)", "map(a, x => (x.b))"),
        ("filter(a, x => !empty(x.b) && x.c != 'd')", "filter(a, x => ((!empty(x.b)) && ((x.c) != 'd')))"),
        ("a!.b!.c", "a.b.c"),
        ("a ? b : c.d('e')", "a ? b : (c.d('e'))"),
    ],
)
def test_what_binds_tighter_is_read_so(written: str, meant: str) -> None:
    assert value(written) == value(meant)
    assert value("(a ? b : c).d") != value("a ? b : c.d")


def test_strings_lists_and_objects_are_read_with_all_that_may_be_in_them() -> None:
    assert value(r"'it\'s \${no} \u{41}${a}'") == ex.Text(1, ("it's ${no} A", ex.Name(1, "a")))
    assert value("'''\na ${b}'''") == ex.Value(1, "a ${b}")
    assert value("[...a, 1]") == ex.Array(1, (ex.Spread(1, ex.Name(1, "a")), ex.Value(1, 1)))
    assert value("{ ...a }") == ex.Object(1, (ex.Entry(1, None, ex.Name(1, "a")),))
    (wrong,) = reading.read("x.bicep", "var a = 1\nvar b = {").wrong
    assert wrong[0] == 2


def test_what_would_be_made_is_worked_out() -> None:
    small = plan(sample(), MAIN, parameters(sample(), DEV))
    large = plan(sample(), MAIN, {**parameters(sample(), DEV), "size": "large", "privateEndpoints": True})
    assert not small.problems
    assert not large.problems
    assert [each.name for each in small.of("Microsoft.Storage/storageAccounts/blobServices/containers")] == ["blobs", "anchors"]
    assert not small.of("Microsoft.KeyVault/vaults")
    assert small.outputs["vaultAddress"] == ""
    assert large.outputs["vaultAddress"] == "https://kv-sample.vault.azure.net/"
    (group,) = large.of("Microsoft.Resources/resourceGroups")
    assert group.body["tags"] == {"workload": "sample", "tier": "prod"}
    (account,) = large.of("Microsoft.Storage/storageAccounts")
    assert account.body["properties"]["publicNetworkAccess"] == "Disabled"
    (role,) = large.of("Microsoft.Authorization/roleAssignments")
    assert role.id.startswith(account.id)
    assert role.body["properties"]["principalId"] == "«id-sample.properties.principalId»"


@pytest.mark.parametrize(
    ("path", "old", "new", "kind", "words"),
    [
        (DEV, "'sample'", "'s'", "parameter-value", "name is given 's', and @minLength is 3"),
        (MAIN, "size: size", "size: toLower('TINY')", "parameter-value", "takes one of large, small"),
        (MAIN, "containers: names", "containers: first(names)", "parameter-value", "containers is given 'blobs'"),
        (MAIN, "vault.?outputs.?address ?? ''", "vault.outputs.address", "evaluation", "that is not deployed"),
        (STORE, "roles.blobs.id)\n    p", "roles.queues.id)\n    p", "evaluation", "There is no queues"),
        (MAIN, "bool = false", "bool = bool(kept.days)", "evaluation", "no members"),
        (
            STORE,
            "resource account '",
            "module again 'store.bicep' = { params: {} }\nresource account '",
            "evaluation",
            "holds itself",
        ),
        (ROLES, '"reason"', "reason", "evaluation", "../roles.json cannot be read"),
        (MAIN, "uniqueString(subscription().id, name)", "substring(name, 1, 'x')", "evaluation", "substring() cannot take"),
    ],
)
def test_what_has_no_value_is_found(path: str, old: str, new: str, kind: str, words: str) -> None:
    texts = dict(sample().texts)
    assert old in texts[path]
    project = reading.parsed({**texts, path: texts[path].replace(old, new, 1)})
    found = plan(project, MAIN, parameters(project, DEV)).problems
    assert [each for each in found if each.kind == kind and words in each.sentence], found
