"""Our own templates: nothing is wrong with them, and each mistake in what they would make is found.

Mistakes are put into what would be made, not into the text, so that they stay mistakes however the text is written.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure import agreed, apps, checks, exposure, forms, holders, roles, services
from tests.infrastructure.deploying import Made, Plan
from tests.infrastructure.expressions import Project
from tests.infrastructure.forms import Form

GONE = object()
"""Put in the place of what is taken away."""


@cache
def ours() -> Project:
    return checks.ours()


@cache
def everything() -> Form:
    """The productive form with all switches on: every resource there is."""
    return next(form for form in forms.forms(ours()) if form.name == "main.prod.bicepparam, all switches on")


def test_nothing_is_wrong_with_our_templates() -> None:
    assert [str(problem) for problem in checks.problems(ours())] == []


def test_every_template_is_read() -> None:
    found = {path.relative_to(checks.ROOT).as_posix() for path in (checks.ROOT / "bicep").rglob("*.bicep*")}
    assert found == set(ours().files)
    assert len(everything().plan.resources) > 100
    assert not [form.name for form in forms.forms(ours()) if form.plan.problems]


def altered(value: Any, path: tuple[str, ...], new: object) -> Any:
    """The same with something else at a path; a number is a place in a list."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(value, list):
        items = [altered(each, rest, new) if place == int(first) else each for place, each in enumerate(value)]
        return [each for each in items if each is not GONE]
    inner = altered(value.get(first, {}), rest, new)
    return {**{key: each for key, each in value.items() if key != first}, **({} if inner is GONE else {first: inner})}


def with_mistake(type: str, name: str, path: str, new: object) -> Form:
    """All resources, one of them otherwise; without a path, that one is not there, or has another name."""
    form = everything()
    made: list[Made] = []
    hits = 0
    for each in form.plan.resources:
        if each.type != type or each.is_existing or not re.fullmatch(name, each.name):
            made.append(each)
            continue
        hits += 1
        if path:
            made.append(replace(each, body=altered(each.body, tuple(path.split("/")), new)))
        elif new is not GONE:
            made.append(replace(each, name=str(new)))
    assert hits == 1
    return replace(form, plan=Plan(resources=made, outputs=form.plan.outputs))


STORE, QUEUE, RECORDS, BLOBS = exposure.STORAGE, services.QUEUE, services.RECORDS, services.BLOBS
SITE, CONFIG, APP, POOL = apps.SITE, apps.CONFIG, apps.APP, apps.POOL
ENV = "properties/template/containers/0/env"
ARGS = "properties/template/containers/0/args"
SECRETS = "properties/configuration/secrets"
IN_POOL = "properties/customContainerTemplate/containers/0"
LINK = "properties/privateLinkServiceConnections/0/properties"
SETTINGS = "properties"

# A resource, where in it, what is put there: the kind of the problem that is found, and words of its sentence.
PLANTED = (
    (QUEUE, "fusion-event", "properties/requiresSession", False, "queue-property", "requiresSession of the queue fusion-event"),
    (QUEUE, "fusion-command", "properties/duplicateDetectionHistoryTimeWindow", "PT10M", "queue-property", "asks for P7D"),
    (QUEUE, "fusion-scheduled", "properties/lockDuration", "PT5S", "queue-property", "asks for PT1M"),
    (QUEUE, "fusion-event", "properties/deadLetteringOnMessageExpiration", GONE, "queue-property", "is not set"),
    (QUEUE, "inference-pull", "properties/requiresSession", True, "queue-property", "asks for false"),
    (QUEUE, "inference-results", "properties/duplicateDetectionHistoryTimeWindow", "PT1H", "queue-property", "asks for P1D"),
    (QUEUE, "fusion-event", "", GONE, "queue-missing", "fusion-event, and nothing makes it"),
    (QUEUE, "inference-again", "", "inference-agen", "queue-unknown", "inference-agen is made"),
    (exposure.BUS, ".*", "sku/name", "Basic", "queue-property", "Standard or Premium"),
    (RECORDS, "records", "properties/resource/partitionKey/paths", ["/tenant"], "records-key", "the Store needs"),
    (RECORDS, "records", "properties/resource/partitionKey/version", 1, "records-key", "'version': 2"),
    (RECORDS, "records", "properties/resource/indexingPolicy/includedPaths/2", GONE, "records-index", "includedPaths"),
    (RECORDS, "records", "properties/resource/defaultTtl", 3600, "records-ttl", "would vanish"),
    (RECORDS, "records", "", "record", "records-missing", "no container records"),
    (services.DATABASE, "fusion", "", GONE, "records-missing", "database fusion"),
    (BLOBS, "answers", "", "answer", "container-missing", "container answers"),
    (BLOBS, "anchors", "", "evidence-anchors", "container-missing", "FUSION_ANCHOR"),
    (services.RETENTION, ".*", "", GONE, "anchors-retention", "not immutable"),
    (services.RETENTION, ".*", "properties/allowProtectedAppendWrites", True, "anchors-retention", "appended"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_COSMOS", GONE, "setting-missing", "not given FUSION_COSMOS"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_GITHUB_KEY", GONE, "setting-missing", "needs all"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_COSMO", "x", "setting-unknown", "FUSION_COSMO, which nothing reads"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_QUOTA", "many", "setting-value", "FUSION_QUOTA"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_QUOTA", 30, "setting-value", "a setting is a text"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_MODELS", "models.toml", "setting-value", "FUSION_MODELS"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_WEBHOOK_SECRET", "swordfish-swordfish", "setting-secret", "Key Vault"),
    (
        CONFIG,
        "appsettings",
        f"{SETTINGS}/FUSION_SERVICEBUS",
        "x.servicebus.windows.net",
        "trigger-connection",
        "connection string",
    ),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_SERVICEBUS__clientId", GONE, "trigger-connection", "clientId"),
    (CONFIG, "appsettings", f"{SETTINGS}/FUSION_SERVICEBUS__credential", GONE, "trigger-connection", "managedidentity"),
    (CONFIG, "appsettings", f"{SETTINGS}/AzureWebJobsStorage", "x", "trigger-connection", "no connection string"),
    (SITE, ".*", "properties/functionAppConfig/runtime/version", "3.11", "app-runtime", "needs Python 3.13"),
    (SITE, ".*", "properties/functionAppConfig/deployment/storage/authentication/type", "Key", "app-deployment", "identity"),
    (SITE, ".*", "properties/httpsOnly", False, "local-auth", "httpsOnly"),
    (APP, ".*worker", f"{ENV}/1/name", "FUSION_WORKER_BLOB", "worker-setting", "which it does not read"),
    (APP, ".*worker", f"{ENV}/1", GONE, "worker-setting", "not given FUSION_WORKER_BLOBS"),
    (APP, ".*worker", "properties/template/terminationGracePeriodSeconds", 60, "worker-grace", "before its own"),
    (APP, ".*worker", "properties/template/scale/rules/0", GONE, "worker-scale", "differ in inference-"),
    (APP, ".*worker", "properties/template/scale/rules/0/custom/metadata/messageCount", "1", "worker-scale", "has to count"),
    (APP, ".*worker", "properties/template/scale/rules/0/custom/identity", GONE, "scaler", "give it the identity"),
    (APP, ".*worker", "properties/configuration/ingress", {"external": True}, "worker-ingress", "nobody has to call it"),
    (APP, ".*worker", "properties/template/containers/0/probes/0/httpGet/port", 8080, "port", "looked for on 8080"),
    (APP, ".*scheduler", "properties/configuration/ingress/targetPort", 80, "port", "looked for on 80"),
    (APP, ".*scheduler", "properties/template/scale/minReplicas", 0, "host-replicas", "no replica"),
    (APP, ".*scheduler", "properties/configuration/registries/0/identity", GONE, "scaler", "password"),
    (APP, ".*scheduler", f"{ARGS}/1", "planner", "command", "fusion host"),
    (APP, ".*scheduler", f"{ARGS}/2", "--address", "command", "has no option --address"),
    (APP, ".*scheduler", f"{SECRETS}/0/keyVaultUrl", "https://v/secrets/app", "secret-name", "reads the secret app"),
    (POOL, ".*", f"{IN_POOL}/args", ["--in-sandbox-pool"], "port", "listen on 8090"),
    (POOL, ".*", f"{IN_POOL}/args", ["--host", "0.0.0.0"], "command", "--in-sandbox-pool"),
    (POOL, ".*", f"{IN_POOL}/args", ["--in-sandbox-pool", "--address"], "command", "has no option --address"),
    (services.VAULT_KEY, "fusion-evidence", "", "evidence", "secret-name", "the key fusion-evidence, which nothing makes"),
    (POOL, ".*", "properties/customContainerTemplate/ingress/targetPort", 80, "port", "looked for on 80"),
    (apps.HUB, "fusion", "", "other", "task-hub", "host.json is fusion"),
    (POOL, ".*", "properties/sessionNetworkConfiguration/status", "EgressEnabled", "local-auth", "EgressDisabled"),
    (POOL, ".*", "properties/managedIdentitySettings/0/lifecycle", "Main", "session-identity", "can use an identity"),
    (exposure.COSMOS, ".*", "properties/disableLocalAuth", GONE, "local-auth", "disableLocalAuth"),
    (exposure.VAULT, ".*", "properties/enablePurgeProtection", False, "local-auth", "enablePurgeProtection"),
    (exposure.INSIGHTS, ".*", "properties/DisableLocalAuth", False, "local-auth", "DisableLocalAuth"),
    (STORE, "stfusioc.*", "properties/allowSharedKeyAccess", True, "local-auth", "allowSharedKeyAccess"),
    (STORE, "stfusioc.*", "properties/publicNetworkAccess", "Enabled", "public-access", "reached from anywhere"),
    (STORE, "stfusioc.*", "properties/encryption/keySource", "Microsoft.Storage", "customers-key", "customer's key"),
    (STORE, "stfusioc.*", "tags/owner", GONE, "tags", "no tag owner"),
    (STORE, "stfusioc.*", "", "St-Fusion", "name", "cannot be the name"),
    (exposure.ENDPOINT, ".*-cosmos", "", GONE, "private-endpoint", "no private endpoint"),
    (exposure.BUS, ".*", "sku/name", "Standard", "private-endpoint", "Premium"),
    (exposure.ZONE, "privatelink.documents.*", "", GONE, "private-dns", "documents.azure.com is not made"),
    (exposure.ENDPOINT, ".*-cosmos", f"{LINK}/groupIds", ["Cosmos"], "private-dns", "which no service has"),
    (exposure.ENDPOINT, ".*-cosmos", f"{LINK}/groupIds", ["blob"], "private-dns", "its name leads outside"),
    (exposure.COSMOS, ".*", "identity/type", "None", "identity", "do not agree"),
    (exposure.COSMOS, ".*", "location", GONE, "residency", "has no location"),
    (exposure.COSMOS, ".*", "", "", "name", "has no name"),
    (APP, ".*scheduler", "properties/configuration/ingress/allowInsecure", True, "local-auth", "without TLS"),
    ("Microsoft.Authorization/policyAssignments", ".*", "", GONE, "residency", "No policy says"),
    (exposure.COSMOS, ".*", "location", "westeurope", "residency", "lies in westeurope"),
    ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "scm", "", GONE, "local-auth", "scm with a password"),
    (STORE, "stfusioc.*", "properties/allowSharedKeyAcces", False, "property-unknown", "properties.allowSharedKeyAcces"),
    (STORE, "stfusioc.*", "properties/encryption/keyvaultproperties/keyName", "x", "property-unknown", "is written keyname"),
    (STORE, "stfusioc.*", "properties/primaryEndpoints", {}, "property-unknown", "that can be set"),
    (STORE, "stfusioc.*", "sku/name", GONE, "property-missing", "needs sku.name"),
    (STORE, "stfusioc.*", "sku/name", "Standard_XRS", "property-value", "takes Standard_LRS"),
    (POOL, ".*", "properties/scaleConfiguration/readySessionInstances", "1", "property-value", "takes int"),
    (f"{exposure.VAULT}/keys", "fusion-evidence", "properties/keyOps", "sign", "property-value", "takes a list"),
    (POOL, ".*", "properties/scaleConfiguration", [], "property-value", "takes an object"),
    (services.RETENTION, ".*", "properties/allowProtectedAppendWritesAll", False, "property-unlisted", "with no model"),
)


@pytest.mark.parametrize(("type", "name", "path", "new", "kind", "words"), PLANTED)
def test_a_planted_mistake_is_found(type: str, name: str, path: str, new: object, kind: str, words: str) -> None:
    found = list(forms.of_form(with_mistake(type, name, path, new), agreed.ours(), roles.table(ours())))
    assert [problem for problem in found if problem.kind == kind and words in problem.sentence], found


def test_a_role_on_the_whole_group_and_one_that_is_made_twice_are_found() -> None:
    form = everything()
    role = next(each for each in form.plan.resources if each.type == roles.ASSIGNMENTS[0])
    broad = replace(role, id=re.sub(r"(/resourceGroups/[^/]+)/.*(/providers/Microsoft\.Authorization)", r"\1\2", role.id))
    nobody = replace(role, id=f"{role.id}0", body=altered(role.body, ("properties", "principalId"), ""))
    plan = Plan(resources=[*form.plan.resources, replace(role), broad, nobody])
    kinds = {problem.kind for problem in exposure.problems(plan, private=True, customers_key=True)}
    assert kinds == {"made-twice", "role-scope", "role-holder"}


def test_a_role_that_a_workload_lacks_and_one_that_it_does_not_need_are_found() -> None:
    form, table = everything(), roles.table(ours())
    assert not list(holders.problems(form.plan, table))
    for key, (type, holder) in {
        "cosmosDataContributor": (roles.ASSIGNMENTS[1], "app"),
        "durableTaskDataContributor": (roles.ASSIGNMENTS[0], "scheduler"),
        "keyVaultSecretsUser": (roles.ASSIGNMENTS[0], "scheduler"),
    }.items():
        given = next(
            each
            for each in form.plan.of(type)
            if table[key]["id"] in str(each.body) and each.body["properties"]["principalId"].split(".")[0].endswith(holder)
        )
        moved = replace(
            given, body=altered(given.body, ("properties", "principalId"), "«id-fusion-prod-worker.properties.principalId»")
        )
        found = list(
            holders.problems(Plan(resources=[moved if each is given else each for each in form.plan.resources]), table)
        )
        assert [(each.kind, key in each.sentence, each.sentence.split()[0]) for each in found] == [
            ("role-missing", True, f"id-fusion-prod-{holder}"),
            ("role-needless", True, "id-fusion-prod-worker"),
        ]


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"settings": agreed.ours().settings | {"FUSION_NEW"}}, "setting-forgotten", "No host is given FUSION_NEW"),
        ({"settings": agreed.ours().settings - {"FUSION_COSMOS"}}, "setting-unknown", "FUSION_COSMOS"),
        ({"left_out": {**agreed.LEFT_OUT, "FUSION_OLD": "gone"}}, "setting-forgotten", "no such setting"),
        ({"required": frozenset({"FUSION_HOME"})}, "setting-missing", "FUSION_HOME"),
        ({"queues": {**agreed.ours().queues, "fusion-new": {}}}, "queue-missing", "fusion-new"),
        ({"queues": {}}, "queue-unknown", "fusion-event"),
        ({"jobs": frozenset({"inference-person"})}, "worker-scale", "inference-pull"),
        ({"worker": frozenset({"FUSION_WORKER_MODEL"})}, "worker-setting", "FUSION_WORKER_PORT"),
        ({"container": "items"}, "records-missing", "items"),
        ({"partition_key": ("/id",)}, "records-key", "'/id'"),
        ({"indexing": {"indexingMode": "lazy"}}, "records-index", "lazy"),
        ({"blobs": frozenset({"models"})}, "container-missing", "models"),
        ({"connection": "FUSION_BUS"}, "trigger-connection", "FUSION_BUS__fullyQualifiedNamespace"),
        ({"hub": "review"}, "task-hub", "host.json is review"),
        ({"prefix": "bot"}, "route", "/bot"),
        ({"commands": {"fusion": frozenset[str]()}}, "command", "no command of ours"),
        ({"evidence_options": frozenset({"--host"})}, "command", "no option --in-sandbox-pool"),
        ({"secrets": frozenset({"fusion-key"})}, "secret-name", "fusion-webhook"),
    ],
)
def test_code_that_moves_away_from_the_templates_is_found(changes: Mapping[str, Any], kind: str, words: str) -> None:
    found = list(forms.of_form(everything(), agreed.ours().but(**changes), roles.table(ours())))
    assert [problem for problem in found if problem.kind == kind and words in problem.sentence], found


def test_what_nothing_records_is_found() -> None:
    made = [each for each in everything().plan.resources if "diagnosticSettings" not in each.type]
    found = exposure.problems(Plan(resources=made), private=False, customers_key=False)
    assert {problem.kind for problem in found} == {"diagnostics"}


def kinds() -> set[str]:
    """Every kind of problem that some check names."""
    found: set[str] = set()
    for path in Path(__file__).parent.glob("[a-z]*.py"):
        if path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Problem", "problem", "said")
            ):
                kind = node.args[2 if node.func.id == "Problem" else 1]
                if isinstance(kind, ast.Constant):
                    found.add(str(kind.value))
    return found


def test_each_kind_of_problem_is_shown_on_a_planted_mistake() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert len(kinds()) > 60
    assert {kind for kind in kinds() if f'"{kind}"' not in tests} == set()


def test_what_the_code_says_is_read_from_it() -> None:
    said = agreed.ours()
    assert said.queues["fusion-event"]["duplicateDetectionHistoryTimeWindow"] == ("P7D", False)
    assert said.queues["inference-pull"]["duplicateDetectionHistoryTimeWindow"] == ("P1D", True)
    assert len(said.queues["fusion-event"]) == 7
    assert len(said.queues["inference-results"]) == 7
    assert said.blobs == {"blobs", "answers", "utilisation"}


@pytest.mark.skipif(not shutil.which("bicep"), reason="there is no Bicep compiler on this machine: types are not checked")
@pytest.mark.parametrize("path", ["bicep/main.bicep", "bicep/main.dev.bicepparam", "bicep/main.prod.bicepparam"])
def test_the_compiler_takes_it(path: str, tmp_path: Path) -> None:
    command = "build" if path.endswith(".bicep") else "build-params"
    done = subprocess.run(
        ["bicep", command, str(checks.ROOT / path), "--outfile", str(tmp_path / "out.json")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr
